//! Programs and schemas that we did not write, which judge our outputs. `.ci/referees` installs them.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use xtask_core::environment::Environment;

/// Says that `test` was not run, and why: in the test's output, and as a line of the file that `XTASK_SKIPPED` names, so that a
/// run which judged nothing can be told from one that did.
#[expect(clippy::print_stdout, reason = "a test harness says on standard output what it did not do")]
pub fn skip(test: &str, reason: &str) {
    println!("skipped {test}: {reason}");
    if let Some(path) = Environment::of_process().path("XTASK_SKIPPED") {
        let appended = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .and_then(|mut file| writeln!(file, "{test}: {reason}"));
        if let Err(cause) = appended {
            println!("can't append to {}: {cause}", path.display());
        }
    }
}

/// A file of the folder of referees (`XTASK_REFEREES`), or why there is none.
pub fn file(name: &str) -> Result<PathBuf, String> {
    let folder = Environment::of_process()
        .path("XTASK_REFEREES")
        .ok_or("XTASK_REFEREES is not set (.ci/referees installs them)")?;
    let path = folder.join(name);
    if path.exists() { Ok(path) } else { Err(format!("no {name} in XTASK_REFEREES (run .ci/referees)")) }
}

/// The referees' Python, with `jsonschema` and `xmlschema`.
pub fn python() -> Result<PathBuf, String> {
    file("venv/bin/python")
}

/// A program on PATH, by the first of its names that is there.
pub fn program(names: &[&str]) -> Result<PathBuf, String> {
    let path = Environment::of_process().get("PATH").unwrap_or_default();
    std::env::split_paths(path)
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .find(|candidate| candidate.is_file())
        .ok_or_else(|| format!("no {} on PATH", names.join(" or ")))
}

/// A browser that runs without a screen.
pub fn chromium() -> Result<PathBuf, String> {
    program(&["chromium", "chromium-browser", "google-chrome"])
}
