//! Globs that read as in `.gitignore`: `*.rs` at any depth, `/a/**` from the top.

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use xtask_core::model::{Problem, RepoPath, Result};

/// A set of globs.
#[derive(Clone, Debug)]
pub(crate) struct Globs(Gitignore);

impl Globs {
    /// The set of these globs; `key` names the place in the configuration that they come from.
    pub(crate) fn new<S: AsRef<str>>(key: &str, globs: impl IntoIterator<Item = S>) -> Result<Self> {
        let mut builder = GitignoreBuilder::new("");
        let wrong = |glob: &str, cause: ignore::Error| {
            Problem::usage(format!("{key}: `{glob}` is no glob"))
                .why(cause)
                .fix("write it as in .gitignore: `src/**`, `*.gen.rs`")
        };
        for glob in globs {
            let glob = glob.as_ref();
            builder.add_line(None, glob).map_err(|cause| wrong(glob, cause))?;
        }
        builder.build().map(Self).map_err(|cause| wrong("", cause))
    }

    /// Whether the file, or a folder that holds it, matches.
    pub(crate) fn match_file(&self, path: &RepoPath) -> bool {
        let path = path.to_path();
        !self.0.is_empty()
            && path.is_relative()
            && self.0.matched_path_or_any_parents(&path, false).is_ignore()
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
            assert_eq!(globs.match_file(&path.into()), matches, "{glob} {path}");
        }
        let none = Globs::new("k", Vec::<String>::new()).unwrap();
        assert!(!none.match_file(&"a".into()));
    }

    #[test]
    fn a_bad_glob_names_its_key() {
        let problem = Globs::new("coverage.exclude", ["{a"]).unwrap_err();
        assert!(problem.what.contains("coverage.exclude: `{a`"), "{problem}");
    }
}
