//! Visual regression: the pixel diff, the comparison of folders, the gate, and its section of `xtask.toml`.

mod compare;
mod comparison;
pub mod diff;
mod folder;
mod gate;
mod options;
mod pair;
mod section;

pub use compare::compare_paths;
pub use comparison::Comparison;
pub use gate::VisualGate;
pub use options::{Limits, Options};
pub use pair::{Pair, Status};
pub use section::{FillStep, OneOrMany, Page, Step, VisualSection};
