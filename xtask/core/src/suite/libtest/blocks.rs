//! The harness's side of a test run: the blocks from `running N tests` to `test result:`, one a program.
//!
//! Tests print what they like, also the very lines that the harness prints (a test of a test runner does). So a block ends at
//! a `test result:` whose numbers add up to what was announced, a failed test's output ends where the list of failed tests
//! begins, and what lies inside another block is that block's noise.

use crate::model::CaseStatus;

/// The results of one program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Block {
    /// How many tests it said it would run.
    pub(super) announced: usize,
    /// The tests it told of.
    pub(super) tests: Vec<Test>,
    /// Whether it came to its `test result:`.
    pub(super) finished: bool,
    /// Whether rustdoc says after it that all doc tests of the crate have run.
    pub(super) ends_doc_tests: bool,
}

impl Block {
    /// Whether its program failed.
    pub(super) fn failed(&self) -> bool {
        !self.finished || self.tests.iter().any(|test| test.status == Some(CaseStatus::Failed))
    }
}

/// One test of a block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Test {
    /// Its name, without the remarks that the harness adds.
    pub(super) name: String,
    /// How it ended; `None` where its line was begun and not ended.
    pub(super) status: Option<CaseStatus>,
    /// Why it was ignored.
    pub(super) reason: Option<String>,
    /// What it printed.
    pub(super) output: Option<String>,
}

/// The blocks of `stdout`, in order.
pub(super) fn blocks(stdout: &str) -> Vec<Block> {
    let lines: Vec<&str> = stdout.lines().collect();
    let mut done: Vec<(usize, Block)> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    for (at, &line) in lines.iter().enumerate() {
        let in_sections = open.last().is_some_and(|top| top.sections);
        if !in_sections && let Some(announced) = announced(line) {
            open.push(Open::new(at, announced));
        } else if !in_sections && line.starts_with("all doctests ran in ") {
            if let Some((_, last)) = done.last_mut() {
                last.ends_doc_tests = true;
            }
        } else if let Some(top) = open.last_mut()
            && top.read(line, &lines[at + 1..])
            && let Some(top) = open.pop()
        {
            // What was finished inside this one was its noise.
            done.retain(|(start, _)| *start < top.start);
            done.push((top.start, top.finish()));
        }
    }
    done.extend(open.into_iter().map(|left| (left.start, left.block)));
    done.sort_by_key(|(start, _)| *start);
    done.into_iter().map(|(_, block)| block).collect()
}

/// A block that is being read.
struct Open {
    start: usize,
    block: Block,
    pending: Option<usize>,
    sections: bool,
    section: Option<usize>,
    /// The last line that was not blank.
    before: String,
}

impl Open {
    fn new(start: usize, announced: usize) -> Self {
        Self {
            start,
            block: Block { announced, ..Block::default() },
            pending: None,
            sections: false,
            section: None,
            before: String::new(),
        }
    }

    /// Reads one line; true where the block ends with it.
    fn read(&mut self, line: &str, after: &[&str]) -> bool {
        let ends = total(line) == Some(self.block.announced) && (!self.sections || self.lists_a_test());
        if ends {
            return true;
        }
        if self.sections {
            self.section_line(line);
        } else if matches!(line, "failures:" | "successes:") && self.sections_follow(after) {
            self.sections = true;
        } else {
            self.test_line(line);
        }
        if !line.trim().is_empty() {
            line.clone_into(&mut self.before);
        }
        false
    }

    /// Whether the last line was of the list of tests that ends the sections.
    fn lists_a_test(&self) -> bool {
        self.before.strip_prefix("    ").is_some_and(|name| self.find(name).is_some())
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.block.tests.iter().position(|test| test.name == name)
    }

    fn sections_follow(&self, after: &[&str]) -> bool {
        let reported = self.block.tests.iter().filter(|test| test.status.is_some()).count();
        let next = after.iter().find(|line| !line.is_empty());
        reported >= self.block.announced
            || next.is_some_and(|next| next.starts_with("---- ") || *next == "failures:")
    }

    fn section_line(&mut self, line: &str) {
        let opens = line
            .strip_prefix("---- ")
            .and_then(|rest| rest.strip_suffix(" stdout ----"))
            .and_then(|name| self.find(name))
            .filter(|&at| self.block.tests[at].output.is_none());
        if opens.is_some() {
            self.section = opens;
        }
        if let Some(at) = self.section {
            let output = self.block.tests[at].output.get_or_insert_default();
            if opens.is_none() {
                output.push_str(line);
                output.push('\n');
            }
        } else if let Some(at) = line.strip_prefix("    ").and_then(|name| self.find(name)) {
            // The list, where no test had a section (`--nocapture`): its lines are needed when the block ends.
            self.block.tests[at].output.get_or_insert_default();
        }
    }

