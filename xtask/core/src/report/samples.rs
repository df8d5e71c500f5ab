//! Reports for the tests of this module: one with everything in it, one that is hostile, one that is large, and any.

use proptest::prelude::*;

use crate::model::{
    Artifact, Better, CaseStatus, Finding, GateReport, Location, Metric, Missing, Outcome, RepoPath, Report,
    Severity, Skip, Standing, State, TestCase, Unit,
};

/// Every outcome, findings of every weight and state, tests, metrics, artifacts.
pub(super) fn mixed() -> Report {
    let at =
        |path: &str, line, column| Location { column: Some(column), ..Location::line(path.into(), line) };
    let hooks = GateReport {
        summary: "2,112 files, 10 checks".into(),
        wall_ms: 154,
        ..GateReport::new("hooks", Outcome::Passed)
    };
    let known = Finding {
        state: State::Known,
        ..Finding::new(
            "clippy",
            "clippy::unwrap_used",
            Some(at("src/main.rs", 3, 9)),
            "used `unwrap()` on a `Result`",
        )
        .severity(Severity::Warning)
    };
    let ranged = Location { end_line: Some(12), end_column: Some(31), ..at("src/café.rs", 12, 5) };
    let lint = GateReport {
        wall_ms: 8_400,
        standing: Standing::Named,
        ..GateReport::judged(
            "lint",
            vec![
                Finding::new(
                    "clippy",
                    "clippy::needless_return",
                    Some(ranged),
                    "unneeded `return` statement\nremove `return`",
                )
                .severity(Severity::Warning)
                .fix("cargo clippy --fix"),
                Finding::new(
                    "rustfmt",
                    "rustfmt",
                    Some(Location::file("src/main.rs".into())),
                    "not formatted",
                )
                .fix("cargo fmt"),
                Finding::new("deny", "advisory", None, "no advisory database").severity(Severity::Note),
                known,
            ],
        )
    };
    let case = |name: &str, status, message: Option<&str>| TestCase {
        suite: "xtask-core".into(),
        name: name.into(),
        status,
        wall_ms: Some(12),
        message: message.map(str::to_owned),
        location: (status == CaseStatus::Failed).then(|| Location::line("src/lib.rs".into(), 40)),
    };
    let mut test = GateReport {
        wall_ms: 3_100,
        cases: vec![
            case("config::reads", CaseStatus::Passed, None),
            case(
                "model::sums",
                CaseStatus::Failed,
                Some("assertion `left == right` failed\n  left: 4\n right: 5"),
            ),
            case("repo::reftable", CaseStatus::Skipped, Some("needs git 2.45")),
        ],
        ..GateReport::new("test", Outcome::Failed)
    };
    test.metrics.push(Metric::count("tests", 3));
    let mut coverage = GateReport {
        wall_ms: 20,
        ..GateReport::new(
            "coverage",
            Outcome::Invalid {
                why: "lcov.info speaks of line 90 of src/lib.rs, which has 80".into(),
                fix: Some("cargo xtask coverage rust".into()),
            },
        )
    };
    coverage.metrics.push(Metric {
        name: "lines-covered".into(),
        value: 84.96,
        unit: Unit::Percent,
        better: Better::Higher,
        limit: Some(85.0),
    });
    coverage.artifacts.push(Artifact { kind: "coverage map".into(), path: "coverage/map 1.json".into() });
    let visual =
        GateReport::new("visual", Outcome::missing("no Chromium on PATH", "apt-get install chromium"));
    Report::new("ci", vec![hooks, lint, test, coverage, visual], false, false, 12_345)
}

/// A report of this text in every string.
pub(super) fn of_text(text: &str) -> Report {
    let location = Location::line(RepoPath::from(text), 1);
    let mut gate = GateReport {
        summary: text.into(),
        cases: vec![TestCase {
            suite: text.into(),
            name: text.into(),
            status: CaseStatus::Failed,
            wall_ms: None,
            message: Some(text.into()),
            location: Some(location.clone()),
        }],
        artifacts: vec![Artifact { kind: text.into(), path: text.into() }],
        ..GateReport::judged(text, vec![Finding::new(text, text, Some(location), text).fix(text)])
    };
    gate.metrics.push(Metric::count(text, 1));
    let invalid = GateReport::new(text, Outcome::Invalid { why: text.into(), fix: Some(text.into()) });
    let skipped = GateReport::new(text, Outcome::missing(text, text));
    let mut report = Report::new(text, vec![gate, invalid, skipped], false, false, 1);
    report.program = text.into();
    report
}

