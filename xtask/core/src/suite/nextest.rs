//! What cargo-nextest prints with `--message-format libtest-json-plus`: a JSON object a line, as tests end. Unlike its JUnit
//! file it tells ignored tests, and what was measured before the runner was killed; and no configuration of the project can
//! move it elsewhere.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::{captured, panics};
use crate::model::{CaseStatus, TestCase};

/// The variable that nextest wants set before it prints this format.
pub const VARIABLE: (&str, &str) = ("NEXTEST_EXPERIMENTAL_LIBTEST_JSON", "1");

/// The arguments that choose this format.
pub const ARGUMENTS: [&str; 4] = ["--message-format", "libtest-json-plus", "--message-format-version", "0.1"];

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "type")]
    kind: String,
    event: String,
    #[serde(default)]
    name: String,
    exec_time: Option<f64>,
    stdout: Option<String>,
    stderr: Option<String>,
    reason: Option<String>,
    #[serde(default)]
    passed: usize,
    #[serde(default)]
    failed: usize,
}

/// The tests of a run: `stdout` holds the objects, `stderr` the lines for people, which say how a test that printed nothing
/// ended. Paths in panics are made relative to `root`. An error is a reason why the format can't be relied on.
pub fn parse(root: &Path, stdout: &str, stderr: &str) -> Result<Vec<TestCase>, String> {
    // By name: a retried test ends several times, and its last end counts.
    let mut ends: BTreeMap<(String, String), Option<Line>> = BTreeMap::new();
    let mut counted = 0_usize;
    for text in stdout.lines().filter(|text| text.starts_with('{')) {
        let Ok(line) = serde_json::from_str::<Line>(text) else {
            return Err(format!("nextest printed a line that is not of its format: {text:.200}"));
        };
        match (line.kind.as_str(), line.event.as_str()) {
            ("suite", "ok" | "failed") => counted += line.passed + line.failed,
            ("test", "started") => {
                ends.entry(identity(&line.name)).or_insert(None);
            }
            ("test", _) => {
                ends.insert(identity(&line.name), Some(line));
            }
            _ => {}
        }
    }
    let stderr = captured::plain(stderr);
    let cases: Vec<TestCase> =
        ends.into_iter().map(|((suite, name), end)| case(root, suite, name, end, &stderr)).collect();
    let run = cases.iter().filter(|case| case.status != CaseStatus::Skipped).count();
    if counted > run {
        return Err(format!("nextest counts {counted} tests, and told of {run}"));
    }
    Ok(cases)
}

/// Suite and test of `tiny::abort$b_aborts`, or of a retry's `…#2`. A crate's own unit tests are `tiny::tiny$…`.
fn identity(name: &str) -> (String, String) {
    let (suite, test) = name.split_once('$').unwrap_or(("", name));
    let test = match test.rsplit_once('#') {
        Some((bare, retry)) if !retry.is_empty() && retry.bytes().all(|byte| byte.is_ascii_digit()) => bare,
        _ => test,
    };
    let suite = match suite.split_once("::") {
        Some((package, binary)) if package.replace('-', "_") == binary.replace('-', "_") => package,
        _ => suite,
    };
    (suite.to_owned(), test.to_owned())
}

fn case(root: &Path, suite: String, name: String, end: Option<Line>, stderr: &str) -> TestCase {
    let Some(end) = end else {
        return TestCase {
            suite,
            name,
            status: CaseStatus::Failed,
            wall_ms: None,
            message: Some("it had not ended when the runner did".to_owned()),
            location: None,
        };
    };
    let status = match end.event.as_str() {
        "ok" => CaseStatus::Passed,
        "ignored" => CaseStatus::Skipped,
        _ => CaseStatus::Failed,
    };
    let failed = status == CaseStatus::Failed;
    let output = [end.stdout, end.stderr].into_iter().flatten().collect::<Vec<_>>().join("\n");
    let location = failed.then(|| panics::place(root, &name, &output)).flatten();
    let message = match status {
        CaseStatus::Passed => None,
        CaseStatus::Skipped => end.reason,
        CaseStatus::Failed => captured::message(&harness_left_out(&output, &name))
            .or(end.reason)
            .or_else(|| status_word(stderr, &name)),
    };
    TestCase {
        suite,
        name,
        status,
        wall_ms: end
            .exec_time
            .filter(|time| time.is_finite() && *time >= 0.0)
            .map(|time| (time * 1000.0).round() as u64),
        message,
        location,
    }
}

