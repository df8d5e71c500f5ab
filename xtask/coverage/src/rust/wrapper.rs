//! The compiler's wrapper that adds the instrumentation: compiled once, from the source in `wrapper/main.rs`.

use std::path::{Path, PathBuf};

use xtask_core::exec::Process;
use xtask_core::gate::Context;
use xtask_core::model::{Fingerprint, Problem, Result};

use super::cargo::problem;

const SOURCE: &str = include_str!("../../wrapper/main.rs");

/// The wrapper's program in `folder`; compiled where it isn't there yet. `outer` is a wrapper that was set before.
pub(super) fn program(cx: &Context, folder: &Path, outer: Option<&str>) -> Result<PathBuf> {
    let identity = Fingerprint::of([SOURCE.as_bytes(), outer.unwrap_or_default().as_bytes()]);
    let name = format!("rustc-{}{}", &identity.as_str()[..12], std::env::consts::EXE_SUFFIX);
    let path = folder.join(name);
    if path.is_file() {
        return Ok(path);
    }
    let source = folder.join("wrapper.rs");
    xtask_core::files::write(&source, SOURCE.as_bytes())?;
    // Complete before it takes its name, so that a stopped run leaves none that doesn't work.
    let draft = folder.join(format!("draft-{}{}", std::process::id(), std::env::consts::EXE_SUFFIX));
    let mut rustc = Process::new("rustc")
        .args(["--edition", "2021", "-O", "-o"])
        .arg(&draft)
        .arg(&source)
        .folder(&cx.root)
        .without_variable("XTASK_OUTER_WRAPPER");
    if let Some(outer) = outer {
        rustc = rustc.variable("XTASK_OUTER_WRAPPER", outer);
    }
    let ended = rustc.run(&cx.cancel).map_err(|error| problem(&error))?;
    if !ended.is_success() {
        return Err(Problem::invalid("rustc can't compile the wrapper that adds the instrumentation")
            .why(ended.last_lines(10))
            .fix("`xtask doctor` checks the toolchain"));
    }
    std::fs::rename(&draft, &path)
        .map_err(|cause| Problem::invalid(format!("can't write {}", path.display())).why(cause))?;
    Ok(path)
}
