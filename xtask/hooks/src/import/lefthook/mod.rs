//! `lefthook.yml` and its siblings: commands, scripts and jobs of each hook become commands in the order in which lefthook starts
//! them.

use std::path::Path;

use xtask_core::model::Result;

use super::draft::Draft;
use super::value::{Data, Node, Value};
use super::{Notes, read};
use crate::stage::Stage;

mod condition;
mod job;

use job::{Inherited, Settings};

/// The names that lefthook looks for, in its order.
const NAMES: [&str; 3] = ["lefthook", ".lefthook", ".config/lefthook"];
const EXTENSIONS: [&str; 4] = ["yml", "yaml", "json", "toml"];

/// Settings that have no meaning here, and why.
const NOT_NEEDED: [(&str, &str); 13] = [
    ("assert_lefthook_installed", "the installed hook says what to do when the program is gone"),
    ("colors", "`--color` and NO_COLOR do this"),
    ("install_non_git_hooks", "only git's hooks are installed"),
    ("lefthook", "the program's place is known to the installed hook"),
    ("min_version", "`min-version` of xtask.toml does the same for this program"),
    ("no_auto_install", "hooks are installed by `xtask hooks install` alone"),
    ("no_tty", "commands get no terminal"),
    ("output", "`-q` and `-v` do this"),
    ("rc", "export what the commands need in your shell's profile, or set `env` on the command"),
    ("skip_lfs", "Git LFS's own hooks are chained"),
    ("skip_output", "`-q` and `-v` do this"),
    ("source_dir_local", "personal scripts aren't imported"),
    ("$schema", "`xtask schema` prints the schema of xtask.toml"),
];

pub(super) fn import(root: &Path, notes: &mut Notes) -> Result<Option<Draft>> {
    let names =
        NAMES.iter().flat_map(|name| EXTENSIONS.iter().map(move |extension| format!("{name}.{extension}")));
    for name in names {
        let Some(text) = read::text(root, &name)? else { continue };
        notes.sources.push(name.clone());
        let value = extended(root, &name, read::value(&name, &text)?, notes)?;
        let mut draft = draft(&Node::top(&name, &value), notes)?;
        draft.comments.push(format!("Imported from {name}."));
        for extension in EXTENSIONS {
            let local = name.replacen("lefthook.", "lefthook-local.", 1);
            let local =
                format!("{}.{extension}", local.rsplit_once('.').map_or(local.as_str(), |(stem, _)| stem));
            if root.join(&local).exists() {
                notes.unmapped(local, "personal settings aren't imported: what is skipped there is skipped by XTASK_SKIP=name,…");
            }
        }
        return Ok(Some(draft));
    }
    Ok(None)
}

/// The value with what it extends below it.
fn extended(root: &Path, name: &str, mut value: Value, notes: &mut Notes) -> Result<Value> {
    let node = Node::top(name, &value);
    let Some(extends) = node.get("extends") else { return Ok(value) };
    let place = extends.place();
    let mut below = Vec::new();
    for file in extends.texts_or_one()? {
        if file.contains(['*', '?', '[']) {
            notes.unmapped(
                format!("{place}: `extends` {file}"),
                "name the files one by one, then import again",
            );
            continue;
        }
        match read::text(root, &file)? {
            Some(text) => {
                below.push(read::value(&file, &text)?);
                notes.sources.push(file);
            }
            None => notes.unmapped(
                format!("{place}: `extends` {file}"),
                "there is no such file below the top of the repository",
            ),
        }
    }
    for one in below {
        join(&mut value, one);
    }
    notes.difference(
        "What the file extends is part of the import; where both set a key, the file's own is taken.",
    );
    Ok(value)
}

/// Adds to a table what it lacks.
fn join(value: &mut Value, below: Value) {
    if let (Data::Map(entries), Data::Map(more)) = (&mut value.data, below.data) {
        for (key, one) in more {
            match entries.iter_mut().find(|(known, _)| *known == key) {
                Some((_, there)) => join(there, one),
                None => entries.push((key, one)),
            }
        }
    }
}

