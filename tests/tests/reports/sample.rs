//! The reports that the referees judge.

use xtask_core::model::{
    Artifact, Better, CaseStatus, Finding, GateReport, Location, Metric, Outcome, RepoPath, Report, Severity,
    Standing, State, TestCase, Unit,
};

fn at(path: &str, line: u32, column: u32) -> Location {
    Location { column: Some(column), ..Location::line(path.into(), line) }
}

/// A run as one sees it every day: something of each kind.
pub(crate) fn usual() -> Report {
    let hooks = GateReport {
        summary: "2,112 files, 10 checks".into(),
        wall_ms: 154,
        ..GateReport::new("hooks", Outcome::Passed)
    };
    let known = |line, message: &str| Finding {
        state: State::Known,
        ..Finding::new("clippy", "clippy::unwrap_used", Some(at("src/main.rs", line, 9)), message)
            .severity(Severity::Warning)
    };
    let mut ranged = at("src/report/html.rs", 12, 5);
    (ranged.end_line, ranged.end_column) = (Some(14), Some(6));
    let findings = vec![
        Finding::new("clippy", "clippy::needless_return", Some(ranged), "unneeded `return` statement\n\nfor further information visit the lint's page\n\n12 |     return report;\n   |     ^^^^^^^^^^^^^^ help: remove `return`: `report`")
            .severity(Severity::Warning)
            .fix("cargo clippy --fix --allow-dirty"),
        Finding::new("clippy", "clippy::disallowed_methods", Some(at("src/report/html.rs", 40, 13)), "use of a disallowed method `std::fs::write`: write through files, a full disk must not destroy the old file"),
        Finding::new("rustfmt", "rustfmt", Some(Location::file("src/main.rs".into())), "not formatted").fix("cargo fmt"),
        Finding::new("ruff", "E501", Some(at("app/tasks/très_long_dossier/émission.py", 210, 101)), "line too long (132 > 100)").severity(Severity::Warning),
        Finding::new("mypy", "arg-type", Some(at("app/tasks/orders.py", 18, 24)), "Argument 1 to \"charge\" has incompatible type \"str | None\"; expected \"str\""),
        Finding::new("deny", "advisory", None, "the advisory database is 12 days old").severity(Severity::Note).fix("cargo deny fetch"),
        known(3, "used `unwrap()` on a `Result` value"),
        known(88, "used `unwrap()` on an `Option` value"),
    ];
    let lint =
        GateReport { wall_ms: 8_431, standing: Standing::Named, ..GateReport::judged("lint", findings) };
    let case = |suite: &str, name: &str, status, message: Option<&str>| TestCase {
        suite: suite.into(),
        name: name.into(),
        status,
        wall_ms: Some(12),
        message: message.map(str::to_owned),
        location: (status == CaseStatus::Failed).then(|| Location::line("tests/orders.rs".into(), 40)),
    };
    let test = GateReport {
        wall_ms: 73_100,
        cases: vec![
            case("shop-core", "config::reads", CaseStatus::Passed, None),
            case(
                "shop-core",
                "orders::totals_are_sums",
                CaseStatus::Failed,
                Some(
                    "thread 'orders::totals_are_sums' panicked at tests/orders.rs:40:5:\nassertion `left == right` failed\n  left: 4\n right: 5",
                ),
            ),
            case("shop-core", "repo::reads_reftable", CaseStatus::Skipped, Some("needs git 2.45")),
            case("shop-web", "login::shows_the_form", CaseStatus::Passed, None),
        ],
        ..GateReport::new("test", Outcome::Failed)
    };
    let percent = |name: &str, value, limit| Metric {
        name: name.into(),
        value,
        unit: Unit::Percent,
        better: Better::Higher,
        limit,
    };
    let mut coverage = GateReport {
        wall_ms: 20,
        summary: "87.3 % of 12,345 lines".into(),
        ..GateReport::new("coverage", Outcome::Passed)
    };
    coverage.metrics = vec![
        percent("lines covered", 87.35, Some(85.0)),
        percent("patch covered", 96.0, Some(90.0)),
        Metric::count("lines", 12_345),
    ];
    let mut visual = GateReport {
        wall_ms: 420,
        ..GateReport::new(
            "visual",
            Outcome::Invalid {
                why: "login@390x844: the page never settled within 10 s: `.clock` changes every second"
                    .into(),
                fix: Some("mask = [\".clock\"]".into()),
            },
        )
    };
    visual
        .artifacts
        .push(Artifact { kind: "last picture".into(), path: "visual/login@390x844 last.png".into() });
    let bench =
        GateReport::new("bench", Outcome::missing("no Docker engine answers", "systemctl start docker"));
    Report::new("ci", vec![hooks, lint, test, coverage, visual, bench], false, false, 84_345)
}

/// Text that tries to be markup, a command or a control sequence, in every place.
pub(crate) fn hostile() -> Report {
    let texts = [
        "</script><script>alert(1)</script><img src=x onerror=alert(1)>",
        "\"><svg onload=alert(1)>'&amp;&#0;",
        "\u{1b}[31mred\u{1b}[0m \u{0}\u{8}\u{b}\u{7f}\u{fffe}\u{202e}]]>",
        "\r\n::error::x\n```\n| a | @b",
        "",
    ];
    let gates = texts.map(|text| {
        let mut path = text.as_bytes().to_vec();
        path.extend([b'/', 0xff, b' ', b'%']);
        let location = Location {
            path: RepoPath::new(path),
            line: Some(0),
            column: Some(u32::MAX),
            end_line: Some(0),
            end_column: Some(0),
        };
        let failed = TestCase {
            suite: text.into(),
            name: text.into(),
            status: CaseStatus::Failed,
            wall_ms: Some(u64::MAX),
            message: Some(text.into()),
            location: Some(location.clone()),
        };
        let skipped = TestCase { status: CaseStatus::Skipped, wall_ms: None, ..failed.clone() };
        let mut gate =
            GateReport::judged(text, vec![Finding::new(text, text, Some(location), text).fix(text)]);
        gate.summary = text.into();
        gate.cases = vec![failed, skipped];
        gate.metrics = vec![Metric::count(text, usize::MAX)];
        gate.artifacts = vec![Artifact { kind: text.into(), path: text.into() }];
        gate.wall_ms = 1 << 40;
        gate
    });
    let invalid = texts
        .map(|text| GateReport::new(text, Outcome::Invalid { why: text.into(), fix: Some(text.into()) }));
    let skipped = texts.map(|text| GateReport::new(text, Outcome::missing(text, text)));
    Report::new(texts[0], gates.into_iter().chain(invalid).chain(skipped).collect(), false, false, u64::MAX)
}

/// `count` findings, a hundred a file.
pub(crate) fn large(count: u32) -> Report {
    let finding = |n: u32| {
        let path = format!("src/part{:03}/mod.rs", n / 100);
        let severity = [Severity::Error, Severity::Warning, Severity::Note][n as usize % 3];
        Finding::new(
            "clippy",
            "clippy::pedantic",
            Some(at(&path, n % 100 + 1, 5)),
            format!("finding number {n} of many, with a message of usual length"),
        )
        .severity(severity)
    };
    Report::new(
        "lint",
        vec![GateReport::judged("lint", (0..count).map(finding).collect())],
        false,
        false,
        9_000,
    )
}
