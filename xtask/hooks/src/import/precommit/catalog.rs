//! Well-known repositories of hooks: a pinned hook becomes a command that runs the program in its pinned version.

use std::sync::LazyLock;

use serde::Deserialize;

use super::super::Notes;
use super::super::draft::{Draft, PatternDraft, Setting};
use super::super::shell;
use super::hook::{Hook, Manifest};
use super::local;
use super::top::Top;
use crate::stage::Stage;

static CATALOG: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let catalog: Catalog = toml::from_str(include_str!("catalog.toml")).expect("a test reads it");
    catalog.hook
});

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalog {
    hook: Vec<Entry>,
}

/// What is known of a hook: its manifest's defaults and how its program is run without pre-commit.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Entry {
    /// `owner/name`, as any host has it.
    repo: Vec<String>,
    id: Vec<String>,
    runner: Runner,
    /// The package to fetch.
    #[serde(default)]
    package: String,
    /// The command within the package; default: the id.
    entry: Option<String>,
    /// The arguments that the configuration's `args` replace.
    #[serde(default)]
    args: Vec<String>,
    #[serde(default)]
    fixes: Fixes,
    types: Option<Vec<String>>,
    types_or: Option<Vec<String>>,
    exclude_types: Option<Vec<String>>,
    files: Option<String>,
    exclude: Option<String>,
    #[serde(default)]
    require_serial: bool,
    #[serde(default)]
    always_run: bool,
    pass_filenames: Option<bool>,
    stages: Option<Vec<String>>,
    /// What someone who reads the configuration should know.
    note: Option<String>,
    #[serde(default)]
    ignore_case: bool,
}

/// What runs the program.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Runner {
    Uvx,
    Npx,
    Go,
    /// It must be installed.
    System,
    /// A built-in check at the message.
    ConventionalCommit,
    /// `entry` is a pattern that no file may contain.
    Deny,
    /// It is told why not.
    None,
}

/// Whether the program changes files.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum Fixes {
    #[default]
    Never,
    /// Always, or never.
    Flag(bool),
    /// Where one of these is among its arguments.
    With(Vec<String>),
    /// Unless one of these is.
    Without { without: Vec<String> },
}

impl Fixes {
    fn given(&self, words: &[String]) -> bool {
        let any = |list: &[String]| {
            words
                .iter()
                .any(|word| list.iter().any(|one| word == one || word.starts_with(&format!("{one}="))))
        };
        match self {
            Self::Never => false,
            Self::Flag(flag) => *flag,
            Self::With(list) => any(list),
            Self::Without { without } => !any(without),
        }
    }
}

impl Entry {
    fn manifest(&self) -> Manifest {
        let stages = self.stages.as_ref();
        Manifest {
            types: self.types.clone(),
            types_or: self.types_or.clone(),
            exclude_types: self.exclude_types.clone(),
            files: self.files.clone(),
            exclude: self.exclude.clone(),
            stages: stages.map(|names| names.iter().filter_map(|name| Stage::by_name(name)).collect()),
            always_run: self.always_run,
            pass_filenames: self.pass_filenames,
            require_serial: self.require_serial,
        }
    }

