//! The checks that need Python's own parser: `check-ast`, `check-builtin-literals`, `check-docstring-first` and
//! `debug-statements`. One process of the interpreter looks at many files, whose bytes it is handed; it reads none itself.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use xtask_core::exec::{Cancel, Process, RunError, find_program};
use xtask_core::model::{Missing, Problem};

use super::{Check, Found, Hit, Work};
use crate::options::Options;

/// Files that don't parse as Python.
pub(super) static AST: Check = check("check-ast", "Python files that parse");

/// Calls such as `list()`.
pub(super) static LITERALS: Check =
    check("check-builtin-literals", "literals for empty built-in types of Python");

/// Docstrings after code.
pub(super) static DOCSTRING: Check =
    check("check-docstring-first", "no code before the docstring of a Python module");

/// What a debugging session left behind.
pub(super) static DEBUG: Check = check("debug-statements", "no debugger left in Python files");

const fn check(id: &'static str, about: &'static str) -> Check {
    Check { id, about, version: 1, takes: "python", work: Work::Python, fix: None }
}

const SCRIPT: &str = include_str!("checks.py");

/// So many bytes of sources are handed over at once; a source that is larger alone isn't parsed.
const BATCH: usize = 16 << 20;

/// Far more than the parser needs for a batch.
const TIME_LIMIT: Duration = Duration::from_mins(5);

/// A file for the interpreter.
#[derive(Debug)]
pub struct Source {
    /// Its place in the caller's list.
    pub at: usize,
    /// The checks that look at it; those that need no interpreter are passed over.
    pub checks: Vec<&'static Check>,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// Why the interpreter could not look.
#[derive(Debug)]
pub enum NotChecked {
    /// There is none.
    Missing(Missing),
    /// The run was stopped.
    Stopped,
    /// It failed.
    Failed(Problem),
}

/// A line that the script writes.
#[derive(Deserialize)]
#[serde(untagged)]
enum Told {
    Finding { file: usize, check: String, line: Option<i64>, column: Option<i64>, message: String },
    Done { done: usize },
}

/// What Python's parser holds against `sources`, each hit with the place of its source. They are asked for one by one, and some
/// 16 MiB of them are held at a time. Without sources no interpreter is looked for.
pub fn check_python(
    root: &Path,
    cancel: &Cancel,
    options: &Options,
    sources: impl IntoIterator<Item = Source>,
) -> Result<Vec<(usize, Found)>, NotChecked> {
    let mut found = Vec::new();
    let mut batch = Batch::new(options)?;
    let mut interpreter = None;
    for mut source in sources {
        source.checks.retain(|check| matches!(check.work, Work::Python));
        if source.bytes.len() > BATCH {
            let hit = |check| (source.at, Found { check, hit: too_large(source.bytes.len()) });
            found.extend(source.checks.iter().copied().map(hit));
            continue;
        }
        if source.checks.is_empty() {
            continue;
        }
        if batch.input.len() + source.bytes.len() > BATCH {
            found.extend(batch.run(&mut interpreter, root, cancel)?);
            batch = Batch::new(options)?;
        }
        batch.add(&source);
    }
    found.extend(batch.run(&mut interpreter, root, cancel)?);
    found.sort_by_key(|(at, _)| *at);
    Ok(found)
}

fn too_large(size: usize) -> Hit {
    Hit::file(format!("the file is too large to be parsed: {} MiB, the limit is {}", size >> 20, BATCH >> 20))
}

/// Sources as the script reads them.
struct Batch {
    input: Vec<u8>,
    /// The place of each in the caller's list.
    places: Vec<usize>,
}

impl Batch {
    fn new(options: &Options) -> Result<Self, NotChecked> {
        let set = serde_json::json!({ LITERALS.id: options.check_builtin_literals });
        let mut input = serde_json::to_vec(&set).map_err(|cause| {
            NotChecked::Failed(Problem::invalid("can't hand the options to Python").why(cause))
        })?;
        input.push(b'\n');
        Ok(Self { input, places: Vec::new() })
    }

