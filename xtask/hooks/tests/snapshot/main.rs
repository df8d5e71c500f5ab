//! The snapshot in which hook commands run, on real repositories.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]
#![expect(clippy::print_stdout, reason = "tests say what they leave out")]

mod changing;
mod filling;
mod fixture;
mod linking;
mod names;
mod random;
mod repairing;
mod repositories;
