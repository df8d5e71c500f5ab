//! The one shape that all coverage takes: path → line → hits. Merging, totals and percentages work on it alone. Pure.

use std::collections::BTreeMap;

use xtask_core::model::RepoPath;

/// The coverable lines of one file, from 1, with how often each ran.
pub type Lines = BTreeMap<u32, u64>;

/// How often each coverable line of each file ran. A file without coverable lines is known, too: a report spoke of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CoverageMap {
    files: BTreeMap<RepoPath, Lines>,
}

/// Lines that can run, and those of them that did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Coverable lines.
    pub lines: u64,
    /// Those that ran at least once.
    pub covered: u64,
}

impl Totals {
    /// Covered lines in hundredths of all; `None` where there is no coverable line, which is no percentage at all.
    pub fn percent(self) -> Option<f64> {
        (self.lines > 0).then(|| self.covered as f64 * 100.0 / self.lines as f64)
    }

    /// The totals of these lines.
    pub fn of(lines: &Lines) -> Self {
        Self { lines: lines.len() as u64, covered: lines.values().filter(|&&hits| hits > 0).count() as u64 }
    }

    /// Both together.
    pub fn plus(self, other: Self) -> Self {
        Self { lines: self.lines + other.lines, covered: self.covered + other.covered }
    }
}

impl CoverageMap {
    /// Adds `hits` of a line; the hits of one line add up.
    pub fn add(&mut self, path: &RepoPath, line: u32, hits: u64) {
        if let Some(lines) = self.files.get_mut(path) {
            add(lines, line, hits);
        } else {
            self.files.insert(path.clone(), Lines::from([(line, hits)]));
        }
    }

    /// Makes the file known, without any line.
    pub fn know(&mut self, path: RepoPath) {
        self.files.entry(path).or_default();
    }

    /// Adds all lines of a file.
    pub fn add_file(&mut self, path: RepoPath, lines: Lines) {
        let known = self.files.entry(path).or_default();
        if known.is_empty() {
            *known = lines;
        } else {
            for (line, hits) in lines {
                add(known, line, hits);
            }
        }
    }

    /// Adds everything of another map.
    pub fn merge(&mut self, other: Self) {
        for (path, lines) in other.files {
            self.add_file(path, lines);
        }
    }

    /// Keeps the files for which `keep` holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&RepoPath) -> bool) {
        self.files.retain(|path, _| keep(path));
    }

    /// The files with their lines, sorted by path.
    pub fn files(&self) -> impl ExactSizeIterator<Item = (&RepoPath, &Lines)> {
        self.files.iter()
    }

    /// The lines of a file; `None` where no report spoke of it.
    pub fn lines_of(&self, path: &RepoPath) -> Option<&Lines> {
        self.files.get(path)
    }

    /// Whether no report spoke of any file.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The totals over the files for which `of` holds.
    pub fn totals(&self, mut of: impl FnMut(&RepoPath) -> bool) -> Totals {
        self.files
            .iter()
            .filter(|(path, _)| of(path))
            .map(|(_, lines)| Totals::of(lines))
            .fold(Totals::default(), Totals::plus)
    }

    /// The totals over all files.
    pub fn total(&self) -> Totals {
        self.totals(|_| true)
    }
}

fn add(lines: &mut Lines, line: u32, hits: u64) {
    let sum = lines.entry(line).or_default();
    *sum = sum.saturating_add(hits);
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::collection::btree_map;
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn any_map() -> impl Strategy<Value = CoverageMap> {
        let lines = btree_map(1..50_u32, 0..5_u64, 0..20);
        btree_map("[a-c]{1,2}(/[a-c]{1,2}){0,2}\\.rs", lines, 0..5).prop_map(|files| CoverageMap {
            files: files.into_iter().map(|(path, lines)| (RepoPath::from(path.as_str()), lines)).collect(),
        })
    }

    fn map(files: &[(&str, &[(u32, u64)])]) -> CoverageMap {
        CoverageMap {
            files: files
                .iter()
                .map(|(path, lines)| (RepoPath::from(*path), lines.iter().copied().collect()))
                .collect(),
        }
    }

    #[test]
    fn percentages_are_of_coverable_lines() {
        for (lines, covered, percent) in
            [(0, 0, None), (1, 0, Some(0.0)), (20, 17, Some(85.0)), (3, 3, Some(100.0))]
        {
            assert_eq!(Totals { lines, covered }.percent(), percent);
        }
    }

    #[test]
    fn merging_adds_hits_and_saturates() {
        let mut one = map(&[("a.rs", &[(1, 1), (2, 0)]), ("b.rs", &[])]);
        one.merge(map(&[("a.rs", &[(2, 3), (3, u64::MAX)]), ("b.rs", &[(9, 0)])]));
        one.add(&"a.rs".into(), 3, 5);
        let expected = map(&[("a.rs", &[(1, 1), (2, 3), (3, u64::MAX)]), ("b.rs", &[(9, 0)])]);
        assert_eq!(one, expected);
        assert_eq!(one.total(), Totals { lines: 4, covered: 3 });
        assert_eq!(one.totals(|path| path == &RepoPath::from("b.rs")).percent(), Some(0.0));
        one.know("c.rs".into());
        one.know("a.rs".into());
        assert_eq!(one.lines_of(&"c.rs".into()), Some(&Lines::new()));
        assert_eq!(one.lines_of(&"d.rs".into()), None);
        one.retain(|path| path == &RepoPath::from("c.rs"));
        assert_eq!(one.files().len(), 1);
        assert!(!one.is_empty() && CoverageMap::default().is_empty());
    }

    proptest! {
        #[test]
        fn merging_is_commutative_and_loses_nothing(one in any_map(), two in any_map()) {
            let mut left = one.clone();
            left.merge(two.clone());
            let mut right = two.clone();
            right.merge(one.clone());
            prop_assert_eq!(&left, &right);
            for (path, lines) in one.files().chain(two.files()) {
                for (line, hits) in lines {
                    prop_assert!(left.lines_of(path).unwrap()[line] >= *hits);
                }
            }
        }
    }
}
