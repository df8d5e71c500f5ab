//! A value of `xtask.toml` that reads well and can't be meant: what is wrong, and the keys that lead to it.

use std::fmt;

use super::Globs;
use crate::model::{Problem, Result};

/// The keys that lead to a value, from the top of the file; the place in a list is a key, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys(Vec<String>);

impl Keys {
    /// Those of a section.
    pub fn of(section: &str) -> Self {
        Self(vec![section.to_owned()])
    }

    /// One further.
    #[must_use]
    pub fn key(&self, name: impl Into<String>) -> Self {
        let mut keys = self.0.clone();
        keys.push(name.into());
        Self(keys)
    }

    /// What is wrong there; the problem itself needn't name the place.
    pub fn fault(&self, problem: Problem) -> Fault {
        Fault { keys: self.clone(), problem }
    }

    /// The globs of the list that lies there.
    pub fn globs<S: AsRef<str>>(&self, globs: impl IntoIterator<Item = S>) -> Result<Globs, Fault> {
        Globs::of(globs).map_err(|(at, problem)| self.key(at.to_string()).fault(problem))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl fmt::Display for Keys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.join("."))
    }
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where it stands.
    pub keys: Keys,
    /// What is wrong.
    pub problem: Problem,
}

impl From<Fault> for Problem {
    /// The problem by the names of the keys, where no file is at hand to point into.
    fn from(Fault { keys, problem }: Fault) -> Self {
        Self { what: format!("{keys}: {}", problem.what), ..problem }
    }
}
