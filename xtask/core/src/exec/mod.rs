//! Child processes: groups, time limits, batches, the job graph, signals. Nothing else in xtask starts a process.

mod batch;
mod cancel;
mod capture;
mod ended;
mod graph;
mod group;
mod live;
mod output;
mod process;
mod program;
mod run;
mod schedule;
mod signals;
mod strays;
#[cfg(unix)]
mod table;
#[cfg(test)]
#[cfg(unix)]
mod tests;

pub use batch::batches;
pub use cancel::{Cancel, Interrupt};
pub use ended::{Ended, RunError};
pub use graph::{Graph, NodeEnd, Weight};
pub use process::Process;
pub use program::{NO_INSTALL, find_program};
pub use signals::watch_signals;
