//! LLVM's rule for the hits of a line, over the counted regions of a file. A line has the largest count among the region
//! that is open where the line begins and the regions that begin on it; a gap counts only for what it is alone on.
//!
//! The rule is that of `llvm-cov` (LLVM's `SegmentBuilder` and `LineCoverageStats`), so that the numbers agree with it.

use crate::map::Lines;

/// A place in a file: line and column, from 1.
pub(super) type Place = (u32, u32);

/// What a region stands for. The order is LLVM's, which decides between regions of the same extent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Code with a counter.
    Code,
    /// A macro's call; its code is counted where it stands.
    Expansion,
    /// Source that was left out of the compilation.
    Skipped,
    /// Space between pieces of code, with the count of what leads through it.
    Gap,
}

/// A stretch of source that runs as often as its count says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Region {
    pub start: Place,
    pub end: Place,
    pub kind: Kind,
    pub count: u64,
}

/// From `at` on, the count is this.
#[derive(Clone, Copy, Debug)]
struct Segment {
    at: Place,
    count: Option<u64>,
    /// A region begins here (and not: the one around it goes on).
    entry: bool,
    gap: bool,
}

impl Segment {
    fn begins_code(&self) -> bool {
        self.entry && !self.gap && self.count.is_some()
    }
}

/// The hits of each line that holds code, from the regions of all functions of one file.
pub(super) fn hits(regions: Vec<Region>) -> Lines {
    let segments = Sweep::over(&joined(regions));
    let mut lines = Lines::new();
    let (Some(first), Some(last)) = (segments.first(), segments.last()) else {
        return lines;
    };
    let last = last.at.0;
    let mut wrapped: Option<Segment> = None;
    let mut rest = &segments[..];
    let mut line = first.at.0;
    loop {
        let here = rest.iter().take_while(|segment| segment.at.0 == line).count();
        let (own, later) = rest.split_at(here);
        if let Some(count) = line_count(own, wrapped) {
            lines.insert(line, count);
        }
        wrapped = own.last().copied().or(wrapped);
        rest = later;
        if line >= last {
            return lines;
        }
        // A long stretch without a segment has one count, or none.
        let next = rest.first().map_or(last, |segment| segment.at.0);
        if let Some(count) = wrapped.and_then(|segment| segment.count) {
            lines.extend((line + 1..next).map(|between| (between, count)));
        }
        line = next;
    }
}

fn line_count(own: &[Segment], wrapped: Option<Segment>) -> Option<u64> {
    let starts_skipped = own.first().is_some_and(|segment| segment.entry && segment.count.is_none());
    let around = wrapped.and_then(|segment| segment.count);
    let begins_counted = own.iter().any(|segment| segment.entry && segment.count.is_some());
    let begins_code = own.iter().any(Segment::begins_code);
    let mapped = begins_counted || (!starts_skipped && around.is_some());
    mapped.then(|| {
        let begun = own
            .iter()
            .filter(|segment| begins_code && segment.begins_code())
            .filter_map(|segment| segment.count);
        begun.chain(around).max().unwrap_or(0)
    })
}

/// Regions in order, outer ones first; those of one extent (a generic function's instances, a function in two programs)
/// joined, with their counts added where they are of one kind.
fn joined(mut regions: Vec<Region>) -> Vec<Region> {
    regions.sort_by(|a, b| {
        (a.start, std::cmp::Reverse(a.end), a.kind).cmp(&(b.start, std::cmp::Reverse(b.end), b.kind))
    });
    regions.dedup_by(|next, kept| {
        let same = next.start == kept.start && next.end == kept.end;
        if same && next.kind == kept.kind {
            kept.count = kept.count.saturating_add(next.count);
        }
        same
    });
    regions
}

/// Goes through the regions by their start, and knows which are open.
#[derive(Default)]
struct Sweep {
    open: Vec<Region>,
    segments: Vec<Segment>,
}

impl Sweep {
    fn over(regions: &[Region]) -> Vec<Segment> {
        let mut sweep = Self::default();
        for (index, &region) in regions.iter().enumerate() {
            let next = regions.get(index + 1);
            sweep.close_before(Some(region.start));
            let enters = region.kind != Kind::Gap;
            if region.start == region.end {
                sweep.point(region, enters, next.is_none());
                continue;
            }
            if next.is_none_or(|next| next.start != region.start) {
                sweep.begin(region, region.start, enters);
            }
            sweep.open.push(region);
        }
        sweep.close_before(None);
        sweep.segments
    }

    /// A region without extent: what is around it goes on.
    fn point(&mut self, region: Region, enters: bool, last: bool) {
        let around = self.open.last().copied();
        if last || region.kind == Kind::Skipped {
            self.push(Segment { at: region.start, count: None, entry: enters, gap: false });
            if let Some(around) = around {
                self.begin(around, region.start, false);
            }
        } else {
            self.begin(around.unwrap_or(region), region.start, enters);
        }
    }

