//! What Rust's test harness (libtest) prints, under `cargo test`.

mod blocks;
mod programs;

use std::path::Path;

use self::blocks::{Block, Test};
use self::programs::Program;
use super::{captured, panics};
use crate::model::{CaseStatus, Location, TestCase};

/// The name of the case that stands for a test program as a whole: one that ended before its tests did, or that has no
/// libtest harness.
pub const PROGRAM: &str = "test program";

/// The tests in the output of `cargo test`: `stderr` names the test programs, `stdout` holds their results. Paths in
/// panics are made relative to `root`.
///
/// The two streams are matched by order. A program that ended before its last test reported (an abort, an overflown stack,
/// `exit` in a test) is a failed case, by the name of the test at fault where the output tells it.
pub fn parse(root: &Path, stdout: &str, stderr: &str) -> Vec<TestCase> {
    let blocks = blocks::blocks(&captured::plain(stdout));
    let stderr = captured::plain(stderr);
    let programs = programs::programs(&stderr);
    align(programs, blocks).into_iter().flat_map(|(program, blocks)| cases(root, &program, &blocks)).collect()
}

/// Whether the output has results of libtest in it.
pub fn recognise(stdout: &str) -> bool {
    !blocks::blocks(&captured::plain(stdout)).is_empty()
}

/// Gives each program its blocks of results, in order.
fn align(programs: Vec<Program>, blocks: Vec<Block>) -> Vec<(Program, Vec<Block>)> {
    let groups = group(blocks, programs.len());
    let mut spare = programs.len().saturating_sub(groups.len());
    let mut groups = groups.into_iter().peekable();
    let mut matched = Vec::new();
    for program in programs {
        // A program without a block has a harness of its own, or died before it printed: it is found by its end.
        let fits = groups.peek().is_some_and(|group| program.failed == group.iter().any(Block::failed));
        if spare > 0 && !fits {
            spare -= 1;
            matched.push((program, Vec::new()));
        } else {
            matched.push((program, groups.next().unwrap_or_default()));
        }
    }
    matched.extend(groups.map(|group| (Program::unknown(), group)));
    matched
}

/// Doc tests of one crate may come in two blocks, the second of which is marked as the end: as many pairs are joined as there
/// are blocks too many.
fn group(blocks: Vec<Block>, programs: usize) -> Vec<Vec<Block>> {
    let mut extra = blocks.len().saturating_sub(programs);
    let mut groups: Vec<Vec<Block>> = Vec::new();
    for block in blocks.into_iter().rev() {
        let joins = extra > 0
            && !block.ends_doc_tests
            && groups.last().is_some_and(|next| next.len() == 1 && next[0].ends_doc_tests);
        match groups.last_mut() {
            Some(next) if joins => {
                extra -= 1;
                next.insert(0, block);
            }
            _ => groups.push(vec![block]),
        }
    }
    groups.reverse();
    groups
}

fn cases(root: &Path, program: &Program, blocks: &[Block]) -> Vec<TestCase> {
    let case = |name: &str, status, message: Option<String>, location| TestCase {
        suite: program.label.clone(),
        name: name.to_owned(),
        status,
        wall_ms: None,
        message,
        location,
    };
    let mut cases: Vec<TestCase> = Vec::new();
    let tests = blocks.iter().flat_map(|block| &block.tests);
    for Test { name, status, reason, output } in tests {
        let Some(status) = *status else { continue };
        if status != CaseStatus::Failed {
            cases.push(case(name, status, reason.clone(), None));
            continue;
        }
        let location =
            doc_place(root, name).or_else(|| panics::place(root, name, output.as_deref().unwrap_or("")));
        let message = output.as_deref().and_then(captured::message).or_else(|| reason.clone());
        cases.push(case(name, status, message, location));
    }
    let unfinished = blocks.iter().find(|block| !block.finished);
    let any_failed = cases.iter().any(|case| case.status == CaseStatus::Failed);
    if unfinished.is_some() || (program.failed && !any_failed) {
        let pending = unfinished.and_then(|block| block.tests.iter().find(|test| test.status.is_none()));
        let name = pending
            .map(|test| test.name.as_str())
            .or_else(|| program.suspect().filter(|name| !cases.iter().any(|case| case.name == *name)))
            .unwrap_or(PROGRAM);
        let mut message = program.end.clone();
        if let Some(block) = unfinished {
            let reported = block.tests.iter().filter(|test| test.status.is_some()).count();
            let all = block.announced;
            message =
                format!("{message}the program ended after {reported} of its {all} tests had reported\n");
        }
        let location = panics::place(root, name, &program.end);
        cases.push(case(name, CaseStatus::Failed, captured::message(&message), location));
    } else if blocks.is_empty() && !program.doc {
        cases.push(case(PROGRAM, CaseStatus::Passed, None, None));
    }
    cases
}

/// The place of a doc test, which its name tells: `src/lib.rs - add (line 4)`. What its panics say is relative to the doc
/// test itself.
fn doc_place(root: &Path, name: &str) -> Option<Location> {
    let (path, rest) = name.split_once(" - ")?;
    let (_, line) = rest.rsplit_once("(line ")?;
    Some(Location::line(panics::inside(root, path)?, line.strip_suffix(')')?.parse().ok()?))
}

#[cfg(test)]
mod tests;
