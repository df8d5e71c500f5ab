//! Argument lists that the operating system takes.

use std::ffi::OsStr;

/// The longest command line with its environment that we build, in bytes. xargs (findutils) takes the same by default: more
/// arguments a run save little, and all Unix systems allow this (Linux: a quarter of the stack's limit, 2 MiB by default and
/// never below 128 KiB, execve(2); macOS: 1 MiB).
#[cfg(not(windows))]
const LIMIT: usize = 128 * 1024;

/// What Windows takes (`CreateProcessW`: 32,767 characters).
#[cfg(windows)]
const LIMIT: usize = 32 * 1024;

/// Left free for what the program that we start adds to its environment (POSIX's advice for xargs).
const SPARE: usize = 2048;

/// A run takes at least this much, even where the environment leaves less: where the limit is larger than ours that goes well,
/// and where it isn't the system says so.
const LEAST: usize = 4096;

/// What an argument costs beyond its bytes: its end, and the pointer to it.
const POINTER: usize = 1 + size_of::<usize>();

/// Cuts `arguments` into runs, in order, each of which fits beside a command line of `fixed` bytes within the system's limit on a
/// command line and its environment. An argument that fits nowhere makes a run of its own. No arguments make no run.
pub fn batches<S: AsRef<OsStr>>(arguments: &[S], fixed: usize) -> Vec<&[S]> {
    cut(arguments, room(fixed, environment_size()))
}

/// Bytes for arguments beside a command line of `fixed` bytes and this environment.
fn room(fixed: usize, environment: usize) -> usize {
    // Windows has a limit for the command line alone.
    let environment = if cfg!(windows) { 0 } else { environment };
    LIMIT.saturating_sub(environment.min(LIMIT / 2)).saturating_sub(SPARE).saturating_sub(fixed).max(LEAST)
}

/// What the environment takes of the limit. One that takes more than half of ours needs a system with a larger one anyway.
fn environment_size() -> usize {
    std::env::vars_os().map(|(name, value)| name.len() + 1 + value.len() + POINTER).sum()
}

fn cost(argument: &OsStr) -> usize {
    // Windows has no pointers, but quotes and a blank around each.
    argument.len() + POINTER
}

fn cut<S: AsRef<OsStr>>(arguments: &[S], room: usize) -> Vec<&[S]> {
    let mut runs = Vec::new();
    let mut start = 0;
    let mut size = 0;
    for (index, argument) in arguments.iter().enumerate() {
        let cost = cost(argument.as_ref());
        if index > start && size + cost > room {
            runs.push(&arguments[start..index]);
            start = index;
            size = 0;
        }
        size += cost;
    }
    if start < arguments.len() {
        runs.push(&arguments[start..]);
    }
    runs
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn runs_fit() {
        let (one, nine) = ("1", "123456789");
        let each = |text: &str| text.len() + POINTER;
        for (arguments, room, expected) in [
            (vec![], 100, vec![]),
            (vec![one, one], 2 * each(one), vec![2]),
            (vec![one, one], 2 * each(one) - 1, vec![1, 1]),
            (vec![nine, one, one], 2 * each(one), vec![1, 2]),
            (vec![one, nine, one], each(one), vec![1, 1, 1]),
            (vec!["", ""], 0, vec![1, 1]),
        ] {
            let sizes: Vec<usize> = cut(&arguments, room).iter().map(|run| run.len()).collect();
            assert_eq!(sizes, expected, "{arguments:?} in {room}");
        }
    }

    #[test]
    fn there_is_always_room() {
        for (fixed, environment) in [(0, 0), (usize::MAX, 0), (0, usize::MAX), (100, 5000), (LIMIT, LIMIT)] {
            let room = room(fixed, environment);
            assert!((LEAST..=LIMIT - SPARE).contains(&room), "{room}");
        }
    }

    proptest! {
        #[test]
        fn runs_together_are_the_arguments(arguments in prop::collection::vec(".{0,40}", 0..60), room in 0_usize..400) {
            let runs = cut(&arguments, room);
            prop_assert_eq!(runs.concat(), arguments.clone());
            for (index, run) in runs.iter().enumerate() {
                let size: usize = run.iter().map(|argument| cost(argument.as_ref())).sum();
                prop_assert!(run.len() == 1 || size <= room);
                if let Some(next) = runs.get(index + 1) {
                    prop_assert!(size + cost(next[0].as_ref()) > room, "the next one would have fitted");
                }
            }
        }
    }
}
