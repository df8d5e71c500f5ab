//! `xtask hooks` as it is called: names, missing programs, plans.

use crate::repository;

#[test]
fn files_are_named_from_where_one_stands() {
    let sandbox = repository();
    sandbox.write("bad.txt", "x \n").write("d/ok.txt", "x\n").commit("files");
    sandbox.write("../outside.txt", "x \n");
    let run = |file: &str| sandbox.run_in("d", &["hooks", "run", "pre-commit", "--files", file, "--fix"]);
    let output = sandbox.run_in("d", &["hooks", "run", "pre-commit", "--files", "../bad.txt"]);
    assert_eq!(output.code, 1, "{output}");
    assert!(output.stdout.contains("  bad.txt:1"), "{output}");
    assert_eq!(run("../../outside.txt").code, 2);
    assert_eq!(run("../.git/config").code, 2);
    assert_eq!((sandbox.read("bad.txt"), sandbox.read("../outside.txt")), ("x \n".into(), "x \n".into()));
    assert_eq!(run("../bad.txt").code, 0);
    assert_eq!(sandbox.read("bad.txt"), "x\n");
}

/// Where there is no repository no file is tracked, and where git is needed and missing nothing is measured: neither passes.
#[test]
fn without_git_nothing_passes() {
    let sandbox = xtask_tests::Sandbox::bare_folder(crate::PROGRAM);
    sandbox.write("a.txt", "text\n");
    let output = sandbox.run(&["hooks", "run", "pre-commit", "--all-files"]);
    assert_eq!(output.code, 2, "{output}");
    assert!(output.stderr.contains("in no git repository"), "{output}");
    assert_eq!(sandbox.run(&["hooks", "run", "pre-commit"]).code, 2);
    assert_eq!(sandbox.run(&["hooks", "run", "pre-commit", "--files", "a.txt"]).code, 0);
    #[cfg(unix)]
    {
        let sandbox = repository();
        sandbox.write("a.txt", "text\n").git(&["add", "a.txt"]);
        let sandbox = sandbox.variable("PATH", "/nowhere");
        for more in [&[][..], &["--all-files"]] {
            let arguments = [&["hooks", "run", "pre-commit"], more].concat();
            let output = sandbox.run(&arguments);
            assert!(output.code == 3 || output.stdout.contains("10 checks"), "{output}");
        }
    }
}

/// A command whose program isn't there measured nothing: it is missing, beside what the others found.
#[test]
fn a_command_without_its_program_is_missing() {
    for (bad, strict, code) in [("", false, 0), ("", true, 3), (" ", false, 1), (" ", true, 3)] {
        let sandbox = repository();
        sandbox
            .write(
                "xtask.toml",
                "[hooks.pre-commit]\nchecks = [\"default\"]\n[hooks.pre-commit.commands.none]\nrun = \"no-such-program-here\"\n",
            )
            .write("a.txt", format!("text{bad}\n"))
            .commit("begin");
        let arguments: &[&str] =
            if strict { &["ci", "--only", "hooks", "--strict"] } else { &["ci", "--skip", "lint"] };
        let output = sandbox.run(arguments);
        assert_eq!(output.code, code, "{output}");
        assert!(output.stdout.contains("no-such-program-here"), "{output}");
    }
}

#[test]
fn a_plan_does_nothing() {
    let sandbox = repository();
    sandbox
        .write(
            ".pre-commit-config.yaml",
            "repos:\n- repo: https://github.com/pre-commit/pre-commit-hooks\n  rev: v6.0.0\n  hooks:\n  - id: check-yaml\n",
        )
        .commit("begin");
    let is_installed = || sandbox.root().join(".git/hooks/pre-commit").exists();
    let says = |arguments: &[&str], words: &str| {
        let output = sandbox.run(arguments);
        assert_eq!(output.code, 0, "{output}");
        assert!(format!("{}{}", output.stdout, output.stderr).contains(words), "{output}");
    };
    says(&["hooks", "install", "--plan"], "pre-commit: installed");
    assert!(!is_installed() && !sandbox.root().join(".git/xtask").exists());
    says(&["hooks", "install"], "pre-commit: installed");
    says(&["hooks", "uninstall", "--plan"], "pre-commit: removed");
    assert!(is_installed());
    let config = sandbox.root().join("xtask.toml");
    let before = std::fs::read(&config).ok();
    says(&["hooks", "import", "--write", "--plan"], "would write [hooks]");
    assert_eq!(std::fs::read(&config).ok(), before);
    says(&["hooks", "recover", "--plan"], "nothing to recover");
    sandbox.write(".git/xtask/journal/plan.json", "{}");
    says(&["hooks", "recover", "--plan"], "they would be put right");
    assert!(sandbox.root().join(".git/xtask/journal/plan.json").exists());
}

/// What was written is in the file: told are its names, what waits, what is missing and differs, and the next step. A second import in
/// its place leaves nothing of the first one.
#[test]
fn an_import_that_writes_tells_what_the_file_does_not() {
    let config = "repos:\n- repo: https://github.com/pre-commit/pre-commit-hooks\n  rev: v6.0.0\n  hooks:\n  - id: check-yaml\n\
        - repo: https://github.com/astral-sh/ruff-pre-commit\n  rev: v0.6.9\n  hooks: [{id: ruff}, {id: ruff-format}]\n\
        - repo: https://example.com/a/b\n  rev: v1\n  hooks: [{id: other}]\n";
    let sandbox = repository();
    sandbox
        .write(".pre-commit-config.yaml", config)
        .write("xtask.toml", "# Ours.\n\n[lint]\n")
        .commit("begin");
    let output = sandbox.run(&["hooks", "import", "--write", "--accept", "ruff"]);
    assert_eq!(output.code, 0, "{output}");
    assert!(output.stdout.starts_with("  pre-commit: check-yaml, ruff\n\nCommented out"), "{output}");
    for part in ["all takes them): ruff-format\n", "Not carried over:\n", "What behaves differently:\n"] {
        assert!(output.stdout.contains(part), "{part}: {output}");
    }
    assert!(!output.stdout.contains("[hooks.pre-commit"), "{output}");
    assert!(
        output.stderr.contains("wrote [hooks] into") && output.stderr.contains("hooks install"),
        "{output}"
    );
    let first = sandbox.read("xtask.toml");
    assert!(first.starts_with("# Ours.\n\n[lint]\n\n# Imported from"), "{first}");
    for (accept, again) in [("all", false), ("ruff", true)] {
        let output = sandbox.run(&["hooks", "import", "--write", "--replace", "--accept", accept]);
        assert_eq!(output.code, 0, "{output}");
        assert_eq!(sandbox.read("xtask.toml") == first, again, "{}", sandbox.read("xtask.toml"));
    }
}
