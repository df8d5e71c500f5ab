//! Commands of a stage: the scripts they make of their files, and running those in the working tree.

use std::ffi::OsString;

use bstr::{BString, ByteSlice, ByteVec};
use xtask_core::exec::{Ended, Process, RunError};
use xtask_core::gate::Context;
use xtask_core::model::{Finding, Missing, RepoPath};

use crate::resolve::Command;

/// What stands for the files in a command.
const FILES: &str = "{files}";

/// The most that the files of one script may take: Linux takes 128 KiB for one argument, of which the rest of the script gets the
/// remainder.
const MOST: usize = 96 << 10;

/// How many of the last lines of a failed command are told.
const TOLD: usize = 20;

/// The scripts that run `run` on `files`: several where the files are many; one without files where it doesn't ask for them.
pub(crate) fn scripts(run: &str, files: &[&RepoPath]) -> Vec<BString> {
    let places = run.matches(FILES).count();
    if places == 0 {
        return vec![run.into()];
    }
    let mut scripts = Vec::new();
    let mut list = BString::default();
    let mut finish = |list: &mut BString| {
        if !list.is_empty() {
            scripts.push(BString::from(run.as_bytes().replace(FILES, std::mem::take(list))));
        }
    };
    for file in files {
        let quoted = quote(file);
        if (list.len() + quoted.len() + 1) * places > MOST {
            finish(&mut list);
        }
        if !list.is_empty() {
            list.push_byte(b' ');
        }
        list.push_str(&quoted);
    }
    finish(&mut list);
    scripts
}

/// The path as one word of `sh`; a leading `-` is kept from being an option.
fn quote(path: &RepoPath) -> BString {
    let bytes = path.as_bytes();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+@%,:=".contains(byte);
    let mut word = BString::default();
    if bytes.starts_with(b"-") {
        word.push_str("./");
    }
    if bytes.iter().all(plain) {
        word.push_str(bytes);
    } else if cfg!(windows) {
        word.push_byte(b'"');
        word.push_str(bytes);
        word.push_byte(b'"');
    } else {
        word.push_byte(b'\'');
        word.push_str(bytes.replace("'", r"'\''"));
        word.push_byte(b'\'');
    }
    word
}

/// How the command ended on all its files.
pub(crate) enum CommandEnd {
    /// Every script succeeded.
    Passed,
    /// What it holds against the code.
    Failed(Box<Finding>),
    /// A program that it names isn't there.
    Missing(Missing),
    /// It was stopped.
    Stopped,
}

/// Runs the command in the working tree. The first script that fails is told; the others still run, as they have other files.
pub(crate) fn run(cx: &Context, command: &Command, files: &[&RepoPath]) -> CommandEnd {
    let mut failed = None;
    let line = match cx.resolve(&command.run) {
        Ok(line) => line,
        Err(problem) => {
            return CommandEnd::Missing(Missing { why: problem.what, fix: problem.fix, required: false });
        }
    };
    for script in scripts(&line, files) {
        let mut process = shell(script).folder(&cx.root);
        if let Some(limit) = command.timeout {
            process = process.timeout(limit);
        }
        let message = match process.run(&cx.cancel) {
            Ok(ended) if ended.code == Some(0) => continue,
            // What the shell says where there is no such program (POSIX, 2.8.2).
            Ok(ended) if ended.code == Some(127) => {
                return CommandEnd::Missing(Missing {
                    why: format!("`{}` names a program that is not there{}", command.run, last_lines(&ended)),
                    fix: format!("install it, or mend `run` of the command {}", command.name),
                    required: false,
                });
            }
            Ok(ended) => told(&ended),
            Err(RunError::Stopped { .. }) => return CommandEnd::Stopped,
            Err(RunError::TimedOut { limit, partial, .. }) => {
                format!("it ran longer than {limit:?}{}", last_lines(&partial))
            }
            Err(cause) => cause.to_string(),
        };
        failed.get_or_insert(message);
    }
    match failed {
        None => CommandEnd::Passed,
        Some(message) => {
            let message = format!("`{}` failed: {message}", command.run);
            CommandEnd::Failed(Box::new(Finding::new(&command.name, &command.name, None, message)))
        }
    }
}

fn shell(script: BString) -> Process {
    let script: OsString = Vec::from(script).into_os_string().unwrap_or_else(|script| {
        // Only where the system's arguments are text.
        script.as_bytes().to_str_lossy().into_owned().into()
    });
    if cfg!(windows) {
        Process::new("cmd").arg("/C").arg(script)
    } else {
        Process::new("sh").arg("-c").arg(script)
    }
}

fn told(ended: &Ended) -> String {
    let how = match (ended.code, ended.signal) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal} ended it"),
        (None, None) => "it was ended".to_owned(),
    };
    format!("{how}{}", last_lines(ended))
}

/// The last lines of both outputs, each after a line break.
fn last_lines(ended: &Ended) -> String {
    let both = [&ended.stdout[..], &ended.stderr[..]].map(|bytes| bytes.trim_end().to_str_lossy());
    let lines: Vec<&str> = both.iter().flat_map(|text| text.lines()).collect();
    let left_out = lines.len().saturating_sub(TOLD);
    let mut told = String::new();
    if left_out > 0 {
        told = format!("\n({left_out} lines before these)");
    }
    for line in &lines[left_out..] {
        told.push('\n');
        told.push_str(line);
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(run: &str, files: &[&[u8]]) -> Vec<String> {
        let files: Vec<RepoPath> = files.iter().map(|path| RepoPath::new(*path)).collect();
        let scripts = scripts(run, &files.iter().collect::<Vec<_>>());
        scripts.iter().map(ToString::to_string).collect()
    }

    #[cfg(unix)]
    #[test]
    fn files_are_put_in_quoted() {
        assert_eq!(show("make", &[b"a"]), ["make"]);
        assert_eq!(show("x {files} -v", &[b"a/b.py", b"c d"]), ["x a/b.py 'c d' -v"]);
        assert_eq!(
            show("x {files}", &[b"it's", b"-n", b"$(rm)", b"a\nb"]),
            ["x 'it'\\''s' ./-n '$(rm)' 'a\nb'"]
        );
        assert_eq!(show("x {files}", &[]), [""; 0]);
    }

    #[test]
    fn many_files_make_several_scripts() {
        let names: Vec<Vec<u8>> = (0..5000).map(|at| format!("{at:050}").into_bytes()).collect();
        let names: Vec<&[u8]> = names.iter().map(Vec::as_slice).collect();
        let scripts = show("x {files}", &names);
        assert_eq!(scripts.len(), 3);
        assert!(scripts.iter().all(|script| script.len() <= MOST + 2));
        assert_eq!(scripts.iter().map(|script| script.split(' ').count() - 1).sum::<usize>(), 5000);
    }
}