    /// The line that runs it.
    fn line(&self, hook: &Hook, rev: &str) -> Option<(String, bool)> {
        let entry = hook.entry.as_deref().or(self.entry.as_deref()).unwrap_or(&hook.id);
        let own = shell::split(entry)?;
        let args = hook.args.as_ref().unwrap_or(&self.args);
        let words: Vec<String> = own.iter().chain(args).cloned().collect();
        let fixes = self.fixes.given(&words);
        let (program, rest) = words.split_first()?;
        let version = version(rev);
        let line = match self.runner {
            Runner::Uvx => {
                let mut all = vec!["uvx".to_owned()];
                for one in hook.dependencies.iter().filter(|one| *one != ".") {
                    all.extend(["--with".to_owned(), one.clone()]);
                }
                if *program == self.package {
                    all.push(format!("{program}@{version}"));
                } else {
                    all.extend([
                        "--from".to_owned(),
                        format!("{}=={version}", self.package),
                        program.clone(),
                    ]);
                }
                all
            }
            Runner::Npx => {
                // A mirror's own version is among the dependencies where those are given.
                let pinned =
                    |one: &&String| one.strip_prefix(&self.package).is_some_and(|rest| rest.starts_with('@'));
                let own = hook.dependencies.iter().find(pinned).cloned();
                let own = own.unwrap_or_else(|| format!("{}@{version}", self.package));
                let others: Vec<&String> = hook.dependencies.iter().filter(|one| **one != own).collect();
                let name = self.package.rsplit('/').next().unwrap_or(&self.package);
                let mut all = vec!["npx".to_owned(), "--yes".to_owned()];
                if others.is_empty() && (program == name || self.package.starts_with('@')) {
                    all.push(own);
                } else {
                    for one in std::iter::once(&own).chain(others) {
                        all.extend(["--package".to_owned(), one.clone()]);
                    }
                    all.extend(["--".to_owned(), program.clone()]);
                }
                all
            }
            Runner::Go => vec!["go".to_owned(), "run".to_owned(), format!("{}@{}", self.package, tag(rev))],
            _ => vec![program.clone()],
        };
        Some((shell::join(line.iter().chain(rest)), fixes))
    }
}

/// A tag as a version: without its `v`. Tags of packagings (`3.8.0-1`) are versions as they are.
fn version(rev: &str) -> &str {
    match rev.strip_prefix('v') {
        Some(rest) if rest.starts_with(|one: char| one.is_ascii_digit()) => rest,
        _ => rev,
    }
}

