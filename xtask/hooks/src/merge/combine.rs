//! The merge itself: two aligned sides, region by region.

use std::ops::Range;

use super::align::{Hunk, Side};
use super::endings::Endings;
use super::overlap::{Lines, Overlap, OverlapAt};
use super::{Ending, Line};

/// Both sides' changes to `base`, where they don't collide.
pub(super) fn combine(base: &[Line<'_>], fixed: &Side<'_>, user: &Side<'_>) -> Result<Vec<u8>, Overlap> {
    let endings = Endings::new(base, user);
    let mut merge =
        Merge { base, fixed, user, endings, bytes: Vec::new(), last: Ending::Lf, overlaps: Vec::new() };
    let (mut next_fixed, mut next_user) = (fixed.hunks.as_slice(), user.hunks.as_slice());
    let mut at = 0;
    while let Some(region) = Region::next(&mut next_fixed, &mut next_user) {
        merge.stable(at..region.base.start);
        at = region.base.end;
        merge.region(&region);
    }
    merge.stable(at..base.len());
    if merge.overlaps.is_empty() { Ok(merge.bytes) } else { Err(Overlap { lines: merge.overlaps }) }
}

/// Lines of the base that a hunk covers, or several that collide.
struct Region<'h> {
    base: Range<usize>,
    fixed: &'h [Hunk],
    user: &'h [Hunk],
}

impl<'h> Region<'h> {
    /// Takes the next region off both sides' hunks.
    fn next(fixed: &mut &'h [Hunk], user: &mut &'h [Hunk]) -> Option<Self> {
        let start = |hunks: &[Hunk]| hunks.first().map(|hunk| (hunk.base.start, hunk.base.end));
        let first = [start(fixed), start(user)].into_iter().flatten().min()?;
        let mut base = first.0..first.1;
        let (mut taken_fixed, mut taken_user) = (0, 0);
        loop {
            let grown = take(fixed, &mut taken_fixed, &mut base) | take(user, &mut taken_user, &mut base);
            if !grown {
                break;
            }
        }
        let region = Self { base, fixed: &fixed[..taken_fixed], user: &user[..taken_user] };
        (*fixed, *user) = (&fixed[taken_fixed..], &user[taken_user..]);
        Some(region)
    }
}

/// Takes the hunks that collide with `base`, which grows by them.
fn take(hunks: &[Hunk], taken: &mut usize, base: &mut Range<usize>) -> bool {
    let before = *taken;
    while let Some(hunk) = hunks.get(*taken).filter(|hunk| collide(&hunk.base, base)) {
        *base = base.start.min(hunk.base.start)..base.end.max(hunk.base.end);
        *taken += 1;
    }
    *taken > before
}

/// Whether two changes touch the same lines, or insert at the same place. An insertion beside changed lines touches none of them.
fn collide(one: &Range<usize>, other: &Range<usize>) -> bool {
    one == other || (one.start < other.end && other.start < one.end)
}

struct Merge<'m> {
    base: &'m [Line<'m>],
    fixed: &'m Side<'m>,
    user: &'m Side<'m>,
    endings: Endings,
    bytes: Vec<u8>,
    /// The ending of the last line in `bytes`.
    last: Ending,
    overlaps: Vec<OverlapAt>,
}

