//! Git hooks: the gate, and its section of `xtask.toml`.

use schemars::JsonSchema;
use serde::Deserialize;
use xtask_core::config::Section;
use xtask_core::gate::{Context, Gate, GatePlan, Need, Planned};
use xtask_core::model::Result;

/// `[hooks]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct HooksSection {}

impl Section for HooksSection {
    const NAME: &'static str = "hooks";
}

/// The gate `hooks`.
pub struct HooksGate;

impl Gate for HooksGate {
    fn name(&self) -> &'static str {
        "hooks"
    }

    fn plan(&self, _: &Context) -> Result<Planned> {
        Ok(Planned::idle(GatePlan::out("hooks", "not yet there")))
    }

    fn needs(&self, _: &Context) -> Vec<Need> {
        Vec::new()
    }
}
