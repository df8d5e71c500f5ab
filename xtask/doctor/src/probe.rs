//! Asking a program what it is: the one place of this crate that starts processes.

use std::time::Duration;

use xtask_core::exec::{NO_INSTALL, Process, RunError};
use xtask_core::gate::Context;

/// How long one program may take to answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(8);

/// What a program answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It ended well: its first line of output, trimmed.
    Said(String),
    /// It ended with an error: the last line that it gave.
    Failed(String),
    /// There is no such program.
    Absent,
}

/// Runs `program` in the repository and gives its answer. It never installs anything: rustup, which would, is told not to.
pub(crate) fn ask(cx: &Context, program: &str, arguments: &[&str]) -> Answer {
    let process = Process::new(program)
        .args(arguments)
        .folder(&cx.root)
        .variable(NO_INSTALL.0, NO_INSTALL.1)
        .variable("LC_ALL", "C")
        .timeout(ANSWER_LIMIT);
    match process.run(&cx.cancel) {
        Ok(ended) if ended.code == Some(0) => Answer::Said(line(&ended.stdout, false)),
        Ok(ended) => {
            let told = line(&ended.stderr, true);
            Answer::Failed(if told.is_empty() {
                format!("`{}` failed without a word", process.show())
            } else {
                told
            })
        }
        Err(RunError::NotFound { .. }) => Answer::Absent,
        Err(other) => Answer::Failed(other.to_string()),
    }
}

/// The first or last line that isn't blank.
fn line(bytes: &[u8], last: bool) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = if last { lines.next_back() } else { lines.next() };
    line.unwrap_or_default().to_owned()
}
