//! Runs commands side by side: as many scripts at once as the run may use processors; of a serial command one at a time.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use bstr::BString;
use xtask_core::environment::Environment;
use xtask_core::exec::{Cancel, Interrupt, Process, RunError};
use xtask_core::gate::Context;
use xtask_core::model::{Finding, Missing, RepoPath};

use super::paths::UserPaths;
use super::script::{FILES, scripts, shell};
use super::told;
use crate::resolve::Command;

/// Where commands run: a folder that holds the files, and the environment that belongs to it.
pub(crate) struct Room<'a> {
    /// Its top.
    pub(crate) root: &'a Path,
    /// In words: `in the working tree`.
    pub(crate) called: &'static str,
    /// Makes a process one of this room.
    pub(crate) enter: &'a (dyn Fn(Process) -> Process + Sync),
}

/// A command and the files that it gets.
pub(crate) struct Task<'a> {
    /// The command.
    pub(crate) command: &'a Command,
    /// Its files, relative to the room.
    pub(crate) files: Vec<&'a RepoPath>,
    /// Where it runs.
    pub(crate) room: &'a Room<'a>,
}

/// How a command ended on all its files.
pub(crate) enum End {
    /// Every script succeeded.
    Passed,
    /// What it holds against the code.
    Failed(Box<Finding>),
    /// A program that it names isn't there.
    Missing(Missing),
    /// It was stopped.
    Stopped,
}

/// A command that has run.
pub(crate) struct Ran {
    /// How it ended.
    pub(crate) end: End,
    /// How long its scripts took, from the start of the first to the end of the last.
    pub(crate) wall: Duration,
    /// Whether all of it ran to its own end: none was stopped, killed or out of time, so that what it left behind is finished.
    pub(crate) whole: bool,
}

/// The variable that counts how deep hooks run in each other: a command that commits runs hooks again.
const DEPTH: &str = "XTASK_HOOK_DEPTH";

/// How many hooks this one runs in.
pub(crate) fn depth(environment: &Environment) -> usize {
    environment.text(DEPTH).and_then(|depth| depth.parse().ok()).unwrap_or(0)
}

/// What git gave the hook, for its commands.
#[derive(Clone, Debug, Default)]
pub struct HookInput {
    /// The hook's own arguments: `$1`, `$2` … of its commands.
    pub arguments: Vec<OsString>,
    /// What it got on standard input.
    pub stdin: Option<Vec<u8>>,
}

/// A script that waits for its turn; several where they must run one after the other.
struct Unit {
    task: usize,
    scripts: Vec<BString>,
}

/// What is known of a task so far.
#[derive(Default)]
struct Progress {
    started: Option<Instant>,
    wall: Duration,
    failed: Option<String>,
    missing: Option<Missing>,
    stopped: bool,
    cut: bool,
}