    fn test_line(&mut self, line: &str) {
        if let Some((name, rest)) = begun(line) {
            let (status, reason) = ended(rest);
            self.block.tests.push(Test { name: name.to_owned(), status, reason, output: None });
            self.pending = status.is_none().then(|| self.block.tests.len() - 1);
        } else if let Some(at) = self.pending
            && let Some(status) = ended_after_noise(line)
        {
            self.block.tests[at].status = Some(status);
            self.pending = None;
        }
    }

    /// The finished block: the list of failed tests is cut from the last section, and settles what the lines left open.
    fn finish(mut self) -> Block {
        let mut listed: Vec<String> = Vec::new();
        if let Some(at) = self.section
            && let Some(output) = self.block.tests[at].output.as_mut()
        {
            let cut = output
                .rfind("\nfailures:\n    ")
                .or_else(|| output.starts_with("failures:\n    ").then_some(0));
            if let Some(cut) = cut {
                let list = output[cut..].trim_start();
                listed = list.lines().skip(1).map(|line| line.trim_start().to_owned()).collect();
                output.truncate(cut);
            }
        }
        for test in &mut self.block.tests {
            if listed.contains(&test.name) {
                test.status = Some(CaseStatus::Failed);
            } else if test.status.is_none() {
                // The harness came to its end, and doesn't list it as failed.
                test.status = Some(CaseStatus::Passed);
            }
        }
        self.block.finished = true;
        self.block
    }
}

/// `running 8 tests`.
fn announced(line: &str) -> Option<usize> {
    let (number, word) = line.strip_prefix("running ")?.split_once(' ')?;
    matches!(word, "test" | "tests").then(|| number.parse().ok()).flatten()
}

/// The tests that `test result: FAILED. 3 passed; 4 failed; 1 ignored; 0 measured; 0 filtered out; …` counts, filtered ones
/// left out.
fn total(line: &str) -> Option<usize> {
    let rest = line.strip_prefix("test result: ")?;
    let (_, rest) = rest.split_once(". ")?;
    let mut sum: usize = 0;
    for part in rest.split("; ").take(4) {
        let (number, word) = part.split_once(' ')?;
        if !matches!(word, "passed" | "failed" | "ignored" | "measured") {
            return None;
        }
        sum = sum.checked_add(number.parse().ok()?)?;
    }
    Some(sum)
}

/// Name and rest of `test NAME ... REST`, also behind what another test left on the line.
fn begun(line: &str) -> Option<(&str, &str)> {
    let start = if line.starts_with("test ") { 0 } else { line[..line.find(" ... ")?].rfind("test ")? };
    let (name, rest) = line[start + 5..].split_once(" ... ")?;
    let remarks = [" - should panic", " - compile fail", " - compile"];
    let bare = remarks.iter().find_map(|remark| name.strip_suffix(remark)).unwrap_or(name);
    let is_doc = bare.contains(" - ") && bare.ends_with(')');
    (!bare.is_empty() && (is_doc || !bare.contains(char::is_whitespace))).then_some((bare, rest))
}

/// How a test ended, by what follows its name, and why it was ignored.
fn ended(rest: &str) -> (Option<CaseStatus>, Option<String>) {
    // `ok <0.123s>` under `--report-time`.
    let rest = rest.split_once(" <").map_or(rest, |(word, _)| word).trim_end();
    let status = match rest {
        "ok" => Some(CaseStatus::Passed),
        "ignored" => Some(CaseStatus::Skipped),
        _ if rest.starts_with("bench: ") => Some(CaseStatus::Passed),
        _ if rest == "FAILED" || rest.starts_with("FAILED (") => Some(CaseStatus::Failed),
        _ => match rest.strip_prefix("ignored, ") {
            Some(reason) => return (Some(CaseStatus::Skipped), Some(reason.to_owned())),
            None => None,
        },
    };
    (status, None)
}

/// How a test ended whose line was broken by what it printed.
fn ended_after_noise(line: &str) -> Option<CaseStatus> {
    let (status, _) = ended(line);
    status.or_else(|| {
        if line.ends_with("FAILED") {
            Some(CaseStatus::Failed)
        } else {
            line.ends_with("ok").then_some(CaseStatus::Passed)
        }
    })
}
