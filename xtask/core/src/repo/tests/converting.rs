//! Tests of conversions: what `git add` stages and what a checkout writes, for all kinds of attributes and settings.

#![cfg(unix)]

use super::super::testing::Fixture;
use super::super::{Conversion, Repo};
use crate::model::RepoPath;

const CONTENTS: &[&[u8]] = &[
    b"",
    b"a\n",
    b"a\r\n",
    b"a\r\nb\n",
    b"a\rb\n",
    b"a\r\r\nb\r\n",
    b"no end",
    b"\r",
    b"zero\0\r\n",
    b"zero\0\n",
    b"\x01\x02\x03\r\n",
    b"text and\x1a\r\n\x1a",
    b"text and\n\x1a",
    b"\x1b[1m\x08\t\x0c\n",
];

#[test]
fn line_ends_are_as_git_has_them() {
    let attributes = [
        "",
        "text",
        "-text",
        "text=auto",
        "text=input",
        "text=odd",
        "eol=lf",
        "eol=crlf",
        "eol=odd",
        "text eol=crlf",
        "text eol=lf",
        "text=auto eol=crlf",
        "text=auto eol=lf",
        "-text eol=crlf",
        "crlf",
        "-crlf",
        "crlf=input",
        "binary",
        "text=input eol=crlf",
        "text !text",
        "crlf=auto",
    ];
    let fixture = Fixture::new();
    let path = |kind: usize, content: usize| format!("f{content}.k{kind}");
    let lines: Vec<String> =
        attributes.iter().enumerate().map(|(kind, words)| format!("*.k{kind} {words}\n")).collect();
    fixture.write(".gitattributes", lines.concat());
    let mut compared = 0;
    for (auto, eol) in [
        ("false", None),
        ("true", None),
        ("input", None),
        ("false", Some("crlf")),
        ("true", Some("lf")),
        ("input", Some("crlf")),
        ("1", Some("native")),
        ("false", Some("lf")),
    ] {
        fixture.git(["config", "core.autocrlf", auto]);
        fixture.git(["config", "core.safecrlf", "false"]);
        match eol {
            Some(eol) => drop(fixture.git(["config", "core.eol", eol])),
            None => drop(fixture.git_ok(&["config", "--unset", "core.eol"])),
        }
        // First from the working tree: nothing is staged yet. Then to it, from blobs as they are.
        fixture.git(["rm", "-r", "-f", "-q", "--cached", "--ignore-unmatch", "."]);
        let all =
            || (0..attributes.len()).flat_map(|kind| (0..CONTENTS.len()).map(move |content| (kind, content)));
        for (kind, content) in all() {
            fixture.write(path(kind, content), CONTENTS[content]);
        }
        let repo = fixture.repo();
        let paths: Vec<RepoPath> = all().map(|(kind, content)| path(kind, content).as_str().into()).collect();
        let converters = repo.converters(&paths).unwrap();
        let ours: Vec<Vec<u8>> = all()
            .zip(&converters)
            .map(|((_, content), converter)| converter.to_index(CONTENTS[content].to_vec()).unwrap())
            .collect();
        fixture.git(["add", "."]);
        let entries = repo.index().unwrap();
        let mut blobs = repo.blobs().unwrap();
        let mut staged = |name: &str| {
            let entry = entries.iter().find(|entry| entry.path == RepoPath::from(name)).unwrap();
            blobs.read(&entry.id).unwrap()
        };
        for ((kind, content), ours) in all().zip(ours) {
            let name = path(kind, content);
            assert_eq!(ours, staged(&name), "staging {name} ({}) with {auto} {eol:?}", attributes[kind]);
        }
        let mut info = Vec::new();
        for (kind, content) in all() {
            let id = repo.write_blob(CONTENTS[content]).unwrap();
            info.extend(format!("100644 {id}\t{}\n", path(kind, content)).into_bytes());
        }
        let list = fixture.root().join("info");
        crate::files::write(&list, &info).unwrap();
        let script =
            format!("git update-index --index-info <'{}' && git checkout-index -f -a", list.display());
        fixture.git(["-c", &format!("alias.load=!{script}"), "load"]);
        for ((kind, content), converter) in all().zip(&converters) {
            let name = path(kind, content);
            let ours = converter.to_worktree(CONTENTS[content].to_vec()).unwrap();
            let theirs = std::fs::read(fixture.top().join(&name)).unwrap();
            assert_eq!(ours, theirs, "checking out {name} ({}) with {auto} {eol:?}", attributes[kind]);
            compared += 1;
        }
        // What is staged with CRLF stays so under `auto`.
        for (kind, content) in all() {
            fixture.write(path(kind, content), [CONTENTS[content], b"x\r\n"].concat());
        }
        let ours: Vec<Vec<u8>> = all()
            .zip(&converters)
            .map(|((_, content), converter)| {
                converter.to_index([CONTENTS[content], b"x\r\n"].concat()).unwrap()
            })
            .collect();
        fixture.git(["add", "."]);
        let entries = repo.index().unwrap();
        for ((kind, content), ours) in all().zip(ours) {
            let name = path(kind, content);
            let entry = entries.iter().find(|entry| entry.path == RepoPath::from(&name[..])).unwrap();
            let theirs = repo.blobs().unwrap().read(&entry.id).unwrap();
            assert_eq!(ours, theirs, "staging again {name} ({}) with {auto} {eol:?}", attributes[kind]);
        }
    }
    assert!(compared > 1000);
}

