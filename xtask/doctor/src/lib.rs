//! `xtask doctor`: what this repository needs on this machine, whether it is there, and the command that mends what isn't.

mod engine;
mod examine;
mod git;
mod probe;
mod rust;
mod show;
mod source;
mod version;

pub use examine::{LIMIT, examine};
pub use show::{exit_code, json, show};
