//! The repositories of hooks that a configuration names, where there is no network: git is told to take them from a folder. That of
//! pre-commit-hooks runs the installed package; hooks that would have to be fetched pass, as they are left out on our side.

use xtask_hooks::import::Imported;
use xtask_tests::{Sandbox, referee};

/// What pre-commit-hooks' own manifest says, where it isn't `types: [text]`.
const MANIFEST: [(&str, &str); 24] = [
    ("check-added-large-files", ""),
    ("check-ast", "types: [python]"),
    ("check-builtin-literals", "types: [python]"),
    ("check-case-conflict", ""),
    ("check-docstring-first", "types: [python]"),
    ("check-executables-have-shebangs", "types: [text, executable]"),
    (
        "check-illegal-windows-names",
        "files: '(?i)((^|/)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\\.|/|$)|[<>:\"\\\\|?*\\x00-\\x1f]|/[^/]*[\\. ]/|[^/]*[\\. ]$)'",
    ),
    ("check-json", "types: [json]"),
    ("check-symlinks", "types: [symlink]"),
    ("check-toml", "types: [toml]"),
    ("check-xml", "types: [xml]"),
    ("check-yaml", "types: [yaml]"),
    ("debug-statements", "types: [python]"),
    ("file-contents-sorter", "files: '^$'"),
    ("name-tests-test", "files: '(^|/)tests/.+\\.py$'"),
    ("no-commit-to-branch", "pass_filenames: false, always_run: true"),
    ("pretty-format-json", "types: [json]"),
    ("requirements-txt-fixer", "files: '(requirements|constraints).*\\.txt$'"),
    ("check-merge-conflict", "types: [text]"),
    ("check-shebang-scripts-are-executable", "types: [text]"),
    ("check-vcs-permalinks", "types: [text]"),
    ("detect-private-key", "types: [text]"),
    ("mixed-line-ending", "types: [text]"),
    ("fix-byte-order-marker", "types: [text]"),
];

/// The hooks of the package whose program has another name.
const PROGRAMS: [(&str, &str); 2] =
    [("trailing-whitespace", "trailing-whitespace-fixer"), ("debug-statements", "debug-statement-hook")];

/// Makes the repositories, and gives the variables that lead there.
pub(crate) fn set_up(sandbox: &Sandbox, imported: &Imported) -> Vec<(String, String)> {
    let folder = sandbox.outside().join("mirror");
    let named =
        imported.mapped.iter().map(|one| &one.what).chain(imported.unmapped.iter().map(|one| &one.what));
    let mut hooks: Vec<(String, String, String)> = named.filter_map(|what| parse(what)).collect();
    hooks.sort();
    hooks.dedup();
    for (repository, ..) in &hooks {
        let address = folder.join(format!("{repository}.git"));
        std::fs::create_dir_all(address.parent().unwrap()).unwrap();
        if address.symlink_metadata().is_err() {
            std::os::unix::fs::symlink(folder.join(repository), address).unwrap();
        }
    }
    for chunk in hooks.chunk_by(|a, b| (&a.0, &a.1) == (&b.0, &b.1)) {
        let (repository, tag, _) = &chunk[0];
        let there = folder.join(repository);
        std::fs::create_dir_all(&there).unwrap();
        let manifest: String = chunk.iter().map(|(_, _, id)| hook(repository, id)).collect();
        write(&there.join(".pre-commit-hooks.yaml"), &manifest);
        let git = |arguments: &[&str]| {
            let ended = sandbox.command("git").args(arguments).current_dir(&there).output().unwrap();
            assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        };
        git(&["init", "--quiet"]);
        git(&["add", "."]);
        git(&["commit", "--quiet", "--message", "hooks"]);
        git(&["tag", tag]);
    }
    let configuration = sandbox.outside().join("home/.gitconfig");
    let lines = ["https://github.com/", "https://git.example.org/"]
        .map(|from| format!("[url \"file://{}/\"]\n\tinsteadOf = {from}\n", folder.display()));
    write(&configuration, &lines.concat());
    vec![("GIT_CONFIG_GLOBAL".to_owned(), configuration.display().to_string())]
}

#[expect(clippy::disallowed_methods, reason = "a test's own files")]
fn write(path: &std::path::Path, text: &str) {
    std::fs::write(path, text).unwrap();
}

/// `… id (owner/name tag)` as the import tells it.
fn parse(what: &str) -> Option<(String, String, String)> {
    let (id, origin) = what.strip_suffix(')')?.rsplit_once(" (")?;
    let (repository, tag) = origin.rsplit_once(' ')?;
    let id = id.rsplit(' ').next()?;
    repository.contains('/').then(|| (repository.to_owned(), tag.to_owned(), id.to_owned()))
}

fn hook(repository: &str, id: &str) -> String {
    if repository != "pre-commit/pre-commit-hooks" {
        return format!("- {{id: {id}, name: {id}, language: system, entry: 'true'}}\n");
    }
    let rest = MANIFEST.iter().find(|(known, _)| *known == id).map_or("types: [text]", |(_, rest)| rest);
    if id == "check-illegal-windows-names" {
        return format!("- {{id: {id}, name: {id}, language: fail, entry: a name, {rest}}}\n");
    }
    let program = PROGRAMS.iter().find(|(known, _)| *known == id).map_or(id, |(_, program)| program);
    let program = referee::file(&format!("venv/bin/{program}")).unwrap();
    let comma = if rest.is_empty() { "" } else { ", " };
    format!("- {{id: {id}, name: {id}, language: system, entry: {}{comma}{rest}}}\n", program.display())
}
