//! The result model: plain data that every gate yields and every output renders. No input or output here.

mod case;
mod event;
mod finding;
mod findings;
mod fingerprint;
mod metric;
mod outcome;
mod path;
mod problem;
mod report;

pub use case::{CaseStatus, TEST_FAILED, TestCase};
pub use event::{Event, Events, Stream};
pub use finding::{Finding, Location, Severity, State};
pub use findings::{Findings, MOST_FINDINGS};
pub use fingerprint::Fingerprint;
pub(crate) use metric::group_thousands;
pub use metric::{Better, Metric, Unit};
pub use outcome::{Outcome, Skip};
pub use path::RepoPath;
pub use problem::{Problem, ProblemKind, Result};
pub use report::{Artifact, ExitCode, GateReport, Missing, REPORT_VERSION, Report, Standing, Step};
