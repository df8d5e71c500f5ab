//! From `[hooks]` to what a stage runs: checks without repeats, compiled globs, `XTASK_SKIP` taken into account.

use std::time::Duration;

use xtask_core::environment::Environment;
use xtask_core::model::Result;

use crate::checks::{self, Check};
use crate::options::Options;
use crate::section::{CheckName, CommandTable, HooksSection, Place, StageTable};
use crate::stage::Stage;
use crate::types::Tags;
use xtask_core::config::Globs;

/// The variable that skips checks and commands by name, separated by commas.
pub const SKIP: &str = "XTASK_SKIP";

/// What a stage runs.
#[derive(Clone, Debug)]
pub struct StagePlan {
    /// The stage.
    pub stage: Stage,
    /// The checks, in the order in which they are listed.
    pub checks: Vec<&'static Check>,
    /// What is set on them.
    pub options: Options,
    /// The files that nothing of the stage gets.
    pub exclude: Globs,
    /// The commands, by name.
    pub commands: Vec<Command>,
    /// What `XTASK_SKIP` took out.
    pub skipped: Vec<String>,
    /// Whether the first failure stops the rest.
    pub fail_fast: bool,
}

/// One command of a stage.
#[derive(Clone, Debug)]
pub struct Command {
    /// Its name.
    pub name: String,
    /// What `sh -c` gets, with `{files}`.
    pub run: String,
    /// The types of files it gets; empty: all.
    pub types: Vec<&'static str>,
    /// The files it gets.
    pub glob: Globs,
    /// The files it doesn't get.
    pub exclude: Globs,
    /// Whether it changes files to mend them.
    pub fixes: bool,
    /// How long it may run.
    pub timeout: Option<Duration>,
    /// Where it runs, where that is said.
    pub place: Option<Place>,
}

impl Command {
    fn new(stage: Stage, name: &str, table: &CommandTable) -> Result<Self> {
        let place = |list| format!("hooks.{}.commands.{name}: {list}", stage.name());
        Ok(Self {
            name: name.to_owned(),
            run: table.run.clone(),
            types: table.types.iter().map(|name| name.0).collect(),
            glob: Globs::new(&place("glob"), &table.glob)?,
            exclude: Globs::new(&place("exclude"), &table.exclude)?,
            fixes: table.fixes,
            timeout: table.timeout.map(|span| span.0),
            place: table.place,
        })
    }

    /// Whether it gets this file.
    pub fn takes(&self, path: &xtask_core::model::RepoPath, tags: Tags) -> bool {
        (self.types.is_empty() || self.types.iter().any(|tag| tags.has(tag)))
            && (self.glob.is_empty() || self.glob.matches(path))
            && !self.exclude.matches(path)
    }
}

impl StagePlan {
    /// What `section` says of `stage`.
    pub fn new(stage: Stage, section: &HooksSection, environment: &Environment) -> Result<Self> {
        let default = StageTable {
            checks: match stage {
                Stage::PreCommit => vec![CheckName::Default],
                _ => Vec::new(),
            },
            ..StageTable::default()
        };
        let table = section.stage(stage).unwrap_or(&default);
        let mut listed: Vec<&'static Check> = Vec::new();
        for name in &table.checks {
            let named: &[&'static Check] = match name {
                CheckName::Default => &checks::DEFAULT,
                CheckName::One(check) => &[check],
            };
            for &check in named {
                if let Some(problem) = check.files_not_named(stage.name()) {
                    return Err(problem);
                }
                if !listed.iter().any(|known| known.id == check.id) {
                    listed.push(check);
                }
            }
        }
        let commands = table.commands.iter();
        let mut commands =
            commands.map(|(name, table)| Command::new(stage, name, table)).collect::<Result<Vec<_>>>()?;
        let mut skipped = Vec::new();
        for name in environment.text(SKIP).unwrap_or_default().split(',').map(str::trim) {
            let before = listed.len() + commands.len();
            listed.retain(|check| check.id != name);
            commands.retain(|command| command.name != name);
            if listed.len() + commands.len() < before {
                skipped.push(name.to_owned());
            }
        }
        Ok(Self {
            stage,
            checks: listed,
            options: table.options.clone(),
            exclude: Globs::new(&format!("hooks.{}: exclude", stage.name()), &table.exclude)?,
            commands,
            skipped,
            fail_fast: section.fail_fast,
        })
    }

    /// Whether there is nothing to run.
    pub fn is_empty(&self) -> bool {
        self.checks.is_empty() && self.commands.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use xtask_core::config::Config;
    use xtask_core::model::RepoPath;

    use super::*;

    fn plan(text: &str, skip: &str) -> StagePlan {
        let section: HooksSection = Config::parse("xtask.toml", text).unwrap().section_or_default().unwrap();
        StagePlan::new(Stage::PreCommit, &section, &Environment::from_pairs([(SKIP, skip)])).unwrap()
    }

    fn ids(plan: &StagePlan) -> Vec<&str> {
        plan.checks.iter().map(|check| check.id).collect()
    }

    #[test]
    fn without_a_table_the_ten_run_and_with_one_what_it_lists() {
        assert_eq!(plan("", "").checks.len(), 10);
        assert!(plan("[hooks.pre-commit]\nexclude = [\"a\"]\n", "").is_empty());
        let listed =
            plan("[hooks.pre-commit]\nchecks = [\"check-yaml\", \"check-json\", \"check-yaml\"]\n", "");
        assert_eq!(ids(&listed), ["check-yaml", "check-json"]);
        let both = plan("[hooks.pre-commit]\nchecks = [\"check-yaml\", \"default\"]\n", "");
        assert_eq!((both.checks.len(), both.checks[0].id), (10, "check-yaml"));
        let section = HooksSection::default();
        assert!(StagePlan::new(Stage::PrePush, &section, &Environment::default()).unwrap().is_empty());
    }

    #[test]
    fn a_check_that_knows_no_files_wants_them_named() {
        let text = "[hooks.pre-commit]\nchecks = [\"file-contents-sorter\"]\n";
        let section: HooksSection = Config::parse("xtask.toml", text).unwrap().section_or_default().unwrap();
        let problem = StagePlan::new(Stage::PreCommit, &section, &Environment::default()).unwrap_err();
        assert!(problem.fix.contains("[hooks.pre-commit.files.file-contents-sorter]"), "{problem}");
    }

    #[test]
    fn names_are_skipped() {
        let text =
            "[hooks.pre-commit]\nchecks = [\"check-yaml\"]\n[hooks.pre-commit.commands.lint]\nrun = \"x\"\n";
        let plan = plan(text, "lint, nothing,check-yaml");
        assert!(plan.is_empty());
        assert_eq!(plan.skipped, ["lint", "check-yaml"]);
    }

    #[test]
    fn commands_take_files() {
        let text = "[hooks.pre-commit.commands.x]\nrun = \"x\"\ntypes = [\"python\", \"pyi\"]\nglob = [\"/src/**\"]\nexclude = [\"gen_*\"]\n";
        let plan = plan(text, "");
        for (path, expected) in [
            ("src/a.py", true),
            ("src/a.pyi", true),
            ("src/a.rs", false),
            ("a.py", false),
            ("src/gen_a.py", false),
        ] {
            let path = RepoPath::from(path);
            assert_eq!(
                plan.commands[0].takes(&path, Tags::of_name(path.file_name(), false)),
                expected,
                "{path}"
            );
        }
    }
}
