//! The snapshot's own refs: those of the repository at the start of a run, and which of them commands moved.

use std::collections::BTreeMap;
use std::path::Path;

use bstr::ByteSlice;
use xtask_core::model::Result;

use super::git::Git;
use super::git_dir::{put, unreadable};
use super::remove::remove_all;

/// What HEAD and all refs say, in git's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refs {
    packed: Vec<u8>,
    /// By name.
    loose: BTreeMap<String, Vec<u8>>,
}

/// Gives a git folder the refs that this git knows.
pub(super) fn write(git: &Git, folder: &Path) -> Result<()> {
    let listed =
        git.output(&["for-each-ref", "--sort=refname", "--format=%(objectname) %(refname) %(symref)"])?;
    let refs = folder.join("refs");
    remove_all(&refs)
        .and_then(|()| std::fs::create_dir_all(&refs))
        .map_err(|cause| unreadable(&refs, &cause))?;
    let mut packed = Vec::new();
    for line in listed.lines() {
        let words: Vec<&[u8]> = line.trim_end().split_str(" ").collect();
        match words[..] {
            [_, name, target] => {
                let text = [b"ref: ", target, b"\n"].concat();
                put(&folder.join(name.to_path_lossy()), Some(&text))?;
            }
            [id, name] => packed.extend([id, b" ", name, b"\n"].concat()),
            _ => {}
        }
    }
    put(&folder.join("packed-refs"), Some(&packed))
}

impl Refs {
    /// Those of a git folder.
    pub(super) fn of(folder: &Path) -> Self {
        let read = |path: &Path| std::fs::read(path).unwrap_or_default();
        let mut loose = BTreeMap::from([("HEAD".to_owned(), read(&folder.join("HEAD")))]);
        let mut folders = vec![folder.join("refs")];
        while let Some(next) = folders.pop() {
            for entry in std::fs::read_dir(next).into_iter().flatten().flatten() {
                let path = entry.path();
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    folders.push(path);
                } else if let Ok(name) = path.strip_prefix(folder)
                    && path.extension().is_none_or(|extension| extension != "lock")
                {
                    loose.insert(name.to_string_lossy().into_owned(), read(&path));
                }
            }
        }
        Self { packed: read(&folder.join("packed-refs")), loose }
    }

    /// The names that don't say the same, sorted. What a fetch brings doesn't count.
    pub(super) fn moved(&self, now: &Self) -> Vec<String> {
        if self == now {
            return Vec::new();
        }
        let (before, after) = (self.all(), now.all());
        let differs = |name: &&&str| before.get(**name) != after.get(**name);
        let fetched = |name: &str| name.starts_with("refs/remotes/") || name.starts_with("refs/tags/");
        let mut moved: Vec<String> = before
            .keys()
            .chain(after.keys())
            .filter(differs)
            .filter(|name| !fetched(name))
            .map(|name| (*name).to_owned())
            .collect();
        moved.sort();
        moved.dedup();
        moved
    }

    fn all(&self) -> BTreeMap<&str, &[u8]> {
        let packed = self.packed.lines().filter_map(|line| {
            let (id, name) = line.split_once_str(" ")?;
            Some((name.to_str().ok()?, id)).filter(|_| !line.starts_with(b"#"))
        });
        let loose = self.loose.iter().map(|(name, text)| (name.as_str(), text.trim_ascii_end()));
        packed.chain(loose).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moved_is_told_by_name() {
        let refs = |packed: &str, loose: &[(&str, &str)]| Refs {
            packed: packed.into(),
            loose: loose.iter().map(|(name, text)| ((*name).to_owned(), (*text).into())).collect(),
        };
        let head = ("HEAD", "ref: refs/heads/main\n");
        let before = refs("1 refs/heads/main\n2 refs/tags/v\n", &[head]);
        for (packed, loose, moved) in [
            ("1 refs/heads/main\n2 refs/tags/v\n", &[head][..], &[][..]),
            // Packed anew, in other words.
            ("# pack-refs with: peeled\n1 refs/heads/main\n2 refs/tags/v\n^3\n", &[head], &[]),
            ("1 refs/heads/main\n2 refs/tags/v\n", &[head, ("refs/heads/main", "1\n")], &[]),
            ("1 refs/heads/main\n2 refs/tags/v\n", &[head, ("refs/heads/main", "9\n")], &["refs/heads/main"]),
            ("2 refs/tags/v\n", &[head, ("refs/stash", "9\n")], &["refs/heads/main", "refs/stash"]),
            ("1 refs/heads/main\n", &[("HEAD", "1\n"), ("refs/remotes/o/x", "9\n")], &["HEAD"]),
            ("1 refs/heads/main\n", &[], &["HEAD"]),
        ] {
            assert_eq!(before.moved(&refs(packed, loose)), moved, "{packed} {loose:?}");
        }
    }
}
