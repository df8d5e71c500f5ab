//! A project's test suite: how to run it, and what its runner printed as test cases. Used by the test gate, and by coverage,
//! which runs the same suite instrumented.

pub mod libtest;

use crate::model::{GateReport, Outcome, TestCase};

/// Stub.
pub fn report(gate: &str, cases: Vec<TestCase>, ended_well: bool, tail: &str) -> GateReport {
    let _ = (ended_well, tail);
    GateReport {
        cases,
        ..GateReport::new(gate, Outcome::Passed)
    }
}