    /// From `at` on, `region` is the innermost.
    fn begin(&mut self, region: Region, at: Place, entry: bool) {
        let count = (region.kind != Kind::Skipped).then_some(region.count);
        let goes_on = self.segments.last().is_some_and(|last| !entry && !last.entry && last.count == count);
        if !goes_on {
            self.push(Segment { at, count, entry, gap: region.kind == Kind::Gap });
        }
    }

    fn push(&mut self, segment: Segment) {
        self.segments.push(segment);
    }

    /// Closes the regions that end before or at `start` (all, where there is none).
    fn close_before(&mut self, start: Option<Place>) {
        let ends = |region: &Region| start.is_none_or(|start| region.end <= start);
        let (mut closed, open): (Vec<Region>, Vec<Region>) = self.open.drain(..).partition(ends);
        self.open = open;
        closed.sort_by_key(|region| region.end);
        let Some(last_end) = closed.last().map(|region| region.end) else {
            return;
        };
        // Between the ends of two of them, the count is that of the last to be listed among those that end next.
        for (index, region) in closed.iter().enumerate() {
            let Some(next) = closed.get(index + 1) else { break };
            if Some(region.end) == start {
                break;
            }
            if region.end != next.end {
                let innermost = closed[index + 1..].iter().rfind(|other| other.end == next.end);
                self.begin(*innermost.unwrap_or(next), region.end, false);
            }
        }
        if start == Some(last_end) {
            return;
        }
        match self.open.last().copied() {
            Some(around) => self.begin(around, last_end, false),
            None => self.push(Segment { at: last_end, count: None, entry: false, gap: false }),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code(start: Place, end: Place, count: u64) -> Region {
        Region { start, end, kind: Kind::Code, count }
    }

    fn shown(regions: &[Region]) -> Vec<(u32, u64)> {
        hits(regions.to_vec()).into_iter().collect()
    }

    #[test]
    fn a_line_has_the_largest_count_of_what_is_open_or_begins() {
        // fn f(x) {            1
        //     if x {           2
        //         a();         3
        //     } else {         4
        //         b();         5
        //     }                6
        // }                    7
        let function = [
            code((1, 1), (2, 9), 4),
            code((2, 10), (4, 6), 4),
            code((4, 12), (6, 6), 0),
            code((7, 1), (7, 2), 4),
        ];
        assert_eq!(shown(&function), [(1, 4), (2, 4), (3, 4), (4, 4), (5, 0), (6, 0), (7, 4)]);
    }

    #[test]
    fn instances_of_one_function_add_up() {
        let regions = [code((1, 1), (3, 2), 0), code((1, 1), (3, 2), 2)];
        assert_eq!(shown(&regions), [(1, 2), (2, 2), (3, 2)]);
    }

    #[test]
    fn an_inner_region_takes_its_lines_and_gives_them_back() {
        let regions = [code((1, 1), (6, 2), 9), code((2, 5), (4, 6), 0)];
        assert_eq!(shown(&regions), [(1, 9), (2, 9), (3, 0), (4, 0), (5, 9), (6, 9)]);
    }

    #[test]
    fn other_kinds_do_not_begin_code() {
        let gap = Region { kind: Kind::Gap, ..code((2, 1), (2, 10), 0) };
        assert_eq!(shown(&[code((1, 1), (2, 1), 3), gap, code((2, 10), (2, 20), 5)]), [(1, 3), (2, 5)]);
        let skipped = Region { kind: Kind::Skipped, ..code((2, 1), (3, 1), 0) };
        assert_eq!(shown(&[code((1, 1), (4, 2), 3), skipped]), [(1, 3), (4, 3)]);
        let macro_call = Region { kind: Kind::Expansion, ..code((1, 1), (1, 9), 7) };
        assert_eq!(shown(&[code((1, 1), (1, 9), 2), macro_call]), [(1, 2)]);
    }

    #[test]
    fn nothing_and_points_are_no_code() {
        assert_eq!(shown(&[]), []);
        assert_eq!(shown(&[code((3, 1), (3, 1), 5)]), []);
    }

    proptest! {
        #[test]
        fn any_regions_have_an_end(regions in proptest::collection::vec(
            ((1..9_u32, 1..9_u32), (0..9_u32, 1..9_u32), 0..4_usize, 0..3_u64), 0..12))
        {
            let kinds = [Kind::Code, Kind::Expansion, Kind::Skipped, Kind::Gap];
            let regions: Vec<Region> = regions
                .into_iter()
                .map(|(start, (down, right), kind, count)| Region {
                    start,
                    end: if down == 0 { (start.0, start.1 + right) } else { (start.0 + down, right) },
                    kind: kinds[kind],
                    count,
                })
                .collect();
            let largest: u64 = regions.iter().map(|region| region.count).sum();
            let lines = hits(regions);
            prop_assert!(lines.values().all(|&hits| hits <= largest));
            prop_assert!(lines.keys().all(|line| (1..20).contains(line)));
        }
    }
}
