//! JUnit files, as pytest, vitest and many others write them.

use std::path::Path;

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Decoder, Reader};

use super::{captured, panics};
use crate::model::{CaseStatus, Location, TestCase};

/// The cases of a JUnit file. An error is a reason why the file says nothing: it is no JUnit, or it is cut off.
///
/// A case with a failure or an error failed; otherwise one with `skipped` was skipped. Its place is that of its `file` and
/// `line` attributes as they stand; see [`at_failure`] for the place where it failed.
pub fn parse(bytes: &[u8]) -> Result<Vec<TestCase>, String> {
    let mut reader = Reader::from_reader(bytes);
    let mut state = State::default();
    let mut buffer = Vec::new();
    loop {
        let event = reader
            .read_event_into(&mut buffer)
            .map_err(|wrong| format!("malformed XML at byte {}: {wrong}", reader.error_position()))?;
        let decoder = reader.decoder();
        match event {
            Event::Start(element) => state.start(&element, decoder)?,
            Event::Empty(element) => {
                state.start(&element, decoder)?;
                state.end(element.local_name().as_ref());
            }
            Event::End(element) => state.end(element.local_name().as_ref()),
            Event::Text(text) => state.text(&decoded(decoder, &text)?),
            Event::CData(text) => state.text(&decoded(decoder, &text)?),
            Event::GeneralRef(reference) => {
                let name = decoded(decoder, &reference)?;
                let known = reference.resolve_char_ref().ok().flatten().map(String::from);
                let text = known.or_else(|| resolve_predefined_entity(&name).map(str::to_owned));
                state.text(&text.ok_or_else(|| format!("unknown entity `&{name};`"))?);
            }
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_) => {}
        }
        buffer.clear();
    }
    if !state.is_junit {
        return Err("no `testsuites` or `testsuite` element".to_owned());
    }
    if state.depth > 0 {
        return Err(format!("the file ends inside {} open elements", state.depth));
    }
    match state.disagreement {
        Some(why) => Err(why),
        None => Ok(state.cases),
    }
}

fn decoded(decoder: Decoder, bytes: &[u8]) -> Result<String, String> {
    decoder.decode(bytes).map(std::borrow::Cow::into_owned).map_err(|wrong| wrong.to_string())
}

/// Where a failed case failed, by the last line of its output that names a file of the repository and a line: `tests/test_a.py:5:
/// AssertionError`. Otherwise the place that it has stays.
pub fn at_failure(root: &Path, case: &mut TestCase) {
    if case.status != CaseStatus::Failed {
        return;
    }
    let named = |line: &str| -> Option<Location> {
        let mut parts = line.split(':');
        let path = panics::inside(root, parts.next()?.trim())?;
        let number = parts.next()?.parse().ok().filter(|&number| number > 0)?;
        let outside = [&b"site-packages/"[..], b"node_modules/"];
        let inside =
            !outside.iter().any(|folder| path.as_bytes().windows(folder.len()).any(|part| part == *folder));
        (inside && path.extension().is_some()).then(|| Location::line(path, number))
    };
    let found = case.message.as_deref().and_then(|text| text.lines().rev().find_map(named));
    if found.is_some() {
        case.location = found;
    }
}

#[derive(Default)]
struct State {
    is_junit: bool,
    depth: usize,
    suites: Vec<String>,
    /// What the open suites say of themselves, the outermost first.
    counts: Vec<Counts>,
    /// What a suite says of itself that its cases don't bear out.
    disagreement: Option<String>,
    case: Option<TestCase>,
    /// The depth of the element whose text is collected, and the text.
    collecting: Option<(usize, String)>,
    cases: Vec<TestCase>,
}

/// The numbers in a suite's attributes.
struct Counts {
    /// How many cases there were before it began.
    before: usize,
    ran: u64,
    failed: u64,
}

impl Counts {
    fn of(before: usize, attribute: impl Fn(&str) -> Result<Option<String>, String>) -> Result<Self, String> {
        let number = |name: &str| -> Result<u64, String> {
            Ok(attribute(name)?.and_then(|text| text.trim().parse().ok()).unwrap_or(0))
        };
        let left_out = number("skipped")?.saturating_add(number("disabled")?);
        Ok(Self {
            before,
            ran: number("tests")?.saturating_sub(left_out),
            failed: number("failures")?.saturating_add(number("errors")?),
        })
    }

