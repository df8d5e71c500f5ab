//! The Cargo alias, so that `cargo xtask` runs the repository's own task package. It is added to `.cargo/config.toml`
//! without touching anything else there. Where no such package exists no alias is needed: Cargo finds an installed
//! `cargo-xtask` by itself.

use std::path::Path;

use toml_edit::{DocumentMut, Item, Table, Value};
use xtask_core::model::RepoPath;

use crate::place::{self, Place};
use crate::plan::{Action, PlannedFile};
use crate::survey::Facts;
use crate::tasks::Tasks;

/// The name of the alias.
const NAME: &str = "xtask";
/// The file that Cargo prefers where both exist is the older one, without an extension.
const FILES: [&str; 2] = [".cargo/config", ".cargo/config.toml"];

/// What an edit of a Cargo configuration comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Edit {
    /// The new text.
    New(String),
    /// The alias is there, with this value.
    There(String),
    /// The text can't be edited safely: why.
    Refused(String),
}

/// The file to write in a Rust repository, and a note on how `cargo xtask` works there.
pub(crate) fn file(root: &Path, facts: &Facts) -> (Option<PlannedFile>, Option<String>) {
    let command = match (&facts.tasks, facts.tasks.ours()) {
        (_, Some(command)) => command,
        (Tasks::Theirs, _) => {
            return (
                None,
                Some(
                    "`cargo xtask` stays your own package `xtask`. Call this program as plain `xtask`, or from that package: \
                     let it depend on this program's library and call `xtask::run()`."
                        .to_owned(),
                ),
            );
        }
        _ => {
            return (
                None,
                Some(
                    "`cargo xtask` needs no alias here: `cargo install --locked --git URL xtask`, with the URL of the program's \
                     repository, installs `cargo-xtask`, which Cargo finds by itself."
                        .to_owned(),
                ),
            );
        }
    };
    let existing = FILES.iter().find(|name| std::fs::symlink_metadata(root.join(name)).is_ok());
    let Some(name) = existing else {
        let path = RepoPath::from(FILES[1]);
        let planned = match place::check(root, &path) {
            Place::Free => PlannedFile {
                path,
                content: format!("[alias]\n{NAME} = \"{command}\"\n"),
                action: Action::Create,
            },
            Place::Taken(why) => PlannedFile::skip(path, why),
        };
        return (Some(planned), None);
    };
    let path = RepoPath::from(*name);
    let by_hand = format!("add `{NAME} = \"{command}\"` to the table `[alias]` of {name} by hand");
    let Some(old) = crate::survey::text_of(&root.join(name)) else {
        return (
            Some(PlannedFile::skip(path, "it can't be read as text")),
            Some(format!("{name} can't be read as text; {by_hand}.")),
        );
    };
    match add(&old, &command) {
        Edit::New(content) => (Some(PlannedFile { path, content, action: Action::Edit { old } }), None),
        Edit::There(value) => {
            (Some(PlannedFile::skip(path, format!("it has the alias already: `{value}`"))), None)
        }
        Edit::Refused(why) => {
            (Some(PlannedFile::skip(path, why.clone())), Some(format!("{name}: {why}; {by_hand}.")))
        }
    }
}

/// `text` with the alias added. Every line that was there stays, byte for byte; where that can't be had the edit is
/// refused.
fn add(text: &str, command: &str) -> Edit {
    let mut document: DocumentMut = match text.parse() {
        Ok(document) => document,
        Err(_) => return Edit::Refused("it is not valid TOML".to_owned()),
    };
    let aliases = document.entry("alias").or_insert_with(|| Item::Table(Table::new()));
    let Some(table) = aliases.as_table_like_mut() else {
        return Edit::Refused("its `alias` is no table".to_owned());
    };
    if let Some(value) = table.get(NAME) {
        return Edit::There(shown(value));
    }
    table.insert(NAME, Item::Value(Value::from(command)));
    if let Some(inline) = aliases.as_inline_table_mut() {
        inline.fmt();
    }
    let mut edited = document.to_string();
    if text.contains("\r\n") {
        edited = edited.replace("\r\n", "\n").replace('\n', "\r\n");
    }
    if only_adds(text, &edited) {
        Edit::New(edited)
    } else {
        Edit::Refused("the alias can't be added without changing other lines".to_owned())
    }
}

