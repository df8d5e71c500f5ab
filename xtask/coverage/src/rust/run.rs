//! Running the tests, so that each process leaves a profile.

use std::path::Path;

use xtask_core::model::{CaseStatus, Problem, Result, Stream, TestCase};
use xtask_core::suite::libtest;

use super::build::last_lines;
use super::cargo::Cargo;

/// How the tests ended.
pub(super) struct Ran {
    /// The tests.
    pub cases: Vec<TestCase>,
    /// Why the run failed as a whole.
    pub failure: Option<String>,
}

/// Runs all tests; their profiles go to the folder `profiles`, which is new afterwards.
pub(super) fn tests(cargo: &Cargo<'_>, profiles: &Path) -> Result<Ran> {
    let failed = |cause| Problem::invalid(format!("can't clear {}", profiles.display())).why(cause);
    match std::fs::remove_dir_all(profiles) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => return Err(failed(cause)),
        _ => std::fs::create_dir_all(profiles).map_err(failed)?,
    }
    cargo.cx.events.progress("coverage", 0, 0, "running the tests");
    // %p: each process writes a file of its own, %m: a process id that comes again meets another program's.
    let process = cargo
        .instrumented(&["test", "--workspace", "--no-fail-fast"])?
        .variable("LLVM_PROFILE_FILE", profiles.join("%p-%m.profraw"));
    let ended = cargo.stream(&process, &[Stream::Stdout, Stream::Stderr])?;
    let (stdout, stderr) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    let cases = libtest::parse(cargo.workspace(), &stdout, &stderr);
    let failure = (ended.code != Some(0)).then(|| why_failed(&cases, ended.code, &stderr));
    Ok(Ran { cases, failure })
}

fn why_failed(cases: &[TestCase], code: Option<i32>, stderr: &str) -> String {
    let failed: Vec<&TestCase> = cases.iter().filter(|case| case.status == CaseStatus::Failed).collect();
    match (&failed[..], code) {
        ([], Some(code)) => format!("`cargo test` ended with {code}: {}", last_lines(stderr, 10)),
        ([], None) => format!("`cargo test` was killed: {}", last_lines(stderr, 10)),
        ([one], _) => format!("the test {} failed", one.name),
        ([first, more @ ..], _) => format!("{} tests failed, {} among them", more.len() + 1, first.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_run_says_why() {
        let case = |name: &str, status| TestCase {
            suite: "s".into(),
            name: name.into(),
            status,
            wall_ms: None,
            message: None,
            location: None,
        };
        let (good, bad) = (case("good", CaseStatus::Passed), case("bad", CaseStatus::Failed));
        for (cases, code, told) in [
            (vec![good.clone(), bad.clone()], Some(101), "the test bad failed"),
            (vec![bad.clone(), bad], Some(101), "2 tests failed, bad among them"),
            (vec![good], Some(101), "`cargo test` ended with 101: last"),
            (vec![], None, "`cargo test` was killed: last"),
        ] {
            assert_eq!(why_failed(&cases, code, "last\n"), told);
        }
    }
}