/// The test's own output, without the lines that the harness puts around it.
fn harness_left_out(output: &str, name: &str) -> String {
    let head = format!("---- {name} stdout ----\n");
    let own = output.split_once(&head).map_or(output, |(_, own)| own);
    let end = format!("\nfailures:\n    {name}\n");
    own.split_once(&end).map_or(own, |(own, _)| own).to_owned()
}

/// How a test ended that printed nothing, by nextest's line for people: `SIGABRT [   0.105s] ( 9/11) tiny::abort b_aborts`.
fn status_word(stderr: &str, name: &str) -> Option<String> {
    stderr.lines().find_map(|line| {
        let (word, rest) = line.trim().split_once(" [")?;
        let fits = rest.rsplit_once(' ').is_some_and(|(_, last)| last == name);
        (fits && !matches!(word, "PASS" | "FAIL" | "SLOW")).then(|| format!("it ended with {word}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STDERR: &str = "        FAIL [   0.085s] ( 5/11) tiny tests::fails\n     \u{1b}[31;1mSIGABRT\u{1b}[0m [   0.105s] ( 9/11) tiny::abort b_aborts\n";
    const STDOUT: &str = r#"{"type":"suite","event":"started","test_count":8,"nextest":{"crate":"tiny","test_binary":"tiny","kind":"lib"}}
{"type":"test","event":"started","name":"tiny::tiny$tests::adds"}
{"type":"test","event":"ok","name":"tiny::tiny$tests::adds","exec_time":0.004532817}
{"type":"test","event":"ignored","name":"tiny::tiny$tests::ignored"}
{"type":"test","event":"failed","name":"tiny::tiny$tests::panics","exec_time":0.004782433,"stdout":"test tests::panics - should panic ... FAILED\n\nfailures:\n\n---- tests::panics stdout ----\nnote: test did not panic as expected at src/lib.rs:28:8\n\nfailures:\n    tests::panics\n\ntest result: FAILED.\n\n"}
{"type":"test","event":"failed","name":"tiny::tiny$tests::fails","exec_time":0.085482061,"stdout":"hello out\n\nthread 'tests::fails' (15145) panicked at src/lib.rs:19:65:\nno\nnote: run with `RUST_BACKTRACE=1`\n"}
{"type":"suite","event":"failed","passed":1,"failed":2,"ignored":1,"measured":0,"filtered_out":0,"exec_time":0.181719041}
{"type":"test","event":"failed","name":"tiny::abort$b_aborts","exec_time":0.104506923,"stdout":""}
{"type":"test","event":"failed","name":"tiny::abort$flaky","exec_time":0.1,"stdout":"x"}
{"type":"test","event":"ok","name":"tiny::abort$flaky#2","exec_time":0.1}
{"type":"test","event":"failed","name":"tiny::abort$slow","exec_time":0.1,"stdout":"","reason":"time limit exceeded"}
{"type":"test","event":"started","name":"tiny::abort$c_hangs"}
"#;

    #[test]
    fn every_end_is_read() {
        let cases = parse(Path::new("/repo"), STDOUT, STDERR).unwrap();
        let shown: Vec<String> = cases
            .iter()
            .map(|case| {
                format!(
                    "{} {} {:?} {}",
                    case.suite,
                    case.name,
                    case.status,
                    case.message.as_deref().unwrap_or("-").replace('\n', "/")
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                "tiny tests::adds Passed -",
                "tiny tests::fails Failed hello out//thread 'tests::fails' (15145) panicked at src/lib.rs:19:65:/no",
                "tiny tests::ignored Skipped -",
                "tiny tests::panics Failed note: test did not panic as expected at src/lib.rs:28:8",
                "tiny::abort b_aborts Failed it ended with SIGABRT",
                "tiny::abort c_hangs Failed it had not ended when the runner did",
                "tiny::abort flaky Passed -",
                "tiny::abort slow Failed time limit exceeded",
            ]
        );
        assert_eq!(cases[1].location.as_ref().unwrap().to_string(), "src/lib.rs:19:65");
        assert_eq!(cases[3].location.as_ref().unwrap().to_string(), "src/lib.rs:28:8");
        assert_eq!(cases[0].wall_ms, Some(5));
    }

    #[test]
    fn another_format_is_no_result() {
        for text in [
            "{\"type\":\"test\"}\n",
            "{\"type\":\"test\",\"event\":",
            "{\"type\":\"suite\",\"event\":\"ok\",\"passed\":3,\"failed\":0}\n",
        ] {
            assert!(parse(Path::new("/repo"), text, "").is_err(), "{text}");
        }
        assert_eq!(parse(Path::new("/repo"), "", "").unwrap(), []);
    }
}
