//! SIGINT and SIGTERM: the children end, what was found is told, the exit code is the contract's.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;
use std::time::{Duration, Instant};

use xtask_tests::Sandbox;

use crate::PROGRAM;

fn interrupt(signal: &str) -> (Option<i32>, String) {
    let sandbox = Sandbox::repository(PROGRAM);
    // The child ignores TERM and leaves its number, so that its end can be seen; the grandchild holds the pipe.
    let script =
        "trap '' TERM INT; sleep 300 & echo $! > pids; echo $$ >> pids; echo started; wait; sleep 300";
    sandbox.write("xtask.toml", format!("[test]\nrun = \"{script}\"\n")).commit("begin");
    let mut child =
        sandbox.program().args(["test", "-v"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("started") {
        line.clear();
        assert_ne!(stderr.read_line(&mut line).unwrap(), 0, "the program ended before its child started");
    }
    let id = child.id().to_string();
    assert!(sandbox.command("kill").args([&format!("-{signal}"), &id]).status().unwrap().success());
    let mut stdout = String::new();
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    let code = child.wait().unwrap().code();
    let deadline = Instant::now() + Duration::from_secs(5);
    for id in sandbox.read("pids").lines() {
        // A zombie that the init process has yet to collect is no child left behind.
        let alive =
            || std::fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| !stat.contains(") Z "));
        while alive() {
            assert!(Instant::now() < deadline, "process {id} is still there");
            std::thread::yield_now();
        }
    }
    (code, stdout)
}

#[test]
fn sigint_ends_the_children_and_exits_130() {
    let (code, stdout) = interrupt("INT");
    assert_eq!(code, Some(130), "{stdout}");
    assert!(stdout.contains("test"), "what was found is told:\n{stdout}");
}

#[test]
fn sigterm_ends_the_children_and_exits_143() {
    let (code, stdout) = interrupt("TERM");
    assert_eq!(code, Some(143), "{stdout}");
}
