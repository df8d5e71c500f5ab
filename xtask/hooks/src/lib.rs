//! Git hooks: the built-in checks, which see a file's bytes once; the gate that runs them on all tracked files; and the section of
//! `xtask.toml` that says which.

mod attributes;
pub mod checks;
mod command;
mod facts;
mod gate;
pub mod options;
mod resolve;
pub mod rules;
mod run;
mod scan;
mod section;
mod select;
mod stage;
pub mod types;

pub use attributes::Attributes;
pub use facts::{Facts, Source};
pub use gate::{HooksGate, plan_steps};
pub use resolve::{Command, SKIP, StagePlan};
pub use run::run_all_files;
pub use section::{CheckName, CommandTable, HooksSection, OnFix, Place, StageTable, TypeName};
pub use select::{Candidate, Selection};
pub use stage::Stage;
