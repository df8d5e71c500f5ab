//! One child process: its own group, a time limit, its output line by line.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use super::{Cancel, Ended, RunError, run};
use crate::model::{Events, Stream};

/// What `Ended` keeps of a stream unless told otherwise: far above what tools print, far below what a machine has.
const CAPTURE_LIMIT: usize = 64 * 1024 * 1024;

/// A process to be started. It gets a group of its own, which is ended whole: with TERM, after a wait with KILL.
#[derive(Clone, Debug)]
pub struct Process {
    program: OsString,
    arguments: Vec<OsString>,
    folder: Option<PathBuf>,
    variables: Vec<(OsString, Option<OsString>)>,
    input: Option<Arc<[u8]>>,
    timeout: Option<Duration>,
    capture_limit: usize,
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
            capture_limit: CAPTURE_LIMIT,
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
        self.arguments.extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// Runs in this folder.
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Sets a variable of its environment.
    pub fn variable(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.variables.push((name.as_ref().to_owned(), Some(value.as_ref().to_owned())));
        self
    }

    /// Removes a variable of its environment.
    pub fn without_variable(mut self, name: impl AsRef<OsStr>) -> Self {
        self.variables.push((name.as_ref().to_owned(), None));
        self
    }

    /// Gives it these bytes on standard input; otherwise that is empty.
    pub fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = Some(bytes.into().into());
        self
    }

    /// Ends it after this time.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// Keeps at most so many bytes of each stream in `Ended` (64 MiB unless told): the beginning and the end, with a line
    /// between them that says how much is left out (`Ended::is_cut`). Lines are given to `stream`'s caller all the same.
    pub fn capture_limit(mut self, bytes: usize) -> Self {
        self.capture_limit = bytes;
        self
    }

    /// The command line, quoted for a POSIX shell, for plans and messages. Without the environment: it may hold secrets.
    pub fn show(&self) -> String {
        let words = std::iter::once(&self.program).chain(&self.arguments);
        let quoted: Vec<String> = words.map(|word| quote(word)).collect();
        quoted.join(" ")
    }

    /// Runs it to its end and collects its output. See `stream`.
    pub fn run(&self, cancel: &Cancel) -> Result<Ended, RunError> {
        self.stream(cancel, |_, _| {})
    }

    /// Runs it to its end, collects its output, and gives each line (without its `\n` or `\r\n`) to `line` as it comes, on
    /// this thread, in order per stream; a last line without an end, too, and a line of more than 1 MiB in pieces. A child that
    /// writes faster than `line` takes waits.
    ///
    /// No process that it started in its group lives on: at the time limit, when `cancel` is set, and also when it ends by
    /// itself and left some in the background, the group gets TERM, then 2 s (1 s where this program itself was asked to
    /// end by TERM) later KILL. Processes in the background that hold its output get 200 ms to finish it. A process that
    /// left the group (a daemon by `setsid`, the child of `timeout`) is ended on Linux when the run is stopped while its
    /// ancestors live; otherwise it lives on, and isn't waited for.
    ///
    /// The group is in the background of the terminal. Standard input is empty, so most programs don't ask at all; one that
    /// opens the terminal itself (for a password) is stopped by the system: it is ended, with an error that says so.
    pub fn stream(
        &self,
        cancel: &Cancel,
        mut line: impl FnMut(Stream, &[u8]) + Send,
    ) -> Result<Ended, RunError> {
        run::run(self, cancel, &mut line)
    }

    /// The same, with lines sent as events of `task`: as many as somebody reads.
    pub fn stream_events(&self, cancel: &Cancel, events: &Events, task: &str) -> Result<Ended, RunError> {
        self.stream(cancel, |stream, line| events.line(task, stream, || line.into()))
    }

    pub(super) fn program_name(&self) -> String {
        self.program.to_string_lossy().into_owned()
    }

    pub(super) fn limit(&self) -> Option<Duration> {
        self.timeout
    }

    pub(super) fn kept(&self) -> usize {
        self.capture_limit
    }

    pub(super) fn given_input(&self) -> Option<Arc<[u8]>> {
        self.input.clone()
    }

    /// What the system is told to start.
    #[expect(clippy::disallowed_methods, reason = "this is where children are started")]
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.stdin(match self.input {
            Some(_) => Stdio::piped(),
            None => Stdio::null(),
        });
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        for (name, value) in &self.variables {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }

    /// What the system's reason means. "Not found" can also be the folder to run in, or a script's interpreter.
    pub(super) fn not_started(&self, cause: io::Error) -> RunError {
        let program = self.program_name();
        if cause.kind() != io::ErrorKind::NotFound {
            return RunError::NotStarted { program, cause };
        }
        if let Some(folder) = self.folder.as_ref().filter(|folder| !folder.is_dir()) {
            let cause =
                io::Error::new(io::ErrorKind::NotFound, format!("there is no folder {}", folder.display()));
            return RunError::NotStarted { program, cause };
        }
        let path = Path::new(&self.program);
        if path.components().count() > 1 && path.exists() {
            let cause = io::Error::new(
                io::ErrorKind::NotFound,
                "its interpreter (the first line of the script) is not there",
            );
            return RunError::NotStarted { program, cause };
        }
        RunError::NotFound { program }
    }
}

fn quote(word: &OsStr) -> String {
    let text = word.to_string_lossy();
    // Words with NUL can't be given to a process either.
    shlex::try_quote(&text).map_or_else(|_| text.to_string(), std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_shown_as_a_shell_reads_it() {
        for (arguments, expected) in [
            (vec![], "tool"),
            (vec!["a", "b"], "tool a b"),
            (vec![""], "tool ''"),
            (vec!["two words"], "tool 'two words'"),
            (vec!["$HOME", "a;b", "*.rs"], "tool '$HOME' 'a;b' '*.rs'"),
        ] {
            assert_eq!(Process::new("tool").args(&arguments).show(), expected);
        }
        let shown = Process::new("tool").variable("TOKEN", "secret").show();
        assert!(!shown.contains("secret"));
        let words = ["it's", "a\"b", "new\nline", "~", "#", "a=b", "!x", "ünï"];
        let shown = Process::new("my tool").args(words).show();
        let read = shlex::split(&shown).expect("it is quoted for a shell");
        assert_eq!(read[0], "my tool");
        assert_eq!(read[1..], words);
    }
}
