//! Which files a check takes by itself, as the manifest of pre-commit-hooks says it: its tag, and for a few a rule on the path.

use bstr::ByteSlice;
use xtask_core::model::{Problem, RepoPath};

use super::{Check, File};

impl Check {
    /// Whether it takes this file where no rule of the configuration says otherwise.
    pub fn takes_by_default(&self, file: &File) -> bool {
        file.tags.has(self.takes) && self.takes_path(file.path)
    }

    /// Whether it takes files only where the configuration names them (`[hooks.STAGE.files.CHECK]`).
    pub fn needs_files(&self) -> bool {
        self.id == super::file_contents_sorter::CHECK.id
    }

    /// What is wrong with listing it for `stage` without naming its files.
    pub fn files_not_named(&self, stage: &str) -> Option<Problem> {
        let id = self.id;
        self.needs_files().then(|| {
            Problem::usage(format!("{id} doesn't know its files"))
                .why("it sorts the lines of the files that it is given, and takes none by itself")
                .fix(format!("name them: `[hooks.{stage}.files.{id}]` with `glob = [\"allowed.txt\"]`"))
        })
    }

    /// The rule on the path alone.
    pub(crate) fn takes_path(&self, path: &RepoPath) -> bool {
        match self.id {
            "file-contents-sorter" => false,
            "name-tests-test" => is_below_tests(path.as_bytes()),
            "requirements-txt-fixer" => is_requirements(path.as_bytes()),
            _ => true,
        }
    }
}

/// `(^|/)tests/.+\.py$`
fn is_below_tests(path: &[u8]) -> bool {
    let inside = if path.starts_with(b"tests/") {
        Some(b"tests/".len())
    } else {
        path.find(b"/tests/").map(|at| at + b"/tests/".len())
    };
    inside.is_some_and(|start| path.ends_with(b".py") && path.len() > start + b".py".len())
}

/// `(requirements|constraints).*\.txt$`
fn is_requirements(path: &[u8]) -> bool {
    path.strip_suffix(b".txt")
        .is_some_and(|stem| stem.contains_str("requirements") || stem.contains_str("constraints"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::by_id;

    #[test]
    fn paths_are_taken_as_the_manifest_says() {
        for (id, path, taken) in [
            ("name-tests-test", "tests/a.py", true),
            ("name-tests-test", "x/tests/y/a.py", true),
            ("name-tests-test", "tests/.py", false),
            ("name-tests-test", "a/tests/.py", false),
            ("name-tests-test", "tests/tests/.py", true),
            ("name-tests-test", "mytests/a.py", false),
            ("name-tests-test", "tests/a.txt", false),
            ("name-tests-test", "a.py", false),
            ("requirements-txt-fixer", "requirements.txt", true),
            ("requirements-txt-fixer", "requirements/dev.txt", true),
            ("requirements-txt-fixer", "dev-requirements-3.txt", true),
            ("requirements-txt-fixer", "constraints.txt", true),
            ("requirements-txt-fixer", "requirements.in", false),
            ("requirements-txt-fixer", "a.txt", false),
            ("file-contents-sorter", "a.txt", false),
            ("check-vcs-permalinks", "a.txt", true),
        ] {
            assert_eq!(by_id(id).unwrap().takes_path(&RepoPath::from(path)), taken, "{id} {path}");
        }
        let refused = by_id("file-contents-sorter").unwrap().files_not_named("pre-commit").unwrap();
        assert!(refused.fix.contains("[hooks.pre-commit.files.file-contents-sorter]"), "{refused}");
        assert!(by_id("check-json").unwrap().files_not_named("pre-commit").is_none());
    }
}
