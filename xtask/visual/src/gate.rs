//! The gate `visual`: draws the current pictures where a command for it is given, and compares them with the baseline.

use std::path::{Path, PathBuf};

use xtask_core::exec::{Interrupt, Process, RunError, Weight};
use xtask_core::gate::{Context, Gate, GatePlan, Need, Planned};
use xtask_core::model::{Event, GateReport, Outcome, Problem, ProblemKind, RepoPath, Result, Skip};

use crate::compare::{compare_couples, resolved, stopped};
use crate::folder::{folder_couples, pictures};
use crate::options::Options;
use crate::section::VisualSection;

const GATE: &str = "visual";

/// How many of a failed command's last lines are told.
const LAST_LINES: usize = 10;

/// The gate `visual`.
pub struct VisualGate;

impl Gate for VisualGate {
    fn name(&self) -> &'static str {
        GATE
    }

    fn plan(&self, cx: &Context) -> Result<Planned> {
        let section: VisualSection = cx.config.section_or_default()?;
        let places = Places::of(cx, &section)?;
        let standing = cx.standing(GATE);
        let why = if cx.config.has(GATE) {
            "xtask.toml configures it".to_owned()
        } else if has_baseline(cx, &section)? {
            format!("{} holds pictures", section.baseline())
        } else {
            return Ok(Planned::idle(GatePlan::out(
                GATE,
                format!("there is no [visual] in xtask.toml, and no picture in {}", section.baseline()),
            )));
        };
        if section.run.is_none() && pictures(&places.current).is_empty() {
            let (why, fix) = no_current(&places);
            return Ok(Planned::idle(GatePlan::missing(GATE, standing, why, fix)));
        }
        let mut plan = GatePlan::new(GATE, standing, why);
        if let Some(run) = &section.run {
            plan.steps.push(run.clone());
            plan.weight = Weight::Heavy;
        }
        plan.steps.push(format!(
            "compare {} baseline pictures in {} with {}",
            pictures(&places.baseline).len(),
            section.baseline(),
            places.shown(&places.current),
        ));
        Ok(Planned::run(plan, move |cx| test(cx, &section, &places)))
    }

    fn needs(&self, _: &Context) -> Vec<Need> {
        Vec::new()
    }
}

/// Where the gate's folders are.
struct Places {
    root: PathBuf,
    baseline: PathBuf,
    current: PathBuf,
    diff: PathBuf,
}

impl Places {
    fn of(cx: &Context, section: &VisualSection) -> Result<Self> {
        let reports = cx.report_dir();
        let places = Self {
            root: cx.root.clone(),
            baseline: cx.root.join(section.baseline()),
            current: match &section.current {
                Some(folder) => cx.root.join(folder),
                None => reports.join("visual/current"),
            },
            diff: reports.join("visual/diff"),
        };
        let (current, baseline) = (resolved(&places.current), resolved(&places.baseline));
        if current.starts_with(&baseline) || baseline.starts_with(&current) {
            return Err(Problem::usage("[visual] `current` and `baseline` lie in each other")
                .fix("give them folders of their own, or leave `current` out"));
        }
        let reports = resolved(&reports);
        if section.run.is_some() && (!current.starts_with(&reports) || current == reports) {
            return Err(Problem::usage(format!(
                "[visual] `run` would draw into {}, which is emptied first",
                places.shown(&places.current)
            ))
            .why("pictures of an earlier run must not be taken for new ones")
            .fix(format!("leave `current` out, or give a folder in {}", places.shown(&reports))));
        }
        Ok(places)
    }

    /// A path as people know it: from the repository's top.
    fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }
}

/// Whether a baseline picture is tracked; without git, whether there is one.
fn has_baseline(cx: &Context, section: &VisualSection) -> Result<bool> {
    if cx.repo.is_none() {
        return Ok(!pictures(&cx.root.join(section.baseline())).is_empty());
    }
    let folder = format!("{}/", section.baseline());
    let is_png = |path: &RepoPath| path.extension().is_some_and(|end| end.eq_ignore_ascii_case(b"png"));
    Ok(cx
        .tracked()?
        .iter()
        .any(|entry| entry.path.as_bytes().starts_with(folder.as_bytes()) && is_png(&entry.path)))
}

fn no_current(places: &Places) -> (String, String) {
    let current = places.shown(&places.current);
    (
        format!("there are no current pictures in {current}"),
        format!(
            "put the pictures in {current}, or name a command that draws them: `[visual] run = \"…\"` in xtask.toml"
        ),
    )
}

