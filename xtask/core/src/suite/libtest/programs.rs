//! Cargo's side of a test run: which programs it started, and how each ended.

/// One test program, as Cargo's lines on standard error tell of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Program {
    /// Its suite's name: the crate, the file of an integration test, or `CRATE (doc)`.
    pub(super) label: String,
    /// Whether it is a crate's doc tests.
    pub(super) doc: bool,
    /// Whether Cargo says that it failed.
    pub(super) failed: bool,
    /// What was said between its start and the next program's: its own standard error, and how it ended.
    pub(super) end: String,
}

impl Program {
    /// The program of results that no line tells of.
    pub(super) fn unknown() -> Self {
        Self { label: "cargo test".to_owned(), ..Self::default() }
    }

    /// The test at which the program ended, where standard error names it.
    pub(super) fn suspect(&self) -> Option<&str> {
        self.end.lines().rev().find_map(|line| {
            let (name, rest) = line.strip_prefix("thread '")?.split_once('\'')?;
            let ends_it = rest.contains("has overflowed its stack") || rest.contains("panicked at ");
            (ends_it && name != "main" && !name.starts_with('<')).then_some(name)
        })
    }
}

/// The programs that Cargo started, in order.
pub(super) fn programs(stderr: &str) -> Vec<Program> {
    let mut programs: Vec<Program> = Vec::new();
    for line in stderr.lines() {
        if let Some(program) = start(line) {
            programs.push(program);
        } else if let Some(program) = programs.last_mut() {
            let failed = ["error: test failed", "error: doctest failed", "error: bench failed"];
            if failed.iter().any(|text| line.starts_with(text)) {
                program.failed = true;
            } else if line.starts_with("error: ") && line.ends_with(" targets failed:") {
                // Cargo's list of all that failed, after the last program.
                break;
            } else if !line.trim().is_empty() && line.trim() != "Caused by:" {
                program.end.push_str(line);
                program.end.push('\n');
            }
        }
    }
    programs
}

/// `     Running unittests src/lib.rs (target/debug/deps/tiny-b8411d1b)`, `     Running tests/cli.rs (…)`, `   Doc-tests tiny`.
/// Cargo right-aligns the verb to twelve columns.
fn start(line: &str) -> Option<Program> {
    if let Some(name) = line.strip_prefix("   Doc-tests ") {
        return Some(Program { label: format!("{} (doc)", name.trim()), doc: true, ..Program::default() });
    }
    let rest = line.strip_prefix("     Running ")?.trim();
    let (what, file) = match rest.rsplit_once(" (") {
        Some((what, file)) => (what, file.strip_suffix(')')?),
        None => ("", rest),
    };
    let stem = file.rsplit(['/', '\\']).next()?.trim_end_matches(".exe").rsplit_once('-')?.0;
    let label = match what.strip_prefix("unittests") {
        Some(" src/lib.rs" | "") | None if !what.starts_with("tests") => stem.to_owned(),
        Some(source) => format!("{stem} ({})", source.trim().replace('\\', "/")),
        None => what.replace('\\', "/"),
    };
    Some(Program { label, ..Program::default() })
}
