//! The result of a comparison: as data, as JSON, as a gate's report, and in words.

use std::path::{Path, PathBuf};

use bstr::ByteSlice;
use serde_json::{Value, json};
use xtask_core::model::{
    Artifact, Better, Finding, GateReport, Location, Metric, Outcome, RepoPath, Severity, State,
};

use crate::diff::{Difference, Region};
use crate::pair::{Pair, Status};

/// How many regions of a pair are named in words.
const NAMED_REGIONS: usize = 3;

/// What came of comparing two files or folders.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The pairs, sorted by name.
    pub pairs: Vec<Pair>,
    /// The top of the repository: findings name paths below it.
    pub root: PathBuf,
    /// The folder of reports: artifacts are named below it.
    pub report_dir: PathBuf,
}

impl Comparison {
    /// Whether there was something to compare, and all of it passes.
    pub fn passes(&self) -> bool {
        !self.pairs.is_empty() && self.pairs.iter().all(|pair| pair.passes)
    }

    /// `{"pairs": […]}`, the contract of `visual compare --format json`: every pair has all fields.
    pub fn json(&self) -> Value {
        json!({ "pairs": self.pairs.iter().map(Pair::json).collect::<Vec<_>>() })
    }

    /// The report of the gate: a finding for each pair that differs. Nothing to compare is an invalid measurement.
    pub fn report(&self) -> GateReport {
        let findings: Vec<Finding> = self.pairs.iter().filter_map(|pair| self.finding(pair)).collect();
        let mut report = GateReport::judged("visual", findings);
        if self.pairs.is_empty() {
            report.outcome = Outcome::Invalid {
                why: "there are no pictures to compare".to_owned(),
                fix: Some("give two PNG files, or two folders with PNG files in them".to_owned()),
            };
        }
        let changed: u64 = self.differences().map(|difference| difference.changed).sum();
        report.metrics = vec![
            Metric::count("pictures", self.pairs.len()),
            Metric { better: Better::Lower, ..Metric::count("changed-pixels", changed as usize) },
        ];
        report.artifacts = self.artifacts();
        report.summary = self.summary();
        report
    }

    /// One line for people: `12 pictures: 10 same, 1 changed, 1 new`.
    pub fn summary(&self) -> String {
        let counts: Vec<String> = Status::ALL
            .iter()
            .map(|&status| (status, self.pairs.iter().filter(|pair| pair.status == status).count()))
            .filter(|&(_, count)| count > 0)
            .map(|(status, count)| format!("{count} {}", status.word()))
            .collect();
        match self.pairs.len() {
            0 => "no pictures".to_owned(),
            1 => format!("1 picture: {}", counts.join(", ")),
            count => format!("{count} pictures: {}", counts.join(", ")),
        }
    }

    /// A line for each pair that is not the same.
    pub fn words(&self) -> Vec<String> {
        self.pairs.iter().filter(|pair| pair.status != Status::Same).map(Pair::words).collect()
    }

    fn differences(&self) -> impl Iterator<Item = &Difference> {
        self.pairs.iter().filter_map(|pair| pair.difference.as_ref())
    }

    fn finding(&self, pair: &Pair) -> Option<Finding> {
        if pair.status == Status::Same {
            return None;
        }
        let place = RepoPath::relative(&self.root, &pair.baseline).map(Location::file);
        let finding = Finding::new("visual", pair.status.word(), place, pair.words());
        Some(if pair.passes {
            Finding { state: State::Known, ..finding.severity(Severity::Note) }
        } else {
            finding
        })
    }

    fn artifacts(&self) -> Vec<Artifact> {
        let below = |path: &Path| RepoPath::relative(&self.report_dir, path);
        self.pairs
            .iter()
            .filter_map(|pair| below(pair.diff.as_deref()?))
            .map(|path| Artifact { kind: "diff picture".to_owned(), path: path.to_string() })
            .collect()
    }
}

impl Pair {
    /// The pair as the contract has it.
    fn json(&self) -> Value {
        let difference = self.difference.as_ref();
        let mut pair = json!({
            "name": self.name,
            "status": self.status,
            "pixels": difference.map_or(0, |difference| difference.changed),
            "ratio": difference.map_or(0.0, Difference::ratio),
            "regions": difference.map_or(&[][..], |difference| &difference.regions),
            "moved": difference.map_or(&[][..], |difference| &difference.moved),
            "movedColumns": difference.map_or(&[][..], |difference| &difference.moved_columns),
        });
        if !self.why.is_empty() {
            pair["why"] = self.why.clone().into();
        }
        pair
    }

    /// The name for people: without its ending.
    fn title(&self) -> String {
        let name = self.name.as_bytes();
        let cut = name.len().saturating_sub(4);
        let title = if name[cut..].eq_ignore_ascii_case(b".png") && cut > 0 { &name[..cut] } else { name };
        RepoPath::new(title.as_bstr()).to_string()
    }

