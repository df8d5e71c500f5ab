//! Coverage in numbers: what `coverage show` prints, and `coverage.json` holds.

use std::fmt;

use serde::{Deserialize, Serialize};
use xtask_core::model::{Problem, RepoPath, Result};

use crate::map::{CoverageMap, Totals};

/// Lines, those covered, and what part that is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Count {
    /// Coverable lines.
    pub lines: u64,
    /// Those that ran at least once.
    pub covered: u64,
    /// Covered lines in hundredths of all; 100 where there is nothing to cover.
    pub percent: f64,
}

impl From<Totals> for Count {
    fn from(totals: Totals) -> Self {
        Self { lines: totals.lines, covered: totals.covered, percent: totals.percent().unwrap_or(100.0) }
    }
}

/// The numbers of one file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileCount {
    /// The file.
    pub path: RepoPath,
    /// Its coverable lines.
    pub lines: u64,
    /// Those that ran at least once.
    pub covered: u64,
    /// Covered lines in hundredths of all.
    pub percent: f64,
}

impl FileCount {
    pub(crate) fn new(path: RepoPath, totals: Totals) -> Self {
        let Count { lines, covered, percent } = totals.into();
        Self { path, lines, covered, percent }
    }
}

/// The numbers of all files, sorted by path. Files without a coverable line aren't listed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// All files together.
    pub total: Count,
    /// Each file.
    pub files: Vec<FileCount>,
}

impl Summary {
    /// The numbers of a map. One without coverable lines is no measurement.
    pub fn of(map: &CoverageMap) -> Result<Self> {
        let total = map.total();
        if total.lines == 0 {
            return Err(Problem::invalid("there is no coverable line in what was measured")
                .why(format!("{} files, all without code that counts", map.files().len()))
                .fix("see `exclude` in [coverage], and what the reports hold"));
        }
        let counted = |(path, lines)| FileCount::new(RepoPath::clone(path), Totals::of(lines));
        Ok(Self {
            total: total.into(),
            files: map.files().map(counted).filter(|file| file.lines > 0).collect(),
        })
    }
}

/// For people: a line a file, then the total. Columns line up; a path is never cut.
impl fmt::Display for Summary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.files.iter().map(|file| file.path.to_string()).collect();
        let width = names.iter().map(|name| name.chars().count()).chain([5]).max().unwrap_or(5);
        let mut line = |name: &str, covered: u64, lines: u64, percent: f64| {
            writeln!(out, "{name:<width$}  {:>9}  {covered}/{lines}", Shown(percent).to_string())
        };
        for (name, file) in names.iter().zip(&self.files) {
            line(name, file.covered, file.lines, file.percent)?;
        }
        line("total", self.total.covered, self.total.lines, self.total.percent)
    }
}

/// A percentage for people: two places, rounded down, so that 84.996 doesn't read as the 85 that it falls short of.
pub(crate) struct Shown(pub f64);

impl fmt::Display for Shown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} %", (self.0 * 100.0 + 1e-7).floor() / 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_is_the_contract() {
        let mut map = CoverageMap::default();
        map.add(&"b.rs".into(), 1, 1);
        map.add(&"b.rs".into(), 2, 0);
        map.add(&"a.rs".into(), 1, 7);
        map.add(&"a.rs".into(), 9, 1);
        map.know("empty.rs".into());
        let json = serde_json::to_string(&Summary::of(&map).unwrap()).unwrap();
        assert_eq!(
            json,
            "{\"total\":{\"lines\":4,\"covered\":3,\"percent\":75.0},\"files\":[\
             {\"path\":\"a.rs\",\"lines\":2,\"covered\":2,\"percent\":100.0},\
             {\"path\":\"b.rs\",\"lines\":2,\"covered\":1,\"percent\":50.0}]}"
        );
    }

    #[test]
    fn nothing_to_cover_is_no_measurement() {
        let mut map = CoverageMap::default();
        assert!(Summary::of(&map).is_err());
        map.know("a.rs".into());
        assert!(Summary::of(&map).is_err());
    }

    #[test]
    fn percentages_are_rounded_down() {
        for (value, shown) in
            [(84.999, "84.99 %"), (85.0, "85 %"), (100.0, "100 %"), (0.3, "0.3 %"), (29.0, "29 %")]
        {
            assert_eq!(Shown(value).to_string(), shown);
        }
    }
}
