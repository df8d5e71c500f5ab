//! Native coverage against LLVM itself, as Debian packages it: `llvm-profdata-19` and `llvm-cov-19` read the same tests' profiles,
//! and every line must agree. Where they are missing, the comparison is skipped, and says so.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "these are tests, and what helps them fails as they do"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use xtask_core::config::Config;
use xtask_core::environment::Environment;
use xtask_core::exec::{Cancel, Ended, Process, find_program};
use xtask_core::gate::Context;
use xtask_core::model::{Outcome, ProblemKind};
use xtask_coverage::lcov;
use xtask_coverage::map::CoverageMap;

type Lines = BTreeMap<u32, u64>;

/// A workspace of two members with what has gone wrong in readers of profiles: functions that are always inlined, generic
/// ones, closures, macros, early returns, `?`, arms of a match, code that only a spawned program or a documentation test runs.
const FIXTURE: [(&str, &str); 9] = [
    ("Cargo.toml", "[workspace]\nmembers = [\"shapes\", \"tool\", \"types\"]\nresolver = \"3\"\n"),
    ("types/Cargo.toml", "[package]\nname = \"types\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
    ("types/src/lib.rs", "pub struct NoCode;\n"),
    ("shapes/Cargo.toml", "[package]\nname = \"shapes\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
    (
        "shapes/src/lib.rs",
        r#"//! Shapes.
pub mod kinds;

/// Twice as much.
///
/// ```
/// assert_eq!(shapes::only_documented(2), 4);
/// ```
pub fn only_documented(value: u32) -> u32 {
    value * 2
}

#[inline(always)]
pub fn clamp(value: i64, most: i64) -> i64 {
    if value > most {
        return most;
    }
    value
}

pub fn largest<T: PartialOrd + Copy>(values: &[T]) -> Option<T> {
    let mut best = *values.first()?;
    for &value in values {
        if value > best {
            best = value;
        }
    }
    Some(best)
}

macro_rules! area {
    ($width:expr, $height:expr) => {{
        let area = $width * $height;
        if area > 1000 {
            1000
        } else {
            area
        }
    }};
}

pub fn room(width: i64, height: i64) -> i64 {
    area!(width, height)
}

pub fn parse(text: &str) -> Result<i64, std::num::ParseIntError> {
    let number = text.trim().parse::<i64>()?;
    let double = |value: i64| {
        if value < 0 {
            0
        } else {
            value * 2
        }
    };
    let never = |value: i64| {
        value + 1
    };
    let _ = never;
    Ok([number, 3]
        .iter()
        .map(|value| double(*value))
        .filter(|value| {
            *value > 1
        })
        .sum())
}

pub fn unused(value: i64) -> i64 {
    match value {
        0 => 1,
        other => other * unused(other - 1),
    }
}

pub fn unused_generic<T>(value: T) -> T {
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small() {
        assert_eq!(clamp(5, 3), 3);
        assert_eq!(largest(&[1, 5, 2]), Some(5));
        assert_eq!(largest::<f64>(&[]), None);
        assert_eq!(parse(" 4 "), Ok(14));
        assert!(parse("x").is_err());
        assert_eq!(room(2, 3), 6);
    }
}
"#,
    ),
    (
        "shapes/src/kinds.rs",
        r#"/// A kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Round,
    Flat { width: u32 },
    Other(String),
}

impl Kind {
    pub fn name(&self) -> String {
        match self {
            Kind::Round => "round".to_owned(),
            Kind::Flat { width } if *width > 10 => {
                "wide".to_owned()
            }
            Kind::Flat { .. } => "flat".to_owned(),
            Kind::Other(name) => {
                let mut text = name.clone();
                while text.len() < 4 {
                    text.push('.');
                }
                text
            }
        }
    }
}

pub fn of(word: &str) -> Kind {
    let Some(rest) = word.strip_prefix("flat") else {
        return if word == "round" { Kind::Round } else { Kind::Other(word.to_owned()) };
    };
    let width = rest.parse().unwrap_or_default();
    Kind::Flat {
        width,
    }
}
"#,
    ),
    (
        "tool/Cargo.toml",
        "[package]\nname = \"shape-tool\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\nshapes = { path = \"../shapes\" }\n",
    ),
    (
        "tool/src/main.rs",
        r#"fn main() {
    let word = std::env::args().nth(1).unwrap_or_default();
    if word.is_empty() {
        eprintln!("no word");
        std::process::exit(2);
    }
    if word == "twice" {
        println!("{}", shapes::only_documented(1));
    }
    println!("{} {}", shapes::kinds::of(&word).name(), shapes::clamp(9, 4));
    println!("{:?}", shapes::largest(&['a', 'c', 'b']));
}
"#,
    ),
    (
        "tool/tests/spawn.rs",
        r#"use std::process::Command;

fn tool(word: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_shape-tool")).arg(word).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn words() {
    assert!(tool("round").starts_with("round 4"));
    assert!(tool("flat20").starts_with("wide"));
    assert!(tool("ab").starts_with("ab.."));
    assert_eq!(shapes::clamp(1, 2), 1);
}
"#,
    ),
];