    fn add(&mut self, source: &Source) {
        let ids: Vec<&str> = source.checks.iter().map(|check| check.id).collect();
        let head = format!("{} {} {}\n", self.places.len(), source.bytes.len(), ids.join(","));
        self.input.extend_from_slice(head.as_bytes());
        self.input.extend_from_slice(&source.bytes);
        self.places.push(source.at);
    }

    fn run(
        self,
        interpreter: &mut Option<PathBuf>,
        root: &Path,
        cancel: &Cancel,
    ) -> Result<Vec<(usize, Found)>, NotChecked> {
        if self.places.is_empty() {
            return Ok(Vec::new());
        }
        let program = match interpreter {
            Some(program) => program,
            None => interpreter.insert(find(root).ok_or_else(no_interpreter)?),
        };
        let failed = |why: String| {
            NotChecked::Failed(
                Problem::invalid(format!("{} could not check the Python files", program.display()))
                    .why(why)
                    .fix("run it by hand: it must be Python 3.8 or later"),
            )
        };
        let count = self.places.len();
        // Isolated: neither the repository's modules nor variables of the environment change what it does.
        let process = Process::new(&*program).args(["-I", "-S", "-W", "ignore", "-c", SCRIPT]);
        let process = process.folder(root).timeout(TIME_LIMIT).input(self.input);
        let ended = process.run(cancel).map_err(|cause| match cause {
            RunError::Stopped { .. } => NotChecked::Stopped,
            RunError::NotFound { .. } => no_interpreter(),
            other => failed(other.to_string()),
        })?;
        let mut found = Vec::new();
        for line in ended.stdout.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            match serde_json::from_slice(line) {
                Ok(Told::Done { done }) if done == count && ended.is_success() => return Ok(found),
                Ok(Told::Finding { file, check, line, column, message }) => {
                    let known = super::by_id(&check).zip(self.places.get(file));
                    let (check, &at) =
                        known.ok_or_else(|| failed(format!("it told of a check {check:?}")))?;
                    // Some errors have a place before the text.
                    let number =
                        |given: Option<i64>| given.and_then(|at| u32::try_from(at).ok()).filter(|&at| at > 0);
                    let hit = Hit { line: number(line), column: number(column), message };
                    found.push((at, Found { check, hit }));
                }
                _ => break,
            }
        }
        Err(failed(format!("it ended early ({}): {}", ended.how(), ended.last_lines(5))))
    }
}

/// The repository's own interpreter, else the one on PATH.
fn find(root: &Path) -> Option<PathBuf> {
    let own = if cfg!(windows) { ".venv/Scripts/python.exe" } else { ".venv/bin/python" };
    let own = root.join(own);
    if own.is_file() {
        return Some(own);
    }
    ["python3", "python"].iter().find_map(|name| find_program(root, &[], name))
}

fn no_interpreter() -> NotChecked {
    NotChecked::Missing(Missing {
        why:
            "there is no Python interpreter (.venv/bin/python, python3 or python) to parse Python files with"
                .to_owned(),
        fix: "install Python 3, or take the checks that need it out of `checks`".to_owned(),
        required: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(at: usize, text: &str) -> Source {
        Source { at, checks: vec![&AST, &DEBUG, &DOCSTRING, &LITERALS], bytes: text.as_bytes().to_vec() }
    }

    fn told(sources: Vec<Source>) -> Vec<(usize, &'static str, Option<u32>, Option<u32>)> {
        let found = check_python(Path::new("."), &Cancel::new(), &Options::default(), sources).unwrap();
        found.into_iter().map(|(at, found)| (at, found.check.id, found.hit.line, found.hit.column)).collect()
    }

    #[test]
    fn nothing_is_started_for_nothing() {
        assert!(told(Vec::new()).is_empty());
        assert!(told(vec![Source { checks: Vec::new(), ..source(0, "(") }]).is_empty());
    }

    #[test]
    fn a_source_that_is_too_large_is_told_without_an_interpreter() {
        let large = Source { at: 3, checks: vec![&AST], bytes: vec![b'#'; BATCH + 1] };
        assert_eq!(told(vec![large]), [(3, "check-ast", None, None)]);
    }
}
