//! Commands of a stage: where they run, which of them at the same time, and how they ended.

mod paths;
mod run;
mod script;
mod told;

pub use run::HookInput;
pub(crate) use run::{End, Ran, Room, Task, depth, run_all};
pub(crate) use script::{FILES, quote};
