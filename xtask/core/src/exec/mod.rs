//! Child processes: groups, time limits, batches, the job graph, signals. Nothing else in xtask starts a process.

mod batch;
mod cancel;
mod graph;
mod process;
mod program;

pub use batch::batches;
pub use cancel::{Cancel, Interrupt, watch_signals};
pub use graph::{Graph, NodeEnd, Weight};
pub use process::{Ended, Process, RunError};
pub use program::find_program;
