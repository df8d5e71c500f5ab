//! What commands changed in the snapshot.

use std::collections::BTreeMap;
use std::path::Path;

use xtask_core::model::{Problem, RepoPath, Result};
use xtask_core::repo::{EntryMode, ObjectId};

use super::fill::{index_info, is_own, listed, take_in};
use super::git::{At, Git, fields};
use super::remove::remove_all;
use super::state::IndexMark;
use super::{Content, Snapshot};

/// What commands changed, by path.
pub type Changes = BTreeMap<RepoPath, Change>;

/// What became of one file. Its content is in the repository's object database, as git would stage it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A tracked file has other content, or another mode.
    Modified {
        /// What it holds.
        content: Content,
        /// Whether the command put that into the index itself (`git add`).
        staged: bool,
    },
    /// A tracked file is gone.
    Deleted,
    /// A file is there that the snapshot wasn't given, and that isn't ignored.
    Created {
        /// What it holds.
        content: Content,
        /// Whether the command put it into the index itself (`git add`).
        staged: bool,
    },
}

/// How a path differs from what the snapshot was filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Delta {
    before: Option<Content>,
    after: Option<Content>,
    staged: bool,
}

impl Snapshot {
    /// What commands changed since the snapshot was prepared, or since the last call. No command may be running. Changes of
    /// tracked files are in the snapshot's index from then on; created files are not, unless the command added them.
    pub fn changes(&mut self) -> Result<Changes> {
        let now = self.differences()?;
        let mut changes = Changes::new();
        for (path, delta) in &now {
            let told = self.told.get(path);
            if told.map_or(delta.before, |told| told.after) == delta.after
                && told.is_none_or(|told| told.staged == delta.staged)
            {
                continue;
            }
            changes.insert(path.clone(), change(delta.before, delta.after, delta.staged));
        }
        // What was changed back.
        for (path, told) in self.told.iter().filter(|(path, _)| !now.contains_key(path)) {
            if told.after != told.before {
                changes.insert(path.clone(), change(told.before, told.before, false));
            }
        }
        self.told = now;
        Ok(changes)
    }

    /// Puts content into the snapshot, its files and its index: what was fixed elsewhere. It doesn't count as changed.
    pub fn update(&mut self, changed: &BTreeMap<RepoPath, Content>) -> Result<()> {
        let is_there = |path: &RepoPath, content: &Content| {
            self.told.get(path).is_some_and(|told| told.after == Some(*content) && told.before.is_some())
        };
        let changed: BTreeMap<RepoPath, Content> = changed
            .iter()
            .filter(|(path, content)| !is_there(path, content))
            .map(|(path, content)| (path.clone(), *content))
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        self.clear_lock()?;
        let git = self.git();
        git.fed(&["update-index", "-z", "--index-info"], index_info(&changed))?;
        let paths: Vec<&[u8]> = changed.keys().map(RepoPath::as_bytes).collect();
        git.fed(&["checkout-index", "--force", "--index", "-z", "--stdin"], listed(paths.into_iter()))?;
        let mut now = self.staged_differences(&self.place.git.join("index"))?;
        for (path, told) in std::mem::take(&mut self.told) {
            if told.before.is_none() && !told.staged && !changed.contains_key(&path) {
                now.insert(path, told);
            }
        }
        self.told = now;
        Ok(())
    }

    /// How files and index differ from what the snapshot was filled with.
    fn differences(&self) -> Result<BTreeMap<RepoPath, Delta>> {
        self.clear_lock()?;
        let git = self.git();
        let told = git.output(&[
            "ls-files",
            "-z",
            "-t",
            "--modified",
            "--deleted",
            "--others",
            "--exclude-standard",
        ])?;
        // `TAG PATH`; the tag of untracked files is `?`, another repository has a slash at its end.
        let (mut touched, mut created) = (Vec::new(), Vec::new());
        for line in fields(&told) {
            match (line.strip_prefix(b"? "), line.get(2..)) {
                (Some(path), _) if path.ends_with(b"/") || is_own(&self.state.links, path) => {}
                (Some(path), _) => created.push(path),
                (None, Some(path)) => touched.push(path),
                (None, None) => {}
            }
        }
        let index = self.place.git.join("index");
        if touched.is_empty() && created.is_empty() && self.state.index == IndexMark::of(&index) {
            return Ok(BTreeMap::new());
        }
        // What is in the index now and wasn't told yet, a command put there.
        let own = self.staged_differences(&index)?;
        let staged = |path: &RepoPath, delta: &Delta| match (own.get(path), self.told.get(path)) {
            // A changed file that was told is in the index by our hand; a created one isn't.
            (Some(own), Some(told)) if own.after == told.after && told.before.is_some() => told.staged,
            (Some(own), _) => own.after == delta.after,
            (None, _) => false,
        };
        take_in_left(&git, &self.place.tree, "--replace", &touched)?;
        let mut differences = self.staged_differences(&index)?;
        if !created.is_empty() {
            let copy = self.place.folder.join("created-index");
            let failed = |cause| Problem::invalid(format!("can't write {}", copy.display())).why(cause);
            remove_all(&self.place.folder.join("created-index.lock")).map_err(failed)?;
            std::fs::copy(&index, &copy).map_err(failed)?;
            let at = At { index: Some(&copy), ..self.at() };
            take_in_left(&Git::new(&self.cx, at), &self.place.tree, "--add", &created)?;
            let with_created = self.staged_differences(&copy)?;
            remove_all(&copy).map_err(failed)?;
            differences = with_created;
        }
        for (path, delta) in &mut differences {
            delta.staged = staged(path, delta);
        }
        Ok(differences)
    }

