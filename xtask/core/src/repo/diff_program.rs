//! Comparing two sides with the git program, whatever the user has configured for `git diff`.

use std::collections::BTreeMap;

use super::diff::{End, Pair};
use super::git_program::garbled;
use super::index::take;
use super::{Change, ChangeKind, LineRange, Repo, patch};
use crate::model::{RepoPath, Result};

/// The files that differ, in no order.
pub(super) fn changes(repo: &Repo, pair: &Pair) -> Result<Vec<Change>> {
    let output = repo.git_output(arguments(repo, pair, &["--raw", "-z", "--no-abbrev"]))?;
    parse(&output).ok_or_else(|| garbled("changed files"))
}

/// The new and changed lines of regular files.
pub(super) fn changed_lines(repo: &Repo, pair: &Pair) -> Result<BTreeMap<RepoPath, Vec<LineRange>>> {
    // One prefix for both sides: `-R` would swap them.
    let mut what = vec!["-U0", "--src-prefix=b/", "--dst-prefix=b/"];
    if pair.old == End::Index && pair.new == End::Worktree {
        // Of a file in conflict: what differs from our side.
        what.push("--ours");
    }
    let output = repo.git_output(arguments(repo, pair, &what))?;
    patch::changed_lines(&output).ok_or_else(|| garbled("changed lines"))
}

/// `git diff` with everything stated that configuration could change.
fn arguments(repo: &Repo, pair: &Pair, what: &[&str]) -> Vec<String> {
    let mut arguments: Vec<String> = ["-c", "diff.autoRefreshIndex=true", "diff"]
        .into_iter()
        .chain(what.iter().copied())
        .chain([
            "--find-renames=50%",
            "-l1000",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--diff-algorithm=default",
            "--indent-heuristic",
            "--inter-hunk-context=0",
            "--ignore-submodules=dirty",
            "--submodule=short",
        ])
        .map(str::to_owned)
        .collect();
    let tree = |end| match end {
        End::Tree(id) => id.to_string(),
        _ => empty_tree(repo, pair).to_owned(),
    };
    let live = |end| matches!(end, End::Index | End::Worktree);
    match (pair.old, pair.new) {
        (End::Index, End::Worktree) => {}
        (End::Worktree, End::Index) => arguments.push("-R".into()),
        (old, new) if live(old) || live(new) => {
            let (side, other) = if live(new) { (new, old) } else { (old, new) };
            arguments.extend((side == old).then(|| "-R".into()));
            arguments.extend((side == End::Index).then(|| "--cached".into()));
            arguments.push(tree(other));
        }
        (old, new) => arguments.extend([tree(old), tree(new)]),
    }
    arguments.push("--".into());
    arguments
}

/// The name of the empty tree, which git knows without storing it.
fn empty_tree(repo: &Repo, pair: &Pair) -> &'static str {
    let known = [pair.old, pair.new].into_iter().find_map(|end| match end {
        End::Tree(id) => Some(id.as_bytes().len() == 32),
        _ => None,
    });
    let long = known
        .or_else(|| pair.index.first().map(|entry| entry.id.as_bytes().len() == 32))
        .unwrap_or_else(|| repo.is_sha256());
    if long {
        "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"
    } else {
        "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    }
}

/// Reads `git diff --raw -z`: `:MODE MODE ID ID STATUS<NUL>PATH<NUL>`, and a second path for a rename.
fn parse(mut output: &[u8]) -> Option<Vec<Change>> {
    let mut changes = Vec::new();
    while !output.is_empty() {
        let head = take(&mut output, b'\0')?;
        let status = *head.strip_prefix(b":")?.split(|&byte| byte == b' ').nth(4)?.first()?;
        let mut path = RepoPath::new(take(&mut output, b'\0')?);
        let kind = match status {
            b'A' => ChangeKind::Added,
            b'M' => ChangeKind::Modified,
            b'D' => ChangeKind::Deleted,
            b'T' => ChangeKind::TypeChanged,
            b'U' => ChangeKind::Conflicted,
            b'R' => {
                let new = RepoPath::new(take(&mut output, b'\0')?);
                ChangeKind::Renamed { from: std::mem::replace(&mut path, new) }
            }
            _ => return None,
        };
        changes.push(Change { path, kind });
    }
    Some(changes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_output() {
        let ids = "1111111111111111111111111111111111111111 0000000000000000000000000000000000000000";
        let output = format!(":100644 100644 {ids} M\0a\nb\0:100644 100644 {ids} R087\0old\0new\0");
        let changes = parse(output.as_bytes()).unwrap();
        assert_eq!(changes[0].path, RepoPath::from("a\nb"));
        assert_eq!(changes[1].kind, ChangeKind::Renamed { from: "old".into() });
        assert_eq!(changes[1].path, RepoPath::from("new"));
        assert_eq!(parse(b""), Some(Vec::new()));
        for bad in ["M\0a\0", ":100644 M\0a\0", ":1 1 1 1 X\0a\0", ":1 1 1 1 R\0a\0", ":1 1 1 1 M\0a"] {
            assert_eq!(parse(bad.as_bytes()), None, "{bad}");
        }
    }
}
