//! The tools that this build knows, and how each is run.

use std::path::Path;

use xtask_core::exec::{Ended, Process};
use xtask_core::model::RepoPath;

use crate::raw::Parsed;
use crate::section::{LintSection, ToolSection};
use crate::{clippy, rustfmt};

/// A tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    /// rustfmt, through `cargo fmt`.
    Rustfmt,
    /// Clippy, through `cargo clippy`.
    Clippy,
}

/// All of them, the quick one first.
pub(crate) const TOOLS: [Tool; 2] = [Tool::Rustfmt, Tool::Clippy];

impl Tool {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rustfmt => "rustfmt",
            Self::Clippy => "clippy",
        }
    }

    /// The command that checks a workspace, in its folder.
    pub(crate) fn check(self, arguments: &[String]) -> Process {
        match self {
            Self::Rustfmt => rustfmt::check(arguments),
            Self::Clippy => clippy::check(arguments),
        }
    }

    /// The command that mends what it can.
    pub(crate) fn fix(self, arguments: &[String]) -> Process {
        match self {
            Self::Rustfmt => rustfmt::fix(arguments),
            Self::Clippy => clippy::fix(arguments),
        }
    }

    /// What its output says.
    pub(crate) fn parse(self, root: &Path, folder: &RepoPath, ended: &Ended) -> Parsed {
        match self {
            Self::Rustfmt => rustfmt::parse(root, folder, ended),
            Self::Clippy => clippy::parse(root, folder, ended),
        }
    }

    /// The command that installs it.
    pub(crate) fn install(self) -> &'static str {
        match self {
            Self::Rustfmt => "rustup component add rustfmt",
            Self::Clippy => "rustup component add clippy",
        }
    }

    /// The command that tells its version.
    pub(crate) fn version(self) -> Process {
        match self {
            Self::Rustfmt => Process::new("cargo").args(["fmt", "--version"]),
            Self::Clippy => Process::new("cargo").args(["clippy", "--version"]),
        }
    }
}

/// One tool in one folder.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) tool: Tool,
    pub(crate) folder: RepoPath,
    pub(crate) section: ToolSection,
}

impl Step {
    /// The command, with the time limit, in its folder below `root`.
    pub(crate) fn prepared(&self, process: Process, root: &Path) -> Process {
        let process = process.folder(self.folder.below(root));
        match self.section.timeout {
            Some(limit) => process.timeout(limit.0),
            None => process,
        }
    }

    /// The step in words, for plans.
    pub(crate) fn show(&self) -> String {
        let command = self.tool.check(&self.section.args).show();
        if self.folder.as_bytes().is_empty() { command } else { format!("in {}: {command}", self.folder) }
    }
}

/// What is to be run for workspaces in these folders.
pub(crate) fn steps(section: &LintSection, folders: &[RepoPath]) -> Vec<Step> {
    TOOLS
        .into_iter()
        .map(|tool| (tool, section.tool(tool)))
        .filter(|(_, own)| own.enabled != Some(false))
        .flat_map(|(tool, own)| {
            folders.iter().map(move |folder| Step { tool, folder: folder.clone(), section: own.clone() })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tool_runs_in_each_workspace() {
        let folders = [RepoPath::from(""), RepoPath::from("tools")];
        let shown = |section: &LintSection| -> Vec<String> {
            steps(section, &folders).iter().map(Step::show).collect()
        };
        let mut section = LintSection::default();
        assert_eq!(
            shown(&section),
            [
                "cargo fmt --all -- --check --color never",
                "in tools: cargo fmt --all -- --check --color never",
                "cargo clippy --workspace --all-targets --keep-going --message-format json",
                "in tools: cargo clippy --workspace --all-targets --keep-going --message-format json",
            ]
        );
        section
            .tools
            .insert(Tool::Rustfmt.into(), ToolSection { enabled: Some(false), ..ToolSection::default() });
        assert_eq!(shown(&section).len(), 2);
    }
}
