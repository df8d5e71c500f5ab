//! Random commits through the installed hook, against a model: what is committed is what the fixers make of what is staged, the index
//! agrees with it, and the working tree has the fixes with every edit of the user's; or the commit fails, and nothing is changed.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]
#![cfg(unix)]

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use xtask_core::environment::Environment;

#[path = "hooks_model/case.rs"]
mod case;
#[path = "hooks_model/reference.rs"]
mod reference;
#[path = "hooks_model/stand.rs"]
mod stand;
#[expect(dead_code, reason = "another test needs the rest")]
#[path = "hooks_faults/state.rs"]
mod state;

use stand::{End, Stand};

/// So many commits a test; `XTASK_MODEL_CASES` asks for more, `XTASK_MODEL_SEED` for others.
const CASES: u32 = 70;

#[expect(clippy::print_stdout, reason = "a run by hand wants to know how its commits ended")]
fn commits(seed: u8) {
    let number = |name: &str| Environment::of_process().text(name).and_then(|text| text.parse::<u32>().ok());
    let cases = number("XTASK_MODEL_CASES").unwrap_or(CASES);
    let mut bytes = [seed; 32];
    bytes[..4].copy_from_slice(&number("XTASK_MODEL_SEED").unwrap_or(5).to_le_bytes());
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 300, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let stand = RefCell::new(Stand::new());
    let ends = RefCell::new(BTreeMap::<End, usize>::new());
    let ended = runner.run(&case::case(), |case| {
        let end = stand.borrow_mut().commit(&case).map_err(TestCaseError::fail)?;
        *ends.borrow_mut().entry(end).or_default() += 1;
        Ok(())
    });
    let ends = ends.into_inner();
    println!("{ends:?}");
    if let Err(failed) = ended {
        panic!("{failed}");
    }
    let count = |end| ends.get(&end).copied().unwrap_or_default();
    assert!(count(End::Committed) > cases as usize / 3, "most commits are to go through: {ends:?}");
    // Safe, but a nuisance: edits that don't meet a fix are told to.
    assert!(count(End::NeedlessOverlap) <= cases as usize / 50, "{ends:?}");
}

#[test]
fn commits_of_one_seed() {
    commits(1);
}

#[test]
fn commits_of_another_seed() {
    commits(2);
}

#[test]
fn commits_of_a_third_seed() {
    commits(3);
}
