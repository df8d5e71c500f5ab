//! Real output of `cargo test` of small crates, with what each must yield.

use std::path::Path;

use proptest::prelude::*;

use super::*;

/// `suite | name | status | place`, a line a case.
fn shown(stdout: &str, stderr: &str) -> Vec<String> {
    parse(Path::new("/repo"), stdout, stderr)
        .iter()
        .map(|case| {
            let place = case.location.as_ref().map_or(String::new(), |at| format!(" | {at}"));
            format!("{} | {} | {:?}{place}", case.suite, case.name, case.status)
        })
        .collect()
}

const STDERR: &str = "   Compiling tiny v0.1.0 (/repo)
    Finished `test` profile [unoptimized + debuginfo] target(s) in 0.55s
     Running unittests src/lib.rs (target/debug/deps/tiny-b8411d1b6389d6df)
error: test failed, to rerun pass `--lib`
     Running tests/abort.rs (target/debug/deps/abort-dd82ea73cb943deb)
error: test failed, to rerun pass `--test abort`

Caused by:
  process didn't exit successfully: `/repo/target/debug/deps/abort-dd82ea73cb943deb` (signal: 6, SIGABRT: process abort signal)
     Running tests/good.rs (target/debug/deps/good-0477b2ae106c389c)
   Doc-tests tiny
error: doctest failed, to rerun pass `--doc`
error: 3 targets failed:
    `--lib`
    `--test abort`
    `--doc`
";

const STDOUT: &str = "
running 8 tests
raw line without endtest tests::adds ... ok
test tests::direct ... ok
test tests::does_not_panic - should panic ... FAILED
test tests::ignored ... ignored, slow one
test tests::fails ... FAILED
test tests::panics - should panic ... ok
test tests::result ... FAILED
test tests::thread ... FAILED

failures:

---- tests::does_not_panic stdout ----
note: test did not panic as expected at src/lib.rs:28:8
---- tests::fails stdout ----
hello out
running 1 test
test inner ... FAILED

failures:
    inner

test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 7 filtered out; finished in 0.00s

thread 'tests::fails' (15041) panicked at src/lib.rs:19:65:
assertion `left == right` failed: no

failures:
  trick
  left: 3
 right: 4
stack backtrace:
   0: __rustc::rust_begin_unwind
             at /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/std/src/panicking.rs:689:5
note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.

---- tests::result stdout ----
Error: \"bad\"

---- tests::thread stdout ----

thread '<unnamed>' (15045) panicked at src/lib.rs:34:41:
in thread

thread 'tests::thread' (15044) panicked at src/lib.rs:34:69:
called `Result::unwrap()` on an `Err` value: Any { .. }


failures:
    tests::does_not_panic
    tests::fails
    tests::result
    tests::thread

test result: FAILED. 3 passed; 4 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.07s


running 3 tests
test a_ok ... ok

running 1 test
test fine ... ok

test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s


running 2 tests
test src/lib.rs - add (line 7) ... ok
test src/lib.rs - add (line 4) ... FAILED

failures:

---- src/lib.rs - add (line 4) stdout ----
Test executable failed (exit status: 101).

stderr:

thread 'main' (15077) panicked at /tmp/rustdoctestybLADV/doctest_bundle_2024.rs:6:1:
assertion `left == right` failed
  left: 3
 right: 4


failures:
    src/lib.rs - add (line 4)

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.08s

all doctests ran in 0.27s; merged doctests compilation took 0.18s
";

#[test]
fn unit_integration_and_doc_tests() {
    assert_eq!(
        shown(STDOUT, STDERR),
        [
            "tiny | tests::adds | Passed",
            "tiny | tests::direct | Passed",
            "tiny | tests::does_not_panic | Failed | src/lib.rs:28:8",
            "tiny | tests::ignored | Skipped",
            "tiny | tests::fails | Failed | src/lib.rs:19:65",
            "tiny | tests::panics | Passed",
            "tiny | tests::result | Failed",
            "tiny | tests::thread | Failed | src/lib.rs:34:69",
            "tests/abort.rs | a_ok | Passed",
            "tests/abort.rs | test program | Failed",
            "tests/good.rs | fine | Passed",
            "tiny (doc) | src/lib.rs - add (line 7) | Passed",
            "tiny (doc) | src/lib.rs - add (line 4) | Failed | src/lib.rs:4",
        ]
    );
}

#[test]
fn messages_hold_what_matters() {
    let cases = parse(Path::new("/repo"), STDOUT, STDERR);
    let message = |name: &str| {
        let case = cases.iter().find(|case| case.name == name).unwrap();
        case.message.clone().unwrap_or_default()
    };
    assert_eq!(message("tests::ignored"), "slow one");
    assert!(message("tests::fails").starts_with("hello out"), "{}", message("tests::fails"));
    assert!(message("tests::fails").ends_with("right: 4"), "{}", message("tests::fails"));
    assert!(message("tests::thread").ends_with("Any { .. }"), "{}", message("tests::thread"));
    let aborted = message(PROGRAM);
    assert!(aborted.contains("signal: 6") && aborted.contains("1 of its 3 tests"), "{aborted}");
}

