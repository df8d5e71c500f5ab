//! From arguments to an exit code: parsing, dispatch, and how a problem is told.

use std::ffi::OsString;

use clap::FromArgMatches;
use xtask_core::model::{ExitCode, Problem, Result};

use crate::arguments::{Command, Global, command_line};
use crate::output;
use crate::session::Session;
use crate::tasks::{Task, run_task};

/// Runs the program with these arguments, the first of which is its own name.
pub(crate) fn start(arguments: Vec<OsString>, tasks: Vec<Task>) -> ExitCode {
    let arguments = without_cargo(arguments);
    let built_in = command_line();
    if let Some(task) = tasks.iter().find(|task| built_in.find_subcommand(task.name()).is_some()) {
        let clash = Problem::usage(format!("the task `{}` has the name of a built-in command", task.name()));
        return output::problem(&clash.fix("give it another name"), false);
    }
    let command = tasks.iter().fold(built_in, |command, task| command.subcommand(task.command()));
    let matches = match command.try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(wrong) => return output::usage_error(&wrong),
    };
    let name = matches.subcommand_name().unwrap_or_default().to_owned();
    let session = match Global::from_arg_matches(&matches) {
        Ok(global) => Session::new(global),
        Err(wrong) => return output::usage_error(&wrong),
    };
    let session = match session {
        Ok(session) => session,
        Err(problem) => return output::problem(&problem, false),
    };
    let ended = match tasks.into_iter().find(|task| task.name() == name) {
        Some(task) => run_task(&session, task, &matches),
        None => match Command::from_arg_matches(&matches) {
            Ok(command) => dispatch(&session, command),
            Err(wrong) => return output::usage_error(&wrong),
        },
    };
    match ended {
        Ok(code) => code,
        Err(problem) => output::problem(&problem, session.error_style().colour),
    }
}

/// Cargo calls `cargo-xtask xtask …` for `cargo xtask …`.
fn without_cargo(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let by_cargo = arguments
        .first()
        .and_then(|program| std::path::Path::new(program).file_stem())
        .is_some_and(|name| name == "cargo-xtask");
    if by_cargo && arguments.get(1).is_some_and(|argument| argument == "xtask") {
        arguments.remove(1);
    }
    arguments
}

fn dispatch(session: &Session, command: Command) -> Result<ExitCode, Problem> {
    match command {
        Command::Ci(args) => crate::ci::run(session, args),
        Command::Test(args) => crate::test::run(session, &args),
        Command::Lint(args) => crate::lint::run(session, args),
        Command::Coverage(args) => crate::coverage::run(session, args),
        Command::Visual(args) => crate::visual::run(session, args),
        Command::Hooks(args) => crate::hooks::run(session, args),
        Command::Init(args) => crate::init::run(session, args),
        Command::Doctor(args) => crate::doctor::run(session, args),
        Command::Completions(args) => crate::completions::run(&args),
        Command::Man(args) => crate::man::run(args),
        Command::Schema(args) => crate::schema::run(&args),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_s_own_argument_is_taken_out() {
        let strip = |arguments: &[&str]| without_cargo(arguments.iter().map(OsString::from).collect());
        assert_eq!(strip(&["/bin/cargo-xtask", "xtask", "ci"]), ["/bin/cargo-xtask", "ci"]);
        assert_eq!(strip(&["cargo-xtask", "ci"]), ["cargo-xtask", "ci"]);
        assert_eq!(strip(&["xtask", "xtask"]), ["xtask", "xtask"]);
    }

    #[test]
    fn the_command_line_is_well_formed() {
        command_line().debug_assert();
    }
}
