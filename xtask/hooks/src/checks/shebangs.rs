//! `check-executables-have-shebangs` and `check-shebang-scripts-are-executable`: the executable bit and the first line agree.

use xtask_core::model::Result;

use super::{Check, File, Hit, Tree, TreeHit, Work};
use crate::facts::Source;
use crate::options::Options;
use crate::select::Candidate;
use crate::types::Tags;

/// `check-executables-have-shebangs`.
pub(super) static EXECUTABLES: Check = Check {
    id: "check-executables-have-shebangs",
    about: "executable text files say what runs them",
    version: 1,
    takes: "executable",
    work: Work::Tree(executables),
    fix: None,
};

/// `check-shebang-scripts-are-executable`.
pub(super) static SCRIPTS: Check = Check {
    id: "check-shebang-scripts-are-executable",
    about: "text files that say what runs them are executable",
    version: 1,
    takes: "text",
    work: Work::Bytes(scripts),
    fix: None,
};

fn executables(tree: &Tree<'_>, _: &Options) -> Result<Vec<TreeHit>> {
    let mut hits = Vec::new();
    for file in tree.files().filter(|file| is_executable(tree, file)) {
        let start = match tree.facts.start(file) {
            Ok(Some(start)) if start.starts_with(b"#!") => continue,
            Ok(Some(start)) => start,
            Ok(None) => continue,
            Err(problem) => {
                hits.push(TreeHit::at(&file.path, problem.to_string()));
                continue;
            }
        };
        if Tags::of_name(file.path.file_name(), true).with_content(&start).has("text") {
            let message =
                "executable, and no `#!` says what runs it: `git update-index --chmod=-x` and `chmod -x`";
            hits.push(TreeHit::at(&file.path, message));
        }
    }
    // Where the bit on disk means nothing, that of the index counts as well. Nothing needs to be asked where all is well.
    if !hits.is_empty() && tree.facts.source() == Source::Worktree && !tree.facts.heeds_mode()? {
        let in_index = |hit: &TreeHit| {
            let entry = hit.path.as_ref().and_then(|path| tree.facts.entry(path));
            entry.is_some_and(|entry| entry.mode == xtask_core::repo::EntryMode::Executable)
        };
        hits.retain(in_index);
    }
    Ok(hits)
}

/// In the working tree the bit on disk counts, where there is one.
#[cfg(unix)]
fn is_executable(tree: &Tree<'_>, file: &Candidate) -> bool {
    use std::os::unix::fs::PermissionsExt;
    if tree.facts.source() != Source::Worktree {
        return file.is_executable();
    }
    let metadata = std::fs::symlink_metadata(file.path.below(tree.facts.root()));
    metadata.is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(_: &Tree<'_>, file: &Candidate) -> bool {
    file.executable
}

fn scripts(file: &File, bytes: &[u8], _: &Options) -> Vec<Hit> {
    if file.tags.is_executable() || !bytes.starts_with(b"#!") {
        return Vec::new();
    }
    vec![Hit::line(1, "has a `#!` and is not executable: `git add --chmod=+x` and `chmod +x`")]
}
