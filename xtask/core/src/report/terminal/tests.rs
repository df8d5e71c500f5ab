//! What people read: rows, findings, ways on.

use proptest::prelude::*;

use super::super::samples;
use super::super::text::columns;
use super::*;

fn plain(report: &Report) -> String {
    render(report, Style::PLAIN)
}

#[test]
fn a_run_reads_well_at_80_columns() {
    let text = plain(&samples::mixed());
    let expected = "\
✓ hooks     passed   2,112 files, 10 checks                               154 ms
✗ lint      failed   3 findings, 1 known                                   8.4 s
✗ test      failed   1 passed, 1 failed, 1 skipped                         3.1 s
? coverage  invalid  lcov.info speaks of line 90 of src/lib.rs, which      20 ms
                     has 80
– visual    skipped  no Chromium on PATH                                    0 ms

lint: 3 findings (1 known)
  note  advisory
    no advisory database

  src/café.rs:12:5  warning  clippy::needless_return
    unneeded `return` statement
    remove `return`
    → cargo clippy --fix

  src/main.rs  error  rustfmt
    not formatted
    → cargo fmt

test: 1 of 3 tests failed
  ✗ model::sums  xtask-core  src/lib.rs:40
      assertion `left == right` failed
        left: 4
       right: 5

coverage: invalid
  lcov.info speaks of line 90 of src/lib.rs, which has 80
  → cargo xtask coverage rust

visual: skipped
  no Chromium on PATH
  → apt-get install chromium

can't tell (failed: lint, test; invalid: coverage; skipped: visual; 1 of 5 gates
passed; 12.3 s)
1 passed, 1 failed, 1 skipped
";
    assert_eq!(text, expected);
}

#[test]
fn colour_changes_no_text() {
    let report = samples::mixed();
    let coloured = render(&report, Style { colour: true, ..Style::PLAIN });
    assert!(coloured.contains("\u{1b}["));
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain(&report));
}

#[test]
fn long_lists_are_cut_and_say_so() {
    let report = samples::large(120);
    let text = plain(&report);
    assert_eq!(text.matches("clippy::pedantic").count(), LISTED);
    assert!(text.contains("… and 70 more: see report.html"), "{text}");
    let all = render(&report, Style { verbose: true, ..Style::PLAIN });
    assert_eq!(all.matches("clippy::pedantic").count(), 120);
}

#[test]
fn a_way_on_is_shown_once_for_the_findings_that_it_mends() {
    let mut report = samples::large(4);
    for (finding, fix) in report.gates[0].findings.iter_mut().zip(["one", "one", "two", "one"]) {
        finding.fix = Some(format!("fix {fix}"));
    }
    let text = plain(&report);
    let fixes: Vec<&str> = text.lines().filter_map(|line| line.trim().strip_prefix("→ fix ")).collect();
    assert_eq!(fixes, ["two", "one"]);
    assert!(text.contains("\n\n  → fix one\n\nfailed"), "{text}");
}

#[test]
fn what_a_tool_printed_is_shown_as_it_was() {
    let drawn = "  |\n4 | \tlet x: u32 = \"abc\"; // and on and on, past the last column of the window\n  |            ---   ^^^^^";
    let mut report = samples::of_text("x");
    report.gates[0].findings[0].message =
        format!("it failed, and what it says is longer than a line of the window\n{drawn}\n");
    let text = render(&report, Style { width: 40, ..Style::PLAIN });
    let lines: Vec<&str> = text.lines().skip_while(|line| !line.contains("it failed")).take(5).collect();
    assert_eq!(
        lines,
        [
            "    it failed, and what it says is",
            "    longer than a line of the window",
            "      |",
            "    4 |     let x: u32 = \"abc\"; // and on and on, past the last column of the window",
            "      |            ---   ^^^^^",
        ]
    );
}

#[test]
fn one_message_may_be_longer_than_many() {
    let lines: Vec<String> = (0..GATE_LINES + 10).map(|line| format!("line {line}")).collect();
    let long = lines.join("\n");
    for (findings, shown, left) in [(1, GATE_LINES, 10), (40, MESSAGE_LINES, GATE_LINES + 10 - MESSAGE_LINES)]
    {
        let mut report = samples::large(findings);
        for finding in &mut report.gates[0].findings {
            finding.message.clone_from(&long);
        }
        let text = plain(&report);
        assert!(text.contains(&format!("    line {}\n    … {left} more lines", shown - 1)), "{text}");
    }
}

#[test]
fn what_a_gate_started_has_lines_where_it_does_not_fit_in() {
    let step = |name: &str, status, wall_ms, note: &str| Step {
        name: name.to_owned(),
        status,
        wall_ms,
        note: note.to_owned(),
    };
    let mut report = samples::mixed();
    report.gates.truncate(1);
    report.gates[0].steps = vec![step("ruff", CaseStatus::Passed, Some(120), "in the snapshot")];
    let text = plain(&report);
    assert!(
        text.starts_with(
            "✓ hooks  passed   2,112 files, 10 checks, ruff (120 ms in the snapshot)   154 ms\n"
        ),
        "{text}"
    );
    report.gates[0].steps.push(step("cargo-test", CaseStatus::Failed, Some(1500), "in the working tree"));
    report.gates[0].steps.push(step("eslint", CaseStatus::Skipped, None, "passed on the same before"));
    let expected = "\
✓ hooks  passed   2,112 files, 10 checks                                  154 ms
  ✓ ruff        120 ms  in the snapshot
  ✗ cargo-test   1.5 s  in the working tree
  – eslint              passed on the same before
";
    assert!(plain(&report).starts_with(expected), "{}", plain(&report));
}

#[test]
fn a_run_without_gates_still_ends_in_a_line() {
    let text = plain(&Report::new("lint", vec![], false, false, 3));
    assert_eq!(text, "nothing measured (3 ms)\n");
}

#[test]
fn nothing_from_outside_steers_the_terminal() {
    let text = plain(&samples::of_text("a\u{1b}[2Jb\u{7}c\rd\u{202e}"));
    assert!(!text.contains(|c: char| c.is_control() && c != '\n' || c == '\u{202e}'), "{text:?}");
}

proptest! {
    #[test]
    fn any_report_renders_at_any_width(report in samples::any_report(), width in prop_oneof![0_usize..200, 60_000_usize..70_000], verbose: bool) {
        let text = render(&report, Style { width, verbose, ..Style::PLAIN });
        prop_assert!(text.ends_with('\n'));
        let has_cases = report.gates.iter().any(|gate| !gate.cases.is_empty());
        prop_assert_eq!(has_cases, text.lines().last().is_some_and(|line| line.ends_with(" skipped")));
    }

    #[test]
    fn a_table_fits_the_width(width in 56_usize..160) {
        let text = render(&samples::mixed(), Style { width, ..Style::PLAIN });
        for line in text.lines() {
            prop_assert!(columns(line) <= width, "{line:?}");
        }
    }
}
