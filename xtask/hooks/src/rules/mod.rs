//! Which files a check, a command or a pattern gets, and the patterns themselves: plain data in, verdicts with their reasons out.

mod content;
mod files;
mod generated;
mod pattern;
mod python;
mod regex;
mod table;

pub use content::ContentRegex;
pub use files::{FileRules, Matched, WhyNot};
pub use generated::generated;
pub use pattern::{Pattern, PatternTable};
pub use regex::{PathRegex, Runaway};
pub use table::FileRulesTable;
pub(crate) use table::with_file_rules;
