//! Visual regression: the gate, and its section of `xtask.toml`.

use schemars::JsonSchema;
use serde::Deserialize;
use xtask_core::config::Section;
use xtask_core::gate::{Context, Gate, GatePlan, Need, Planned};
use xtask_core::model::Result;

/// `[visual]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct VisualSection {}

impl Section for VisualSection {
    const NAME: &'static str = "visual";
}

/// The gate `visual`.
pub struct VisualGate;

impl Gate for VisualGate {
    fn name(&self) -> &'static str {
        "visual"
    }

    fn plan(&self, _: &Context) -> Result<Planned> {
        Ok(Planned::idle(GatePlan::out("visual", "not yet there")))
    }

    fn needs(&self, _: &Context) -> Vec<Need> {
        Vec::new()
    }
}
