//! The program under test: `xtask` as it is.

use std::process::ExitCode;

fn main() -> ExitCode {
    xtask::run()
}
