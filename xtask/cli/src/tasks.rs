//! A repository's own tasks beside the built-in commands.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::ArgMatches;
use xtask_core::caught::caught;
use xtask_core::model::{ExitCode, Problem, Result};
use xtask_core::repo::Repo;

use crate::output;
use crate::session::Session;

/// What a task returns. Any error converts by `?`; it is printed, and the program exits with 1.
pub type TaskResult = std::result::Result<(), Box<dyn std::error::Error + Send + Sync>>;

type Body = Box<dyn FnOnce(&TaskContext) -> TaskResult>;

/// The tasks of a repository, run by name beside the built-in commands.
///
/// ```
/// let tasks = xtask::Tasks::new()
///     .about("greet", "Greet someone", |cx| {
///         let name = cx.arguments.first().ok_or("name someone to greet")?;
///         let sh = cx.shell()?;
///         let said = xshell::cmd!(sh, "echo hello {name}").read()?;
///         assert_eq!(said, "hello world");
///         Ok(())
///     })
///     .add("release", |cx| {
///         assert!(cx.root.is_absolute());
///         Err("nothing to release yet".into())
///     });
///
/// // A program's `main` ends with `tasks.run()`; here the arguments are given.
/// assert_eq!(tasks.run_with(["xtask", "greet", "world"]).code(), 0);
/// ```
#[derive(Default)]
pub struct Tasks(Vec<Task>);

/// One task.
pub(crate) struct Task {
    name: String,
    about: String,
    body: Body,
}

/// What a task works with.
#[derive(Clone, Debug)]
pub struct TaskContext {
    /// The top of the working tree, or the current folder outside a repository.
    pub root: PathBuf,
    /// The arguments after the task's name.
    pub arguments: Vec<String>,
}

impl TaskContext {
    /// A shell at the root, for short straight-line commands (`xshell::cmd!`).
    pub fn shell(&self) -> Result<xshell::Shell, xshell::Error> {
        let shell = xshell::Shell::new()?;
        shell.change_dir(&self.root);
        Ok(shell)
    }
}

impl Tasks {
    /// No tasks beside the built-in commands.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a task. The name of a built-in command is refused when the program runs.
    pub fn add(
        self,
        name: impl Into<String>,
        body: impl FnOnce(&TaskContext) -> TaskResult + 'static,
    ) -> Self {
        self.about(name, "A task of this repository", body)
    }

    /// Adds a task, with the line that `--help` shows for it. The last one of a name stays.
    pub fn about(
        mut self,
        name: impl Into<String>,
        about: impl Into<String>,
        body: impl FnOnce(&TaskContext) -> TaskResult + 'static,
    ) -> Self {
        let name = name.into();
        self.0.retain(|task| task.name != name);
        self.0.push(Task { name, about: about.into(), body: Box::new(body) });
        self
    }

    /// Runs the program with this process's arguments.
    pub fn run(self) -> std::process::ExitCode {
        self.run_with(std::env::args_os()).code().into()
    }

    /// Runs the program with these arguments, the first of which is its own name.
    pub fn run_with<A: Into<OsString>>(self, arguments: impl IntoIterator<Item = A>) -> ExitCode {
        crate::start::start(arguments.into_iter().map(Into::into).collect(), self.0)
    }
}

impl Task {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn command(&self) -> clap::Command {
        clap::Command::new(self.name.clone())
            .about(self.about.clone())
            .arg(clap::Arg::new("arguments").num_args(..).trailing_var_arg(true).allow_hyphen_values(true))
    }
}

/// Runs a task. `--plan` is refused: nobody knows what a task would do.
pub(crate) fn run_task(session: &Session, task: Task, matches: &ArgMatches) -> Result<ExitCode> {
    if session.global.plan {
        return Err(
            Problem::usage(format!("the task `{}` has no plan to show", task.name)).fix("leave --plan out")
        );
    }
    let arguments = matches
        .subcommand_matches(&task.name)
        .and_then(|matches| matches.get_many::<String>("arguments"))
        .map(|arguments| arguments.cloned().collect())
        .unwrap_or_default();
    let repo = Repo::discover(&session.folder)?;
    let root = repo.and_then(|repo| repo.work_dir().map(ToOwned::to_owned));
    let cx = TaskContext { root: root.unwrap_or_else(|| session.folder.clone()), arguments };
    let body = task.body;
    let why = match caught(move || body(&cx)) {
        Ok(Ok(())) => return Ok(ExitCode::Passed),
        Ok(Err(why)) => why.to_string(),
        Err(panic) => format!("it panicked: {panic}"),
    };
    let failed = Problem::invalid(format!("the task `{}` failed", task.name)).why(why);
    output::problem(&failed, session.error_style().colour);
    Ok(ExitCode::Failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(tasks: Tasks, arguments: &[&str]) -> u8 {
        tasks.run_with(arguments.iter().copied()).code()
    }

    #[test]
    fn tasks_end_by_the_contract() {
        let tasks = || {
            Tasks::new()
                .add("good", |cx| {
                    assert_eq!(cx.arguments, ["--flag", "-x", "value"]);
                    Ok(())
                })
                .add("bad", |_| Err("no".into()))
                .add("worse", |_| panic!("out of cheese"))
        };
        assert_eq!(code(tasks(), &["xtask", "good", "--flag", "-x", "value"]), 0);
        assert_eq!(code(tasks(), &["xtask", "bad"]), 1);
        assert_eq!(code(tasks(), &["xtask", "worse"]), 1);
        assert_eq!(code(tasks(), &["xtask", "--plan", "bad"]), 2);
        assert_eq!(code(tasks(), &["xtask", "unknown"]), 2);
    }

    #[test]
    fn a_built_in_command_keeps_its_name() {
        assert_eq!(code(Tasks::new().add("ci", |_| Ok(())), &["xtask", "ci"]), 2);
    }
}
