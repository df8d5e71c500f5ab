//! `ci`: every gate that a repository configures or suggests, as one job graph. It knows the areas only as [`Gate`]s.

mod plan;
mod run;
mod select;
mod shard;
mod show;

pub use plan::{CiPlan, plan};
pub use run::{Ran, run, stopped};
pub use select::Options;
pub use shard::Shard;
pub use show::{json, show};
