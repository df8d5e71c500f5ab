//! Files whose bytes on disk aren't those of their blob: line endings, and filters.

use crate::repo::{Repo, SED, STRIP};

/// `core.autocrlf`, attributes, what the user stages, edits to, and what must be in HEAD and on disk.
type Ending = (&'static str, &'static str, &'static [u8], &'static [u8], &'static [u8], &'static [u8]);

const ENDINGS: &[Ending] = &[
    // Whole and partly, under each setting.
    ("true", "", b"bad\r\nb\r\n", b"bad\r\nb\r\n", b"good\nb\n", b"good\r\nb\r\n"),
    ("true", "", b"bad\r\nb\r\n", b"bad\r\nB\r\n", b"good\nb\n", b"good\r\nB\r\n"),
    ("true", "", b"bad\nb\n", b"bad\nB\n", b"good\nb\n", b"good\nB\n"),
    ("input", "", b"bad\r\nb\r\n", b"bad\r\nb\r\n", b"good\nb\n", b"good\r\nb\r\n"),
    ("input", "", b"bad\r\nb\r\n", b"bad\r\nB\r\n", b"good\nb\n", b"good\r\nB\r\n"),
    ("input", "", b"bad\nb\n", b"bad\nB\n", b"good\nb\n", b"good\nB\n"),
    ("false", "", b"bad\r\nb\r\n", b"bad\r\nb\r\n", b"good\r\nb\r\n", b"good\r\nb\r\n"),
    ("false", "", b"bad\r\nb\r\n", b"bad\r\nB\r\n", b"good\r\nb\r\n", b"good\r\nB\r\n"),
    // Attributes win over the setting.
    ("false", "*.txt text eol=crlf", b"bad\r\nb\r\n", b"bad\r\nB\r\n", b"good\nb\n", b"good\r\nB\r\n"),
    ("true", "*.txt text eol=lf", b"bad\nb\n", b"bad\nB\n", b"good\nb\n", b"good\nB\n"),
    ("true", "*.txt -text", b"bad\r\nb\r\n", b"bad\r\nB\r\n", b"good\r\nb\r\n", b"good\r\nB\r\n"),
    ("false", "*.txt text=auto", b"bad\r\nb\n", b"bad\r\nB\n", b"good\nb\n", b"good\r\nB\n"),
    // The user's file mixes them by now.
    ("true", "", b"bad\r\nb\r\nc\r\n", b"bad\nb\r\nC\n", b"good\nb\nc\n", b"good\nb\r\nC\n"),
    ("false", "*.txt text eol=crlf", b"bad\r\nb\r\n", b"bad\r\nb\r\nc\n", b"good\nb\n", b"good\r\nb\r\nc\n"),
    // No line break at the end.
    ("true", "", b"a\r\nbad", b"A\r\nbad", b"a\ngood", b"A\r\ngood"),
];

#[test]
fn line_endings_through_commands() {
    let repo = Repo::new(SED);
    for (at, (setting, attributes, staged, user, committed, disk)) in ENDINGS.iter().enumerate() {
        repo.git(&["config", "core.autocrlf", setting]);
        repo.git(&["config", "core.safecrlf", "false"]);
        repo.commit_unchecked(".gitattributes", format!("# {at}\n{attributes}\n"));
        let name = format!("f{at}.txt");
        repo.stage(&name, staged);
        repo.write(&name, user);
        repo.commit().ok();
        repo.holds(&name, committed, disk);
    }
}

#[test]
fn line_endings_through_built_in_fixers() {
    let repo = Repo::new(STRIP);
    for (at, (setting, attributes, staged, user, committed, disk)) in ENDINGS.iter().enumerate() {
        if staged.ends_with(b"bad") {
            continue;
        }
        let blank = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().replace("bad", "good ");
        repo.git(&["config", "core.autocrlf", setting]);
        repo.git(&["config", "core.safecrlf", "false"]);
        repo.commit_unchecked(".gitattributes", format!("# {at}\n{attributes}\n"));
        let name = format!("f{at}.txt");
        repo.stage(&name, blank(staged));
        repo.write(&name, blank(user));
        repo.commit().ok();
        repo.holds(&name, committed, disk);
    }
}

