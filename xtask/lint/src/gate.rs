//! The gate `lint`.

use xtask_core::exec::{NO_INSTALL, Weight, find_program};
use xtask_core::gate::{Context, Gate, GatePlan, Need, NeedState, Planned};
use xtask_core::model::{GateReport, Result};
use xtask_core::suite::last_lines;

use crate::run::{Options, run};
use crate::section::LintSection;
use crate::tool::{Step, TOOLS, steps};

/// The gate `lint`.
pub struct LintGate;

impl Gate for LintGate {
    fn name(&self) -> &'static str {
        "lint"
    }

    fn plan(&self, cx: &Context) -> Result<Planned> {
        let section: LintSection = cx.config.section_or_default()?;
        let folders = cx.project()?.folders_of("Cargo.toml");
        let standing = cx.standing("lint");
        let to_come = section.to_come();
        let steps = steps(&section, &folders);
        let (Some(first), false) = (folders.first(), steps.is_empty()) else {
            if let Some(part) = to_come.into_iter().next() {
                return Ok(Planned::idle(GatePlan::missing("lint", standing, part.why, part.fix)));
            }
            let off = "xtask.toml turns all its tools off";
            let why = if folders.is_empty() {
                "there is no Cargo.toml, and this version lints Rust alone"
            } else {
                off
            };
            let plan = if cx.config.has("lint") && why != off {
                let fix = "take [lint] out of xtask.toml, or run your linter as a command of [hooks.pre-commit.commands]";
                GatePlan::missing("lint", standing, why, fix)
            } else {
                GatePlan::out("lint", why)
            };
            return Ok(Planned::idle(plan));
        };
        if find_program(&cx.root, &[], "cargo").is_none() {
            let plan = GatePlan::missing(
                "lint",
                standing,
                "cargo is not on PATH",
                "install Rust with rustup: https://rustup.rs",
            );
            return Ok(Planned::idle(plan));
        }
        let why = if first.as_bytes().is_empty() {
            "Cargo.toml is here".to_owned()
        } else {
            format!("{first}/Cargo.toml is here")
        };
        let plan = GatePlan {
            steps: steps.iter().map(Step::show).chain(to_come.into_iter().map(|part| part.why)).collect(),
            weight: Weight::Heavy,
            ..GatePlan::new("lint", standing, why)
        };
        Ok(Planned::run(plan, move |cx| {
            let linted = run(cx, Options::default())?;
            Ok(GateReport { standing, ..linted.report })
        }))
    }

    fn needs(&self, cx: &Context) -> Vec<Need> {
        let folders = match cx.project() {
            Ok(project) => project.folders_of("Cargo.toml"),
            Err(_) => return Vec::new(),
        };
        let section: LintSection = cx.config.section_or_default().unwrap_or_default();
        let used = steps(&section, &folders);
        TOOLS
            .into_iter()
            .filter(|tool| used.iter().any(|step| step.tool == *tool))
            .map(|tool| {
                let ended =
                    tool.version().folder(&cx.root).variable(NO_INSTALL.0, NO_INSTALL.1).run(&cx.cancel);
                let state = match ended {
                    Ok(ended) if ended.code == Some(0) => {
                        NeedState::Met { found: String::from_utf8_lossy(&ended.stdout).trim().to_owned() }
                    }
                    Ok(ended) => NeedState::Unmet {
                        why: last_lines(&String::from_utf8_lossy(&ended.stderr), 2),
                        fix: tool.install().to_owned(),
                    },
                    Err(error) => NeedState::Unmet { why: error.to_string(), fix: tool.install().to_owned() },
                };
                Need { name: tool.name().to_owned(), by: "lint".to_owned(), state }
            })
            .collect()
    }
}
