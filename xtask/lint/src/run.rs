//! Running the tools, and judging what they found against scope and baseline.

use std::collections::HashSet;

use xtask_core::files;
use xtask_core::gate::{Context, Scope};
use xtask_core::model::{
    Event, Fingerprint, GateReport, Metric, Missing, Outcome, Problem, RepoPath, Result, Skip, State, Stream,
};
use xtask_core::suite;

use crate::baseline::Baseline;
use crate::identity::{Identified, identify};
use crate::raw::Parsed;
use crate::scope;
use crate::section::LintSection;
use crate::tool::{Step, TOOLS, Tool, steps};

/// What `xtask lint` is asked to do beside looking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Let the tools mend what they can, then look again.
    pub fix: bool,
    /// Write the findings to the baseline.
    pub update_baseline: bool,
}

/// What `xtask lint` yields.
#[derive(Clone, Debug, PartialEq)]
pub struct Linted {
    /// The report of the gate.
    pub report: GateReport,
    /// How many findings `--fix` mended.
    pub fixed: usize,
}

/// What the tools found, all of it.
struct Found {
    findings: Vec<Identified>,
    outcome: Outcome,
    /// Tools that aren't there.
    missing: Vec<Missing>,
    /// Tools that measured in all their folders.
    ran: Vec<&'static str>,
    complete: bool,
}

/// Runs the tools that the repository suggests or configures.
pub fn run(cx: &Context, options: Options) -> Result<Linted> {
    let section: LintSection = cx.config.section_or_default()?;
    if options.update_baseline && cx.scope != Scope::All {
        return Err(Problem::usage("--update-baseline and --since exclude each other")
            .why("a baseline holds the findings of the whole repository")
            .fix("leave --since out"));
    }
    let steps = steps(&section, &cx.project()?.folders_of("Cargo.toml"));
    if steps.is_empty() {
        // Asked for by name: to find nothing is no success.
        let nothing =
            Outcome::missing("no tool has anything to look at here", "see [lint.tools] of xtask.toml");
        return Ok(Linted { report: GateReport::new("lint", nothing), fixed: 0 });
    }
    let changed = scope::changed(cx)?;
    if changed.as_ref().is_some_and(|changed| changed.files.is_empty()) {
        return Ok(Linted {
            report: GateReport::new("lint", Outcome::nothing_to_do("no file changed")),
            fixed: 0,
        });
    }
    let path = cx.root.join(section.baseline_file());
    let mut unread = None;
    let old = match path.try_exists() {
        Ok(false) if section.baseline.is_some() && !options.update_baseline => {
            cx.events.notice(format!("{} is not there yet; it counts as empty", section.baseline_file()));
            Baseline::default()
        }
        Ok(false) => Baseline::default(),
        _ => match Baseline::parse(section.baseline_file(), &files::read(&path)?) {
            Err(problem) if options.update_baseline => {
                unread = Some(problem);
                Baseline::default()
            }
            read => read?,
        },
    };
    let mut found = look(cx, &steps)?;
    let mut fixed = 0;
    let to_come = section.to_come();
    if options.fix {
        let before = fingerprints(&found.findings);
        mend(cx, &steps)?;
        found = look(cx, &steps)?;
        let after = fingerprints(&found.findings);
        fixed = before.difference(&after).count();
    }
    let mut baseline = old;
    if options.update_baseline {
        refuse_partial(&found)?;
        let kept: Vec<&str> =
            TOOLS.map(Tool::name).into_iter().filter(|name| !found.ran.contains(name)).collect();
        // The entries of tools that should have run and did not are to be kept, and nobody can read them.
        let lost = |step: &Step| kept.contains(&step.tool.name());
        if let Some(problem) = unread.filter(|_| steps.iter().any(lost)) {
            return Err(problem.fix(format!("restore it from git: {} did not run", kept.join(", "))));
        }
        baseline = Baseline::of(&found.findings, &baseline, &kept);
        files::write(&path, baseline.render()?.as_bytes())?;
    }
    for part in to_come {
        found.outcome = found.outcome.and(Outcome::missing(part.why.clone(), part.fix.clone()));
        found.missing.push(part);
    }
    let stale = baseline.mark(&mut found.findings, &found.ran);
    if let Some(changed) = &changed {
        found.findings.retain(|found| changed.keeps(found));
    }
    Ok(Linted { report: judge(found, stale, &baseline), fixed })
}

fn fingerprints(found: &[Identified]) -> HashSet<Fingerprint> {
    found.iter().map(|found| found.finding.fingerprint.clone()).collect()
}

/// A baseline of half a measurement would call the other half new tomorrow.
fn refuse_partial(found: &Found) -> Result<()> {
    let why = match &found.outcome {
        Outcome::Invalid { why, .. } | Outcome::Skipped { reason: Skip::Stopped, why, .. } => why.clone(),
        _ if !found.complete => "the code has errors that keep the tools from seeing all of it".to_owned(),
        _ => return Ok(()),
    };
    Err(Problem::invalid("the baseline was not updated").why(why).fix("mend that first"))
}

