//! `[hooks]` of `xtask.toml`, as written.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use xtask_core::config::{Fault, Keys, Section};
use xtask_core::environment::Environment;

use crate::options::Options;
use crate::resolve::StagePlan;
use crate::rules::{FileRulesTable, PathRegex, PatternTable};
use crate::snapshot::checked_link;
use crate::stage::Stage;

mod command;
mod names;
mod terms;

pub use command::{CommandTable, Commands, Place};
pub use names::{CheckName, TypeName};

/// `[hooks]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct HooksSection {
    /// What happens to a commit that a fixer changed.
    pub on_fix: OnFix,
    /// Whether the first failure stops the rest.
    pub fail_fast: bool,
    /// Ignored files and folders that commands need beside the staged files, such as `.env`: they are linked into the snapshot.
    pub link: Vec<String>,
    /// Before a commit is made. Without this table the ten default checks run; with it, what it lists.
    pub pre_commit: Option<StageTable>,
    /// Before the editor opens on the message.
    pub prepare_commit_msg: Option<StageTable>,
    /// Once the message is written.
    pub commit_msg: Option<StageTable>,
    /// After a commit.
    pub post_commit: Option<StageTable>,
    /// Before a merge is committed.
    pub pre_merge_commit: Option<StageTable>,
    /// Before a rebase.
    pub pre_rebase: Option<StageTable>,
    /// After a checkout.
    pub post_checkout: Option<StageTable>,
    /// After a merge.
    pub post_merge: Option<StageTable>,
    /// After a commit was amended or rebased.
    pub post_rewrite: Option<StageTable>,
    /// Before a push.
    pub pre_push: Option<StageTable>,
    /// On a server, before it takes a push.
    pub pre_receive: Option<StageTable>,
}

impl Section for HooksSection {
    const NAME: &'static str = "hooks";
    const TERMS: &'static [(&'static str, &'static str)] = terms::TERMS;

    fn faults(&self) -> Vec<Fault> {
        let keys = Keys::of(Self::NAME).key("link");
        let links = self.link.iter().enumerate().filter_map(|(at, path)| {
            let problem = checked_link(path).err()?;
            Some(keys.key(at.to_string()).fault(problem))
        });
        let stages = Stage::ALL.into_iter().filter(|stage| self.stage(*stage).is_some());
        let nothing = Environment::default();
        links.chain(stages.filter_map(|stage| StagePlan::resolve(stage, self, &nothing).err())).collect()
    }
}

impl HooksSection {
    /// The table of a stage, where there is one.
    pub fn stage(&self, stage: Stage) -> Option<&StageTable> {
        match stage {
            Stage::PreCommit => &self.pre_commit,
            Stage::PrepareCommitMsg => &self.prepare_commit_msg,
            Stage::CommitMsg => &self.commit_msg,
            Stage::PostCommit => &self.post_commit,
            Stage::PreMergeCommit => &self.pre_merge_commit,
            Stage::PreRebase => &self.pre_rebase,
            Stage::PostCheckout => &self.post_checkout,
            Stage::PostMerge => &self.post_merge,
            Stage::PostRewrite => &self.post_rewrite,
            Stage::PrePush => &self.pre_push,
            Stage::PreReceive => &self.pre_receive,
        }
        .as_ref()
    }
}

/// What happens to a commit that a fixer changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnFix {
    /// The fix is staged, and the commit goes on.
    #[default]
    Restage,
    /// The commit fails, and the fix is in the working tree.
    Stop,
}