/// Runs the tasks, and gives how each ended, in their order. With `fail_fast` the first failure stops the others.
pub(crate) fn run_all(cx: &Context, tasks: &[Task<'_>], input: &HookInput, fail_fast: bool) -> Vec<Ran> {
    let cancel = cx.cancel.child();
    let progress: Vec<Mutex<Progress>> = tasks.iter().map(|_| Mutex::default()).collect();
    let mut units = VecDeque::new();
    for (at, task) in tasks.iter().enumerate() {
        match cx.resolve(&task.command.run) {
            Ok(line) => {
                let scripts = task_scripts(task, &line);
                if task.command.serial {
                    units.push_back(Unit { task: at, scripts });
                } else {
                    units.extend(scripts.into_iter().map(|script| Unit { task: at, scripts: vec![script] }));
                }
            }
            Err(problem) => {
                lock(&progress[at]).missing =
                    Some(Missing { why: problem.what, fix: problem.fix, required: false });
            }
        }
    }
    let all: Vec<usize> =
        (0..tasks.len()).map(|at| units.iter().filter(|unit| unit.task == at).count()).collect();
    let left: Vec<AtomicUsize> = all.iter().map(|&units| AtomicUsize::new(units)).collect();
    let threads = cx.jobs.get().min(units.len()).max(1);
    let units = Mutex::new(units);
    let next = || lock(&units).pop_front();
    let work = || {
        while let Some(unit) = next() {
            let task = &tasks[unit.task];
            let (name, all) = (&task.command.name, all[unit.task]);
            cx.events.part(name, true);
            for script in unit.scripts {
                one(cx, task, script, input, &cancel, &progress[unit.task]);
            }
            match left[unit.task].fetch_sub(1, Ordering::SeqCst) - 1 {
                0 => cx.events.part(name, false),
                left => cx.events.progress(name, (all - left) as u64, all as u64, "batches"),
            }
            let failed = lock(&progress[unit.task]).failed.is_some();
            if failed && fail_fast {
                cancel.stop(Interrupt::FailFast);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    let ends = tasks.iter().zip(progress).map(|(task, progress)| {
        let progress = progress.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ran { wall: progress.wall, whole: !progress.cut && !progress.stopped, end: end(task, progress) }
    });
    ends.collect()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The scripts of a task: with files relative to the command's folder, where it has one.
fn task_scripts(task: &Task<'_>, line: &str) -> Vec<BString> {
    if task.files.is_empty() && task.command.always {
        return vec![line.replace(FILES, "").into()];
    }
    let Some(folder) = &task.command.folder else {
        return scripts(line, &task.files);
    };
    let inside: Vec<RepoPath> = task.files.iter().filter_map(|path| below(folder, path)).collect();
    scripts(line, &inside.iter().collect::<Vec<_>>())
}

/// `path` as seen from `folder`.
fn below(folder: &RepoPath, path: &RepoPath) -> Option<RepoPath> {
    if path.as_bytes().starts_with(b"/") {
        // The message of a commit lies where it lies.
        return Some(path.clone());
    }
    let rest = path.as_bytes().strip_prefix(folder.as_bytes())?.strip_prefix(b"/")?;
    Some(RepoPath::new(rest))
}

/// Runs one script of a task.
fn one(
    cx: &Context,
    task: &Task<'_>,
    script: BString,
    input: &HookInput,
    cancel: &Cancel,
    progress: &Mutex<Progress>,
) {
    let Task { command, room, .. } = task;
    let folder =
        command.folder.as_ref().map_or_else(|| room.root.to_owned(), |folder| folder.below(room.root));
    let mut process = (room.enter)(shell(script, &input.arguments)).folder(folder);
    process = process.variable(DEPTH, (depth(cx.environment) + 1).to_string());
    for (name, value) in &command.env {
        process = process.variable(name, value);
    }
    if let Some(stdin) = &input.stdin {
        process = process.input(stdin.clone());
    }
    let started = *lock(progress).started.get_or_insert_with(Instant::now);
    if let Some(limit) = command.timeout {
        // The limit is the command's, whatever the number of its scripts.
        process = process.timeout(limit.saturating_sub(started.elapsed()).max(Duration::from_millis(1)));
    }
    let paths = UserPaths::new(room.root, &cx.root);
    let ran = process.stream(cancel, |stream, line| {
        cx.events.line(&command.name, stream, || paths.tell(line));
    });
    let mut progress = lock(progress);
    progress.wall = started.elapsed();
    match ran {
        Ok(ended) if ended.code == Some(0) => {}
        // What the shell says where there is no such program (POSIX, 2.8.2).
        Ok(ended) if ended.code == Some(127) && told::names_missing_program(&ended) => {
            progress.missing.get_or_insert_with(|| Missing {
                why: format!(
                    "{} names a program that is not there ({}){}",
                    told::command(&command.run),
                    room.called,
                    told::last_lines(&ended, &paths)
                ),
                fix: format!("install it, or mend `run` of the command {}", command.name),
                required: false,
            });
        }
        Ok(ended) => {
            progress.cut |= ended.signal.is_some();
            progress.failed.get_or_insert_with(|| told::ended(&ended, &paths));
        }
        Err(RunError::Stopped { .. }) => progress.stopped = true,
        Err(error) => {
            progress.cut = true;
            progress.failed.get_or_insert_with(|| told::not_ended(&error, &paths));
        }
    }
}

/// What the scripts of a task come to: what failed is told before what is missing.
fn end(task: &Task<'_>, progress: Progress) -> End {
    let Command { name, run, .. } = task.command;
    match progress {
        Progress { failed: Some(message), .. } => {
            let message = format!("{} failed {}: {message}", told::command(run), task.room.called);
            End::Failed(Box::new(Finding::new(name, name, None, message)))
        }
        Progress { missing: Some(missing), .. } => End::Missing(missing),
        Progress { stopped: true, .. } => End::Stopped,
        _ => End::Passed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_below_a_folder() {
        for (folder, path, expected) in [
            ("web", "web/a.js", Some("a.js")),
            ("web", "website/a.js", None),
            ("web", "web", None),
            ("a/b", "a/b/c/d", Some("c/d")),
        ] {
            assert_eq!(below(&folder.into(), &path.into()), expected.map(RepoPath::from), "{folder} {path}");
        }
    }
}
