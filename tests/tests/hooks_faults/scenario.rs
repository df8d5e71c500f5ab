//! Commits that land fixes in several files, and what they come to where nothing kills them.

use std::path::PathBuf;
use std::process::Output;

use xtask_tests::Sandbox;

use super::state::State;

/// A way to commit.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// What `xtask.toml` holds.
    pub(crate) config: &'static str,
    /// The arguments of git.
    pub(crate) commit: &'static [&'static str],
    /// The exit code of a commit that nothing kills.
    pub(crate) code: i32,
    /// Whether the index that is committed is the working tree's own, and learns of fixes.
    pub(crate) restages: bool,
    /// At least so many transitions a run goes through.
    pub(crate) transitions: usize,
    /// Whether recoveries are killed, too.
    pub(crate) thorough: bool,
}

pub(crate) const CHECKS: &str =
    "[hooks.pre-commit]\nchecks = [\"trailing-whitespace\", \"end-of-file-fixer\", \"mixed-line-ending\"]\n";

pub(crate) const PARTLY: &str = "partly.txt";

/// A scenario set up, with copies of its repository to start from.
pub(crate) struct Stand {
    pub(crate) scenario: Scenario,
    pub(crate) sandbox: Sandbox,
    /// Before the commit.
    pub(crate) before: State,
    /// After a commit that nothing killed.
    pub(crate) after: State,
}

impl Stand {
    pub(crate) fn new(scenario: Scenario) -> Self {
        let sandbox = Sandbox::repository(env!("CARGO_BIN_EXE_xtask-under-test"));
        prepare(&sandbox, scenario.config);
        let before = State::of(&sandbox);
        let stand = Self { after: before.clone(), scenario, sandbox, before };
        stand.keep("start");
        let ended = stand.commit(None);
        assert_eq!(ended.status.code(), Some(stand.scenario.code), "{}", said(&ended));
        Self { after: State::of(&stand.sandbox), ..stand }
    }

    fn copy(&self, from: PathBuf, to: PathBuf) {
        let gone =
            self.sandbox.command("rm").current_dir(self.sandbox.outside()).arg("-rf").arg(&to).status();
        assert!(gone.unwrap().success());
        let copied = self
            .sandbox
            .command("cp")
            .current_dir(self.sandbox.outside())
            .arg("-a")
            .args([from, to])
            .status();
        assert!(copied.unwrap().success());
    }

    /// Keeps the repository as it is.
    pub(crate) fn keep(&self, name: &str) {
        self.copy(self.sandbox.root(), self.sandbox.outside().join(name));
    }

    /// Makes the repository what it was.
    pub(crate) fn restore(&self, name: &str) {
        self.copy(self.sandbox.outside().join(name), self.sandbox.outside().join("repo"));
    }

    fn log(&self) -> PathBuf {
        self.sandbox.outside().join("died-at")
    }

    /// The names of the transitions that killed a process since this was asked last.
    pub(crate) fn died_at(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.log()).unwrap_or_default();
        let _ = std::fs::remove_file(self.log());
        text.lines().map(str::to_owned).collect()
    }

    /// Commits; killed at this transition.
    pub(crate) fn commit(&self, fault: Option<usize>) -> Output {
        self.git(self.scenario.commit, fault)
    }

    pub(crate) fn git(&self, arguments: &[&str], fault: Option<usize>) -> Output {
        let mut command = self.sandbox.command("git");
        command.args(arguments);
        self.end(command, fault)
    }

    /// Recovers; killed at this transition.
    pub(crate) fn recover(&self, fault: Option<usize>) -> Output {
        let mut command = self.sandbox.program();
        command.args(["hooks", "recover"]);
        self.end(command, fault)
    }

    fn end(&self, mut command: std::process::Command, fault: Option<usize>) -> Output {
        if let Some(fault) = fault {
            command.env("XTASK_FAULT", fault.to_string()).env("XTASK_FAULT_LOG", self.log());
        }
        command.output().unwrap()
    }
}

pub(crate) fn said(ended: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\n{}{}", ended.status, text(&ended.stdout), text(&ended.stderr))
}

fn prepare(sandbox: &Sandbox, config: &str) {
    let lines = |from: usize| (from..from + 12).map(|at| format!("line {at}\n")).collect::<Vec<_>>().concat();
    sandbox.write("xtask.toml", config).write(".gitignore", "ignored\n");
    for path in [PARTLY, "d/plain.txt", "other.txt", "e/gone.txt", "run.sh"] {
        sandbox.write(path, lines(1));
    }
    sandbox.write("crlf.txt", "one\r\ntwo\r\nthree\r\n");
    let tool = "sed -i s/^token$/TOKEN/ d/plain.txt\nprintf 'made\\n' >made.txt\ngit add made.txt\n";
    sandbox.write("tool.sh", tool);
    let executable = sandbox.command("chmod").args(["755", "run.sh"]).status().unwrap();
    assert!(executable.success());
    sandbox.commit("begin");
    let installed = sandbox.run(&["hooks", "install"]);
    assert_eq!(installed.code, 0, "{installed}");
    // What git puts there as an example is copied each time.
    let hooks = std::fs::read_dir(sandbox.root().join(".git/hooks")).unwrap();
    for sample in hooks.flatten().filter(|hook| hook.path().extension().is_some_and(|end| end == "sample")) {
        std::fs::remove_file(sample.path()).unwrap();
    }
    // Copies of the repository needn't hold the program.
    let program = sandbox.root().join(".git/xtask/bin/xtask");
    std::fs::remove_file(&program).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_xtask-under-test"), &program).unwrap();
    // What is staged, and wants mending.
    sandbox
        .write(PARTLY, format!("staged \n{}", lines(1)))
        .write("d/plain.txt", format!("{}token\nlast \n\n\n", lines(1)))
        .write("d/new.txt", "new\t\nwithout end")
        .write("crlf.txt", "one\r\ntwo \r\nthree\r\nfour\r\n")
        .write("run.sh", "#!/bin/sh \ntrue\n");
    sandbox.git(&["add", "--all"]);
    // What isn't: in a file that is staged, in others, and what git doesn't know.
    sandbox
        .write(PARTLY, format!("staged \n{}not staged  \n", lines(1).replace("line 7\n", "line 7\ntyped \n")))
        .write("other.txt", format!("{}mine \n", lines(2)))
        .write("untracked.txt", "untracked \n")
        .write("ignored", "ignored \n");
    std::fs::remove_file(sandbox.root().join("e/gone.txt")).unwrap();
}
