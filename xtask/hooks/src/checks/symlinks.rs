//! `check-symlinks`: links that lead somewhere. `destroyed-symlinks`: files that were links, and hold what the link pointed to.

use std::collections::VecDeque;

use xtask_core::model::{RepoPath, Result};
use xtask_core::repo::{ChangeKind, EntryMode, IndexEntry};

use super::{Check, Tree, TreeHit, Work};
use crate::facts::{Facts, Source};
use crate::options::Options;

/// `check-symlinks`.
pub(super) static BROKEN: Check = Check {
    id: "check-symlinks",
    about: "no links that lead nowhere",
    version: 1,
    takes: "symlink",
    work: Work::Tree(broken),
    fix: None,
};

/// `destroyed-symlinks`.
pub(super) static DESTROYED: Check = Check {
    id: "destroyed-symlinks",
    about: "no links that became files with the link's target in them",
    version: 1,
    takes: "file",
    work: Work::Tree(destroyed),
    fix: None,
};

/// Linux gives up after so many links on the way to one file.
const HOPS: usize = 40;

fn broken(tree: &Tree<'_>, _: &Options) -> Result<Vec<TreeHit>> {
    let mut hits = Vec::new();
    for link in tree.chosen.iter().filter(|candidate| candidate.mode == EntryMode::Symlink) {
        let on_disk = link.path.below(tree.facts.root());
        let target = match tree.facts.source() {
            Source::Worktree if !on_disk.is_symlink() || on_disk.exists() => continue,
            Source::Worktree => std::fs::read_link(&on_disk).ok().map(|target| target.display().to_string()),
            Source::Index | Source::Commit(_) => match dangling(tree.facts, &link.path)? {
                Some(target) => Some(RepoPath::new(target).to_string()),
                None => continue,
            },
        };
        let target = target.unwrap_or_else(|| "its target".to_owned());
        hits.push(TreeHit::at(&link.path, format!("a broken link: {target} is not there")));
    }
    Ok(hits)
}

/// The target of a link of the index or a commit that leads nowhere. What isn't in the tree may still be on disk: ignored files, and what
/// lies outside the repository.
fn dangling(facts: &Facts<'_>, link: &RepoPath) -> Result<Option<Vec<u8>>> {
    let Some(entry) = facts.entry(link) else { return Ok(None) };
    let target = facts.blob(&entry.id)?;
    if resolves(facts.entries(), link, &target, &mut |entry| facts.blob(&entry.id))? {
        return Ok(None);
    }
    let folder = link.below(facts.root());
    let on_disk = folder.parent().map(|folder| folder.join(RepoPath::new(target.as_slice()).to_path()));
    Ok((target.is_empty() || !on_disk.is_some_and(|path| path.exists())).then_some(target))
}

/// Whether a link's target is within the tree. What leads out of it, or into a submodule, isn't.
fn resolves(
    entries: &[IndexEntry],
    link: &RepoPath,
    target: &[u8],
    read: &mut dyn FnMut(&IndexEntry) -> Result<Vec<u8>>,
) -> Result<bool> {
    let parts = |path: &[u8]| path.split(|&byte| byte == b'/').map(<[u8]>::to_vec).collect::<VecDeque<_>>();
    let mut at: Vec<Vec<u8>> = parts(link.as_bytes()).into();
    at.pop();
    let mut rest = parts(target);
    let mut hops = 0;
    if target.is_empty() || target.starts_with(b"/") {
        return Ok(false);
    }
    while let Some(part) = rest.pop_front() {
        match part.as_slice() {
            b"" | b"." => continue,
            b".." => {
                if at.pop().is_none() {
                    return Ok(false);
                }
                continue;
            }
            _ => at.push(part),
        }
        let path = at.join(&b'/');
        let first = entries.partition_point(|entry| entry.path.as_bytes() < path.as_slice());
        match entries.get(first).filter(|entry| entry.path.as_bytes() == path.as_slice()) {
            Some(entry) if entry.mode == EntryMode::Symlink => {
                hops += 1;
                let target = read(entry)?;
                if hops > HOPS || target.is_empty() || target.starts_with(b"/") {
                    return Ok(false);
                }
                at.pop();
                for part in parts(&target).into_iter().rev() {
                    rest.push_front(part);
                }
            }
            Some(_) => return Ok(rest.is_empty()),
            None => {
                let folder = [&path, b"/".as_slice()].concat();
                let first = entries.partition_point(|entry| entry.path.as_bytes() < folder.as_slice());
                if !entries.get(first).is_some_and(|entry| entry.path.as_bytes().starts_with(&folder)) {
                    return Ok(false);
                }
            }
        }
    }
    Ok(true)
}

