//! Tests of what the working tree has otherwise than the index, against the git program.

#![cfg(unix)]

use std::os::unix::fs::{PermissionsExt, symlink};

use super::super::testing::Fixture;
use super::many_kinds;

/// libgit2's answer is git's, and this.
fn assert_unstaged(fixture: &Fixture, expected: &[&str]) {
    let show = |paths: Vec<crate::model::RepoPath>| -> Vec<String> {
        paths.iter().map(ToString::to_string).collect()
    };
    assert_eq!(show(fixture.library().unstaged().unwrap()), expected);
    assert_eq!(show(fixture.program().unstaged().unwrap()), expected);
}

fn chmod(fixture: &Fixture, path: &str, mode: u32) {
    std::fs::set_permissions(fixture.top().join(path), std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Sets a file's time to one that the index doesn't have.
fn touch(fixture: &Fixture, path: &str) {
    let file = std::fs::File::open(fixture.top().join(path)).unwrap();
    file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000)).unwrap();
}

#[test]
fn all_kinds_of_differences() {
    let fixture = many_kinds();
    assert_unstaged(&fixture, &[]);
    // Stat data alone are no difference.
    touch(&fixture, "plain.txt");
    touch(&fixture, "crlf.txt");
    assert_unstaged(&fixture, &[]);
    fixture.write("untracked", "x");
    fixture.write("by intent", "x");
    fixture.git(["add", "--intent-to-add", "by intent"]);
    // The same size and the same time, in the moment in which the index is written.
    fixture.write("deep.txt", "Sorts between\n");
    fixture.write("new", "staged");
    fixture.git(["add", "new"]);
    fixture.write("new", "edited");
    chmod(&fixture, "binary", 0o755);
    std::fs::remove_file(fixture.top().join("link")).unwrap();
    symlink("elsewhere", fixture.top().join("link")).unwrap();
    std::fs::remove_file(fixture.top().join("empty")).unwrap();
    std::fs::remove_file(fixture.top().join("script")).unwrap();
    std::fs::create_dir(fixture.top().join("script")).unwrap();
    fixture.write(b"caf\xe9", "latin 2\n");
    fixture.write(":(glob)*", "other\n");
    // A folder that became a link to one with the same files.
    std::fs::rename(fixture.top().join("deep"), fixture.root().join("deep")).unwrap();
    symlink(fixture.root().join("deep"), fixture.top().join("deep")).unwrap();
    fixture.write("becomes-file", "x");
    std::fs::remove_file(fixture.top().join("becomes-file")).unwrap();
    symlink("plain.txt", fixture.top().join("becomes-file")).unwrap();
    assert_unstaged(
        &fixture,
        &[
            ":(glob)*",
            "becomes-file",
            "binary",
            "by intent",
            "\"caf\\351\"",
            "deep.txt",
            "deep/er/file.txt",
            "empty",
            "link",
            "new",
            "script",
        ],
    );
    fixture.git(["config", "core.fileMode", "false"]);
    assert!(!fixture.library().unstaged().unwrap().contains(&"binary".into()));
}

#[test]
fn files_without_links() {
    let fixture = many_kinds();
    std::fs::remove_file(fixture.top().join("link")).unwrap();
    fixture.write("link", "binary");
    assert_unstaged(&fixture, &["link"]);
    fixture.git(["config", "core.symlinks", "false"]);
    assert_unstaged(&fixture, &[]);
    fixture.write("link", "other");
    assert_unstaged(&fixture, &["link"]);
}

#[test]
fn conversions_are_no_differences() {
    let fixture = many_kinds();
    fixture.write(".gitattributes", "*.txt text eol=crlf\n*.up filter=up\n*.id ident\n");
    fixture.git(["config", "filter.up.clean", "tr a-z A-Z"]);
    fixture.git(["config", "filter.up.smudge", "tr A-Z a-z"]);
    fixture.write("one.up", "abc\n");
    fixture.write("two.up", "abc\n");
    fixture.write("x.id", "$Id$\n");
    fixture.commit("filters");
    for name in ["one.up", "two.up", "x.id", "plain.txt"] {
        std::fs::remove_file(fixture.top().join(name)).unwrap();
    }
    fixture.git(["checkout", "--quiet", "--", "."]);
    for name in ["one.up", "x.id", "plain.txt", "deep.txt"] {
        touch(&fixture, name);
    }
    assert!(std::fs::read(fixture.top().join("plain.txt")).unwrap().starts_with(b"1\r\n"));
    assert_unstaged(&fixture, &[]);
    fixture.write("two.up", "abd\n");
    fixture.write("plain.txt", "other\r\n");
    assert_unstaged(&fixture, &["plain.txt", "two.up"]);
    // Attributes that lie in the index alone count too.
    std::fs::remove_file(fixture.top().join(".gitattributes")).unwrap();
    assert_unstaged(&fixture, &[".gitattributes", "plain.txt", "two.up"]);
}

#[test]
fn sparse_conflicting_and_submodules() {
    let fixture = many_kinds();
    fixture.git(["sparse-checkout", "set", "--no-cone", "/*", "!/deep/"]);
    assert_unstaged(&fixture, &[]);
    fixture.git(["sparse-checkout", "disable"]);
    fixture.git(["checkout", "--quiet", "-b", "other", "HEAD~1"]);
    fixture.write("plain.txt", "other\n");
    fixture.commit("other");
    assert!(!fixture.git_ok(&["merge", "--quiet", "main"]));
    assert_unstaged(&fixture, &["plain.txt"]);
    fixture.git(["reset", "--quiet", "--hard", "main"]);
    fixture.git(["clone", "--quiet", ".", "../module"]);
    fixture.git(["submodule", "--quiet", "add", "../module", "sub"]);
    fixture.commit("module");
    assert_unstaged(&fixture, &[]);
    fixture.git(["-C", "sub", "checkout", "--quiet", "HEAD~1"]);
    assert_unstaged(&fixture, &["sub"]);
    fixture.git(["submodule", "--quiet", "deinit", "--force", "sub"]);
    assert_unstaged(&fixture, &[]);
}

#[test]
fn the_index_that_git_hands_over() {
    let fixture = many_kinds();
    fixture.write("plain.txt", "edited\n");
    let other = fixture.top().join(".git/other");
    std::fs::copy(fixture.top().join(".git/index"), &other).unwrap();
    let repo = fixture.library().with_index_file(&other);
    assert_eq!(repo.unstaged().unwrap(), ["plain.txt".into()]);
    fixture.git(["add", "plain.txt"]);
    assert_unstaged(&fixture, &[]);
    assert_eq!(repo.unstaged().unwrap(), ["plain.txt".into()]);
    assert_eq!(repo.with_index_file("/nowhere/index").unstaged().unwrap(), []);
    let bare = fixture.root().join("bare.git");
    fixture.git(["clone", "--quiet", "--bare", ".", bare.to_str().unwrap()]);
    assert!(fixture.at("bare.git").library().unstaged().is_err());
}
