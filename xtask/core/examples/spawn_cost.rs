//! What `Process::run` costs beside the standard library alone: `cargo run --release -p xtask-core --example spawn_cost`.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a measurement, printed")]

use std::process::Command;
use std::time::{Duration, Instant};

use xtask_core::exec::{Cancel, Process};

fn main() {
    // By turns, so that what else the machine does falls on both.
    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    let cancel = Cancel::new();
    for _ in 0..1000 {
        plain.push(time(|| Command::new("true").output().is_ok()));
        ours.push(time(|| Process::new("true").run(&cancel).is_ok()));
    }
    for (name, times) in [("std::process::Command::output", plain), ("Process::run", ours)] {
        let mut times = times;
        times.sort();
        let at = |percent: usize| times[(times.len() - 1) * percent / 100];
        println!("{name:30} median {:?}, 95 % {:?}, worst {:?}", at(50), at(95), at(100));
    }
}

fn time(run: impl FnOnce() -> bool) -> Duration {
    let started = Instant::now();
    assert!(run(), "`true` runs");
    started.elapsed()
}
