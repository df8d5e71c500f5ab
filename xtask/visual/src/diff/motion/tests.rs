//! Pages on which something was inserted, taken away, or moved sideways.

use std::cell::Cell;

use proptest::prelude::*;

use super::*;
use crate::diff::{Antialias, Picture, Region, Threshold, compare, compare_and_explain};

struct Pair(Picture, Picture, Cell<u32>);

impl Pictures for Pair {
    fn open(&self, side: Side) -> Result<Box<dyn RowSource + '_>, PictureError> {
        self.2.set(self.2.get() + 1);
        Ok(Box::new(if side == Side::Old { self.0.rows() } else { self.1.rows() }))
    }
}

fn explained(old: &Picture, new: &Picture) -> Difference {
    explained_by(old, new, &Rules::default())
}

fn explained_by(old: &Picture, new: &Picture, rules: &Rules) -> Difference {
    let pair = Pair(old.clone(), new.clone(), Cell::new(0));
    let difference = compare_and_explain(&pair, rules, &mut NoSink).unwrap();
    let plain = compare(&mut old.rows(), &mut new.rows(), rules, &mut NoSink).unwrap();
    if !plain.is_resized() {
        assert_eq!(difference.changed, plain.changed, "moves don't change pixelmatch's count");
    }
    difference
}

const WHITE: [u8; 4] = [255; 4];

/// Something like text: lines of 12 rows with 8 blank rows between, black marks that differ from line to line.
fn page(width: u32, height: u32, left: u32) -> Picture {
    let mut page = Picture::filled(width, height, WHITE);
    let mut state = 12_345_u32;
    for y in 0..height {
        for x in left..width {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if y % 20 < 12 && x % 7 < 5 && state >> 28 < 6 {
                page.set(x, y, [20, 20, 20, 255]);
            }
        }
    }
    page
}

/// The page with `rows` blue rows inserted at `y`, in the columns from `left` on; as high as `height`.
fn inserted(old: &Picture, y: u32, rows: u32, left: u32, height: u32) -> Picture {
    let mut new = Picture::filled(old.width(), height, WHITE);
    for at in 0..height {
        for x in 0..old.width() {
            let pixel = if x < left || at < y {
                (at < old.height()).then(|| old.row(at)[x as usize])
            } else if at < y + rows {
                Some([30, 60, 200, 255])
            } else {
                (at - rows < old.height()).then(|| old.row(at - rows)[x as usize])
            };
            new.set(x, at, pixel.unwrap_or(WHITE));
        }
    }
    new
}

fn region(x: u32, y: u32, width: u32, height: u32) -> Region {
    Region { x, y, width, height, pixels: u64::from(width) * u64::from(height) }
}

#[test]
fn a_banner_moves_what_is_below_it() {
    let old = page(400, 600, 0);
    let new = inserted(&old, 300, 24, 0, 600);
    let difference = explained(&old, &new);
    assert_eq!(difference.moved, [Moved { y: 300, height: 276, by: 24 }]);
    assert_eq!(difference.regions, [region(0, 300, 400, 24)]);
    assert!(difference.changed > 20_000);

    let back = explained(&new, &old);
    assert_eq!(back.moved, [Moved { y: 324, height: 276, by: -24 }]);
    assert_eq!(back.regions, [region(0, 576, 400, 24)], "what came into view at the bottom");
}

#[test]
fn a_page_that_grew_is_aligned_too() {
    let old = page(400, 600, 0);
    let new = inserted(&old, 300, 24, 0, 624);
    let difference = explained(&old, &new);
    assert_eq!(difference.moved, [Moved { y: 300, height: 300, by: 24 }]);
    assert_eq!(difference.regions, [region(0, 300, 400, 24)]);
    assert_eq!(difference.changed, 9600, "the sum over the regions");
    let back = explained(&new, &old);
    assert_eq!(back.moved, [Moved { y: 324, height: 300, by: -24 }]);
    assert_eq!((back.changed, &back.regions[..]), (0, &[][..]));
    assert!(back.is_resized());
}

#[test]
fn a_fixed_sidebar_does_not_spoil_it() {
    let mut old = page(400, 600, 0);
    for y in 0..600 {
        for x in 0..90 {
            old.set(x, y, [(y / 7 * 11 % 200) as u8, 90, 90, 255]);
        }
    }
    let mut new = inserted(&old, 300, 24, 90, 600);
    new.set(40, 450, [255, 0, 0, 255]);
    new.set(300, 500, [255, 0, 0, 255]);
    let difference = explained(&old, &new);
    assert_eq!(difference.moved, [Moved { y: 300, height: 276, by: 24 }]);
    assert_eq!(difference.regions.len(), 3, "{:?}", difference.regions);
    assert_eq!(difference.regions[0], region(90, 300, 310, 24));
}

