//! Running a plan: the job graph, and what each gate's end means.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Instant;

use xtask_core::exec::{Graph, Interrupt, NodeEnd, Weight};
use xtask_core::gate::{Context, Decision};
use xtask_core::model::{Event, GateReport, Outcome, Problem, ProblemKind, Result, Skip, Standing};
use xtask_core::suite;

use crate::CiPlan;
use crate::plan::Entry;

/// What a run yielded.
pub struct Ran {
    /// The reports, in the order of the gates; what had ended before an interruption is among them.
    pub reports: Vec<GateReport>,
    /// A wrong configuration that only showed while a gate ran: the run's exit code is that of wrong usage, and what the other
    /// gates found is still told.
    pub usage: Option<Problem>,
}

/// Runs the plan.
pub fn run(cx: &Context, plan: CiPlan) -> Ran {
    let usage: Mutex<Option<Problem>> = Mutex::new(None);
    let done: Mutex<BTreeMap<&'static str, GateReport>> = Mutex::new(BTreeMap::new());
    let cancel = cx.cancel.child();
    let cx = Context { cancel: cancel.clone(), ..cx.clone() };
    let mut graph = Graph::default();
    let mut standings = BTreeMap::new();
    let mut taken_from = BTreeMap::new();
    for entry in plan.entries.into_iter().filter(Entry::is_listed) {
        let (name, standing) = (entry.name(), entry.planned.plan.standing);
        standings.insert(name.to_owned(), standing);
        if let Some(provider) = entry.provider {
            taken_from.insert(name.to_owned(), provider);
        }
        let after: Vec<String> = entry.planned.plan.after.iter().map(|gate| (*gate).to_owned()).collect();
        let weight = if entry.provider.is_some() { Weight::Light } else { entry.planned.plan.weight };
        let (cx, usage, done) = (&cx, &usage, &done);
        graph.add(name, after, weight, move || {
            let started = Instant::now();
            cx.events.send(Event::Started { task: name.to_owned() });
            let mut report = match end_of(entry, cx, done) {
                Ok(report) => report,
                Err(problem) => {
                    // What ends early because another gate failed first could not measure for that alone.
                    let outcome = match (problem.kind, cx.cancel.reason()) {
                        (ProblemKind::Interrupted | ProblemKind::Terminated, reason)
                        | (_, reason @ Some(Interrupt::FailFast)) => stopped(reason),
                        _ => Outcome::of(&problem),
                    };
                    if problem.kind == ProblemKind::Usage
                        && let Ok(mut first) = usage.lock()
                    {
                        first.get_or_insert(problem);
                    }
                    GateReport::new(name, outcome)
                }
            };
            report.standing = standing;
            if report.wall_ms == 0 {
                report.wall_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            }
            cx.events.send(Event::Finished {
                task: name.to_owned(),
                outcome: report.outcome.clone(),
                wall_ms: report.wall_ms,
            });
            if let Ok(mut done) = done.lock() {
                done.insert(name, report.clone());
            }
            report
        });
    }
    let fail_fast = plan.options.fail_fast;
    let ends = graph.run(cx.jobs, &cancel, |report| {
        fail_fast && matches!(report.outcome, Outcome::Failed | Outcome::Invalid { .. })
    });
    let reports = ends.into_iter().map(|(name, end)| {
        let report = match end {
            NodeEnd::Done(report) => report,
            NodeEnd::Panicked(message) => GateReport::new(
                name.clone(),
                Outcome::Invalid {
                    why: format!("the gate panicked: {message}"),
                    fix: Some("this is a defect of xtask: please report it".to_owned()),
                },
            ),
            NodeEnd::NotStarted => GateReport::new(name.clone(), stopped(cancel.reason())),
        };
        let standing = standings.get(&name).copied().unwrap_or(Standing::Detected);
        GateReport { standing, ..report }
    });
    let reports = hand_over_cases(reports.collect(), &taken_from);
    Ran { reports, usage: usage.into_inner().unwrap_or(None) }
}

/// How one gate ends: by its job, or by what the plan says of it.
fn end_of(
    entry: Entry,
    cx: &Context,
    done: &Mutex<BTreeMap<&'static str, GateReport>>,
) -> Result<GateReport> {
    let name = entry.name();
    if let Some(outcome) = entry.broken {
        return Ok(GateReport::new(name, outcome));
    }
    if let Some(provider) = entry.provider {
        let reports = done.lock().map(|done| done.clone()).unwrap_or_default();
        return Ok(provided(name, provider, reports.get(provider)));
    }
    match (entry.planned.plan.decision, entry.planned.job) {
        (Decision::Missing { why, fix }, _) => Ok(GateReport::new(name, Outcome::missing(why, fix))),
        (_, Some(job)) => job(cx),
        (_, None) => Ok(GateReport::new(name, Outcome::invalid("the gate is in the plan without any work"))),
    }
}

/// The result of a gate whose work `provider` did.
fn provided(name: &str, provider: &str, report: Option<&GateReport>) -> GateReport {
    let Some(report) = report else {
        return GateReport::new(
            name,
            Outcome::invalid(format!("{provider}, which runs the tests, was not run")),
        );
    };
    if report.cases.is_empty() {
        let outcome = match &report.outcome {
            Outcome::Skipped { .. } => report.outcome.clone(),
            Outcome::Invalid { why, fix } => Outcome::Invalid {
                why: format!("{provider} runs the tests, and could not: {why}"),
                fix: fix.clone(),
            },
            Outcome::Passed | Outcome::Failed => {
                Outcome::invalid(format!("{provider} runs the tests, and told of none"))
            }
        };
        return GateReport::new(name, outcome);
    }
    // A measurement that passed or failed had all its tests run to their end; otherwise its reason goes on with them.
    let ended_well = matches!(report.outcome, Outcome::Passed | Outcome::Failed);
    suite::report(name, report.cases.clone(), ended_well, report.outcome.why().unwrap_or_default())
}

/// Leaves each test case in one place: with the test gate, where that took them over. Where tests failed, the gate that ran
/// them could not measure for that alone; the test gate tells it.
fn hand_over_cases(
    mut reports: Vec<GateReport>,
    taken_from: &BTreeMap<String, &'static str>,
) -> Vec<GateReport> {
    for (gate, provider) in taken_from {
        let took = reports.iter().find(|report| report.gate == *gate);
        let (told, failed) = took
            .map_or((false, false), |report| (!report.cases.is_empty(), report.outcome == Outcome::Failed));
        for report in reports.iter_mut().filter(|report| told && report.gate == *provider) {
            report.cases.clear();
            if failed && let Outcome::Invalid { why, .. } = &report.outcome {
                report.outcome = Outcome::Skipped { reason: Skip::Stopped, why: why.clone(), fix: None };
            }
        }
    }
    reports
}

/// What became of a gate that an interruption or another gate's failure kept from its end.
pub fn stopped(reason: Option<Interrupt>) -> Outcome {
    let why = match reason {
        Some(Interrupt::Interrupted | Interrupt::Terminated) => "the run was interrupted",
        Some(Interrupt::FailFast) | None => "another gate failed first",
    };
    Outcome::Skipped { reason: Skip::Stopped, why: why.to_owned(), fix: None }
}
