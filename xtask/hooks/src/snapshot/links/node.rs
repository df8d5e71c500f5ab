//! `node_modules`: packages of the workspace itself must be the snapshot's, not the working tree's.

use std::io;
use std::path::{Path, PathBuf};

use super::folder::{Entry, Plan, plan as links};
use super::{Trees, in_snapshot};

/// What the snapshot's `node_modules` shall hold: a link to each package; npm, pnpm and yarn put links to the workspace's own
/// packages there, which become links to the snapshot's.
pub(super) fn plan(trees: Trees, folder: &Path) -> io::Result<Plan> {
    let mut plan = links(folder)?;
    let mut redirected = redirect(trees, &mut plan);
    let scopes = plan.iter_mut().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"@"));
    for (_, entry) in scopes {
        let Entry::To(scope) = entry else { continue };
        // A scope without packages of the workspace is one link.
        let mut below = links(scope)?;
        if redirect(trees, &mut below) {
            *entry = Entry::Folder(below);
            redirected = true;
        }
    }
    // Programs of such packages: only where there are any, as each entry costs a look.
    if redirected && let Some(entry) = plan.get_mut(".bin".as_ref() as &std::ffi::OsStr) {
        let mut below = links(&folder.join(".bin"))?;
        if redirect(trees, &mut below) {
            *entry = Entry::Folder(below);
        }
    }
    Ok(plan)
}

/// Leads the links that lead to the working tree's own files to the snapshot's. Whether there were any.
fn redirect(trees: Trees, plan: &mut Plan) -> bool {
    let mut any = false;
    plan.retain(|_, entry| {
        let Entry::To(path) = entry else { return true };
        let Some(own) = own_package(trees, path) else { return true };
        any = true;
        let is_there = own.exists();
        *path = own;
        // What isn't part of the commit isn't there for its commands either.
        is_there
    });
    any
}

/// The snapshot's path of what the link leads to, where that is the repository's own: in the working tree and in no
/// `node_modules`.
fn own_package(trees: Trees, path: &Path) -> Option<PathBuf> {
    if !path.is_symlink() {
        return None;
    }
    let real = path.canonicalize().ok()?;
    let own = in_snapshot(trees, &real)?;
    let inside = real.strip_prefix(trees.working).ok()?;
    let is_dependency = inside.components().any(|part| part.as_os_str() == "node_modules");
    (!is_dependency && !inside.as_os_str().is_empty()).then_some(own)
}
