//! `check-added-large-files`: no large files beside those that Git LFS keeps. The pass looks at sizes; [`that_count`] tells which of
//! the large files are this check's business.

use std::collections::BTreeSet;

use xtask_core::model::{RepoPath, Result};

use super::{Check, File, Hit, Work};
use crate::facts::Facts;
use crate::options::Options;

/// The check.
pub(super) static CHECK: Check = Check {
    id: "check-added-large-files",
    about: "no large files",
    version: 1,
    takes: "file",
    work: Work::Size(run),
    fix: None,
};

fn run(file: &File, options: &Options) -> Vec<Hit> {
    let limit = options.check_added_large_files.max;
    if file.size <= limit.0 {
        return Vec::new();
    }
    let kib = file.size.div_ceil(1024);
    vec![Hit::file(format!("the file is too large: {kib} KiB, the limit is {limit}"))]
}

/// Those of the `large` files that count: Git LFS keeps the others, or, where a run looks at a difference, they were there before
/// (unless `enforce-all` is set). Git is asked about large files alone.
pub fn that_count(facts: &Facts<'_>, large: &[&RepoPath], options: &Options) -> Result<BTreeSet<RepoPath>> {
    let mut new = Vec::new();
    for path in large {
        let all = options.check_added_large_files.enforce_all || !facts.is_difference();
        if all || facts.is_new(path)? {
            new.push(*path);
        }
    }
    let kept = facts.in_lfs(&new);
    Ok(new.into_iter().filter(|path| !kept.contains(path)).cloned().collect())
}

/// Whether a blob is a pointer of Git LFS, which stands for a large file that git doesn't hold.
pub fn is_lfs_pointer(blob: &[u8]) -> bool {
    blob.len() < 1024 && blob.starts_with(b"version https://git-lfs.github.com/spec/")
}

#[cfg(test)]
mod tests {
    use xtask_core::config::ByteSize;

    use super::*;
    use crate::types::Tags;

    #[test]
    fn the_limit_itself_is_allowed() {
        let path = RepoPath::from("a");
        let hits = |size, options: &Options| {
            let file = File { path: &path, tags: Tags::default(), size };
            run(&file, options).len()
        };
        let mut options = Options::default();
        for (size, expected) in [(0, 0), (500 << 10, 0), ((500 << 10) + 1, 1), (u64::MAX, 1)] {
            assert_eq!(hits(size, &options), expected, "{size}");
        }
        options.check_added_large_files.max = ByteSize(10);
        assert_eq!(hits(11, &options), 1);
    }

    #[test]
    fn pointers_are_told_from_files() {
        assert!(is_lfs_pointer(b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"));
        assert!(!is_lfs_pointer(b"version https://example.org\n"));
        assert!(!is_lfs_pointer(b""));
    }
}
