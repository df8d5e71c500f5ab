//! From configuration to one map: the commands that run first, the native run, and the reports that are given.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use xtask_core::exec::Process;
use xtask_core::gate::Context;
use xtask_core::model::{Event, Problem, Result, TestCase};

use crate::inputs;
use crate::map::CoverageMap;
use crate::rust;
use crate::section::{CoverageSection, is_rust};

/// The command that is done in-process.
const RUST: &str = "cargo xtask coverage rust";
/// The native run's report, below the report folder.
pub(crate) const LCOV: &str = "coverage/lcov.info";

/// What was measured.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measured {
    pub map: CoverageMap,
    pub cases: Vec<TestCase>,
    /// Why the tests failed; the map is of half a run then.
    pub failure: Option<String>,
}

/// The section with what it leaves open filled in: a Cargo workspace without any other word is run natively.
pub(crate) fn resolve(cx: &Context) -> Result<CoverageSection> {
    let mut section: CoverageSection = cx.config.section_or_default()?;
    if section.inputs.is_empty() && section.run.is_empty() && !rust::workspace_folders(cx)?.is_empty() {
        section.run.push(RUST.to_owned());
    }
    Ok(section)
}

/// Runs the commands and reads the reports.
pub(crate) fn run(cx: &Context, section: &CoverageSection) -> Result<Measured> {
    let inputs: Vec<PathBuf> = section.inputs.iter().map(PathBuf::from).collect();
    let before: Vec<Written> = inputs.iter().map(|input| written(&cx.root.join(input))).collect();
    let mut measured = Measured::default();
    for command in &section.run {
        let failure = if is_rust(command) {
            let ran = rust::measure(cx)?;
            measured.map.merge(ran.map);
            measured.cases.extend(ran.cases);
            ran.failure
        } else {
            shell(cx, command)?
        };
        measured.failure = measured.failure.take().or(failure);
    }
    if measured.failure.is_none() {
        if section.run.iter().any(|command| !is_rust(command)) {
            refuse_stale(cx, &inputs, &before)?;
        }
        measured.map.merge(inputs::read(cx, &inputs)?);
    }
    exclude(&mut measured.map, section)?;
    Ok(measured)
}

/// What changes when a file is written; `None` where it isn't there.
type Written = Option<(SystemTime, u64)>;

fn written(path: &Path) -> Written {
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.modified().ok()?, meta.len()))
}

/// Reports of which the commands wrote none are of an earlier run. Where they wrote some, the others may come from elsewhere: that
/// is told.
fn refuse_stale(cx: &Context, inputs: &[PathBuf], before: &[Written]) -> Result<()> {
    let old: Vec<String> = inputs
        .iter()
        .zip(before)
        .filter(|(input, before)| before.is_some() && written(&cx.root.join(input)) == **before)
        .map(|(input, _)| input.display().to_string())
        .collect();
    if old.is_empty() {
        return Ok(());
    }
    if old.len() == inputs.len() {
        return Err(Problem::invalid("the coverage reports are of an earlier run")
            .why(format!("no command of `run` in [coverage] wrote {}", inputs::listed(&old)))
            .fix("mend the command that should write it, or `inputs`"));
    }
    cx.events.notice(format!("coverage: {} was not written by this run", inputs::listed(&old)));
    Ok(())
}

/// The map of reports that are there already: those that are given, else those of the configuration and the last native run.
pub(crate) fn given(cx: &Context, section: &CoverageSection, inputs: &[PathBuf]) -> Result<CoverageMap> {
    let mut inputs = inputs.to_vec();
    if inputs.is_empty() {
        inputs.extend(section.inputs.iter().map(PathBuf::from));
        if section.runs_rust() {
            inputs.push(cx.report_dir().join(LCOV));
        }
    }
    if inputs.is_empty() {
        return Err(Problem::usage("there is no coverage report to read")
            .fix("give one with --input FILE, or in `inputs` of [coverage]"));
    }
    let mut map = inputs::read(cx, &inputs)?;
    exclude(&mut map, section)?;
    Ok(map)
}

fn exclude(map: &mut CoverageMap, section: &CoverageSection) -> Result<()> {
    let globs = section.excluded()?;
    map.retain(|path| !globs.matches(path));
    Ok(())
}

/// Runs a command that tests and writes a report. That it ends with another code than 0 means that tests failed.
fn shell(cx: &Context, command: &str) -> Result<Option<String>> {
    let process = Process::shell(&cx.resolve(command)?).folder(&cx.root);
    let ended = process
        .stream(&cx.cancel, |stream, line| {
            cx.events.send(Event::Line {
                task: "coverage".to_owned(),
                stream,
                text: String::from_utf8_lossy(line).into_owned(),
            });
        })
        .map_err(|error| rust::problem(&error))?;
    Ok(match ended.code {
        Some(0) => None,
        Some(127) => {
            return Err(Problem::missing(format!("`{command}` found no such program"))
                .why(String::from_utf8_lossy(&ended.stderr).trim())
                .fix("install it, or mend `run` in [coverage]"));
        }
        Some(code) => Some(format!("`{command}` ended with {code}")),
        None => Some(format!("`{command}` was killed")),
    })
}
