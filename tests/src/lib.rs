//! The harness of the end-to-end tests: temporary repositories, the built program, what it printed.

mod output;
mod sandbox;

pub use output::Output;
pub use sandbox::{Sandbox, skip};
