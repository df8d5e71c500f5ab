//! This program, signalled while it has a child: the test starts itself again as that program.
#![expect(clippy::disallowed_methods, reason = "the program under test is this test program")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

use super::super::{Cancel, Interrupt, Process, RunError, watch_signals};
use super::{runs, wait_for};

/// Set in the program: the script that it runs.
const SCRIPT: &str = "XTASK_TEST_SIGNALLED_SCRIPT";

/// A child with a grandchild; both end when asked.
const OBEYS: &str = "sleep 100 & echo pids $$ $!; wait";

/// Both don't.
const IGNORES: &str = "trap '' TERM INT HUP; sleep 100 & echo pids $$ $!; while :; do wait; done";

/// The program's side: the "test" that is the program when its variable is set, and passes otherwise.
#[test]
fn program() {
    let Ok(script) = std::env::var(SCRIPT) else {
        return;
    };
    let cancel: Cancel = watch_signals();
    let result = Process::shell(&script).stream(&cancel, |_, line| {
        println!("{}", String::from_utf8_lossy(line));
    });
    let code = match result {
        Err(RunError::Stopped { why: Interrupt::Interrupted, .. }) => 130,
        Err(RunError::Stopped { why: Interrupt::Terminated, .. }) => 143,
        other => panic!("{other:?}"),
    };
    std::process::exit(code);
}

/// Starts the program and waits until its child and grandchild run.
fn start(script: &str) -> (Child, Vec<i32>) {
    let mut program = Command::new(std::env::current_exe().unwrap())
        .args(["exec::tests::signalled::program", "--exact", "--nocapture"])
        .env(SCRIPT, script)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(program.stdout.take().unwrap());
    let pids = output.lines().find_map(|line| {
        let line = line.unwrap();
        let (_, pids) = line.split_once("pids ")?;
        Some(pids.split(' ').map(|pid| pid.parse().unwrap()).collect())
    });
    (program, pids.expect("the program prints them"))
}

fn signal(program: &Child, signal: Signal) {
    let pid = Pid::from_raw(program.id().cast_signed()).unwrap();
    rustix::process::kill_process(pid, signal).unwrap();
}

fn exit_code(mut program: Child) -> Option<i32> {
    let mut status = None;
    wait_for("the program's end", || {
        status = program.try_wait().unwrap();
        status.is_some()
    });
    status.unwrap().code()
}

#[test]
fn no_child_is_left_behind() {
    for script in [OBEYS, IGNORES] {
        for (which, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 143)] {
            let (program, pids) = start(script);
            assert!(pids.len() == 2 && pids.iter().all(|&pid| runs(pid)));
            signal(&program, which);
            assert_eq!(exit_code(program), Some(code), "{which:?} {script}");
            assert!(pids.iter().all(|&pid| !runs(pid)), "{which:?} {script}");
        }
    }
}

#[test]
fn a_second_interrupt_hurries() {
    let (program, pids) = start(IGNORES);
    signal(&program, Signal::INT);
    // A second one within 300 ms counts as the first: it must come later, and before the grace is over.
    std::thread::sleep(Duration::from_millis(500));
    let hurried = Instant::now();
    signal(&program, Signal::INT);
    assert_eq!(exit_code(program), Some(130));
    assert!(hurried.elapsed() < Duration::from_secs(1), "{:?}", hurried.elapsed());
    wait_for("the children's end", || pids.iter().all(|&pid| !runs(pid)));
}
