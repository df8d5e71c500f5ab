//! Coverage: the gate, its commands, and its section of `xtask.toml`. Everything becomes one map, path → line → hits
//! ([`map::CoverageMap`]); limits, ratchet and patch coverage work on that alone.

mod baseline;
mod gate;
mod inputs;
mod judge;
pub mod lcov;
pub mod map;
mod measure;
mod patch;
pub mod rust;
mod section;
mod summary;

pub use baseline::{BASELINE, TOLERANCE};
pub use gate::{CoverageGate, RunOptions, diff, run, run_rust, show};
pub use patch::{Patch, Uncovered};
pub use section::{CoverageSection, PathLimits};
pub use summary::{Count, FileCount, Summary};
