//! `check-case-conflict`: no two paths that a file system which ignores case takes for one.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};

use bstr::ByteSlice;
use xtask_core::model::{RepoPath, Result};

use super::{Check, Tree, TreeHit, Work};
use crate::options::Options;

/// The check.
pub(super) static CHECK: Check = Check {
    id: "check-case-conflict",
    about: "no paths that differ in case alone",
    version: 1,
    takes: "file",
    work: Work::Tree(run),
    fix: None,
};

fn run(tree: &Tree<'_>, _: &Options) -> Result<Vec<TreeHit>> {
    let mut all: Vec<&RepoPath> = tree.facts.entries().iter().map(|entry| &entry.path).collect();
    all.extend(tree.chosen.iter().map(|candidate| &candidate.path));
    all.sort_unstable();
    all.dedup();
    // Most repositories have no conflict at all: what is new needs no looking up then.
    if case_conflicts(&all, |_| true).is_empty() {
        return Ok(Vec::new());
    }
    let mut relevant: Vec<&RepoPath> = tree.files().map(|file| &file.path).collect();
    for entry in tree.facts.entries() {
        if tree.facts.is_new(&entry.path)? {
            relevant.push(&entry.path);
        }
    }
    relevant.sort_unstable();
    let conflicts = case_conflicts(&all, |path| relevant.binary_search(&path).is_ok());
    let hit = |conflict: Conflict| {
        let message = format!("where case is ignored, this is the same path as {}", conflict.other);
        TreeHit::at(&conflict.path, message)
    };
    Ok(conflicts.into_iter().map(hit).collect())
}

/// A path that meets others where case is ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The file, or the folder that holds files.
    pub path: RepoPath,
    /// The first of the others.
    pub other: RepoPath,
}

/// A path, or a folder of one, and whether it is relevant.
type Part<'a> = (&'a [u8], bool);

/// The conflicts among `all` paths of a repository (sorted) and their folders, of which at least one side is of `relevant`.
pub fn case_conflicts(all: &[&RepoPath], relevant: impl Fn(&RepoPath) -> bool) -> Vec<Conflict> {
    if !may_meet(all) {
        return Vec::new();
    }
    // Few names of a repository meet, so most paths cost one look-up.
    let mut groups: HashMap<Cow<'_, [u8]>, Vec<Part>> = HashMap::with_capacity(all.len() * 2);
    for path in all {
        let wanted = relevant(path);
        let bytes = path.as_bytes();
        let folders = bytes.iter().enumerate().rev().filter(|(_, byte)| **byte == b'/');
        for end in std::iter::once(bytes.len()).chain(folders.map(|(at, _)| at)) {
            let part = &bytes[..end];
            let group = groups.entry(lower(part)).or_default();
            match group.iter_mut().find(|(known, _)| *known == part) {
                None => group.push((part, wanted)),
                Some((_, known)) if wanted && !*known => *known = true,
                // The folders above are there already, as wanted as this one.
                Some(_) => break,
            }
        }
    }
    let mut conflicts: Vec<Conflict> = groups
        .into_values()
        .filter(|group| group.len() > 1 && group.iter().any(|(_, wanted)| *wanted))
        .flat_map(|mut group| {
            group.sort_unstable();
            let first = [group[0].0, group[1].0];
            group.into_iter().enumerate().map(move |(at, (path, _))| Conflict {
                path: RepoPath::new(path),
                other: RepoPath::new(first[usize::from(at == 0)]),
            })
        })
        .collect();
    conflicts.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    conflicts
}

/// Whether two of the (sorted) paths or their folders may be the same but for case: hashes tell nearly all repositories to be
/// good in little memory.
fn may_meet(all: &[&RepoPath]) -> bool {
    let mut hashes: Vec<u64> = Vec::with_capacity(all.len() + all.len() / 8);
    let mut before: &[u8] = b"";
    for path in all {
        let bytes = path.as_bytes();
        let common = before.iter().zip(bytes).take_while(|(one, other)| one == other).count();
        // Folders that the path before lies in, too, are in already: what shares a folder is sorted side by side.
        let folders =
            bytes.iter().enumerate().skip(common).filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
        for end in folders.chain([bytes.len()]) {
            let mut hash = DefaultHasher::new();
            hash.write(&lower(&bytes[..end]));
            hashes.push(hash.finish());
        }
        before = bytes;
    }
    hashes.sort_unstable();
    hashes.windows(2).any(|pair| pair[0] == pair[1])
}

/// In lower case: by Unicode where the path is UTF-8, else its ASCII letters.
fn lower(path: &[u8]) -> Cow<'_, [u8]> {
    if path.is_ascii() && !path.iter().any(u8::is_ascii_uppercase) {
        return Cow::Borrowed(path);
    }
    match path.to_str() {
        Ok(text) => Cow::Owned(text.to_lowercase().into_bytes()),
        Err(_) => Cow::Owned(path.to_ascii_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn conflicts(paths: &[&str], relevant: impl Fn(&RepoPath) -> bool) -> Vec<String> {
        let mut paths: Vec<RepoPath> = paths.iter().map(|path| RepoPath::from(*path)).collect();
        paths.sort_unstable();
        let all: Vec<&RepoPath> = paths.iter().collect();
        case_conflicts(&all, relevant).iter().map(|conflict| conflict.path.to_string()).collect()
    }

    #[test]
    fn files_and_folders_meet() {
        for (paths, expected) in [
            (&["a", "b"][..], &[][..]),
            (&["a", "A"], &["A", "a"]),
            (&["dir/x", "Dir/y"], &["Dir", "dir"]),
            (&["dir/x", "DIR"], &["DIR", "dir"]),
            (&["d/a", "d/A", "D/a"], &["D", "D/a", "d", "d/A", "d/a"]),
            (&["d/e/a", "d/e/b", "d/a"], &[]),
            (&["\u{c9}", "\u{e9}"], &["\u{c9}", "\u{e9}"]),
            (&[], &[]),
        ] {
            assert_eq!(conflicts(paths, |_| true), expected, "{paths:?}");
        }
    }

    #[test]
    fn one_side_must_be_relevant() {
        let only = |name: &'static str| move |path: &RepoPath| path.as_bytes() == name.as_bytes();
        assert_eq!(conflicts(&["a", "A", "b", "B"], only("b")), ["B", "b"]);
        assert_eq!(conflicts(&["x/y/a", "x/y/b", "X/c"], only("x/y/b")), ["X", "x"]);
        assert!(conflicts(&["a", "A"], |_| false).is_empty());
    }

    proptest! {
        #[test]
        fn whatever_meets_is_found(paths in proptest::collection::btree_set("[aAb-]{1,2}(/[aAb]){0,2}", 0..6)) {
            let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
            let mut parts: Vec<&str> = Vec::new();
            for path in &paths {
                parts.extend(path.match_indices('/').map(|(at, _)| &path[..at]).chain([*path]));
            }
            parts.sort_unstable();
            parts.dedup();
            let mut lower: Vec<String> = parts.iter().map(|part| part.to_lowercase()).collect();
            lower.sort_unstable();
            lower.dedup();
            prop_assert_eq!(conflicts(&paths, |_| true).is_empty(), lower.len() == parts.len());
        }
    }
}
