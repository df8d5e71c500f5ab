//! Building: the tests, and the programs that tests may start.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use xtask_core::exec::Process;
use xtask_core::model::{Problem, Result, Stream};

use super::cargo::Cargo;
use super::workspace::Workspace;

/// How many lines of the compiler's output a problem shows.
const SHOWN_LINES: usize = 30;

/// What was built.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Built {
    /// Test programs and programs.
    pub programs: BTreeSet<PathBuf>,
    /// The source files that went into them.
    pub sources: BTreeSet<PathBuf>,
    /// The names of programs among them.
    names: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Message {
    reason: String,
    #[serde(default)]
    target: Option<Target>,
    #[serde(default)]
    profile: Option<Profile>,
    #[serde(default)]
    filenames: Vec<PathBuf>,
    #[serde(default)]
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
    src_path: PathBuf,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

/// Builds the workspace's tests, then those of its programs that Cargo didn't build for them: it does for tests of the same
/// package alone, and others may start them, too.
pub(super) fn all(cargo: &Cargo<'_>, workspace: &Workspace) -> Result<Built> {
    let mut built = Built::default();
    cargo.cx.events.progress("coverage", 0, 0, "building the tests with instrumentation");
    let json = "--message-format=json-render-diagnostics";
    let tests = cargo.instrumented(&["test", "--workspace", "--no-run", json])?;
    built.add(&build(cargo, &tests)?, workspace);
    if !workspace.programs.is_subset(&built.names) {
        let programs = cargo.instrumented(&["build", "--workspace", "--bins", json])?;
        built.add(&build(cargo, &programs)?, workspace);
    }
    if built.programs.is_empty() {
        return Err(Problem::invalid("there is nothing to run").why("the workspace has no test program"));
    }
    // The compiler runs at the workspace's top, and names sources from there.
    let sources = std::mem::take(&mut built.sources);
    built.sources = sources.iter().map(|source| workspace.root.join(source)).collect();
    Ok(built)
}

/// Runs the build, and gives Cargo's messages.
fn build(cargo: &Cargo<'_>, process: &Process) -> Result<Vec<u8>> {
    let ended = cargo.stream(process, &[Stream::Stderr])?;
    if ended.code == Some(0) {
        return Ok(ended.stdout);
    }
    Err(Problem::invalid("the tests can't be built with instrumentation")
        .why(last_lines(&String::from_utf8_lossy(&ended.stderr), SHOWN_LINES))
        .fix("mend what the compiler says; `cargo test --workspace --no-run` shows it, too"))
}

/// The last lines of an output.
pub(super) fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

impl Built {
    /// Takes in Cargo's messages, one JSON object a line.
    fn add(&mut self, messages: &[u8], workspace: &Workspace) {
        for line in messages.split(|&byte| byte == b'\n') {
            let Ok(message) = serde_json::from_slice::<Message>(line) else {
                continue;
            };
            let Some(target) = message.target.filter(|_| message.reason == "compiler-artifact") else {
                continue;
            };
            if let Some(program) = &message.executable {
                if target.kind.iter().any(|kind| kind == "bin") && !message.profile.is_some_and(|p| p.test) {
                    self.names.insert(target.name);
                }
                self.programs.insert(program.clone());
            }
            if workspace.place(&target.src_path).is_some() {
                let files = message.filenames.iter().chain(&message.executable);
                for text in files.filter_map(|file| dep_info(file)) {
                    self.sources.extend(sources(&text));
                }
            }
        }
    }
}

/// The compiler's list of a result's sources, which lies beside it: `x-HASH.d` for `libx-HASH.rlib` and `x-HASH`.
fn dep_info(result: &Path) -> Option<String> {
    let name = result.file_stem()?.to_str()?;
    [Some(name), name.strip_prefix("lib")].into_iter().flatten().find_map(|name| {
        let bytes = xtask_core::files::read(&result.with_file_name(format!("{name}.d"))).ok()?;
        String::from_utf8(bytes).ok()
    })
}

/// The Rust files that a dep-info file (a small Makefile) names, with spaces after a backslash.
fn sources(text: &str) -> BTreeSet<PathBuf> {
    let mut sources = BTreeSet::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let Some((_, list)) = line.split_once(": ") else {
            continue;
        };
        let hidden = list.replace("\\ ", "\0");
        for source in hidden.split_ascii_whitespace() {
            if Path::new(source).extension().is_some_and(|extension| extension == "rs") {
                sources.insert(PathBuf::from(source.replace('\0', " ")));
            }
        }
    }
    sources
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_give_programs_and_their_names() {
        let text = br#"{"reason":"compiler-artifact","target":{"name":"tool","kind":["bin"],"src_path":"/r/a.rs"},"profile":{"test":true},"filenames":["/t/deps/tool-1"],"executable":"/t/deps/tool-1"}
{"reason":"compiler-artifact","target":{"name":"lib","kind":["lib"],"src_path":"/r/a.rs"},"profile":{"test":false},"filenames":["/t/liblib.rlib"],"executable":null}
{"reason":"build-script-executed","package_id":"x"}
no json
{"reason":"build-finished","success":true}"#;
        let mut built = Built::default();
        built.add(text, &Workspace::default());
        assert_eq!(built.programs, BTreeSet::from([PathBuf::from("/t/deps/tool-1")]));
        assert!(built.names.is_empty(), "a program's unit tests are not the program");
        let program = String::from_utf8_lossy(text).replace("\"test\":true", "\"test\":false");
        built.add(program.as_bytes(), &Workspace::default());
        assert_eq!(built.names, BTreeSet::from(["tool".to_owned()]));
    }

    #[test]
    fn dep_info_lists_sources() {
        let text =
            "/t/x.d: src/lib.rs src/a\\ b.rs ../c/src/c.rs README.md\n\nsrc/lib.rs:\n# env-dep:A=b: c.rs\n";
        let expected = ["src/lib.rs", "src/a b.rs", "../c/src/c.rs"].map(PathBuf::from);
        assert_eq!(sources(text), BTreeSet::from(expected));
    }

    #[test]
    fn the_last_lines_are_told() {
        assert_eq!(last_lines("a\nb\nc\n\n", 2), "b\nc");
        assert_eq!(last_lines("", 2), "");
    }
}
