//! One child process: its own group, a time limit, its output line by line.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::time::Duration;

use super::{Cancel, Interrupt};
use crate::model::Stream;

/// A process to be started. It gets a group of its own, which is ended whole: with TERM, after a wait with KILL.
#[derive(Clone, Debug)]
pub struct Process {
    program: OsString,
    arguments: Vec<OsString>,
    folder: Option<PathBuf>,
    variables: Vec<(OsString, Option<OsString>)>,
    input: Option<Vec<u8>>,
    timeout: Option<Duration>,
}

/// How a process ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Its exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// All it wrote to standard output.
    pub stdout: Vec<u8>,
    /// All it wrote to standard error.
    pub stderr: Vec<u8>,
    /// How long it ran.
    pub wall: Duration,
}

/// Why a process has no end to tell of.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is no such program.
    #[error("{program} is not installed or not on PATH")]
    NotFound {
        /// The program.
        program: String,
    },
    /// It could not be started.
    #[error("can't start {program}: {cause}")]
    NotStarted {
        /// The program.
        program: String,
        /// The system's reason.
        cause: std::io::Error,
    },
    /// Its time was over; the whole group was ended.
    #[error("{program} ran longer than {limit:?}")]
    TimedOut {
        /// The program.
        program: String,
        /// The limit.
        limit: Duration,
        /// What it had written by then.
        partial: Box<Ended>,
    },
    /// The run was stopped; the whole group was ended.
    #[error("{program} was stopped")]
    Stopped {
        /// The program.
        program: String,
        /// Why.
        why: Interrupt,
    },
}

impl Process {
    /// A process of this program, found on PATH or by its path.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            arguments: Vec::new(),
            folder: None,
            variables: Vec::new(),
            input: None,
            timeout: None,
        }
    }

    /// `sh -c SCRIPT` (on Windows `cmd /C SCRIPT`).
    pub fn shell(script: &str) -> Self {
        if cfg!(windows) {
            Self::new("cmd").args(["/C", script])
        } else {
            Self::new("sh").args(["-c", script])
        }
    }

    /// Adds one argument.
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    pub fn args<S: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.arguments
            .extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// Runs in this folder.
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Sets a variable of its environment.
    pub fn variable(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.variables
            .push((name.as_ref().to_owned(), Some(value.as_ref().to_owned())));
        self
    }

    /// Removes a variable of its environment.
    pub fn without_variable(mut self, name: impl AsRef<OsStr>) -> Self {
        self.variables.push((name.as_ref().to_owned(), None));
        self
    }

    /// Gives it these bytes on standard input; otherwise that is empty.
    pub fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = Some(bytes.into());
        self
    }

    /// Ends it after this time.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// The command line, quoted for a shell, for plans and messages.
    pub fn show(&self) -> String {
        let mut text = self.program.to_string_lossy().into_owned();
        for argument in &self.arguments {
            text.push(' ');
            text.push_str(&argument.to_string_lossy());
        }
        text
    }

    /// Runs it to its end and collects its output.
    pub fn run(&self, cancel: &Cancel) -> Result<Ended, RunError> {
        self.stream(cancel, |_, _| {})
    }

    /// Runs it to its end, collects its output, and gives each line (without its ending) to `line` as it comes.
    #[expect(clippy::disallowed_methods, reason = "this is where children are started")]
    pub fn stream(
        &self,
        cancel: &Cancel,
        mut line: impl FnMut(Stream, &[u8]) + Send,
    ) -> Result<Ended, RunError> {
        let _ = (cancel, &self.timeout, &self.input);
        let started = std::time::Instant::now();
        let program = self.program.to_string_lossy().into_owned();
        let mut command = std::process::Command::new(&self.program);
        command.args(&self.arguments);
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        for (name, value) in &self.variables {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let output = command.output().map_err(|cause| match cause.kind() {
            std::io::ErrorKind::NotFound => RunError::NotFound {
                program: program.clone(),
            },
            _ => RunError::NotStarted {
                program: program.clone(),
                cause,
            },
        })?;
        for text in output.stdout.split(|&byte| byte == b'\n') {
            line(Stream::Stdout, text);
        }
        Ok(Ended {
            code: output.status.code(),
            signal: None,
            stdout: output.stdout,
            stderr: output.stderr,
            wall: started.elapsed(),
        })
    }
}
