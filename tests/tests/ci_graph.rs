//! The `ci` graph on gates made for the purpose: panics, missing things, hand-over of test cases, order, fail-fast.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use xtask_ci::{Options, plan, run};
use xtask_core::config::Config;
use xtask_core::exec::Interrupt;
use xtask_core::gate::{Context, Gate, GatePlan, Need, Planned};
use xtask_core::model::{
    CaseStatus, GateReport, Outcome, Problem, ProblemKind, Report, Result, Skip, Standing, TestCase,
};

type Plan = dyn Fn() -> Result<Planned> + Send + Sync;

struct Made(&'static str, Box<Plan>);

impl Gate for Made {
    fn name(&self) -> &'static str {
        self.0
    }

    fn plan(&self, _: &Context) -> Result<Planned> {
        (self.1)()
    }

    fn needs(&self, _: &Context) -> Vec<Need> {
        Vec::new()
    }
}

fn gate(name: &'static str, plan: impl Fn() -> Result<Planned> + Send + Sync + 'static) -> Box<dyn Gate> {
    Box::new(Made(name, Box::new(plan)))
}

/// A gate that is in, and whose work is this.
fn works(
    name: &'static str,
    work: impl Fn(&Context) -> Result<GateReport> + Clone + Send + Sync + 'static,
) -> Box<dyn Gate> {
    gate(name, move || Ok(Planned::run(GatePlan::new(name, Standing::Detected, "made"), work.clone())))
}

fn passes(name: &'static str) -> Box<dyn Gate> {
    works(name, move |_| Ok(GateReport::new(name, Outcome::Passed)))
}

fn context() -> Context {
    Context {
        jobs: NonZeroUsize::new(2).unwrap(),
        ..Context::new(std::env::temp_dir(), None, Config::default())
    }
}

fn outcomes(gates: &[Box<dyn Gate>], options: Options) -> Vec<(String, Outcome)> {
    let cx = context();
    let planned = plan(&cx, gates, options).unwrap();
    run(&cx, planned).reports.into_iter().map(|report| (report.gate, report.outcome)).collect()
}

#[test]
fn a_gate_that_panics_is_invalid_and_the_others_go_on() {
    let gates = [
        works("bad", |_| panic!("out of cheese")),
        gate("worse", || panic!("while planning")),
        passes("good"),
    ];
    let ends = outcomes(&gates, Options::default());
    assert!(matches!(&ends[0].1, Outcome::Invalid { why, .. } if why.contains("out of cheese")), "{ends:?}");
    assert!(matches!(&ends[1].1, Outcome::Invalid { why, .. } if why.contains("while planning")), "{ends:?}");
    assert_eq!(ends[2].1, Outcome::Passed);
    let reports = ends.into_iter().map(|(gate, outcome)| GateReport::new(gate, outcome)).collect();
    assert_eq!(Report::new("ci", reports, false, false, 0).exit_code, 4);
}

#[test]
fn problems_become_outcomes_by_their_kind_and_usage_ends_the_run() {
    let gates = [
        works("missing", |_| Err(Problem::missing("no ruff").fix("pip install ruff"))),
        works("invalid", |_| Err(Problem::invalid("half a file"))),
    ];
    let ends = outcomes(&gates, Options::default());
    assert!(matches!(&ends[0].1, Outcome::Skipped { reason: Skip::Missing, .. }));
    assert!(matches!(&ends[1].1, Outcome::Invalid { .. }));

    let cx = context();
    let wrong = [works("wrong", |_| Err(Problem::usage("no such glob"))), passes("good")];
    let planned = plan(&cx, &wrong, Options::default()).unwrap();
    let ran = run(&cx, planned);
    assert_eq!(ran.usage.unwrap().kind, ProblemKind::Usage);
    assert_eq!(ran.reports.len(), 2, "what the others found is still told");
    let wrong = [gate("wrong", || Err(Problem::usage("no such glob")))];
    assert!(plan(&cx, &wrong, Options::default()).is_err());
}

fn case(name: &str, status: CaseStatus) -> TestCase {
    TestCase { suite: "s".into(), name: name.into(), status, wall_ms: None, message: None, location: None }
}

