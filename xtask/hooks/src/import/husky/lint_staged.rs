//! lint-staged: which commands run on which staged files.

use std::path::Path;

use xtask_core::model::{Problem, Result};

use super::super::draft::{CommandDraft, Draft, Rules as FileRules};
use super::super::pattern::{self, Translated};
use super::super::value::{Data, Node, Value};
use super::super::{Notes, package_runner, read, shell};
use crate::stage::Stage;

/// The rules of one configuration, and the folder that they are about.
pub(super) struct Rules {
    file: String,
    /// `""` for the top.
    folder: String,
    value: Value,
}

/// Files of their own, that can be read; those that are programs can't.
const FILES: [&str; 4] = [".lintstagedrc", ".lintstagedrc.json", ".lintstagedrc.yaml", ".lintstagedrc.yml"];
const PROGRAMS: [&str; 12] = [
    ".lintstagedrc.js",
    ".lintstagedrc.mjs",
    ".lintstagedrc.cjs",
    ".lintstagedrc.ts",
    ".lintstagedrc.mts",
    ".lintstagedrc.cts",
    "lint-staged.config.js",
    "lint-staged.config.mjs",
    "lint-staged.config.cjs",
    "lint-staged.config.ts",
    "lint-staged.config.mts",
    "lint-staged.config.cts",
];

/// How deep and how wide packages of a monorepo are looked for.
const DEEPEST: usize = 3;
const MOST: usize = 2000;

/// All configurations, the one at the top first; `None` where there is none that can be read.
pub(super) fn find(root: &Path, package: Option<&Value>, notes: &mut Notes) -> Result<Option<Vec<Rules>>> {
    let mut all = Vec::new();
    let mut folders = vec![(String::new(), 0)];
    let mut at = 0;
    while let Some((folder, depth)) = folders.get(at).cloned() {
        at += 1;
        if let Some(rules) = of_folder(root, &folder, package.filter(|_| folder.is_empty()), notes)? {
            notes.sources.push(rules.file.clone());
            all.push(rules);
        }
        if depth == DEEPEST {
            continue;
        }
        let Ok(entries) = root.join(&folder).read_dir() else { continue };
        let mut inner: Vec<String> = entries
            .flatten()
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| {
                !name.starts_with('.')
                    && !matches!(name.as_str(), "node_modules" | "target" | "dist" | "build" | "vendor")
            })
            .collect();
        inner.sort();
        for name in inner {
            if folders.len() < MOST {
                folders.push((if folder.is_empty() { name } else { format!("{folder}/{name}") }, depth + 1));
            }
        }
    }
    Ok((!all.is_empty()).then_some(all))
}

fn of_folder(root: &Path, folder: &str, package: Option<&Value>, notes: &mut Notes) -> Result<Option<Rules>> {
    let below = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    for name in FILES.map(below) {
        if let Some(text) = read::text(root, &name)? {
            let value = read::value(&name, &text)?;
            return Ok(Some(Rules { file: name, folder: folder.to_owned(), value }));
        }
    }
    for name in PROGRAMS.map(below) {
        if root.join(&name).is_file() {
            notes.unmapped(
                name,
                "it is a program, which isn't run: write its rules as commands, or as .lintstagedrc.json, then import again",
            );
        }
    }
    let name = below("package.json");
    let parsed;
    let package = match package {
        Some(package) => Some(package),
        // A package's own file that can't be read has no say in hooks.
        None if folder.is_empty() => None,
        None => {
            parsed = read::text(root, &name).ok().flatten().and_then(|text| read::value(&name, &text).ok());
            parsed.as_ref()
        }
    };
    let rules = package.and_then(|package| Node::top(&name, package).get("lint-staged"));
    match rules.map(|node| node.value.clone()) {
        Some(Value { data: Data::Scalar { text, .. }, .. }) => {
            notes.unmapped(
                format!("{name}: lint-staged"),
                format!("its rules are in {text}, which isn't looked into"),
            );
            Ok(None)
        }
        Some(value) => Ok(Some(Rules { file: name.clone(), folder: folder.to_owned(), value })),
        None => Ok(None),
    }
}

/// Adds the commands of all rules.
pub(super) fn add(
    all: &[Rules],
    stage: Stage,
    prefix: &str,
    draft: &mut Draft,
    notes: &mut Notes,
) -> Result<()> {
    for rules in all {
        let nested = |other: &&Rules| {
            rules.folder.is_empty() && !other.folder.is_empty()
                || other.folder.starts_with(&format!("{}/", rules.folder))
        };
        // The nearest configuration takes a file.
        let mut taken: Vec<String> =
            all.iter().filter(nested).map(|other| format!("/{}/", other.folder)).collect();
        taken.sort();
        let node = Node::top(&rules.file, &rules.value);
        // Before version 8.
        let node = node.get("linters").unwrap_or(node);
        for (glob, value) in node.entries()? {
            let commands = match &value.value.data {
                Data::Map(_) => return Err(value.expected("a command, or a list of commands")),
                _ => value.texts_or_one()?,
            };
            let Some(mut file_rules) = translate(glob, &rules.folder) else {
                notes.unmapped(
                    format!("{}: {glob}", rules.file),
                    "this pattern can't be carried over: write it as globs as in .gitignore, or as `regex`",
                );
                continue;
            };
            file_rules.exclude.clone_from(&taken);
            for command in commands {
                one(&command, glob, rules, &file_rules, stage, prefix, draft, notes)?;
            }
        }
    }
    notes.difference("Commands of lint-staged are taken for such that change files, since it stages what they change; take `fixes = true` from those that only look, and they start sooner.");
    notes.difference("Files are given by their paths from the top of the repository or the command's folder; lint-staged gives absolute ones.");
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "what the caller knows of a rule, each once")]
fn one(
    command: &str,
    glob: &str,
    rules: &Rules,
    file_rules: &FileRules,
    stage: Stage,
    prefix: &str,
    draft: &mut Draft,
    notes: &mut Notes,
) -> Result<()> {
    let words = shell::split(command).filter(|words| !words.is_empty()).ok_or_else(|| {
        Problem::usage(format!("{}: can't read the command of `{glob}`", rules.file))
            .why(format!("`{command}` has no words, or a quote that isn't closed"))
            .fix("mend it there, then import again")
    })?;
    let what = format!("{}: {glob}: {command}", rules.file);
    if words.iter().map(String::as_str).take(2).eq(["git", "add"]) {
        notes.unmapped(what, "not needed: what a fixing command changes is staged");
        return Ok(());
    }
    let line = package_runner::own(prefix, &shell::join(&words));
    let command = CommandDraft {
        name: shell::name_of(command),
        run: format!("{line} {{files}}"),
        rules: file_rules.clone(),
        fixes: true,
        folder: (!rules.folder.is_empty()).then(|| rules.folder.clone()),
        ..CommandDraft::default()
    };
    let name = draft.stage(stage).add(command);
    notes.mapped(what, vec![format!("hooks.{}.commands.{name}", stage.name())], false);
    Ok(())
}

/// The pattern of a rule; one with a slash is about paths below its folder.
fn translate(glob: &str, folder: &str) -> Option<FileRules> {
    let mut rules = FileRules::default();
    match pattern::of_lint_staged(glob)? {
        Translated::Globs(globs) => {
            let below = |glob: String| match glob.strip_prefix('/') {
                Some(rest) if !folder.is_empty() => format!("/{folder}/{rest}"),
                _ => glob,
            };
            rules.glob = globs.into_iter().map(below).collect();
        }
        Translated::Regex(regex) => rules.regex = Some(regex),
    }
    Some(rules)
}
