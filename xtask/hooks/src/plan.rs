//! `--plan`: which files each check and each command gets, and why not the others.

use std::collections::BTreeMap;

use serde::Serialize;
use xtask_core::config::Keys;
use xtask_core::gate::Context;
use xtask_core::model::{RepoPath, Result};

use crate::checks::Work;
use crate::resolve::StagePlan;
use crate::rules::{FileRules, FileRulesTable, Matched};
use crate::run::counted;
use crate::select::{Candidate, Selection, select};

/// So many files are named.
const NAMED: usize = 5;

/// What one check, pattern or command would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Planned {
    /// Its name.
    pub name: String,
    /// The command line, for a command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The files that it gets, as far as names tell.
    pub files: Vec<RepoPath>,
    /// The files whose content decides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub undecided: Vec<RepoPath>,
    /// Why it doesn't get the others, and how many: `not python` → 12.
    pub left_out: BTreeMap<String, usize>,
}

/// What a run of `stage` over `selection` would do: nothing is started, nothing is changed.
pub fn plan_selection(cx: &Context, stage: &StagePlan, selection: &Selection) -> Result<Vec<Planned>> {
    plan(stage, &select(cx, selection, stage)?)
}

/// What a run of `stage` on these files would do.
pub(crate) fn plan(stage: &StagePlan, files: &[Candidate]) -> Result<Vec<Planned>> {
    let none = FileRules::new(&Keys::of("hooks"), &FileRulesTable::default(), false)?;
    let any_kind = none.clone().of_any_kind();
    let mut planned = Vec::new();
    for check in &stage.checks {
        let own = if matches!(check.takes, "symlink" | "directory") { &any_kind } else { &none };
        let rules = stage.check_rules.get(check.id).unwrap_or(own);
        let mut one = gets(check.id, rules, files)?;
        one.narrow(check.takes, files, matches!(check.work, Work::Lines(_) | Work::Bytes(_)));
        planned.push(one);
    }
    for pattern in &stage.patterns {
        planned.push(gets(&pattern.name, &pattern.files, files)?);
    }
    for command in &stage.commands {
        let mut one = gets(&command.name, &command.rules, files)?;
        one.run = Some(command.run.clone());
        if let Some(folder) = &command.folder {
            let before = one.files.len();
            one.files.retain(|path| command.is_below_folder(path));
            one.leave_out(format!("not below {folder}"), before - one.files.len());
        }
        planned.push(one);
    }
    Ok(planned)
}

/// The plan of a run on these files, a line for each check, pattern and command.
pub(crate) fn steps(stage: &StagePlan, files: &[Candidate]) -> Result<Vec<String>> {
    Ok(plan(stage, files)?.iter().map(Planned::line).chain(stage.skipped_lines()).collect())
}

/// The files that rules let through.
fn gets(name: &str, rules: &FileRules, files: &[Candidate]) -> Result<Planned> {
    let mut one = Planned {
        name: name.to_owned(),
        run: None,
        files: Vec::new(),
        undecided: Vec::new(),
        left_out: BTreeMap::new(),
    };
    for file in files {
        match rules.matches(&file.path, file.tags)? {
            Matched::Yes => one.files.push(file.path.clone()),
            Matched::No(_) if rules.ask_types() && !file.tags.is_certain() => {
                one.undecided.push(file.path.clone());
            }
            Matched::No(why) => one.leave_out(why.to_string(), 1),
        }
    }
    Ok(one)
}

impl Planned {
    fn leave_out(&mut self, why: String, count: usize) {
        if count > 0 {
            *self.left_out.entry(why).or_default() += count;
        }
    }

    /// Leaves just the files that have a tag.
    fn narrow(&mut self, tag: &str, files: &[Candidate], by_content: bool) {
        let mut kept = Vec::new();
        for path in std::mem::take(&mut self.files) {
            let tags = files.binary_search_by(|file| file.path.cmp(&path)).map(|at| files[at].tags);
            match tags {
                Ok(tags) if tags.has(tag) => kept.push(path),
                Ok(tags) if by_content && !tags.is_certain() => self.undecided.push(path),
                _ => self.leave_out(format!("not {tag}"), 1),
            }
        }
        self.files = kept;
    }

    /// In one line, with the command below: `ruff: 2 files (a.py, b.py); not 12: not python`.
    pub fn line(&self) -> String {
        let mut parts = format!("{}: {}", self.name, counted(self.files.len(), "file"));
        let mut add = |text: String| parts.push_str(&text);
        if !self.files.is_empty() {
            let named: Vec<String> = self.files.iter().take(NAMED).map(ToString::to_string).collect();
            let more = if self.files.len() > NAMED { ", …" } else { "" };
            add(format!(" ({}{more})", named.join(", ")));
        }
        if !self.undecided.is_empty() {
            add(format!(", and {} whose content decides", self.undecided.len()));
        }
        if !self.left_out.is_empty() {
            let count: usize = self.left_out.values().sum();
            let whys: Vec<String> = match self.left_out.len() {
                1 => self.left_out.keys().cloned().collect(),
                _ => self.left_out.iter().map(|(why, count)| format!("{count} {why}")).collect(),
            };
            add(format!("; not {count}: {}", whys.join(", ")));
        }
        if let Some(run) = &self.run {
            for line in run.trim().lines() {
                add(format!("\n    {line}"));
            }
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use xtask_core::config::Config;
    use xtask_core::environment::Environment;
    use xtask_core::repo::EntryMode;

    use super::*;
    use crate::section::HooksSection;
    use crate::stage::Stage;
    use crate::types::Tags;

    #[test]
    fn links_are_planned_for_the_check_of_links() {
        let text = "[hooks.pre-commit]\nchecks = ['check-symlinks', 'check-yaml']\n";
        let section: HooksSection = Config::parse("xtask.toml", text).unwrap().section_or_default().unwrap();
        let stage = StagePlan::new(Stage::PreCommit, &section, &Environment::default()).unwrap();
        let file = Candidate::untracked("a.yaml".into(), false);
        let link = Candidate { mode: EntryMode::Symlink, tags: Tags::symlink(), ..file.clone() };
        let files = [file, Candidate { path: "link".into(), ..link }];
        let lines: Vec<String> = plan(&stage, &files).unwrap().iter().map(Planned::line).collect();
        assert_eq!(
            lines,
            [
                "check-symlinks: 1 file (link); not 1: not symlink",
                "check-yaml: 1 file (a.yaml); not 1: a symbolic link",
            ]
        );
    }
}
