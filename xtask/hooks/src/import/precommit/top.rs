//! What stands at the top of a pre-commit configuration and goes for all hooks.

use xtask_core::model::Result;

use super::super::Notes;
use super::super::value::{Data, Node};
use crate::stage::Stage;

/// The top level.
pub(super) struct Top<'a> {
    pub(super) repos: Vec<Node<'a>>,
    pub(super) files: Option<String>,
    pub(super) exclude: Option<String>,
    pub(super) fail_fast: bool,
    /// Of hooks that name none; `None`: all.
    pub(super) default_stages: Option<Vec<Given>>,
    /// The hooks that `pre-commit install` sets up.
    pub(super) installed: Vec<Stage>,
}

/// A stage as a hook names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    Git(Stage),
    Manual,
}

/// The stages that are named, with the names of old versions.
pub(super) fn stages(node: &Node, notes: &mut Notes) -> Result<Vec<Given>> {
    let mut stages = Vec::new();
    for one in node.list()? {
        let name = one.text()?;
        let given = match name {
            "manual" => Some(Given::Manual),
            "commit" => Some(Given::Git(Stage::PreCommit)),
            "push" => Some(Given::Git(Stage::PrePush)),
            "merge-commit" => Some(Given::Git(Stage::PreMergeCommit)),
            name => Stage::by_name(name).map(Given::Git),
        };
        match given {
            Some(given) if !stages.contains(&given) => stages.push(given),
            Some(_) => {}
            None => notes.unmapped(format!("{}: stage `{name}`", one.place()), "git has no such hook"),
        }
    }
    Ok(stages)
}

impl<'a> Top<'a> {
    pub(super) fn read(node: &Node<'a>, notes: &mut Notes) -> Result<Self> {
        let mut top = Self {
            repos: Vec::new(),
            files: None,
            exclude: None,
            fail_fast: false,
            default_stages: None,
            installed: vec![Stage::PreCommit],
        };
        // Before version 1 the file was a list of repositories.
        if matches!(node.value.data, Data::List(_)) {
            top.repos = node.list()?;
            return Ok(top);
        }
        for (key, value) in node.entries()? {
            if value.is_null() {
                continue;
            }
            match key {
                "repos" => top.repos = value.list()?,
                "files" => top.files = files(&value)?,
                "exclude" => top.exclude = exclude(&value)?,
                "fail_fast" => top.fail_fast = value.flag()?,
                "default_stages" => top.default_stages = Some(stages(&value, notes)?),
                "default_install_hook_types" => {
                    let types = stages(&value, notes)?;
                    let git = |given| if let Given::Git(stage) = given { Some(stage) } else { None };
                    top.installed = types.into_iter().filter_map(git).collect();
                }
                "minimum_pre_commit_version" | "minimum_prek_version" => notes.unmapped(
                    format!("{}: `{key}`", value.place()),
                    "not needed: `min-version` of xtask.toml does the same for this program",
                ),
                "ci" => notes.unmapped(
                    format!("{}: `ci`", value.place()),
                    "it is for the service pre-commit.ci; here CI runs `xtask ci`, or `xtask hooks run pre-commit --from-ref A --to-ref B`",
                ),
                "default_language_version" => notes.unmapped(
                    format!("{}: `{key}`", value.place()),
                    "commands run the interpreter that is on PATH; give uvx commands `--python VERSION` where it matters",
                ),
                _ if key.starts_with('x') => {}
                _ => notes.unmapped(format!("{}: `{key}`", value.place()), "this key is not known"),
            }
        }
        node.need("repos")?;
        Ok(top)
    }
}

/// What has to be found in a path; `None` where everything has it.
pub(super) fn files(node: &Node) -> Result<Option<String>> {
    Ok(Some(regex(node)?).filter(|text| !matches!(text.as_str(), "" | ".*")))
}

/// What must not be found in a path; `None` where nothing has it.
pub(super) fn exclude(node: &Node) -> Result<Option<String>> {
    Ok(Some(regex(node)?).filter(|text| text != "^$"))
}

fn regex(node: &Node) -> Result<String> {
    match node.value.data {
        // prek takes globs here.
        Data::Map(_) => Err(node.expected("a regular expression (prek's globs can't be imported yet)")),
        _ => Ok(node.text()?.trim_end_matches('\n').to_owned()),
    }
}
