//! The findings of a gate as they come: so many of each tool are kept, the others counted, so that a million faults fill neither
//! the memory nor the reports.

use std::collections::BTreeMap;

use super::{Finding, State, group_thousands};

/// How many findings of one tool are kept: as many as GitHub shows of a SARIF run ("SARIF support for code scanning": of the results
/// of a run the top 5,000 are displayed).
pub const MOST_FINDINGS: usize = 5_000;

/// What is found, at most [`MOST_FINDINGS`] of a tool. The verdict is that of all of them.
#[derive(Debug, Default)]
pub struct Findings {
    kept: Vec<Finding>,
    /// How many were found, by tool; of those in the baseline and of new ones apart, since these fail the gate.
    counts: BTreeMap<(String, State), usize>,
    total: usize,
}

impl Findings {
    /// One more finding.
    pub fn push(&mut self, finding: Finding) {
        self.total += 1;
        let key = (finding.tool.clone(), finding.state);
        let count = self.counts.entry(key).or_default();
        *count += 1;
        if *count <= MOST_FINDINGS {
            self.kept.push(finding);
        }
    }

    /// How many were found, those that are just counted among them.
    pub fn len(&self) -> usize {
        self.total
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// Those that are kept.
    pub fn kept(&self) -> &[Finding] {
        &self.kept
    }

    /// Those that were kept, and one finding that says how many more there are for each tool that has more.
    pub fn into_vec(self) -> Vec<Finding> {
        let mut all = self.kept;
        for ((tool, state), count) in self.counts {
            let Some(more) = count.checked_sub(MOST_FINDINGS).filter(|more| *more > 0) else { continue };
            let [more, most] = [more, MOST_FINDINGS].map(|number| group_thousands(number as i64));
            let message = format!("{more} more than the {most} that are listed");
            let fix = "mend those that are listed, and run it again";
            all.push(Finding { state, ..Finding::new(tool.clone(), tool, None, message).fix(fix) });
        }
        all
    }
}

impl Extend<Finding> for Findings {
    fn extend<T: IntoIterator<Item = Finding>>(&mut self, findings: T) {
        findings.into_iter().for_each(|finding| self.push(finding));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_beyond_the_bound_is_counted_by_tool_and_state() {
        let finding = |tool: &str, state| Finding { state, ..Finding::new(tool, "rule", None, "wrong") };
        for (found, expected) in [
            (vec![], vec![]),
            (vec![("a", State::New, MOST_FINDINGS)], vec![]),
            (
                vec![("a", State::New, MOST_FINDINGS + 1_234), ("b", State::New, 3), ("a", State::Known, 2)],
                vec![("a", State::New, "1,234 more than the 5,000 that are listed")],
            ),
            (
                vec![("b", State::Known, 2 * MOST_FINDINGS)],
                vec![("b", State::Known, "5,000 more than the 5,000 that are listed")],
            ),
        ] {
            let mut findings = Findings::default();
            let all = found
                .iter()
                .flat_map(|(tool, state, times)| std::iter::repeat_n(finding(tool, *state), *times));
            findings.extend(all);
            let total: usize = found.iter().map(|(.., times)| times).sum();
            assert_eq!((findings.len(), findings.is_empty()), (total, total == 0));
            let kept: usize = found.iter().map(|(.., times)| *times.min(&MOST_FINDINGS)).sum();
            let all = findings.into_vec();
            assert_eq!(all.len(), kept + expected.len());
            let told: Vec<_> =
                all[kept..].iter().map(|one| (one.tool.as_str(), one.state, one.message.as_str())).collect();
            assert_eq!(told, expected);
        }
    }
}
