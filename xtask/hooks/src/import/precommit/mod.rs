//! `.pre-commit-config.yaml`, which pre-commit and prek read.

use std::path::Path;

use xtask_core::model::Result;

use super::draft::Draft;
use super::value::Node;
use super::{Notes, read};
use crate::stage::Stage;

mod builtin;
mod catalog;
mod hook;
mod local;
mod top;

use hook::Hook;
use top::Top;

/// The file, as pre-commit finds it; prek takes the second spelling, too.
const FILES: [&str; 2] = [".pre-commit-config.yaml", ".pre-commit-config.yml"];

/// What a repository of hooks is, by its `repo`.
enum Source<'a> {
    Local,
    Meta,
    /// prek's own.
    Builtin,
    /// The last two parts of its address, and the revision.
    Remote {
        name: String,
        rev: &'a str,
    },
}

pub(super) fn import(root: &Path, notes: &mut Notes) -> Result<Option<Draft>> {
    for file in FILES {
        if let Some(text) = read::text(root, file)? {
            notes.sources.push(file.to_owned());
            let value = read::value(file, &text)?;
            let mut draft = draft(&Node::top(file, &value), notes)?;
            draft.comments.push(format!("Imported from {file}."));
            if root.join(".gitattributes").exists() {
                notes.difference(
                    "Fixers leave out files that .gitattributes marks as linguist-generated; `generated = true` on a command or in \
                     `[hooks.STAGE.files.CHECK]` takes them in.",
                );
            }
            return Ok(Some(draft));
        }
    }
    Ok(None)
}

fn draft(node: &Node, notes: &mut Notes) -> Result<Draft> {
    let top = Top::read(node, notes)?;
    let mut draft = Draft { stop_on_fix: true, fail_fast: top.fail_fast, ..Draft::default() };
    // With a table of its own pre-commit runs just what is listed.
    draft.stage(Stage::PreCommit);
    notes.difference(
        "As under pre-commit, a commit whose files a fixer changes fails, and the fix is in the working tree: on-fix = \"stop\". \
         With \"restage\", the default, the fix is staged and the commit goes on. Where something else fails, no fix is kept.",
    );
    notes.difference(
        "Built-in checks run first, in one pass, then the commands in the order in which they are written.",
    );
    notes.difference(
        "Unstaged changes are never moved away: checks read what is staged, commands run in a snapshot of it where the working tree \
         differs.",
    );
    notes.difference("Hooks are skipped by XTASK_SKIP=name,…; SKIP is not read.");
    for repo in &top.repos {
        let address = repo.need("repo")?.text()?;
        let source = match address {
            "local" => Source::Local,
            "meta" => Source::Meta,
            "builtin" => Source::Builtin,
            _ => {
                let rev = match repo.get("rev") {
                    Some(rev) => rev,
                    None => match repo.get("sha") {
                        Some(sha) => sha,
                        None => repo.need("rev")?,
                    },
                };
                Source::Remote { name: repository_name(address), rev: rev.text()? }
            }
        };
        for (key, value) in repo.entries()? {
            if !matches!(key, "repo" | "rev" | "sha" | "hooks") {
                notes
                    .unmapped(format!("{}: `{key}` of a repository", value.place()), "this key is not known");
            }
        }
        for node in repo.need("hooks")?.list()? {
            let hook = Hook::read(&node, notes)?;
            match &source {
                Source::Meta => notes.unmapped(
                    format!("{} (meta)", hook.id),
                    "not needed: it checks pre-commit's own configuration; `xtask hooks run STAGE --all-files --plan` shows what each takes",
                ),
                Source::Builtin => {
                    if !builtin::add(&hook, "prek's own", &top, &mut draft, notes)? {
                        notes.unmapped(format!("{} (builtin)", hook.what()), "there is no built-in check of this id");
                    }
                }
                Source::Local => local::add(&hook, &top, &mut draft, notes)?,
                Source::Remote { name, rev } => {
                    let origin = format!("{name} {rev}");
                    let original = matches!(name.as_str(), "pre-commit/pre-commit-hooks");
                    if !(original && builtin::add(&hook, &origin, &top, &mut draft, notes)?) {
                        catalog::add(&hook, name, rev, &top, &mut draft, notes);
                    }
                }
            }
        }
    }
    for stage in draft.stages.values_mut() {
        stage.exclude_regex.clone_from(&top.exclude);
    }
    Ok(draft)
}

/// `owner/name` of an address.
fn repository_name(address: &str) -> String {
    let path = address.trim_end_matches('/').trim_end_matches(".git");
    let mut parts = path.rsplit(['/', ':']);
    match (parts.next(), parts.next()) {
        (Some(name), Some(owner)) if !owner.is_empty() => format!("{owner}/{name}"),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests;