impl Merge<'_> {
    /// Adds a line, near line `at` of the base.
    fn push(&mut self, body: &[u8], blanks: &[u8], ending: Ending, at: usize) {
        if self.last == Ending::None {
            self.bytes.extend_from_slice(self.endings.missing(at).bytes());
        }
        for part in [body, blanks, ending.bytes()] {
            self.bytes.extend_from_slice(part);
        }
        self.last = ending;
    }

    /// Lines that both sides still have, one by one.
    fn stable(&mut self, lines: Range<usize>) {
        for at in lines {
            if !self.line(at) {
                let user = self.user_lines(at..at + 1, &[]);
                self.overlap(user, at..at + 1);
            }
        }
    }

    /// Adds a line of the base of which both sides have a version; `false` where the versions collide.
    fn line(&mut self, at: usize) -> bool {
        let base = &self.base[at];
        let (Some(fixed), Some(user)) = (self.fixed.counterpart(at), self.user.counterpart(at)) else {
            return false;
        };
        let blanks = match changed(base.blanks, fixed.blanks, user.blanks) {
            // Rewritten to its last byte: the fix was of another line.
            None if user.body != base.body => Some(user.blanks),
            blanks => blanks,
        };
        let (Some(body), Some(blanks)) = (changed(base.body, fixed.body, user.body), blanks) else {
            return false;
        };
        let ending =
            if fixed.ending == base.ending { user.ending } else { self.endings.written(fixed.ending, at) };
        self.push(body, blanks, ending, at);
        true
    }

    fn region(&mut self, region: &Region<'_>) {
        let merged = match (region.fixed, region.user) {
            (fixed, user) if fixed.iter().chain(user).all(Hunk::is_paired) => {
                // Each line on its own: all that collide are told, none of the others.
                return self.stable(region.base.clone());
            }
            ([fixed], []) => self.only_fixed(fixed),
            ([], [user]) => {
                self.only_user(user);
                true
            }
            (fixed, user) => self.both(&region.base, fixed, user),
        };
        if !merged {
            let user = self.user_lines(region.base.clone(), region.user);
            self.overlap(user, region.base.clone());
        }
    }

    /// Lines that the fixer replaced by others: none of which the user may have changed.
    fn only_fixed(&mut self, hunk: &Hunk) -> bool {
        let versions = hunk.base.clone().map(|at| (self.base[at], self.user.counterpart(at).copied()));
        let versions: Vec<_> = versions.collect();
        if versions.iter().any(|(base, user)| user.is_none_or(|user| !user.same_text(base))) {
            return false;
        }
        for at in hunk.side.clone() {
            let line = self.fixed.lines[at];
            // The last line takes the place of the last one, with what the user has at its end.
            let ending = match versions.last() {
                Some((base, Some(user))) if at + 1 == hunk.side.end && line.ending == base.ending => {
                    user.ending
                }
                _ => self.endings.written(line.ending, hunk.base.start),
            };
            self.push(line.body, line.blanks, ending, hunk.base.start);
        }
        true
    }

    /// Lines that the user replaced by others: they are the user's, whatever the fixer did to blanks and endings of what was there.
    fn only_user(&mut self, hunk: &Hunk) {
        for at in hunk.side.clone() {
            let line = self.user.lines[at];
            self.push(line.body, line.blanks, line.ending, hunk.base.start);
        }
    }

    /// Lines that both replaced: good if by the same ones.
    fn both(&mut self, base: &Range<usize>, fixed: &[Hunk], user: &[Hunk]) -> bool {
        let fixed = &self.fixed.lines[side(base, fixed)];
        let user = &self.user.lines[side(base, user)];
        if fixed.len() != user.len() || fixed.iter().zip(user).any(|(fixed, user)| !fixed.same_text(user)) {
            return false;
        }
        for (fixed, user) in fixed.iter().zip(user) {
            let ending = match user.ending {
                Ending::None => self.endings.written(fixed.ending, base.start),
                ending => ending,
            };
            self.push(user.body, user.blanks, ending, base.start);
        }
        true
    }

    fn overlap(&mut self, user: Range<usize>, staged: Range<usize>) {
        self.overlaps.push(OverlapAt { user: Lines::new(&user), staged: Lines::new(&staged) });
    }

    /// What the user has in place of `base`, which `hunks` cover in part or not at all.
    fn user_lines(&self, base: Range<usize>, hunks: &[Hunk]) -> Range<usize> {
        if !hunks.is_empty() {
            return side(&base, hunks);
        }
        // The last hunk that ends before says how far lines have moved.
        let before = self.user.hunks.partition_point(|hunk| hunk.base.end <= base.start);
        let (old, new) = match before.checked_sub(1).map(|last| &self.user.hunks[last]) {
            Some(hunk) => (hunk.base.end, hunk.side.end),
            None => (0, 0),
        };
        base.start - old + new..base.end - old + new
    }
}

/// What only one side changed; `None` where both did, differently.
fn changed<'a>(base: &[u8], fixed: &'a [u8], user: &'a [u8]) -> Option<&'a [u8]> {
    if fixed == base || fixed == user {
        Some(user)
    } else if user == base {
        Some(fixed)
    } else {
        None
    }
}

/// The lines of a side in place of `base`, which covers `hunks`.
fn side(base: &Range<usize>, hunks: &[Hunk]) -> Range<usize> {
    let (Some(first), Some(last)) = (hunks.first(), hunks.last()) else {
        return 0..0;
    };
    let before = first.base.start - base.start;
    let after = base.end - last.base.end;
    first.side.start - before..last.side.end + after
}
