//! Names in `[hooks]` that must be known ones: checks and types of files.

use std::borrow::Cow;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use crate::checks::{self, Check};

/// An entry of `checks`.
#[derive(Clone, Copy, Debug)]
pub enum CheckName {
    /// The ten default checks.
    Default,
    /// One check.
    One(&'static Check),
}

const DEFAULT: &str = "default";

static CHECK_NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let ids = checks::all().iter().map(|check| check.id);
    ids.chain([DEFAULT]).collect()
});

impl<'de> Deserialize<'de> for CheckName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = <Cow<'de, str>>::deserialize(deserializer)?;
        if name == DEFAULT {
            return Ok(Self::Default);
        }
        checks::by_id(&name)
            .map(Self::One)
            .ok_or_else(|| serde::de::Error::unknown_variant(&name, &CHECK_NAMES))
    }
}

impl JsonSchema for CheckName {
    fn schema_name() -> Cow<'static, str> {
        "Check".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "enum": *CHECK_NAMES,
            "description": "A built-in check, by its id in pre-commit-hooks; or the ten default ones.",
        })
    }
}

/// An entry of `types`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeName(pub &'static str);

static TYPE_NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(crate::types::known_tags);

impl<'de> Deserialize<'de> for TypeName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = <Cow<'de, str>>::deserialize(deserializer)?;
        TYPE_NAMES
            .iter()
            .find(|known| **known == name)
            .map(|known| Self(known))
            .ok_or_else(|| serde::de::Error::unknown_variant(&name, &TYPE_NAMES))
    }
}

impl JsonSchema for TypeName {
    fn schema_name() -> Cow<'static, str> {
        "FileType".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A type of file, as pre-commit names them: `python`, `yaml`, `text`, `executable`.",
        })
    }
}
