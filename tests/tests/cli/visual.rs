//! `xtask visual`: what no comparison may do.

use crate::{PROGRAM, repository};
use xtask_tests::Sandbox;

/// Opening a named pipe waits for a writer that never comes.
#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_unreadable_at_once() {
    let sandbox = Sandbox::bare_folder(PROGRAM);
    let made = sandbox.command("mkfifo").arg("pipe.png").status().unwrap();
    assert!(made.success());
    let output = sandbox.run(&["visual", "compare", "pipe.png", "pipe.png", "--format", "json"]);
    assert_eq!(output.code, 1, "{output}");
    assert_eq!(output.json()["pairs"][0]["status"], "unreadable");
}

/// A command that links the baseline in place of what it draws would have it compared with itself.
#[cfg(unix)]
#[test]
fn a_baseline_is_not_compared_with_itself() {
    let sandbox = repository();
    sandbox.write("tests/visual/baseline/a.png", "no picture").commit("baseline");
    let run = "rmdir $XTASK_VISUAL_CURRENT && ln -s $PWD/tests/visual/baseline $XTASK_VISUAL_CURRENT";
    sandbox.write("xtask.toml", format!("[visual]\nrun = '{run}'\n"));
    for _ in 0..2 {
        let output = sandbox.run(&["visual", "test"]);
        assert_eq!(output.code, 4, "{output}");
    }
    assert_eq!(sandbox.read("tests/visual/baseline/a.png"), "no picture");
}
