//! The gate `coverage`: when it is in, and its report.

use std::path::PathBuf;

use xtask_core::exec::Weight;
use xtask_core::gate::{Context, Gate, GatePlan, Need, Planned, Scope};
use xtask_core::model::{Artifact, GateReport, Metric, Outcome, Problem, RepoPath, Result, Standing};
use xtask_core::repo::Side;

use crate::map::CoverageMap;
use crate::measure::{self, LCOV, Measured};
use crate::patch::Patch;
use crate::section::CoverageSection;
use crate::summary::{Shown, Summary};
use crate::{baseline, judge, lcov, rust};

const NAME: &str = "coverage";
/// The numbers by file, below the report folder.
const JSON: &str = "coverage/coverage.json";
/// Manifests that mean tests which a native run over a Cargo workspace doesn't run.
const OTHER_TESTS: [&str; 7] =
    ["package.json", "pyproject.toml", "setup.py", "setup.cfg", "pytest.ini", "tox.ini", "requirements.txt"];

/// The gate `coverage`.
pub struct CoverageGate;

/// How `coverage run` differs from the gate.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    /// Reports to read besides those of the configuration.
    pub inputs: Vec<PathBuf>,
    /// Write what was measured to `coverage-baseline.json` instead of comparing with it.
    pub update_baseline: bool,
}

impl Gate for CoverageGate {
    fn name(&self) -> &'static str {
        NAME
    }

    fn plan(&self, cx: &Context) -> Result<Planned> {
        let standing = cx.standing(NAME);
        if standing == Standing::Detected {
            let why =
                "no [coverage] in xtask.toml; `--only coverage` measures the tests of a Cargo workspace";
            return Ok(Planned::idle(GatePlan::out(NAME, why)));
        }
        let section = measure::resolve(cx)?;
        if section.inputs.is_empty() && section.run.is_empty() {
            return Ok(Planned::idle(GatePlan::missing(
                NAME,
                standing,
                "nothing says what to measure",
                "give `inputs` or `run` in [coverage] of xtask.toml",
            )));
        }
        let why = if cx.config.has(NAME) { "[coverage] in xtask.toml" } else { "named by --only" };
        let mut plan = GatePlan::new(NAME, standing, why);
        plan.steps = steps(&section);
        if !section.run.is_empty() {
            plan.weight = Weight::Heavy;
        }
        if section.runs_rust() && runs_all_tests(cx)? {
            plan.provides = vec!["test"];
        }
        Ok(Planned::run(plan, |cx| run(cx, &RunOptions::default())))
    }

    fn needs(&self, cx: &Context) -> Vec<Need> {
        match measure::resolve(cx) {
            Ok(section) if cx.config.has(NAME) && section.runs_rust() => rust::needs(cx),
            _ => Vec::new(),
        }
    }
}

/// Whether the native run runs all tests that the test gate would: it is told no other way, and nothing but Cargo is there.
fn runs_all_tests(cx: &Context) -> Result<bool> {
    if cx.config.has("test") {
        return Ok(false);
    }
    let project = cx.project()?;
    Ok(OTHER_TESTS.iter().all(|name| project.manifest(name).is_none()))
}

fn steps(section: &CoverageSection) -> Vec<String> {
    let mut steps = section.run.clone();
    steps.extend(section.inputs.iter().map(|input| format!("read {input}")));
    steps.extend(section.min.map(|min| format!("at least {min} % of lines")));
    for (glob, limits) in &section.paths {
        steps.extend(limits.min.map(|min| format!("at least {min} % of lines in {glob}")));
    }
    if section.ratchet {
        steps.push(format!("not below {}", baseline::BASELINE));
    }
    steps
}

