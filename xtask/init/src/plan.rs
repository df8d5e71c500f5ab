//! The plan of `init` as data: which files, with which content, and why some are left alone.

use std::path::PathBuf;

use serde::Serialize;
use xtask_core::config::FILE_NAME;
use xtask_core::gate::Context;
use xtask_core::model::{Problem, RepoPath, Result};

use crate::survey::{Facts, survey};
use crate::{alias, configuration, place, workflow};

/// What `init` may be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The git repository that a CI runner installs xtask from. Default: the one this program was built for, else the
    /// runner's variable `XTASK_SOURCE`.
    pub source: Option<String>,
}

/// What would be done about one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub enum Action {
    /// It doesn't exist and is written.
    Create,
    /// It exists and gets an addition.
    Edit {
        /// Its content when the plan was made; the edit is refused when that has changed.
        #[serde(skip)]
        old: String,
    },
    /// It stays as it is.
    Skip {
        /// Why.
        why: String,
    },
}

/// One file of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlannedFile {
    /// Where, relative to the top of the working tree.
    pub path: RepoPath,
    /// The whole new content; empty for a skip.
    pub content: String,
    /// What to do.
    #[serde(flatten)]
    pub action: Action,
}

impl PlannedFile {
    /// A file that stays as it is.
    pub(crate) fn skip(path: RepoPath, why: impl Into<String>) -> Self {
        Self { path, content: String::new(), action: Action::Skip { why: why.into() } }
    }
}

/// What `init` would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct InitPlan {
    /// The folder that the paths are relative to.
    #[serde(skip)]
    pub root: PathBuf,
    /// What was found, a line each.
    pub found: Vec<String>,
    /// The files, in the order in which they are written.
    pub files: Vec<PlannedFile>,
    /// What is left to the user, a note each.
    pub notes: Vec<String>,
}

impl InitPlan {
    /// How many files would be written.
    pub fn to_write(&self) -> usize {
        self.files.iter().filter(|file| !matches!(file.action, Action::Skip { .. })).count()
    }

    /// The plan as JSON: `{"found": […], "files": [{"path", "content", "action": "create|edit|skip", …}], "notes": […]}`.
    pub fn json(&self) -> Result<serde_json::Value> {
        serde_json::to_value(self)
            .map_err(|cause| Problem::invalid("can't write the plan as JSON").why(cause))
    }

    /// Whether there is nothing to write.
    pub fn is_done(&self) -> bool {
        self.files.iter().all(|file| matches!(file.action, Action::Skip { .. }))
    }
}

/// Looks at the repository and plans. Reads only; a bare repository is wrong usage.
pub fn plan(cx: &Context, options: &Options) -> Result<InitPlan> {
    if cx.repo.as_ref().is_some_and(|repo| repo.work_dir().is_none()) {
        return Err(Problem::usage("can't set up a bare repository")
            .why("it has no working tree to write files to")
            .fix("run `xtask init` in a clone of it, or in a working tree made by `git worktree add`"));
    }
    if !cx.root.is_dir() {
        return Err(Problem::usage(format!("{} is no folder", cx.root.display())));
    }
    let facts = survey(cx)?;
    Ok(compose(cx, &facts, options))
}

/// The plan that follows from the facts.
fn compose(cx: &Context, facts: &Facts, options: &Options) -> InitPlan {
    let source = options.source.clone().or_else(built_for);
    let mut files = vec![create(cx, FILE_NAME, || configuration::text(facts))];
    let mut notes = Vec::new();
    if facts.rust {
        let (file, note) = alias::file(&cx.root, facts);
        files.extend(file);
        notes.extend(note);
    }
    if !facts.rust {
        notes.push(
            "Every developer needs the program: `cargo install --locked --git URL xtask`, with the URL of its repository."
                .to_owned(),
        );
    }
    if !facts.hook_managers.is_empty() {
        notes.push(format!(
            "What is configured in {} goes on as before. To take it over into xtask.toml: `xtask hooks import --write --replace`; \
             `xtask hooks import` shows before what it would write.",
            facts.hook_managers.join(" and ")
        ));
    }
    let (file, more) = workflow::file(cx, facts, source.as_deref());
    files.extend(file);
    notes.extend(more);
    if !facts.git {
        notes.push(
            "This is no git repository; hooks and comparisons with a revision need one: `git init`."
                .to_owned(),
        );
    }
    InitPlan { root: cx.root.clone(), found: facts.found(), files, notes }
}

/// The file, to be created where nothing is in its place.
pub(crate) fn create(cx: &Context, path: &str, content: impl FnOnce() -> String) -> PlannedFile {
    let path = RepoPath::from(path);
    match place::check(&cx.root, &path) {
        place::Place::Free => PlannedFile { path, content: content(), action: Action::Create },
        place::Place::Taken(why) => PlannedFile::skip(path, why),
    }
}

/// The repository that this program names as its own.
fn built_for() -> Option<String> {
    let url = env!("CARGO_PKG_REPOSITORY");
    (!url.is_empty()).then(|| url.to_owned())
}
