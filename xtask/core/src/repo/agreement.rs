//! Tests: libgit2 and the git program give the same answers on all kinds of repositories.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::testing::Fixture;
use super::{Change, ChangeKind, EntryMode, LineRange, ObjectId, Repo, Shape, Side};
use crate::model::{RepoPath, Result};

/// All that a repository tells, errors as text.
fn tell(repo: &Repo, revisions: &[&str]) -> BTreeMap<String, String> {
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
        for entry in tree
            .iter()
            .flatten()
            .filter(|entry| entry.mode != EntryMode::Submodule)
        {
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
            told.insert(
                format!("lines {old:?} {new:?}"),
                show(repo.changed_lines(old, new)),
            );
        }
    }
    told
}

fn assert_agreement(fixture: &Fixture, revisions: &[&str]) {
    let library = tell(&fixture.library(), revisions);
    let program = tell(&fixture.program(), revisions);
    for (question, answer) in &library {
        assert_eq!(answer, &program[question], "{question}");
    }
    assert_eq!(library, tell(&fixture.repo(), revisions));
}

fn rev(name: &str) -> Side {
    Side::Revision(name.into())
}

fn shown(changes: &[Change]) -> Vec<String> {
    changes
        .iter()
        .map(|change| match &change.kind {
            ChangeKind::Renamed { from } => format!("Renamed {from} {}", change.path),
            kind => format!("{kind:?} {}", change.path),
        })
        .collect()
}

fn shown_lines(lines: &BTreeMap<RepoPath, Vec<LineRange>>) -> Vec<String> {
    lines
        .iter()
        .map(|(path, ranges)| {
            let ranges: Vec<String> = ranges
                .iter()
                .map(|range| format!("{}-{}", range.from, range.to))
                .collect();
            format!("{path} {}", ranges.join(","))
        })
        .collect()
}

const NUMBERS: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";

