//! Ignored dependencies, linked into the snapshot from the working tree: which ones, and making and removing the links.
//!
//! A folder becomes a real folder that holds a link for each entry, and a `.gitignore` of its own: so git never sees it (a
//! rule such as `node_modules/` takes folders only), single entries can lead elsewhere, and what a command writes beside
//! them is the snapshot's own.

mod folder;
mod node;
mod python;

use std::path::{Path, PathBuf};

use xtask_core::gate::Context;
use xtask_core::model::{Problem, RepoPath, Result};
use xtask_core::repo::IndexEntry;

use super::remove::remove_all;

/// Where Python keeps what a project needs, by the usual names.
const VENVS: [&str; 2] = [".venv", "venv"];

/// What tells of a Python project.
const PYTHON: [&[u8]; 5] = [b"pyproject.toml", b"setup.py", b"setup.cfg", b"requirements.txt", b"Pipfile"];

/// One thing to link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// Its path, the same in both trees.
    pub(super) path: RepoPath,
    /// Whether it is a folder.
    is_folder: bool,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    NodeModules,
    Venv,
    /// The user asked for it.
    Asked,
}

/// The two trees.
#[derive(Clone, Copy)]
pub(super) struct Trees<'a> {
    /// The user's.
    pub(super) working: &'a Path,
    /// The snapshot's.
    pub(super) snapshot: &'a Path,
}

/// What is there to link: dependency folders beside tracked manifests, and what is asked for. Anything tracked is left out:
/// the snapshot has its own.
pub(super) fn wanted(cx: &Context, asked: &[String]) -> Result<Vec<Link>> {
    let Some(top) = cx.repo.as_ref().and_then(|repo| repo.work_dir()) else { return Ok(Vec::new()) };
    let tracked = cx.tracked()?;
    let mut candidates: Vec<(Vec<u8>, Kind)> =
        VENVS.iter().map(|name| (name.as_bytes().to_vec(), Kind::Venv)).collect();
    for entry in tracked {
        let name = entry.path.file_name();
        let folder = &entry.path.as_bytes()[..entry.path.as_bytes().len() - name.len()];
        if name == b"package.json" {
            candidates.push(([folder, b"node_modules"].concat(), Kind::NodeModules));
        } else if !folder.is_empty() && PYTHON.contains(&name) {
            candidates.extend(VENVS.map(|venv| ([folder, venv.as_bytes()].concat(), Kind::Venv)));
        }
    }
    for path in asked {
        candidates.push((normal(path)?, Kind::Asked));
    }
    candidates.sort_by(|a, b| a.0.cmp(&b.0));
    candidates.dedup_by(|a, b| a.0 == b.0);
    let mut links: Vec<Link> = Vec::new();
    for (path, kind) in candidates {
        let path = RepoPath::new(path);
        let on_disk = path.below(top);
        // A link of the user's that leads nowhere is nothing to link to.
        let Ok(there) = on_disk.metadata() else { continue };
        let fits = match kind {
            Kind::NodeModules => there.is_dir(),
            Kind::Venv => on_disk.join("pyvenv.cfg").is_file(),
            Kind::Asked => there.is_dir() || there.is_file(),
        };
        let within =
            links.iter().any(|link| super::fill::is_own(std::slice::from_ref(&link.path), path.as_bytes()));
        if fits && !within && !is_tracked(tracked, &path) {
            links.push(Link { path, is_folder: there.is_dir(), kind });
        }
    }
    Ok(links)
}

/// An entry of `[hooks] link` as a path of the repository.
pub(crate) fn normal(path: &str) -> Result<Vec<u8>> {
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let inside = !path.starts_with('/') && !path.contains('\\') && !parts.is_empty();
    if inside && parts.iter().all(|part| *part != ".." && !part.eq_ignore_ascii_case(".git")) {
        return Ok(parts.join("/").into_bytes());
    }
    Err(Problem::usage(format!("can't link {path:?} into the snapshot"))
        .why("`link` in [hooks] takes paths below the top of the repository")
        .fix("name a file or folder such as \".env\""))
}

