//! What a command could not do, and how to go on: the one error type at the edge.

use std::fmt;

use super::ExitCode;

/// A result whose error is told to the user.
pub type Result<T, E = Problem> = std::result::Result<T, E>;

/// The kind of a problem, which gives the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// Wrong usage or configuration.
    Usage,
    /// Something needed is missing: a tool, an engine, a browser.
    Missing,
    /// A measurement is invalid, or the work could not be done: a file can't be read, a report can't be written.
    Invalid,
    /// SIGINT or SIGTERM ended it.
    Interrupted,
    /// SIGTERM or SIGHUP ended it.
    Terminated,
}

/// What could not be done, why, and how to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The kind, which gives the exit code.
    pub kind: ProblemKind,
    /// The action and the thing at fault: "can't read xtask.toml".
    pub what: String,
    /// The cause, or the last lines of output; may be empty.
    pub why: String,
    /// One thing to type or change; may be empty.
    pub fix: String,
}

impl Problem {
    /// A problem of this kind.
    pub fn new(kind: ProblemKind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into(), why: String::new(), fix: String::new() }
    }

    /// Wrong usage or configuration (exit 2).
    pub fn usage(what: impl Into<String>) -> Self {
        Self::new(ProblemKind::Usage, what)
    }

    /// Something needed is missing (exit 3).
    pub fn missing(what: impl Into<String>) -> Self {
        Self::new(ProblemKind::Missing, what)
    }

    /// A measurement is invalid, or the work could not be done (exit 4).
    pub fn invalid(what: impl Into<String>) -> Self {
        Self::new(ProblemKind::Invalid, what)
    }

    /// The same with this cause.
    pub fn why(self, why: impl fmt::Display) -> Self {
        Self { why: why.to_string(), ..self }
    }

    /// The same with this way on.
    pub fn fix(self, fix: impl Into<String>) -> Self {
        Self { fix: fix.into(), ..self }
    }

    /// The exit code of its kind.
    pub fn exit_code(&self) -> ExitCode {
        match self.kind {
            ProblemKind::Usage => ExitCode::Usage,
            ProblemKind::Missing => ExitCode::Missing,
            ProblemKind::Invalid => ExitCode::Invalid,
            ProblemKind::Interrupted => ExitCode::Interrupted,
            ProblemKind::Terminated => ExitCode::Terminated,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.what)?;
        if !self.why.is_empty() {
            write!(out, ": {}", self.why)?;
        }
        if !self.fix.is_empty() {
            write!(out, " ({})", self.fix)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}
