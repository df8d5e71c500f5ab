//! Running the runners, and making one report of theirs.

use std::time::Duration;

use xtask_core::exec::{Ended, Process, RunError};
use xtask_core::gate::Context;
use xtask_core::model::{
    Event, GateReport, Missing, Outcome, Problem, RepoPath, Result, Skip, Stream, TestCase,
};
use xtask_core::suite::{self, compiler};

use crate::runner::{Runner, files, runners};
use crate::section::TestSection;
use crate::{cargo, command, pytest};

/// What a runner yielded.
#[derive(Debug, Default)]
pub(crate) struct Ran {
    /// Its tests, with places seen from the runner's folder unless it says otherwise.
    pub(crate) cases: Vec<TestCase>,
    /// Whether it exited as it does when nothing is wrong, or when there are no tests.
    pub(crate) ended_well: bool,
    /// What it printed for people.
    pub(crate) output: String,
    /// Why its results can't be relied on.
    pub(crate) unreadable: Option<String>,
    /// How it ended where it did not run at all.
    pub(crate) instead: Option<Outcome>,
}

impl Ran {
    /// It did not run.
    pub(crate) fn without(outcome: Outcome) -> Self {
        Self { instead: Some(outcome), ..Self::default() }
    }

    /// Both, as of one runner.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.cases.extend(other.cases);
        self.ended_well &= other.ended_well;
        self.output.push('\n');
        self.output.push_str(&other.output);
        self.unreadable = self.unreadable.or(other.unreadable);
        self.instead = self.instead.or(other.instead);
        self
    }
}

/// What all runners are started with.
pub(crate) struct Settings<'a> {
    pub(crate) arguments: &'a [String],
    pub(crate) timeout: Option<Duration>,
}

/// The streams whose lines are shown while a runner runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Live {
    /// Both of them.
    Both,
    /// Standard error: the other one is for programs.
    Stderr,
}

/// Starts a process in `folder` and tells its lines.
pub(crate) fn start(
    cx: &Context,
    process: &Process,
    folder: &RepoPath,
    settings: &Settings<'_>,
    live: Live,
) -> Result<Ended, RunError> {
    let mut process = process.clone().folder(folder.below(&cx.root));
    if let Some(limit) = settings.timeout {
        process = process.timeout(limit);
    }
    process.stream(&cx.cancel, |stream, line| {
        if live == Live::Both || stream == Stream::Stderr {
            cx.events.send(Event::Line {
                task: "test".to_owned(),
                stream,
                text: String::from_utf8_lossy(line).into_owned(),
            });
        }
    })
}

/// Runs the project's tests. `arguments` go to the runner; with several runners nobody knows to which.
pub fn run(cx: &Context, arguments: &[String]) -> Result<GateReport> {
    let section: TestSection = cx.config.section_or_default()?;
    let runners = runners(cx, &section)?;
    if runners.is_empty() {
        return Ok(GateReport::new(
            "test",
            // Asked for by name: to find none is no success.
            Outcome::missing(
                "nothing here suggests tests",
                "name the command in xtask.toml: `[test] run = \"…\"`",
            ),
        ));
    }
    if runners.len() > 1 && !arguments.is_empty() {
        let names: Vec<&str> = runners.iter().map(|(runner, _)| runner.name()).collect();
        return Err(Problem::usage("arguments for which runner?")
            .why(format!("the tests are run by {}", names.join(", ")))
            .fix("call that runner itself, or name one command in `[test] run`"));
    }
    let settings = Settings { arguments, timeout: section.timeout.map(|limit| limit.0) };
    let promised = match runners.first() {
        Some((Runner::Command(_), _)) => Some(command::Promised::now(&cx.root, &section.junit)?),
        _ => None,
    };
    let mut reports = Vec::new();
    for (done, (runner, _)) in runners.iter().enumerate() {
        cx.events.progress("test", done as u64, runners.len() as u64, runner.name());
        let ran = match runner {
            Runner::Command(text) => command::run(cx, text, &section.junit, &settings)?,
            Runner::Cargo { folder, nextest } => {
                cargo::run(cx, folder, *nextest, &settings).map(|mut ran| {
                    suite::rebase(&mut ran.cases, folder);
                    suite::locate(&mut ran.cases, || sources(cx, folder));
                    ran
                })
            }
            Runner::Pytest { folder } => pytest::run(cx, folder, &settings),
            Runner::Npm(npm) => match npm.missing() {
                Some(outcome) => Ok(Ran::without(outcome)),
                None => start(cx, &npm.process(arguments), &npm.folder, &settings, Live::Both).map(|ended| {
                    Ran { cases: vec![npm.case(&ended)], ended_well: ended.code == Some(0), ..Ran::default() }
                }),
            },
        };
        let ran = match ran {
            Ok(ran) => ran,
            // What ran before the interrupt is still told.
            Err(error @ RunError::Stopped { .. }) if !reports.is_empty() => {
                let why = error.to_string();
                reports.push(GateReport::new(
                    "test",
                    Outcome::Skipped { reason: Skip::Stopped, why, fix: None },
                ));
                break;
            }
            Err(error) => Ran::without(suite::unmeasured(&error, install(runner))?),
        };
        reports.push(judge(runner, ran));
    }
    let mut report = merge(reports);
    let unkept = promised.as_ref().map(|promised| promised.unkept(&cx.root)).unwrap_or_default();
    if !unkept.is_empty() && report.outcome == Outcome::Passed {
        report.outcome = Outcome::Invalid {
            why: format!("no command of `[test] run` wrote {}, which `junit` names", unkept.join(", ")),
            fix: Some("mend `junit` in [test], or the command that should write it".to_owned()),
        };
    }
    Ok(report)
}

