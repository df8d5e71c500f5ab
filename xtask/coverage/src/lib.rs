//! Coverage: the gate, and its section of `xtask.toml`.

use schemars::JsonSchema;
use serde::Deserialize;
use xtask_core::config::Section;
use xtask_core::gate::{Context, Gate, GatePlan, Need, Planned};
use xtask_core::model::Result;

/// `[coverage]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct CoverageSection {}

impl Section for CoverageSection {
    const NAME: &'static str = "coverage";
}

/// The gate `coverage`.
pub struct CoverageGate;

impl Gate for CoverageGate {
    fn name(&self) -> &'static str {
        "coverage"
    }

    fn plan(&self, _: &Context) -> Result<Planned> {
        Ok(Planned::idle(GatePlan::out("coverage", "not yet there")))
    }

    fn needs(&self, _: &Context) -> Vec<Need> {
        Vec::new()
    }
}