/// `[hooks.STAGE]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct StageTable {
    /// The built-in checks that run, by their ids; `default` stands for the ten default ones.
    pub checks: Vec<CheckName>,
    /// Files that no check and no command of the stage gets: globs that read as in `.gitignore`.
    pub exclude: Vec<String>,
    /// The same by a regular expression that is searched for in the path, as `exclude` of pre-commit.
    pub exclude_regex: Option<PathRegex>,
    /// What is set on the checks: `[hooks.STAGE.options.CHECK]`.
    pub options: Options,
    /// Which files a check gets beyond its own choice: `[hooks.STAGE.files.CHECK]`.
    pub files: BTreeMap<String, FileRulesTable>,
    /// What lines or files must not, or must, hold: `[hooks.STAGE.patterns.NAME]`.
    pub patterns: BTreeMap<String, PatternTable>,
    /// Programs of your own, by name.
    pub commands: Commands,
}

#[cfg(test)]
mod tests {
    use xtask_core::config::{Config, SectionKind};
    use xtask_core::model::ProblemKind;

    use super::*;

    fn read(text: &str) -> xtask_core::model::Result<HooksSection> {
        Config::parse("xtask.toml", text)?.section_or_default()
    }

    #[test]
    fn the_sample_of_the_design_is_read() {
        let section = read(
            r#"
            [hooks]
            on-fix = "stop"
            fail-fast = true
            [hooks.pre-commit]
            checks = ["default", "check-yaml"]
            exclude = ["vendor/**"]
            options.check-added-large-files.max = "1MB"
            options.trailing-whitespace.markdown-linebreak-ext = ["md"]
            [hooks.pre-commit.commands.ruff]
            run = "ruff check --fix {files}"
            types = ["python"]
            fixes = true
            timeout = "60s"
            in = "snapshot"
            [hooks.pre-push.commands.test]
            run = "cargo test"
            "#,
        )
        .unwrap();
        assert!(section.fail_fast && section.on_fix == OnFix::Stop);
        let stage = section.stage(Stage::PreCommit).unwrap();
        assert_eq!(stage.checks.len(), 2);
        assert_eq!(stage.options.check_added_large_files.max.0, 1_000_000);
        let (name, ruff) = &stage.commands.0[0];
        assert_eq!(name, "ruff");
        assert_eq!(ruff.types, [TypeName("python")]);
        assert_eq!(ruff.place, Some(Place::Snapshot));
        assert!(section.stage(Stage::PrePush).unwrap().commands.0.iter().any(|(name, _)| name == "test"));
        assert!(section.stage(Stage::CommitMsg).is_none());
    }

    fn loaded(text: &str) -> xtask_core::model::Problem {
        let sections = [SectionKind::of::<HooksSection>()];
        Config::parse_checked("xtask.toml", text, &sections).unwrap_err()
    }