/// The files of the project in `folder`, with their content.
fn sources<'a>(cx: &'a Context, folder: &'a RepoPath) -> impl Iterator<Item = (RepoPath, Vec<u8>)> + 'a {
    let below = |path: &RepoPath| {
        let (path, folder) = (path.as_bytes(), folder.as_bytes());
        folder.is_empty() || (path.starts_with(folder) && path.get(folder.len()) == Some(&b'/'))
    };
    files(cx)
        .unwrap_or_default()
        .into_iter()
        .filter(move |path| path.extension() == Some(b"rs") && below(path))
        .filter_map(|path| {
            let content = xtask_core::files::read(&cx.on_disk(&path)).ok()?;
            Some((path, content))
        })
}

/// The command that brings a runner's program.
fn install(runner: &Runner) -> &'static str {
    match runner {
        Runner::Command(_) => "install what the command names",
        Runner::Cargo { .. } => "install Rust with rustup: https://rustup.rs",
        Runner::Pytest { .. } => pytest::INSTALL,
        Runner::Npm(_) => "install Node.js: https://nodejs.org",
    }
}

/// One runner's report.
fn judge(runner: &Runner, ran: Ran) -> GateReport {
    if let Some(outcome) = ran.instead {
        return GateReport::new("test", outcome);
    }
    let none = ran.cases.is_empty() && ran.ended_well && ran.unreadable.is_none();
    let mut report = suite::report("test", ran.cases, ran.ended_well, &ran.output);
    for finding in &mut report.findings {
        if finding.tool == "rustc" {
            compiler::rebase(std::slice::from_mut(finding), &runner.folder());
        }
    }
    if let Some(why) = ran.unreadable {
        report.outcome = report.outcome.and(Outcome::invalid(why));
    } else if none {
        report.outcome = Outcome::nothing_to_do(format!("{} found no tests", runner.name()));
    }
    report
}

/// All runners' reports as one. Where none of them found a test, the whole is invalid: no test ran.
fn merge(reports: Vec<GateReport>) -> GateReport {
    let outcome = reports
        .iter()
        .map(|report| report.outcome.clone())
        .reduce(Outcome::and)
        .unwrap_or_else(|| Outcome::nothing_to_do("there are no runners"));
    let outcome = match outcome {
        Outcome::Skipped { reason: Skip::NothingToDo, why, .. } => Outcome::Invalid {
            why: format!("no test ran: {why}"),
            fix: Some("check the filter, or name the runner in `[test] run`".to_owned()),
        },
        other => other,
    };
    let (mut cases, mut findings, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    for report in reports {
        if let Outcome::Skipped { reason: Skip::Missing, why, fix } = report.outcome {
            missing.push(Missing { why, fix: fix.unwrap_or_default(), required: false });
        }
        cases.extend(report.cases);
        findings.extend(report.findings);
    }
    let (summary, metrics) = suite::summarise(&cases);
    GateReport { outcome, summary, metrics, cases, missing, ..GateReport::judged("test", findings) }
}

#[cfg(test)]
mod tests {
    use xtask_core::model::CaseStatus;

    use super::*;

    fn case(status: CaseStatus) -> TestCase {
        TestCase { suite: "s".into(), name: "t".into(), status, wall_ms: None, message: None, location: None }
    }

    fn judged(statuses: &[CaseStatus], ended_well: bool, unreadable: bool) -> GateReport {
        let runner = Runner::Pytest { folder: RepoPath::default() };
        let ran = Ran {
            cases: statuses.iter().map(|&status| case(status)).collect(),
            ended_well,
            unreadable: unreadable.then(|| "garbage".to_owned()),
            ..Ran::default()
        };
        judge(&runner, ran)
    }

    #[test]
    fn several_runners_make_one_verdict() {
        use CaseStatus::{Failed, Passed, Skipped};
        let missing = || GateReport::new("test", Outcome::missing("no npm", "npm ci"));
        for (reports, word) in [
            (vec![judged(&[Passed], true, false), judged(&[], true, false)], "passed"),
            (vec![judged(&[], true, false), judged(&[], true, false)], "invalid"),
            (vec![judged(&[], false, false)], "invalid"),
            (vec![judged(&[Skipped], true, false)], "invalid"),
            (vec![judged(&[Passed], true, true)], "invalid"),
            (vec![judged(&[Passed], true, false), judged(&[Failed], false, false)], "failed"),
            (vec![judged(&[Passed], true, false), missing()], "skipped"),
            (vec![judged(&[Failed], false, false), missing()], "failed"),
            (vec![judged(&[Passed], false, false)], "invalid"),
        ] {
            assert_eq!(merge(reports.clone()).outcome.word(), word, "{reports:?}");
        }
        let merged =
            merge(vec![judged(&[Passed, Failed], false, false), judged(&[Skipped, Passed], true, false)]);
        assert_eq!(merged.summary, "3 tests, 1 failed, 1 skipped");
        assert_eq!((merged.cases.len(), merged.findings.len()), (4, 1));
    }
}