fn context(root: &Path) -> Context {
    Context {
        jobs: std::num::NonZeroUsize::MIN,
        only: vec!["coverage".to_owned()],
        ..Context::new(root.to_owned(), None, Config::default())
    }
}

fn fixture() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    for (path, text) in FIXTURE {
        xtask_core::files::write(&root.join(path), text.as_bytes()).unwrap();
    }
    (folder, root)
}

fn run(process: &Process) -> Ended {
    let ended = process.run(&Cancel::new()).unwrap();
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.code, Some(0), "{}: {stderr}", process.show());
    ended
}

/// LLVM's tools, or `None` after saying that they are missing (and noting it in the file that `XTASK_SKIPPED` names).
fn llvm() -> Option<(PathBuf, PathBuf)> {
    let tool = |name: &str| find_program(Path::new("/"), &[], name);
    if let (Some(profdata), Some(cov)) = (tool("llvm-profdata-19"), tool("llvm-cov-19")) {
        return Some((profdata, cov));
    }
    let reason = "coverage: not compared with llvm-cov-19, which isn't here (apt-get install llvm-19)";
    eprintln!("{reason}");
    if let Some(path) = Environment::of_process().path("XTASK_SKIPPED") {
        use std::io::Write;
        let file = std::fs::File::options().create(true).append(true).open(path);
        writeln!(file.unwrap(), "{reason}").unwrap();
    }
    None
}

/// What LLVM's own tools say of the workspace's tests, built with the flag for all crates and in another folder.
fn referee(root: &Path, profdata: &Path, cov: &Path) -> BTreeMap<Vec<u8>, Lines> {
    let scratch = tempfile::tempdir().unwrap();
    let cargo = |arguments: &[&str]| {
        Process::new("cargo")
            .args(["test", "--workspace", "--target-dir"])
            .arg(scratch.path().join("target"))
            .args(arguments)
            .folder(root)
            .variable("RUSTFLAGS", "-Cinstrument-coverage")
            .variable("RUSTDOCFLAGS", "-Cinstrument-coverage")
            .variable("LLVM_PROFILE_FILE", scratch.path().join("raw/%p-%m.profraw"))
    };
    let built = run(&cargo(&["--no-run", "--message-format=json"]));
    run(&cargo(&[]));
    let programs = built.stdout.split(|&byte| byte == b'\n').filter_map(|line| {
        let message: serde_json::Value = serde_json::from_slice(line).ok()?;
        message["executable"].as_str().map(str::to_owned)
    });
    let merged = scratch.path().join("merged.profdata");
    let raw = std::fs::read_dir(scratch.path().join("raw")).unwrap();
    let raw: Vec<PathBuf> = raw.map(|entry| entry.unwrap().path()).collect();
    let merge = Process::new(profdata).args(["merge", "-sparse", "-o"]).arg(&merged);
    run(&merge.args(&raw));
    let mut export = Process::new(cov).args(["export", "--format=lcov", "--instr-profile"]).arg(&merged);
    for program in programs {
        export = export.args(["--object", &program]);
    }
    let exported = run(&export);
    lcov::read("llvm-cov", &exported.stdout[..]).unwrap().files
}

/// Every difference between the map and LLVM's lines, for files of `root` that the map has.
fn differences(root: &Path, map: &CoverageMap, theirs: &BTreeMap<Vec<u8>, Lines>) -> (usize, Vec<String>) {
    let (mut compared, mut wrong) = (0, Vec::new());
    for (path, ours) in map.files() {
        let full = path.below(root);
        let empty = Lines::new();
        let theirs = theirs.get(full.as_os_str().as_encoded_bytes()).unwrap_or(&empty);
        let all: std::collections::BTreeSet<&u32> = ours.keys().chain(theirs.keys()).collect();
        compared += all.len();
        for line in all {
            let (ours, theirs) = (ours.get(line), theirs.get(line));
            if ours != theirs {
                wrong.push(format!("{path}:{line}: ours {ours:?}, llvm-cov's {theirs:?}"));
            }
        }
    }
    (compared, wrong)
}

