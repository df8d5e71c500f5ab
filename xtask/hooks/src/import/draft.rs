//! What the import comes to, before it is written as TOML.

use std::collections::BTreeMap;

use crate::stage::Stage;

/// Which files something gets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rules {
    pub(super) types: Vec<String>,
    pub(super) types_all: Vec<String>,
    pub(super) exclude_types: Vec<String>,
    pub(super) glob: Vec<String>,
    pub(super) exclude: Vec<String>,
    pub(super) regex: Option<String>,
    pub(super) exclude_regex: Option<String>,
}

/// The value of an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    Flag,
    Text(String),
    Number(i64),
    List(Vec<String>),
}

/// A built-in check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CheckDraft {
    pub(super) id: String,
    pub(super) rules: Rules,
    pub(super) options: BTreeMap<String, Setting>,
}

/// A command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CommandDraft {
    pub(super) name: String,
    pub(super) run: String,
    pub(super) rules: Rules,
    pub(super) fixes: bool,
    pub(super) always: bool,
    pub(super) serial: bool,
    pub(super) folder: Option<String>,
    pub(super) env: Vec<(String, String)>,
    pub(super) timeout: Option<String>,
    /// Whether running it may fetch a program from a registry.
    pub(super) fetched: bool,
    pub(super) comments: Vec<String>,
}

/// A deny or require pattern.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PatternDraft {
    pub(super) name: String,
    pub(super) deny: Option<String>,
    pub(super) require: Option<String>,
    pub(super) message: Option<String>,
    pub(super) ignore_case: bool,
    pub(super) multiline: bool,
    pub(super) rules: Rules,
    pub(super) comments: Vec<String>,
}

/// A stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct StageDraft {
    pub(super) exclude: Vec<String>,
    pub(super) exclude_regex: Option<String>,
    pub(super) checks: Vec<CheckDraft>,
    pub(super) commands: Vec<CommandDraft>,
    pub(super) patterns: Vec<PatternDraft>,
}

impl StageDraft {
    /// The name, with a number behind it where it is taken.
    pub(super) fn free_name(&self, wanted: &str) -> String {
        let taken = |name: &str| {
            self.commands.iter().any(|one| one.name == name)
                || self.patterns.iter().any(|one| one.name == name)
                || self.checks.iter().any(|one| one.id == name)
        };
        let wanted = if wanted.is_empty() { "command" } else { wanted };
        let numbered = (2..).map(|at| format!("{wanted}-{at}"));
        std::iter::once(wanted.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
    }

    /// Adds the command under a free name, and gives that.
    pub(super) fn add(&mut self, mut command: CommandDraft) -> String {
        command.name = self.free_name(&command.name);
        let name = command.name.clone();
        self.commands.push(command);
        name
    }
}

/// All of `[hooks]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) stop_on_fix: bool,
    pub(super) fail_fast: bool,
    pub(super) comments: Vec<String>,
    pub(super) stages: BTreeMap<Stage, StageDraft>,
}

impl Draft {
    pub(super) fn stage(&mut self, stage: Stage) -> &mut StageDraft {
        self.stages.entry(stage).or_default()
    }
}
