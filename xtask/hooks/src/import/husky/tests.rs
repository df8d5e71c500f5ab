//! Folders as projects have them.

use xtask_core::files;

use super::super::{Imported, import};

fn attempt(all: &[(&str, &str)]) -> xtask_core::model::Result<Imported> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in all {
        files::write(&folder.path().join(name), text.as_bytes()).unwrap();
    }
    import(folder.path(), None)
}

fn toml(all: &[(&str, &str)]) -> String {
    let toml = attempt(all).unwrap().toml;
    toml.split_once('\n').unwrap().1.to_owned()
}

#[test]
fn scripts_and_rules() {
    let all = [
        (".husky/pre-commit", "npx lint-staged\nnpm test\n"),
        (".husky/commit-msg", "#!/bin/sh\n. \"$(dirname \"$0\")/_/husky.sh\"\ncommitlint --edit \"$1\"\n"),
        (".husky/_/husky.sh", "# husky\n"),
        (
            "package.json",
            "{\"lint-staged\": {\"*.{js,ts}\": [\"eslint --fix\", \"prettier --write\", \"git add\"], \"docs/**/*.md\": \"markdownlint\", \"+(x).c\": \"y\"}}",
        ),
    ];
    let expected = "[hooks.pre-commit.commands.eslint]\nrun = \"npx --no -- eslint --fix {files}\"\nglob = [\"*.js\", \"*.ts\"]\nfixes = true\n\n\
        [hooks.pre-commit.commands.prettier]\nrun = \"npx --no -- prettier --write {files}\"\nglob = [\"*.js\", \"*.ts\"]\nfixes = true\n\n\
        [hooks.pre-commit.commands.markdownlint]\nrun = \"npx --no -- markdownlint {files}\"\nglob = [\"/docs/**/*.md\"]\nfixes = true\n\n\
        [hooks.pre-commit.commands.test]\nrun = \"npm test\"\nalways = true\n\n\
        [hooks.commit-msg.commands.commitlint]\nrun = 'npx --no -- commitlint --edit \"$1\"'\nalways = true\n";
    let toml = toml(&all);
    let commit = toml.find("[hooks.commit-msg").unwrap();
    let pre = toml.find("[hooks.pre-commit").unwrap();
    let both = if pre < commit {
        toml.clone()
    } else {
        format!("{}\n{}", toml[pre..].trim_end(), &toml[commit..pre])
    };
    assert_eq!(both.trim(), expected.trim());
    let told = attempt(&all).unwrap().unmapped;
    assert!(
        told.iter().any(|one| one.what.contains("git add"))
            && told.iter().any(|one| one.what.contains("+(x).c")),
        "{told:?}"
    );
}

#[test]
fn a_script_with_conditions_runs_as_it_is() {
    let toml = toml(&[(".husky/pre-push", "if [ -z \"$CI\" ]; then\n  npm test\nfi\n")]);
    assert!(toml.contains("sh -e .husky/pre-push \"$@\"") && toml.contains("husky-pre-push"), "{toml}");
}

#[test]
fn package_json_of_older_versions() {
    let toml = toml(&[
        ("yarn.lock", ""),
        (
            "package.json",
            "{\"husky\": {\"hooks\": {\"pre-commit\": \"lint-staged\", \"commit-msg\": \"commitlint -E HUSKY_GIT_PARAMS\"}}, \"lint-staged\": {\"linters\": {\"*.js\": \"eslint\"}}}",
        ),
    ]);
    assert!(
        toml.contains("run = \"yarn run eslint {files}\"") && toml.contains("commitlint -E \"$1\""),
        "{toml}"
    );
}

#[test]
fn packages_of_a_monorepo_take_their_own_files() {
    let toml = toml(&[
        (".husky/pre-commit", "pnpm exec lint-staged\n"),
        ("pnpm-lock.yaml", ""),
        (".lintstagedrc.yml", "'*.js': eslint\n"),
        ("packages/a/.lintstagedrc", "{\"src/*.ts\": \"tsc-files --noEmit\"}"),
        ("packages/b/lint-staged.config.js", "module.exports = {}"),
    ]);
    assert!(
        toml.contains("run = \"pnpm exec eslint {files}\"\nglob = [\"*.js\"]\nexclude = [\"/packages/a/\"]"),
        "{toml}"
    );
    assert!(
        toml.contains("glob = [\"/packages/a/src/*.ts\"]\nfixes = true\nfolder = \"packages/a\""),
        "{toml}"
    );
}

#[test]
fn bad_input() {
    for (all, what) in [
        (&[("package.json", "{\n\"a\": }")][..], "package.json:2"),
        (&[(".lintstagedrc", "a: [\n")], ".lintstagedrc:2"),
        (&[(".lintstagedrc.json", "{\"*.js\": {\"a\": 1}}")], ".lintstagedrc.json"),
        (&[(".lintstagedrc.json", "{\"*.js\": \"eslint 'x\"}")], ".lintstagedrc.json"),
        (&[], "there is nothing to import"),
        (&[("lefthook.yml", "pre-commit: {}\n"), (".husky/pre-commit", "a\n")], "several hook managers"),
    ] {
        let problem = attempt(all).unwrap_err();
        assert!(problem.what.contains(what) && !problem.fix.is_empty(), "{problem}");
    }
}
