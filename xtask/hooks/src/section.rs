//! `[hooks]` of `xtask.toml`, as written.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use xtask_core::config::{Section, Span};

use crate::checks::{self, Check};
use crate::options::Options;
use crate::stage::Stage;

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
    /// What is set on the checks: `[hooks.STAGE.options.CHECK]`.
    pub options: Options,
    /// Programs of your own, by name.
    pub commands: BTreeMap<String, CommandTable>,
}

/// `[hooks.STAGE.commands.NAME]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CommandTable {
    /// The command, by `sh -c`. `{files}` stands for the matching files, quoted, in batches; without it the command runs once.
    pub run: String,
    /// The types of files it gets: `["python"]`; a file of any of them matches.
    #[serde(default)]
    pub types: Vec<TypeName>,
    /// The files it gets: globs that read as in `.gitignore`.
    #[serde(default)]
    pub glob: Vec<String>,
    /// The files it doesn't get.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Whether it changes files to mend them.
    #[serde(default)]
    pub fixes: bool,
    /// How long it may run.
    pub timeout: Option<Span>,
    /// Where it runs. Default: in the working tree where that equals what is checked, else in a snapshot.
    #[serde(rename = "in")]
    pub place: Option<Place>,
}

/// Where a command runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// In the working tree, whatever is staged.
    Worktree,
    /// In the snapshot of what is staged.
    Snapshot,
}

/// An entry of `checks`.
#[derive(Clone, Copy, Debug)]
pub enum CheckName {
    /// The ten default checks.
    Default,
    /// One check.
    One(&'static Check),
}

const DEFAULT: &str = "default";

static CHECK_NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let ids = checks::all().iter().map(|check| check.id);
    ids.chain([DEFAULT]).collect()
});

impl<'de> Deserialize<'de> for CheckName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = <Cow<'de, str>>::deserialize(deserializer)?;
        if name == DEFAULT {
            return Ok(Self::Default);
        }
        checks::by_id(&name)
            .map(Self::One)
            .ok_or_else(|| serde::de::Error::unknown_variant(&name, &CHECK_NAMES))
    }
}

impl JsonSchema for CheckName {
    fn schema_name() -> Cow<'static, str> {
        "Check".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "enum": *CHECK_NAMES,
            "description": "A built-in check, by its id in pre-commit-hooks; or the ten default ones.",
        })
    }
}

/// An entry of `types`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeName(pub &'static str);

static TYPE_NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(crate::types::known_tags);

impl<'de> Deserialize<'de> for TypeName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = <Cow<'de, str>>::deserialize(deserializer)?;
        TYPE_NAMES
            .iter()
            .find(|known| **known == name)
            .map(|known| Self(known))
            .ok_or_else(|| serde::de::Error::unknown_variant(&name, &TYPE_NAMES))
    }
}

impl JsonSchema for TypeName {
    fn schema_name() -> Cow<'static, str> {
        "FileType".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A type of file, as pre-commit names them: `python`, `yaml`, `text`, `executable`.",
        })
    }
}

#[cfg(test)]
mod tests {
    use xtask_core::config::Config;
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
        assert_eq!(stage.commands["ruff"].types, [TypeName("python")]);
        assert_eq!(stage.commands["ruff"].place, Some(Place::Snapshot));
        assert!(section.stage(Stage::PrePush).unwrap().commands.contains_key("test"));
        assert!(section.stage(Stage::CommitMsg).is_none());
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
