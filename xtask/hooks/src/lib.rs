//! Git hooks: the built-in checks, which see a file's bytes once; the gate that runs them on all tracked files; and the section of
//! `xtask.toml` that says which.

pub mod checks;
mod command;
mod gate;
pub mod install;
mod lfs;
pub mod merge;
pub mod options;
mod resolve;
mod run;
mod scan;
mod section;
mod select;
mod stage;
pub mod types;

pub use gate::{HooksGate, plan_steps};
pub use resolve::{Command, SKIP, StagePlan};
pub use run::run_all_files;
pub use section::{CheckName, CommandTable, HooksSection, OnFix, Place, StageTable, TypeName};
pub use select::{Candidate, Selection};
pub use stage::Stage;
