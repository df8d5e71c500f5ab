//! Whatever is staged, and whatever commands do: the snapshot holds what git would check out, and tells what git would see.

use std::collections::BTreeMap;

use proptest::prelude::*;
use xtask_hooks::snapshot::Change;

use crate::fixture::{Fixture, held, run};

/// Paths that get in each other's way.
const PATHS: [&str; 6] = ["a", "a/b", "a/b/c", "d/e", "d", "f g"];

/// What happens to a path: it is written with this content, as an executable or a link, or it is removed.
#[derive(Clone, Debug)]
enum Step {
    Write(usize, u8, bool),
    Link(usize, u8),
    Remove(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..PATHS.len(), 0..3_u8, any::<bool>()).prop_map(|(at, content, mode)| Step::Write(at, content, mode)),
        1 => (0..PATHS.len(), 0..3_u8).prop_map(|(at, content)| Step::Link(at, content)),
        1 => (0..PATHS.len()).prop_map(Step::Remove),
    ];
    proptest::collection::vec(step, 1..5)
}

/// As a shell does it: what is in the way goes.
fn script(steps: &[Step]) -> String {
    steps.iter().map(command).chain(["true".to_owned()]).collect::<Vec<_>>().join("; ")
}

fn command(step: &Step) -> String {
    let (Step::Write(at, ..) | Step::Link(at, _) | Step::Remove(at)) = step;
    let name = PATHS[*at];
    let above = name.match_indices('/').map(|(end, _)| &name[..end]);
    let mut parts: Vec<String> = above
        .map(|folder| format!("{{ [ -d {folder} ] && [ ! -L {folder} ]; }} || rm -rf {folder}"))
        .collect();
    parts.push(format!("rm -rf '{name}'; mkdir -p \"$(dirname '{name}')\""));
    match step {
        Step::Write(_, content, is_executable) => {
            let mode = if *is_executable { "755" } else { "644" };
            parts.push(format!("echo {content} >'{name}'; chmod {mode} '{name}'"));
        }
        Step::Link(_, content) => parts.push(format!("ln -s to{content} '{name}'")),
        Step::Remove(_) => {}
    }
    parts.join("; ")
}

/// What the index of the repository would check out, by name as `held` has it.
fn staged(fixture: &Fixture) -> BTreeMap<String, String> {
    let listed = fixture.text(["ls-files", "--stage"]);
    let mut found = BTreeMap::new();
    for line in listed.lines() {
        let (head, name) = line.split_once('\t').unwrap();
        let content = fixture.text(["cat-file", "blob", head.split(' ').nth(1).unwrap()]);
        match head.split(' ').next().unwrap() {
            "120000" => found.insert(name.to_owned(), format!("-> {content}")),
            "100755" => found.insert(format!("{name}*"), format!("{content}\n")),
            _ => found.insert(name.to_owned(), format!("{content}\n")),
        };
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn it_holds_what_is_staged_and_tells_what_changed(rounds in proptest::collection::vec((steps(), steps()), 1..4)) {
        let fixture = Fixture::with(&[("keep", "kept\n")]);
        for (edits, commands) in rounds {
            let shell = xtask_core::exec::Process::shell(&script(&edits)).folder(&fixture.top);
            prop_assert!(shell.run(&xtask_core::exec::Cancel::new()).unwrap().is_success());
            fixture.git(["add", "--all"]);
            let mut snapshot = fixture.prepare();
            let before = staged(&fixture);
            prop_assert_eq!(&held(&snapshot), &before);
            run(&snapshot, &script(&commands));
            let now = held(&snapshot);
            let mut model = before.clone();
            for (name, change) in snapshot.changes().unwrap() {
                let name = name.to_string();
                model.remove(&name);
                model.remove(&format!("{name}*"));
                let (Change::Modified { content, .. } | Change::Created { content, .. }) = change else { continue };
                let text = fixture.blob(content);
                match content.mode {
                    xtask_core::repo::EntryMode::Symlink => model.insert(name, format!("-> {text}")),
                    xtask_core::repo::EntryMode::Executable => model.insert(format!("{name}*"), format!("{text}\n")),
                    _ => model.insert(name, format!("{text}\n")),
                };
            }
            prop_assert_eq!(&model, &now);
            prop_assert!(snapshot.changes().unwrap().is_empty());
            prop_assert_eq!(staged(&fixture), before);
        }
    }
}
