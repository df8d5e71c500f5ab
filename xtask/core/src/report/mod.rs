//! The outputs, one file each. All of them render the same [`Report`].

use crate::model::Report;

/// An output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people: a table and the findings.
    Human,
    /// The report as JSON.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// JUnit XML.
    Junit,
    /// GitHub Actions: annotations.
    Github,
    /// Markdown.
    Markdown,
    /// One self-contained HTML page.
    Html,
}

/// How to render for people.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether to colour.
    pub colour: bool,
    /// The columns of the terminal.
    pub width: usize,
    /// Whether to tell more (`-v`).
    pub verbose: bool,
}

/// The report in this format.
pub fn render(report: &Report, format: Format, style: Style) -> String {
    let _ = (format, style);
    format!("{report:?}")
}