/// The value of an alias: a text, or a list of arguments.
fn shown(value: &Item) -> String {
    match value {
        Item::Value(Value::String(text)) => text.value().clone(),
        other => other.to_string().trim().to_owned(),
    }
}

/// Whether `new` holds all lines of `old` in their order, but for one that was changed into an inline table with one
/// key more, and at most three more: a blank one, `[alias]` and the alias.
fn only_adds(old: &str, new: &str) -> bool {
    let mut lines = new.lines();
    let mut changed = 0;
    for line in old.lines() {
        let mut ahead = lines.clone();
        if ahead.any(|other| other == line) {
            lines = ahead;
        } else {
            changed += 1;
        }
    }
    let inline = old.lines().any(|line| line.trim_start().starts_with("alias"));
    changed <= usize::from(inline) && new.lines().count() <= old.lines().count() + 3
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const COMMAND: &str = "run --quiet --package xtask --";

    #[test]
    fn an_edit_adds_the_alias_and_nothing_else() {
        for (old, new) in [
            ("", "[alias]\nxtask = \"run --quiet --package xtask --\"\n"),
            (
                "# ours\n[build] # fast\nrustflags = [\"-C\", \"x\"]   # why\n",
                "# ours\n[build] # fast\nrustflags = [\"-C\", \"x\"]   # why\n\n[alias]\nxtask = \"run --quiet --package xtask --\"\n",
            ),
            (
                "[alias]\n# short\nb = \"build\"\n\n[net]\nretry = 3\n",
                "[alias]\n# short\nb = \"build\"\nxtask = \"run --quiet --package xtask --\"\n\n[net]\nretry = 3\n",
            ),
            (
                "[alias]\r\nb = \"build\"\r\n",
                "[alias]\r\nb = \"build\"\r\nxtask = \"run --quiet --package xtask --\"\r\n",
            ),
            (
                "alias = { b = \"build\" }\n",
                "alias = { b = \"build\", xtask = \"run --quiet --package xtask --\" }\n",
            ),
        ] {
            assert_eq!(add(old, COMMAND), Edit::New(new.to_owned()), "{old:?}");
        }
    }

    #[test]
    fn what_is_there_or_wrong_is_left_alone() {
        for (old, expected) in [
            ("[alias]\nxtask = \"run -p x --\"\n", Edit::There("run -p x --".to_owned())),
            ("alias.xtask = [\"run\", \"-p\"]\n", Edit::There("[\"run\", \"-p\"]".to_owned())),
            ("[alias\n", Edit::Refused("it is not valid TOML".to_owned())),
            ("alias = 3\n", Edit::Refused("its `alias` is no table".to_owned())),
        ] {
            assert_eq!(add(old, COMMAND), expected, "{old:?}");
        }
    }

    proptest! {
        #[test]
        fn adding_twice_is_adding_once(
            comments in proptest::collection::vec("#[ a-z]{0,12}", 0..4),
            tables in proptest::sample::subsequence(vec!["[build]\njobs = 2", "[alias]\nb = \"build\"", "[net]\nretry = 1 # x"], 0..=3),
        ) {
            let mut text = String::new();
            for (at, table) in tables.iter().enumerate() {
                if let Some(comment) = comments.get(at) {
                    text.push_str(comment);
                    text.push('\n');
                }
                text.push_str(table);
                text.push_str("\n\n");
            }
            let Edit::New(once) = add(&text, COMMAND) else {
                return Err(TestCaseError::fail(format!("refused: {text:?}")));
            };
            prop_assert_eq!(add(&once, COMMAND), Edit::There(COMMAND.to_owned()));
            for comment in comments.iter().take(tables.len()) {
                prop_assert!(once.contains(comment.as_str()));
            }
        }
    }
}
