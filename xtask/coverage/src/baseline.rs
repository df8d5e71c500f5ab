//! `coverage-baseline.json`: the committed numbers that coverage may not fall below. Sorted, one file a line, so that a merge
//! touches only what changed.

use std::io::Write;
use std::path::Path;

use serde::Deserialize;
use xtask_core::model::{Problem, Result};

use crate::map::Totals;
use crate::summary::{FileCount, Summary};

/// Its name at the top of the repository.
pub const BASELINE: &str = "coverage-baseline.json";
/// How far below the baseline the total may be, in percentage points. Counts are exact; this is for code that is covered
/// or not by chance of timing, one line in 20,000.
pub const TOLERANCE: f64 = 0.005;
const VERSION: u32 = 1;

/// The numbers to compare with.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Baseline {
    version: u32,
    /// All files together.
    pub total: BaselineTotal,
    /// Each file, by path.
    pub files: Vec<FileCount>,
}

/// The baseline's total.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub(crate) struct BaselineTotal {
    /// Coverable lines.
    pub lines: u64,
    /// Those that ran.
    pub covered: u64,
    /// For readers; the two numbers above are what counts.
    pub percent: f64,
}

/// Reads the baseline below `root`; `None` where none was written yet, which counts as empty.
pub(crate) fn read(root: &Path) -> Result<Option<Baseline>> {
    let path = root.join(BASELINE);
    if !path.exists() {
        return Ok(None);
    }
    parse(&xtask_core::files::read(&path)?).map(Some)
}

fn parse(bytes: &[u8]) -> Result<Baseline> {
    let wrong = |why: String| {
        Problem::invalid(format!("{BASELINE} can't be read"))
            .why(why)
            .fix(format!("bring back the committed one: git checkout HEAD -- {BASELINE}"))
    };
    let baseline: Baseline = serde_json::from_slice(bytes).map_err(|cause| wrong(cause.to_string()))?;
    if baseline.version != VERSION {
        return Err(wrong(format!(
            "its version is {}, and this program knows version {VERSION}",
            baseline.version
        )));
    }
    if baseline.total.covered > baseline.total.lines || baseline.total.lines == 0 {
        return Err(wrong("its total makes no sense".to_owned()));
    }
    Ok(baseline)
}

impl Baseline {
    /// Its percentage.
    pub(crate) fn percent(&self) -> f64 {
        let Totals { lines, covered } = Totals { lines: self.total.lines, covered: self.total.covered };
        Totals { lines, covered }.percent().unwrap_or(0.0)
    }

    /// Whether this percentage falls short of it.
    pub(crate) fn is_above(&self, percent: f64) -> bool {
        percent + TOLERANCE < self.percent()
    }
}

/// Writes the baseline below `root`.
pub(crate) fn write(root: &Path, summary: &Summary) -> Result<()> {
    xtask_core::files::write_with(&root.join(BASELINE), |out| render(summary, out))
}

fn render(summary: &Summary, out: &mut dyn Write) -> std::io::Result<()> {
    let rounded = |percent: f64| (percent * 100.0 + 1e-7).floor() / 100.0;
    let total = serde_json::json!({
        "lines": summary.total.lines,
        "covered": summary.total.covered,
        "percent": rounded(summary.total.percent),
    });
    write!(out, "{{\"version\":{VERSION},\"total\":{total},\"files\":[")?;
    for (index, file) in summary.files.iter().enumerate() {
        let file = FileCount { percent: rounded(file.percent), ..file.clone() };
        let separator = if index == 0 { "\n" } else { ",\n" };
        write!(out, "{separator}{}", serde_json::to_string(&file)?)?;
    }
    out.write_all(b"\n]}\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::map::CoverageMap;
    use crate::map::tests::any_map;

    fn baseline(lines: u64, covered: u64) -> Baseline {
        Baseline {
            version: VERSION,
            total: BaselineTotal { lines, covered, percent: 0.0 },
            files: Vec::new(),
        }
    }

    #[test]
    fn it_holds_up_to_the_tolerance() {
        for (now, falls) in [(85.0, false), (84.996, false), (84.994, true), (100.0, false), (0.0, true)] {
            assert_eq!(baseline(20, 17).is_above(now), falls, "{now}");
        }
    }

    #[test]
    fn it_is_one_file_a_line() {
        let mut map = CoverageMap::default();
        for (path, line, hits) in [("a.rs", 1, 1), ("a.rs", 2, 1), ("a.rs", 3, 0), ("b.rs", 1, 0)] {
            map.add(&path.into(), line, hits);
        }
        let mut bytes = Vec::new();
        render(&Summary::of(&map).unwrap(), &mut bytes).unwrap();
        assert_eq!(
            String::from_utf8(bytes).unwrap(),
            "{\"version\":1,\"total\":{\"lines\":4,\"covered\":2,\"percent\":50.0},\"files\":[\n\
             {\"path\":\"a.rs\",\"lines\":3,\"covered\":2,\"percent\":66.66},\n\
             {\"path\":\"b.rs\",\"lines\":1,\"covered\":0,\"percent\":0.0}\n]}\n"
        );
    }

    #[test]
    fn one_that_can_not_be_read_is_told() {
        for text in [
            "",
            "{}",
            "<<<<<<< HEAD",
            "{\"version\":2,\"total\":{\"lines\":1,\"covered\":1,\"percent\":100},\"files\":[]}",
            "{\"version\":1,\"total\":{\"lines\":1,\"covered\":2,\"percent\":100},\"files\":[]}",
            "{\"version\":1,\"total\":{\"lines\":0,\"covered\":0,\"percent\":100},\"files\":[]}",
        ] {
            let problem = parse(text.as_bytes()).unwrap_err();
            assert!(problem.what.contains(BASELINE), "{problem}");
        }
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()).unwrap(), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(map in any_map()) {
            prop_assume!(map.total().lines > 0);
            let summary = Summary::of(&map).unwrap();
            let folder = tempfile::tempdir().unwrap();
            write(folder.path(), &summary).unwrap();
            let read = read(folder.path()).unwrap().unwrap();
            prop_assert_eq!((read.total.lines, read.total.covered), (summary.total.lines, summary.total.covered));
            prop_assert_eq!(read.files.len(), summary.files.len());
            prop_assert!(!read.is_above(summary.total.percent));
        }
    }
}
