//! `test` through the built program: what a command's results mean for the exit code.

use xtask_tests::Sandbox;

use crate::{PROGRAM, repository};

/// `xtask test` with these keys in `[test]`.
fn with(keys: &str) -> (Sandbox, xtask_tests::Output) {
    let sandbox = repository();
    sandbox.write("old.xml", "<testsuite><testcase name=\"old\"/></testsuite>");
    sandbox.write("xtask.toml", format!("[test]\n{keys}\n"));
    let output = sandbox.run(&["test"]);
    (sandbox, output)
}

#[test]
fn a_command_passes_fails_hangs_or_is_not_there() {
    for (keys, code, part) in [
        ("run = \"true\"", 0, "1 test"),
        ("run = [\"true\", \"exit 3\"]", 1, "exit code 3"),
        ("run = \"sleep 60\"\ntimeout = \"100ms\"", 4, "ran longer than"),
        ("run = \"no-such-runner --all\"", 3, "found no such program"),
        ("run = \"\"", 2, "the command is empty"),
    ] {
        let (_, output) = with(keys);
        assert_eq!(output.code, code, "{output}");
        assert!(format!("{}{}", output.stdout, output.stderr).contains(part), "{output}");
    }
}

#[test]
fn only_results_of_this_run_count() {
    let writes = |text: &str| format!("echo '{text}' > new.xml");
    let good = writes("<testsuite tests=\"1\"><testcase name=\"a\"/></testsuite>");
    for (run, junit, code) in [
        (vec![good.clone()], vec!["new.xml"], 0),
        (vec![good.clone(), "true".to_owned()], vec!["new.xml"], 0),
        (
            vec![writes("<testsuite><testcase name=\"a\"><failure/></testcase></testsuite>")],
            vec!["new.xml"],
            1,
        ),
        // Stale, absent, empty, cut off, or with less in it than it counts.
        (vec!["true".to_owned()], vec!["old.xml"], 4),
        (vec![good], vec!["new.xml", "none/*.xml"], 4),
        (vec![writes("")], vec!["new.xml"], 4),
        (vec![writes("<testsuite><testcase name=\"a\"/>")], vec!["new.xml"], 4),
        (vec![writes("<testsuite failures=\"1\"><testcase name=\"a\"/></testsuite>")], vec!["new.xml"], 4),
    ] {
        let (_, output) = with(&format!("run = {run:?}\njunit = {junit:?}"));
        assert_eq!(output.code, code, "{output}");
    }
}

#[test]
fn a_failure_is_in_every_report() {
    let (sandbox, output) = with("run = \"echo boom; exit 1\"");
    assert_eq!(output.code, 1, "{output}");
    assert!(sandbox.read(".xtask/junit.xml").contains("boom"));
    let json = sandbox.run(&["test", "--format", "json"]).json();
    assert_eq!(json["gates"][0]["outcome"]["status"], "failed", "{json:#}");
}

#[test]
fn no_tests_is_no_success() {
    let sandbox = repository();
    let output = sandbox.run(&["test"]);
    assert_eq!(output.code, 3, "{output}");
    assert!(output.stdout.contains("[test] run"), "{output}");
    let bare = Sandbox::bare_folder(PROGRAM);
    assert_eq!(bare.run(&["test"]).code, 3);
}

/// What ran before the interrupt is told.
#[cfg(unix)]
#[test]
fn an_interrupt_leaves_what_was_found() {
    use std::time::{Duration, Instant};

    let sandbox = repository();
    sandbox.write("xtask.toml", "[test]\nrun = [\"exit 7\", \"touch started; sleep 300\"]\n");
    let output = sandbox.outside().join("output");
    let file =
        xtask_core::files::write(&output, b"").map(|()| std::fs::File::options().write(true).open(&output));
    let mut child = sandbox.program().args(["test"]).stdout(file.unwrap().unwrap()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while !sandbox.root().join("started").exists() {
        assert!(Instant::now() < deadline, "the second command never started");
        std::thread::yield_now();
    }
    let id = child.id().to_string();
    assert!(sandbox.command("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let told = std::fs::read_to_string(&output).unwrap();
    assert!(told.contains("exit 7"), "{told}");
}
