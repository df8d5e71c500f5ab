//! Globs that read as in `.gitignore`.

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use xtask_core::model::{Problem, RepoPath, Result};

/// A list of globs. `*.txt` matches at any depth, `/*.txt` at the top, `gen/` a folder with all in it, `!` takes back.
#[derive(Clone, Debug)]
pub struct Globs(Option<Gitignore>);

impl Globs {
    /// These globs; `place` names the list in errors.
    pub fn new(globs: &[String], place: &str) -> Result<Self> {
        if globs.is_empty() {
            return Ok(Self(None));
        }
        let mut builder = GitignoreBuilder::new("");
        for glob in globs {
            builder.add_line(None, glob).map_err(|cause| {
                Problem::usage(format!("{place}: `{glob}` is no glob"))
                    .why(cause)
                    .fix("globs read as in .gitignore, such as `*.min.js` or `vendor/**`")
            })?;
        }
        let built = builder
            .build()
            .map_err(|cause| Problem::usage(format!("{place}: the globs can't be read")).why(cause))?;
        Ok(Self(Some(built)))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Whether the file, or a folder that it is in, matches.
    pub fn matches(&self, path: &RepoPath) -> bool {
        self.0
            .as_ref()
            .is_some_and(|globs| globs.matched_path_or_any_parents(path.to_path(), false).is_ignore())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let globs = Globs::new(&[glob.to_owned()], "exclude").unwrap();
            assert_eq!(globs.matches(&RepoPath::from(path)), expected, "{glob} {path}");
        }
        assert!(!Globs::new(&[], "exclude").unwrap().matches(&RepoPath::from("a")));
        let both = Globs::new(&["*.py".to_owned(), "!keep.py".to_owned()], "exclude").unwrap();
        assert!(both.matches(&RepoPath::from("a.py")) && !both.matches(&RepoPath::from("x/keep.py")));
        let wrong = Globs::new(&["a{".to_owned()], "hooks.pre-commit: exclude").unwrap_err();
        assert!(wrong.what.contains("`a{`"), "{wrong}");
    }
}
