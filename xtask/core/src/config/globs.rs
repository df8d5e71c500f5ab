//! Lists of globs in the configuration, which read as in `.gitignore`.

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::model::{Problem, RepoPath, Result};

/// A list of globs. `*.txt` matches at any depth, `/*.txt` at the top, `gen/` a folder with all in it, `!` takes back.
#[derive(Clone, Debug)]
pub struct Globs(Gitignore);

impl Globs {
    /// These globs; `place` names the list in errors: `coverage.exclude`.
    pub fn new<S: AsRef<str>>(place: &str, globs: impl IntoIterator<Item = S>) -> Result<Self> {
        Self::of(globs)
            .map_err(|(_, problem)| Problem { what: format!("{place}: {}", problem.what), ..problem })
    }

    /// These globs; an error names the number of the wrong one, from 0.
    pub fn of<S: AsRef<str>>(globs: impl IntoIterator<Item = S>) -> Result<Self, (usize, Problem)> {
        let mut builder = GitignoreBuilder::new("");
        let wrong = |at: usize, glob: &str, cause: ignore::Error| {
            let problem = Problem::usage(format!("`{glob}` is no glob")).why(cause);
            (at, problem.fix("write it as in .gitignore: `src/**`, `*.gen.rs`"))
        };
        for (at, glob) in globs.into_iter().enumerate() {
            let glob = glob.as_ref();
            builder.add_line(None, glob).map_err(|cause| wrong(at, glob, cause))?;
        }
        builder.build().map(Self).map_err(|cause| wrong(0, "", cause))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are, less those with `!`.
    pub fn count(&self) -> usize {
        usize::try_from(self.0.num_ignores()).unwrap_or(usize::MAX)
    }

    /// Whether the file, or a folder that it is in, matches.
    pub fn matches(&self, path: &RepoPath) -> bool {
        self.which(path).is_some()
    }

    /// The glob, as it was written, by which the file, or a folder that it is in, matches.
    pub fn which(&self, path: &RepoPath) -> Option<&str> {
        let path = path.to_path();
        if self.is_empty() || !path.is_relative() {
            return None;
        }
        match self.0.matched_path_or_any_parents(&path, false) {
            Match::Ignore(glob) => Some(glob.original()),
            Match::None | Match::Whitelist(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_read_as_in_gitignore() {
        for (glob, path, matches) in [
            ("*.rs", "a/b.rs", true),
            ("/*.rs", "a/b.rs", false),
            ("app/payments/**", "app/payments/x/y.py", true),
            ("app/payments/**", "web/app/payments/y.py", false),
            ("app/payments/", "app/payments/y.py", true),
            ("gen", "a/gen/y.py", true),
            ("", "a", false),
        ] {
            let globs = Globs::new("coverage.exclude", [glob]).unwrap();
            assert_eq!(globs.matches(&path.into()), matches, "{glob} {path}");
        }
        let none = Globs::new("k", Vec::<String>::new()).unwrap();
        assert!(!none.matches(&"a".into()));
    }

    #[test]
    fn a_bad_glob_names_its_key() {
        let problem = Globs::new("coverage.exclude", ["{a"]).unwrap_err();
        assert!(problem.what.contains("coverage.exclude: `{a`"), "{problem}");
    }

    #[test]
    fn globs_read_as_in_gitignore() {
        for (glob, path, expected) in [
            ("*.txt", "a/b.txt", true),
            ("/*.txt", "a/b.txt", false),
            ("/*.txt", "b.txt", true),
            ("vendor/**", "vendor/a/b.c", true),
            ("vendor/", "x/vendor/a.c", true),
            ("vendor", "vendor", true),
            ("a/b", "x/a/b", false),
            ("**/a/b", "x/a/b", true),
        ] {
            let globs = Globs::new("exclude", [glob]).unwrap();
            assert_eq!(globs.matches(&RepoPath::from(path)), expected, "{glob} {path}");
        }
        assert!(!Globs::new("exclude", Vec::<String>::new()).unwrap().matches(&RepoPath::from("a")));
        let both = Globs::new("exclude", ["*.py", "!keep.py"]).unwrap();
        assert!(both.matches(&RepoPath::from("a.py")) && !both.matches(&RepoPath::from("x/keep.py")));
        assert_eq!(both.which(&RepoPath::from("x/a.py")), Some("*.py"));
        let wrong = Globs::new("hooks.pre-commit: exclude", ["a{"]).unwrap_err();
        assert!(wrong.what.contains("`a{`"), "{wrong}");
    }
}
