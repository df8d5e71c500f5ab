//! `[hooks.STAGE.commands.NAME]`, as written.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use xtask_core::config::Span;

use crate::rules::with_file_rules;

/// `[hooks.STAGE.commands]`: the commands in the order in which they are written, which is the order of those that share files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commands(pub Vec<(String, CommandTable)>);

impl<'de> Deserialize<'de> for Commands {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Commands;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a table of commands")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Commands, A::Error> {
                let mut commands = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    commands.push(entry);
                }
                Ok(Commands(commands))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

impl JsonSchema for Commands {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Commands".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        generator.subschema_for::<BTreeMap<String, CommandTable>>()
    }
}

with_file_rules! {
    /// `[hooks.STAGE.commands.NAME]`.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CommandTable {
        /// The command, by `sh -c`. `{files}` stands for the matching files, quoted, in batches; without it the command runs once.
        pub run: String,
        /// Whether it changes files to mend them.
        #[serde(default)]
        pub fixes: bool,
        /// How long it may run.
        pub timeout: Option<Span>,
        /// Where it runs. Default: in the working tree where that equals what is checked and nothing is to be fixed, else in a
        /// snapshot.
        #[serde(rename = "in")]
        pub place: Option<Place>,
        /// Whether it runs where no file matches, too.
        #[serde(default)]
        pub always: bool,
        /// Whether just one process of it may run at a time.
        #[serde(default)]
        pub serial: bool,
        /// The folder in which it runs: it gets the files below that alone, relative to it.
        pub folder: Option<String>,
        /// Variables of its environment.
        #[serde(default)]
        pub env: BTreeMap<String, String>,
        /// What its verdict depends on beside its own files, as globs: where all of that is as it was when the command passed, it
        /// isn't run again. Default: it is always run.
        pub inputs: Option<Vec<String>>,
    }
}

/// Where a command runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// In the working tree, whatever is staged.
    Worktree,
    /// In the snapshot of what is staged.
    Snapshot,
}