/// One commit with many kinds of files, a second one that changes them.
fn many_kinds() -> Fixture {
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
    fixture.write(
        "plain.txt",
        NUMBERS
            .replace("5\n", "five\nfive and a half\n")
            .replace("10\n", ""),
    );
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
        assert!(
            !lines.iter().any(|line| line.starts_with(without)),
            "{without} in {lines:?}"
        );
    }
    let changes = repo.changes(&Side::Index, &Side::Worktree).unwrap();
    assert_eq!(
        shown(&changes),
        [
            "Added new/untracked.txt",
            "Modified plain.txt",
            "Added untracked.bin",
            "Added untracked.dat",
        ]
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
fn a_repository_without_commits() {
    let fixture = Fixture::new();
    fixture.write("staged", "a\n");
    fixture.git(["add", "staged"]);
    fixture.write("untracked", "a\n");
    assert_agreement(&fixture, &["HEAD"]);
    let repo = fixture.library();
    assert_eq!(
        repo.shape().unwrap(),
        Shape {
            empty: true,
            ..Shape::default()
        }
    );
    let problem = repo.resolve("HEAD").unwrap_err();
    assert!(problem.why.contains("no commit yet"), "{problem}");
    let changes = repo.changes(&Side::Empty, &Side::Worktree).unwrap();
    assert_eq!(shown(&changes), ["Added staged", "Added untracked"]);
}

#[test]
fn a_detached_head() {
    let fixture = many_kinds();
    fixture.git(["checkout", "--quiet", "--detach", "HEAD~1"]);
    assert_agreement(&fixture, &["HEAD", "main"]);
    assert!(fixture.library().shape().unwrap().detached);
    assert_eq!(fixture.library().worktrees().unwrap()[0].branch, None);
}

#[test]
fn a_bare_repository() {
    let fixture = many_kinds();
    fixture.git(["clone", "--quiet", "--bare", ".", "../bare.git"]);
    let fixture = fixture.at("bare.git");
    assert_agreement(&fixture, &["HEAD", "HEAD~1"]);
    let repo = fixture.library();
    assert!(repo.shape().unwrap().bare && repo.work_dir().is_none());
    assert_eq!(repo.index().unwrap(), []);
    assert_eq!(repo.worktrees().unwrap(), []);
    let problem = repo.changes(&rev("HEAD"), &Side::Worktree).unwrap_err();
    assert!(problem.what.contains("no working tree"), "{problem}");
    fixture.git(["worktree", "add", "--quiet", "../of-bare", "main"]);
    let fixture = fixture.at("of-bare");
    assert_agreement(&fixture, &["HEAD", "HEAD~1"]);
    let trees = fixture.library().worktrees().unwrap();
    assert_eq!((trees.len(), trees[0].main), (1, false));
}

#[test]
fn a_shallow_clone() {
    let fixture = many_kinds();
    fixture.commit("three");
    let url = format!("file://{}", fixture.top().display());
    fixture.git(["clone", "--quiet", "--depth=2", &url, "../shallow"]);
    let old = fixture.text(["rev-parse", "HEAD~2"]);
    let fixture = fixture.at("shallow");
    assert_agreement(&fixture, &["HEAD", "HEAD~1", "HEAD~2", &old]);
    let repo = fixture.library();
    assert!(repo.shape().unwrap().shallow);
    let problem = repo.resolve(&old).unwrap_err();
    assert!(problem.fix.contains("git fetch"), "{problem}");
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
    assert_eq!(
        repo.merge_base("main", "side").unwrap(),
        Some(repo.resolve("main~1").unwrap())
    );
    assert_eq!(repo.merge_base("main", "orphan").unwrap(), None);
}

#[test]
fn linked_worktrees() {
    let fixture = many_kinds();
    fixture.git(["worktree", "add", "--quiet", "-b", "topic", "../linked"]);
    fixture.git(["worktree", "add", "--quiet", "--detach", "../a new\nline"]);
    fixture.git(["worktree", "add", "--quiet", "-b", "gone", "../gone"]);
    std::fs::remove_dir_all(fixture.root().join("gone")).unwrap();
    assert_agreement(&fixture, &["HEAD"]);
    let main = fixture.top().to_owned();
    let fixture = fixture.at("linked");
    fixture.write("plain.txt", "linked\n");
    assert_agreement(&fixture, &["HEAD"]);
    let repo = fixture.library();
    assert_eq!(repo.work_dir(), Some(fixture.top()));
    assert_eq!(repo.common_dir(), main.join(".git"));
    assert_eq!(repo.git_dir(), main.join(".git/worktrees/linked"));
    let trees = repo.worktrees().unwrap();
    assert_eq!((trees.len(), trees[0].main, &trees[0].path), (4, true, &main));
    let linked = trees.iter().find(|tree| tree.path == fixture.top()).unwrap();
    assert_eq!(linked.branch, Some(RepoPath::from("refs/heads/topic")));
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
    for (old, new) in [
        (rev("HEAD"), Side::Index),
        (Side::Index, Side::Worktree),
        (rev("HEAD"), Side::Worktree),
    ] {
        let changes = repo.changes(&old, &new).unwrap();
        assert_eq!(
            shown(&changes),
            ["Conflicted both", "Conflicted deleted"],
            "{old:?} {new:?}"
        );
    }
    let lines = repo.changed_lines(&Side::Index, &Side::Worktree).unwrap();
    assert_eq!(
        lines[&RepoPath::from("both")].first().map(|range| range.from),
        Some(1)
    );

    fixture.git(["merge", "--abort"]);
    fixture.write("later", "a\nb\n");
    fixture.git(["add", "--intent-to-add", "later"]);
    fixture.git(["update-index", "--skip-worktree", "kept"]);
    assert_agreement(&fixture, &["HEAD", "theirs"]);
    let index = fixture.library().index().unwrap();
    let flags: Vec<(bool, bool)> = index
        .iter()
        .map(|entry| (entry.intent_to_add, entry.skip_worktree))
        .collect();
    assert_eq!(flags, [(false, false), (false, true), (true, false)]);
    let repo = fixture.repo();
    assert_eq!(shown(&repo.changes(&rev("HEAD"), &Side::Index).unwrap()), [""; 0]);
    assert_eq!(
        shown(&repo.changes(&Side::Index, &Side::Worktree).unwrap()),
        ["Added later"]
    );
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
    assert!(
        fixture
            .repo()
            .changed_lines(&Side::Index, &Side::Worktree)
            .unwrap()
            .is_empty()
    );
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
        let given = Repo {
            index_file: other.clone(),
            ..repo
        };
        assert_eq!(given.index().unwrap(), others);
        let changes = given.changes(&rev("HEAD"), &Side::Index).unwrap();
        assert_eq!(shown(&changes), [""; 0]);
    }
    crate::files::write(&other, b"DIRC nonsense").unwrap();
    assert!(fixture.repo().index_at(&other).is_err());
}

