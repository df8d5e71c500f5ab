//! husky's scripts and lint-staged's rules; and what husky 4 and simple-git-hooks keep in package.json.

use std::path::Path;

use xtask_core::model::Result;

use super::draft::{CommandDraft, Draft};
use super::value::{Node, Value};
use super::{Notes, package_runner, read, shell};
use crate::stage::Stage;

mod lint_staged;
mod script;

use script::Script;

/// The keys of package.json that hold hooks.
const IN_PACKAGE: [(&str, &str); 2] = [("husky", "hooks"), ("simple-git-hooks", "")];

pub(super) fn import(root: &Path, notes: &mut Notes) -> Result<Option<Draft>> {
    let package = package(root)?;
    let mut draft = Draft::default();
    let mut found = Vec::new();
    for stage in Stage::ALL {
        let name = format!(".husky/{}", stage.name());
        if let Some(text) = read::text(root, &name)? {
            notes.sources.push(name.clone());
            found.push((stage, name, text));
        }
    }
    if let Some(package) = &package {
        let node = Node::top("package.json", package);
        for (key, inner) in IN_PACKAGE {
            let hooks =
                node.get(key).and_then(|node| if inner.is_empty() { Some(node) } else { node.get(inner) });
            let Some(hooks) = hooks else { continue };
            notes.sources.push("package.json".to_owned());
            for (name, value) in hooks.entries()? {
                match Stage::by_name(name) {
                    Some(stage) => {
                        let line = value.text()?.replace("HUSKY_GIT_PARAMS", "\"$1\"");
                        found.push((stage, format!("package.json: {key}.{name}"), line));
                    }
                    None => notes.unmapped(
                        format!("package.json: {key}.{name}"),
                        "git has no hook of this name that is run here",
                    ),
                }
            }
        }
    }
    let rules = lint_staged::find(root, package.as_ref(), notes)?;
    if found.is_empty() && rules.is_none() {
        return Ok(None);
    }
    let prefix = package_runner::prefix(root);
    let mut called = false;
    for (stage, name, text) in &found {
        draft.stage(*stage);
        add_script(*stage, name, text, prefix, &mut draft, notes, &mut called, rules.as_deref())?;
    }
    if let Some(rules) = &rules
        && !called
    {
        if found.iter().any(|(stage, ..)| *stage == Stage::PreCommit) {
            notes.unmapped(
                "the rules of lint-staged",
                "no hook calls it, so none runs them; add them as commands if they should run",
            );
        } else {
            lint_staged::add(rules, Stage::PreCommit, prefix, &mut draft, notes)?;
        }
    }
    notes.sources.sort();
    notes.sources.dedup();
    draft.comments.push(format!("Imported from {}.", notes.sources.join(", ")));
    notes.difference("Unstaged changes are never moved away: commands see what is staged, in a snapshot where the working tree differs.");
    notes.difference("All commands run, and each failure is told; husky's scripts stop at the first.");
    notes.difference("Commands are skipped by XTASK_SKIP=name,…; HUSKY=0 is not read.");
    notes.difference("git config core.hooksPath, which husky set, has to go before `xtask hooks install`: `git config --unset core.hooksPath`.");
    Ok(Some(draft))
}

/// package.json, where there is one.
fn package(root: &Path) -> Result<Option<Value>> {
    read::text(root, "package.json")?.map(|text| read::value("package.json", &text)).transpose()
}

#[expect(clippy::too_many_arguments, reason = "what the caller knows of a script, each once")]
fn add_script(
    stage: Stage,
    name: &str,
    text: &str,
    prefix: &str,
    draft: &mut Draft,
    notes: &mut Notes,
    called: &mut bool,
    rules: Option<&[lint_staged::Rules]>,
) -> Result<()> {
    let script = script::read(text);
    let Script::Lines { lines, guards } = script else {
        if text.contains("lint-staged") {
            *called = true;
            notes.unmapped(
                format!("lint-staged in {name}"),
                "the script is more than a list of commands, so it stays as it is: take the call of lint-staged out of it, then import again",
            );
        }
        if !name.starts_with(".husky/") {
            let command = CommandDraft {
                name: stage.name().to_owned(),
                run: text.trim().to_owned(),
                always: true,
                ..CommandDraft::default()
            };
            let added = draft.stage(stage).add(command);
            notes.mapped(name, vec![format!("hooks.{}.commands.{added}", stage.name())], false);
            return Ok(());
        }
        let command = CommandDraft {
            name: format!("husky-{}", stage.name()),
            run: format!("PATH=\"$PWD/node_modules/.bin:$PATH\" sh -e {} \"$@\"", shell::quote(name)),
            always: true,
            comments: vec![format!("{name} is more than a list of commands, so it runs as it is.")],
            ..CommandDraft::default()
        };
        let added = draft.stage(stage).add(command);
        notes.mapped(name, vec![format!("hooks.{}.commands.{added}", stage.name())], false);
        return Ok(());
    };
    for line in lines {
        if script::is_lint_staged(&line) {
            *called = true;
            match rules {
                Some(rules) => lint_staged::add(rules, stage, prefix, draft, notes)?,
                None => notes.unmapped(
                    format!("{name}: {line}"),
                    "there is no configuration of lint-staged that can be read",
                ),
            }
            continue;
        }
        let own = package_runner::own(prefix, &line);
        let run = if guards.is_empty() {
            own
        } else {
            format!("if {}; then :; else\n{own}\nfi", guards.join(" || "))
        };
        let command =
            CommandDraft { name: shell::name_of(&line), run, always: true, ..CommandDraft::default() };
        let added = draft.stage(stage).add(command);
        notes.mapped(
            format!("{name}: {line}"),
            vec![format!("hooks.{}.commands.{added}", stage.name())],
            false,
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests;
