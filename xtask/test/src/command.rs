//! A command of `[test] run`: its tests by the JUnit files that it writes, by libtest's output where that is what it prints, else by its
//! exit code.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use globset::{GlobBuilder, GlobMatcher};
use xtask_core::config::{Fault, Keys, Section as _};
use xtask_core::exec::{Process, RunError};
use xtask_core::files;
use xtask_core::gate::Context;
use xtask_core::model::{Outcome, Problem, RepoPath, Result, TestCase};
use xtask_core::suite::{junit, last_lines, libtest};

use crate::TestSection;
use crate::npm::by_exit_code;
use crate::run::{Live, Ran, Settings, start};

/// The most folders below a pattern that are looked into: a pattern that starts at the top of a large tree is a mistake.
const DEEPEST: usize = 16;

/// The shell's exit code for "no such program".
const NOT_FOUND: i32 = 127;

/// Runs one command.
pub(crate) fn run(
    cx: &Context,
    command: &str,
    patterns: &[String],
    settings: &Settings<'_>,
) -> Result<Result<Ran, RunError>> {
    let mut script = cx.resolve(command)?;
    if !settings.arguments.is_empty() {
        let quoted = shlex::try_join(settings.arguments.iter().map(String::as_str))
            .map_err(|_| Problem::usage("an argument holds a NUL byte"))?;
        script.push(' ');
        script.push_str(&quoted);
    }
    let patterns = compile(patterns)?;
    let before = written(&cx.root, &patterns);
    let top = RepoPath::default();
    let ended = match start(cx, &Process::shell(&script), &top, settings, Live::Both) {
        Ok(ended) => ended,
        Err(error) => return Ok(Err(error)),
    };
    let (stdout, stderr) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    let mut ran =
        Ran { ended_well: ended.code == Some(0), output: format!("{stdout}\n{stderr}"), ..Ran::default() };
    let fresh: Vec<PathBuf> = written(&cx.root, &patterns)
        .into_iter()
        .filter(|(path, state)| before.get(path) != Some(state))
        .map(|(path, _)| path)
        .collect();
    if !fresh.is_empty() {
        match read(&cx.root, &fresh) {
            Ok(cases) => ran.cases = cases,
            Err(why) => ran.unreadable = Some(why),
        }
    } else if !patterns.is_empty() && !ran.ended_well && ended.code != Some(NOT_FOUND) {
        // It may have ended before it wrote them: its last lines tell.
    } else if libtest::recognise(&stdout) {
        ran.cases = libtest::parse(&cx.root, &stdout, &stderr);
    } else if ended.code == Some(NOT_FOUND) {
        let why = format!("`{command}` found no such program: {}", last_lines(&stderr, 3));
        return Ok(Ok(Ran::without(Outcome::missing(why, "install it, or mend `run` in [test]"))));
    } else {
        ran.cases = vec![by_exit_code("", command, &ended)];
    }
    Ok(Ok(ran))
}

/// The JUnit files that `[test] junit` promises, as they were before the commands ran.
pub(crate) struct Promised {
    patterns: Vec<Pattern>,
    before: BTreeMap<PathBuf, FileState>,
}

impl Promised {
    /// As things are now.
    pub(crate) fn now(root: &Path, patterns: &[String]) -> Result<Self> {
        let patterns = compile(patterns)?;
        let before = written(root, &patterns);
        Ok(Self { patterns, before })
    }

    /// The patterns for which nothing was written since: some of the tests are in no report.
    pub(crate) fn unkept(&self, root: &Path) -> Vec<&str> {
        self.patterns
            .iter()
            .filter(|pattern| {
                let after = written(root, std::slice::from_ref(*pattern));
                after.iter().all(|(path, state)| self.before.get(path) == Some(state))
            })
            .map(|pattern| pattern.matcher.glob().glob())
            .collect()
    }
}

/// A pattern, and the folder below which it can match.
pub(crate) struct Pattern {
    base: PathBuf,
    matcher: GlobMatcher,
}

