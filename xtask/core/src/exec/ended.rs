//! How a child ended, and why one has no end to tell of.

use std::time::Duration;

use super::Interrupt;
use super::capture::is_cut;
use crate::model::{Problem, ProblemKind};

/// How a process ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Its exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// All it wrote to standard output, up to `Process::capture_limit`.
    pub stdout: Vec<u8>,
    /// All it wrote to standard error, up to `Process::capture_limit`.
    pub stderr: Vec<u8>,
    /// How long it ran.
    pub wall: Duration,
}

impl Ended {
    /// Whether it exited with 0.
    pub fn is_success(&self) -> bool {
        self.code == Some(0)
    }

    /// Whether the middle of its output was left out: it was longer than `Process::capture_limit`.
    pub fn is_cut(&self) -> bool {
        is_cut(&self.stdout) || is_cut(&self.stderr)
    }

    /// How it ended, in words: "exit code 1", "signal 9".
    pub fn how(&self) -> String {
        match (self.code, self.signal) {
            (Some(code), _) => format!("exit code {code}"),
            (None, Some(signal)) => format!("signal {signal}"),
            (None, None) => "unknown".to_owned(),
        }
    }

    /// The last `count` lines of standard error, or of standard output where that is empty.
    pub fn last_lines(&self, count: usize) -> String {
        let error = String::from_utf8_lossy(&self.stderr);
        let text = if error.trim().is_empty() { String::from_utf8_lossy(&self.stdout) } else { error };
        let mut lines: Vec<&str> = text.trim_end().lines().rev().take(count).collect();
        lines.reverse();
        lines.join("\n")
    }
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

impl From<RunError> for Problem {
    fn from(error: RunError) -> Self {
        match error {
            RunError::NotFound { program } => {
                Self::missing(format!("{program} is not installed or not on PATH"))
                    .fix(format!("install {program}, or add its folder to PATH"))
            }
            RunError::NotStarted { program, cause } => {
                let fix = match cause.kind() {
                    std::io::ErrorKind::PermissionDenied => format!("make it executable: chmod +x {program}"),
                    _ => String::new(),
                };
                Self::invalid(format!("can't start {program}")).why(cause).fix(fix)
            }
            RunError::TimedOut { program, limit, partial } => {
                Self::invalid(format!("{program} ran longer than {limit:?} and was ended"))
                    .why(partial.last_lines(10))
                    .fix("give it more time (`timeout`), or find what it waits for")
            }
            RunError::Stopped { program, why } => {
                let (kind, cause) = match why {
                    Interrupt::Interrupted => (ProblemKind::Interrupted, "interrupted"),
                    Interrupt::Terminated => (ProblemKind::Terminated, "terminated"),
                    // Another task's failure is told by that task; this one has just nothing measured.
                    Interrupt::FailFast => (ProblemKind::Invalid, "another task failed, and fail-fast is on"),
                };
                Self::new(kind, format!("{program} was stopped")).why(cause)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(stdout: &str, stderr: &str) -> Ended {
        Ended {
            code: Some(1),
            signal: None,
            stdout: stdout.into(),
            stderr: stderr.into(),
            wall: Duration::ZERO,
        }
    }

    #[test]
    fn the_last_lines_are_those_of_standard_error_if_any() {
        for (stdout, stderr, expected) in
            [("a\nb\nc\n", "", "b\nc"), ("a\n", "x\ny\nz\n\n", "y\nz"), ("a", " \n", "a"), ("", "", "")]
        {
            assert_eq!(ended(stdout, stderr).last_lines(2), expected);
        }
    }

    #[test]
    fn each_error_has_its_exit_code() {
        let program = || "tool".to_owned();
        let stopped = |why| RunError::Stopped { program: program(), why };
        for (error, kind) in [
            (RunError::NotFound { program: program() }, ProblemKind::Missing),
            (
                RunError::NotStarted {
                    program: program(),
                    cause: std::io::ErrorKind::PermissionDenied.into(),
                },
                ProblemKind::Invalid,
            ),
            (
                RunError::TimedOut {
                    program: program(),
                    limit: Duration::from_secs(1),
                    partial: Box::new(ended("", "waiting for the lock")),
                },
                ProblemKind::Invalid,
            ),
            (stopped(Interrupt::Interrupted), ProblemKind::Interrupted),
            (stopped(Interrupt::Terminated), ProblemKind::Terminated),
            (stopped(Interrupt::FailFast), ProblemKind::Invalid),
        ] {
            let problem = Problem::from(error);
            assert_eq!(problem.kind, kind, "{problem}");
            assert!(problem.what.contains("tool"));
        }
    }
}
