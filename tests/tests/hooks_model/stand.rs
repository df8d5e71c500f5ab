//! A repository in which one random commit after the other is made and looked at.

use std::fmt::Write;
use std::os::unix::fs::PermissionsExt;

use xtask_tests::Sandbox;

use super::case::{Case, Command, File, Way};
use super::reference::{Merged, fixed, is_exactly, is_merge, lines, merged, parts, users};
use super::state::{State, leftovers};

/// How a commit ended, as the model allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    Committed,
    /// A fix and an edit meet.
    Overlap,
    /// They are said to meet, and the model sees no need.
    NeedlessOverlap,
    /// Fixers never come to an end.
    Unstable,
}

pub(crate) struct Stand {
    sandbox: Sandbox,
}

/// What the model says of one file.
struct Expected {
    path: String,
    /// What is committed; `None`: it is deleted.
    committed: Option<Vec<u8>>,
    /// What the index holds then.
    indexed: Option<Vec<u8>>,
    merged: Merged,
    user: Option<(Vec<String>, Vec<super::reference::From>)>,
    staged: Vec<String>,
    converted: bool,
}

impl Stand {
    pub(crate) fn new() -> Self {
        let sandbox = Sandbox::repository(env!("CARGO_BIN_EXE_xtask-under-test"));
        sandbox.write("xtask.toml", "[hooks.pre-commit]\nchecks = [\"default\"]\n");
        let installed = sandbox.run(&["hooks", "install"]);
        assert_eq!(installed.code, 0, "{installed}");
        Self { sandbox }
    }

    /// Makes the commit, and says how it ended, or what was wrong.
    pub(crate) fn commit(&mut self, case: &Case) -> Result<End, String> {
        self.prepare(case);
        let before = State::of(&self.sandbox);
        let paths: Vec<String> = (0..case.files.len()).map(|at| path(&case.files[at], at)).collect();
        let mut arguments = vec!["commit", "--quiet", "--allow-empty", "-m", "x"];
        match case.way {
            Way::Plain => {}
            Way::All => arguments.push("-a"),
            Way::Amend => arguments.push("--amend"),
            Way::Paths => {
                arguments.push("--");
                arguments.push("xtask.toml");
                arguments.extend(
                    case.files.iter().zip(&paths).filter(|(file, _)| file.named).map(|(_, path)| &path[..]),
                );
            }
        }
        let output = self.sandbox.command("git").args(&arguments).output().unwrap();
        let told =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let after = State::of(&self.sandbox);
        let left = leftovers(&self.sandbox);
        let mut wrong = String::new();
        if !left.is_empty() {
            let _ = writeln!(wrong, "left over: {left:?}");
        }
        let expected: Option<Vec<Expected>> =
            case.files.iter().enumerate().map(|(at, file)| expected(case, file, at)).collect();
        let end = match (&expected, output.status.code()) {
            (None, Some(1)) => End::Unstable,
            (None, _) => return Err(format!("fixers at odds, yet: {}\n{told}", output.status)),
            (Some(expected), Some(0)) => {
                for one in expected {
                    self.look(one, &after, &mut wrong);
                }
                End::Committed
            }
            (Some(expected), Some(1)) if expected.iter().any(|one| one.merged == Merged::Overlap) => {
                End::Overlap
            }
            (Some(expected), Some(1)) if expected.iter().any(|one| one.merged == Merged::Some) => {
                End::Overlap
            }
            (Some(_), Some(1)) if told.contains("edited again") => End::NeedlessOverlap,
            _ => return Err(format!("{}: {told}", output.status)),
        };
        for (path, file) in &before.files {
            let is_case = paths.contains(path);
            if (end != End::Committed || !is_case) && after.files.get(path) != Some(file) {
                let _ = writeln!(wrong, "{path} was touched: {file:?} {:?}", after.files.get(path));
            }
            if after.files.get(path).is_some_and(|after| after.mode != file.mode) {
                let _ = writeln!(wrong, "{path} has another mode");
            }
        }
        if end != End::Committed && (after.index != before.index || after.head != before.head) {
            let _ = writeln!(wrong, "the index or HEAD was changed");
        }
        if wrong.is_empty() { Ok(end) } else { Err(format!("{wrong}\n{told}")) }
    }

