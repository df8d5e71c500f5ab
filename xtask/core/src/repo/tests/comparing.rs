//! Tests of comparisons: kinds of files, renames, conflicts, filters, configuration.

use super::super::testing::Fixture;
use super::super::{Repo, Side};
use super::{NUMBERS, assert_agreement, many_kinds, rev, shown, shown_lines, tell};
use crate::model::RepoPath;

#[test]
fn an_ordinary_repository() {
    let fixture = many_kinds();
    fixture.git(["rm", "--quiet", "gone.txt"]);
    fixture.commit("three");
    fixture.write("plain.txt", "staged\n");
    fixture.git(["add", "plain.txt"]);
    fixture.write("plain.txt", "staged\nunstaged\n");
    fixture.write("new/untracked.txt", "a\nb\nc");
    fixture.write(".git/info/exclude", "*.log\n");
    fixture.write("ignored.log", "x\n");
    fixture.write("untracked.dat", "a\n");
    fixture.write("untracked.bin", b"a\0\n");
    assert_agreement(&fixture, &["HEAD~2", "HEAD~1", "HEAD", "main", "nonsense"]);

    let repo = fixture.library();
    let lines = repo.changed_lines(&rev("HEAD~2"), &rev("HEAD~1")).unwrap();
    let lines = shown_lines(&lines);
    assert!(lines.contains(&"plain.txt 5-6".to_owned()), "{lines:?}");
    assert!(lines.contains(&"becomes-file 1-2".to_owned()), "{lines:?}");
    assert!(lines.contains(&"\"caf\\351\" 1-1".to_owned()), "{lines:?}");
    for without in ["binary", "link", "attribute.dat", "script", "gone.txt"] {
        assert!(!lines.iter().any(|line| line.starts_with(without)), "{without} in {lines:?}");
    }
    let changes = repo.changes(&Side::Index, &Side::Worktree).unwrap();
    assert_eq!(
        shown(&changes),
        ["Added new/untracked.txt", "Modified plain.txt", "Added untracked.bin", "Added untracked.dat",]
    );
    let lines = repo.changed_lines(&Side::Index, &Side::Worktree).unwrap();
    assert_eq!(shown_lines(&lines), ["new/untracked.txt 1-3", "plain.txt 2-2"]);
    let changes = repo.changes(&rev("HEAD"), &Side::Index).unwrap();
    assert_eq!(shown(&changes), ["Modified plain.txt"]);
    assert!(
        repo.resolve("--all").is_err() && repo.resolve("").is_err() && repo.resolve("HEAD..main").is_err()
    );
}

#[test]
fn renames_are_those_of_git() {
    let fixture = Fixture::new();
    fixture.write("old name.txt", NUMBERS);
    fixture.write("stays.txt", "nothing of the kind\n");
    fixture.commit("one");
    fixture.git(["mv", "old name.txt", "sub.txt"]);
    fixture.write("sub.txt", NUMBERS.replace("5\n", "five\n"));
    fixture.write("new.txt", "another\n");
    fixture.commit("two");
    assert_agreement(&fixture, &["HEAD~1", "HEAD"]);
    let repo = fixture.repo();
    let changes = repo.changes(&rev("HEAD~1"), &rev("HEAD")).unwrap();
    assert_eq!(shown(&changes), ["Added new.txt", "Renamed old name.txt sub.txt"]);
    let lines = repo.changed_lines(&rev("HEAD~1"), &rev("HEAD")).unwrap();
    assert_eq!(shown_lines(&lines), ["new.txt 1-1", "sub.txt 5-5"]);
}

#[test]
fn ancestors() {
    let fixture = many_kinds();
    fixture.git(["checkout", "--quiet", "-b", "side", "HEAD~1"]);
    fixture.write("side", "s\n");
    fixture.commit("side");
    fixture.git(["checkout", "--quiet", "--orphan", "orphan"]);
    fixture.commit("unrelated");
    assert_agreement(&fixture, &["main", "side", "orphan", "main^{tree}"]);
    let repo = fixture.library();
    assert_eq!(repo.merge_base("main", "side").unwrap(), Some(repo.resolve("main~1").unwrap()));
    assert_eq!(repo.merge_base("main", "orphan").unwrap(), None);
}

#[test]
fn conflicts_and_intent_to_add() {
    let fixture = Fixture::new();
    fixture.write("both", "base\n");
    fixture.write("deleted", "base\n");
    fixture.write("kept", "base\n");
    fixture.commit("base");
    fixture.git(["checkout", "--quiet", "-b", "theirs"]);
    fixture.write("both", "theirs\n");
    fixture.write("deleted", "theirs\n");
    fixture.commit("theirs");
    fixture.git(["checkout", "--quiet", "main"]);
    fixture.write("both", "ours\n");
    fixture.git(["rm", "--quiet", "deleted"]);
    fixture.commit("ours");
    assert!(!fixture.git_ok(&["merge", "--quiet", "theirs"]));
    assert_agreement(&fixture, &["HEAD", "theirs"]);
    let repo = fixture.library();
    let stages: Vec<u8> = repo.index().unwrap().iter().map(|entry| entry.stage).collect();
    assert_eq!(stages, [1, 2, 3, 1, 3, 0]);
    for (old, new) in
        [(rev("HEAD"), Side::Index), (Side::Index, Side::Worktree), (rev("HEAD"), Side::Worktree)]
    {
        let changes = repo.changes(&old, &new).unwrap();
        assert_eq!(shown(&changes), ["Conflicted both", "Conflicted deleted"], "{old:?} {new:?}");
    }
    let lines = repo.changed_lines(&Side::Index, &Side::Worktree).unwrap();
    assert_eq!(lines[&RepoPath::from("both")].first().map(|range| range.from), Some(1));

    fixture.git(["merge", "--abort"]);
    fixture.write("later", "a\nb\n");
    fixture.git(["add", "--intent-to-add", "later"]);
    fixture.git(["update-index", "--skip-worktree", "kept"]);
    assert_agreement(&fixture, &["HEAD", "theirs"]);
    let index = fixture.library().index().unwrap();
    let flags: Vec<(bool, bool)> =
        index.iter().map(|entry| (entry.intent_to_add, entry.skip_worktree)).collect();
    assert_eq!(flags, [(false, false), (false, true), (true, false)]);
    let repo = fixture.repo();
    assert_eq!(shown(&repo.changes(&rev("HEAD"), &Side::Index).unwrap()), [""; 0]);
    assert_eq!(shown(&repo.changes(&Side::Index, &Side::Worktree).unwrap()), ["Added later"]);
}

