//! pre-commit with the programs of pre-commit-hooks: how it is configured, run, and read.

use std::collections::BTreeSet;
use std::path::Path;

use xtask_tests::Sandbox;

use super::comparing::Mode;

/// The checks, and for pre-commit: the module of the original, its arguments, and the types that it takes.
pub(super) const CHECKS: [(&str, &str, &str, &str); 10] = [
    ("check-added-large-files", "check_added_large_files", "", "types: [file]"),
    ("check-case-conflict", "check_case_conflict", "", "types: [file]"),
    ("check-executables-have-shebangs", "check_executables_have_shebangs", "", "types: [text, executable]"),
    ("check-illegal-windows-names", "", "", ""),
    ("check-shebang-scripts-are-executable", "check_shebang_scripts_are_executable", "", "types: [text]"),
    ("check-symlinks", "check_symlinks", "", "types: [symlink]"),
    ("destroyed-symlinks", "destroyed_symlinks", "", "types: [file]"),
    ("forbid-new-submodules", "forbid_new_submodules", "", "types: [directory]"),
    ("forbid-submodules", "", "", "types: [directory]"),
    (
        "no-commit-to-branch",
        "no_commit_to_branch",
        "-b main -b a/b -p 'rel(ease)?/\\d'",
        "always_run: true, pass_filenames: false",
    ),
];

/// The configuration of pre-commit that runs the originals.
fn configuration(python: &Path, mode: Mode) -> String {
    let mut text = "repos:\n- repo: local\n  hooks:\n".to_owned();
    for (id, module, arguments, rest) in CHECKS {
        let how = match id {
            "check-illegal-windows-names" => {
                let regex = r#"(?i)((^|/)(CON|PRN|AUX|NUL|COM[\d¹²³]|LPT[\d¹²³])(\.|/|$)|[<>:\"\\|?*\x00-\x1F]|/[^/]*[\.\s]/|[^/]*[\.\s]$)"#;
                format!("language: fail, entry: refused, files: '{regex}'")
            }
            "forbid-submodules" => format!("language: fail, entry: refused, {rest}"),
            // Ours has no difference to look at then, so that all files count.
            "check-added-large-files" if mode == Mode::All => {
                format!(
                    "language: system, entry: {} -m pre_commit_hooks.{module} --enforce-all, {rest}",
                    python.display()
                )
            }
            _ => {
                let entry = format!("{} -m pre_commit_hooks.{module} {arguments}", python.display());
                format!("language: system, entry: \"{}\", {rest}", entry.replace('\\', "\\\\"))
            }
        };
        text.extend(["  - {id: ", id, ", name: ", id, ", ", &how, "}\n"]);
    }
    text
}

/// The ids of the originals that fail, and all that they say.
pub(super) fn theirs(sandbox: &Sandbox, python: &Path, mode: Mode) -> (BTreeSet<&'static str>, String) {
    let config = sandbox.outside().join("pre-commit.yaml");
    write(&config, configuration(python, mode).as_bytes());
    let selection: &[&str] = match mode {
        Mode::Staged => &[],
        Mode::All => &["--all-files"],
        Mode::Range => &["--from-ref", "HEAD~1", "--to-ref", "HEAD"],
    };
    let ended = sandbox
        .command(python)
        .args(["-m", "pre_commit", "run", "--color", "never", "--config"])
        .arg(&config)
        .args(selection)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&ended.stdout).into_owned();
    let ran =
        |id: &str| text.lines().filter(|line| line.starts_with(&format!("{id}.")) && ends(line)).count();
    for (id, ..) in CHECKS {
        assert_eq!(ran(id), 1, "{id}: {text}\n{}", String::from_utf8_lossy(&ended.stderr));
    }
    let failed =
        |id: &&str| text.lines().any(|line| line.starts_with(&format!("{id}.")) && line.ends_with("Failed"));
    (CHECKS.iter().map(|check| check.0).filter(failed).collect(), text)
}

fn ends(line: &str) -> bool {
    ["Passed", "Failed", "Skipped"].iter().any(|end| line.ends_with(end))
}

#[expect(clippy::disallowed_methods, reason = "an input of a test")]
fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
}