/// Coverage, which runs the tests; and the test gate, which must not run them again.
fn coverage_and_test(coverage: GateReport) -> Vec<(String, GateReport)> {
    let ran = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&ran);
    let gates = [
        works("test", move |_| {
            count.fetch_add(1, Ordering::SeqCst);
            Ok(GateReport::new("test", Outcome::Passed))
        }),
        gate("coverage", move || {
            let plan = GatePlan {
                provides: vec!["test"],
                ..GatePlan::new("coverage", Standing::Named, "configured")
            };
            let coverage = coverage.clone();
            Ok(Planned::run(plan, move |_| Ok(coverage)))
        }),
    ];
    let cx = context();
    let planned = plan(&cx, &gates, Options::default()).unwrap();
    let reports = run(&cx, planned).reports;
    assert_eq!(ran.load(Ordering::SeqCst), 0, "the tests ran once, under coverage");
    reports.into_iter().map(|report| (report.gate.clone(), report)).collect()
}

#[test]
fn the_test_gate_takes_its_result_from_coverage() {
    let cases = vec![case("a", CaseStatus::Passed), case("b", CaseStatus::Failed)];
    let reports = coverage_and_test(GateReport { cases, ..GateReport::new("coverage", Outcome::Passed) });
    assert_eq!(reports[0].1.outcome, Outcome::Failed);
    assert_eq!(reports[0].1.cases.len(), 2);
    assert_eq!(reports[1].1.cases.len(), 0, "each case is told once");

    // Failed tests are told once, and exit with 1: that coverage could not be measured follows from them.
    let cases = vec![case("b", CaseStatus::Failed)];
    let reports = coverage_and_test(GateReport {
        cases,
        ..GateReport::new("coverage", Outcome::invalid("tests failed"))
    });
    assert!(matches!(reports[1].1.outcome, Outcome::Skipped { reason: Skip::Stopped, .. }));
    let reports = reports.into_iter().map(|(_, report)| report).collect();
    assert_eq!(Report::new("ci", reports, true, true, 0).exit_code, 1);

    let silent = coverage_and_test(GateReport::new("coverage", Outcome::Passed));
    assert!(matches!(silent[0].1.outcome, Outcome::Invalid { .. }), "no cases are no pass");
    let broken = coverage_and_test(GateReport::new("coverage", Outcome::invalid("it did not build")));
    assert!(matches!(&broken[0].1.outcome, Outcome::Invalid { why, .. } if why.contains("did not build")));
}

#[test]
fn fail_fast_stops_what_has_not_begun() {
    let gates = [works("first", |_| Ok(GateReport::new("first", Outcome::Failed))), {
        gate("second", || {
            let plan =
                GatePlan { after: vec!["first"], ..GatePlan::new("second", Standing::Detected, "made") };
            Ok(Planned::run(plan, |_| Ok(GateReport::new("second", Outcome::Passed))))
        })
    }];
    let ends = outcomes(&gates, Options { fail_fast: true, ..Options::default() });
    assert!(matches!(ends[1].1, Outcome::Skipped { reason: Skip::Stopped, .. }), "{ends:?}");
    assert_eq!(outcomes(&gates, Options::default())[1].1, Outcome::Passed);
}

/// A gate that was running when another failed: whatever it says of its own end, it could not measure for that alone.
#[test]
fn fail_fast_does_not_make_the_others_invalid() {
    let gates = [
        works("first", |_| Ok(GateReport::new("first", Outcome::Failed))),
        works("second", |cx| {
            while !cx.cancel.is_stopped() {
                std::thread::yield_now();
            }
            Err(Problem::invalid("the compiler was ended"))
        }),
    ];
    let ends = outcomes(&gates, Options { fail_fast: true, ..Options::default() });
    assert!(matches!(ends[1].1, Outcome::Skipped { reason: Skip::Stopped, .. }), "{ends:?}");
}

#[test]
fn an_interruption_keeps_what_had_ended() {
    let gates = [
        works("first", |cx| {
            cx.cancel.stop(Interrupt::Interrupted);
            Ok(GateReport::new("first", Outcome::Failed))
        }),
        gate("second", || {
            let plan =
                GatePlan { after: vec!["first"], ..GatePlan::new("second", Standing::Detected, "made") };
            Ok(Planned::run(plan, |_| Ok(GateReport::new("second", Outcome::Passed))))
        }),
    ];
    let ends = outcomes(&gates, Options::default());
    assert_eq!(ends[0].1, Outcome::Failed);
    assert!(matches!(ends[1].1, Outcome::Skipped { reason: Skip::Stopped, .. }), "{ends:?}");
}
