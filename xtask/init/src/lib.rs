//! `xtask init`: looks at a repository, plans the files that set xtask up there, shows them, and writes those that
//! don't exist yet. Nothing that exists is overwritten; the one edit is an added Cargo alias.

mod alias;
mod apply;
mod configuration;
mod place;
mod plan;
mod show;
mod suite;
mod survey;
mod tasks;
mod workflow;

pub use apply::apply;
pub use plan::{Action, InitPlan, Options, PlannedFile, plan};
pub use show::show;