/// `coverage run`, and what the gate does: measures, and holds the numbers against their limits. Of failed tests the report is
/// invalid, and has their cases.
pub fn run(cx: &Context, options: &RunOptions) -> Result<GateReport> {
    let mut section = measure::resolve(cx)?;
    section.inputs.extend(options.inputs.iter().map(|path| path.display().to_string()));
    let measured = measure::run(cx, &section)?;
    if let Some(report) = of_failed_tests(cx, &measured) {
        return Ok(report);
    }
    let summary = Summary::of(&measured.map)?;
    let artifacts = write(cx, &measured.map, &summary)?;
    if options.update_baseline {
        baseline::write(&cx.root, &summary)?;
    }
    let baseline = if section.ratchet { baseline::read(&cx.root)? } else { None };
    if section.ratchet && baseline.is_none() {
        cx.events.notice(format!(
            "coverage: there is no {} yet; `cargo xtask coverage --update-baseline` writes it",
            baseline::BASELINE
        ));
    }
    let patch = match &cx.scope {
        Scope::Since(base) => Some(changed(cx, &section, &measured.map, base)?),
        Scope::All => None,
    };
    let verdict = judge::judge(&measured.map, &section, baseline.as_ref(), patch.as_ref())?;
    Ok(GateReport {
        standing: cx.standing(NAME),
        summary: headline(&summary, patch.as_ref(), section.patch_min),
        metrics: verdict.metrics,
        cases: measured.cases,
        artifacts,
        ..GateReport::judged(NAME, verdict.findings)
    })
}

/// `coverage rust`: runs the Cargo workspace's tests natively and writes lcov, to `out` or the report folder. No limit is looked
/// at.
pub fn run_rust(cx: &Context, out: Option<PathBuf>) -> Result<GateReport> {
    let ran = rust::measure(cx)?;
    let measured = Measured { map: ran.map, cases: ran.cases, failure: ran.failure };
    if let Some(report) = of_failed_tests(cx, &measured) {
        return Ok(report);
    }
    let summary = Summary::of(&measured.map)?;
    let out = out.unwrap_or_else(|| cx.report_dir().join(LCOV));
    write_lcov(&out, &measured.map)?;
    let verdict = judge::judge(&measured.map, &CoverageSection::default(), None, None)?;
    Ok(GateReport {
        standing: Standing::Named,
        summary: format!("{}; written to {}", headline(&summary, None, None), out.display()),
        metrics: verdict.metrics,
        cases: measured.cases,
        artifacts: vec![artifact("coverage map", &out.display().to_string())],
        ..GateReport::new(NAME, Outcome::Passed)
    })
}

/// `coverage show`: the numbers of reports that are there already: `inputs`, or those of the configuration.
pub fn show(cx: &Context, inputs: &[PathBuf]) -> Result<Summary> {
    Summary::of(&measure::given(cx, &measure::resolve(cx)?, inputs)?)
}

/// `coverage diff`: the numbers of the lines that changed since `base`, and the findings where they fall below `patch-min`.
pub fn diff(cx: &Context, base: &str, inputs: &[PathBuf]) -> Result<(Patch, GateReport)> {
    let section = measure::resolve(cx)?;
    let map = measure::given(cx, &section, inputs)?;
    let summary = Summary::of(&map)?;
    let patch = changed(cx, &section, &map, base)?;
    let limit = CoverageSection { patch_min: section.patch_min, ..CoverageSection::default() };
    let verdict = judge::judge(&map, &limit, None, Some(&patch))?;
    let report = GateReport {
        standing: Standing::Named,
        summary: headline(&summary, Some(&patch), section.patch_min),
        metrics: verdict.metrics,
        ..GateReport::judged(NAME, verdict.findings)
    };
    Ok((patch, report))
}

/// The coverage of what changed since the merge base of `base` and HEAD, the working tree included.
fn changed(cx: &Context, section: &CoverageSection, map: &CoverageMap, base: &str) -> Result<Patch> {
    let repo = cx.repo.as_ref().ok_or_else(|| {
        Problem::usage("there is no git repository to compare with")
            .fix("run it in one, or leave out the revision")
    })?;
    repo.resolve(base)?;
    let from = repo.merge_base(base, "HEAD")?.ok_or_else(|| {
        Problem::invalid(format!("{base} and HEAD have no common ancestor"))
            .why("the histories are unrelated, or the clone is shallow")
            .fix("git fetch --unshallow")
    })?;
    let lines = repo.changed_lines(&Side::Revision(from.to_string()), &Side::Worktree)?;
    for path in lines.keys() {
        if let Some((&last, _)) = map.lines_of(path).and_then(|known| known.last_key_value()) {
            refuse_stale(path, last, &xtask_core::files::read(&cx.on_disk(path))?)?;
        }
    }
    let excluded = section.excluded()?;
    Patch::measure(map, &lines, |path| excluded.matches(path))
}

