//! `lint-baseline.json`: the findings that a team accepts for now. One entry a line, sorted, without line numbers, so that
//! it changes only where findings do and merges line by line.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use xtask_core::model::{Fingerprint, Problem, RepoPath, Result, State};

use crate::identity::Identified;

/// The version of the file's shape.
const VERSION: u32 = 1;

/// The accepted findings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Baseline {
    version: u32,
    findings: Vec<Entry>,
}

/// One accepted finding. The order of its fields is that of the sorting.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Entry {
    /// The file; empty where the finding is about none.
    #[serde(default)]
    pub path: RepoPath,
    /// The tool.
    #[serde(default)]
    pub tool: String,
    /// The rule.
    #[serde(default)]
    pub rule: String,
    /// The normalised text of its lines.
    #[serde(default)]
    pub text: String,
    /// Its ordinal among equals, from 0.
    #[serde(default)]
    pub ordinal: usize,
    /// Its fingerprint, which is what counts.
    pub fingerprint: Fingerprint,
}

impl Baseline {
    /// The baseline in these bytes; `name` stands for the file in errors.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self> {
        let wrong = |why: String| {
            Problem::invalid(format!("{name} can't be read"))
                .why(why)
                .fix("restore it from git, or write it anew with `xtask lint --update-baseline`")
        };
        let baseline: Self = serde_json::from_slice(bytes).map_err(|cause| wrong(cause.to_string()))?;
        if baseline.version != VERSION {
            return Err(wrong(format!(
                "its version is {}, and this program reads {VERSION}",
                baseline.version
            )));
        }
        Ok(baseline)
    }

    /// The baseline of these findings, and of the entries of `kept` tools, which did not run, in the old one. What keeps a
    /// tool from seeing the rest is never accepted.
    pub fn of(found: &[Identified], old: &Self, kept: &[&str]) -> Self {
        let mut findings: Vec<Entry> = found
            .iter()
            .filter(|found| !found.blocks)
            .map(|found| Entry {
                path: found.finding.location.as_ref().map_or_else(RepoPath::default, |at| at.path.clone()),
                tool: found.finding.tool.clone(),
                rule: found.finding.rule.clone(),
                text: found.text.clone(),
                ordinal: found.ordinal,
                fingerprint: found.finding.fingerprint.clone(),
            })
            .chain(old.findings.iter().filter(|entry| kept.contains(&entry.tool.as_str())).cloned())
            .collect();
        findings.sort();
        findings.dedup();
        Self { version: VERSION, findings }
    }

    /// The file's text.
    pub fn render(&self) -> Result<String> {
        let mut text = format!("{{\"version\":{VERSION},\"findings\":[");
        for (at, entry) in self.findings.iter().enumerate() {
            let line = serde_json::to_string(entry)
                .map_err(|cause| Problem::invalid("can't write the baseline").why(cause))?;
            text.push_str(if at == 0 { "\n" } else { ",\n" });
            text.push_str(&line);
        }
        text.push_str("\n]}\n");
        Ok(text)
    }

    /// Marks the findings that it holds as known, and returns how many of its entries of the tools in `ran` match nothing any more.
    pub fn mark(&self, found: &mut [Identified], ran: &[&str]) -> usize {
        let known: HashSet<&Fingerprint> = self.findings.iter().map(|entry| &entry.fingerprint).collect();
        for found in found.iter_mut() {
            if !found.blocks && known.contains(&found.finding.fingerprint) {
                found.finding.state = State::Known;
            }
        }
        let there: HashSet<&Fingerprint> = found.iter().map(|found| &found.finding.fingerprint).collect();
        self.findings
            .iter()
            .filter(|entry| ran.contains(&entry.tool.as_str()) && !there.contains(&entry.fingerprint))
            .count()
    }

    /// How many findings it holds.
    pub fn len(&self) -> usize {
        self.findings.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use xtask_core::model::{Location, ProblemKind, Severity};

    use super::*;
    use crate::identity::identify;
    use crate::raw::Raw;

    fn found(text: &str, lines: impl IntoIterator<Item = u32>) -> Vec<Identified> {
        let raws = lines
            .into_iter()
            .map(|line| Raw {
                location: Some(Location::line("src/a.rs".into(), line)),
                rule: "r".into(),
                severity: Severity::Warning,
                message: "m".into(),
                fix: None,
                blocks: false,
            })
            .collect();
        identify("t", raws, |_| Some(text.as_bytes().to_vec()))
    }

    fn new(found: &[Identified]) -> usize {
        found.iter().filter(|found| found.finding.state == State::New).count()
    }

    #[test]
    fn one_more_copy_of_an_accepted_line_is_new_and_alone() {
        let baseline = Baseline::of(&found("bad\nbad\n", 1..=2), &Baseline::default(), &[]);
        let mut three = found("bad\nbad\nbad\n", 1..=3);
        assert_eq!(baseline.mark(&mut three, &["t"]), 0);
        assert_eq!(new(&three), 1);
    }

    #[test]
    fn a_fixed_finding_could_go_and_another_in_its_place_is_new() {
        let baseline = Baseline::of(&found("bad\nworse\n", 1..=2), &Baseline::default(), &[]);
        let mut now = found("bad\nother\n", 1..=2);
        assert_eq!(baseline.mark(&mut now, &["t"]), 1);
        assert_eq!(new(&now), 1);
        assert_eq!(baseline.mark(&mut [], &[]), 0, "of a tool that did not run, nothing could go");
    }

    #[test]
    fn entries_of_tools_that_did_not_run_are_kept() {
        let old = Baseline::of(&found("bad\n", [1]), &Baseline::default(), &[]);
        assert_eq!(Baseline::of(&[], &old, &["t"]), old);
        assert!(Baseline::of(&[], &old, &[]).is_empty());
    }

    #[test]
    fn what_blocks_is_never_accepted() {
        let mut found = found("bad\n", [1]);
        let baseline = Baseline::of(&found, &Baseline::default(), &[]);
        found[0].blocks = true;
        baseline.mark(&mut found, &["t"]);
        assert_eq!(new(&found), 1);
        assert!(Baseline::of(&found, &Baseline::default(), &[]).is_empty());
    }

    #[test]
    fn a_file_that_is_none_is_told() {
        for bytes in [
            &b""[..],
            b"{}",
            b"\xff",
            b"[]",
            b"{\"version\":2,\"findings\":[]}",
            b"{\"version\":1,\"findings\":[{}]}",
        ] {
            let problem = Baseline::parse("lint-baseline.json", bytes).unwrap_err();
            assert_eq!(problem.kind, ProblemKind::Invalid);
        }
        assert!(Baseline::parse("x", b"{\"version\":1,\"findings\":[\n]}\n").unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(lines in proptest::collection::vec("[a-c \"\\\\é]{0,6}", 0..12)) {
            let text = lines.join("\n");
            let baseline = Baseline::of(&found(&text, 1..=lines.len() as u32), &Baseline::default(), &[]);
            let written = baseline.render().unwrap();
            prop_assert_eq!(written.lines().count(), baseline.len() + 2);
            prop_assert_eq!(Baseline::parse("x", written.as_bytes()).unwrap(), baseline);
        }
    }
}
