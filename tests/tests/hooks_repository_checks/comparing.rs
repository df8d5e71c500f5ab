//! Ours and the originals on one repository, and what they disagree about.

use std::collections::BTreeSet;

use xtask_core::config::Config;
use xtask_core::gate::Context;
use xtask_core::model::RepoPath;
use xtask_core::repo::{ChangeKind, IndexEntry, Repo, Side};
use xtask_hooks::checks::{self, Check, File, Tree, Work, check_bytes, that_count, tree_checks};
use xtask_hooks::options::Options;
use xtask_hooks::{Candidate, Facts, HooksSection, Selection, Source, Stage, StagePlan, run_all_files};
use xtask_tests::{Sandbox, referee};

use super::originals::{CHECKS, theirs};

/// The option that the arguments of `no-commit-to-branch` are.
const OPTIONS: &str =
    "no-commit-to-branch.branch = ['main', 'a/b']\nno-commit-to-branch.pattern = ['rel(ease)?/\\d']\n";

/// What a run looks at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mode {
    Staged,
    All,
    Range,
}

fn options() -> Options {
    let text = format!("[hooks.pre-commit.options]\n{OPTIONS}");
    let section: HooksSection = Config::parse("xtask.toml", &text).unwrap().section_or_default().unwrap();
    section.stage(Stage::PreCommit).unwrap().options.clone()
}

/// A path as the originals print it.
pub(super) fn raw(path: &RepoPath) -> String {
    String::from_utf8_lossy(path.as_bytes()).into_owned()
}

type Found = BTreeSet<(&'static str, Option<String>)>;

/// What ours hold against all files of the working tree, through the run that `hooks run --all-files` makes.
fn ours_on_all(sandbox: &Sandbox) -> Found {
    let ids: Vec<String> = CHECKS.iter().map(|check| format!("'{}'", check.0)).collect();
    let text =
        format!("[hooks.pre-commit]\nchecks = [{}]\n[hooks.pre-commit.options]\n{OPTIONS}", ids.join(", "));
    let config = Config::parse("xtask.toml", &text).unwrap();
    let section: HooksSection = config.section_or_default().unwrap();
    let cx = Context::new(sandbox.root(), Repo::discover(&sandbox.root()).unwrap(), config);
    let plan = StagePlan::new(Stage::PreCommit, &section, cx.environment).unwrap();
    let report = run_all_files(&cx, &plan, &Selection::All, false).unwrap();
    let named = |finding: &xtask_core::model::Finding| {
        let id = CHECKS.iter().find(|check| check.0 == finding.rule).unwrap().0;
        (id, finding.location.as_ref().map(|location| raw(&location.path)))
    };
    report.findings.iter().map(named).collect()
}

/// What ours hold against what is staged, or against the last commit: blobs, the tree, and the difference.
fn ours_on_blobs(sandbox: &Sandbox, mode: Mode) -> Found {
    let repo = Repo::discover(&sandbox.root()).unwrap().unwrap();
    let (entries, source, sides): (Vec<IndexEntry>, _, _) = if mode == Mode::Range {
        let sides = (Side::Revision("HEAD~1".to_owned()), Side::Revision("HEAD".to_owned()));
        (repo.tree("HEAD").unwrap(), Source::Commit("HEAD"), sides)
    } else {
        let empty = repo.shape().unwrap().empty;
        let old = if empty { Side::Empty } else { Side::Revision("HEAD".to_owned()) };
        (repo.index().unwrap(), Source::Index, (old, Side::Index))
    };
    let changed = repo.changes(&sides.0, &sides.1).unwrap();
    let changed = changed.iter().filter(|change| change.kind != ChangeKind::Deleted);
    let changed: BTreeSet<&RepoPath> = changed.map(|change| &change.path).collect();
    let chosen = entries.iter().filter(|entry| changed.contains(&entry.path));
    let chosen: Vec<Candidate> = chosen.map(Candidate::from).collect();
    let root = sandbox.root();
    let cancel = xtask_core::exec::Cancel::new();
    let facts = Facts::new(&root, Some(&repo), source, &entries, Some(sides), &cancel);
    let checks: Vec<&'static Check> = CHECKS.iter().map(|check| checks::by_id(check.0).unwrap()).collect();
    let options = options();

    let mut found = Found::new();
    let mut large = Vec::new();
    for candidate in chosen.iter().filter(|candidate| candidate.mode.is_file()) {
        let bytes = facts.blob(&facts.entry(&candidate.path).unwrap().id).unwrap();
        let file = File {
            path: &candidate.path,
            tags: candidate.tags.with_content(&bytes),
            size: bytes.len() as u64,
        };
        for one in check_bytes(&checks, &file, &bytes, &options) {
            if matches!(one.check.work, Work::Size(_)) {
                large.push(&candidate.path);
            } else {
                found.insert((one.check.id, Some(raw(&candidate.path))));
            }
        }
    }
    let large = that_count(&facts, &large, &options).unwrap();
    found.extend(large.iter().map(|path| ("check-added-large-files", Some(raw(path)))));
    let tree = Tree { chosen: &chosen, facts: &facts };
    for (check, hit) in tree_checks(&checks, &tree, &options).unwrap() {
        found.insert((check.id, hit.path.as_ref().map(raw)));
    }
    found
}

/// One state of a repository; `expected` are the ids that fail on what is staged.
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) set_up: fn(&Sandbox),
    pub(super) expected: &'static [&'static str],
}

pub(super) fn compare(test: &str, modes: &[Mode], scenarios: &[Scenario]) {
    let python = match referee::python() {
        Ok(python) => python,
        Err(why) => return referee::skip(test, &why),
    };
    let mut differences = Vec::new();
    for scenario in scenarios {
        let sandbox = Sandbox::repository(env!("CARGO_BIN_EXE_xtask-under-test"));
        sandbox.git(&["checkout", "--quiet", "-b", "work"]);
        (scenario.set_up)(&sandbox);
        for &mode in modes {
            let ours = if mode == Mode::All { ours_on_all(&sandbox) } else { ours_on_blobs(&sandbox, mode) };
            let mut failed: BTreeSet<&str> = ours.iter().map(|(id, _)| *id).collect();
            let (theirs, text) = theirs(&sandbox, &python, mode);
            // The original looks at what is staged, whatever range it is given.
            if mode == Mode::Range {
                failed.remove("check-added-large-files");
            }
            let unsaid = |(id, path): &&(&str, Option<String>)| {
                mode != Mode::Range
                    && *id != "no-commit-to-branch"
                    && path.as_ref().is_none_or(|path| !text.contains(path.as_str()))
            };
            let unsaid: Vec<_> = ours.iter().filter(unsaid).collect();
            if failed != theirs || !unsaid.is_empty() {
                differences.push(format!(
                    "{} {mode:?}: ours {ours:?}, theirs {theirs:?}, unsaid {unsaid:?}\n{text}",
                    scenario.name
                ));
            }
            let expected: BTreeSet<&str> = scenario.expected.iter().copied().collect();
            if mode == modes[0] && failed != expected {
                differences.push(format!("{} {mode:?}: ours {ours:?}, expected {expected:?}", scenario.name));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}
