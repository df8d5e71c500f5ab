//! The outputs of a run, judged by referees that we did not write: JSON Schema and XML Schema validators, and a browser.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "all of this file is a test; Clippy knows only the functions marked so"
)]

#[path = "reports/sample.rs"]
mod sample;

use std::path::{Path, PathBuf};

use xtask_core::model::Report;
use xtask_core::report::write_all;
use xtask_tests::referee;

/// Skips the test with the reason, or yields the referee.
macro_rules! need {
    ($test:literal, $referee:expr) => {
        match $referee {
            Ok(found) => found,
            Err(reason) => return referee::skip($test, &reason),
        }
    };
}

/// The reports that are judged: usual, empty, hostile, and large.
fn reports() -> [(&'static str, Report); 4] {
    [
        ("usual", sample::usual()),
        ("empty", Report::new("lint", vec![], false, false, 3)),
        ("hostile", sample::hostile()),
        ("large", sample::large(10_000)),
    ]
}

/// Writes a report's files into a folder that stays, to be looked at.
fn written(test: &str, name: &str, report: &Report) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test).join(name);
    write_all(report, &folder).unwrap();
    folder
}

/// Runs a program and returns what it printed; panics with what it said when it failed.
#[expect(clippy::disallowed_methods, reason = "a referee is run beside the code under test, not by it")]
fn run(program: &Path, arguments: &[&str]) -> String {
    let output = std::process::Command::new(program).args(arguments).output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{} {arguments:?}\n{stdout}\n{stderr}", program.display());
    stdout.into_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

const JSON_SCHEMA: &str = "
import json, sys
from jsonschema.validators import validator_for
schema = json.load(open(sys.argv[1]))
validator = validator_for(schema)
validator.check_schema(schema)
errors = list(validator(schema).iter_errors(json.load(open(sys.argv[2]))))
for error in errors[:10]: print(error.json_path, error.message)
sys.exit(len(errors) > 0)
";

#[test]
fn sarif_fits_the_schema_of_the_standard() {
    let python = need!("sarif", referee::python());
    let schema = need!("sarif", referee::file("sarif-schema.json"));
    for (name, report) in reports() {
        let log = written("sarif", name, &report).join("report.sarif");
        run(&python, &["-c", JSON_SCHEMA, text(&schema), text(&log)]);
    }
}

#[test]
fn json_fits_the_schema_that_we_publish() {
    let python = need!("json", referee::python());
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/report.schema.json");
    for (name, report) in reports() {
        let json = written("json", name, &report).join("report.json");
        run(&python, &["-c", JSON_SCHEMA, text(&schema), text(&json)]);
    }
}

#[test]
fn junit_fits_the_schema_of_jenkins() {
    const VALIDATE: &str = "
import sys, xmlschema
schema = xmlschema.XMLSchema(sys.argv[1])
errors = [error.reason for error in schema.iter_errors(sys.argv[2])]
# The schema is older than the attribute that sums skipped tests over all suites, which CI systems know.
errors = [error for error in errors if \"'skipped' attribute not allowed\" not in error]
print(errors[:10])
sys.exit(len(errors) > 0)
";
    let python = need!("junit", referee::python());
    let schema = need!("junit", referee::file("junit.xsd"));
    for (name, report) in reports() {
        let xml = written("junit", name, &report).join("junit.xml");
        run(&python, &["-c", VALIDATE, text(&schema), text(&xml)]);
    }
}

#[test]
fn the_page_opens_in_a_browser_without_a_word_in_its_console() {
    let chromium = need!("page", referee::chromium());
    for (name, report) in reports() {
        let page = written("page", name, &report).join("report.html");
        let profile = tempfile::tempdir().unwrap();
        let dom = dump_dom(&chromium, &profile, &format!("file://{}", page.display()));
        assert!(dom.contains("data-ready"), "{name}: the script ran to its end");
        assert!(!dom.contains("<img"), "{name}: text made an element");
    }
}

#[test]
fn a_link_to_the_page_can_carry_a_filter() {
    let chromium = need!("filter", referee::chromium());
    let page = written("filter", "usual", &sample::usual()).join("report.html");
    let profile = tempfile::tempdir().unwrap();
    let dom = dump_dom(&chromium, &profile, &format!("file://{}#q=needless%20src/report", page.display()));
    let shown = dom.split("id=\"shown\"").nth(1).and_then(|rest| rest.split('<').next()).unwrap();
    assert!(shown.ends_with(">1 of 9"), "{shown}");
}

/// The document as it is when the scripts have run; panics where the console has an error or the page asked for the network.
#[expect(clippy::disallowed_methods, reason = "a referee is run beside the code under test, not by it")]
fn dump_dom(chromium: &Path, profile: &tempfile::TempDir, url: &str) -> String {
    let output = std::process::Command::new(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"])
        .args([
            "--disable-background-networking",
            "--enable-logging=stderr",
            "--v=0",
            "--virtual-time-budget=5000",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(["--dump-dom", url])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let console: Vec<&str> = said.lines().filter(|line| line.contains("CONSOLE")).collect();
    assert!(console.is_empty(), "{console:#?}");
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_page_is_walked_through_by_keyboard() {
    let python = need!("keyboard", referee::python());
    let driver = need!("keyboard", referee::program(&["chromedriver"]));
    let chromium = need!("keyboard", referee::chromium());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reports/keyboard.py");
    let page = written("keyboard", "usual", &sample::usual()).join("report.html");
    let large = written("keyboard", "large", &sample::large(10_000)).join("report.html");
    let told = run(&python, &[text(&script), text(&driver), text(&chromium), text(&page), text(&large)]);
    println!("{told}");
}