fn destroyed(tree: &Tree<'_>, _: &Options) -> Result<Vec<TreeHit>> {
    let facts = tree.facts;
    let mut hits = Vec::new();
    for file in tree.files() {
        let Some(entry) = facts.entry(&file.path).filter(|entry| entry.stage == 0 && entry.mode.is_file())
        else {
            continue;
        };
        if facts.change(&file.path)? != Some(&ChangeKind::TypeChanged) {
            continue;
        }
        let Some(link) = facts.base_entry(&file.path)?.filter(|base| base.mode == EntryMode::Symlink) else {
            continue;
        };
        if link.id == entry.id || is_nearly(&facts.blob(&link.id)?, &facts.blob(&entry.id)?) {
            let message = format!(
                "a link became a file that holds its target; `git restore --staged -- {}` takes that back",
                shell_word(&file.path)
            );
            hits.push(TreeHit::at(&file.path, message));
        }
    }
    Ok(hits)
}

/// A fixer may have ended the target with a line end.
fn is_nearly(target: &[u8], content: &[u8]) -> bool {
    let trimmed = |bytes: &[u8]| {
        let end =
            bytes.iter().rposition(|byte| !matches!(byte, b'\t'..=b'\r' | b' ')).map_or(0, |last| last + 1);
        bytes[..end].to_vec()
    };
    content.len() <= target.len() + 2 && trimmed(target) == trimmed(content)
}

/// A path as a shell takes it.
fn shell_word(path: &RepoPath) -> String {
    let text = path.to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@%".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use xtask_core::repo::ObjectId;

    use super::*;

    #[test]
    fn targets_are_followed_within_the_tree() {
        let links: &[(&str, &str)] =
            &[("in/dir", "../d/e"), ("loop", "loop"), ("out", "/etc"), ("self", "."), ("to-sub", "sub")];
        let mut entries: Vec<IndexEntry> = ["a", "d/e/f", "d/g", "sub"]
            .into_iter()
            .map(|path| (path, if path == "sub" { EntryMode::Submodule } else { EntryMode::File }))
            .chain(links.iter().map(|(path, _)| (*path, EntryMode::Symlink)))
            .map(|(path, mode)| IndexEntry {
                path: path.into(),
                mode,
                id: ObjectId::from_bytes(&[0; 20]).unwrap(),
                stage: 0,
                intent_to_add: false,
                skip_worktree: false,
                size: 0,
                mtime: (0, 0),
                ctime: (0, 0),
            })
            .collect();
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        let mut read = |entry: &IndexEntry| {
            let found = links.iter().find(|(path, _)| entry.path == RepoPath::from(*path));
            Ok(found.unwrap().1.as_bytes().to_vec())
        };
        for (link, target, expected) in [
            ("x", "a", true),
            ("x", "./a", true),
            ("x", "d", true),
            ("x", "d/", true),
            ("x", "d//e/f", true),
            ("x", "b", false),
            ("x", "a/", false),
            ("x", "a/.", false),
            ("x", "../a", false),
            ("x", "/a", false),
            ("x", "", false),
            ("d/x", "g", true),
            ("d/x", "../a", true),
            ("d/x", "a", false),
            ("x", "in/dir/f", true),
            ("x", "in/dir/../g", true),
            ("x", "in/dir/g", false),
            ("x", "loop", false),
            ("x", "out", false),
            ("x", "self/self/a", true),
            ("x", "to-sub", true),
            ("x", "sub/inner", false),
            ("x", "missing/../a", false),
        ] {
            let found = resolves(&entries, &link.into(), target.as_bytes(), &mut read).unwrap();
            assert_eq!(found, expected, "{link} -> {target}");
        }
    }

    #[test]
    fn a_line_end_makes_no_difference() {
        for (target, content, expected) in [
            ("a/b", "a/b", true),
            ("a/b", "a/b\r\n", true),
            ("a/b", "a/b\n\n\n", false),
            ("a ", "a", true),
            ("a", "b", false),
        ] {
            assert_eq!(is_nearly(target.as_bytes(), content.as_bytes()), expected, "{target} {content:?}");
        }
    }
}