/// Runs every step, and identifies what all of them found.
fn look(cx: &Context, steps: &[Step]) -> Result<Found> {
    let mut all = Found {
        findings: Vec::new(),
        outcome: Outcome::Passed,
        missing: Vec::new(),
        ran: Vec::new(),
        complete: true,
    };
    for tool in TOOLS {
        let mut raws = Vec::new();
        let mut measured = false;
        let mut whole = true;
        for (done, step) in steps.iter().enumerate().filter(|(_, step)| step.tool == tool) {
            cx.events.progress("lint", done as u64, steps.len() as u64, tool.name());
            measured = true;
            let outcome = match check(cx, step)? {
                Parsed::Findings { found, complete } => {
                    raws.extend(found);
                    all.complete &= complete;
                    continue;
                }
                Parsed::Missing { why, fix } => {
                    let required = step.section.required;
                    all.missing.push(Missing { why: why.clone(), fix: fix.clone(), required });
                    Outcome::missing(why, fix)
                }
                Parsed::Invalid(why) => Outcome::invalid(why),
                Parsed::Ended(outcome) => outcome,
            };
            whole = false;
            all.outcome = all.outcome.and(outcome);
        }
        if measured && whole {
            all.ran.push(tool.name());
        }
        raws.sort();
        raws.dedup();
        let text_of = |path: &RepoPath| files::read(&cx.on_disk(path)).ok();
        all.findings.extend(identify(tool.name(), raws, text_of));
    }
    Ok(all)
}

fn check(cx: &Context, step: &Step) -> Result<Parsed> {
    let process = step.prepared(step.tool.check(&step.section.args), &cx.root);
    let ended = process.stream(&cx.cancel, |stream, line| {
        // Standard output is for us; what a tool tells people is on standard error.
        if stream == Stream::Stderr {
            cx.events.send(Event::Line {
                task: "lint".to_owned(),
                stream,
                text: String::from_utf8_lossy(line).into_owned(),
            });
        }
    });
    match ended {
        Ok(ended) => Ok(step.tool.parse(&cx.root, &step.folder, &ended)),
        Err(error) => Ok(match suite::unmeasured(&error, step.tool.install())? {
            Outcome::Skipped { reason: Skip::Missing, why, fix } => {
                Parsed::Missing { why, fix: fix.unwrap_or_else(|| step.tool.install().to_owned()) }
            }
            other => Parsed::Ended(other),
        }),
    }
}

/// Lets the tools mend what they can. What they can't shows when they look again.
fn mend(cx: &Context, steps: &[Step]) -> Result<()> {
    // Clippy first: what it rewrites is formatted afterwards.
    for step in steps.iter().rev() {
        let process = step.prepared(step.tool.fix(&step.section.args), &cx.root);
        match process.run(&cx.cancel) {
            Ok(ended) if ended.code == Some(0) => {}
            Ok(ended) => cx.events.notice(format!(
                "{} did not succeed:\n{}",
                process.show(),
                suite::last_lines(&String::from_utf8_lossy(&ended.stderr), 5)
            )),
            Err(error) => {
                suite::unmeasured(&error, step.tool.install())?;
            }
        }
    }
    Ok(())
}

/// The report: new findings fail, what was not measured is not passed.
fn judge(found: Found, stale: usize, baseline: &Baseline) -> GateReport {
    let findings: Vec<_> = found.findings.into_iter().map(|found| found.finding).collect();
    let new = findings.iter().filter(|finding| finding.state == State::New).count();
    let all = findings.len();
    let mut summary = match (all, all - new) {
        (0, _) => "no findings".to_owned(),
        (1, 0) => "1 finding".to_owned(),
        (all, 0) => format!("{all} findings"),
        (all, known) => format!("{all} findings, {new} new, {known} known"),
    };
    if stale > 0 {
        let entries = baseline.len();
        summary =
            format!("{summary}; {stale} of {entries} entries of the baseline could go (--update-baseline)");
    }
    let mut report = GateReport::judged("lint", findings);
    if report.outcome == Outcome::Passed && !found.complete {
        report.outcome = Outcome::Invalid {
            why: "errors that the baseline or the scope excuses keep Clippy from seeing all of the code"
                .to_owned(),
            fix: Some("mend them, or lower these lints to `warn`".to_owned()),
        };
    }
    report.outcome = report.outcome.and(found.outcome);
    report.missing = found.missing;
    report.summary = summary;
    report.metrics = vec![
        Metric::count("findings", all),
        Metric::count("findings-new", new),
        Metric::count("baseline", baseline.len()),
    ];
    report
}
