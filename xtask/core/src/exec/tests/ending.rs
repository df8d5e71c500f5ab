//! Time limits and stops: nobody is left behind, nothing hangs.

use std::time::{Duration, Instant};

use super::super::run::{GRACE, OUTPUT_GRACE};
use super::super::{Cancel, Interrupt, Process, RunError};
use super::{number, runs};

const SHORT: Duration = Duration::from_millis(300);
const SECOND: Duration = Duration::from_secs(1);

/// What it had written, and how long it took, of a process that runs into its time limit.
fn timed_out(process: Process) -> (Vec<u8>, Option<i32>, Duration) {
    let started = Instant::now();
    match process.timeout(SHORT).run(&Cancel::new()) {
        Err(RunError::TimedOut { limit, partial, .. }) => {
            assert_eq!(limit, SHORT);
            (partial.stdout, partial.signal, started.elapsed())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_time_limit_ends_a_child_that_obeys_at_once() {
    let (stdout, signal, took) = timed_out(Process::shell("echo pid $$; exec sleep 100"));
    assert_eq!(signal, Some(15));
    assert!(!runs(number(&stdout, "pid")));
    assert!(took >= SHORT && took < SHORT + SECOND, "{took:?}");
}

#[test]
fn a_child_that_ignores_term_is_killed_after_the_grace() {
    let script = "trap '' TERM; echo pid $$; while :; do sleep 0.05; done";
    let (stdout, signal, took) = timed_out(Process::shell(script));
    assert_eq!(signal, Some(9));
    assert!(!runs(number(&stdout, "pid")));
    assert!(took >= SHORT + GRACE && took < SHORT + GRACE + SECOND, "{took:?}");
}

#[test]
fn a_child_may_clean_up_and_tell_of_it() {
    let script = "trap 'echo cleaned; kill $!; exit 5' TERM; echo ready; sleep 100 & wait";
    let (stdout, signal, _) = timed_out(Process::shell(script));
    assert_eq!(String::from_utf8_lossy(&stdout), "ready\ncleaned\n");
    assert_eq!(signal, None);
}

#[test]
fn a_stopped_child_is_ended() {
    let (stdout, _, took) = timed_out(Process::shell("echo pid $$; kill -STOP $$; echo woken"));
    assert!(!runs(number(&stdout, "pid")));
    assert!(took < SHORT + GRACE + SECOND, "{took:?}");
}

#[test]
fn a_child_that_asks_at_the_terminal_does_not_hang() {
    // The signals that the system sends for it.
    for script in ["kill -TTIN 0; echo went on", "sleep 100 & kill -TTOU 0; wait"] {
        let started = Instant::now();
        let result = Process::shell(script).timeout(super::DEADLINE).run(&Cancel::new());
        let error = result.unwrap_err().to_string();
        assert!(error.contains("terminal"), "{error}");
        assert!(started.elapsed() < SECOND, "{:?}", started.elapsed());
    }
}

#[test]
fn grandchildren_are_ended_with_the_child() {
    let script = "sleep 100 & echo one $!; (trap '' TERM; exec sleep 100) & echo two $!; wait";
    let (stdout, _, _) = timed_out(Process::shell(script));
    assert!(!runs(number(&stdout, "one")));
    assert!(!runs(number(&stdout, "two")));
}

#[cfg(target_os = "linux")]
#[test]
fn descendants_in_groups_of_their_own_are_ended_with_the_child() {
    // `timeout` makes a group of its own; the other one is a session, and doesn't obey.
    let script = "timeout 100 sh -c 'echo one $$; exec sleep 100' & \
        setsid sh -c 'trap \"\" TERM; echo two $$; while :; do sleep 0.05; done' & wait";
    let (stdout, _, took) = timed_out(Process::shell(script));
    assert!(!runs(number(&stdout, "one")));
    assert!(!runs(number(&stdout, "two")));
    assert!(took < SHORT + GRACE + SECOND, "{took:?}");
}

#[test]
fn a_grandchild_that_outlives_a_good_child_is_ended() {
    for script in [
        "sleep 100 >&- 2>&- & echo pid $!",
        "sleep 100 & echo pid $!",
        "(trap '' TERM; exec sleep 100) & echo pid $!",
    ] {
        let started = Instant::now();
        let ended = Process::shell(script).run(&Cancel::new()).unwrap();
        let took = started.elapsed();
        assert_eq!(ended.code, Some(0));
        assert!(!runs(number(&ended.stdout, "pid")), "{script}");
        assert!(took < OUTPUT_GRACE + GRACE + SECOND, "{script}: {took:?}");
    }
}

#[test]
fn a_grandchild_may_finish_its_output() {
    let ended = Process::shell("(sleep 0.05; echo late) & echo early").run(&Cancel::new()).unwrap();
    assert_eq!(ended.stdout, b"early\nlate\n");
}

/// macOS has no `setsid` program.
#[cfg(target_os = "linux")]
#[test]
fn a_pipe_that_a_daemon_holds_is_not_waited_for() {
    // What left the group on purpose lives on; its output is not ours any more.
    let script = "setsid sh -c 'echo pid $$; exec sleep 100' & while [ ! -s \"$0\" ]; do sleep 0.01; done";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("up");
    let script =
        script.replace("echo pid $$;", "echo pid $$; echo x > \"$0\";").replace("100'", "100' \"$0\"");
    let started = Instant::now();
    let ended = Process::new("sh")
        .args(["-c", &script])
        .arg(&file)
        .timeout(super::DEADLINE)
        .run(&Cancel::new())
        .unwrap();
    assert_eq!(ended.code, Some(0));
    assert!(started.elapsed() < 3 * SECOND, "{:?}", started.elapsed());
    let pid = number(&ended.stdout, "pid");
    assert!(runs(pid));
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

#[test]
fn a_child_that_writes_without_end_is_ended() {
    let (_, _, took) = timed_out(Process::new("yes").capture_limit(1000));
    assert!(took < SHORT + GRACE + SECOND, "{took:?}");
}

#[test]
fn another_thread_stops_it() {
    let cancel = Cancel::new();
    let from_outside = cancel.clone();
    let mut pid = 0;
    let process = Process::shell("echo $$; exec sleep 100");
    let result = process.stream(&cancel, |_, line| {
        pid = String::from_utf8_lossy(line).parse().unwrap();
        let cancel = from_outside.clone();
        std::thread::spawn(move || cancel.stop(Interrupt::FailFast));
    });
    let Err(RunError::Stopped { why, .. }) = result else {
        panic!("{result:?}");
    };
    assert_eq!(why, Interrupt::FailFast);
    assert!(!runs(pid));
}

#[test]
fn nothing_is_started_once_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let cancel = Cancel::new();
    cancel.stop(Interrupt::Terminated);
    let file = folder.path().join("started");
    let result = Process::new("touch").arg(&file).run(&cancel);
    assert!(matches!(result, Err(RunError::Stopped { why: Interrupt::Terminated, .. })));
    assert!(!file.exists());
}