    fn prepare(&self, case: &Case) {
        for entry in std::fs::read_dir(self.sandbox.root()).unwrap().flatten() {
            if entry.path().is_file() {
                std::fs::remove_file(entry.path()).unwrap();
            }
        }
        let mut config = format!("[hooks.pre-commit]\nchecks = {:?}\n", case.checks);
        if let Some(command) = case.command {
            let run = command.run();
            let _ = write!(
                config,
                "[hooks.pre-commit.commands.command]\nrun = '''{run}'''\nfixes = true\ntypes = [\"text\"]\nglob = [\"f*\"]\n"
            );
        }
        self.sandbox.write("xtask.toml", config).write(".gitattributes", "*.crlf text eol=crlf\n");
        if case.command == Some(Command::Sort) {
            let script = "export LC_ALL=C\nfor file; do\n  { grep -a ^import \"$file\" | sort; grep -av ^import \"$file\"; } >\"$file.new\"\n  cat \"$file.new\" >\"$file\"\n  rm \"$file.new\"\ndone\n";
            self.sandbox.write("sort.sh", script);
        }
        if case.command == Some(Command::Header) {
            let script = "for file; do\n  sed -i '1{/^# head/!i # head\n}' \"$file\"\ndone\n";
            self.sandbox.write("header.sh", script);
        }
        self.sandbox.write("data.bin", b"\0base \n\n");
        for (at, file) in case.files.iter().enumerate() {
            if let Some(head) = &file.head {
                self.sandbox.write(&path(file, at), head.bytes());
            }
        }
        self.sandbox.git(&["add", "--all"]);
        self.sandbox.git(&[
            "-c",
            "core.hooksPath=/dev/null",
            "commit",
            "--quiet",
            "--allow-empty",
            "-m",
            "base",
        ]);
        self.sandbox.write("data.bin", b"\0staged \n\n");
        for (at, file) in case.files.iter().enumerate() {
            let path = path(file, at);
            self.sandbox.write(&path, file.staged.bytes());
            let mode = if file.executable { 0o755 } else { 0o644 };
            std::fs::set_permissions(self.sandbox.root().join(&path), PermissionsExt::from_mode(mode))
                .unwrap();
        }
        self.sandbox.git(&["add", "--all"]);
        self.sandbox.write("untracked.txt", "untracked \n\n").write("data.bin", b"\0mine \n\n");
        if case.way == Way::All {
            self.sandbox.write("data.bin", b"\0staged \n\n");
        }
        for (at, file) in case.files.iter().enumerate() {
            let path = path(file, at);
            match users(file) {
                None => std::fs::remove_file(self.sandbox.root().join(path)).unwrap(),
                Some((lines, _)) => {
                    let text = lines.concat();
                    let text = if file.converted { text.replace('\n', "\r\n") } else { text };
                    self.sandbox.write(&path, text);
                }
            }
        }
    }

    /// Compares a file after a commit that went through.
    fn look(&self, expected: &Expected, after: &State, wrong: &mut String) {
        let path = &expected.path;
        let show = |object: &str| {
            let output = self.sandbox.command("git").args(["cat-file", "blob", object]).output().unwrap();
            output.status.success().then_some(output.stdout)
        };
        let text =
            |bytes: &Option<Vec<u8>>| bytes.as_ref().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let found = show(&format!("HEAD:{path}"));
        if expected.committed != found {
            let _ = writeln!(wrong, "HEAD:{path} {:?}, not {:?}", text(&found), text(&expected.committed));
        }
        // Paths that weren't named stay staged as they were.
        let indexed = show(&format!(":{path}"));
        if expected.indexed != indexed {
            let _ = writeln!(wrong, ":{path} {:?}, not {:?}", text(&indexed), text(&expected.indexed));
        }
        let found = after.files.get(path).map(|file| file.bytes.clone());
        let (Some((user, from)), Some(found)) = (&expected.user, &found) else {
            if expected.user.is_some() != found.is_some() {
                let _ = writeln!(wrong, "{path} vanished, or came back: {:?}", text(&found));
            }
            return;
        };
        let mut found = lines(found);
        if expected.converted {
            let all = found.iter().all(|line| line.ends_with("\r\n") || !line.ends_with('\n'));
            if !all {
                let _ = writeln!(wrong, "{path} isn't as git checks it out: {found:?}");
            }
            found = found.iter().map(|line| line.replace("\r\n", "\n")).collect();
        }
        let fixed = lines(expected.committed.as_deref().unwrap_or_default());
        let is_right = match &expected.merged {
            Merged::Exactly(lines) => is_exactly(&found, lines, from, &expected.staged),
            Merged::Overlap => false,
            Merged::Some => is_merge(&found, &fixed, user, from, expected.staged.len()),
        };
        if !is_right {
            let _ = writeln!(
                wrong,
                "{path} is {found:?}, expected {:?}; user {user:?}, fixed {fixed:?}",
                expected.merged
            );
        }
    }
}

fn path(file: &File, at: usize) -> String {
    format!("f{at}.{}", if file.converted { "crlf" } else { "txt" })
}

/// What the model says of a file; `None` where fixers are at odds.
fn expected(case: &Case, file: &File, at: usize) -> Option<Expected> {
    let user = users(file);
    let staged = match case.way {
        Way::Plain | Way::Amend => Some(file.staged.bytes()),
        Way::All => user.as_ref().map(|(lines, _)| lines.concat().into_bytes()),
        Way::Paths if file.named => user.as_ref().map(|(lines, _)| lines.concat().into_bytes()),
        Way::Paths => {
            // It isn't committed, and nothing happens to it.
            let head = file.head.as_ref().map(super::case::Content::bytes);
            let merged = Merged::Exactly(user.as_ref().map(|(lines, _)| lines.clone()).unwrap_or_default());
            let indexed = Some(file.staged.bytes());
            return Some(Expected {
                path: path(file, at),
                committed: head,
                indexed,
                merged,
                user,
                staged: Vec::new(),
                converted: file.converted,
            });
        }
    };
    let head = file.head.as_ref().map(super::case::Content::bytes);
    let is_candidate = head != staged || file.executable;
    let committed = match &staged {
        Some(staged) if is_candidate => Some(fixed(case, staged)?),
        staged => staged.clone(),
    };
    let base = lines(staged.as_deref().unwrap_or_default());
    let result = lines(committed.as_deref().unwrap_or_default());
    let merged = match &user {
        Some((user, from)) => merged(&base, &result, user, from),
        None => Merged::Exactly(Vec::new()),
    };
    debug_assert!(base.iter().all(|line| !parts(line).0.contains('\n')));
    Some(Expected {
        path: path(file, at),
        indexed: committed.clone(),
        committed,
        merged,
        user,
        staged: base,
        converted: file.converted,
    })
}
