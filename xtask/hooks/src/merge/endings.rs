//! How the user's file writes the endings that the blob has.

use super::align::Side;
use super::{Ending, Line};

/// The user's endings, by the blob's.
#[derive(Debug)]
pub(super) struct Endings {
    /// The lines of the base that end in `\n`, and how the user's version of them ends.
    lf: Vec<(usize, Ending)>,
    /// The same for `\r\n`.
    crlf: Vec<(usize, Ending)>,
    /// What all of the user's lines end in, where they agree.
    only: Option<Ending>,
    /// Whether the base has lines that end in `\n`, or in `\r\n`.
    base_has: (bool, bool),
}

impl Endings {
    pub(super) fn new(base: &[Line<'_>], user: &Side<'_>) -> Self {
        let of = |kind| {
            let lines = base.iter().enumerate().filter(move |(_, line)| line.ending == kind);
            let pairs = lines.filter_map(|(at, _)| Some((at, user.counterpart(at)?.ending)));
            pairs.filter(|(_, ending)| *ending != Ending::None).collect()
        };
        let has = |kind| base.iter().any(|line| line.ending == kind);
        let mut kinds = user.lines.iter().map(|line| line.ending).filter(|ending| *ending != Ending::None);
        let first = kinds.next();
        Self {
            lf: of(Ending::Lf),
            crlf: of(Ending::CrLf),
            only: first.filter(|first| kinds.all(|other| other == *first)),
            base_has: (has(Ending::Lf), has(Ending::CrLf)),
        }
    }

    /// What the blob's `ending` is in the user's file, near line `at` of the base.
    pub(super) fn written(&self, ending: Ending, at: usize) -> Ending {
        let (lines, known, other) = match ending {
            Ending::None => return ending,
            Ending::Lf => (&self.lf, self.base_has.0, self.base_has.1),
            Ending::CrLf => (&self.crlf, self.base_has.1, self.base_has.0),
        };
        let is_new = other && !known;
        nearest(lines, at).or(self.only.filter(|_| !is_new)).unwrap_or(ending)
    }

    /// What a line near `at` ends in that had no ending, and now isn't the last.
    pub(super) fn missing(&self, at: usize) -> Ending {
        nearest(&self.lf, at).or_else(|| nearest(&self.crlf, at)).or(self.only).unwrap_or(Ending::Lf)
    }
}

/// The ending of the line nearest to `at`; of two as near, that of the line before.
fn nearest(lines: &[(usize, Ending)], at: usize) -> Option<Ending> {
    let after = lines.partition_point(|(line, _)| *line < at);
    let before = after.checked_sub(1).map(|last| lines[last]);
    match (before, lines.get(after)) {
        (Some((before, ending)), Some(&(after, _))) if at - before <= after - at + 1 => Some(ending),
        (_, Some(&(_, ending))) | (Some((_, ending)), None) => Some(ending),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::align::Align;
    use super::super::split;
    use super::*;

    #[test]
    fn the_nearest_line_decides() {
        use Ending::{CrLf, Lf, None};
        for (base, user, ending, at, expected) in [
            ("a\nb\n", "a\r\nb\r\n", Lf, 1, CrLf),
            ("a\nb\nc\nd\n", "a\r\nb\r\nc\nd\n", Lf, 2, CrLf),
            ("a\nb\nc\nd\n", "a\r\nb\r\nc\nd\n", Lf, 3, Lf),
            ("a\nb\nc\nd\n", "a\r\nb\r\nc\nd\n", None, 3, None),
            // A kind that the blob hasn't got is what the fixer wants it to be.
            ("a\nb\n", "a\r\nb\r\n", CrLf, 1, CrLf),
            ("a\r\nb\r\n", "a\r\nb\r\n", Lf, 1, Lf),
            // Nothing to go by in the blob: what the user's file has throughout.
            ("a", "x\r\na", Lf, 0, CrLf),
            ("a", "x\r\ny\na", Lf, 0, Lf),
            ("", "", CrLf, 0, CrLf),
        ] {
            let (base, user) = (split(base.as_bytes()), split(user.as_bytes()));
            let endings = Endings::new(&base, &Side::new(&base, &user, Align::Surroundings));
            assert_eq!(endings.written(ending, at), expected, "{base:?} {user:?} {at}");
        }
    }
}