    /// Why `cases` can't be all that the suite had. Writers count in their own ways: only "none of them" is taken for sure.
    fn disagrees(&self, cases: &[TestCase]) -> Option<String> {
        let own = cases.get(self.before..).unwrap_or_default();
        if self.failed > 0 && !own.iter().any(|case| case.status == CaseStatus::Failed) {
            return Some(format!("a suite counts {} failures, and none is listed", self.failed));
        }
        (self.ran > 0 && own.is_empty())
            .then(|| format!("a suite counts {} tests, and none is listed", self.ran))
    }
}

impl State {
    fn start(&mut self, element: &BytesStart<'_>, decoder: Decoder) -> Result<(), String> {
        self.depth += 1;
        let attribute = |name: &str| -> Result<Option<String>, String> {
            let found = element.try_get_attribute(name).map_err(|wrong| wrong.to_string())?;
            found
                .map(|attribute| {
                    attribute
                        .decoded_and_normalized_value(XmlVersion::default(), decoder)
                        .map(std::borrow::Cow::into_owned)
                        .map_err(|wrong| wrong.to_string())
                })
                .transpose()
        };
        match element.local_name().as_ref() {
            b"testsuites" if self.depth == 1 => {
                self.is_junit = true;
                self.counts.push(Counts::of(self.cases.len(), attribute)?);
            }
            b"testsuite" => {
                self.counts.push(Counts::of(self.cases.len(), attribute)?);
                self.is_junit |= self.depth == 1;
                self.suites.push(attribute("name")?.unwrap_or_default());
            }
            b"testcase" => {
                let class = attribute("classname")?.filter(|name| !name.is_empty());
                let seconds = attribute("time")?.and_then(|time| time.parse::<f64>().ok());
                let line = attribute("line")?.and_then(|line| line.parse::<u32>().ok());
                self.case = Some(TestCase {
                    suite: class.or_else(|| self.suites.last().cloned()).unwrap_or_default(),
                    name: attribute("name")?.unwrap_or_default(),
                    status: CaseStatus::Passed,
                    wall_ms: seconds
                        .filter(|time| time.is_finite() && *time >= 0.0)
                        .map(|time| (time * 1000.0).round() as u64),
                    message: None,
                    location: attribute("file")?
                        .and_then(|file| panics::inside(Path::new(""), &file))
                        .map(|path| Location { line: line.filter(|&line| line > 0), ..Location::file(path) }),
                });
            }
            b"failure" | b"error" => self.outcome(CaseStatus::Failed, attribute("message")?),
            b"skipped" => self.outcome(CaseStatus::Skipped, attribute("message")?),
            _ => {}
        }
        Ok(())
    }

    fn outcome(&mut self, status: CaseStatus, message: Option<String>) {
        let Some(case) = &mut self.case else { return };
        if case.status == CaseStatus::Failed && status == CaseStatus::Skipped {
            return;
        }
        if case.status != CaseStatus::Failed {
            case.status = status;
            case.message = message.filter(|text| !text.is_empty());
        }
        self.collecting = Some((self.depth, String::new()));
    }

    fn text(&mut self, text: &str) {
        if let Some((_, collected)) = &mut self.collecting {
            collected.push_str(text);
        }
    }

    /// A suite ends.
    fn settle(&mut self) {
        let disagrees = self.counts.pop().and_then(|counts| counts.disagrees(&self.cases));
        self.disagreement = self.disagreement.take().or(disagrees);
    }

