//! The outputs, one file each: all of them render the same [`Report`]. Nothing here decides what a result means.

mod format;
mod github;
mod html;
mod json;
mod junit;
mod live;
mod markdown;
mod plain;
mod redact;
#[cfg(test)]
mod samples;
mod sarif;
mod tally;
mod terminal;
mod text;
mod unfilled;
mod uri;
mod write;

pub use format::{Format, Style};
pub use json::json_schema;
pub use live::{Reporter, ReporterMode};
pub use redact::{Redactor, redact};
pub use write::{append_step_summary, write_all, write_to};

use crate::model::Report;

/// The report in this format. `style` counts for [`Format::Human`] alone; the others are the same everywhere.
pub fn render(report: &Report, format: Format, style: Style) -> String {
    match format {
        Format::Human => terminal::render(report, style),
        Format::Json => json::render(report),
        Format::Sarif => sarif::render(report),
        Format::Junit => junit::render(report),
        Format::Github => github::render(report),
        Format::Markdown => markdown::render(report),
        Format::Html => html::render(report),
    }
}
