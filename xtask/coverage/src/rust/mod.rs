//! Coverage of a Cargo workspace without any tool but the compiler: build the tests instrumented, run them, read what they left
//! behind together with the programs. Only the workspace's own crates are instrumented.
//!
//! What counts: the sources of workspace members, `#[cfg(test)]` modules in them included (as `llvm-cov` counts), but not what lies
//! in a package's `tests`, `benches` or `examples` folder, nor build scripts and generated files. Documentation tests count
//! for functions that a program or an integration test links, too, since Cargo removes their own programs. Procedural macros
//! run inside the compiler: only their unit tests count.
//!
//! The instrumented build lies apart from the usual one and has no incremental data, which would be most of its size.

mod build;
mod cargo;
mod functions;
mod lines;
mod lock;
mod profile;
mod run;
mod workspace;
mod wrapper;

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use rayon::prelude::*;
use xtask_core::gate::Context;
use xtask_core::model::{Problem, RepoPath, Result, TestCase};
use xtask_core::suite;

use crate::map::CoverageMap;
use cargo::Cargo;
pub(crate) use cargo::{needs, problem};
use workspace::Workspace;

/// What a run of a Cargo workspace's tests yielded.
#[derive(Clone, Debug)]
pub struct RustRun {
    /// The hits of the workspace's lines. Of a failed run they are those up to the failure.
    pub map: CoverageMap,
    /// The tests that ran.
    pub cases: Vec<TestCase>,
    /// Why the run as a whole failed; `None` where all tests held.
    pub failure: Option<String>,
}

/// The folders that hold a Cargo workspace: the repository's top, else each that holds a `Cargo.toml` with none above it.
pub(crate) fn workspace_folders(cx: &Context) -> Result<Vec<RepoPath>> {
    if cx.root.join("Cargo.toml").is_file() {
        return Ok(vec![RepoPath::default()]);
    }
    Ok(cx.project()?.folders_of("Cargo.toml"))
}

/// Builds and runs the tests of the repository's Cargo workspaces, and measures which lines they ran.
pub fn measure(cx: &Context) -> Result<RustRun> {
    let folders = workspace_folders(cx)?;
    if folders.is_empty() {
        return Err(Problem::usage("there is no Cargo workspace to cover")
            .fix("take `cargo xtask coverage rust` out of `run` in [coverage]"));
    }
    let mut all = RustRun { map: CoverageMap::default(), cases: Vec::new(), failure: None };
    for folder in &folders {
        let mut ran = measure_one(cx, folder)?;
        suite::rebase(&mut ran.cases, folder);
        all.map.merge(ran.map);
        all.cases.extend(ran.cases);
        all.failure = all.failure.or(ran.failure);
    }
    Ok(all)
}

/// The workspace in `folder`; places in its cases are seen from there.
fn measure_one(cx: &Context, folder: &RepoPath) -> Result<RustRun> {
    let cargo = Cargo::new(cx, folder.below(&cx.root))?;
    let _lock = lock::take(cx, cargo.folder())?;
    let workspace = Workspace::read(&cargo)?;
    let built = build::all(&cargo, &workspace)?;
    let profiles = cargo.folder().join("profiles");
    let ran = run::tests(&cargo, &profiles)?;
    let map = read(cx, &workspace, &built, &profiles, ran.failure.is_some());
    // They are large, and what they say is in the map now.
    let _ = std::fs::remove_dir_all(&profiles);
    Ok(RustRun { map: map?, cases: ran.cases, failure: ran.failure })
}

/// The map that profiles and programs give together.
fn read(
    cx: &Context,
    workspace: &Workspace,
    built: &build::Built,
    profiles: &Path,
    failed: bool,
) -> Result<CoverageMap> {
    cx.events.progress("coverage", 0, 0, "reading profiles");
    let files = profile::list(profiles)?;
    let profiles = profile::read(&files)?;
    if profiles.unfinished > 0 {
        let count = profiles.unfinished;
        let processes = if count == 1 { "1 process".to_owned() } else { format!("{count} processes") };
        cx.events.notice(format!(
            "coverage: {processes} left no whole profile (ended by a signal or abort): what only they ran counts as not run"
        ));
    }
    let Some(version) = profiles.version else {
        if failed {
            return Ok(CoverageMap::default());
        }
        return Err(Problem::invalid("the tests left no coverage profile")
            .why(format!(
                "{} programs were built, and no process of them ended by itself",
                built.programs.len()
            ))
            .fix("see whether `cargo test` runs any test"));
    };
    let place = |path: &Path| workspace.place(path);
    let programs: Result<Vec<Vec<functions::Function>>> =
        built.programs.par_iter().map(|program| functions::read(program, version, &place)).collect();
    let mut map = combine(&programs?, &profiles);
    // Files that were compiled and hold no code are known, so that a change in them isn't taken for one that was forgotten.
    for source in built.sources.iter().filter_map(|source| workspace.place(source)) {
        map.know(source);
    }
    Ok(map)
}

/// Counts each function once, however many programs hold it, and applies the rule of lines to each file.
fn combine(programs: &[Vec<functions::Function>], profiles: &profile::Profiles) -> CoverageMap {
    let mut seen = HashSet::new();
    let mut regions: BTreeMap<&RepoPath, Vec<lines::Region>> = BTreeMap::new();
    for function in programs.iter().flatten() {
        let Some(counters) = profiles.counters(function.name, function.shape) else {
            continue;
        };
        if !seen.insert(function.identity()) {
            continue;
        }
        for (path, region) in function.count(counters) {
            regions.entry(path).or_default().push(region);
        }
    }
    let files: Vec<(&RepoPath, crate::map::Lines)> =
        regions.into_par_iter().map(|(path, regions)| (path, lines::hits(regions))).collect();
    let mut map = CoverageMap::default();
    for (path, lines) in files {
        map.add_file(path.clone(), lines);
    }
    map
}
