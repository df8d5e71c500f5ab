//! What the index holds beside HEAD. Folders whose tree the index remembers to be that of HEAD aren't looked into.

use git2::{ObjectType, Repository};

use super::index_file::{KnownTree, known_trees};
use super::index_window::Window;
use super::library::{Refusal, object_id, oid};
use super::revision::{Peel, resolve};
use super::{Change, ChangeKind, EntryMode, IndexEntry, ObjectId, Repo, Side};
use crate::model::{RepoPath, Result};

/// The paths that differ between HEAD and the index with these entries, sorted; a rename is a deleted and an added path.
pub(super) fn changes(repo: &Repo, entries: &[IndexEntry]) -> Result<Vec<Change>> {
    if repo.shape()?.empty {
        return Ok(all_added(entries));
    }
    let head = resolve(repo, "HEAD", Peel::Tree)?;
    repo.ask(
        |repository| {
            let known = Window::open(&repo.index_file, 20).and_then(|mut window| known_trees(&mut window));
            let mut found = Found { repository, changes: Vec::new() };
            found.folder(&head, &mut Vec::new(), entries, known.as_ref())?;
            Ok(found.changes)
        },
        || repo.changes(&Side::Revision("HEAD".to_owned()), &Side::Index),
    )
}

fn all_added(entries: &[IndexEntry]) -> Vec<Change> {
    let mut changes: Vec<Change> = entries.iter().filter_map(added).collect();
    changes.dedup();
    changes
}

/// An entry that HEAD doesn't have.
fn added(entry: &IndexEntry) -> Option<Change> {
    let kind = if entry.stage > 0 { ChangeKind::Conflicted } else { ChangeKind::Added };
    (!entry.intent_to_add).then(|| Change { path: entry.path.clone(), kind })
}

struct Found<'a> {
    repository: &'a Repository,
    changes: Vec<Change>,
}

impl Found<'_> {
    /// Compares a tree with the entries below its folder. Both are sorted alike: a folder as if its name ended with `/`.
    fn folder(
        &mut self,
        tree: &ObjectId,
        path: &mut Vec<u8>,
        mut entries: &[IndexEntry],
        known: Option<&KnownTree>,
    ) -> Result<(), Refusal> {
        let remembered = known.and_then(|known| known.tree);
        if remembered.is_some_and(|(count, id)| id == *tree && count == entries.len()) {
            return Ok(());
        }
        let tree = self.repository.find_tree(oid(tree)?)?;
        let above = path.len();
        for one in &tree {
            path.truncate(above);
            path.extend_from_slice(one.name_bytes());
            let is_folder = one.kind() == Some(ObjectType::Tree);
            if is_folder {
                path.push(b'/');
            }
            let before = entries.partition_point(|entry| entry.path.as_bytes() < path.as_slice());
            self.added(&entries[..before]);
            entries = &entries[before..];
            let id = object_id(one.id())?;
            if is_folder {
                let below = entries.partition_point(|entry| entry.path.as_bytes().starts_with(path));
                let child = known.and_then(|known| known.child(one.name_bytes()));
                self.folder(&id, path, &entries[..below], child)?;
                entries = &entries[below..];
            } else if let Some(mode) = EntryMode::from_git(one.filemode_raw() as u32) {
                let same = entries.partition_point(|entry| entry.path.as_bytes() <= path.as_slice());
                self.file(path, (mode, id), &entries[..same]);
                entries = &entries[same..];
            }
        }
        path.truncate(above);
        self.added(entries);
        Ok(())
    }

    fn added(&mut self, entries: &[IndexEntry]) {
        for change in entries.iter().filter_map(added) {
            if self.changes.last() != Some(&change) {
                self.changes.push(change);
            }
        }
    }

    /// Compares a file of HEAD with the entries of its path: none, one, or the sides of a conflict.
    fn file(&mut self, path: &[u8], head: (EntryMode, ObjectId), entries: &[IndexEntry]) {
        let kind = match entries {
            [one] if one.stage == 0 && !one.intent_to_add => {
                if (one.mode, one.id) == head {
                    return;
                }
                if one.mode == head.0 || one.mode.is_file() && head.0.is_file() {
                    ChangeKind::Modified
                } else {
                    ChangeKind::TypeChanged
                }
            }
            [one, ..] if one.stage > 0 => ChangeKind::Conflicted,
            _ => ChangeKind::Deleted,
        };
        self.changes.push(Change { path: RepoPath::new(path), kind });
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Fixture;
    use super::*;

    fn shown(changes: &[Change]) -> Vec<String> {
        changes.iter().map(|change| format!("{:?} {}", change.kind, change.path)).collect()
    }

    /// As `git diff-index --cached --no-renames` has it, also where the index remembers trees.
    #[test]
    fn changes_are_those_of_git() {
        let fixture = Fixture::new();
        let entries = || fixture.repo().index().unwrap();
        let agree = |what: &str| {
            let told = fixture.text([
                "diff-index",
                "--cached",
                "--ita-invisible-in-index",
                "--no-renames",
                "--name-status",
                "HEAD",
            ]);
            let letter = |kind: &ChangeKind| match kind {
                ChangeKind::Added => "A",
                ChangeKind::Modified => "M",
                ChangeKind::Deleted => "D",
                ChangeKind::TypeChanged => "T",
                _ => "U",
            };
            let changes = changes(&fixture.repo(), &entries()).unwrap();
            let ours: Vec<String> =
                changes.iter().map(|change| format!("{}\t{}", letter(&change.kind), change.path)).collect();
            let mut theirs: Vec<&str> = told.lines().collect();
            theirs.sort_unstable_by_key(|line| &line[2..]);
            assert_eq!(ours, theirs, "{what}");
        };
        for path in ["a", "a-b", "a0", "dir/a", "dir/sub/b", "dir/sub/c", "dir.x", "dir0/d", "other/e"] {
            fixture.write(path, format!("{path}\n"));
        }
        fixture.git(["add", "--all"]);
        assert_eq!(shown(&changes(&fixture.repo(), &entries()).unwrap()).len(), 9, "before the first commit");
        fixture.commit("one");
        agree("nothing staged");
        fixture.write("dir/sub/b", "changed\n");
        fixture.write("dir/new", "new\n");
        fixture.git(["add", "--all"]);
        agree("changed and added");
        fixture.git(["rm", "--quiet", "--cached", "-r", "other", "a-b"]);
        agree("deleted");
        fixture.git(["rm", "--quiet", "--cached", "dir0/d"]);
        std::fs::remove_dir_all(fixture.top().join("dir0")).unwrap();
        fixture.write("dir0", "a file now\n");
        fixture.git(["add", "dir0"]);
        agree("a folder became a file");
        fixture.write("later", "x\n");
        fixture.git(["add", "--intent-to-add", "later"]);
        agree("intended");
        fixture.git(["write-tree"]);
        agree("with remembered trees");
        fixture.git(["update-index", "--chmod=+x", "a"]);
        agree("a mode");
        fixture.git(["read-tree", "HEAD"]);
        agree("as HEAD again");
    }
}
