//! Holding coverage against its limits: a shortfall is a finding, a limit over nothing is no measurement. Pure.

use xtask_core::model::{Better, Finding, Metric, Problem, Result, Unit};

use crate::baseline::{BASELINE, Baseline};
use crate::map::{CoverageMap, Totals};
use crate::patch::Patch;
use crate::section::CoverageSection;
use crate::summary::{Shown, Summary};

/// How many files a finding names as the least covered.
const WORST: usize = 3;

/// What was measured, and what falls short.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Verdict {
    pub findings: Vec<Finding>,
    pub metrics: Vec<Metric>,
}

/// Judges a map by the section's limits, the baseline (where the ratchet is on and one was written), and the change (where it
/// was measured).
pub(crate) fn judge(
    map: &CoverageMap,
    section: &CoverageSection,
    baseline: Option<&Baseline>,
    patch: Option<&Patch>,
) -> Result<Verdict> {
    let summary = Summary::of(map)?;
    let percent = summary.total.percent;
    let mut verdict = Verdict::default();
    verdict.metrics.push(Metric::count("lines", summary.total.lines as usize));
    verdict.metrics.push(Metric::count("lines-covered", summary.total.covered as usize));
    verdict.metrics.push(percentage("line-coverage", percent, section.min));
    if let Some(min) = section.min.filter(|min| percent < *min) {
        let message = format!("line coverage {} is below the minimum of {min} %", Shown(percent));
        verdict.add("min", message, worst(map, |_| true));
    }
    for (glob, limits) in &section.paths {
        path_limit(&mut verdict, map, glob, limits.min)?;
    }
    if let Some(baseline) = baseline.filter(|baseline| baseline.is_above(percent)) {
        let message =
            format!("line coverage {} is below the baseline's {}", Shown(percent), Shown(baseline.percent()));
        let fix =
            format!("cover what changed, or accept it: cargo xtask coverage --update-baseline ({BASELINE})");
        verdict.add("ratchet", message, fix);
    }
    if let Some(patch) = patch {
        patch_limit(&mut verdict, patch, section.patch_min);
    }
    Ok(verdict)
}

impl Verdict {
    fn add(&mut self, rule: &str, message: String, fix: String) {
        self.findings.push(Finding::new("coverage", rule, None, message).fix(fix));
    }
}

fn percentage(name: &str, value: f64, limit: Option<f64>) -> Metric {
    Metric { name: name.to_owned(), value, unit: Unit::Percent, better: Better::Higher, limit }
}

fn path_limit(verdict: &mut Verdict, map: &CoverageMap, glob: &str, min: Option<f64>) -> Result<()> {
    let globs = CoverageSection::path(glob)?;
    let totals = map.totals(|path| globs.matches(path));
    let Some(percent) = totals.percent() else {
        return Err(Problem::invalid(format!("[coverage.paths.\"{glob}\"] holds for no coverable line"))
            .why("no file of a report matches it")
            .fix("mend the glob, or take it out"));
    };
    verdict.metrics.push(percentage(&format!("line-coverage:{glob}"), percent, min));
    if let Some(min) = min.filter(|min| percent < *min) {
        let message = format!("line coverage of {glob} {} is below its minimum of {min} %", Shown(percent));
        verdict.add("path-min", message, worst(map, |path| globs.matches(path)));
    }
    Ok(())
}

/// A change without coverable lines passes.
fn patch_limit(verdict: &mut Verdict, patch: &Patch, min: Option<f64>) {
    verdict.metrics.push(Metric::count("changed-lines", patch.total.lines as usize));
    if patch.total.lines == 0 {
        return;
    }
    let percent = patch.total.percent;
    verdict.metrics.push(percentage("patch-coverage", percent, min));
    if let Some(min) = min.filter(|min| percent < *min) {
        let message = format!("coverage of changed lines {} is below the minimum of {min} %", Shown(percent));
        let places: Vec<String> = patch
            .uncovered
            .iter()
            .flat_map(|file| file.lines.iter().map(|(from, to)| (&file.path, from, to)))
            .map(
                |(path, from, to)| {
                    if from == to { format!("{path}:{from}") } else { format!("{path}:{from}-{to}") }
                },
            )
            .collect();
        verdict.add("patch-min", message, format!("cover {}", crate::inputs::listed(&places)));
    }
}

