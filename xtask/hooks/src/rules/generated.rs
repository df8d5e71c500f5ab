//! Which files `.gitattributes` marks as generated (`linguist-generated`, as GitHub reads it).

use std::collections::BTreeSet;

use bstr::ByteSlice;
use xtask_core::exec::Cancel;
use xtask_core::model::{RepoPath, Result};
use xtask_core::repo::{IndexEntry, Repo};

use crate::attributes::{Attributes, values};

const NAME: &str = "linguist-generated";

/// Those of `paths` that are generated. `entries` are all files of what is looked at: git is asked only where one of them is a
/// `.gitattributes` that speaks of generated files.
pub fn generated(
    repo: &Repo,
    attributes: Attributes<'_>,
    entries: &[IndexEntry],
    paths: &[&RepoPath],
    cancel: &Cancel,
) -> Result<BTreeSet<RepoPath>> {
    if paths.is_empty() || !is_spoken_of(repo, attributes, entries)? {
        return Ok(BTreeSet::new());
    }
    let told = values(repo, attributes, NAME, paths, cancel)?;
    let generated = told.into_iter().filter(|(_, value)| matches!(value.as_slice(), b"set" | b"true"));
    Ok(generated.map(|(path, _)| path).collect())
}

/// Whether some file of attributes names the attribute.
fn is_spoken_of(repo: &Repo, attributes: Attributes<'_>, entries: &[IndexEntry]) -> Result<bool> {
    let says = |bytes: &[u8]| bytes.find(NAME).is_some();
    let on_disk = |path: &std::path::Path| xtask_core::files::read(path).is_ok_and(|bytes| says(&bytes));
    if on_disk(&repo.common_dir().join("info/attributes")) {
        return Ok(true);
    }
    let files = entries
        .iter()
        .filter(|entry| entry.mode.is_file() && entry.path.as_bytes().ends_with(b".gitattributes"))
        .filter(|entry| entry.path.file_name() == b".gitattributes");
    if let (Attributes::Worktree, Some(top)) = (attributes, repo.work_dir()) {
        return Ok(on_disk(&top.join(".gitattributes"))
            || files.into_iter().any(|entry| on_disk(&entry.path.below(top))));
    }
    let mut blobs = repo.blobs()?;
    for entry in files.filter(|entry| !entry.intent_to_add) {
        if says(&blobs.read(&entry.id)?) {
            return Ok(true);
        }
    }
    Ok(false)
}