/// Rot13 on the way in and out: built-in checks see the blob, commands the file. Lines stay lines, so that edits can be merged.
#[test]
fn a_clean_and_smudge_filter() {
    // `onq` is `bad`, `tbbq` is `good`.
    let repo = Repo::new(&format!("{}{}", STRIP, SED.replace("bad", "onq").replace("good", "tbbq")));
    let rot = "tr a-z n-za-m";
    repo.git(&["config", "filter.rot.clean", rot]);
    repo.git(&["config", "filter.rot.smudge", rot]);
    repo.git(&["config", "filter.rot.required", "true"]);
    repo.commit_unchecked(".gitattributes", "*.txt filter=rot\n");
    repo.stage("whole.txt", "onq \n");
    repo.stage("partly.txt", "onq \nx\n");
    repo.write("partly.txt", "onq \nxx\n");
    repo.commit().ok();
    repo.holds("whole.txt", b"good\n", b"tbbq\n");
    repo.holds("partly.txt", b"good\nk\n", b"tbbq\nxx\n");
    repo.stage("over.txt", "onq\n");
    repo.write("over.txt", "onqq\n");
    repo.refuses(&["commit", "-m", "x"], &["over.txt", "line 1"]);
}

/// A filter that keeps lines out of the repository: the user's file keeps them, and gets the fix.
#[test]
fn a_filter_that_leaves_something_out() {
    let repo = Repo::new(SED);
    repo.git(&["config", "filter.strip.clean", "grep -v '^local' || true"]);
    repo.git(&["config", "filter.strip.smudge", "cat"]);
    repo.commit_unchecked(".gitattributes", "*.txt filter=strip\n");
    repo.stage("f.txt", "bad\nlocal secret\nb\n");
    repo.commit().ok();
    repo.holds("f.txt", b"good\nb\n", b"good\nlocal secret\nb\n");
    repo.stage("f.txt", "bad\nlocal secret\nb\n");
    repo.write("f.txt", "bad\nlocal secret\nB\n");
    repo.commit().ok();
    repo.holds("f.txt", b"good\nb\n", b"good\nlocal secret\nB\n");
    // The fix would go where the filter took the user's words away.
    repo.git(&["config", "filter.strip.clean", "sed 's/secret/bad/'"]);
    repo.stage("g.txt", "secret\n");
    repo.refuses(&["commit", "-m", "x"], &["g.txt"]);
}

/// A filter that fails: nothing is changed, and it says whose fault that is.
#[test]
fn a_filter_that_fails() {
    let repo = Repo::new(SED);
    repo.commit_unchecked(".gitattributes", "*.txt filter=f\n");
    repo.stage("f.txt", "bad\n");
    repo.git(&["config", "filter.f.clean", "false"]);
    repo.git(&["config", "filter.f.smudge", "false"]);
    repo.git(&["config", "filter.f.required", "true"]);
    let before = repo.all();
    let ended = repo.commit();
    assert!(ended.code != 0 && ended.told.contains("filter"), "{}", ended.told);
    assert_eq!(repo.all(), before);
}

