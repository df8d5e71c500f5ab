//! The harness of the end-to-end tests: temporary repositories, the built program, what it printed, and the referees: programs and
//! schemas that we did not write.

mod output;
pub mod referee;
mod sandbox;

pub use output::Output;
pub use sandbox::Sandbox;