/// Draws, and compares.
fn test(cx: &Context, section: &VisualSection, places: &Places) -> Result<GateReport> {
    let drawn = match &section.run {
        Some(run) => draw(cx, run, &places.current)?,
        None if pictures(&places.current).is_empty() => {
            let (why, fix) = no_current(places);
            Some(Outcome::missing(why, fix))
        }
        None => None,
    };
    if let Some(outcome) = drawn {
        return Ok(GateReport { standing: cx.standing(GATE), ..GateReport::new(GATE, outcome) });
    }
    empty(&places.diff)?;
    let options =
        Options { rules: section.rules(), limits: section.limits(), out: Some(places.diff.clone()) };
    let couples = folder_couples(&places.baseline, &places.current);
    let comparison = compare_couples(cx, &places.baseline, &places.current, &couples, &options)?;
    let mut report = comparison.report();
    report.standing = cx.standing(GATE);
    if comparison.pairs.is_empty() {
        report.outcome = Outcome::Invalid {
            why: format!(
                "there is nothing to compare: no picture in {} and none in {}",
                places.shown(&places.baseline),
                places.shown(&places.current)
            ),
            fix: Some("check `[visual] run`: it draws into the folder in $XTASK_VISUAL_CURRENT".to_owned()),
        };
    }
    for finding in &mut report.findings {
        if matches!(finding.rule.as_str(), "new" | "changed" | "resized") {
            finding.fix = Some(format!(
                "look at it; if it is right, copy it from {} to {}",
                places.shown(&places.current),
                places.shown(&places.baseline)
            ));
        }
    }
    Ok(report)
}

/// Runs the command that draws the current pictures into the emptied folder. An outcome: why there are no pictures to trust.
fn draw(cx: &Context, run: &str, current: &Path) -> Result<Option<Outcome>> {
    let script = match cx.resolve(run) {
        Ok(script) => script,
        Err(problem) if problem.kind == ProblemKind::Missing => {
            return Ok(Some(Outcome::missing(format!("{}: {}", problem.what, problem.why), problem.fix)));
        }
        Err(problem) => return Err(problem),
    };
    empty(current)?;
    create(current)?;
    let process =
        Process::shell(&script).folder(&cx.root).variable("XTASK_VISUAL_CURRENT", resolved(current));
    let line = |stream, text: &[u8]| {
        cx.events.send(Event::Line {
            task: GATE.to_owned(),
            stream,
            text: String::from_utf8_lossy(text).into_owned(),
        });
    };
    let invalid = |why: String| Outcome::Invalid {
        why,
        fix: Some(format!("run it by hand: XTASK_VISUAL_CURRENT=… {run}")),
    };
    match process.stream(&cx.cancel, line) {
        Ok(ended) if ended.code == Some(0) => {
            if !std::fs::symlink_metadata(current).is_ok_and(|what| what.is_symlink()) {
                return Ok(None);
            }
            // It may lead to the baseline, which would be compared with itself.
            empty(current)?;
            Ok(Some(invalid(format!("`{run}` put a link in the place of the folder that it draws into"))))
        }
        Ok(ended) => {
            let end = match (ended.code, ended.signal) {
                (Some(code), _) => format!("exit code {code}"),
                (None, Some(signal)) => format!("signal {signal}"),
                (None, None) => "no exit code".to_owned(),
            };
            let output = if ended.stderr.is_empty() { &ended.stdout } else { &ended.stderr };
            Ok(Some(invalid(format!("`{run}` ended with {end}{}", last_lines(output)))))
        }
        Err(RunError::Stopped { why: Interrupt::FailFast, .. }) => Ok(Some(Outcome::Skipped {
            reason: Skip::Stopped,
            why: "another gate failed first".to_owned(),
            fix: None,
        })),
        Err(RunError::Stopped { why, .. }) => Err(stopped(why)),
        Err(other) => Ok(Some(invalid(other.to_string()))),
    }
}

/// The last lines of a command's output, each on a line of its own.
fn last_lines(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let mut told = String::new();
    for line in &lines[lines.len().saturating_sub(LAST_LINES)..] {
        told.push('\n');
        told.push_str(line);
    }
    told
}

fn create(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)
        .map_err(|cause| Problem::invalid(format!("can't make the folder {}", folder.display())).why(cause))
}