/// A report that speaks of lines past the end of a changed file was made before the change. `last` is the last line that it knows.
fn refuse_stale(path: &RepoPath, last: u32, content: &[u8]) -> Result<()> {
    // Some producers count what follows the last line break as a line, too.
    let lines = content.iter().filter(|&&byte| byte == b'\n').count() + 1;
    if last as usize <= lines {
        return Ok(());
    }
    Err(Problem::invalid("the coverage report is older than what it is compared with")
        .why(format!("it speaks of line {last} of {path}, which has {lines}"))
        .fix("make the report again"))
}

/// The report of tests that failed: their cases, and no number.
fn of_failed_tests(cx: &Context, measured: &Measured) -> Option<GateReport> {
    let failure = measured.failure.as_ref()?;
    let outcome = Outcome::Invalid {
        why: format!("the tests failed, so the numbers would be of half a run: {failure}"),
        fix: Some("mend the tests".to_owned()),
    };
    Some(GateReport {
        standing: cx.standing(NAME),
        cases: measured.cases.clone(),
        ..GateReport::new(NAME, outcome)
    })
}

/// Writes the map and its numbers to the report folder.
fn write(cx: &Context, map: &CoverageMap, summary: &Summary) -> Result<Vec<Artifact>> {
    let folder = cx.report_dir();
    write_lcov(&folder.join(LCOV), map)?;
    let json = serde_json::to_vec(summary)
        .map_err(|cause| Problem::invalid("can't write the coverage summary").why(cause))?;
    xtask_core::files::write(&folder.join(JSON), &json)?;
    Ok(vec![artifact("coverage map", LCOV), artifact("coverage summary", JSON)])
}

fn write_lcov(path: &std::path::Path, map: &CoverageMap) -> Result<()> {
    xtask_core::files::write_with(path, |out| {
        let mut out = std::io::BufWriter::new(out);
        lcov::write(map, &mut out)?;
        std::io::Write::flush(&mut out)
    })
}

fn artifact(kind: &str, path: &str) -> Artifact {
    Artifact { kind: kind.to_owned(), path: path.to_owned() }
}

/// `83.21 % of 1,234 lines in 40 files`, and the change.
fn headline(summary: &Summary, patch: Option<&Patch>, patch_min: Option<f64>) -> String {
    let lines = Metric::count("lines", summary.total.lines as usize).show();
    let files = match summary.files.len() {
        1 => "1 file".to_owned(),
        count => format!("{count} files"),
    };
    let mut text = format!("{} of {lines} lines in {files}", Shown(summary.total.percent));
    match patch {
        Some(patch) if patch.total.lines == 0 => text += "; no coverable line changed",
        Some(patch) => {
            let changed = format!("; {} of {} changed lines", Shown(patch.total.percent), patch.total.lines);
            text += &changed;
        }
        None if patch_min.is_some() => text += "; changed lines aren't looked at without --since",
        None => {}
    }
    text
}

#[cfg(test)]
mod tests {

    use xtask_core::config::Config;

    use xtask_core::gate::Decision;
    use xtask_core::model::ProblemKind;

    use super::*;

    fn context(root: &std::path::Path, config: &str, only: &[&str]) -> Context {
        let config = Config::parse("xtask.toml", config).unwrap();
        Context {
            jobs: std::num::NonZeroUsize::MIN,
            only: only.iter().map(ToString::to_string).collect(),
            ..Context::new(root.to_owned(), None, config)
        }
    }