#[test]
fn what_changed_within_what_moved_is_still_new() {
    let old = page(400, 600, 0);
    let mut new = inserted(&old, 200, 40, 0, 600);
    for x in 100..140 {
        for y in 400..412 {
            new.set(x, y, WHITE);
        }
    }
    let difference = explained(&old, &new);
    assert_eq!(difference.moved, [Moved { y: 200, height: 360, by: 40 }]);
    let found: Vec<_> = difference.regions.iter().map(|it| (it.x, it.y, it.width, it.height)).collect();
    assert_eq!(found[0], (0, 200, 400, 40));
    assert!(found.len() == 2 && (100..105).contains(&found[1].0) && found[1].1 == 400, "{found:?}");
}

#[test]
fn two_insertions_are_two_moves() {
    let old = page(400, 800, 0);
    let once = inserted(&old, 200, 40, 0, 800);
    let new = inserted(&once, 500, 16, 0, 800);
    let difference = explained(&old, &new);
    let moves = [Moved { y: 200, height: 260, by: 40 }, Moved { y: 460, height: 284, by: 56 }];
    assert_eq!(difference.moved, moves);
    assert_eq!(difference.regions, [region(0, 200, 400, 40), region(0, 500, 400, 16)]);
}

#[test]
fn content_that_makes_room_sideways_moved_by_columns() {
    let old = page(600, 300, 0);
    let mut new = Picture::filled(600, 300, WHITE);
    for y in 0..300 {
        for x in 0..600 {
            // The first 40 rows are a header that stays.
            let pixel = match x {
                _ if y < 40 => old.row(y)[x as usize],
                0..200 => old.row(y)[x as usize],
                200..260 => [30, 60, 200, 255],
                _ => old.row(y)[x as usize - 60],
            };
            new.set(x, y, pixel);
        }
    }
    let difference = explained(&old, &new);
    assert_eq!(difference.moved, []);
    assert_eq!(difference.moved_columns, [MovedColumns { x: 200, width: 340, by: 60 }]);
    assert_eq!(difference.regions[0], region(200, 40, 60, 260));
    assert_eq!(difference.regions.len(), 1, "{:?}", difference.regions);
}

#[test]
fn changes_that_are_no_moves_are_read_twice_at_most() {
    let old = page(400, 300, 0);
    let mut new = old.clone();
    for x in 100..200 {
        for y in 100..110 {
            new.set(x, y, [255, 0, 0, 255]);
        }
    }
    let pair = Pair(old, new, Cell::new(0));
    let difference = compare_and_explain(&pair, &Rules::default(), &mut NoSink).unwrap();
    assert_eq!((difference.changed > 50, &difference.moved[..], pair.2.get()), (true, &[][..], 2));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever is inserted or taken away, wherever: a pixel outside the regions equals the old one at its place or at where
    /// a move took it from.
    #[test]
    fn what_is_called_old_is_old(
        y in 0_u32..200, rows in 1_u32..60, left in prop_oneof![Just(0_u32), 1_u32..150], height in 150_u32..320,
        again in 0_u32..250, more in 0_u32..30,
    ) {
        let old = page(200, 220, 0);
        let new = inserted(&inserted(&old, y, rows, left, height), again, more, 0, height);
        for (old, new) in [(&old, &new), (&new, &old)] {
            let rules = Rules { threshold: Threshold::try_from(0.0).unwrap(), antialias: Antialias::Count, ..Rules::default() };
            let difference = explained_by(old, new, &rules);
            let is_new = |x: u32, y: u32| difference.regions.iter().any(|region| {
                (region.x..region.x + region.width).contains(&x) && (region.y..region.y + region.height).contains(&y)
            });
            for y in 0..new.height() {
                for x in 0..new.width() {
                    let here = new.row(y)[x as usize];
                    let was = |from: i64| u32::try_from(from).is_ok_and(|from| from < old.height() && old.row(from)[x as usize] == here);
                    let moved = difference.moved.iter().any(|moved| {
                        let from = i64::from(y) - moved.by;
                        (i64::from(moved.y)..i64::from(moved.y + moved.height)).contains(&from) && was(from)
                    });
                    prop_assert!(is_new(x, y) || moved || was(i64::from(y)) , "{x},{y} of {difference:?}");
                }
            }
        }
    }
}
