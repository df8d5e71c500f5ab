//! The built-in checks and the programs of pre-commit-hooks, side by side on the same files: verdicts and fixed bytes are equal.
//! Differences by decision are listed in `inputs::decided`.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests are tests")]

use std::path::{Path, PathBuf};
use std::process::Command;

use xtask_core::model::RepoPath;
use xtask_hooks::checks::{self, Check, File, check_bytes, check_chosen, fix_chosen};
use xtask_hooks::options::{LineEnding, Options};
use xtask_hooks::types::Tags;

#[path = "hooks_checks/aws.rs"]
mod aws;
#[path = "hooks_checks/content.rs"]
mod content;
#[path = "hooks_checks/inputs.rs"]
mod inputs;
#[path = "hooks_checks/json5.rs"]
mod json5;
#[path = "hooks_checks/python.rs"]
mod python;
#[path = "hooks_checks/xml.rs"]
mod xml;

/// Where the original is installed: `bin` of the virtual environment that holds the package `pre-commit-hooks`.
#[expect(clippy::disallowed_methods, reason = "a test reads what it may use from the environment")]
fn referees() -> Option<PathBuf> {
    let found = std::env::var_os("XTASK_REFEREES").map(|folder| PathBuf::from(folder).join("venv/bin"));
    let why = match &found {
        None => "XTASK_REFEREES is not set".to_owned(),
        Some(bin) if bin.join("check-yaml").is_file() => return found,
        Some(bin) => format!("pre-commit-hooks is not installed in {}", bin.display()),
    };
    println!("skipped: {why}");
    if let Some(list) = std::env::var_os("XTASK_SKIPPED") {
        use std::io::Write;
        let mut list = std::fs::OpenOptions::new().append(true).create(true).open(list).unwrap();
        writeln!(list, "hooks_checks: {why}").unwrap();
    }
    None
}

#[expect(clippy::disallowed_methods, reason = "the original is another program")]
fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    Command::new(program)
}

#[expect(clippy::disallowed_methods, reason = "an input of a test")]
fn write(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// An original and its arguments, beside our check and its options.
struct Pair {
    program: &'static str,
    arguments: &'static [&'static str],
    check: &'static str,
    options: Options,
}

