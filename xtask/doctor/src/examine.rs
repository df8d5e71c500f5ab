//! Runs all checks side by side, within a time limit: a program that hangs costs one check, not the answer.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use xtask_core::caught::caught;
use xtask_core::exec::Interrupt;
use xtask_core::gate::{Context, Gate, Need, NeedState};
use xtask_core::model::Problem;

use crate::{engine, git, rust, source};

/// How long the checks may take together. A program that hangs is ended then. It leaves a slow start of a container engine's
/// client room, and a person's patience.
pub const LIMIT: Duration = Duration::from_secs(10);

type Check<'a> = (&'a str, Box<dyn Fn(&Context) -> Vec<Need> + Send + Sync + 'a>);

/// What the repository needs on this machine: the program's own checks first, then those of `gates`, in their order. `wrong` is what is
/// wrong with the configuration, for which the defaults stand in then. Nothing is installed or changed.
pub fn examine(cx: &Context, gates: &[Box<dyn Gate>], wrong: Option<&Problem>) -> Vec<Need> {
    let mut checks: Vec<Check<'_>> = vec![
        ("xtask.toml", Box::new(|cx| source::needs(cx, wrong))),
        ("git", Box::new(git::needs)),
        ("Rust", Box::new(rust::needs)),
        ("containers", Box::new(engine::needs)),
    ];
    for gate in gates {
        checks.push((gate.name(), Box::new(|cx| gate.needs(cx))));
    }
    merge(run_all(cx, &checks, LIMIT))
}

/// The needs of all checks, in the order of the checks.
fn run_all(cx: &Context, checks: &[Check<'_>], limit: Duration) -> Vec<Need> {
    let cancel = cx.cancel.child();
    let cx = &Context { cancel: cancel.clone(), ..cx.clone() };
    let deadline = Instant::now() + limit;
    let mut answers: Vec<Vec<Need>> = vec![Vec::new(); checks.len()];
    std::thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        for (at, (name, check)) in checks.iter().enumerate() {
            let sender = sender.clone();
            scope.spawn(move || {
                let needs = caught(|| check(cx));
                let _ = sender.send((at, needs.map_err(|_| vec![broken(name)])));
            });
        }
        drop(sender);
        loop {
            match receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok((at, Ok(needs) | Err(needs))) => answers[at] = needs,
                Err(mpsc::RecvTimeoutError::Disconnected) => return,
                Err(mpsc::RecvTimeoutError::Timeout) => break,
            }
        }
        // The children of checks that are late end with this, and the checks with them.
        cancel.stop(Interrupt::FailFast);
        for (at, needs) in receiver {
            answers[at] = needs.map_or_else(|broken| broken, |needs| late(checks[at].0, needs, limit));
        }
    });
    answers.concat()
}

/// What a check that was stopped still tells: what it found before. What it calls missing may just not have answered.
fn late(name: &str, needs: Vec<Need>, limit: Duration) -> Vec<Need> {
    let mut kept: Vec<Need> =
        needs.into_iter().filter(|need| matches!(need.state, NeedState::Met { .. })).collect();
    kept.push(Need {
        name: format!("an answer within {limit:?}"),
        by: name.to_owned(),
        state: NeedState::Unmet {
            why: "a program that was asked for its version hangs".to_owned(),
            fix: "run `xtask doctor -v` again; if it stays so, call the programs of this area by hand to see which one hangs"
                .to_owned(),
        },
    });
    kept
}

fn broken(name: &str) -> Need {
    Need {
        name: "a check that works".to_owned(),
        by: name.to_owned(),
        state: NeedState::Unmet {
            why: "the check itself broke, which is a defect of xtask".to_owned(),
            fix: format!("report it, with the output of `xtask ci --only {name} --plan`"),
        },
    }
}

/// The same need of several areas is told once, for all of them.
fn merge(needs: Vec<Need>) -> Vec<Need> {
    let mut merged: Vec<Need> = Vec::with_capacity(needs.len());
    for need in needs {
        let same = merged.iter_mut().find(|other| other.name == need.name && other.state == need.state);
        match same {
            Some(other) if other.by.split(", ").any(|by| by == need.by) => {}
            Some(other) => other.by = format!("{}, {}", other.by, need.by),
            None => merged.push(need),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use xtask_core::config::Config;

    use super::*;

    fn context() -> Context {
        Context { jobs: NonZeroUsize::MIN, ..Context::new(std::env::temp_dir(), None, Config::default()) }
    }

    fn met(name: &str, by: &str) -> Need {
        Need { name: name.to_owned(), by: by.to_owned(), state: NeedState::Met { found: "1".to_owned() } }
    }

    #[test]
    fn a_check_that_hangs_or_breaks_costs_itself_alone() {
        let checks: Vec<Check<'_>> = vec![
            ("quick", Box::new(|_| vec![met("a", "quick")])),
            (
                "slow",
                Box::new(|cx| {
                    while !cx.cancel.is_stopped() {
                        std::thread::yield_now();
                    }
                    vec![met("b", "slow")]
                }),
            ),
            ("broken", Box::new(|_| panic!("a defect"))),
        ];
        let cx = context();
        let needs = run_all(&cx, &checks, Duration::from_millis(50));
        let shown: Vec<String> = needs.iter().map(|need| format!("{} {}", need.by, need.name)).collect();
        assert_eq!(shown, ["quick a", "slow b", "slow an answer within 50ms", "broken a check that works"]);
        assert!(!cx.cancel.is_stopped(), "the caller's own flag is left alone");
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_hangs_is_ended() {
        let checks: Vec<Check<'_>> = vec![(
            "slow",
            Box::new(|cx| match crate::probe::ask(cx, "sleep", &["60"]) {
                crate::probe::Answer::Failed(_) => Vec::new(),
                other => panic!("{other:?}"),
            }),
        )];
        let started = Instant::now();
        let needs = run_all(&context(), &checks, Duration::from_millis(50));
        assert!(started.elapsed() < Duration::from_secs(30));
        assert_eq!(needs.len(), 1, "{needs:?}");
        assert_eq!(needs[0].name, "an answer within 50ms");
    }

    #[test]
    fn the_same_need_is_told_once() {
        let merged =
            merge(vec![met("cargo", "lint"), met("cargo", "test"), met("git", "x"), met("cargo", "lint")]);
        assert_eq!(merged, [met("cargo", "lint, test"), met("git", "x")]);
    }
}