#[test]
fn the_git_program_stands_in() {
    let check = |fixture: &Fixture| {
        let (repo, program) = (fixture.repo(), fixture.program());
        assert_eq!(
            tell(&repo, &["HEAD~1", "HEAD"]),
            tell(&program, &["HEAD~1", "HEAD"])
        );
        for (question, answer) in tell(&repo, &["HEAD~1", "HEAD"]) {
            assert!(!answer.starts_with("error"), "{question}: {answer}");
        }
        repo
    };
    let fill = |fixture: &Fixture| {
        fixture.write("in/a", NUMBERS);
        fixture.write("out/b", "b\n");
        fixture.write("c", "c\n");
        fixture.commit("one");
        fixture.write("in/a", NUMBERS.replace("5\n", "five\n"));
        fixture.commit("two");
        fixture.write("c", "c\nd\n");
    };

    // A split index.
    let fixture = Fixture::new();
    fill(&fixture);
    let before = fixture.library().index().unwrap();
    fixture.git(["update-index", "--split-index"]);
    assert!(
        fixture.library().index().is_err(),
        "libgit2 learned to read split indexes"
    );
    assert_eq!(check(&fixture).index().unwrap(), before);

    // A sparse index.
    let fixture = Fixture::new();
    fill(&fixture);
    fixture.git(["sparse-checkout", "set", "--cone", "--sparse-index", "in"]);
    assert!(
        fixture.library().index().is_err(),
        "libgit2 learned to read sparse indexes"
    );
    let index = check(&fixture).index().unwrap();
    let out: Vec<_> = index.iter().filter(|entry| entry.skip_worktree).collect();
    assert_eq!(
        (index.len(), out.len(), out[0].path.to_string()),
        (3, 1, "out/b".to_owned())
    );

    for options in [&["--ref-format=reftable"][..], &["--object-format=sha256"]] {
        let Some(fixture) = Fixture::init(options) else {
            continue;
        };
        fill(&fixture);
        let repo = check(&fixture);
        assert_eq!(
            shown(&repo.changes(&rev("HEAD"), &Side::Worktree).unwrap()),
            ["Modified c"]
        );
        assert_eq!(
            shown_lines(&repo.changed_lines(&Side::Empty, &rev("HEAD~1")).unwrap()).len(),
            3
        );
        assert_eq!(
            repo.worktrees().unwrap()[0].branch,
            Some("refs/heads/main".into())
        );
        fixture.git(["worktree", "add", "--quiet", "../linked"]);
        assert_eq!(repo.worktrees().unwrap().len(), 2);
        let linked = fixture.at("linked").repo();
        assert_ne!(linked.git_dir(), linked.common_dir());
        assert_eq!(linked.common_dir(), repo.git_dir());
    }
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
    let lines = fixture
        .repo()
        .changed_lines(&rev("HEAD"), &Side::Worktree)
        .unwrap();
    assert_eq!(shown_lines(&lines), ["b.crlf 2-2"]);
    assert_eq!(
        shown(&fixture.repo().changes(&rev("HEAD"), &Side::Worktree).unwrap()),
        ["Modified b.crlf"]
    );
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

#[test]
fn shared_by_threads() {
    fn check<T: Send + Sync + Clone>() {}
    check::<Repo>();
}

/// What lies outside of the ranges stood in the old file, in this order.
fn kept_lines_are_old(old: &[u8], new: &[u8], ranges: &[LineRange]) -> bool {
    let mut before = old.split_inclusive(|&byte| byte == b'\n');
    new.split_inclusive(|&byte| byte == b'\n')
        .zip(1..)
        .filter(|(_, number)| !ranges.iter().any(|range| range.contains(*number)))
        .all(|(line, _)| before.any(|old| old == line))
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        4 => prop::sample::select(vec!["a\n", "b\n", "{\n", "}\n", "\n", "    x\n", "c\r\n"]).prop_map(String::from),
        1 => "[a-d ]{0,5}\n",
    ];
    (prop::collection::vec(line, 0..40), prop::option::of("[a-d]{1,3}")).prop_map(|(lines, last)| {
        let mut text = lines.concat();
        text.extend(last);
        text.into_bytes()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Thirty files a case: a repository costs more than a comparison.
    #[test]
    fn random_edits_give_the_lines_of_git(files in prop::collection::vec((text(), text()), 30)) {
        let fixture = Fixture::new();
        for (number, (old, _)) in files.iter().enumerate() {
            fixture.write(format!("f{number}"), old);
        }
        fixture.commit("old");
        for (number, (_, new)) in files.iter().enumerate() {
            fixture.write(format!("f{number}"), new);
        }
        fixture.git(["add", "--all"]);
        let sides = (rev("HEAD"), Side::Index);
        let library = fixture.library().changed_lines(&sides.0, &sides.1).unwrap();
        let program = fixture.program().changed_lines(&sides.0, &sides.1).unwrap();
        let worktree = fixture.program().changed_lines(&sides.0, &Side::Worktree).unwrap();
        prop_assert_eq!(&program, &worktree);
        for (number, (old, new)) in files.iter().enumerate() {
            let path = RepoPath::new(format!("f{number}"));
            let ranges = program.get(&path).cloned().unwrap_or_default();
            prop_assert!(kept_lines_are_old(old, new, &ranges), "{} {:?}", number, ranges);
            let ranges = library.get(&path).cloned().unwrap_or_default();
            prop_assert!(kept_lines_are_old(old, new, &ranges), "{} {:?}", number, ranges);
        }
        prop_assert_eq!(&library, &program);
    }
}

#[test]
fn object_ids_of_libgit2_and_git_are_one() {
    let fixture = many_kinds();
    let id = ObjectId::from_hex(&fixture.text(["rev-parse", "HEAD"])).unwrap();
    assert_eq!(fixture.library().resolve("HEAD").unwrap(), id);
}