/// Removes a folder of the report folder with all that is in it.
fn empty(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
            Err(Problem::invalid(format!("can't empty {}", folder.display())).why(cause))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use xtask_core::config::Config;
    use xtask_core::files::write;
    use xtask_core::gate::Decision;
    use xtask_core::model::{Standing, State};

    use super::*;
    use crate::compare::tests::context;
    use crate::diff::Picture;

    const RUN: &str = "[visual]\nrun = 'cp new/* \"$XTASK_VISUAL_CURRENT\"'\n";

    /// A folder with this xtask.toml, and pictures by path: so many columns each.
    fn repository(config: &str, pictures: &[(&str, u32)]) -> (tempfile::TempDir, Context) {
        let folder = tempfile::tempdir().unwrap();
        for (path, width) in pictures {
            let png = Picture::filled(*width, 4, [9, 9, 9, 255]).to_png();
            write(&folder.path().join(path), &png).unwrap();
        }
        let cx = Context {
            config: Arc::new(Config::parse("xtask.toml", config).unwrap()),
            ..context(folder.path())
        };
        (folder, cx)
    }

    fn run(cx: &Context) -> GateReport {
        (VisualGate.plan(cx).unwrap().job.unwrap())(cx).unwrap()
    }

    #[test]
    fn it_is_in_where_something_speaks_for_it() {
        let (_folder, cx) = repository("", &[("docs/a.png", 1)]);
        assert!(matches!(VisualGate.plan(&cx).unwrap().plan.decision, Decision::Out { .. }));
        for (config, standing) in [("", Standing::Detected), ("[visual]\n", Standing::Named)] {
            let (folder, _) = repository(config, &[("tests/visual/baseline/a.png", 1)]);
            let cx = Context {
                config: Arc::new(Config::parse("xtask.toml", config).unwrap()),
                ..context(folder.path())
            };
            let planned = VisualGate.plan(&cx).unwrap();
            assert!(planned.job.is_none());
            assert_eq!(planned.plan.standing, standing);
            let Decision::Missing { why, fix } = planned.plan.decision else {
                panic!("there are no current pictures")
            };
            assert_eq!(why, "there are no current pictures in .xtask/visual/current");
            assert!(fix.starts_with("put the pictures in .xtask/visual/current"));
        }
    }

    #[test]
    fn what_the_command_draws_is_compared() {
        let (folder, cx) = repository(RUN, &[("tests/visual/baseline/a.png", 2), ("new/a.png", 2)]);
        let plan = VisualGate.plan(&cx).unwrap().plan;
        assert_eq!(
            plan.steps[1],
            "compare 1 baseline pictures in tests/visual/baseline with .xtask/visual/current"
        );
        assert_eq!(plan.weight, Weight::Heavy);
        let stale = folder.path().join(".xtask/visual/current/stale.png");
        write(&stale, b"").unwrap();
        let report = run(&cx);
        assert_eq!(report.outcome, Outcome::Passed);
        assert_eq!(report.standing, Standing::Named);
        assert!(!stale.exists(), "the folder is emptied first");
    }

    #[test]
    fn new_and_missing_pictures_fail() {
        for (pictures, rule, path) in [
            (&[("new/a.png", 2)][..], "new", "tests/visual/baseline/a.png"),
            (
                &[("tests/visual/baseline/b.png", 2), ("new/b.txt", 2)],
                "missing",
                "tests/visual/baseline/b.png",
            ),
            (
                &[("tests/visual/baseline/c.png", 2), ("new/c.png", 3)],
                "resized",
                "tests/visual/baseline/c.png",
            ),
        ] {
            let (_folder, cx) = repository(RUN, pictures);
            let report = run(&cx);
            assert_eq!(report.outcome, Outcome::Failed);
            assert_eq!((report.findings[0].rule.as_str(), report.findings[0].state), (rule, State::New));
            assert_eq!(report.findings[0].location.as_ref().unwrap().path.to_string(), path);
        }
    }

    #[test]
    fn what_could_not_be_measured_does_not_pass() {
        for (config, word, why) in [
            ("[visual]\nrun = 'true'\n", "invalid", "there is nothing to compare"),
            (
                "[visual]\nrun = 'echo oh; exit 3'\n",
                "invalid",
                "`echo oh; exit 3` ended with exit code 3\noh",
            ),
            (
                "[visual]\nrun = 'rmdir $XTASK_VISUAL_CURRENT && ln -s /nowhere $XTASK_VISUAL_CURRENT'\n",
                "invalid",
                "`rmdir $XTASK_VISUAL_CURRENT && ln -s /nowhere $XTASK_VISUAL_CURRENT` put a link",
            ),
            ("[visual]\nrun = 'x ${env.web.80}'\n", "skipped", "no host port is known for `${env.web.80}`"),
        ] {
            let (_folder, cx) = repository(config, &[]);
            let report = run(&cx);
            assert_eq!(report.outcome.word(), word);
            assert!(report.outcome.why().unwrap().starts_with(why), "{:?}", report.outcome);
        }
    }

    #[test]
    fn folders_that_would_lose_pictures_are_refused() {
        for config in [
            "[visual]\ncurrent = 'shots'\nrun = 'true'\n",
            "[visual]\ncurrent = '.xtask'\nrun = 'true'\n",
            "[visual]\ncurrent = '.xtask/../src'\nrun = 'true'\n",
            "[visual]\ncurrent = 'tests/visual/baseline/new'\n",
            "[visual]\nbaseline = '.'\n",
        ] {
            let (_folder, cx) = repository(config, &[]);
            let problem = VisualGate.plan(&cx).map(|planned| planned.plan).unwrap_err();
            assert_eq!(problem.kind, ProblemKind::Usage, "{config}");
        }
    }
}
