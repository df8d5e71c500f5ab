//! A project's test suite: how to run it, and what its runner printed as test cases. Used by the test gate, and by coverage,
//! which runs the same suite instrumented.

pub mod libtest;
