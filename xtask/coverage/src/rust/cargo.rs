//! Cargo, called so that the workspace's crates are compiled with instrumentation, and nothing else is changed: flags and
//! configuration stay, dependencies are compiled as always, and the programs that tests start see nothing of it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use xtask_core::exec::{Ended, Interrupt, NO_INSTALL, Process, RunError};
use xtask_core::gate::{Context, Need, NeedState};
use xtask_core::model::{Event, Problem, ProblemKind, Result, Stream};

use super::wrapper;

/// What Cargo sets for programs that it starts (we may be one), and what would get a build of other crates wrong.
const FROM_CARGO_RUN: [&str; 7] = [
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_MANIFEST_LINKS",
    "CARGO_PRIMARY_PACKAGE",
    "CARGO_CRATE_NAME",
    "CARGO_BIN_NAME",
    "OUT_DIR",
];
const WRAPPER: &str = "RUSTC_WORKSPACE_WRAPPER";

/// Cargo in one workspace.
pub(super) struct Cargo<'a> {
    pub cx: &'a Context,
    /// Where Cargo runs.
    workspace: PathBuf,
    /// Where build, profiles and reports lie.
    folder: PathBuf,
    /// The compiler's wrapper.
    wrapper: PathBuf,
}

impl<'a> Cargo<'a> {
    /// Cargo in `workspace`; makes the compiler's wrapper.
    pub(super) fn new(cx: &'a Context, workspace: PathBuf) -> Result<Self> {
        let root = std::path::absolute(cx.report_dir())
            .map_err(|cause| Problem::invalid("can't tell the current folder").why(cause))?;
        let folder = root.join("coverage");
        let wrapper = wrapper::program(cx, &folder, cx.environment.text(WRAPPER))?;
        Ok(Self { cx, workspace, folder, wrapper })
    }

    /// Where Cargo runs.
    pub(super) fn workspace(&self) -> &Path {
        &self.workspace
    }

    /// Where build, profiles and reports lie.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The target folder, apart from the usual one so that neither build undoes the other.
    pub(super) fn target(&self) -> PathBuf {
        self.folder.join("build")
    }

    /// `cargo COMMAND …` without instrumentation.
    pub(super) fn plain(&self, arguments: &[&str]) -> Process {
        let mut process = Process::new("cargo").args(arguments).folder(&self.workspace);
        for name in FROM_CARGO_RUN {
            process = process.without_variable(name);
        }
        let packages =
            self.cx.environment.iter().filter(|(name, _)| name.to_string_lossy().starts_with("CARGO_PKG_"));
        for (name, _) in packages {
            process = process.without_variable(name);
        }
        process
    }

    /// `cargo COMMAND …` that compiles with instrumentation. The settings are given as arguments, not as variables, which
    /// tests that call Cargo themselves would inherit.
    pub(super) fn instrumented(&self, arguments: &[&str]) -> Result<Process> {
        let target = self.target();
        let mut process = self
            .plain(arguments)
            .arg("--target-dir")
            .arg(&target)
            .args(["--config", &setting("build.build-dir", &target)?])
            .args(["--config", &setting("build.rustc-workspace-wrapper", &self.wrapper)?])
            // What the compiler keeps to rebuild parts of a crate outgrows the build itself several times.
            .args(["--config", "build.incremental=false"])
            .without_variable(WRAPPER);
        // Documentation tests are compiled by rustdoc, which knows no wrapper for them.
        process = match self.cx.environment.get("RUSTDOCFLAGS") {
            Some(flags) => {
                let mut flags: OsString = flags.to_owned();
                flags.push(" -Cinstrument-coverage");
                process.variable("RUSTDOCFLAGS", flags)
            }
            None => process.args(["--config", "build.rustdocflags=[\"-Cinstrument-coverage\"]"]),
        };
        Ok(process)
    }

