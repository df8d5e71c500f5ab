//! The comparison itself: both pictures' rows side by side, each pixel marked, changes counted and grouped.

use super::difference::{Difference, Size};
use super::judge::Judge;
use super::mark::{Mark, MarkedRow, RowSink};
use super::motion::{Motion, Pictures, Trace};
use super::regions::Regions;
use super::rules::Rules;
use super::source::{PictureError, Pixel, RowSource};
use super::window::Window;

/// Which of the two pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The old one, the baseline.
    Old,
    /// The new one.
    New,
}

/// Why a comparison has no result.
#[derive(Debug, thiserror::Error)]
pub enum DiffError {
    /// One of the pictures can't be read.
    #[error("{why}")]
    Unreadable {
        /// Which.
        side: Side,
        /// Why.
        #[source]
        why: PictureError,
    },
    /// The sink failed: the diff picture can't be written.
    #[error("{0}")]
    Sink(#[from] std::io::Error),
}

pub(crate) fn unreadable(side: Side) -> impl Fn(PictureError) -> DiffError {
    move |why| DiffError::Unreadable { side, why }
}

/// Looks on as rows are compared, and may have a say in their marks.
pub(super) trait Watch {
    /// Row `y` differs; both are cut to the width that both have.
    fn differs(&mut self, _y: u32, _old: &[Pixel], _new: &[Pixel]) {}

    /// Row `y` is one that only one of the pictures has.
    fn only(&mut self, _side: Side, _y: u32, _row: &[Pixel]) {}