    #[test]
    fn it_is_in_where_it_is_named() {
        let rust = tempfile::tempdir().unwrap();
        xtask_core::files::write(&rust.path().join("Cargo.toml"), b"[workspace]\n").unwrap();
        let other = tempfile::tempdir().unwrap();
        let native = "cargo xtask coverage rust";
        for (root, config, only, steps, provides) in [
            (&rust, "", &[][..], None, &[][..]),
            (&rust, "", &["coverage"], Some(vec![native]), &["test"]),
            (&rust, "[coverage]\n", &[], Some(vec![native]), &["test"]),
            (&rust, "[coverage]\n[test]\n", &[], Some(vec![native]), &[]),
            (
                &rust,
                "[coverage]\ninputs = [\"a\"]\nmin = 85\n",
                &[],
                Some(vec!["read a", "at least 85 % of lines"]),
                &[],
            ),
            (&other, "[coverage]\n", &[], None, &[]),
        ] {
            let planned = CoverageGate.plan(&context(root.path(), config, only)).unwrap();
            assert_eq!(planned.job.is_some(), steps.is_some(), "{config}");
            assert_eq!(planned.plan.steps, steps.unwrap_or_default());
            assert_eq!(planned.plan.provides, provides);
        }
        let nothing = CoverageGate.plan(&context(other.path(), "", &["coverage"])).unwrap();
        assert!(matches!(nothing.plan.decision, Decision::Missing { .. }));
    }

    #[test]
    fn a_report_of_a_longer_file_is_stale() {
        for (last, content, holds) in [
            (0, "", true),
            (1, "", true),
            (2, "a\n", true),
            (3, "a\n", false),
            (2, "a\nb", true),
            (3, "a\nb", false),
        ] {
            let told = refuse_stale(&"a.py".into(), last, content.as_bytes());
            assert_eq!(told.is_ok(), holds, "{last} {content:?}");
        }
    }

    #[test]
    fn given_reports_are_read_judged_and_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        xtask_core::files::write(&root.join("app/a.py"), b"").unwrap();
        let report = "SF:app/a.py\nDA:1,1\nDA:2,0\nend_of_record\n";
        xtask_core::files::write(&root.join("lcov.info"), report.as_bytes()).unwrap();
        let gate = |keys: &str, update_baseline: bool| {
            let config = format!("[coverage]\ninputs = [\"lcov.info\"]\n{keys}");
            let options = RunOptions { update_baseline, ..RunOptions::default() };
            run(&context(root, &config, &[]), &options)
        };
        assert_eq!(gate("min = 50", false).unwrap().outcome, Outcome::Passed);
        let failed = gate("min = 50.1", false).unwrap();
        assert_eq!((failed.outcome, failed.findings.len()), (Outcome::Failed, 1));
        assert_eq!(failed.summary, "50 % of 2 lines in 1 file");
        assert_eq!(gate("ratchet = true", false).unwrap().outcome, Outcome::Passed, "no baseline yet");
        assert_eq!(gate("ratchet = true", true).unwrap().outcome, Outcome::Passed);
        let less = report.replace("DA:1,1", "DA:1,0");
        xtask_core::files::write(&root.join("lcov.info"), less.as_bytes()).unwrap();
        assert_eq!(gate("ratchet = true", false).unwrap().findings[0].rule, "ratchet");
        let invalid = |result: Result<GateReport>| assert_eq!(result.unwrap_err().kind, ProblemKind::Invalid);
        invalid(gate("exclude = [\"app/**\"]", false));
        xtask_core::files::write(&root.join(baseline::BASELINE), b"{").unwrap();
        invalid(gate("ratchet = true", false));
        xtask_core::files::write(&root.join("lcov.info"), b"").unwrap();
        invalid(gate("", false));
        xtask_core::files::write(&root.join("lcov.info"), b"SF:gone.py\nDA:1,1\nend_of_record\n").unwrap();
        invalid(gate("", false));
        std::fs::remove_file(root.join("lcov.info")).unwrap();
        invalid(gate("", false));
        xtask_core::files::write(&root.join("lcov.info"), report.as_bytes()).unwrap();
        invalid(gate("run = [\"true\"]", false));
        assert!(gate("run = [\"echo '#' >> lcov.info\"]", false).is_ok(), "it was written");
        let failed = gate("run = [\"exit 3\"]", false).unwrap();
        assert!(failed.outcome.why().unwrap().contains("`exit 3` ended with 3"));
    }
}