#[test]
fn each_line_agrees_with_llvm_cov() {
    let Some((profdata, cov)) = llvm() else { return };
    let (_folder, root) = fixture();
    let ran = xtask_coverage::rust::measure(&context(&root)).unwrap();
    assert_eq!(ran.failure, None);
    let theirs = referee(&root, &profdata, &cov);
    let (compared, wrong) = differences(&root, &ran.map, &theirs);
    assert!(wrong.is_empty(), "{} of {compared} lines differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 80, "{compared} lines");
    let files: Vec<String> = ran.map.files().map(|(path, _)| path.to_string()).collect();
    assert_eq!(files, ["shapes/src/kinds.rs", "shapes/src/lib.rs", "tool/src/main.rs", "types/src/lib.rs"]);
}

#[test]
fn what_only_children_and_documentation_run_is_covered() {
    let (_folder, root) = fixture();
    let ran = xtask_coverage::rust::measure(&context(&root)).unwrap();
    let hits = |path: &str, line: u32| ran.map.lines_of(&path.into()).unwrap()[&line];
    let lib = "shapes/src/lib.rs";
    assert!(hits(lib, 10) > 0, "the documentation's example");
    assert!(hits("shapes/src/kinds.rs", 14) > 0, "the spawned program");
    assert!(hits("tool/src/main.rs", 10) == 3, "each of three children counts once");
    assert_eq!(hits("tool/src/main.rs", 4), 0);
    assert_eq!(hits(lib, 15), 5, "an inlined function adds up over programs");
    let left: Vec<_> = std::fs::read_dir(root.join("target/xtask/coverage"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(!left.contains(&"profiles".to_owned()), "raw profiles stay behind");
}

#[test]
fn failed_tests_and_failed_builds_are_no_measurement() {
    let (_folder, root) = fixture();
    let test = root.join("tool/tests/spawn.rs");
    xtask_core::files::write(&test, b"#[test]\nfn fails() { assert_eq!(1, 2); }\n").unwrap();
    let report = xtask_coverage::run_rust(&context(&root), None).unwrap();
    assert!(matches!(report.outcome, Outcome::Invalid { .. }), "{report:?}");
    assert!(report.outcome.why().unwrap().contains("the tests failed"));
    xtask_core::files::write(&test, b"no rust\n").unwrap();
    let problem = xtask_coverage::run_rust(&context(&root), None).unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Invalid);
    assert!(problem.why.contains("spawn.rs"), "{problem}");
}

#[test]
fn a_run_writes_a_report_that_shows_the_same_numbers() {
    let (_folder, root) = fixture();
    let cx = context(&root);
    let report = xtask_coverage::run(&cx, &xtask_coverage::RunOptions::default()).unwrap();
    assert_eq!(report.outcome, Outcome::Passed);
    let written = root.join("target/xtask/coverage/lcov.info");
    let summary = xtask_coverage::show(&cx, &[written]).unwrap();
    let covered = report.metrics.iter().find(|metric| metric.name == "line-coverage").unwrap();
    assert!((summary.total.percent - covered.value).abs() < 1e-9);
    assert_eq!(summary.files.len(), 3);
}

/// A crate that this workspace depends on, with its own tests, as the registry delivers it.
#[test]
fn a_published_crate_agrees_with_llvm_cov() {
    let Some((profdata, cov)) = llvm() else { return };
    let metadata = Process::new("cargo")
        .args(["metadata", "--format-version", "1", "--locked"])
        .folder(env!("CARGO_MANIFEST_DIR"))
        .run(&Cancel::new())
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let manifest =
        packages.iter().find(|package| package["name"] == "strsim").unwrap()["manifest_path"].as_str();
    let source = Path::new(manifest.unwrap()).parent().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    for path in ["Cargo.toml", "src/lib.rs"] {
        xtask_core::files::write(&root.join(path), &std::fs::read(source.join(path)).unwrap()).unwrap();
    }
    let ran = xtask_coverage::rust::measure(&context(&root)).unwrap();
    assert_eq!(ran.failure, None);
    assert!(ran.cases.len() > 20, "{} tests", ran.cases.len());
    let theirs = referee(&root, &profdata, &cov);
    let (compared, wrong) = differences(&root, &ran.map, &theirs);
    assert!(wrong.is_empty(), "{} of {compared} lines differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 200, "{compared} lines");
}
