//! The gate `hooks`: what pre-commit would run, over all tracked files or over those that changed.

use xtask_core::gate::{Context, Gate, GatePlan, Need, Planned};
use xtask_core::model::Result;

use crate::install;
use crate::plan::steps;
use crate::programs;
use crate::resolve::StagePlan;
use crate::section::HooksSection;
use crate::select::{Selection, select};
use crate::selected::run_on_files;
use crate::stage::Stage;

/// The gate `hooks`.
pub struct HooksGate;

impl Gate for HooksGate {
    fn name(&self) -> &'static str {
        "hooks"
    }

    fn plan(&self, cx: &Context) -> Result<Planned> {
        let Some(repo) = &cx.repo else {
            return Ok(Planned::idle(GatePlan::out("hooks", "this is no git repository")));
        };
        if repo.work_dir().is_none() {
            return Ok(Planned::idle(GatePlan::out("hooks", "the repository is bare")));
        }
        let section: HooksSection = cx.config.section_or_default()?;
        let stage = StagePlan::new(Stage::PreCommit, &section, cx.environment)?;
        if stage.is_empty() {
            let why = if stage.skipped.is_empty() {
                "[hooks.pre-commit] lists no checks and no commands".to_owned()
            } else {
                format!("XTASK_SKIP skips all of it: {}", stage.skipped.join(", "))
            };
            return Ok(Planned::idle(GatePlan::out("hooks", why)));
        }
        let selection = Selection::from(&cx.scope);
        let files = select(cx, &selection, &stage)?;
        let why = if cx.config.has("hooks") { "[hooks] is configured" } else { "this is a git repository" };
        let standing = cx.standing("hooks");
        let plan = GatePlan { steps: steps(&stage, &files)?, ..GatePlan::new("hooks", standing, why) };
        Ok(Planned::run(plan, move |cx| {
            let mut report = run_on_files(cx, &stage, &selection, &files, false)?;
            report.standing = standing;
            Ok(report)
        }))
    }

    fn needs(&self, cx: &Context) -> Vec<Need> {
        // A section that can't be read is told by the check of xtask.toml.
        let section: HooksSection = cx.config.section_or_default().unwrap_or_default();
        let installed = install::need(cx, &install::configured(&section));
        installed.into_iter().chain(programs::needs(cx, &section)).collect()
    }
}