    /// How this index differs from what the snapshot was filled with. Our links are left out, whoever added them.
    fn staged_differences(&self, index: &Path) -> Result<BTreeMap<RepoPath, Delta>> {
        let git = Git::new(&self.cx, At { index: Some(index), ..self.at() });
        let output = git.output(&[
            "diff-index",
            "--cached",
            "--raw",
            "-z",
            "--no-renames",
            "--no-abbrev",
            &self.tree,
        ])?;
        let mut found = parse(&output).ok_or_else(|| {
            Problem::invalid("can't read what git tells of the snapshot's index")
                .fix("check that `git` on PATH is git: git --version")
        })?;
        found.retain(|path, _| !is_own(&self.state.links, path.as_bytes()));
        Ok(found)
    }

    /// Removes the lock of an index whose writer was ended.
    fn clear_lock(&self) -> Result<()> {
        let lock = self.place.git.join("index.lock");
        remove_all(&lock)
            .map_err(|cause| Problem::invalid(format!("can't remove {}", lock.display())).why(cause))
    }
}

/// Brings what commands left in the snapshot into an index.
fn take_in_left(git: &Git, tree: &Path, option: &str, paths: &[&[u8]]) -> Result<()> {
    take_in(git, tree, option, paths.iter().copied()).map_err(|problem| Problem {
        what: "can't take in what a hook command left in the snapshot".to_owned(),
        ..problem
    })
}

fn change(before: Option<Content>, after: Option<Content>, staged: bool) -> Change {
    match (before, after) {
        (_, None) => Change::Deleted,
        (None, Some(content)) => Change::Created { content, staged },
        (Some(_), Some(content)) => Change::Modified { content, staged },
    }
}

/// Reads `diff-index --raw -z --no-abbrev`: `:MODE MODE ID ID STATUS<NUL>PATH<NUL>`. Submodules are left out.
fn parse(output: &[u8]) -> Option<BTreeMap<RepoPath, Delta>> {
    let mut found = BTreeMap::new();
    let mut rest = fields(output);
    while let Some(head) = rest.next() {
        let path = rest.next()?;
        let words: Vec<&str> = std::str::from_utf8(head.strip_prefix(b":")?).ok()?.split(' ').collect();
        let [old_mode, new_mode, old, new, _] = words[..] else { return None };
        let side = |mode: &str, id: &str| -> Option<Option<Content>> {
            let mode = u32::from_str_radix(mode, 8).ok()?;
            let id = ObjectId::from_hex(id)?;
            Some(EntryMode::from_git(mode).map(|mode| Content { mode, id }))
        };
        let (before, after) = (side(old_mode, old)?, side(new_mode, new)?);
        let is_submodule =
            |side: Option<Content>| side.is_some_and(|content| content.mode == EntryMode::Submodule);
        if !is_submodule(before) && !is_submodule(after) {
            found.insert(RepoPath::new(path), Delta { before, after, staged: false });
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_of_another_form_is_refused() {
        let (zero, id) = ("0".repeat(40), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        let good = format!(
            ":100644 000000 {id} {zero} D\0a b\0:000000 120000 {zero} {id} A\0:c\0:160000 160000 {id} {id} M\0s\0"
        );
        let found = parse(good.as_bytes()).unwrap();
        let content = |mode| Some(Content { mode, id: ObjectId::from_hex(id).unwrap() });
        assert_eq!(found.len(), 2);
        assert_eq!(
            found[&"a b".into()],
            Delta { before: content(EntryMode::File), after: None, staged: false }
        );
        assert_eq!(found[&":c".into()].after, content(EntryMode::Symlink));
        assert_eq!(parse(b""), Some(BTreeMap::new()));
        for bad in [&good[1..], ":100644 000000 x y D\0a\0", ":100644\0a\0"] {
            assert_eq!(parse(bad.as_bytes()), None, "{bad}");
        }
    }
}