#[test]
fn an_overflown_stack_is_a_failure_of_its_test() {
    let stderr = "     Running unittests src/lib.rs (target/debug/deps/a-27b4390c1dca5100)

thread 'deep' (18237) has overflowed its stack
fatal runtime error: stack overflow, aborting
error: test failed, to rerun pass `-p a --lib`

Caused by:
  process didn't exit successfully: `/repo/target/debug/deps/a-27b4390c1dca5100` (signal: 6, SIGABRT: process abort signal)
     Running unittests src/main.rs (target/debug/deps/b-bb14e76e05ff24de)
";
    let stdout = "\nrunning 2 tests\n\nrunning 1 test\ntest x ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n";
    assert_eq!(shown(stdout, stderr), ["a | deep | Failed", "b (src/main.rs) | x | Passed"]);
}

#[test]
fn doc_tests_in_two_blocks_are_one_suite() {
    let block = |name: &str| {
        format!(
            "\nrunning 1 test\ntest {name} ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s\n\n"
        )
    };
    let stdout = [
        block("a/src/lib.rs - (line 1)"),
        block("b/src/lib.rs - (line 2) - compile"),
        block("b/src/lib.rs - (line 3) - compile fail"),
        "all doctests ran in 0.49s; merged doctests compilation took 0.23s\n".to_owned(),
        block("c/src/lib.rs - (line 4)"),
        "all doctests ran in 0.49s; merged doctests compilation took 0.23s\n".to_owned(),
    ]
    .concat();
    assert_eq!(
        shown(&stdout, "   Doc-tests a\n   Doc-tests b\n   Doc-tests c\n"),
        [
            "a (doc) | a/src/lib.rs - (line 1) | Passed",
            "b (doc) | b/src/lib.rs - (line 2) | Passed",
            "b (doc) | b/src/lib.rs - (line 3) | Passed",
            "c (doc) | c/src/lib.rs - (line 4) | Passed",
        ]
    );
}

#[test]
fn lines_that_tests_break_are_read() {
    for (stdout, expected) in [
        (
            "running 1 test\ntest a ... some words\nok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n",
            "a | Passed",
        ),
        (
            "running 1 test\ntest a ... ook\n\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n",
            "a | Passed",
        ),
        (
            "running 1 test\ntest a ... look\nthread 'a' panicked at src/x.rs:1:1:\nFAILED\n\nfailures:\n\nfailures:\n    a\n\ntest result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n",
            "a | Failed",
        ),
        (
            "running 2 tests\ntest a ... bench:  12 ns/iter (+/- 3)\ntest b ... ok <0.100s>\n\ntest result: ok. 1 passed; 0 failed; 0 ignored; 1 measured; 0 filtered out\n",
            "a | Passed b | Passed",
        ),
        // A test that runs tests, and lets them print.
        (
            "running 2 tests\ntest a ... ok\nrunning 1 test\ntest inner ... FAILED\n\ntest result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\ntest b ... ok\n\ntest result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n",
            "a | Passed b | Passed",
        ),
        // `exit(0)` in a test: Cargo sees a success.
        ("running 2 tests\ntest a ... ok\n", "a | Passed test program | Failed"),
        (
            "running 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 3 filtered out\n",
            "",
        ),
    ] {
        let cases = parse(
            Path::new("/repo"),
            stdout,
            "     Running tests/t.rs (target/debug/deps/t-0477b2ae106c389c)\n",
        );
        let shown: Vec<String> =
            cases.iter().map(|case| format!("{} | {:?}", case.name, case.status)).collect();
        assert_eq!(shown.join(" "), expected, "{stdout}");
    }
}

#[test]
fn programs_without_the_harness_are_judged_by_their_end() {
    let stderr = "     Running tests/own.rs (target/debug/deps/own-0477b2ae106c389c)
boom
error: test failed, to rerun pass `--test own`
     Running tests/quiet.rs (target/debug/deps/quiet-0477b2ae106c389c)
     Running tests/t.rs (target/debug/deps/t-0477b2ae106c389c)
error: test failed, to rerun pass `--test t`
";
    let stdout = "running 1 test\ntest a ... FAILED\n\nfailures:\n\n---- a stdout ----\nx\n\nfailures:\n    a\n\ntest result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n";
    let statuses: Vec<_> = parse(Path::new("/repo"), stdout, stderr)
        .iter()
        .map(|case| (case.suite.clone(), case.status))
        .collect();
    // Which of the two failed programs the block belongs to can't be told; that both failed is.
    assert_eq!(statuses.iter().filter(|(_, status)| *status == CaseStatus::Failed).count(), 2);
    assert!(statuses.contains(&("tests/quiet.rs".to_owned(), CaseStatus::Passed)));
}

proptest! {
    /// Any lines are read without a panic, and no more tests come out than lines went in.
    #[test]
    fn any_text_is_read(lines in proptest::collection::vec(prop_oneof![
        Just("running 2 tests".to_owned()),
        Just("test a ... ok".to_owned()),
        Just("test b ... FAILED".to_owned()),
        Just("test c ... ".to_owned()),
        Just("failures:".to_owned()),
        Just("---- b stdout ----".to_owned()),
        Just("    b".to_owned()),
        Just(String::new()),
        Just("test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out".to_owned()),
        ".{0,20}",
    ], 0..40)) {
        let text = lines.join("\n");
        let cases = parse(Path::new("/repo"), &text, &text);
        prop_assert!(cases.len() <= lines.len() * 2);
    }
}
