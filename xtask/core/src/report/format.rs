//! The names of the formats, as in `--format` and `--report FORMAT=PATH`, and the style of the one for people.

use std::fmt;
use std::str::FromStr;

use crate::model::Problem;

/// An output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

impl Format {
    /// All of them, in the order in which help texts name them.
    pub const ALL: [Self; 7] =
        [Self::Human, Self::Json, Self::Sarif, Self::Junit, Self::Github, Self::Markdown, Self::Html];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Github => "github",
            Self::Markdown => "markdown",
            Self::Html => "html",
        }
    }

    /// The name of its file in the report folder.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Human => "report.txt",
            Self::Json => "report.json",
            Self::Sarif => "report.sarif",
            Self::Junit => "junit.xml",
            Self::Github => "annotations.txt",
            Self::Markdown => "summary.md",
            Self::Html => "report.html",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.name())
    }
}

impl FromStr for Format {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        Self::ALL.into_iter().find(|format| format.name() == text).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|format| format.name()).collect();
            Problem::usage(format!("no format is called {text:?}"))
                .fix(format!("use one of {}", names.join(", ")))
        })
    }
}

/// How to render for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether to colour.
    pub colour: bool,
    /// The columns of the terminal.
    pub width: usize,
    /// Whether to tell more (`-v`): known findings, whole messages, all findings.
    pub verbose: bool,
    /// Whether a run without anything to tell is told in a line, or not at all: a hook speaks in the middle of git's own output.
    pub brief: bool,
}

impl Style {
    /// No colour, 80 columns: what a file or a pipe gets.
    pub const PLAIN: Self = Self { colour: false, width: 80, verbose: false, brief: false };
}

impl Default for Style {
    fn default() -> Self {
        Self::PLAIN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse::<Format>().unwrap(), format);
        }
        let problem = "yaml".parse::<Format>().unwrap_err();
        assert_eq!(problem.exit_code().code(), 2);
        assert!(problem.to_string().contains("sarif"), "{problem}");
    }
}
