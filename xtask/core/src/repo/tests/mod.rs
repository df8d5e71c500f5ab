//! Tests: libgit2 and the git program give the same answers on all kinds of repositories, and git agrees.

use std::collections::BTreeMap;

use super::testing::Fixture;
use super::{Change, ChangeKind, EntryMode, LineRange, Repo, Side};
use crate::model::{RepoPath, Result};

mod comparing;
mod converting;
mod discovering;
mod editing;
mod notes;
mod random;
mod shapes;
mod unstaged;

/// All that a repository tells, errors as text.
pub(super) fn tell(repo: &Repo, revisions: &[&str]) -> BTreeMap<String, String> {
    fn show<T: std::fmt::Debug>(answer: Result<T>) -> String {
        match answer {
            Ok(answer) => format!("{answer:#?}"),
            Err(problem) => format!("error: {}: {}", problem.what, problem.why),
        }
    }
    let mut told = BTreeMap::new();
    told.insert("shape".into(), show(repo.shape()));
    told.insert("index".into(), show(repo.index()));
    told.insert("worktrees".into(), show(repo.worktrees()));
    let mut sides = vec![Side::Empty, Side::Index, Side::Worktree];
    for &one in revisions {
        told.insert(format!("resolve {one}"), show(repo.resolve(one)));
        let tree = repo.tree(one);
        let mut blobs = repo.blobs().unwrap();
        for entry in tree.iter().flatten().filter(|entry| entry.mode != EntryMode::Submodule) {
            told.insert(format!("blob {one} {}", entry.path), show(blobs.read(&entry.id)));
        }
        told.insert(format!("tree {one}"), show(tree));
        for &two in revisions {
            told.insert(format!("base {one} {two}"), show(repo.merge_base(one, two)));
        }
        sides.push(Side::Revision(one.into()));
    }
    for old in &sides {
        for new in &sides {
            told.insert(format!("changes {old:?} {new:?}"), show(repo.changes(old, new)));
            told.insert(format!("lines {old:?} {new:?}"), show(repo.changed_lines(old, new)));
        }
    }
    told
}

pub(super) fn assert_agreement(fixture: &Fixture, revisions: &[&str]) {
    let library = tell(&fixture.library(), revisions);
    let program = tell(&fixture.program(), revisions);
    for (question, answer) in &library {
        assert_eq!(answer, &program[question], "{question}");
    }
}

pub(super) fn rev(name: &str) -> Side {
    Side::Revision(name.into())
}

pub(super) fn shown(changes: &[Change]) -> Vec<String> {
    changes
        .iter()
        .map(|change| match &change.kind {
            ChangeKind::Renamed { from } => format!("Renamed {from} {}", change.path),
            kind => format!("{kind:?} {}", change.path),
        })
        .collect()
}

pub(super) fn shown_lines(lines: &BTreeMap<RepoPath, Vec<LineRange>>) -> Vec<String> {
    lines
        .iter()
        .map(|(path, ranges)| {
            let ranges: Vec<String> =
                ranges.iter().map(|range| format!("{}-{}", range.from, range.to)).collect();
            format!("{path} {}", ranges.join(","))
        })
        .collect()
}

pub(super) const NUMBERS: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";

/// One commit with many kinds of files, a second one that changes them.
pub(super) fn many_kinds() -> Fixture {
    let fixture = Fixture::new();
    fixture.write("plain.txt", NUMBERS);
    fixture.write("deep/er/file.txt", "x\n");
    fixture.write("deep.txt", "sorts between\n");
    fixture.write("binary", b"a\0b");
    fixture.write("crlf.txt", "a\r\nb\r\n");
    fixture.write("no newline", "a\nb");
    fixture.write("gone.txt", "nothing like the others\n");
    fixture.write("empty", "");
    fixture.write("attribute.dat", "a\n");
    fixture.write(".gitattributes", "*.dat -diff\n");
    fixture.write("script", "#!/bin/sh\n");
    #[cfg(unix)]
    {
        fixture.write(b"caf\xe9", "latin\n");
        fixture.write("tab\tnew\nline \"quote\" \\", "odd\n");
        fixture.write("-dash", "odd\n");
        fixture.write(" space ", "odd\n");
        fixture.write(":(glob)*", "odd\n");
        std::os::unix::fs::symlink("plain.txt", fixture.top().join("link")).unwrap();
        std::os::unix::fs::symlink("plain.txt", fixture.top().join("becomes-file")).unwrap();
    }
    fixture.commit("one");
    fixture.write("plain.txt", NUMBERS.replace("5\n", "five\nfive and a half\n").replace("10\n", ""));
    fixture.write("binary", b"a\0c");
    fixture.write("crlf.txt", "a\r\nB\r\n");
    fixture.write("no newline", "a\nb\n");
    fixture.write("attribute.dat", "b\n");
    fixture.write("empty", "no more\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let script = fixture.top().join("script");
        std::fs::set_permissions(script, std::fs::Permissions::from_mode(0o755)).unwrap();
        fixture.write(b"caf\xe9", "latin 1\n");
        fixture.write("tab\tnew\nline \"quote\" \\", "odder\n");
        fixture.write(" space ", "odder\n");
        fixture.write(":(glob)*", "odd\nodder\n");
        std::fs::remove_file(fixture.top().join("becomes-file")).unwrap();
        fixture.write("becomes-file", "a\nb\n");
        std::fs::remove_file(fixture.top().join("link")).unwrap();
        std::os::unix::fs::symlink("binary", fixture.top().join("link")).unwrap();
    }
    fixture.commit("two");
    fixture
}

#[test]
fn shared_by_threads() {
    fn check<T: Send + Sync + Clone>() {}
    check::<Repo>();
}
