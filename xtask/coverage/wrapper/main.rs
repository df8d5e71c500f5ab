//! The compiler's wrapper: adds coverage instrumentation to each compilation of the workspace's crates. `xtask coverage` compiles it with
//! plain rustc, and Cargo calls it as `wrapper rustc ARGUMENTS…`. A shell script wouldn't do: `sh` drops variables such as
//! `CARGO_BIN_EXE_my-program`, whose names it can't hold.

use std::ffi::OsString;
use std::process::Command;

/// A wrapper that was set before, which goes on working.
const OUTER: Option<&str> = option_env!("XTASK_OUTER_WRAPPER");

fn main() {
    let mut arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    if !runs_while_building(&arguments) {
        arguments.push("-Cinstrument-coverage".into());
    }
    if let Some(outer) = OUTER {
        arguments.insert(0, outer.into());
    }
    if arguments.is_empty() {
        std::process::exit(2);
    }
    run(Command::new(arguments.remove(0)).args(arguments));
}

/// Build scripts and procedural macros run during the build, where their profiles would be noise.
fn runs_while_building(arguments: &[OsString]) -> bool {
    arguments.windows(2).any(|pair| match pair[0].to_str() {
        Some("--crate-name") => pair[1].to_str().is_some_and(|name| name.starts_with("build_script_")),
        Some("--crate-type") => pair[1] == "proc-macro",
        _ => false,
    })
}

#[cfg(unix)]
fn run(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    // It returns only where the program can't be started.
    let cause = command.exec();
    eprintln!("xtask's compiler wrapper can't start {:?}: {cause}", command.get_program());
    std::process::exit(101);
}

#[cfg(not(unix))]
fn run(command: &mut Command) {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(101)),
        Err(cause) => {
            eprintln!("xtask's compiler wrapper can't start {:?}: {cause}", command.get_program());
            std::process::exit(101);
        }
    }
}
