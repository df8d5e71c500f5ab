//! Where a Rust test is written, for failures that name no place: an abort, an overflown stack, an `Err` returned.

use std::collections::BTreeMap;

use super::libtest::PROGRAM;
use crate::model::{CaseStatus, Location, RepoPath, TestCase};

/// Gives failed cases without a place that of their function, where the files hold exactly one that fits best: of several
/// functions of one name, the one whose path has most of the words in the test's module and suite. `files` is read only where there is
/// such a case.
pub fn locate<F: IntoIterator<Item = (RepoPath, Vec<u8>)>>(
    cases: &mut [TestCase],
    files: impl FnOnce() -> F,
) {
    let mut wanted: BTreeMap<String, Vec<(RepoPath, u32)>> = BTreeMap::new();
    for case in cases.iter().filter(|case| lacks_place(case)) {
        wanted.entry(function(&case.name).to_owned()).or_default();
    }
    if wanted.is_empty() {
        return;
    }
    for (path, content) in files() {
        if path.extension() != Some(b"rs") {
            continue;
        }
        let text = String::from_utf8_lossy(&content);
        for (line, at) in text.lines().zip(1_u32..) {
            let Some(name) = defined(line) else { continue };
            if let Some(places) = wanted.get_mut(name) {
                places.push((path.clone(), at));
            }
        }
    }
    for case in cases.iter_mut().filter(|case| lacks_place(case)) {
        let places = wanted.get(function(&case.name)).map_or(&[][..], Vec::as_slice);
        case.location = best(case, places).map(|(path, line)| Location::line(path.clone(), *line));
    }
}

fn lacks_place(case: &TestCase) -> bool {
    case.status == CaseStatus::Failed && case.location.is_none() && case.name != PROGRAM
}

/// The last part of `module::tests::name`.
fn function(name: &str) -> &str {
    name.rsplit("::").next().unwrap_or(name)
}

/// The name in `fn name(`, `async fn name(`, `pub fn name<T>(`.
fn defined(line: &str) -> Option<&str> {
    let (before, rest) = line.split_once("fn ")?;
    let begins = before.is_empty() || before.ends_with(' ');
    let comment = before.trim_start().starts_with("//");
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    (begins && !comment && end > 0 && rest[end..].starts_with(['(', '<'])).then(|| &rest[..end])
}

fn best<'a>(case: &TestCase, places: &'a [(RepoPath, u32)]) -> Option<&'a (RepoPath, u32)> {
    let words: Vec<&str> = case
        .suite
        .split([':', '/', ' ', '(', ')'])
        .chain(case.name.split("::"))
        .map(|word| word.trim_end_matches(".rs"))
        // Modules of unit tests are called so as well as the folder of integration tests.
        .filter(|word| !matches!(*word, "" | "tests" | "test"))
        .collect();
    let score = |path: &RepoPath| {
        let text = path.to_string().replace('-', "_");
        let parts: Vec<&str> = text.split('/').map(|part| part.trim_end_matches(".rs")).collect();
        words.iter().filter(|word| parts.contains(&word.replace('-', "_").as_str())).count()
    };
    let most = places.iter().map(|(path, _)| score(path)).max()?;
    let mut leading = places.iter().filter(|(path, _)| score(path) == most);
    let first = leading.next();
    first.filter(|_| leading.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn located(suite: &str, name: &str) -> Option<String> {
        let mut cases = [TestCase {
            suite: suite.into(),
            name: name.into(),
            status: CaseStatus::Failed,
            wall_ms: None,
            message: None,
            location: None,
        }];
        locate(&mut cases, || {
            [
                ("src/lib.rs", "mod tests {\n    // fn only() {}\n    fn only() {}\n    fn twice() {}\n}\n"),
                ("src/parse.rs", "fn twice() {}\nfn both() {}\nfn both() {}\n"),
                ("tests/a-b.rs", "async fn twice() {}\nfn call() { only() }\n"),
                ("README.md", "fn text() {}\n"),
            ]
            .map(|(path, text)| (RepoPath::from(path), text.as_bytes().to_vec()))
        });
        cases[0].location.as_ref().map(ToString::to_string)
    }

    #[test]
    fn the_function_that_fits_is_found() {
        for (suite, name, place) in [
            ("tiny", "tests::only", Some("src/lib.rs:3")),
            ("tiny", "parse::tests::twice", Some("src/parse.rs:1")),
            ("tiny::a_b", "twice", Some("tests/a-b.rs:1")),
            ("tests/a-b.rs", "twice", Some("tests/a-b.rs:1")),
            ("tiny", "parse::both", None),
            ("other", "twice", None),
            ("tiny", "text", None),
            ("tiny", "none", None),
            ("tiny", PROGRAM, None),
        ] {
            assert_eq!(located(suite, name).as_deref(), place, "{suite} {name}");
        }
    }

    #[test]
    fn files_are_read_only_where_a_place_is_missing() {
        locate(&mut [], || -> Vec<(RepoPath, Vec<u8>)> { panic!("read") });
    }
}
