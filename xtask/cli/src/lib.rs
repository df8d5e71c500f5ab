//! `xtask`: hooks, linting, tests, coverage and visual regression for any repository, as one program.
//!
//! Use it as the program `xtask` (or `cargo xtask`), or embed it in a repository's own task runner, where
//! [`Tasks`] adds the repository's tasks to the built-in commands.

#![cfg_attr(
    not(all(
        feature = "hooks",
        feature = "lint",
        feature = "test",
        feature = "coverage",
        feature = "visual"
    )),
    allow(dead_code, reason = "a build that leaves areas out leaves what serves their commands unused")
)]

mod areas;
mod arguments;
mod ci;
mod completions;
mod coverage;
mod doctor;
mod hooks;
mod init;
mod lint;
mod man;
mod output;
mod schema;
mod session;
mod start;
mod tasks;
mod test;
mod visual;

pub use tasks::{TaskContext, TaskResult, Tasks};
pub use xtask_core as core;

/// Runs the program with this process's arguments. Put it into `main` as it is.
pub fn run() -> std::process::ExitCode {
    Tasks::new().run()
}
