//! Hooks for all of a user's repositories: they act in those that have an `xtask.toml`.

use std::path::{Path, PathBuf};

use xtask_core::environment::Environment;
use xtask_core::gate::Context;
use xtask_core::model::{Problem, Result};

use super::git::{Git, same_folder};
use super::local::{put, take};
use super::program::Copy;
use super::shim::{Lies, pass_through, render};
use super::{GlobalKind, Installed, place};
use crate::stage::Stage;

/// Git's other hooks: under a global `core.hooksPath` a repository's own would not run. Left out are those whose mere presence changes what
/// git does or that it starts for every reference and index: `push-to-checkout`, `reference-transaction`, `post-index-change`, `proc-receive`.
const OTHERS: [&str; 10] = [
    "applypatch-msg",
    "post-applypatch",
    "post-receive",
    "post-update",
    "pre-applypatch",
    "pre-auto-gc",
    "pre-receive",
    "sendemail-validate",
    "update",
    "p4-pre-submit",
];

/// Where things of this program lie in the user's folders.
struct Home(PathBuf);

impl Home {
    fn of(environment: &Environment) -> Option<Self> {
        let absolute = |name| environment.path(name).filter(|path| path.is_absolute());
        let data = if cfg!(windows) {
            absolute("LOCALAPPDATA")?
        } else {
            absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local/share")))?
        };
        Some(Self(data.join("xtask")))
    }

    /// What git's setting names.
    fn value(&self, kind: GlobalKind) -> PathBuf {
        match kind {
            GlobalKind::TemplateDir => self.0.join("template"),
            GlobalKind::HooksPath => self.0.join("hooks"),
        }
    }

    fn hooks(&self, kind: GlobalKind) -> PathBuf {
        match kind {
            GlobalKind::TemplateDir => self.value(kind).join("hooks"),
            GlobalKind::HooksPath => self.value(kind),
        }
    }
}

/// The folder that our global `core.hooksPath` names, whether or not it is installed.
pub(super) fn hooks_folder(cx: &Context) -> Option<PathBuf> {
    Home::of(cx.environment).map(|home| home.hooks(GlobalKind::HooksPath))
}

fn home(cx: &Context) -> Result<Home> {
    Home::of(cx.environment).ok_or_else(|| {
        Problem::missing("no folder for the hooks of all repositories")
            .why("neither XDG_DATA_HOME nor HOME names a folder")
            .fix("set XDG_DATA_HOME to a writable folder")
    })
}

/// What lies in the folder of hooks: name and text.
fn texts(kind: GlobalKind, program: &Path) -> Vec<(&'static str, String)> {
    let lies = match kind {
        GlobalKind::TemplateDir => Lies::InTemplate(program),
        GlobalKind::HooksPath => Lies::Global(program),
    };
    let stages = Stage::ALL.into_iter().filter(|stage| *stage != Stage::PreReceive);
    let mut texts: Vec<_> = stages.map(|stage| (stage.name(), render(stage, lies))).collect();
    if kind == GlobalKind::HooksPath {
        texts.extend(OTHERS.map(|hook| (hook, pass_through(hook))));
    }
    texts
}

pub(super) fn install(
    cx: &Context,
    kind: GlobalKind,
    force: bool,
    from: &Path,
    plan: bool,
) -> Result<Installed> {
    let (home, git) = (home(cx)?, Git::of_user(cx));
    let (name, value, folder) = (kind.setting(), home.value(kind), home.hooks(kind));
    let copy = Copy::below(&home.0);
    let mut record = copy.record();
    let set = git.global(name)?;
    let other = set.filter(|set| !same_folder(Path::new(set), &value));
    if let Some(other) = other {
        if !force {
            return Err(Problem::usage(format!("{name} is {other} in your git configuration already"))
                .why("what it names would no longer be used")
                .fix(format!("`git config --global --unset {name}` first, or --force: `xtask hooks uninstall --global` sets it back")));
        }
        record.replaced.insert(name.to_owned(), other);
    }
    let program_changed = if plan {
        copy.is_stale(from)
    } else {
        std::fs::create_dir_all(&folder).map_err(|cause| place::unwritten(&folder, &cause))?;
        copy.install(from, record)?
    };
    if kind == GlobalKind::TemplateDir && !plan {
        // Tools write to it and expect its folder, which git's own template has.
        xtask_core::files::write(
            &value.join("info/exclude"),
            b"# Patterns of files that only this clone ignores.\n",
        )?;
    }
    let texts = texts(kind, &copy.path());
    let hooks = texts
        .iter()
        .map(|(name, text)| put(&folder.join(name), text.as_bytes(), plan))
        .collect::<Result<_>>()?;
    // The setting last: what it names is whole.
    if !plan {
        git.set_global(name, Some(&value.to_string_lossy()))?;
    }
    let mut notes = vec![format!(
        "{name} is {} now; the hooks act in repositories that have an xtask.toml",
        value.display()
    )];
    notes.push(match kind {
        GlobalKind::TemplateDir => "repositories that are made or cloned from now on have them; `git init` in an older one adds them".to_owned(),
        GlobalKind::HooksPath => {
            "each repository's own hooks are run, too, but for push-to-checkout, reference-transaction, post-index-change and proc-receive"
                .to_owned()
        }
    });
    Ok(Installed { folder, program: copy.path(), program_changed, hooks, notes, plan })
}

pub(super) fn uninstall(cx: &Context, kind: GlobalKind, plan: bool) -> Result<Installed> {
    let (home, git) = (home(cx)?, Git::of_user(cx));
    let (name, value, folder) = (kind.setting(), home.value(kind), home.hooks(kind));
    let copy = Copy::below(&home.0);
    let mut record = copy.record();
    let mut notes = Vec::new();
    // The setting first: it never names what is half gone.
    if git.global(name)?.is_some_and(|set| same_folder(Path::new(&set), &value)) {
        let before = record.replaced.remove(name);
        if !plan {
            git.set_global(name, before.as_deref())?;
        }
        notes.extend(before.map(|before| format!("{name} is {before} again")));
    }
    let program = copy.path();
    let hooks: Vec<_> = texts(kind, &program)
        .iter()
        .map(|(hook, _)| take(&folder.join(hook), plan))
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect();
    if plan {
        let program_changed = copy.is_there();
        return Ok(Installed { folder, program, program_changed, hooks, notes, plan });
    }
    if kind == GlobalKind::TemplateDir {
        let exclude = value.join("info/exclude");
        place::remove(&exclude).map_err(|cause| place::unwritten(&exclude, &cause))?;
        place::remove_empty(&value.join("info"));
    }
    place::remove_empty(&folder);
    place::remove_empty(&value);
    let other = match kind {
        GlobalKind::TemplateDir => GlobalKind::HooksPath,
        GlobalKind::HooksPath => GlobalKind::TemplateDir,
    };
    // Repositories that were made from the template start the copy, too: it goes when nothing is installed any more, and they fall back to PATH.
    let program_changed = !home.hooks(other).is_dir() && copy.uninstall()?;
    if kind == GlobalKind::TemplateDir && !hooks.is_empty() {
        notes.push(
            "repositories that were made meanwhile keep their hooks: `xtask hooks uninstall` in them"
                .to_owned(),
        );
    }
    Ok(Installed { folder, program, program_changed, hooks, notes, plan })
}
