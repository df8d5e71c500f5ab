//! A repository's own tasks beside the built-in commands.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::ArgMatches;
use xtask_core::model::{ExitCode, Problem};

use crate::output;

/// What a task returns. Any error converts by `?`; it is printed, and the program exits with 1.
pub type TaskResult = Result<(), Box<dyn std::error::Error + Send + Sync>>;

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

pub(crate) fn run_task(task: Task, matches: &ArgMatches) -> ExitCode {
    let arguments = matches
        .subcommand_matches(&task.name)
        .and_then(|matches| matches.get_many::<String>("arguments"))
        .map(|arguments| arguments.cloned().collect())
        .unwrap_or_default();
    let folder = match std::env::current_dir() {
        Ok(folder) => folder,
        Err(cause) => {
            return output::problem(&Problem::usage("the current folder can't be told").why(cause), false);
        }
    };
    let repo = xtask_core::repo::Repo::discover(&folder).ok().flatten();
    let root = repo.and_then(|repo| repo.work_dir().map(ToOwned::to_owned)).unwrap_or(folder);
    match (task.body)(&TaskContext { root, arguments }) {
        Ok(()) => ExitCode::Passed,
        Err(why) => {
            output::problem(&Problem::invalid(format!("the task `{}` failed", task.name)).why(why), false);
            ExitCode::Failed
        }
    }
}