/// Pointers in the repository, contents beside it, through a long-running filter process: what Git LFS does. Text checks see the
/// pointer, and a fix of another file leaves it alone.
#[test]
fn git_lfs() {
    let repo = Repo::new(&format!(
        "{SED}[hooks.pre-commit.commands.keep]\nrun = \"grep -q 'oid sha256' big.bin\"\nin = \"snapshot\"\n"
    ));
    if repo.run(repo.command("git-lfs").arg("version")).code != 0 {
        println!("skipped: git-lfs is not installed");
        return;
    }
    for (name, value) in [
        ("filter.lfs.clean", "git-lfs clean -- %f"),
        ("filter.lfs.smudge", "git-lfs smudge -- %f"),
        ("filter.lfs.process", "git-lfs filter-process"),
        ("filter.lfs.required", "true"),
    ] {
        repo.git(&["config", name, value]);
    }
    repo.commit_unchecked(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n");
    let content = b"bad \0 content\n".repeat(1000);
    repo.stage("big.bin", &content);
    repo.stage("a.txt", "bad\n");
    let before = repo.mtime("big.bin");
    // The store has the content: the snapshot holds it, not the pointer.
    let ended = repo.commit();
    ended.fails(&["keep"]);
    repo.write("xtask.toml", SED);
    repo.commit().ok();
    repo.holds("a.txt", b"good\n", b"good\n");
    assert!(repo.head("big.bin").unwrap().starts_with(b"version https://git-lfs"));
    assert_eq!(repo.disk("big.bin").unwrap(), content);
    assert_eq!(repo.mtime("big.bin"), before);
}

/// `$Id$` is blank in the blob.
#[test]
fn ident() {
    let repo = Repo::new(SED);
    repo.commit_unchecked(".gitattributes", "*.txt ident\n");
    repo.stage("f.txt", "$Id: 1234 $\nbad\n");
    repo.commit().ok();
    assert_eq!(repo.head("f.txt").unwrap(), b"$Id$\ngood\n");
    assert_eq!(repo.disk("f.txt").unwrap(), b"$Id: 1234 $\ngood\n");
    assert_eq!(repo.line(&["status", "--porcelain"]), "");
    // Partly staged, freshly checked out.
    repo.git(&["rm", "-q", "--cached", "f.txt"]);
    repo.git(&["reset", "-q", "--hard"]);
    repo.stage("f.txt", "$Id: 99 $\nbad\nx\n");
    repo.write("f.txt", "$Id: 99 $\nbad\nX\n");
    repo.commit().ok();
    repo.holds("f.txt", b"$Id$\ngood\nx\n", b"$Id: 99 $\ngood\nX\n");
}

/// How files are shown isn't what they hold.
#[test]
fn a_textconv_driver() {
    let repo = Repo::new(SED);
    repo.git(&["config", "diff.up.textconv", "tr a-z A-Z <"]);
    repo.git(&["config", "diff.external", "false"]);
    repo.git(&["config", "color.ui", "always"]);
    repo.git(&["config", "diff.noprefix", "true"]);
    repo.git(&["config", "core.quotePath", "false"]);
    repo.commit_unchecked(".gitattributes", "*.txt diff=up\n");
    repo.commit_unchecked("f.txt", "x\n");
    repo.stage("f.txt", "bad\nx\n");
    repo.write("f.txt", "bad\nX\n");
    repo.commit().ok();
    repo.holds("f.txt", b"good\nx\n", b"good\nX\n");
}

/// UTF-16 on disk, UTF-8 in the repository. A command sees what is on disk.
#[test]
fn another_encoding() {
    let utf16 = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let run = "iconv -f UTF-16LE -t UTF-8 f.txt | sed s/bad/BAD/ | iconv -f UTF-8 -t UTF-16LE > new && cat new > f.txt && rm new";
    let command = format!("[hooks.pre-commit.commands.up]\nrun = \"{run}\"\nfixes = true\n");
    for (config, fixed) in [(STRIP, "bad"), (&command, "BAD ")] {
        let repo = Repo::new(config);
        repo.commit_unchecked(".gitattributes", "*.txt text working-tree-encoding=UTF-16LE eol=crlf\n");
        repo.stage("f.txt", utf16("bad \r\nü\r\n"));
        repo.write("f.txt", utf16("bad \r\nmine ü \r\n"));
        repo.commit().ok();
        assert_eq!(repo.head("f.txt").unwrap(), format!("{fixed}\nü\n").as_bytes());
        assert_eq!(repo.disk("f.txt").unwrap(), utf16(&format!("{fixed}\r\nmine ü \r\n")));
        assert_eq!(repo.staged("f.txt"), repo.head("f.txt"));
    }
}

/// Attributes that are staged with the file, and edited since.
#[test]
fn attributes_in_the_same_commit() {
    let repo = Repo::new(&format!("{STRIP}{SED}"));
    repo.stage(".gitattributes", "*.txt text eol=crlf\n");
    repo.stage("f.txt", "bad \r\nb\r\n");
    repo.write("f.txt", "bad \r\nB\r\n");
    repo.commit().ok();
    repo.holds("f.txt", b"good\nb\n", b"good\r\nB\r\n");
    // Taken away on disk alone.
    repo.stage("g.txt", "bad \r\nb\r\n");
    repo.write(".gitattributes", "");
    repo.commit().ok();
    assert_eq!(repo.head("g.txt").unwrap(), b"good\nb\n");
    assert_eq!(repo.disk("g.txt").unwrap(), b"good\r\nb\r\n");
}
