//! `xtask.toml`: loading, sections, units, detection. Errors point into the file.

mod detect;
mod error;
mod fault;
mod file;
mod globs;
mod interpolate;
mod section;
mod units;

pub use detect::{CiService, Language, Project};
pub use error::nearest;
pub use fault::{Fault, Keys};
pub use file::{Config, FILE_NAME};
pub use globs::Globs;
pub use interpolate::{Ports, interpolate};
pub use section::{EnvSection, Section, SectionKind, TopLevel, WatchSection, schema};
pub use units::{ByteSize, Span};