#[test]
fn submodules_are_listed_and_left_alone() {
    let fixture = many_kinds();
    fixture.git(["submodule", "--quiet", "add", "./.", "module"]);
    fixture.commit("with a module");
    assert_agreement(&fixture, &["HEAD~1", "HEAD"]);
    fixture.git(["-C", "module", "checkout", "--quiet", "HEAD~1"]);
    fixture.write("module/untracked", "x\n");
    fixture.git(["init", "--quiet", "nested"]);
    fixture.write("nested/file", "x\n");
    assert_agreement(&fixture, &["HEAD~1", "HEAD"]);
    let changes = fixture.repo().changes(&Side::Index, &Side::Worktree).unwrap();
    assert_eq!(shown(&changes), ["Modified module"]);
    assert!(fixture.repo().changed_lines(&Side::Index, &Side::Worktree).unwrap().is_empty());
    let fixture = fixture.at("main/module");
    assert_agreement(&fixture, &["HEAD"]);
    assert_eq!(fixture.library().work_dir(), Some(fixture.top()));
    assert_eq!(fixture.library().worktrees().unwrap()[0].path, fixture.top());
}

#[test]
fn index_versions() {
    let fixture = many_kinds();
    for version in ["2", "3", "4"] {
        fixture.git(["update-index", "--force-write-index", "--index-version", version]);
        fixture.git(["update-index", "--untracked-cache"]);
        assert_eq!(fixture.library().index().unwrap(), fixture.program().index().unwrap(), "{version}");
    }
    // No checksum at the end.
    fixture.git(["config", "index.skipHash", "true"]);
    fixture.git(["update-index", "--force-write-index"]);
    assert_eq!(fixture.repo().index().unwrap(), fixture.program().index().unwrap());
}

#[test]
fn another_index() {
    let fixture = many_kinds();
    let other = fixture.root().join("other-index");
    std::fs::copy(fixture.top().join(".git/index"), &other).unwrap();
    fixture.write("only-here", "x\n");
    fixture.git(["add", "only-here"]);
    for repo in [fixture.library(), fixture.program()] {
        let own = repo.index().unwrap();
        let others = repo.index_at(&other).unwrap();
        assert_eq!(own.len(), others.len() + 1);
        assert_eq!(repo.index_at(&fixture.root().join("missing")).unwrap(), []);
        let given = Repo { index_file: other.clone(), ..repo };
        assert_eq!(given.index().unwrap(), others);
        let changes = given.changes(&rev("HEAD"), &Side::Index).unwrap();
        assert_eq!(shown(&changes), [""; 0]);
    }
    crate::files::write(&other, b"DIRC nonsense").unwrap();
    assert!(fixture.repo().index_at(&other).is_err());
}

#[test]
fn filters_count_as_for_git() {
    let fixture = Fixture::new();
    fixture.git(["config", "filter.upper.clean", "tr a-z A-Z"]);
    fixture.write(".gitattributes", "*.up filter=upper\n*.crlf text eol=crlf\n");
    fixture.write("a.up", "abc\n");
    fixture.write("b.crlf", "a\r\nb\r\n");
    fixture.commit("one");
    fixture.write("a.up", "aBc\n");
    fixture.write("b.crlf", "a\r\nc\r\n");
    let lines = fixture.repo().changed_lines(&rev("HEAD"), &Side::Worktree).unwrap();
    assert_eq!(shown_lines(&lines), ["b.crlf 2-2"]);
    assert_eq!(shown(&fixture.repo().changes(&rev("HEAD"), &Side::Worktree).unwrap()), ["Modified b.crlf"]);
}

#[test]
fn what_the_user_configured_for_diffs_does_not_matter() {
    let fixture = many_kinds();
    let before = tell(&fixture.program(), &["HEAD~1", "HEAD"]);
    for (name, value) in [
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("diff.external", "false"),
        ("diff.renames", "false"),
        ("diff.context", "9"),
        ("diff.interHunkContext", "9"),
        ("diff.algorithm", "patience"),
        ("diff.submodule", "log"),
        ("diff.autoRefreshIndex", "false"),
        ("color.ui", "always"),
        ("core.quotePath", "false"),
        ("core.pager", "false"),
        ("diff.orderFile", "nonsense"),
    ] {
        fixture.git(["config", name, value]);
    }
    fixture.write("nonsense", "");
    fixture.git(["config", "diff.orderFile", "/dev/null"]);
    std::fs::remove_file(fixture.top().join("nonsense")).unwrap();
    assert_eq!(tell(&fixture.program(), &["HEAD~1", "HEAD"]), before);
}
