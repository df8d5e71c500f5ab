//! The process's environment, read once. Values are for decisions and children; reports never show them.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::OnceLock;

/// A snapshot of the environment's variables.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// The environment of this process, as it was at the first call.
    pub fn of_process() -> &'static Self {
        static SNAPSHOT: OnceLock<Environment> = OnceLock::new();
        SNAPSHOT.get_or_init(|| Self(std::env::vars_os().collect()))
    }

    /// An environment of these variables, for tests.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// The variable's value; an empty one counts as not set.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// The variable's value as text, where it is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.to_str()
    }

    /// The variable's value as a path.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.get(name).map(PathBuf::from)
    }

    /// Whether this is a CI run: `CI` is set, and not to `false` or `0`.
    pub fn is_ci(&self) -> bool {
        self.get("CI").is_some_and(|value| value != "false" && value != "0")
    }

    /// The names and values of all variables.
    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.0.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ci_is_a_switch() {
        for (value, is_ci) in [("true", true), ("1", true), ("false", false), ("0", false), ("", false)] {
            assert_eq!(Environment::from_pairs([("CI", value)]).is_ci(), is_ci, "CI={value}");
        }
        assert!(!Environment::default().is_ci());
    }
}
