//! `[test]` of `xtask.toml`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use xtask_core::config::{Fault, Section, Span};

/// `[test]`: the project's tests.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct TestSection {
    /// The commands that run the tests, by `sh -c`, one after the other. Default: what the repository suggests.
    pub run: Commands,
    /// The JUnit files that these commands write, as globs below the repository's top. Only files written by this run are read.
    pub junit: Vec<String>,
    /// How long each command may run.
    pub timeout: Option<Span>,
}

impl Section for TestSection {
    const NAME: &'static str = "test";

    fn faults(&self) -> Vec<Fault> {
        crate::command::compile(&self.junit).err().into_iter().collect()
    }
}

/// One command, or a list of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commands(pub Vec<String>);

impl<'de> Deserialize<'de> for Commands {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Commands;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a command or a list of commands")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Commands, E> {
                if text.trim().is_empty() {
                    return Err(E::custom("the command is empty, expected one such as `cargo test`"));
                }
                Ok(Commands(vec![text.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Commands, A::Error> {
                let mut commands = Vec::new();
                while let Some(Commands(one)) = list.next_element()? {
                    commands.extend(one);
                }
                Ok(Commands(commands))
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

impl JsonSchema for Commands {
    fn schema_name() -> Cow<'static, str> {
        "Commands".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "One command, or a list of them.",
            "oneOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }]
        })
    }
}

#[cfg(test)]
mod tests {
    use xtask_core::config::Config;

    use super::*;

    fn read(text: &str) -> xtask_core::model::Result<TestSection> {
        Config::parse("xtask.toml", text)?.section_or_default()
    }

    #[test]
    fn one_command_or_many() {
        for (text, commands) in [
            ("", &[][..]),
            ("[test]\nrun = \"make test\"\n", &["make test"]),
            ("[test]\nrun = [\"a\", \"b\"]\n", &["a", "b"]),
            ("[test]\nrun = []\n", &[]),
        ] {
            assert_eq!(read(text).unwrap().run.0, commands, "{text}");
        }
    }

    #[test]
    fn anything_else_is_told_with_its_place() {
        for text in
            ["[test]\nrun = 1\n", "[test]\nrun = [1]\n", "[test]\nrun = \" \"\n", "[test]\nrnu = \"x\"\n"]
        {
            let problem = read(text).unwrap_err();
            assert!(problem.what.starts_with("xtask.toml:2: "), "{problem}");
        }
    }
}
