//! Tables of small configurations.

use xtask_core::files;

use super::super::{Imported, Kind, import};

fn attempt(name: &str, text: &str) -> xtask_core::model::Result<Imported> {
    let folder = tempfile::tempdir().unwrap();
    files::write(&folder.path().join(name), text.as_bytes()).unwrap();
    import(folder.path(), Some(Kind::Lefthook))
}

fn toml(text: &str) -> String {
    let toml = attempt("lefthook.yml", text).unwrap().toml;
    toml.split_once('\n').unwrap().1.to_owned()
}

#[test]
fn commands_scripts_and_jobs() {
    let text = "pre-commit:\n  parallel: true\n  commands:\n    b:\n      glob: '*.{js,ts}'\n      run: npx eslint --fix {staged_files}\n      stage_fixed: true\n      \
        tags: [front, js]\n      env: {CI: 1}\n      timeout: 30s\n    a:\n      priority: 2\n      root: 'web/'\n      run: yarn lint\n    c:\n      priority: 1\n      run: ./c '{all_files}'\n\
        \x20 scripts:\n    'hello.sh': {runner: bash}\n\
        commit-msg:\n  jobs:\n    - run: npx commitlint --edit {1}\n    - group:\n        jobs:\n          - {name: x, run: check 'a'}\npost-merge:\n  commands:\n    i: {run: npm ci}\n";
    let expected = "[hooks.pre-commit.commands.c]\nrun = \"./c {files}\"\n\n\
        [hooks.pre-commit.commands.a]\nrun = \"yarn lint\"\nfolder = \"web\"\n\n\
        # Tags: front, js\n[hooks.pre-commit.commands.b]\nrun = \"npx eslint --fix {files}\"\nglob = [\"*.js\", \"*.ts\"]\nfixes = true\ntimeout = \"30s\"\nenv = { CI = \"1\" }\n\n\
        [hooks.pre-commit.commands.hello]\nrun = 'bash .lefthook/pre-commit/hello.sh \"$@\"'\nalways = true\n\n\
        [hooks.commit-msg.commands.commitlint]\nrun = 'npx commitlint --edit \"$1\"'\n\n\
        [hooks.commit-msg.commands.x]\nrun = \"check 'a'\"\n\n\
        [hooks.post-merge.commands.i]\nrun = \"npm ci\"\nalways = true\n";
    let stages =
        ["prepare", "commit-msg", "post-merge"].map(|stage| toml(text).find(&format!("[hooks.{stage}.")));
    assert!(stages[1] < stages[2]);
    assert_eq!(toml(text), expected);
}

#[test]
fn file_rules() {
    for (given, expected) in [
        ("glob: 'src/*.rb'", "regex = '(?i)^src/.*\\.rb$'\n"),
        ("glob: ['*.rb', 'Gemfile']", "regex = '(?:(?i)^Gemfile$)|(?:(?i)\\.rb$)'\n"),
        ("exclude: ['*.min.js', 'gen/*']", "exclude = [\"*.min.js\"]\nexclude-regex = \"(?i)^gen/.*$\"\n"),
        ("file_types: [text, not executable]", "types-all = [\"text\", \"non-executable\"]\n"),
    ] {
        let toml = toml(&format!(
            "pre-commit:\n  commands:\n    x:\n      run: x {{staged_files}}\n      {given}\n"
        ));
        assert_eq!(toml, format!("[hooks.pre-commit.commands.x]\nrun = \"x {{files}}\"\n{expected}"));
    }
    let old = toml("min_version: 1.5.0\npre-commit:\n  commands:\n    x: {run: x, exclude: 'a|b'}\n");
    assert!(old.contains("exclude-regex = \"a|b\""), "{old}");
    let stars =
        toml("glob_matcher: doublestar\npre-commit:\n  commands:\n    x: {run: x, glob: 'src/**/*.rb'}\n");
    assert!(stars.contains("glob = [\"/src/**/*.rb\"]"), "{stars}");
}

#[test]
fn conditions() {
    let guarded = toml(
        "pre-commit:\n  commands:\n    x:\n      run: x\n      skip: [{run: test -n \"$NO\"}, merge, {ref: main}]\n",
    );
    assert!(guarded.contains("if { test -n \"$NO\"; }; then :; else\nx\nfi"), "{guarded}");
    let imported = attempt(
        "lefthook.yml",
        "colors: false\nremotes: [{git_url: x}]\nother: {commands: {x: {run: x}}}\nwhat: 1\npre-commit:\n  exclude_tags: [slow]\n  commands:\n    a: {run: a, skip: true}\n    b: {run: b, tags: slow}\n    \
         c: {run: c, skip: [merge, {ref: main}], interactive: true, files: git ls-files, nonsense: 1}\n",
    )
    .unwrap();
    let told: Vec<&str> = imported.unmapped.iter().map(|one| one.what.as_str()).collect();
    for part in [
        "`colors`",
        "`remotes`",
        "`other`",
        "`what`",
        ": a",
        ": b",
        "merge",
        "ref main",
        "`interactive`",
        "`files`",
        "`nonsense`",
    ] {
        assert!(told.iter().any(|what| what.contains(part)), "{part}: {told:#?}");
    }
    assert_eq!(imported.mapped.len(), 1);
}

#[test]
fn other_formats_and_extends() {
    for (name, text) in [
        ("lefthook.json", "{\"pre-push\": {\"commands\": {\"t\": {\"run\": \"make test\"}}}}"),
        ("lefthook.toml", "[pre-push.commands.t]\nrun = \"make test\"\n"),
        (".lefthook.yaml", "pre-push: {commands: {t: {run: make test}}}"),
    ] {
        let imported = attempt(name, text).unwrap();
        assert!(
            imported.toml.contains("[hooks.pre-push.commands.t]\nrun = \"make test\"\n"),
            "{}",
            imported.toml
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| files::write(&folder.path().join(name), text.as_bytes()).unwrap();
    write("lefthook.yml", "extends: [base.yml, gone.yml]\npre-commit: {commands: {a: {run: own}}}\n");
    write("base.yml", "pre-commit: {commands: {a: {run: base, glob: '*.c'}, b: {run: b}}}\n");
    write("lefthook-local.yml", "pre-commit: {}\n");
    let imported = import(folder.path(), None).unwrap();
    assert!(
        imported
            .toml
            .contains("commands.a]\nrun = \"own\"\nglob = [\"*.c\"]\n\n[hooks.pre-commit.commands.b]"),
        "{}",
        imported.toml
    );
    assert_eq!(imported.sources, ["lefthook.yml", "base.yml"]);
    let told: Vec<&str> = imported.unmapped.iter().map(|one| one.what.as_str()).collect();
    assert!(
        told.contains(&"lefthook-local.yml") && told.iter().any(|what| what.contains("gone.yml")),
        "{told:?}"
    );
}

#[test]
fn bad_input_names_its_line() {
    for (text, place) in [
        ("pre-commit:\n  commands: [a]\n", "lefthook.yml:2"),
        ("pre-commit:\n  commands:\n    a: {glob: x}\n", "lefthook.yml:3"),
        ("pre-commit:\n  commands:\n    a:\n      run: [x]\n", "lefthook.yml:4"),
        ("pre-commit:\n  jobs:\n    - group: {}\n", "lefthook.yml:3"),
        ("- a\n", "lefthook.yml:1"),
        ("a: 'b\n", "lefthook.yml:"),
    ] {
        let problem = attempt("lefthook.yml", text).unwrap_err();
        assert!(problem.what.starts_with(place), "{text}: {problem}");
    }
}
