//! Running a project's tests: the runners that `xtask.toml` names or the repository suggests, their results as findings and cases.

mod cargo;
mod command;
mod gate;
mod npm;
mod pytest;
mod run;
mod runner;
mod section;

pub use gate::TestGate;
pub use run::run;
pub use section::{Commands, TestSection};