/// The files in which most lines are left.
fn worst(map: &CoverageMap, of: impl Fn(&xtask_core::model::RepoPath) -> bool) -> String {
    let mut left: Vec<_> = map
        .files()
        .filter(|(path, _)| of(path))
        .map(|(path, lines)| (path, Totals::of(lines)))
        .filter(|(_, totals)| totals.covered < totals.lines)
        .collect();
    left.sort_by_key(|(path, totals)| (std::cmp::Reverse(totals.lines - totals.covered), *path));
    let shown: Vec<String> = left
        .iter()
        .take(WORST)
        .map(|(path, totals)| {
            format!("{path} ({} of {} lines not run)", totals.lines - totals.covered, totals.lines)
        })
        .collect();
    format!("test what isn't yet; most is left in {}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::section::PathLimits;
    use crate::summary::Count;

    /// 17 of 20 lines of `src/a.rs`, 1 of 2 of `app/pay/b.rs`: 18 of 22, 81.81 %.
    fn map() -> CoverageMap {
        let mut map = CoverageMap::default();
        for line in 1..=20 {
            map.add(&"src/a.rs".into(), line, u64::from(line <= 17));
        }
        map.add(&"app/pay/b.rs".into(), 1, 1);
        map.add(&"app/pay/b.rs".into(), 2, 0);
        map
    }

    fn rules(section: &CoverageSection, baseline: Option<&Baseline>, patch: Option<&Patch>) -> Vec<String> {
        let verdict = judge(&map(), section, baseline, patch).unwrap();
        verdict.findings.into_iter().map(|finding| finding.rule).collect()
    }

    fn limits(min: Option<f64>, paths: &[(&str, f64)]) -> CoverageSection {
        let paths: BTreeMap<String, PathLimits> =
            paths.iter().map(|(glob, min)| ((*glob).to_owned(), PathLimits { min: Some(*min) })).collect();
        CoverageSection { min, paths, patch_min: Some(90.0), ..CoverageSection::default() }
    }

    #[test]
    fn each_shortfall_is_a_finding() {
        for (section, expected) in [
            (limits(None, &[]), vec![]),
            (limits(Some(81.0), &[]), vec![]),
            (limits(Some(81.82), &[]), vec!["min"]),
            (limits(None, &[("src/**", 85.0)]), vec![]),
            (limits(None, &[("src/**", 85.01), ("app/pay/**", 50.0)]), vec!["path-min"]),
            (limits(Some(100.0), &[("*.rs", 100.0)]), vec!["min", "path-min"]),
        ] {
            assert_eq!(rules(&section, None, None), expected, "{section:?}");
        }
    }

    #[test]
    fn the_message_says_what_falls_short_and_where() {
        let verdict = judge(&map(), &limits(Some(85.0), &[]), None, None).unwrap();
        let finding = &verdict.findings[0];
        assert_eq!(finding.message, "line coverage 81.81 % is below the minimum of 85 %");
        assert!(finding.fix.as_deref().unwrap().contains("src/a.rs (3 of 20 lines not run)"));
        assert_eq!(verdict.metrics[2].show(), "81.8 % (limit 85.0 %)");
    }

    #[test]
    fn the_ratchet_holds() {
        let text = |covered: u64| {
            format!(
                "{{\"version\":1,\"total\":{{\"lines\":22,\"covered\":{covered},\"percent\":0}},\"files\":[]}}"
            )
        };
        for (covered, expected) in [(18, vec![]), (17, vec![]), (19, vec!["ratchet"])] {
            let folder = tempfile::tempdir().unwrap();
            xtask_core::files::write(&folder.path().join(BASELINE), text(covered).as_bytes()).unwrap();
            let baseline = crate::baseline::read(folder.path()).unwrap();
            assert_eq!(rules(&limits(None, &[]), baseline.as_ref(), None), expected);
        }
    }

    #[test]
    fn a_limit_over_nothing_is_no_measurement() {
        assert!(judge(&map(), &limits(None, &[("web/**", 10.0)]), None, None).is_err());
        assert!(judge(&CoverageMap::default(), &limits(None, &[]), None, None).is_err());
    }

    #[test]
    fn a_change_is_held_to_its_own_limit() {
        let patch = |lines, covered| Patch {
            total: Count::from(Totals { lines, covered }),
            files: Vec::new(),
            uncovered: Vec::new(),
        };
        for (lines, covered, expected) in [(0, 0, vec![]), (10, 9, vec![]), (10, 8, vec!["patch-min"])] {
            assert_eq!(rules(&limits(None, &[]), None, Some(&patch(lines, covered))), expected);
        }
    }
}