fn filters() -> Fixture {
    let fixture = Fixture::new();
    fixture.git(["config", "filter.up.clean", "tr a-z A-Z"]);
    fixture.git(["config", "filter.up.smudge", "tr A-Z a-z"]);
    fixture.git(["config", "filter.bad.clean", "exit 3"]);
    fixture.git(["config", "filter.bad.required", "true"]);
    fixture.write(".gitattributes", "*.up filter=up\n*.id ident\n*.utf16 working-tree-encoding=UTF-16LE\n*.bad filter=bad\n*.unknown filter=unknown\n");
    fixture
}

fn assert_filters(repo: &Repo) {
    let utf16 = b"a\0\n\0";
    for (path, kind, file, blob) in [
        ("a.up", Conversion::Filter, &b"abc\n"[..], &b"ABC\n"[..]),
        ("a.utf16", Conversion::Filter, utf16, b"a\n"),
        ("a.unknown", Conversion::Filter, b"abc\r\n", b"abc\r\n"),
        ("a.txt", Conversion::None, b"abc\r\n", b"abc\r\n"),
        ("-a\n:(x).up", Conversion::Filter, b"abc\n", b"ABC\n"),
        ("d/e/a.up", Conversion::Filter, b"abc\n", b"ABC\n"),
    ] {
        let path = RepoPath::from(path);
        assert_eq!(repo.conversion(&path).unwrap(), kind, "{path}");
        assert_eq!(repo.to_index(&path, file.to_vec()).unwrap(), blob, "{path}");
        assert_eq!(repo.to_worktree(&path, blob.to_vec()).unwrap(), file, "{path}");
    }
    let latin = RepoPath::new(b"caf\xe9.up");
    assert_eq!(repo.to_index(&latin, b"abc".to_vec()).unwrap(), b"ABC");
    let id = RepoPath::from("a.id");
    assert_eq!(repo.to_index(&id, b"$Id: x $".to_vec()).unwrap(), b"$Id$");
    assert!(repo.to_worktree(&id, b"$Id$".to_vec()).unwrap().starts_with(b"$Id: "));
    let problem = repo.to_index(&"a.bad".into(), b"x".to_vec()).unwrap_err();
    assert!(problem.what.contains("a.bad") && problem.fix.contains("filter"), "{problem}");
}

#[test]
fn filters_are_gits() {
    let fixture = filters();
    assert_filters(&fixture.repo());
    assert_filters(&fixture.program());
    // Where the attributes lie in the index alone.
    fixture.git(["add", ".gitattributes"]);
    std::fs::remove_file(fixture.top().join(".gitattributes")).unwrap();
    assert_filters(&fixture.repo());
    // Nothing is left of it.
    let left: Vec<_> = std::fs::read_dir(fixture.top().join(".git/xtask")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn attributes_from_elsewhere() {
    let fixture = Fixture::new();
    let kind = |path: &str| fixture.repo().conversion(&path.into()).unwrap();
    assert_eq!(kind("d/a.txt"), Conversion::None);
    fixture.write(".gitattributes", "*.txt linguist-generated\n");
    assert_eq!(kind("d/a.txt"), Conversion::None);
    fixture.write("d/.gitattributes", "*.txt text\n");
    assert_eq!(
        (kind("d/a.txt"), kind("d/e/a.txt"), kind("e/a.txt")),
        (Conversion::LineEndings, Conversion::LineEndings, Conversion::None)
    );
    fixture.write(".git/info/attributes", "*.txt -text\n");
    assert_eq!(kind("d/a.txt"), Conversion::None);
    std::fs::remove_file(fixture.top().join(".git/info/attributes")).unwrap();
    fixture.write("../global", "*.md text\n");
    fixture.git(["config", "core.attributesFile", fixture.root().join("global").to_str().unwrap()]);
    assert_eq!(kind("a.md"), Conversion::LineEndings);
    fixture.git(["config", "core.autocrlf", "input"]);
    assert_eq!(kind("a.rs"), Conversion::LineEndings);
    fixture.write(".gitattributes", "*.rs binary\n");
    assert_eq!(kind("a.rs"), Conversion::None);
    assert_eq!(fixture.repo().converters(&[]).unwrap().len(), 0);
}
