//! A project's test suite: what its runner printed as test cases, and the verdict over them. Used by the test gate, and by
//! coverage, which runs the same suite instrumented.

pub mod compiler;
pub mod junit;
pub mod libtest;
pub mod nextest;

mod captured;
mod origin;
mod panics;
mod unmeasured;
mod verdict;

pub use captured::last_lines;
pub use origin::locate;
pub use panics::rebase;
pub use unmeasured::unmeasured;
pub use verdict::{report, summarise};
