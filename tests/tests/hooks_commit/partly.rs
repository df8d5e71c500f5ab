//! Partially staged files: what is committed is what was staged, fixed; the user's file keeps what isn't staged, and gets the fix.

use crate::repo::{Repo, SED, STRIP};

/// A partially staged file, and what must come of it.
struct Case {
    name: &'static str,
    staged: &'static [u8],
    user: &'static [u8],
    expected: Expected,
}

enum Expected {
    /// HEAD and index, and the user's file.
    Lands(&'static [u8], &'static [u8]),
    /// It fails and says this, nothing is changed.
    Overlaps(&'static str),
}

use Expected::{Lands, Overlaps};

const fn case(name: &'static str, staged: &'static [u8], user: &'static [u8], expected: Expected) -> Case {
    Case { name, staged, user, expected }
}

fn check(repo: &Repo, cases: &[Case]) {
    let other = b"other \nunstaged \n";
    repo.commit_unchecked("other.txt", "other \n");
    repo.write("other.txt", other);
    repo.write("untracked.txt", "bad \n");
    let (kept, untracked) = (repo.mtime("other.txt"), repo.mtime("untracked.txt"));
    for Case { name, staged, user, expected } in cases {
        repo.commit_unchecked("file.txt", format!("{name}\n"));
        repo.stage("file.txt", staged);
        repo.write("file.txt", user);
        match expected {
            Lands(fixed, after) => {
                repo.commit().ok_in(name);
                repo.holds("file.txt", fixed, after);
            }
            Overlaps(words) => repo.refuses(&["commit", "-q", "-m", "x"], &[words, "file.txt"]),
        }
        repo.is_tidy();
        assert_eq!(repo.disk("other.txt").as_deref(), Some(&other[..]), "{name}");
        assert_eq!((repo.mtime("other.txt"), repo.mtime("untracked.txt")), (kept, untracked), "{name}");
    }
}

#[test]
fn built_in_fixers() {
    check(
        &Repo::new(STRIP),
        &[
            case("whole", b"a \n", b"a \n", Lands(b"a\n", b"a\n")),
            case("clean", b"a\n", b"b\n", Lands(b"a\n", b"b\n")),
            case("apart", b"a \nb\nc\nd\n", b"a \nb\nc\nD \n", Lands(b"a\nb\nc\nd\n", b"a\nb\nc\nD \n")),
            case("adjacent below", b"a \nb\n", b"a \nB\n", Lands(b"a\nb\n", b"a\nB\n")),
            case("adjacent above", b"a\nb \n", b"A\nb \n", Lands(b"a\nb\n", b"A\nb\n")),
            case("blanks apart in one line", b"a \nb\n", b"x a \nb\n", Lands(b"a\nb\n", b"x a\nb\n")),
            case("blanks changed otherwise", b"a \nb\n", b"a\t\nb\n", Overlaps("line 1")),
            case("fixed by the user", b"a \nb\n", b"a\nb\n", Lands(b"a\nb\n", b"a\nb\n")),
            case("line deleted by the user", b"a\nb \nc\n", b"a\nc\n", Lands(b"a\nb\nc\n", b"a\nc\n")),
            case("insertion above", b"a \nb\n", b"new\na \nb\n", Lands(b"a\nb\n", b"new\na\nb\n")),
            case("insertion between", b"a \nb \n", b"a \nnew \nb \n", Lands(b"a\nb\n", b"a\nnew \nb\n")),
            case("insertion below", b"a \n", b"a \nnew", Lands(b"a\n", b"a\nnew")),
            case("end of file only", b"a\nb", b"a\nb", Lands(b"a\nb\n", b"a\nb\n")),
            case("end of file, edited above", b"a\nb", b"A\nb", Lands(b"a\nb\n", b"A\nb\n")),
            case("end of file, line appended", b"a", b"a\nb", Lands(b"a\n", b"a\nb")),
            case("end of file, user has it", b"a", b"a\n", Lands(b"a\n", b"a\n")),
            case("blank tail", b"a\n\n\n", b"A\n\n\n", Lands(b"a\n", b"A\n")),
            case("tail deletion", b"a \nb\nc\n", b"a \n", Lands(b"a\nb\nc\n", b"a\n")),
            case("tail deletion with fix in it", b"a\nb\nc \n", b"a\n", Lands(b"a\nb\nc\n", b"a\n")),
            case("all deleted", b"a \nb \n", b"", Lands(b"a\nb\n", b"")),
            case(
                "bytes that are no UTF-8",
                b"\xe4 \n\xff\n",
                b"\xe4 \n\xfe\n",
                Lands(b"\xe4\n\xff\n", b"\xe4\n\xfe\n"),
            ),
            case("zero bytes in what is text by its name", b"a \0 \n", b"b \0 \n", Overlaps("")),
            case("the same, whole", b"a \0 \n", b"a \0 \n", Lands(b"a \0\n", b"a \0\n")),
            case("emptied by the fixer", b"\n\n", b"\n\n", Lands(b"", b"")),
        ],
    );
}

#[test]
fn fixing_commands() {
    check(
        &Repo::new(SED),
        &[
            case("whole", b"bad\n", b"bad\n", Lands(b"good\n", b"good\n")),
            case("apart", b"bad\nb\nc\n", b"bad\nb\nbad c\n", Lands(b"good\nb\nc\n", b"good\nb\nbad c\n")),
            case("adjacent", b"bad\nb\n", b"bad\nB\n", Lands(b"good\nb\n", b"good\nB\n")),
            case("overlapping", b"a\nbad\n", b"a\nbad!\n", Overlaps("line 2")),
            case("deleted", b"a\nbad\nc\n", b"a\nc\n", Overlaps("")),
            case("insertion above", b"bad\n", b"bad 2\nbad\n", Lands(b"good\n", b"bad 2\ngood\n")),
            case("same edit", b"bad\nb\n", b"good\nB\n", Lands(b"good\nb\n", b"good\nB\n")),
            case("binary, whole", b"bad\0\xff\n", b"bad\0\xff\n", Lands(b"good\0\xff\n", b"good\0\xff\n")),
            case("binary, partly", b"bad\0\n", b"bad\0\xff\n", Overlaps("")),
            case("binary, fixed by the user", b"bad\0\n", b"good\0\n", Lands(b"good\0\n", b"good\0\n")),
            case("no line break at the end", b"a\nbad", b"A\nbad", Lands(b"a\ngood", b"A\ngood")),
        ],
    );
}

/// Several overlaps: all are told, and of the files that could land none does.
#[test]
fn all_or_nothing() {
    let repo = Repo::new(SED);
    for name in ["a.txt", "b.txt", "c.txt"] {
        repo.stage(name, "bad\nx\n");
    }
    repo.write("b.txt", "x\nmy bad\nx\n");
    repo.write("c.txt", "worse\nx\n");
    repo.refuses(&["commit", "-m", "x"], &["b.txt", "c.txt", "line 1", "nothing was changed"]);
    assert_eq!(repo.disk("a.txt").unwrap(), b"bad\nx\n");
}

/// A fix that would land, beside a check that fails: nothing is changed.
#[test]
fn a_failing_run_changes_nothing() {
    let repo = Repo::new(&format!("{STRIP}[hooks.pre-commit.commands.no]\nrun = \"exit 3\"\n"));
    repo.stage("a.txt", "a \n");
    repo.write("a.txt", "a \nb \n");
    repo.write("new.txt", "b \n");
    repo.refuses(&["commit", "-m", "x"], &["exit 3", "a.txt (trailing-whitespace)"]);
}

/// As `git add --patch` stages: hunks of one file, of which some stay.
#[test]
fn hunks_by_patch() {
    let repo = Repo::new(STRIP);
    let lines = |change: &[(usize, &str)]| {
        let mut lines: Vec<String> = (0..30).map(|at| format!("line {at}")).collect();
        for (at, text) in change {
            (*text).clone_into(&mut lines[*at]);
        }
        lines.join("\n") + "\n"
    };
    repo.commit_unchecked("f.txt", lines(&[]));
    repo.write("f.txt", lines(&[(2, "two "), (15, "fifteen "), (28, "last ")]));
    repo.shell("printf 'n\\ny\\nn\\n' | git add -p f.txt");
    repo.commit().ok();
    repo.holds(
        "f.txt",
        lines(&[(15, "fifteen")]).as_bytes(),
        lines(&[(2, "two "), (15, "fifteen"), (28, "last ")]).as_bytes(),
    );
}
