//! `hooks import`: what another manager's configuration would be in `xtask.toml`, what can't be carried over, and what behaves
//! differently. Nothing is run, fetched or written here.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Serialize;
use xtask_core::model::{Problem, Result};

mod block;
mod comments;
mod draft;
mod husky;
mod lefthook;
mod merge;
mod package_runner;
mod pattern;
mod precommit;
mod read;
mod render;
mod shell;
mod text;
mod value;
mod yaml;

pub use merge::{Existing, merge};

use draft::Draft;

/// A manager whose configuration can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// pre-commit, and prek, which reads the same file.
    PreCommit,
    /// lefthook.
    Lefthook,
    /// husky, with or without lint-staged.
    Husky,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::PreCommit, Self::Lefthook, Self::Husky];

    /// Its name, as `--from` takes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::Lefthook => "lefthook",
            Self::Husky => "husky",
        }
    }

    /// The kind of this name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    fn import(self, root: &Path, notes: &mut Notes) -> Result<Option<Draft>> {
        match self {
            Self::PreCommit => precommit::import(root, notes),
            Self::Lefthook => lefthook::import(root, notes),
            Self::Husky => husky::import(root, notes),
        }
    }
}

/// Something that was carried over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Mapped {
    /// What it was: `trailing-whitespace (pre-commit/pre-commit-hooks v5.0.0)`.
    pub what: String,
    /// What it becomes: `hooks.pre-commit.commands.ruff`; several where it runs at several stages.
    pub to: Vec<String>,
    /// Whether running it may fetch a program from a registry, so that it runs only once it is accepted.
    pub fetched: bool,
}

/// Something that was not carried over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unmapped {
    /// What it was, with its place.
    pub what: String,
    /// Why, and what to do instead.
    pub why: String,
}

/// What an import comes to.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Imported {
    /// The manager it comes from.
    pub from: Kind,
    /// The files that were read, from the top of the repository.
    pub sources: Vec<String>,
    /// `[hooks]` in full. Commands that may fetch a program stand in it as commands, marked by a comment; see [`Imported::accepting`].
    pub toml: String,
    /// What was carried over.
    pub mapped: Vec<Mapped>,
    /// What was not.
    pub unmapped: Vec<Unmapped>,
    /// What behaves differently.
    pub differences: Vec<String>,
    #[serde(skip)]
    draft: Draft,
}

impl Imported {
    /// `[hooks]` as it is to be written: of the commands that may fetch a program only those whose names are in `accepted` (all,
    /// where `all` is in it) are live, the others are comments. An unknown name is a problem that lists the known ones.
    pub fn accepting<S: AsRef<str>>(&self, accepted: &[S]) -> Result<String> {
        let names = self.fetched();
        for name in accepted.iter().map(AsRef::as_ref) {
            if name != "all" && !names.contains(name) {
                let known: Vec<&str> = names.iter().copied().collect();
                return Err(Problem::usage(format!("there is nothing to accept by the name `{name}`"))
                    .why(if known.is_empty() {
                        "no imported command fetches a program".to_owned()
                    } else {
                        format!("these fetch a program: {}", known.join(", "))
                    })
                    .fix("name one of them, or `all`"));
            }
        }
        Ok(render::toml(&self.draft, &|name| takes(accepted, name)))
    }

    /// The names of the commands that may fetch a program.
    pub fn fetched(&self) -> BTreeSet<&str> {
        let stages = self.draft.stages.values();
        stages
            .flat_map(|stage| &stage.commands)
            .filter(|command| command.fetched)
            .map(|command| command.name.as_str())
            .collect()
    }

    /// What there is to tell, for people: the TOML, what is missing, and what differs.
    pub fn to_text(&self) -> String {
        text::text(self)
    }

    /// The same once it is written as [`Imported::accepting`] these has it: the tables themselves are left out.
    pub fn to_text_written<S: AsRef<str>>(&self, accepted: &[S]) -> String {
        text::written(self, &|name| takes(accepted, name))
    }
}

/// Whether the command of this name is among the accepted ones.
fn takes<S: AsRef<str>>(accepted: &[S], name: &str) -> bool {
    accepted.iter().map(AsRef::as_ref).any(|one| one == "all" || one == name)
}

/// Reads the configuration of another manager below `root`; without `from`, of the one that is there. Where several are, one has to
/// be chosen.
pub fn import(root: &Path, from: Option<Kind>) -> Result<Imported> {
    let mut found: Vec<Imported> = Vec::new();
    for kind in Kind::ALL.into_iter().filter(|kind| from.is_none_or(|from| from == *kind)) {
        let mut notes = Notes::default();
        if let Some(draft) = kind.import(root, &mut notes)? {
            notes.differences.sort();
            found.push(Imported {
                from: kind,
                sources: notes.sources,
                toml: render::toml(&draft, &|_| true),
                mapped: notes.mapped,
                unmapped: notes.unmapped,
                differences: notes.differences,
                draft,
            });
        }
    }
    if found.len() > 1 {
        let names: Vec<&str> = found.iter().map(|one| one.from.name()).collect();
        return Err(Problem::usage("several hook managers are configured here")
            .why(format!("there is {}", names.join(", and ")))
            .fix(format!("choose one: `--from {}`", names[0])));
    }
    found.pop().ok_or_else(|| {
        let looked = match from {
            Some(Kind::PreCommit) => "no .pre-commit-config.yaml",
            Some(Kind::Lefthook) => "no lefthook.yml, .lefthook.yml, lefthook.toml or lefthook.json",
            Some(Kind::Husky) => "no .husky folder, and no lint-staged configuration",
            None => "no .pre-commit-config.yaml, lefthook.yml, .husky folder or lint-staged configuration",
        };
        Problem::usage("there is nothing to import")
            .why(format!("{looked} at the top of the repository"))
            .fix("run it where the configuration lies, or start with `xtask init`")
    })
}

/// What an import tells besides the draft.
#[derive(Default)]
struct Notes {
    sources: Vec<String>,
    mapped: Vec<Mapped>,
    unmapped: Vec<Unmapped>,
    differences: Vec<String>,
}

impl Notes {
    fn unmapped(&mut self, what: impl Into<String>, why: impl Into<String>) {
        let one = Unmapped { what: what.into(), why: why.into() };
        if !self.unmapped.contains(&one) {
            self.unmapped.push(one);
        }
    }

    fn difference(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !self.differences.contains(&text) {
            self.differences.push(text);
        }
    }

    fn mapped(&mut self, what: impl Into<String>, to: Vec<String>, fetched: bool) {
        self.mapped.push(Mapped { what: what.into(), to, fetched });
    }
}

#[cfg(test)]
mod tests;