fn draft(node: &Node, notes: &mut Notes) -> Result<Draft> {
    let mut draft = Draft::default();
    let mut settings = Settings::default();
    let mut hooks = Vec::new();
    if !matches!(node.value.data, Data::Map(_)) && !node.is_null() {
        return Err(node.expected("a table of keys"));
    }
    for (key, value) in node.entries()? {
        match key {
            "extends" => {}
            "source_dir" => value.text()?.clone_into(&mut settings.source_dir),
            "glob_matcher" => settings.doublestar = value.text()? == "doublestar",
            "templates" => {
                for (name, text) in value.entries()? {
                    settings.templates.push((name.to_owned(), text.text()?.to_owned()));
                }
            }
            "remote" | "remotes" => notes.unmapped(
                format!("{}: `{key}`", value.place()),
                "hooks of another repository aren't fetched: copy the commands that you want",
            ),
            _ if NOT_NEEDED.iter().any(|(known, _)| *known == key) => {
                let why = NOT_NEEDED.iter().find(|(known, _)| *known == key).map_or("", |(_, why)| why);
                notes.unmapped(format!("{}: `{key}`", value.place()), format!("not needed: {why}"));
            }
            _ => hooks.push((key, value)),
        }
        if key == "min_version" {
            settings.old = value.text().is_ok_and(|text| text.starts_with("1."));
        }
    }
    for (key, value) in hooks {
        match Stage::by_name(key) {
            Some(stage) => {
                draft.stage(stage);
                hook(&value, stage, &settings, &mut draft, notes)?;
            }
            None if matches!(value.value.data, Data::Map(_)) => notes.unmapped(
                format!("{}: `{key}`", value.place()),
                "git has no hook of this name that is run here: a task of your own belongs in a script",
            ),
            None => notes.unmapped(format!("{}: `{key}`", value.place()), "this key is not known"),
        }
    }
    notes.difference(
        "Unstaged changes are never moved away: commands see what is staged, in a snapshot where the working tree differs.",
    );
    notes.difference("Commands run in the order in which they are written; those that don't write the same files run in parallel.");
    notes.difference(
        "Commands are skipped by XTASK_SKIP=name,…; LEFTHOOK=0, LEFTHOOK_EXCLUDE and tags are not read.",
    );
    notes.difference("lefthook's globs set letter case aside; `*.ext` here doesn't.");
    Ok(draft)
}

fn hook(node: &Node, stage: Stage, settings: &Settings, draft: &mut Draft, notes: &mut Notes) -> Result<()> {
    let mut inherited = Inherited::default();
    let mut all = Vec::new();
    for (key, value) in node.entries()? {
        let what = || format!("{}: `{key}` of {}", value.place(), stage.name());
        match key {
            "parallel" | "follow" => {}
            "piped" => {
                if value.flag()? {
                    draft.fail_fast = true;
                    notes
                        .difference("`piped` becomes `[hooks] fail-fast = true`, which goes for all stages.");
                }
            }
            "exclude_tags" => inherited.exclude_tags = value.texts_or_one()?,
            "exclude" => inherited.exclude = Some(value),
            "files" => inherited.files = true,
            "skip" | "only" => match condition::read(key, &value, notes, &what())? {
                condition::When::Never => {
                    notes.unmapped(what(), "the hook is skipped always");
                    return Ok(());
                }
                condition::When::Unless(guard) => inherited.guards.extend(guard),
            },
            "commands" => {
                let mut commands = value.entries()?;
                let priority = |node: &Node| -> u64 {
                    let given = node.text_of("priority").ok().flatten().and_then(|text| text.parse().ok());
                    given.filter(|&one| one > 0).unwrap_or(u64::MAX)
                };
                commands.sort_by_key(|(name, node)| (priority(node), natural(name)));
                all.extend(commands.into_iter().map(|(name, node)| (Some(name), None, node)));
            }
            "scripts" => {
                let scripts = value.entries()?;
                all.extend(scripts.into_iter().map(|(name, node)| (Some(name), Some(name), node)));
            }
            "jobs" => all.extend(value.list()?.into_iter().map(|node| (None, None, node))),
            "fail_on_changes" | "fail_on_changes_diff" => notes.unmapped(
                what(),
                "`[hooks] on-fix = \"stop\"` makes a commit fail whose files a fixing command changed",
            ),
            _ => notes.unmapped(what(), "this key is not known"),
        }
    }
    if inherited.files {
        notes.unmapped(
            format!("{}: `files` of {}", node.place(), stage.name()),
            "commands get the files of the commit or the push; a list of your own is made in the command: `… $(git diff --name-only main)`",
        );
    }
    for (name, script, node) in all {
        job::add(&node, name, script, stage, &inherited, settings, draft, notes)?;
    }
    Ok(())
}

/// Names with the numbers in them compared as numbers.
fn natural(name: &str) -> Vec<(u64, String)> {
    let mut parts = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let digits = rest.find(|one: char| !one.is_ascii_digit()).unwrap_or(rest.len());
        let number = rest[..digits].parse().unwrap_or(u64::MAX);
        rest = &rest[digits..];
        let text = rest.find(|one: char| one.is_ascii_digit()).unwrap_or(rest.len());
        parts.push((number, rest[..text].to_owned()));
        rest = &rest[text..];
    }
    parts
}

#[cfg(test)]
mod tests;
