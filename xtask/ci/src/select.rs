//! Which gates the user asked for.

use xtask_core::config::nearest;
use xtask_core::model::{Problem, Result};

use crate::Shard;

/// What the user asked for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Just these gates; empty for all.
    pub only: Vec<String>,
    /// All but these.
    pub skip: Vec<String>,
    /// A part of the gates, for one of several machines.
    pub shard: Option<Shard>,
    /// Whether the first failure stops the run.
    pub fail_fast: bool,
}

impl Options {
    /// Whether the user wants this gate in the run.
    pub(crate) fn wants(&self, gate: &str) -> bool {
        (self.only.is_empty() || self.names(gate)) && !self.skip.iter().any(|name| name == gate)
    }

    /// Whether `--only` names this gate.
    pub(crate) fn names(&self, gate: &str) -> bool {
        self.only.iter().any(|name| name == gate)
    }

    /// Refuses names that no gate has.
    pub(crate) fn check(&self, known: &[&'static str]) -> Result<()> {
        let lists = [("--only", &self.only), ("--skip", &self.skip)];
        for (option, names) in lists {
            if let Some(name) = names.iter().find(|name| !known.contains(&name.as_str())) {
                let fix = match nearest(name, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("name some of {}", known.join(", ")),
                };
                return Err(Problem::usage(format!("{option}: there is no gate `{name}`"))
                    .why(format!("the gates are {}", known.join(", ")))
                    .fix(fix));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(only: &[&str], skip: &[&str]) -> Options {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Options { only: owned(only), skip: owned(skip), ..Options::default() }
    }

    #[test]
    fn only_and_skip() {
        assert!(options(&[], &[]).wants("lint"));
        assert!(options(&["lint"], &[]).wants("lint") && !options(&["lint"], &[]).wants("test"));
        assert!(!options(&["lint"], &["lint"]).wants("lint"));
    }

    #[test]
    fn unknown_names_are_refused_with_the_nearest() {
        let problem = options(&["lnit"], &[]).check(&["hooks", "lint"]).unwrap_err();
        assert_eq!(problem.fix, "did you mean `lint`?");
        assert!(options(&[], &["zzzzzz"]).check(&["hooks", "lint"]).unwrap_err().fix.contains("hooks, lint"));
        assert!(options(&["hooks"], &["lint"]).check(&["hooks", "lint"]).is_ok());
    }
}