impl Pair {
    fn new(program: &'static str, arguments: &'static [&'static str], check: &'static str) -> Self {
        Self { program, arguments, check, options: Options::default() }
    }

    fn with(mut self, set: impl FnOnce(&mut Options)) -> Self {
        set(&mut self.options);
        self
    }

    /// What the original says and does to each file: all files in one process each would take minutes, so a few Python processes
    /// run it over all of them.
    fn theirs(&self, bin: &Path, folder: &Path, files: &[(String, Vec<u8>)]) -> Vec<(bool, Vec<u8>)> {
        let module = match self.program {
            "name-tests-test" => "tests_should_end_in_test".to_owned(),
            other => other.replace('-', "_"),
        };
        // The check of conflict markers asks git where it is.
        let ended = command("git").args(["init", "-q"]).current_dir(folder).output().unwrap();
        assert!(ended.status.success());
        for (name, bytes) in files {
            write(&folder.join(name), bytes);
        }
        let list: String = files.iter().flat_map(|(name, _)| [name, "\n"]).collect();
        write(&folder.join("list"), list.as_bytes());
        let script = "import importlib, sys, io, contextlib\n\
            main = importlib.import_module('pre_commit_hooks.' + sys.argv[1]).main\n\
            for name in open('list').read().splitlines():\n\
            \x20   with contextlib.redirect_stdout(io.StringIO()):\n\
            \x20       try:\n\
            \x20           code = main([*sys.argv[2:], name])\n\
            \x20       except (Exception, SystemExit) as error:\n\
            \x20           code = 1\n\
            \x20   print(int(bool(code)))\n";
        let ended = command(bin.join("python"))
            .args(["-W", "ignore", "-c", script, &module])
            .args(self.arguments)
            .current_dir(folder)
            .output()
            .unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        let codes = String::from_utf8(ended.stdout).unwrap();
        assert_eq!(codes.lines().count(), files.len());
        let read = |(name, _): &(String, Vec<u8>)| std::fs::read(folder.join(name)).unwrap();
        codes.lines().map(|code| code != "0").zip(files.iter().map(read)).collect()
    }

    fn ours(&self, name: &str, bytes: &[u8]) -> (bool, Vec<u8>) {
        let path = RepoPath::from(name);
        let file = File {
            path: &path,
            tags: Tags::of_name(path.file_name(), false).with_content(bytes),
            size: bytes.len() as u64,
        };
        let check: &'static Check = checks::by_id(self.check).unwrap();
        assert!(file.tags.has(check.takes), "{name}");
        let failed = !check_chosen(&[check], &file, bytes, &self.options).is_empty();
        // The original runs once.
        let fixed = match check.fix {
            Some(fix) => fix(&file, bytes, &self.options),
            None => fix_chosen(&[check], &file, bytes, &self.options),
        };
        (failed, fixed.unwrap_or_else(|| bytes.to_vec()))
    }

    /// Compares on all inputs, and tells every difference at once.
    fn compare(&self, bin: &Path, extension: &str, inputs: Vec<Vec<u8>>) {
        let named = |(at, bytes)| (format!("{at:05}.{extension}"), bytes);
        self.compare_named(bin, &inputs.into_iter().enumerate().map(named).collect::<Vec<_>>());
    }

    /// The same, where names matter.
    fn compare_named(&self, bin: &Path, files: &[(String, Vec<u8>)]) {
        let folder = tempfile::tempdir().unwrap();
        let mut differences = Vec::new();
        let mut failures = 0;
        for ((name, bytes), theirs) in files.iter().zip(self.theirs(bin, folder.path(), files)) {
            let ours = self.ours(name, bytes);
            failures += usize::from(theirs.0);
            if ours != theirs && !inputs::decided(self.check, bytes) {
                differences.push(format!(
                    "{name}: {:?}\n  theirs: failed {}, {:?}\n  ours:   failed {}, {:?}",
                    String::from_utf8_lossy(&bytes[..bytes.len().min(300)]),
                    theirs.0,
                    String::from_utf8_lossy(&theirs.1[..theirs.1.len().min(300)]),
                    ours.0,
                    String::from_utf8_lossy(&ours.1[..ours.1.len().min(300)]),
                ));
            }
        }
        println!(
            "{} {:?}: {} files, {failures} of them bad for the original, {} differences",
            self.program,
            self.arguments,
            files.len(),
            differences.len()
        );
        assert!(failures > 0, "no input is bad for {}", self.program);
        let count = differences.len();
        differences.truncate(25);
        assert!(count == 0, "{count} differences from {}:\n{}", self.program, differences.join("\n"));
    }
}

#[test]
fn fixers() {
    let Some(bin) = referees() else { return };
    let lines = inputs::lines;
    Pair::new("trailing-whitespace-fixer", &[], "trailing-whitespace").compare(&bin, "txt", lines());
    Pair::new("trailing-whitespace-fixer", &["--markdown-linebreak-ext=md,markdown"], "trailing-whitespace")
        .with(|options| options.trailing_whitespace.markdown_linebreak = vec!["md".to_owned()].into())
        .compare(&bin, "md", lines());
    Pair::new("trailing-whitespace-fixer", &["--markdown-linebreak-ext=*"], "trailing-whitespace")
        .with(|options| options.trailing_whitespace.markdown_linebreak = vec!["*".to_owned()].into())
        .compare(&bin, "txt", lines());
    Pair::new("trailing-whitespace-fixer", &["--chars= a"], "trailing-whitespace")
        .with(|options| options.trailing_whitespace.chars = Some(" a".to_owned()))
        .compare(&bin, "txt", lines());
    Pair::new("end-of-file-fixer", &[], "end-of-file-fixer").compare(&bin, "txt", lines());
    for (arguments, ending) in [
        (&[][..], LineEnding::Auto),
        (&["--fix=no"], LineEnding::No),
        (&["--fix=lf"], LineEnding::Lf),
        (&["--fix=crlf"], LineEnding::Crlf),
        (&["--fix=cr"], LineEnding::Cr),
    ] {
        Pair::new("mixed-line-ending", arguments, "mixed-line-ending")
            .with(|options| options.mixed_line_ending.fix = ending)
            .compare(&bin, "txt", lines());
    }
}

#[test]
fn json() {
    let Some(bin) = referees() else { return };
    Pair::new("check-json", &[], "check-json").compare(&bin, "json", inputs::json());
}

#[test]
fn yaml() {
    let Some(bin) = referees() else { return };
    Pair::new("check-yaml", &[], "check-yaml").compare(&bin, "yaml", inputs::yaml());
    Pair::new("check-yaml", &["--allow-multiple-documents"], "check-yaml")
        .with(|options| options.check_yaml.allow_multiple_documents = true)
        .compare(&bin, "yaml", inputs::yaml());
    Pair::new("check-yaml", &["--unsafe"], "check-yaml")
        .with(|options| options.check_yaml.syntax_only = true)
        .compare(&bin, "yaml", inputs::yaml());
}

#[test]
fn toml() {
    let Some(bin) = referees() else { return };
    Pair::new("check-toml", &[], "check-toml").compare(&bin, "toml", inputs::toml());
}

#[test]
fn markers() {
    let Some(bin) = referees() else { return };
    Pair::new("check-merge-conflict", &["--assume-in-merge"], "check-merge-conflict").compare(
        &bin,
        "txt",
        inputs::conflicts(),
    );
    Pair::new("detect-private-key", &[], "detect-private-key").compare(&bin, "txt", inputs::keys());
}

/// The checks that ask git run in a repository, once on all files.
#[test]
fn sizes_and_names() {
    let Some(bin) = referees() else { return };
    let folder = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| {
        let ended = command("git").args(arguments).current_dir(folder.path()).output().unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    };
    git(&["init", "-q"]);
    write(&folder.path().join("at.bin"), &vec![b'a'; 500 << 10]);
    write(&folder.path().join("over.bin"), &vec![b'a'; (500 << 10) + 1]);
    write(&folder.path().join("kept.lfs"), &vec![b'a'; 600 << 10]);
    write(&folder.path().join(".gitattributes"), b"*.lfs filter=lfs\n");
    for path in ["a/b/x", "a/B/y", "same", "SAME", "other"] {
        write(&folder.path().join(path), b"x\n");
    }
    git(&["add", "-A"]);
    let files =
        ["at.bin", "over.bin", "kept.lfs", ".gitattributes", "a/b/x", "a/B/y", "same", "SAME", "other"];
    let told = |program: &str, arguments: &[&str]| {
        let ended = command(bin.join(program))
            .args(arguments)
            .args(files)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert_eq!(ended.status.code(), Some(1));
        String::from_utf8(ended.stdout).unwrap()
    };

    let large = told("check-added-large-files", &["--enforce-all"]);
    assert_eq!(large, "over.bin (501 KB) exceeds 500 KB.\n");
    let check = checks::by_id("check-added-large-files").unwrap();
    for (size, hits) in [(500 << 10, 0), ((500 << 10) + 1, 1)] {
        let path = RepoPath::from("x.bin");
        let file = File { path: &path, tags: Tags::of_name(b"x.bin", false), size };
        assert_eq!(check_bytes(&[check], &file, b"", &Options::default()).len(), hits);
    }

    let theirs = told("check-case-conflict", &[]);
    let theirs: Vec<&str> =
        theirs.lines().filter_map(|line| line.rsplit_once(": ").map(|(_, path)| path)).collect();
    let mut paths: Vec<RepoPath> = files.iter().map(|path| RepoPath::from(*path)).collect();
    paths.sort_unstable();
    let ours = checks::case_conflicts(&paths.iter().collect::<Vec<_>>(), |_| true);
    let ours: Vec<String> = ours.iter().map(|conflict| conflict.path.to_string()).collect();
    assert_eq!(ours, theirs);
    assert_eq!(ours, ["SAME", "a/B", "a/b", "same"]);
}