/// The tag without the number of a packaging: `v3.9.0-1` packages `v3.9.0`.
fn tag(rev: &str) -> &str {
    match rev.rsplit_once('-') {
        Some((tag, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => tag,
        _ => rev,
    }
}

/// Whether the revision is a tag, from which a package's version can be told.
fn is_version(rev: &str) -> bool {
    let version = version(rev);
    version.starts_with(|one: char| one.is_ascii_digit()) && (version.contains('.') || version.len() < 6)
}

/// Adds the hook, or tells why not.
pub(super) fn add(hook: &Hook, name: &str, rev: &str, top: &Top, draft: &mut Draft, notes: &mut Notes) {
    let origin = format!("{name} {rev}");
    let what = format!("{} ({origin})", hook.what());
    let lower = name.to_lowercase();
    let repository = CATALOG.iter().filter(|entry| entry.repo.contains(&lower));
    let Some(entry) = repository.clone().find(|entry| entry.id.contains(&hook.id)) else {
        let why = if repository.count() > 0 {
            "its repository is known, this hook of it is not: install what it runs, then add a command"
        } else {
            "its repository is not known: what it runs is in that repository's .pre-commit-hooks.yaml; install that, then add a command"
        };
        notes.unmapped(what, why);
        return;
    };
    let manifest = entry.manifest();
    match entry.runner {
        Runner::None => notes.unmapped(what, entry.note.clone().unwrap_or_default()),
        Runner::ConventionalCommit => conventional(hook, &origin, &manifest, top, draft, notes),
        Runner::Deny => {
            let pattern = PatternDraft {
                deny: entry.entry.clone(),
                message: entry.note.clone(),
                ignore_case: entry.ignore_case,
                ..PatternDraft::default()
            };
            local::add_pattern(hook, &manifest, &origin, &pattern, top, draft, notes);
        }
        Runner::Uvx | Runner::Npx | Runner::Go | Runner::System => {
            let fetched = entry.runner != Runner::System;
            if fetched && !is_version(rev) {
                notes.unmapped(what, format!("`{rev}` is no version tag, so the package's version can't be told from it: pin a tag, then import again"));
                return;
            }
            let Some((run, fixes)) = entry.line(hook, rev) else {
                notes.unmapped(what, "its entry can't be read: a quote isn't closed");
                return;
            };
            let mut comments = Vec::new();
            if fetched {
                let with = run.split(' ').next().unwrap_or_default();
                comments.push(format!("From {name} at {rev}: fetched by {with} when first run."));
            } else {
                comments.push(format!("From {name} at {rev}: runs what is installed."));
                notes.difference(format!(
                    "{}: the version {rev} isn't held; what is on PATH runs.",
                    hook.what()
                ));
            }
            if let Some(note) = &entry.note {
                comments.push(note.clone());
            }
            local::add_command(hook, &manifest, &origin, run, fixes, fetched, &comments, top, draft, notes);
        }
    }
}

/// The hook's arguments are types of commits, and options.
fn conventional(
    hook: &Hook,
    origin: &str,
    manifest: &Manifest,
    top: &Top,
    draft: &mut Draft,
    notes: &mut Notes,
) {
    let mut check = super::super::draft::CheckDraft {
        id: "conventional-commit".to_owned(),
        rules: super::super::draft::Rules::default(),
        options: std::collections::BTreeMap::new(),
    };
    let (mut types, mut scopes) = (Vec::new(), Vec::new());
    let mut words = hook.args.clone().unwrap_or_default().into_iter();
    while let Some(word) = words.next() {
        let (word, joined) = match word.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name.to_owned(), Some(value.to_owned())),
            _ => (word, None),
        };
        match word.as_str() {
            "--force-scope" => {
                check.options.insert("require-scope".to_owned(), Setting::Flag);
            }
            "--scopes" => {
                let given = joined.or_else(|| words.next()).unwrap_or_default();
                scopes.extend(given.split(',').map(|one| one.trim().to_owned()));
            }
            "--strict" | "--verbose" | "--no-color" => {
                notes.unmapped(format!("{}: `{word}`", hook.what()), "the check has no such option");
            }
            _ if word.starts_with('-') => {
                notes.unmapped(format!("{}: `{word}`", hook.what()), "the check has no such option");
            }
            _ => types.push(word),
        }
    }
    for (key, list) in [("types", types), ("scopes", scopes)] {
        if !list.is_empty() {
            check.options.insert(key.to_owned(), Setting::List(list));
        }
    }
    let mut to = Vec::new();
    for stage in hook.at(manifest, top, notes) {
        let checks = &mut draft.stage(stage).checks;
        if !checks.iter().any(|there| there.id == check.id) {
            checks.push(check.clone());
        }
        to.push(format!("hooks.{}.checks", stage.name()));
    }
    notes.mapped(format!("{} ({origin})", hook.id), to, false);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalog_is_consistent() {
        let known = crate::types::known_tags();
        let mut seen = std::collections::HashSet::new();
        for entry in CATALOG.iter() {
            for repo in &entry.repo {
                assert_eq!(*repo, repo.to_lowercase());
                assert_eq!(repo.matches('/').count(), 1, "{repo}");
                for id in &entry.id {
                    assert!(seen.insert((repo.clone(), id.clone())), "{repo} {id} is there twice");
                }
            }
            let fetched = matches!(entry.runner, Runner::Uvx | Runner::Npx | Runner::Go);
            assert_eq!(fetched, !entry.package.is_empty(), "{:?}", entry.id);
            for types in [&entry.types, &entry.types_or, &entry.exclude_types].into_iter().flatten().flatten()
            {
                assert!(known.contains(&types.as_str()), "{:?}: {types}", entry.id);
            }
            for stage in entry.stages.iter().flatten() {
                assert!(Stage::by_name(stage).is_some(), "{stage}");
            }
        }
        assert!(CATALOG.len() > 60);
    }

    #[test]
    fn versions() {
        for (rev, expected, tag) in [
            ("v0.6.9", "0.6.9", true),
            ("24.1.0", "24.1.0", true),
            ("v1", "1", true),
            ("main", "main", false),
            ("5e1f1a9ddfa1f6d7d1a2b0c4a8b1b1a1f1e1d1c1", "5e1f1a9ddfa1f6d7d1a2b0c4a8b1b1a1f1e1d1c1", false),
        ] {
            assert_eq!((version(rev), is_version(rev)), (expected, tag), "{rev}");
        }
    }
}
