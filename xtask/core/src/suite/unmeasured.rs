//! What it means for a gate that its program has no end to tell of.

use super::last_lines;
use crate::exec::{Interrupt, RunError};
use crate::model::{Outcome, Problem, ProblemKind, Result, Skip};

/// The outcome of a gate whose program could not be run to its end; `install` is the command that brings the program. An
/// interrupt by the user is a problem, which ends the command.
pub fn unmeasured(error: &RunError, install: &str) -> Result<Outcome> {
    Ok(match error {
        RunError::NotFound { .. } => Outcome::missing(error.to_string(), install),
        RunError::NotStarted { .. } => Outcome::invalid(error.to_string()),
        RunError::TimedOut { partial, .. } => {
            let text = [&partial.stdout[..], &partial.stderr].concat();
            let lines = last_lines(&String::from_utf8_lossy(&text), 5);
            let why = if lines.is_empty() {
                error.to_string()
            } else {
                format!("{error}; its last lines:\n{lines}")
            };
            Outcome::Invalid {
                why,
                fix: Some("find what hangs, or raise `timeout` in xtask.toml".to_owned()),
            }
        }
        RunError::Stopped { why, .. } => match why {
            Interrupt::FailFast => {
                Outcome::Skipped { reason: Skip::Stopped, why: error.to_string(), fix: None }
            }
            Interrupt::Interrupted => {
                return Err(Problem::new(ProblemKind::Interrupted, error.to_string()));
            }
            Interrupt::Terminated => {
                return Err(Problem::new(ProblemKind::Terminated, error.to_string()));
            }
        },
    })
}
