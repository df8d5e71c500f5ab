//! The pass over a file's lines that all line checks share.

use memchr::memchr_iter;

use super::Hit;

/// How many lines a check names in one file; what is beyond is told as a number.
const NAMED: usize = 10;

/// One line, as `\n` ends it.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// Its number, from 1.
    pub number: u32,
    /// Its bytes, with the ending.
    pub bytes: &'a [u8],
}

/// The lines that a check must see, by their first byte, or by the byte before their `\n`. It may be given others, too.
#[derive(Clone, Debug)]
pub struct Wanted {
    first: [bool; 256],
    last: [bool; 256],
}

impl Wanted {
    /// All lines.
    pub const ALL: Self = Self { first: [true; 256], last: [true; 256] };

    /// Those that begin with one of `first`, or end in one of `last`.
    pub fn new(first: impl Fn(u8) -> bool, last: impl Fn(u8) -> bool) -> Self {
        let table = |is: &dyn Fn(u8) -> bool| std::array::from_fn(|byte| is(byte as u8));
        Self { first: table(&first), last: table(&last) }
    }

    fn add(&mut self, other: &Self) {
        let add = |mine: &mut [bool; 256], theirs: &[bool; 256]| {
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine |= theirs);
        };
        add(&mut self.first, &other.first);
        add(&mut self.last, &other.last);
    }
}

/// A check that sees each line once, in order.
pub trait LineCheck {
    /// The next line.
    fn line(&mut self, line: Line);

    /// The lines that it must see. A line without `\\n` is always given, and an empty one only where all are wanted.
    fn wanted(&self) -> &'static Wanted {
        &Wanted::ALL
    }

    /// After the last line: what was found.
    fn finish(self: Box<Self>) -> Vec<Hit>;
}

/// Gives every line of `bytes` to every check.
pub(super) fn scan(bytes: &[u8], checks: &mut [Box<dyn LineCheck>]) {
    if checks.is_empty() {
        return;
    }
    let mut wanted = checks[0].wanted().clone();
    checks[1..].iter().for_each(|check| wanted.add(check.wanted()));
    let all = wanted.first == Wanted::ALL.first;
    let mut number = 0_u32;
    let mut start = 0;
    for end in memchr_iter(b'\n', bytes) {
        number = number.saturating_add(1);
        let line = &bytes[start..=end];
        start = end + 1;
        let here = match line {
            [first, .., last, _] => wanted.first[usize::from(*first)] || wanted.last[usize::from(*last)],
            [only, _] => wanted.first[usize::from(*only)] || wanted.last[usize::from(*only)],
            _ => all,
        };
        if here {
            for check in &mut *checks {
                check.line(Line { number, bytes: line });
            }
        }
    }
    if start < bytes.len() {
        let line = Line { number: number.saturating_add(1), bytes: &bytes[start..] };
        for check in checks {
            check.line(line);
        }
    }
}

/// Lines with the same fault: the first ones are named, the others counted, so that a generated file of a million
/// faults doesn't fill the memory.
#[derive(Debug, Default)]
pub(super) struct Faults {
    named: Vec<u32>,
    more: u32,
}

impl Faults {
    /// One more line.
    pub(super) fn add(&mut self, line: u32) {
        if self.named.len() < NAMED {
            self.named.push(line);
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// The hits, each with this message.
    pub(super) fn hits(self, message: &str) -> Vec<Hit> {
        let last = self.named.len().saturating_sub(1);
        let more = self.more;
        self.named
            .into_iter()
            .enumerate()
            .map(|(at, line)| match more {
                more if more > 0 && at == last => {
                    Hit::line(line, format!("{message} (and on {more} more lines)"))
                }
                _ => Hit::line(line, message),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;

    #[test]
    fn many_faults_are_counted() {
        let mut faults = Faults::default();
        (1..=12).for_each(|line| faults.add(line));
        let hits = faults.hits("bad");
        assert_eq!(hits.len(), NAMED);
        assert_eq!(hits[8], Hit::line(9, "bad"));
        assert_eq!(hits[9], Hit::line(10, "bad (and on 2 more lines)"));
        assert!(Faults::default().hits("bad").is_empty());
    }

    #[test]
    fn lines_that_nobody_wants_are_counted() {
        struct Few(Collect);
        static WANTED: std::sync::LazyLock<Wanted> =
            std::sync::LazyLock::new(|| Wanted::new(|byte| byte == b'<', |byte| byte == b' '));
        impl LineCheck for Few {
            fn line(&mut self, line: Line) {
                self.0.line(line);
            }
            fn wanted(&self) -> &'static Wanted {
                &WANTED
            }
            fn finish(self: Box<Self>) -> Vec<Hit> {
                Vec::new()
            }
        }
        let cut = |bytes: &[u8], with_all: bool| {
            let (seen, other) = (Seen::default(), Seen::default());
            let mut checks: Vec<Box<dyn LineCheck>> = vec![Box::new(Few(Collect(Rc::clone(&seen))))];
            if with_all {
                checks.push(Box::new(Collect(Rc::clone(&other))));
            }
            scan(bytes, &mut checks);
            drop(checks);
            seen.take().into_iter().map(|(number, _)| number).collect::<Vec<_>>()
        };
        let text = b"a\n<b\n\nc \n \n<\n a\nlast";
        assert_eq!(cut(text, false), [2, 4, 5, 6, 8]);
        assert_eq!(cut(text, true), [1, 2, 3, 4, 5, 6, 7, 8]);
    }

    type Seen = Rc<RefCell<Vec<(u32, Vec<u8>)>>>;

    struct Collect(Seen);

    impl LineCheck for Collect {
        fn line(&mut self, line: Line) {
            self.0.borrow_mut().push((line.number, line.bytes.to_vec()));
        }

        fn finish(self: Box<Self>) -> Vec<Hit> {
            Vec::new()
        }
    }

    #[test]
    fn lines_are_cut_at_line_feeds_alone() {
        let cut = |bytes: &[u8]| {
            let seen = Seen::default();
            scan(bytes, &mut [Box::new(Collect(Rc::clone(&seen)))]);
            seen.take()
        };
        assert_eq!(cut(b""), []);
        assert_eq!(cut(b"\n"), [(1, b"\n".to_vec())]);
        assert_eq!(
            cut(b"a\r\nb\rc\n\nd"),
            [(1, b"a\r\n".to_vec()), (2, b"b\rc\n".to_vec()), (3, b"\n".to_vec()), (4, b"d".to_vec())]
        );
    }
}
