//! Static analysis: the gate, and its section of `xtask.toml`.

use schemars::JsonSchema;
use serde::Deserialize;
use xtask_core::config::Section;
use xtask_core::gate::{Context, Gate, GatePlan, Need, Planned};
use xtask_core::model::Result;

/// `[lint]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct LintSection {}

impl Section for LintSection {
    const NAME: &'static str = "lint";
}

/// The gate `lint`.
pub struct LintGate;

impl Gate for LintGate {
    fn name(&self) -> &'static str {
        "lint"
    }

    fn plan(&self, _: &Context) -> Result<Planned> {
        Ok(Planned::idle(GatePlan::out("lint", "not yet there")))
    }

    fn needs(&self, _: &Context) -> Vec<Need> {
        Vec::new()
    }
}
