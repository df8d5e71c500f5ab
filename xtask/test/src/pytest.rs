//! Python: pytest, of the project's own environment where it has one.

use std::path::Path;

use xtask_core::exec::{Process, RunError, find_program};
use xtask_core::files;
use xtask_core::gate::Context;
use xtask_core::model::{Location, Outcome, RepoPath, TestCase};
use xtask_core::suite::{junit, rebase};

use crate::run::{Live, Ran, Settings, start};

/// pytest's exit code for "no tests were collected".
const NO_TESTS: i32 = 5;

/// The folders of a project's own environment.
const ENVIRONMENTS: [&str; 4] = [".venv/bin", "venv/bin", ".venv/Scripts", "venv/Scripts"];

/// The command that installs it.
pub(crate) const INSTALL: &str = "pip install pytest";

/// The command that starts pytest: the project's own, the one of the repository's top, one on PATH, or a Python's module.
pub(crate) fn program(root: &Path, folder: &RepoPath) -> Option<Process> {
    let here = folder.below(root);
    let own = |name: &str| find_local(&here, name).or_else(|| find_local(root, name)).map(Process::new);
    own("pytest")
        .or_else(|| Some(own("python")?.args(["-m", "pytest"])))
        .or_else(|| find_program(root, &[], "pytest").map(Process::new))
        .or_else(|| {
            let python = ["python3", "python"].iter().find_map(|name| find_program(root, &[], name))?;
            Some(Process::new(python).args(["-m", "pytest"]))
        })
}

/// The program in one of the environments below `folder`, not on PATH.
fn find_local(folder: &Path, name: &str) -> Option<std::path::PathBuf> {
    let found = find_program(folder, &ENVIRONMENTS, name)?;
    ENVIRONMENTS.iter().any(|environment| found.starts_with(folder.join(environment))).then_some(found)
}

/// Runs the tests of the project in `folder`.
pub(crate) fn run(cx: &Context, folder: &RepoPath, settings: &Settings<'_>) -> Result<Ran, RunError> {
    let Some(process) = program(&cx.root, folder) else {
        return Ok(Ran::without(Outcome::missing("there is no Python to run pytest", INSTALL)));
    };
    let scratch = match tempfile::tempdir() {
        Ok(scratch) => scratch,
        Err(cause) => {
            let why = format!("can't make a folder for pytest's results: {cause}");
            return Ok(Ran::without(Outcome::invalid(why)));
        }
    };
    let file = scratch.path().join("junit.xml");
    // The older family of attributes holds file and line.
    let process =
        process.arg("--junitxml").arg(&file).args(["-o", "junit_family=xunit1"]).args(settings.arguments);
    let ended = start(cx, &process, folder, settings, Live::Both)?;
    let output = [&ended.stdout[..], b"\n", &ended.stderr].concat();
    let output = String::from_utf8_lossy(&output).into_owned();
    if output.contains("No module named pytest") {
        return Ok(Ran::without(Outcome::missing("pytest is not installed", INSTALL)));
    }
    let mut ran = Ran { ended_well: matches!(ended.code, Some(0 | NO_TESTS)), output, ..Ran::default() };
    // Wrong options end pytest before it writes the file: its last lines tell that.
    if file.exists() {
        match files::read(&file).map_err(|problem| problem.to_string()).and_then(|bytes| junit::parse(&bytes))
        {
            Ok(cases) => ran.cases = placed(&cx.root, folder, cases),
            Err(why) => ran.unreadable = Some(format!("pytest's JUnit file: {why}")),
        }
    } else if ran.ended_well {
        ran.unreadable = Some("pytest wrote no JUnit file".to_owned());
    }
    Ok(ran)
}

/// The cases with places where they failed, else where the test begins (pytest counts those lines from 0), seen from the top.
fn placed(root: &Path, folder: &RepoPath, mut cases: Vec<TestCase>) -> Vec<TestCase> {
    for case in &mut cases {
        if let Some(at) = &mut case.location {
            *at = Location::line(at.path.clone(), at.line.unwrap_or(0).saturating_add(1));
        }
        junit::at_failure(&folder.below(root), case);
    }
    rebase(&mut cases, folder);
    cases
}

#[cfg(test)]
mod tests {
    use xtask_core::model::CaseStatus;

    use super::*;

    #[test]
    fn places_are_of_the_failure_or_of_the_test() {
        let case = |message: &str| TestCase {
            suite: "tests.test_a".into(),
            name: "t".into(),
            status: CaseStatus::Failed,
            wall_ms: None,
            message: Some(message.into()),
            location: Some(Location::line("tests/test_a.py".into(), 6)),
        };
        let cases = placed(
            Path::new("/repo"),
            &RepoPath::from("api"),
            vec![case("tests/test_a.py:9: AssertionError"), case("fixture failed")],
        );
        let places: Vec<String> =
            cases.iter().map(|case| case.location.as_ref().unwrap().to_string()).collect();
        assert_eq!(places, ["api/tests/test_a.py:9", "api/tests/test_a.py:7"]);
    }
}
