//! The program `cargo-xtask`, which Cargo starts for `cargo xtask`: the same as `xtask`.

use std::process::ExitCode;

fn main() -> ExitCode {
    xtask::run()
}
