//! The built program, driven from outside.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod bad_input;
mod ci;
mod coverage;
mod help;
mod hooks;
mod interruption;
mod lint;
mod reference;
mod test;
mod visual;

use xtask_tests::Sandbox;

const PROGRAM: &str = env!("CARGO_BIN_EXE_xtask-under-test");

/// A git repository with a clean file, committed.
fn repository() -> Sandbox {
    let sandbox = Sandbox::repository(PROGRAM);
    sandbox.write("README.md", "# Hello\n").commit("begin");
    sandbox
}
