//! The files of a folder that is no git repository.

use std::path::Path;

use ignore::WalkBuilder;

use crate::model::{Problem, RepoPath, Result};

/// Folders nest no deeper than this in anything that people build; deeper is a loop of mounts.
const MAX_DEPTH: usize = 128;
/// A folder with more files is someone's home, not a project.
const MAX_FILES: usize = 1_000_000;

/// The regular files below a folder that is no git repository, sorted: `.gitignore` files count, hidden files and `.git`
/// don't. The user's own ignore settings don't count either, so that the answer is the same on any machine. Links aren't
/// followed. Folders below that can't be read are left out; `root` itself must be readable. More than a million files
/// are a usage problem.
pub fn walk(root: &Path) -> Result<Vec<RepoPath>> {
    std::fs::read_dir(root)
        .map_err(|cause| Problem::invalid(format!("can't read the folder {}", root.display())).why(cause))?;
    let mut paths = Vec::new();
    let entries = WalkBuilder::new(root)
        .hidden(true)
        .parents(false)
        .ignore(false)
        .git_ignore(true)
        .git_global(false)
        .git_exclude(false)
        .require_git(false)
        .follow_links(false)
        .max_depth(Some(MAX_DEPTH))
        .build();
    for entry in entries.filter_map(Result::ok) {
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        paths.extend(RepoPath::relative(root, entry.path()));
        if paths.len() > MAX_FILES {
            return Err(Problem::usage(format!("{} holds more than {MAX_FILES} files", root.display()))
                .why("it looks like no project")
                .fix("run this in the project's folder, or -C DIR"));
        }
    }
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::write;

    #[test]
    fn ignored_and_hidden_files_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in [
            (".gitignore", "*.log\nbuild/\n"),
            ("b.txt", ""),
            ("a/b.txt", ""),
            ("a.txt", ""),
            ("a/x.log", ""),
            ("build/y", ""),
            (".hidden/z", ""),
            ("sub/.gitignore", "!x.log\n"),
            ("sub/x.log", ""),
        ] {
            write(&folder.path().join(path), text.as_bytes()).unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink("..", folder.path().join("a/loop")).unwrap();
        let shown: Vec<String> = walk(folder.path()).unwrap().iter().map(RepoPath::to_string).collect();
        assert_eq!(shown, ["a.txt", "a/b.txt", "b.txt", "sub/x.log"]);
        assert!(walk(&folder.path().join("missing")).unwrap_err().what.contains("missing"));
        assert!(walk(&folder.path().join("a.txt")).is_err());
    }
}