    fn end(&mut self, name: &[u8]) {
        if let Some((_, text)) = self.collecting.take_if(|(depth, _)| *depth == self.depth)
            && let Some(case) = &mut self.case
            && let Some(text) = captured::message(&text)
        {
            // The text repeats the message in most writers; where it doesn't, both are told.
            case.message = Some(match case.message.take() {
                Some(message) if !text.contains(message.trim()) => format!("{message}\n{text}"),
                _ => text,
            });
        }
        match name {
            b"testcase" => self.cases.extend(self.case.take()),
            b"testsuite" => {
                self.suites.pop();
                self.settle();
            }
            b"testsuites" if self.depth == 1 => self.settle(),
            _ => {}
        }
        self.depth = self.depth.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use quick_junit::{NonSuccessKind, Report, TestCase as Written, TestCaseStatus, TestSuite};

    use super::*;

    const PYTEST: &str = r#"<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="1" skipped="1" tests="4" time="0.031" timestamp="2026-01-01T00:00:00" hostname="h"><testcase classname="tests.test_a" name="test_ok" file="tests/test_a.py" line="3" time="0.001" /><testcase classname="tests.test_a" name="test_bad[&lt;x&gt;]" time="0.002"><failure message="assert 1 == 2">def test_bad():
&gt;       assert 1 == 2
E       assert 1 == 2

tests/test_a.py:5: AssertionError</failure></testcase><testcase classname="tests.test_a" name="test_skip" time="0.000"><skipped type="pytest.skip" message="later">/repo/tests/test_a.py:9: later</skipped></testcase><testcase classname="" name="tests.test_b" time="0.000"><error message="collection failure">ImportError</error></testcase></testsuite></testsuites>"#;

    #[test]
    fn a_suite_that_lists_less_than_it_counts_says_nothing() {
        for (text, holds) in [
            (r#"<testsuite tests="3" failures="1"><testcase name="a"/></testsuite>"#, false),
            (r#"<testsuites errors="2"><testsuite><testcase name="a"/></testsuite></testsuites>"#, false),
            (
                r#"<testsuites><testsuite tests="1"/><testsuite><testcase name="a"/></testsuite></testsuites>"#,
                false,
            ),
            (r#"<testsuites tests="2" skipped="2"><testsuite tests="0"/></testsuites>"#, true),
            (r#"<testsuite tests="x" failures=""><testcase name="a"/></testsuite>"#, true),
            (
                r#"<testsuite tests="9" failures="3"><testcase name="a"><failure/></testcase></testsuite>"#,
                true,
            ),
        ] {
            assert_eq!(parse(text.as_bytes()).is_ok(), holds, "{text}");
        }
    }

    #[test]
    fn pytest_is_read() {
        let mut cases = parse(PYTEST.as_bytes()).unwrap();
        for case in &mut cases {
            at_failure(Path::new("/repo"), case);
        }
        let shown: Vec<String> = cases
            .iter()
            .map(|case| {
                let place = case.location.as_ref().map_or("-".to_owned(), ToString::to_string);
                format!("{} {} {:?} {place}", case.suite, case.name, case.status)
            })
            .collect();
        assert_eq!(
            shown,
            [
                "tests.test_a test_ok Passed tests/test_a.py:3",
                "tests.test_a test_bad[<x>] Failed tests/test_a.py:5",
                "tests.test_a test_skip Skipped -",
                "pytest tests.test_b Failed -",
            ]
        );
        assert_eq!(cases[0].wall_ms, Some(1));
        assert!(cases[1].message.as_ref().unwrap().ends_with("AssertionError"));
        assert_eq!(cases[3].message.as_deref(), Some("collection failure\nImportError"));
    }

    #[test]
    fn what_is_cut_off_or_no_junit_is_an_error() {
        for at in 1..PYTEST.len() {
            assert!(parse(&PYTEST.as_bytes()[..at]).is_err(), "cut at {at}");
        }
        for text in [
            &b""[..],
            b"<html></html>",
            b"not XML",
            b"\xff\xfe",
            b"<testsuite>&bomb;</testsuite>",
            b"<a><testsuite/></a>",
        ] {
            assert!(parse(text).is_err(), "{}", String::from_utf8_lossy(text));
        }
        assert_eq!(parse(b"<testsuites/>"), Ok(Vec::new()));
    }

    fn status() -> impl Strategy<Value = CaseStatus> {
        prop_oneof![Just(CaseStatus::Passed), Just(CaseStatus::Failed), Just(CaseStatus::Skipped)]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(cases in proptest::collection::vec(
            ("[a-z<>&\"' ]{1,12}", "[a-zé<&\\]>]{1,12}", status(), 0_u64..100_000, "[a-z<>&;\\]é]{1,20}"), 0..8
        )) {
            let expected: Vec<TestCase> = cases
                .into_iter()
                .map(|(suite, name, status, milliseconds, message)| TestCase {
                    suite,
                    name,
                    status,
                    wall_ms: Some(milliseconds),
                    message: (status != CaseStatus::Passed).then_some(message),
                    location: None,
                })
                .collect();
            let mut suite = TestSuite::new("all");
            for case in &expected {
                let status = match case.status {
                    CaseStatus::Passed => TestCaseStatus::success(),
                    CaseStatus::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
                    CaseStatus::Skipped => TestCaseStatus::skipped(),
                };
                let mut written = Written::new(case.name.as_str(), status);
                written.set_classname(case.suite.as_str());
                written.set_time(std::time::Duration::from_millis(case.wall_ms.unwrap()));
                if let Some(message) = &case.message {
                    written.status.set_description(message.as_str());
                }
                suite.add_test_case(written);
            }
            let mut report = Report::new("run");
            report.add_test_suite(suite);
            prop_assert_eq!(parse(report.to_string().unwrap().as_bytes()).unwrap(), expected);
        }

        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
        }
    }
}
