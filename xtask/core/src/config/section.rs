//! The tables of `xtask.toml`. Each area owns its own; the tables that several areas or later ones read are here.

use schemars::{JsonSchema, SchemaGenerator};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Config, Fault, Keys, Span};
use crate::model::Problem;

/// A top-level table of `xtask.toml`. Types derive `Deserialize` with `deny_unknown_fields` and without `flatten` or
/// `untagged`, which lose the place of an error.
pub trait Section: DeserializeOwned + JsonSchema {
    /// Its name: `lint` for `[lint]`.
    const NAME: &'static str;

    /// Whether it is a list of tables (`[[watch]]`), not one.
    const IS_LIST: bool = false;

    /// Keys that other programs have for something, and what is written here instead: told where such a key is unknown.
    const TERMS: &'static [(&'static str, &'static str)] = &[];

    /// What reads well and can't be meant.
    fn faults(&self) -> Vec<Fault> {
        Vec::new()
    }
}

/// A section as the program knows it: its name, how it is checked, its schema.
#[derive(Clone, Copy)]
pub struct SectionKind {
    pub(super) name: &'static str,
    pub(super) check: fn(&Config) -> Vec<Problem>,
    pub(super) schema: fn(&mut SchemaGenerator) -> schemars::Schema,
}

impl SectionKind {
    /// The kind of this section.
    pub fn of<S: Section>() -> Self {
        Self {
            name: S::NAME,
            check: |config| match config.section::<S>() {
                Ok(Some(section)) => section.faults().into_iter().map(|fault| config.placed(fault)).collect(),
                Ok(None) => Vec::new(),
                Err(problem) => vec![problem],
            },
            schema: SchemaGenerator::subschema_for::<S>,
        }
    }

    /// A section whose area this build leaves out: it is accepted unread.
    pub fn unread(name: &'static str) -> Self {
        Self { name, check: |_| Vec::new(), schema: |_| schemars::json_schema!({ "type": "object" }) }
    }
}

/// The keys of `xtask.toml` that belong to no section.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TopLevel {
    /// The least version of xtask that reads this file; an older one refuses.
    pub min_version: Option<String>,
}

/// `[env]`: the Compose development environment.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct EnvSection {
    /// The Compose files, relative to the repository's top. Default: what Compose itself would find.
    pub compose: Vec<String>,
    /// How long `env up` waits for all services.
    pub ready_timeout: Option<Span>,
    /// What is special about a service, by its name.
    pub services: std::collections::BTreeMap<String, EnvService>,
}

/// `[env.services.NAME]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct EnvService {
    /// What happens to the service when files change.
    pub watch: Vec<ServiceWatch>,
    /// Whether the service runs once and ends; others wait for its completion.
    pub one_shot: Option<bool>,
}

/// One rule of `[env.services.NAME] watch`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ServiceWatch {
    /// The files, by globs that read as in `.gitignore`.
    pub paths: Vec<String>,
    /// What to do.
    pub action: ServiceAction,
}

/// What to do with a service when its files change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceAction {
    /// Restart it.
    Restart,
    /// Build its image again, and restart it.
    Rebuild,
    /// Copy the files into it.
    Sync,
}

impl Section for EnvSection {
    const NAME: &'static str = "env";

    fn faults(&self) -> Vec<Fault> {
        let keys = Keys::of(Self::NAME).key("services");
        let rules = self.services.iter().flat_map(|(name, service)| {
            let keys = keys.key(name).key("watch");
            service.watch.iter().enumerate().map(move |(at, rule)| (keys.key(at.to_string()), rule))
        });
        rules.filter_map(|(keys, rule)| keys.key("paths").globs(&rule.paths).err()).collect()
    }
}

/// `[[watch]]`: what to run when files change.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WatchRule {
    /// The files, by globs that read as in `.gitignore`.
    pub paths: Vec<String>,
    /// A command, by `sh -c`.
    pub run: Option<String>,
    /// A gate: `lint`.
    pub gate: Option<String>,
}

/// All `[[watch]]` rules.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct WatchSection(pub Vec<WatchRule>);

impl Section for WatchSection {
    const NAME: &'static str = "watch";
    const IS_LIST: bool = true;

    fn faults(&self) -> Vec<Fault> {
        let keys = Keys::of(Self::NAME);
        let rules = self.0.iter().enumerate();
        rules
            .filter_map(|(at, rule)| keys.key(at.to_string()).key("paths").globs(&rule.paths).err())
            .collect()
    }
}

/// The JSON Schema of `xtask.toml` with these sections.
pub fn schema(sections: &[SectionKind]) -> serde_json::Value {
    let mut generator = SchemaGenerator::default();
    let top = generator.root_schema_for::<TopLevel>();
    let mut root = top.to_value();
    let mut sorted: Vec<&SectionKind> = sections.iter().collect();
    sorted.sort_by_key(|section| section.name);
    for section in sorted {
        let schema = (section.schema)(&mut generator);
        root["properties"][section.name] = schema.to_value();
    }
    let definitions = generator.take_definitions(true);
    if !definitions.is_empty() {
        root["$defs"] = serde_json::Value::Object(definitions);
    }
    root["title"] = "xtask.toml".into();
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_that_is_none_is_shown_where_it_stands() {
        let sections = [SectionKind::of::<EnvSection>(), SectionKind::of::<WatchSection>()];
        for (text, what, column) in [
            (
                "[[watch]]\npaths = ['a']\n[[watch]]\npaths = ['a', '{b']\n",
                "xtask.toml:4: `{b` is no glob",
                15,
            ),
            (
                "[env.services.web]\nwatch = [{ paths = ['a{'], action = 'sync' }]\n",
                "xtask.toml:2: `a{` is no glob",
                21,
            ),
        ] {
            let told = Config::parse_checked("xtask.toml", text, &sections).unwrap_err();
            assert_eq!(told.what, what, "{told}");
            assert!(told.why.contains(&format!("| {}^", " ".repeat(column - 1))), "{told}");
        }
    }
}
