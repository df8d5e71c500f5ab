//! Paths of every kind reach checks and commands whole.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::repo::{Repo, SED, STRIP};

const PATHS: [&[u8]; 19] = [
    b"plain.txt",
    b"with space.txt",
    b" leading.txt",
    b"it's \"quoted\".txt",
    b"line\nbreak.txt",
    b"tab\there.txt",
    b"-rf.txt",
    b"--help.txt",
    b":(top)magic.txt",
    b":!not.txt",
    b"*.txt",
    b"[a-z]?.txt",
    b"back\\slash.txt",
    b"$(touch owned).txt",
    b"`x`;&|<>.txt",
    b"{files}.txt",
    b"~root.txt",
    b"\xff\xfe latin.txt",
    b"f\xc3\xbcr/der %s #1.txt",
];

fn each_is_fixed(config: &str, staged: &[u8], fixed: &[u8]) {
    let repo = Repo::new(config);
    for path in PATHS {
        repo.stage(OsStr::from_bytes(path), staged);
        repo.write(OsStr::from_bytes(path), [staged, b"mine\n"].concat());
    }
    repo.commit().ok();
    for path in PATHS {
        repo.holds(OsStr::from_bytes(path), fixed, &[fixed, b"mine\n"].concat());
    }
    assert_eq!(repo.line(&["ls-files"]).lines().count(), PATHS.len() + 1);
    assert!(!repo.path("owned").exists());
    repo.is_tidy();
}

#[test]
fn by_built_in_fixers() {
    each_is_fixed(STRIP, b"a \n", b"a\n");
}

#[test]
fn by_commands() {
    each_is_fixed(SED, b"bad\n", b"good\n");
}

/// In place: each path comes as one argument that names the file.
#[test]
fn of_checkers_in_place() {
    let check = "for f in {files}; do test -f \"$f\" || exit 9; cat \"$f\" >> ../seen; done";
    let repo =
        Repo::new(&format!("[hooks.pre-commit.commands.see]\nrun = '''{check}'''\nglob = ['*.txt']\n"));
    for path in PATHS {
        repo.stage(OsStr::from_bytes(path), "a\n");
    }
    repo.commit().ok();
    assert_eq!(std::fs::read(repo.outside().join("seen")).unwrap(), b"a\n".repeat(PATHS.len()));
}

/// One that fails over such a path changes nothing, and names it.
#[test]
fn of_overlaps() {
    let repo = Repo::new(SED);
    for path in PATHS {
        repo.stage(OsStr::from_bytes(path), "bad\n");
        repo.write(OsStr::from_bytes(path), "bad!\n");
    }
    repo.refuses(&["commit", "-m", "x"], &["plain.txt", "with space.txt", "-rf.txt"]);
}