/// Whether the path, or anything below it, is in the index.
fn is_tracked(tracked: &[IndexEntry], path: &RepoPath) -> bool {
    let below = [path.as_bytes(), b"/"].concat();
    let starts = |prefix: &[u8]| {
        let at = tracked.partition_point(|entry| entry.path.as_bytes() < prefix);
        tracked.get(at).map(|entry| entry.path.as_bytes())
    };
    starts(path.as_bytes()) == Some(path.as_bytes())
        || starts(&below).is_some_and(|next| next.starts_with(&below))
}

/// Removes the links that are wanted no more.
pub(super) fn remove_stale(tree: &Path, held: &[RepoPath], wanted: &[Link]) {
    for path in held.iter().filter(|path| !wanted.iter().any(|link| link.path == **path)) {
        if goes_through_link(tree, path) {
            continue;
        }
        let on_disk = path.below(tree);
        if on_disk.symlink_metadata().is_ok_and(|there| there.is_dir()) {
            folder::remove(&on_disk);
        } else if on_disk.is_symlink() {
            // What can't be removed here is reported as untracked by the cleaning that follows.
            let _ = remove_all(&on_disk);
        }
    }
}

/// Makes the links that are missing, and puts wrong ones right. What the snapshot tracks itself (`is_tracked`, only asked where
/// something is in the way) stays. Gives what the user should know.
pub(super) fn make(trees: Trees, links: &[Link], is_tracked: impl Fn(&RepoPath) -> bool) -> Vec<String> {
    let mut notices = Vec::new();
    for link in links {
        let (from, to) = (link.path.below(trees.working), link.path.below(trees.snapshot));
        let has_folder = to.parent().is_some_and(Path::is_dir);
        if goes_through_link(trees.snapshot, &link.path) || !has_folder && link.kind != Kind::Asked {
            continue;
        }
        let in_the_way =
            to.symlink_metadata().is_ok_and(|there| !there.is_symlink()) && !folder::is_ours(&to);
        if in_the_way && is_tracked(&link.path) {
            continue;
        }
        let made = if link.is_folder {
            let plan = match link.kind {
                Kind::NodeModules => node::plan(trees, &from),
                Kind::Venv | Kind::Asked => folder::plan(&from),
            };
            plan.and_then(|plan| folder::make(&to, &plan))
        } else {
            single(&from, &to)
        };
        match made {
            Ok(()) if link.kind == Kind::Venv => notices.extend(python::notices(trees, &link.path)),
            Ok(()) => {}
            Err(cause) => notices.push(format!("{} is not linked into the snapshot: {cause}", link.path)),
        }
    }
    notices
}

/// Whether a folder above the path is a link: what lies behind isn't the snapshot's.
pub(crate) fn goes_through_link(tree: &Path, path: &RepoPath) -> bool {
    let on_disk = path.below(tree);
    on_disk.ancestors().skip(1).take_while(|folder| *folder != tree).any(Path::is_symlink)
}

fn single(from: &Path, to: &Path) -> std::io::Result<()> {
    if std::fs::read_link(to).is_ok_and(|target| target == from) {
        return Ok(());
    }
    // A file that a command wrote in its place, or a folder of links that it was before.
    remove_all(to)?;
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder)?;
    }
    symlink(from, to)
}

/// A link at `to` that leads to `from`.
fn symlink(from: &Path, to: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::symlink(from, to);
    #[cfg(windows)]
    return if from.is_dir() {
        std::os::windows::fs::symlink_dir(from, to)
    } else {
        std::os::windows::fs::symlink_file(from, to)
    };
}

/// Where a path of the working tree lies in the snapshot, if it is in the working tree at all: seen without links.
fn in_snapshot(trees: Trees, real: &Path) -> Option<PathBuf> {
    let inside = real.strip_prefix(trees.working).ok()?;
    Some(trees.snapshot.join(inside))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_to_link_stay_inside() {
        for (path, expected) in [
            (".env", Some(".env")),
            ("./a//b/", Some("a/b")),
            ("/etc/passwd", None),
            ("../x", None),
            ("a/../../x", None),
            (".git/config", None),
            ("a\\b", None),
            ("", None),
            (".", None),
        ] {
            let found = normal(path).ok();
            assert_eq!(found.as_deref(), expected.map(str::as_bytes), "{path}");
        }
    }
}
