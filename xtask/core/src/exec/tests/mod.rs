//! Real children, and what becomes of them.

mod ending;
mod output;
mod signalled;

use std::time::{Duration, Instant};

use rustix::process::Pid;

/// Far more than anything here takes, and less than a hang.
const DEADLINE: Duration = Duration::from_secs(30);

/// Waits until `true`, or fails.
fn wait_for(what: &str, mut come: impl FnMut() -> bool) {
    let started = Instant::now();
    while !come() {
        assert!(started.elapsed() < DEADLINE, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether this process runs: it is there and no zombie.
fn runs(pid: i32) -> bool {
    let Some(pid) = Pid::from_raw(pid) else {
        return false;
    };
    let zombie = std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| stat.rsplit(')').next().is_some_and(|rest| rest.starts_with(" Z")));
    rustix::process::test_kill_process(pid).is_ok() && !zombie
}

/// The numbers in the output of a script that prints `NAME NUMBER` lines.
fn number(output: &[u8], name: &str) -> i32 {
    let text = String::from_utf8_lossy(output);
    let found = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    found.unwrap_or_else(|| panic!("no {name} in {text:?}"))
}
