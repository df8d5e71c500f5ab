//! The project's tests: the gate, and its section of `xtask.toml`.

use schemars::JsonSchema;
use serde::Deserialize;
use xtask_core::config::Section;
use xtask_core::gate::{Context, Gate, GatePlan, Need, Planned};
use xtask_core::model::Result;

/// `[test]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct TestSection {}

impl Section for TestSection {
    const NAME: &'static str = "test";
}

/// The gate `test`.
pub struct TestGate;

impl Gate for TestGate {
    fn name(&self) -> &'static str {
        "test"
    }

    fn plan(&self, _: &Context) -> Result<Planned> {
        Ok(Planned::idle(GatePlan::out("test", "not yet there")))
    }

    fn needs(&self, _: &Context) -> Vec<Need> {
        Vec::new()
    }
}
