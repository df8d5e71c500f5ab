//! `name-tests-test`: files of tests are named so that the test runner finds them.

use super::{Check, File, Hit, Work};
use crate::options::{Options, TestNames};

/// The check.
pub(super) static CHECK: Check = Check {
    id: "name-tests-test",
    about: "files below tests/ that are named as tests",
    version: 1,
    takes: "file",
    work: Work::Name(run),
    fix: None,
};

fn run(file: &File, options: &Options) -> Vec<Hit> {
    let name = file.path.file_name();
    if name == b"__init__.py" || name == b"conftest.py" {
        return Vec::new();
    }
    let (start, end, shown) = match options.name_tests_test.names {
        TestNames::Last => (&b""[..], &b"_test.py"[..], "*_test.py"),
        TestNames::First => (&b"test_"[..], &b".py"[..], "test_*.py"),
        TestNames::Prefix => (&b"test"[..], &b".py"[..], "test*.py"),
    };
    let middle = name.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
    if middle.is_some_and(|middle| !middle.contains(&b'\n')) {
        return Vec::new();
    }
    vec![Hit::file(format!("a file of tests that isn't named `{shown}`"))]
}

#[cfg(test)]
mod tests {
    use xtask_core::model::RepoPath;

    use super::*;
    use crate::types::Tags;

    #[test]
    fn names() {
        let mut options = Options::default();
        for (names, good, bad) in [
            (
                TestNames::Last,
                &["a_test.py", "_test.py", "conftest.py"][..],
                &["test_a.py", "a_test.pyx"][..],
            ),
            (TestNames::First, &["test_a.py", "test_.py", "__init__.py"], &["testa.py", "a_test.py"]),
            (TestNames::Prefix, &["test.py", "testa.py", "test_a.py"], &["a_test.py", "tes.py"]),
        ] {
            options.name_tests_test.names = names;
            for (list, hits) in [(good, 0), (bad, 1)] {
                for name in list {
                    let path = RepoPath::from(format!("tests/{name}").as_str());
                    let file = File { path: &path, tags: Tags::default(), size: 0 };
                    assert_eq!(run(&file, &options).len(), hits, "{name}");
                }
            }
        }
    }
}