/// `count` findings in files of a hundred each.
pub(super) fn large(count: u32) -> Report {
    let finding = |n: u32| {
        let at = Location::line(RepoPath::from(format!("src/part{}.rs", n / 100).as_str()), n % 100 + 1);
        Finding::new("clippy", "clippy::pedantic", Some(at), format!("finding number {n} of many"))
    };
    let lint = GateReport::judged("lint", (0..count).map(finding).collect());
    Report::new("lint", vec![lint], false, false, 1)
}

/// Any report.
pub(super) fn any_report() -> impl Strategy<Value = Report> {
    (any_text(), prop::collection::vec(any_gate(), 0..4), any::<bool>(), any::<bool>(), any::<u64>())
        .prop_map(|(command, gates, strict, ci, wall_ms)| Report::new(command, gates, strict, ci, wall_ms))
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{0,8}",
        ".{0,30}",
        prop::collection::vec(any::<char>(), 0..12).prop_map(|chars| chars.into_iter().collect()),
    ]
}

fn any_location() -> impl Strategy<Value = Location> {
    let number = || prop::option::of(any::<u32>());
    (prop::collection::vec(any::<u8>(), 0..20), number(), number(), number(), number()).prop_map(
        |(path, line, column, end_line, end_column)| Location {
            path: RepoPath::new(path),
            line,
            column,
            end_line,
            end_column,
        },
    )
}

fn any_finding() -> impl Strategy<Value = Finding> {
    let severity = prop_oneof![Just(Severity::Note), Just(Severity::Warning), Just(Severity::Error)];
    let state = prop_oneof![Just(State::New), Just(State::Known)];
    (
        any_text(),
        any_text(),
        severity,
        prop::option::of(any_location()),
        any_text(),
        prop::option::of(any_text()),
        state,
    )
        .prop_map(|(tool, rule, severity, location, message, fix, state)| Finding {
            fix,
            state,
            ..Finding::new(tool, rule, location, message).severity(severity)
        })
}

fn any_case() -> impl Strategy<Value = TestCase> {
    let status = prop_oneof![Just(CaseStatus::Passed), Just(CaseStatus::Failed), Just(CaseStatus::Skipped)];
    (
        any_text(),
        any_text(),
        status,
        prop::option::of(any::<u64>()),
        prop::option::of(any_text()),
        prop::option::of(any_location()),
    )
        .prop_map(|(suite, name, status, wall_ms, message, location)| TestCase {
            suite,
            name,
            status,
            wall_ms,
            message,
            location,
        })
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    let reason = prop_oneof![Just(Skip::Missing), Just(Skip::NothingToDo), Just(Skip::Stopped)];
    let fix = || prop::option::of(any_text());
    prop_oneof![
        Just(Outcome::Passed),
        Just(Outcome::Failed),
        (reason, any_text(), fix()).prop_map(|(reason, why, fix)| Outcome::Skipped { reason, why, fix }),
        (any_text(), fix()).prop_map(|(why, fix)| Outcome::Invalid { why, fix }),
    ]
}

fn any_metric() -> impl Strategy<Value = Metric> {
    let unit =
        prop_oneof![Just(Unit::Count), Just(Unit::Percent), Just(Unit::Milliseconds), Just(Unit::Bytes)];
    let better = prop_oneof![Just(Better::Higher), Just(Better::Lower), Just(Better::Neither)];
    let number = || prop::num::f64::NORMAL | prop::num::f64::ZERO;
    (any_text(), number(), unit, better, prop::option::of(number()))
        .prop_map(|(name, value, unit, better, limit)| Metric { name, value, unit, better, limit })
}

fn any_gate() -> impl Strategy<Value = GateReport> {
    let missing = (any_text(), any_text(), any::<bool>()).prop_map(|(why, fix, required)| Missing {
        why,
        fix,
        required,
    });
    let artifact = (any_text(), any_text()).prop_map(|(kind, path)| Artifact { kind, path });
    (
        any_text(),
        any_outcome(),
        prop_oneof![Just(Standing::Detected), Just(Standing::Named)],
        any_text(),
        prop::collection::vec(any_finding(), 0..5),
        prop::collection::vec(any_metric(), 0..3),
        prop::collection::vec(any_case(), 0..4),
        (prop::collection::vec(missing, 0..2), prop::collection::vec(artifact, 0..2)),
        any::<u64>(),
    )
        .prop_map(
            |(gate, outcome, standing, summary, findings, metrics, cases, (missing, artifacts), wall_ms)| {
                GateReport {
                    gate,
                    outcome,
                    standing,
                    summary,
                    findings,
                    metrics,
                    cases,
                    missing,
                    artifacts,
                    wall_ms,
                    steps: Vec::new(),
                }
            },
        )
}
