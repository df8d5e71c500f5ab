//! Static analysis: tools in, findings out, judged against a baseline that only shrinks.

pub mod baseline;
pub mod identity;
pub mod name;
mod raw;

mod clippy;
mod gate;
mod json;
mod run;
mod rustfmt;
mod scope;
mod section;
mod tool;

pub use gate::LintGate;
pub use json::json;
pub use name::ToolName;
pub use run::{Linted, Options, run};
pub use section::{LintSection, ToolSection};