    /// What reads well and can't be meant is shown where it stands, as what doesn't read.
    #[test]
    fn each_fault_has_its_place() {
        for (text, what, drawn) in [
            (
                "[hooks.pre-commit.commands.x]\nrun = 'x'\nglob = ['a', '{b']\n",
                "xtask.toml:3: `{b` is no glob",
                "3:14",
            ),
            ("[hooks.pre-push]\nexclude = ['a{']\n", "xtask.toml:2: `a{` is no glob", "2:12"),
            ("[hooks.pre-commit.commands.x]\nrun = ' '\n", "xtask.toml:2: `run` is empty", "2:7"),
            ("[hooks.pre-commit.commands.x]\nrun = 'x'\ntimeout = '0s'\n", "xtask.toml:3: `timeout`", "3:11"),
            (
                "[hooks.pre-commit.commands.x]\nrun = 'x'\nfolder = '../y'\n",
                "xtask.toml:3: \"../y\" lies",
                "3:10",
            ),
            ("[hooks.pre-commit.commands.x]\nrun = 'x'\ninputs = ['{']\n", "xtask.toml:3: `{` is no", "3:11"),
            (
                "[hooks.pre-commit.commands.x]\nrun = 'x'\nenv = {'' = 'y'}\n",
                "xtask.toml:3: `env` sets",
                "3:1",
            ),
            ("[hooks.pre-commit.patterns.x]\ndeny = 'a('\n", "xtask.toml:2: `a(` is no regex", "2:8"),
            (
                "[hooks.pre-commit.patterns.x]\ndeny = 'a'\nrequire = 'b'\n",
                "xtask.toml:1: `deny` and `require`",
                "1:28",
            ),
            (
                "[hooks.pre-commit]\nfiles.check-yml.glob = ['a']\n",
                "xtask.toml:2: there is no check `check-yml`",
                "2:7",
            ),
            (
                "[hooks.pre-commit]\nchecks = ['conventional-commit']\n",
                "xtask.toml:2: conventional-commit checks",
                "2:10",
            ),
            (
                "[hooks.pre-commit]\nchecks = ['file-contents-sorter']\n",
                "xtask.toml:2: file-contents",
                "2:10",
            ),
            ("[hooks]\nlink = ['.env', '../secret']\n", "xtask.toml:2: can't link \"../secret\"", "2:17"),
            ("[hooks]\nlink = ['/etc']\n", "xtask.toml:2: can't link \"/etc\"", "2:9"),
            ("[hooks]\nlink = ['a/../../b']\n", "xtask.toml:2: can't link", "2:9"),
            ("[hooks.pre-commit]\nexclude-regex = 'a('\n", "xtask.toml:2: `a(` is no regex", "2:17"),
        ] {
            let problem = loaded(text);
            assert_eq!(problem.kind, ProblemKind::Usage);
            assert!(problem.what.starts_with(what), "{problem}");
            let carets = problem.why.lines().find(|line| line.contains('^')).unwrap();
            let column = carets.find('^').unwrap() - carets.find('|').unwrap() - 1;
            let line = what["xtask.toml:".len()..].split(':').next().unwrap();
            assert_eq!(format!("{line}:{column}"), drawn, "{problem}");
        }
        let two = loaded("[hooks.pre-commit]\nexclude = ['{']\n[hooks.pre-push]\nexclude = ['{']\n");
        assert_eq!(two.what, "xtask.toml has 2 errors");
    }

    #[test]
    fn words_of_other_managers_are_understood() {
        for (key, fix) in [
            ("files = 'x'", "`glob"),
            ("entry = 'x'", "`run"),
            ("pass_filenames = false", "{files}"),
            ("pass-filenames = false", "{files}"),
            ("stages = []", "[hooks.STAGE.commands.NAME]"),
            ("always_run = true", "`always"),
            ("require_serial = true", "`serial"),
            ("exclude_types = []", "`exclude-types"),
            ("language = 'system'", "sh -c"),
            ("stage_fixed = true", "`fixes"),
            ("root = 'x'", "`folder"),
        ] {
            let problem = loaded(&format!("[hooks.pre-commit.commands.x]\nrun = 'x'\n{key}\n"));
            assert!(problem.what.starts_with("xtask.toml:3: unknown key"), "{problem}");
            assert!(problem.fix.contains(fix), "{key}: {problem}");
        }
    }

    #[test]
    fn mistakes_name_the_nearest() {
        for (text, what, fix) in [
            (
                "[hooks.pre-commit]\nchecks = [\"trailing-whitespaces\"]\n",
                "xtask.toml:2",
                "did you mean `trailing-whitespace`?",
            ),
            (
                "[hooks.pre-commit.commands.x]\nrun = \"x\"\ntypes = [\"pyhton\"]\n",
                "xtask.toml:3",
                "did you mean `python`?",
            ),
            ("[hooks.precommit]\n", "xtask.toml:1", "did you mean `pre-commit`?"),
            ("[hooks.pre-commit.options.check-yml]\n", "xtask.toml:1", "did you mean `check-yaml`?"),
        ] {
            let problem = read(text).unwrap_err();
            assert_eq!(problem.kind, ProblemKind::Usage);
            assert!(problem.what.contains(what), "{problem}");
            assert_eq!(problem.fix, fix, "{problem}");
        }
    }
}
