//! The gate `test`.

use xtask_core::exec::{NO_INSTALL, Process, Weight, find_program};
use xtask_core::gate::{Context, Gate, GatePlan, Need, NeedState, Planned};
use xtask_core::model::{GateReport, Outcome, Result};

use crate::pytest;
use crate::run::run;
use crate::runner::{Runner, runners};
use crate::section::TestSection;

/// The gate `test`.
pub struct TestGate;

impl Gate for TestGate {
    fn name(&self) -> &'static str {
        "test"
    }

    fn plan(&self, cx: &Context) -> Result<Planned> {
        let section: TestSection = cx.config.section_or_default()?;
        let runners = runners(cx, &section)?;
        if runners.is_empty() {
            let why = "nothing here suggests tests, and `[test] run` names no command";
            return Ok(Planned::idle(GatePlan::out("test", why)));
        }
        let standing = cx.standing("test");
        let lacks: Vec<Option<(String, String)>> =
            runners.iter().map(|(runner, _)| missing(cx, runner)).collect();
        if lacks.iter().all(Option::is_some)
            && let Some((why, fix)) = lacks.iter().flatten().next()
        {
            return Ok(Planned::idle(GatePlan::missing("test", standing, why, fix)));
        }
        let steps = runners
            .iter()
            .zip(&lacks)
            .flat_map(|((runner, _), lack)| {
                runner.show().into_iter().map(move |step| match lack {
                    Some((why, fix)) => format!("{step} (can't run: {why}; {fix})"),
                    None => step,
                })
            })
            .collect();
        let mut whys: Vec<String> = runners.iter().map(|(_, why)| why.clone()).collect();
        whys.dedup();
        let plan =
            GatePlan { steps, weight: Weight::Heavy, ..GatePlan::new("test", standing, whys.join(", ")) };
        Ok(Planned::run(plan, move |cx| Ok(GateReport { standing, ..run(cx, &[])? })))
    }

    fn needs(&self, cx: &Context) -> Vec<Need> {
        let section: TestSection = cx.config.section_or_default().unwrap_or_default();
        runners(cx, &section).unwrap_or_default().iter().filter_map(|(runner, _)| need(cx, runner)).collect()
    }
}

/// What a runner can't do without and isn't there, with the command that mends it.
fn missing(cx: &Context, runner: &Runner) -> Option<(String, String)> {
    let program = |name: &str, fix: &str| {
        find_program(&cx.root, &[], name)
            .is_none()
            .then(|| (format!("{name} is not on PATH"), fix.to_owned()))
    };
    match runner {
        Runner::Command(_) => None,
        Runner::Cargo { .. } => program("cargo", "install Rust with rustup: https://rustup.rs"),
        Runner::Pytest { folder } => pytest::program(&cx.root, folder)
            .is_none()
            .then(|| ("there is no Python to run pytest".to_owned(), pytest::INSTALL.to_owned())),
        Runner::Npm(npm) => match npm.missing() {
            Some(Outcome::Skipped { why, fix, .. }) => Some((why, fix.unwrap_or_default())),
            _ => program(npm.manager.name(), "install Node.js: https://nodejs.org"),
        },
    }
}

/// The need of a runner, with its version.
fn need(cx: &Context, runner: &Runner) -> Option<Need> {
    let (name, process) = match runner {
        Runner::Command(_) => return None,
        Runner::Cargo { nextest: true, .. } => {
            ("cargo-nextest", Process::new("cargo").args(["nextest", "--version"]))
        }
        Runner::Cargo { .. } => ("cargo", Process::new("cargo").arg("--version")),
        Runner::Pytest { folder } => (
            "pytest",
            pytest::program(&cx.root, folder).unwrap_or_else(|| Process::new("pytest")).arg("--version"),
        ),
        Runner::Npm(npm) => (npm.manager.name(), Process::new(npm.manager.name()).arg("--version")),
    };
    let unmet = |why: String| {
        let fix = match runner {
            Runner::Pytest { .. } => pytest::INSTALL,
            Runner::Npm(_) => "install Node.js: https://nodejs.org",
            _ => "install Rust with rustup: https://rustup.rs",
        };
        NeedState::Unmet { why, fix: fix.to_owned() }
    };
    let state = match (
        missing(cx, runner),
        process.folder(&cx.root).variable(NO_INSTALL.0, NO_INSTALL.1).run(&cx.cancel),
    ) {
        (Some((why, fix)), _) => NeedState::Unmet { why, fix },
        (None, Ok(ended)) if ended.code == Some(0) => {
            let text = [&ended.stdout[..], &ended.stderr].concat();
            NeedState::Met {
                found: String::from_utf8_lossy(&text).lines().next().unwrap_or_default().trim().to_owned(),
            }
        }
        (None, Ok(ended)) => unmet(xtask_core::suite::last_lines(&String::from_utf8_lossy(&ended.stderr), 2)),
        (None, Err(error)) => unmet(error.to_string()),
    };
    Some(Need { name: name.to_owned(), by: "test".to_owned(), state })
}
