//! Which files Git LFS keeps, asked of git: by their `filter` attribute.

use std::collections::BTreeSet;

use bstr::ByteSlice;
use xtask_core::exec::{Process, batches};
use xtask_core::gate::Context;
use xtask_core::model::RepoPath;

use crate::checks::is_lfs_pointer;

/// Those of `paths` that Git LFS keeps. Where git can't be asked, those whose blob is a pointer.
pub(crate) fn kept_by_lfs(cx: &Context, paths: &[RepoPath]) -> BTreeSet<RepoPath> {
    if paths.is_empty() {
        return BTreeSet::new();
    }
    by_attribute(cx, paths).unwrap_or_else(|| by_blob(cx, paths))
}

fn by_attribute(cx: &Context, paths: &[RepoPath]) -> Option<BTreeSet<RepoPath>> {
    let on_disk: Vec<_> = paths.iter().map(RepoPath::to_path).collect();
    let arguments: Vec<&std::path::Path> = on_disk.iter().map(AsRef::as_ref).collect();
    let mut kept = BTreeSet::new();
    for batch in batches(&arguments, 64) {
        let git = Process::new("git").args(["check-attr", "-z", "filter", "--"]).args(batch).folder(&cx.root);
        let ended = git.run(&cx.cancel).ok().filter(|ended| ended.code == Some(0))?;
        let fields: Vec<&[u8]> = ended.stdout.split_str("\0").collect();
        let lfs = fields.chunks_exact(3).filter(|row| row[2] == b"lfs");
        kept.extend(lfs.map(|row| RepoPath::new(row[0])));
    }
    Some(kept)
}

fn by_blob(cx: &Context, paths: &[RepoPath]) -> BTreeSet<RepoPath> {
    let read = || -> xtask_core::model::Result<BTreeSet<RepoPath>> {
        let Some(repo) = &cx.repo else {
            return Ok(BTreeSet::new());
        };
        let mut blobs = repo.blobs()?;
        let wanted: BTreeSet<&RepoPath> = paths.iter().collect();
        let mut kept = BTreeSet::new();
        for entry in cx.tracked()?.iter().filter(|entry| wanted.contains(&entry.path)) {
            if is_lfs_pointer(&blobs.read(&entry.id)?) {
                kept.insert(entry.path.clone());
            }
        }
        Ok(kept)
    };
    read().unwrap_or_default()
}