    /// Runs it to its end and tells the lines of the given streams as they come.
    pub(super) fn stream(&self, process: &Process, shown: &[Stream]) -> Result<Ended> {
        let events = &self.cx.events;
        let told = process.stream(&self.cx.cancel, |stream, line| {
            if shown.contains(&stream) {
                events.send(Event::Line {
                    task: "coverage".to_owned(),
                    stream,
                    text: String::from_utf8_lossy(line).into_owned(),
                });
            }
        });
        told.map_err(|error| problem(&error))
    }
}

/// The problem of a process that has no end to tell of.
pub(crate) fn problem(error: &RunError) -> Problem {
    match error {
        RunError::NotFound { program } if program.ends_with("cargo") => {
            Problem::missing(error.to_string()).fix("install Rust: https://rustup.rs")
        }
        RunError::NotFound { .. } => Problem::missing(error.to_string()),
        RunError::NotStarted { .. } | RunError::TimedOut { .. } => Problem::invalid(error.to_string()),
        RunError::Stopped { why, .. } => {
            let kind = match why {
                Interrupt::FailFast => ProblemKind::Invalid,
                Interrupt::Interrupted => ProblemKind::Interrupted,
                Interrupt::Terminated => ProblemKind::Terminated,
            };
            Problem::new(kind, error.to_string())
        }
    }
}

/// `KEY="PATH"`, as `--config` takes it.
fn setting(key: &str, path: &Path) -> Result<String> {
    let text = path.to_str().ok_or_else(|| {
        Problem::invalid(format!("can't hand {} to Cargo", path.display()))
            .why("the path is not UTF-8")
            .fix("move the repository to a folder whose path is")
    })?;
    // TOML's basic strings have JSON's escapes.
    Ok(format!("{key}={}", serde_json::Value::from(text)))
}

/// What a native run needs: a compiler with the runtime for profiles.
pub(crate) fn needs(cx: &Context) -> Vec<Need> {
    let state = match profiler_runtime(cx) {
        Ok(found) => NeedState::Met { found },
        Err(problem) => NeedState::Unmet {
            why: if problem.why.is_empty() {
                problem.what
            } else {
                format!("{}: {}", problem.what, problem.why)
            },
            fix: problem.fix,
        },
    };
    vec![Need { name: "rustc with coverage instrumentation".to_owned(), by: "coverage".to_owned(), state }]
}

fn profiler_runtime(cx: &Context) -> Result<String> {
    let ask = |arguments: &[&str]| -> Result<String> {
        let ended = Process::new("rustc")
            .args(arguments)
            .folder(&cx.root)
            .variable(NO_INSTALL.0, NO_INSTALL.1)
            .run(&cx.cancel)
            .map_err(|error| problem(&error).fix("install Rust: https://rustup.rs"))?;
        match ended.code {
            Some(0) => Ok(String::from_utf8_lossy(&ended.stdout).trim().to_owned()),
            _ => Err(Problem::missing("rustc does not run")
                .why(String::from_utf8_lossy(&ended.stderr).trim())
                .fix("rustup toolchain install stable")),
        }
    };
    let version = ask(&["--version"])?;
    let libraries = PathBuf::from(ask(&["--print", "target-libdir"])?);
    let runtime = std::fs::read_dir(&libraries)
        .into_iter()
        .flatten()
        .flatten()
        .any(|entry| entry.file_name().to_string_lossy().contains("profiler_builtins"));
    if runtime {
        Ok(version)
    } else {
        Err(Problem::missing(format!("{version} comes without the profiler runtime"))
            .fix("use a toolchain of rustup: rustup toolchain install stable"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_quoted() {
        let told = setting("build.x", Path::new("/a \"b\"/c")).unwrap();
        assert_eq!(told, r#"build.x="/a \"b\"/c""#);
    }

    #[test]
    fn what_did_not_run_has_its_kind() {
        let program = || "cargo".to_owned();
        for (error, kind) in [
            (RunError::NotFound { program: program() }, ProblemKind::Missing),
            (RunError::Stopped { program: program(), why: Interrupt::Terminated }, ProblemKind::Terminated),
        ] {
            assert_eq!(problem(&error).kind, kind);
        }
    }
}