pub(crate) fn compile(patterns: &[String]) -> Result<Vec<Pattern>, Fault> {
    let keys = Keys::of(TestSection::NAME).key("junit");
    patterns
        .iter()
        .enumerate()
        .map(|(at, pattern)| {
            let pattern = pattern.trim_start_matches("./").trim_start_matches('/');
            let matcher = GlobBuilder::new(pattern)
                .literal_separator(true)
                .build()
                .map_err(|cause| {
                    let problem = Problem::usage(format!("`{pattern}` is no glob")).why(cause);
                    keys.key(at.to_string()).fault(problem.fix("write it as `reports/**/*.xml`"))
                })?
                .compile_matcher();
            let fixed = pattern.split('/').take_while(|part| !part.contains(['*', '?', '[', '{']));
            Ok(Pattern { base: fixed.collect(), matcher })
        })
        .collect()
}

type FileState = (Option<SystemTime>, u64);

/// The files that match now, with what changes when they are written.
fn written(root: &Path, patterns: &[Pattern]) -> BTreeMap<PathBuf, FileState> {
    let mut found = BTreeMap::new();
    for pattern in patterns {
        gather(root, &pattern.base, pattern, 0, &mut found);
    }
    found
}

fn gather(root: &Path, at: &Path, pattern: &Pattern, depth: usize, found: &mut BTreeMap<PathBuf, FileState>) {
    let path = root.join(at);
    let Ok(meta) = std::fs::symlink_metadata(&path) else {
        return;
    };
    if meta.is_file() && pattern.matcher.is_match(at) {
        found.insert(path, (meta.modified().ok(), meta.len()));
    } else if meta.is_dir() && depth < DEEPEST {
        let Ok(entries) = std::fs::read_dir(&path) else {
            return;
        };
        for entry in entries.flatten() {
            gather(root, &at.join(entry.file_name()), pattern, depth + 1, found);
        }
    }
}

fn read(root: &Path, paths: &[PathBuf]) -> std::result::Result<Vec<TestCase>, String> {
    let mut cases = Vec::new();
    for path in paths {
        let shown = path.strip_prefix(root).unwrap_or(path).display();
        let bytes = files::read(path).map_err(|problem| problem.to_string())?;
        let mut read = junit::parse(&bytes).map_err(|why| format!("{shown}: {why}"))?;
        for case in &mut read {
            junit::at_failure(root, case);
        }
        cases.extend(read);
    }
    Ok(cases)
}

#[cfg(test)]
mod tests {
    use xtask_core::config::{Config, SectionKind};

    use super::*;

    #[test]
    fn patterns_find_files_that_git_ignores() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for path in ["target/a/junit.xml", "target/b/junit.xml", "target/junit.xml", "other.xml"] {
            files::write(&root.join(path), b"x").unwrap();
        }
        for (pattern, count) in [
            ("target/*/junit.xml", 2),
            ("target/**/*.xml", 3),
            ("./target/junit.xml", 1),
            ("*.xml", 1),
            ("none/*.xml", 0),
        ] {
            let patterns = compile(&[pattern.to_owned()]).unwrap();
            assert_eq!(written(root, &patterns).len(), count, "{pattern}");
        }
        let names = ["target/a/*.xml", "other.xml", "none.xml"].map(str::to_owned);
        let promised = Promised::now(root, &names).unwrap();
        files::write(&root.join("target/a/new.xml"), b"x").unwrap();
        files::write(&root.join("other.xml"), b"longer").unwrap();
        assert_eq!(promised.unkept(root), ["none.xml"]);
        let sections = [SectionKind::of::<TestSection>()];
        let text = "[test]\njunit = ['a', 'a[']\n";
        let told = Config::parse_checked("xtask.toml", text, &sections).unwrap_err();
        assert_eq!(told.what, "xtask.toml:2: `a[` is no glob", "{told}");
        assert!(told.why.contains(&format!("| {}^", " ".repeat(14))), "{told}");
    }
}