    /// Changes the marks of row `y`, before masks are laid over; whether it did.
    fn mark(&self, _y: u32, _marks: &mut [Mark]) -> bool {
        false
    }
}

/// Sees nothing.
struct NoWatch;

impl Watch for NoWatch {}

/// Compares two pictures row by row. Both are read to their ends, so that a damaged one is never taken for a good one.
pub fn compare(
    old: &mut dyn RowSource,
    new: &mut dyn RowSource,
    rules: &Rules,
    sink: &mut dyn RowSink,
) -> Result<Difference, DiffError> {
    walk(old, new, rules, sink, &mut NoWatch)
}

/// Compares two pictures, and tells what only moved. Pairs without a change are read once; the others up to four times.
///
/// A `sink` is started again where moves were found: it gets all rows once more then, with what moved marked so.
pub fn compare_and_explain(
    pictures: &dyn Pictures,
    rules: &Rules,
    sink: &mut dyn RowSink,
) -> Result<Difference, DiffError> {
    let mut old = pictures.open(Side::Old).map_err(unreadable(Side::Old))?;
    let mut new = pictures.open(Side::New).map_err(unreadable(Side::New))?;
    let mut trace = Trace::new(Size::of(&*old), Size::of(&*new));
    let plain = walk(&mut *old, &mut *new, rules, sink, &mut trace)?;
    if plain.changed == 0 && !plain.is_resized() {
        return Ok(plain);
    }
    match Motion::find(&trace, &plain, pictures, rules)? {
        Some((_, explained)) if sink.is_idle() => Ok(explained),
        Some((motion, _)) => motion.explain(&plain, pictures, rules, sink),
        None => Ok(plain),
    }
}

/// The one walk through two pictures.
pub(super) fn walk(
    old: &mut dyn RowSource,
    new: &mut dyn RowSource,
    rules: &Rules,
    sink: &mut dyn RowSink,
    watch: &mut dyn Watch,
) -> Result<Difference, DiffError> {
    let (old_size, new_size) = (Size::of(old), Size::of(new));
    sink.start(new_size)?;
    let width = old_size.width.min(new_size.width) as usize;
    let height = old_size.height.min(new_size.height) as usize;
    let mut judge = Judge::new(rules, width, height);
    let (mut old_rows, mut new_rows) = (Window::new(old), Window::new(new));
    let mut marks = vec![Mark::Same; new_size.width as usize];
    // Whether all marks are `Same`.
    let mut is_clean = true;
    let mut tally = Tally::default();

    for y in 0..new_size.height as usize {
        new_rows.reach(new, y).map_err(unreadable(Side::New))?;
        let new_row = new_rows.row(y);
        let mut old_row: &[Pixel] = &[];
        if y < height {
            old_rows.reach(old, y).map_err(unreadable(Side::Old))?;
            old_row = &old_rows.row(y)[..width];
        }
        let is_equal = old_row.len() == new_row.len() && old_row.as_flattened() == new_row.as_flattened();
        if is_equal {
            if !is_clean {
                marks.fill(Mark::Same);
            }
        } else {
            marks.fill(Mark::Same);
            judge.mark_row(y, &old_rows, &new_rows, &mut marks);
            if y < height {
                watch.differs(y as u32, old_row, &new_row[..width]);
            } else {
                watch.only(Side::New, y as u32, &new_row[..width]);
            }
        }
        let mut is_marked = watch.mark(y as u32, &mut marks) || !is_equal;
        for mask in &rules.masks {
            let columns = mask.columns(y as u32, new_size.width);
            if !columns.is_empty() {
                marks[columns].fill(Mark::Masked);
                is_marked = true;
            }
        }
        is_clean = !is_marked;
        let marks: &[Mark] = if is_marked { &marks } else { &[] };
        tally.add(y as u32, marks);
        sink.row(&MarkedRow { y: y as u32, old: old_row, new: new_row, marks })?;
    }
    let last = old_size.height as usize - 1;
    for y in height..=last {
        old_rows.reach(old, y).map_err(unreadable(Side::Old))?;
        watch.only(Side::Old, y as u32, &old_rows.row(y)[..width]);
    }

    Ok(Difference {
        old: old_size,
        changed: tally.changed,
        antialiased: tally.antialiased,
        regions: tally.regions.finish(),
        ..Difference::none(new_size)
    })
}

/// Counts marks, and collects regions.
#[derive(Default)]
struct Tally {
    changed: u64,
    antialiased: u64,
    regions: Regions,
}

impl Tally {
    fn add(&mut self, y: u32, marks: &[Mark]) {
        let mut runs = Vec::new();
        let mut at = 0;
        for same in marks.chunk_by(|one, two| one == two) {
            let length = same.len() as u32;
            match same[0] {
                Mark::Same | Mark::Moved | Mark::Masked => {}
                Mark::Antialiased => self.antialiased += u64::from(length),
                Mark::Changed => {
                    self.changed += u64::from(length);
                    runs.push((at, at + length, u64::from(length)));
                }
            }
            at += length;
        }
        self.regions.add_row(y, runs);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diff::reference;
    use crate::diff::{Antialias, Background, NoSink, Picture, Rect, Threshold};

    const WHITE: Pixel = [255; 4];
    const BLACK: Pixel = [0, 0, 0, 255];

    fn diff(old: &Picture, new: &Picture, rules: &Rules) -> Difference {
        compare(&mut old.rows(), &mut new.rows(), rules, &mut NoSink).unwrap()
    }

    #[test]
    fn equal_pictures_differ_in_nothing() {
        let picture = Picture::filled(3, 2, BLACK);
        let none = diff(&picture, &picture, &Rules::default());
        assert_eq!(none, Difference::none(Size { width: 3, height: 2 }));
        assert!(!none.is_resized() && none.ratio() == 0.0);
    }

    #[test]
    fn a_larger_picture_changed_where_only_it_is() {
        let old = Picture::filled(20, 20, WHITE);
        for (width, height, changed) in
            [(20, 25, 100), (30, 20, 200), (21, 21, 41), (10, 10, 0), (30, 10, 100)]
        {
            let difference = diff(&old, &Picture::filled(width, height, WHITE), &Rules::default());
            assert!(difference.is_resized());
            assert_eq!(difference.changed, changed, "{width}×{height}");
            assert_eq!(difference.regions.iter().map(|region| region.pixels).sum::<u64>(), changed);
        }
    }

    #[test]
    fn masks_cover_changes_and_nothing_else() {
        let old = Picture::filled(100, 10, WHITE);
        let mut new = old.clone();
        for x in 0..100 {
            new.set(x, 5, BLACK);
        }
        let masks =
            vec![Rect { x: 10, y: 0, width: 20, height: 6 }, Rect { x: 90, y: 5, width: 500, height: 500 }];
        let difference = diff(&old, &new, &Rules { masks, ..Rules::default() });
        assert_eq!(difference.changed, 70);
        assert_eq!(difference.regions.len(), 2);
    }

    /// A source that fails at a row.
    struct Failing(Picture, u32);

    impl RowSource for Failing {
        fn width(&self) -> u32 {
            self.0.width()
        }

        fn height(&self) -> u32 {
            self.0.height()
        }

        fn read_row(&mut self, _: &mut [Pixel]) -> Result<(), PictureError> {
            if self.1 == 0 {
                return Err(PictureError::Damaged("here".to_owned()));
            }
            self.1 -= 1;
            Ok(())
        }
    }

    #[test]
    fn a_source_that_fails_at_any_row_is_named() {
        let good = Picture::filled(2, 4, BLACK);
        for height in [2, 4, 9] {
            for row in 0..height {
                let bad = || Failing(Picture::filled(2, height, BLACK), row);
                let as_old = compare(&mut bad(), &mut good.rows(), &Rules::default(), &mut NoSink);
                assert!(
                    matches!(as_old, Err(DiffError::Unreadable { side: Side::Old, .. })),
                    "{height} {row}"
                );
                let as_new = compare(&mut good.rows(), &mut bad(), &Rules::default(), &mut NoSink);
                assert!(
                    matches!(as_new, Err(DiffError::Unreadable { side: Side::New, .. })),
                    "{height} {row}"
                );
            }
        }
    }

    /// Small pictures of few colours, so that plain areas, edges and slopes come about.
    fn pair() -> impl Strategy<Value = (Picture, Picture)> {
        let shade = prop_oneof![Just(0_u8), Just(255), Just(128), Just(200), any::<u8>()];
        let alpha = prop_oneof![4 => Just(255_u8), 1 => Just(0), 1 => any::<u8>()];
        let grey = (shade.clone(), alpha.clone()).prop_map(|(shade, alpha)| [shade, shade, shade, alpha]);
        let any_colour =
            ([shade.clone(), shade.clone(), shade], alpha).prop_map(|([r, g, b], a)| [r, g, b, a]);
        let pixel = prop_oneof![3 => grey, 1 => any_colour].boxed();
        (1_u32..12, 1_u32..12).prop_flat_map(move |(width, height)| {
            let area = (width * height) as usize;
            let pixels = proptest::collection::vec(pixel.clone(), area);
            let changes = proptest::collection::vec((0..area, pixel.clone()), 0..area + 1);
            (pixels, changes).prop_map(move |(pixels, changes)| {
                let mut old = Picture::filled(width, height, WHITE);
                for (at, pixel) in pixels.into_iter().enumerate() {
                    old.set(at as u32 % width, at as u32 / width, pixel);
                }
                let mut new = old.clone();
                for (at, pixel) in changes {
                    new.set(at as u32 % width, at as u32 / width, pixel);
                }
                (old, new)
            })
        })
    }

    fn rules() -> impl Strategy<Value = Rules> {
        let threshold = prop_oneof![Just(0.0), Just(0.05), Just(0.1), Just(0.5), Just(1.0), 0.0..=1.0];
        let mask = (0_u32..12, 0_u32..12, 1_u32..6, 1_u32..6);
        (threshold, any::<bool>(), any::<bool>(), proptest::collection::vec(mask, 0..2)).prop_map(
            |(threshold, count, white, masks)| Rules {
                threshold: Threshold::try_from(threshold).unwrap(),
                antialias: if count { Antialias::Count } else { Antialias::Ignore },
                background: if white { Background::White } else { Background::Checkerboard },
                masks: masks.into_iter().map(|(x, y, width, height)| Rect { x, y, width, height }).collect(),
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn counts_are_the_reference_s((old, new) in pair(), rules in rules()) {
            let difference = diff(&old, &new, &rules);
            let expected = reference::count(&old, &new, &rules);
            prop_assert_eq!((difference.changed, difference.antialiased), expected);
            prop_assert_eq!(difference.regions.iter().map(|region| region.pixels).sum::<u64>(), difference.changed);
        }
    }
}
