//! Git hooks: the built-in checks, which see a file's bytes once; the gate that runs them on all tracked files; and the section of
//! `xtask.toml` that says which.

mod attributes;
pub mod cache;
pub mod checks;
mod commands;
mod facts;
mod gate;
pub mod import;
pub mod install;
mod known;
pub mod merge;
pub mod message;
pub mod options;
mod plan;
mod programs;
mod resolve;
pub mod rules;
mod run;
mod scan;
mod section;
mod select;
mod selected;
pub mod snapshot;
mod stage;
mod staged;
mod stages;
pub mod types;
mod worktree;

pub use attributes::Attributes;
pub use commands::HookInput;
pub use facts::{Facts, Source};
pub use gate::HooksGate;
pub use plan::{Planned, plan_selection};
pub use resolve::{Command, SKIP, StagePlan};
pub use section::{CheckName, CommandTable, Commands, HooksSection, OnFix, Place, StageTable, TypeName};
pub use select::{Candidate, Selection};
pub use selected::run_all_files;
pub use stage::Stage;
pub use staged::{recover, run_staged};
pub use stages::{plan_hook, reads_input, run_hook};
