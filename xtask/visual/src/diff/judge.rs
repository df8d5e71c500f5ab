//! The judgement on a row: which of its pixels changed, and which differ by anti-aliasing alone.

use super::antialias::is_antialiased;
use super::mark::Mark;
use super::pixel::{distance, limit};
use super::plain::PlainRows;
use super::rules::{Antialias, Background, Rules};
use super::window::{Band, Window};

/// Judges pixels by the rules.
pub(super) struct Judge {
    limit: f64,
    ignore_antialiased: bool,
    background: Background,
    /// The size that both pictures have.
    width: usize,
    height: usize,
    plain: PlainRows,
}

impl Judge {
    pub(super) fn new(rules: &Rules, width: usize, height: usize) -> Self {
        Self {
            limit: limit(rules.threshold.get()),
            ignore_antialiased: rules.antialias == Antialias::Ignore,
            background: rules.background,
            width,
            height,
            plain: PlainRows::new(width, height),
        }
    }

    /// Marks the pixels of row `y`; `marks` come as [`Mark::Same`].
    pub(super) fn mark_row(&mut self, y: usize, old: &Window, new: &Window, marks: &mut [Mark]) {
        marks[self.width..].fill(Mark::Changed);
        if y >= self.height {
            marks.fill(Mark::Changed);
            return;
        }
        let old_band = old.band(y, self.width, self.height);
        let new_band = new.band(y, self.width, self.height);
        let marks = &mut marks[..self.width];
        let changed = self.mark_far(&old_band, &new_band, marks);
        if !self.ignore_antialiased || changed == 0 {
            return;
        }
        // Looking at whole rows for plain areas pays where many pixels of them are asked for.
        let look_at_rows = changed > self.width / 16;
        if look_at_rows {
            self.plain.reach(y, old, new);
        }
        for (x, mark) in marks.iter_mut().enumerate() {
            if *mark == Mark::Changed
                && (!look_at_rows || self.plain.is_near(x, y))
                && (is_antialiased(&old_band, &new_band, x, self.background)
                    || is_antialiased(&new_band, &old_band, x, self.background))
            {
                *mark = Mark::Antialiased;
            }
        }
    }

    /// Marks the pixels that are farther apart than the limit, and counts them.
    fn mark_far(&self, old: &Band<'_>, new: &Band<'_>, marks: &mut [Mark]) -> usize {
        /// Pixels that are compared at once: equal stretches are skipped by memcmp.
        const STRETCH: usize = 16;

        let mut changed = 0;
        let stretches = old.middle().chunks(STRETCH).zip(new.middle().chunks(STRETCH));
        for (start, (one, two)) in stretches.enumerate() {
            if one.as_flattened() == two.as_flattened() {
                continue;
            }
            for (at, (&one, &two)) in one.iter().zip(two).enumerate() {
                let x = start * STRETCH + at;
                if one != two && distance(one, two, old.offset(x), self.background) > self.limit {
                    marks[x] = Mark::Changed;
                    changed += 1;
                }
            }
        }
        changed
    }
}