    /// What came of it, in a line: `login@1280: 2 regions (312×40 at 24,310; 8×8 at 2,2; 4.1 % of it)`.
    pub fn words(&self) -> String {
        let title = self.title();
        let difference = self.difference.as_ref();
        match self.status {
            Status::Same => format!("{title}: same"),
            Status::New => format!("{title}: new, there is no baseline picture of it"),
            Status::Missing => format!("{title}: missing, there is only the baseline picture"),
            Status::Unreadable => format!("{title}: unreadable: {}", self.why),
            Status::Changed => {
                let excuse = if self.passes { ", within the limits" } else { "" };
                format!("{title}: {}{excuse}", difference.map(changes).unwrap_or_default())
            }
            Status::Resized => {
                let sizes = difference.map(|it| format!("{} to {}", it.old, it.new)).unwrap_or_default();
                let what = difference.map(changes).filter(|told| !told.is_empty());
                let what = what.map(|told| format!(", {told}")).unwrap_or_default();
                format!("{title}: resized from {sizes}{what}")
            }
        }
    }
}

/// What changed and what only moved, as far as there is any.
fn changes(difference: &Difference) -> String {
    let told = [regions(difference), moves(difference)];
    told.iter().filter(|told| !told.is_empty()).map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// `2 regions (312×40 at 24,310; 8×8 at 2,2; 4.1 % of it)`, where there are any.
fn regions(difference: &Difference) -> String {
    let all = &difference.regions;
    if all.is_empty() {
        return String::new();
    }
    let noun = if all.len() == 1 { "region" } else { "regions" };
    let place = |it: &Region| format!("{}×{} at {},{}", it.width, it.height, it.x, it.y);
    let mut parts: Vec<String> = all.iter().take(NAMED_REGIONS).map(place).collect();
    if all.len() > NAMED_REGIONS {
        parts.push("…".to_owned());
    }
    let share = share(difference.share(difference.in_regions()));
    format!("{} {noun} ({}; {share} of it)", all.len(), parts.join("; "))
}

/// `content below y=350 moved down 24 px`, where something moved.
fn moves(difference: &Difference) -> String {
    let (old, new) = (difference.old, difference.new);
    let rows = difference.moved.iter().map(|it| {
        let told = MoveWords { places: "rows", beyond: "below y=", forth: "down", back: "up" };
        told.tell((it.y, it.height, it.by), old.height, new.height)
    });
    let columns = difference.moved_columns.iter().map(|it| {
        let told = MoveWords { places: "columns", beyond: "right of x=", forth: "right", back: "left" };
        told.tell((it.x, it.width, it.by), old.width, new.width)
    });
    let all: Vec<String> = rows.chain(columns).collect();
    let more = if all.len() > NAMED_REGIONS { ", …" } else { "" };
    all[..all.len().min(NAMED_REGIONS)].join(", ") + more
}

/// How a move in one direction is put.
struct MoveWords {
    places: &'static str,
    beyond: &'static str,
    forth: &'static str,
    back: &'static str,
}

impl MoveWords {
    /// `from` the first place of the old picture, how many, and by how many they moved; the pictures' lengths in that direction.
    fn tell(&self, (from, length, by): (u32, u32, i64), old: u32, new: u32) -> String {
        let end = from + length;
        let is_last = end == old || i64::from(end) + by == i64::from(new);
        let what = match (from, is_last) {
            (0, true) => "all content".to_owned(),
            (_, true) => format!("content {}{from}", self.beyond),
            (_, false) => format!("{} {from} to {}", self.places, end - 1),
        };
        let way = if by > 0 { self.forth } else { self.back };
        format!("{what} moved {way} {} px", by.abs())
    }
}

/// A share in percent; what is there never reads as nothing.
fn share(ratio: f64) -> String {
    let percent = ratio * 100.0;
    if percent > 0.0 && percent < 0.1 { "under 0.1 %".to_owned() } else { format!("{percent:.1} %") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::{Moved, MovedColumns, Size};

    fn pair(name: &str, status: Status, difference: Option<Difference>) -> Pair {
        Pair {
            name: name.into(),
            status,
            passes: status == Status::Same,
            difference,
            why: if status == Status::Unreadable {
                "the baseline: it is empty".to_owned()
            } else {
                String::new()
            },
            diff: None,
            baseline: Path::new("/top/tests").join(name),
        }
    }

    fn difference() -> Difference {
        let size = Size { width: 1280, height: 800 };
        let region = |x, y, width, height, pixels| Region { x, y, width, height, pixels };
        Difference {
            changed: 42_000,
            regions: vec![region(24, 310, 312, 40, 41_990), region(2, 2, 8, 8, 10)],
            ..Difference::none(size)
        }
    }

    fn comparison(pairs: Vec<Pair>) -> Comparison {
        Comparison { pairs, root: "/top".into(), report_dir: "/top/target/xtask".into() }
    }

    #[test]
    fn moves_are_told_in_words() {
        let (old, new) = (Size { width: 1280, height: 800 }, Size { width: 1280, height: 824 });
        let banner = Region { x: 0, y: 350, width: 1280, height: 24, pixels: 30_720 };
        let rows = |y, height, by| vec![Moved { y, height, by }];
        let told = |difference: Difference| {
            let status = if difference.is_resized() { Status::Resized } else { Status::Changed };
            pair("page.png", status, Some(difference)).words()
        };
        let difference = Difference {
            old,
            changed: 30_720,
            regions: vec![banner],
            moved: rows(350, 450, 24),
            ..Difference::none(new)
        };
        assert_eq!(
            told(difference),
            "page: resized from 1280×800 to 1280×824, 1 region (1280×24 at 0,350; 2.9 % of it), content below y=350 moved down 24 px"
        );
        let taken = Difference { old: new, moved: rows(374, 450, -24), ..Difference::none(old) };
        assert_eq!(
            told(taken),
            "page: resized from 1280×824 to 1280×800, content below y=374 moved up 24 px"
        );
        let part = Difference {
            changed: 99_999,
            regions: vec![banner],
            moved: rows(100, 50, 24),
            ..Difference::none(old)
        };
        assert_eq!(
            told(part),
            "page: 1 region (1280×24 at 0,350; 3.0 % of it), rows 100 to 149 moved down 24 px"
        );
        let moved_columns = vec![MovedColumns { x: 200, width: 1020, by: 60 }];
        let sideways =
            Difference { changed: 99_999, regions: vec![banner], moved_columns, ..Difference::none(old) };
        assert_eq!(
            told(sideways),
            "page: 1 region (1280×24 at 0,350; 3.0 % of it), content right of x=200 moved right 60 px"
        );
    }

    #[test]
    fn each_status_is_told_in_words() {
        let taller = Difference { old: Size { width: 1280, height: 700 }, ..difference() };
        for (status, difference, words) in [
            (Status::Same, None, "login@1280: same"),
            (
                Status::Changed,
                Some(difference()),
                "login@1280: 2 regions (312×40 at 24,310; 8×8 at 2,2; 4.1 % of it)",
            ),
            (Status::New, None, "login@1280: new, there is no baseline picture of it"),
            (Status::Missing, None, "login@1280: missing, there is only the baseline picture"),
            (Status::Unreadable, None, "login@1280: unreadable: the baseline: it is empty"),
            (
                Status::Resized,
                Some(taller),
                "login@1280: resized from 1280×700 to 1280×800, 2 regions (312×40 at 24,310; 8×8 at 2,2; 4.1 % of it)",
            ),
        ] {
            assert_eq!(pair("login@1280.png", status, difference).words(), words);
        }
        assert_eq!(pair("a/.png", Status::Same, None).title(), "a/");
        assert_eq!(pair(".png", Status::Same, None).title(), ".png");
        assert_eq!([0.0, 0.000_01, 0.001, 1.0].map(share), ["0.0 %", "under 0.1 %", "0.1 %", "100.0 %"]);
    }

    #[test]
    fn the_report_fails_by_what_is_not_excused() {
        let excused = Pair { passes: true, ..pair("b.png", Status::Changed, Some(difference())) };
        let passed = comparison(vec![pair("a.png", Status::Same, None), excused.clone()]).report();
        assert_eq!(passed.outcome, Outcome::Passed);
        assert_eq!(passed.summary, "2 pictures: 1 same, 1 changed");
        assert_eq!(passed.findings[0].state, State::Known);

        for status in [Status::Changed, Status::New, Status::Missing, Status::Resized, Status::Unreadable] {
            let failing = comparison(vec![excused.clone(), pair("c.png", status, Some(difference()))]);
            let report = failing.report();
            assert_eq!(report.outcome, Outcome::Failed);
            assert!(!failing.passes());
            assert_eq!(report.findings[1].rule, status.word());
            assert_eq!(report.findings[1].location.as_ref().unwrap().to_string(), "tests/c.png");
        }
        assert_eq!(comparison(Vec::new()).report().outcome.word(), "invalid");
        assert!(!comparison(Vec::new()).passes());
    }

    #[test]
    fn every_pair_has_all_fields() {
        let all = comparison(vec![
            pair("a.png", Status::Changed, Some(difference())),
            pair("b.png", Status::Unreadable, None),
        ]);
        assert_eq!(
            all.json().to_string(),
            concat!(
                r#"{"pairs":[{"name":"a.png","status":"changed","pixels":42000,"ratio":0.041015625,"#,
                r#""regions":[{"x":24,"y":310,"width":312,"height":40,"pixels":41990},"#,
                r#"{"x":2,"y":2,"width":8,"height":8,"pixels":10}],"moved":[],"movedColumns":[]},"#,
                r#"{"name":"b.png","status":"unreadable","pixels":0,"ratio":0.0,"#,
                r#""regions":[],"moved":[],"movedColumns":[],"why":"the baseline: it is empty"}]}"#
            )
        );
    }
}
