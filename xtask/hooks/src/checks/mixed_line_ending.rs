//! `mixed-line-ending`: all lines of a file end alike.

use memchr::{memchr, memchr2_iter};

use super::{Check, File, Hit, Work};
use crate::options::{LineEnding, Options};

/// The check.
pub(super) static CHECK: Check = Check {
    id: "mixed-line-ending",
    about: "one kind of line ending in a file",
    version: 1,
    takes: "text",
    work: Work::Bytes(run),
    fix: Some(fix),
};

/// How many lines end in which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    cr: usize,
    crlf: usize,
    lf: usize,
}

impl Counts {
    fn kinds(self) -> usize {
        [self.cr, self.crlf, self.lf].iter().filter(|&&count| count > 0).count()
    }

    /// The ending of most lines; on a tie `\n` before `\r\n` before `\r`.
    fn most(self) -> &'static [u8] {
        if self.lf >= self.crlf && self.lf >= self.cr {
            b"\n"
        } else if self.crlf >= self.cr {
            b"\r\n"
        } else {
            b"\r"
        }
    }

    fn only(self, ending: LineEnding) -> bool {
        match ending {
            LineEnding::Cr => self.crlf + self.lf == 0,
            LineEnding::Crlf => self.cr + self.lf == 0,
            LineEnding::Lf => self.cr + self.crlf == 0,
            LineEnding::Auto | LineEnding::No => self.kinds() <= 1,
        }
    }
}

/// The offset and length of every line ending.
fn endings(bytes: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    memchr2_iter(b'\r', b'\n', bytes).filter_map(|at| match bytes[at] {
        b'\r' if bytes.get(at + 1) == Some(&b'\n') => Some((at, 2)),
        b'\n' if at > 0 && bytes[at - 1] == b'\r' => None,
        _ => Some((at, 1)),
    })
}

fn count(bytes: &[u8]) -> Counts {
    let mut counts = Counts::default();
    for (at, length) in endings(bytes) {
        match (length, bytes[at]) {
            (2, _) => counts.crlf += 1,
            (_, b'\r') => counts.cr += 1,
            _ => counts.lf += 1,
        }
    }
    counts
}

/// Whether a file can be told to be fine without counting: no `\r`, and `\n` is welcome.
fn is_plainly_fine(bytes: &[u8], ending: LineEnding) -> bool {
    !matches!(ending, LineEnding::Cr | LineEnding::Crlf) && memchr(b'\r', bytes).is_none()
}

fn run(_: &File, bytes: &[u8], options: &Options) -> Vec<Hit> {
    let ending = options.mixed_line_ending.fix;
    if is_plainly_fine(bytes, ending) {
        return Vec::new();
    }
    let counts = count(bytes);
    if counts.only(ending) {
        return Vec::new();
    }
    let kinds = [(counts.lf, "LF"), (counts.crlf, "CRLF"), (counts.cr, "CR")];
    let kinds: Vec<String> =
        kinds.iter().filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}")).collect();
    let what = if kinds.len() > 1 { "mixed line endings" } else { "wrong line endings" };
    vec![Hit::file(format!("{what}: {}", kinds.join(", ")))]
}

fn fix(_: &File, bytes: &[u8], options: &Options) -> Option<Vec<u8>> {
    let ending = options.mixed_line_ending.fix;
    if is_plainly_fine(bytes, ending) {
        return None;
    }
    let counts = count(bytes);
    if counts.only(ending) {
        return None;
    }
    let wanted = match ending {
        LineEnding::No => return None,
        LineEnding::Auto => counts.most(),
        LineEnding::Lf => b"\n",
        LineEnding::Crlf => b"\r\n",
        LineEnding::Cr => b"\r",
    };
    let mut fixed = Vec::with_capacity(bytes.len() + counts.lf + counts.cr);
    let mut start = 0;
    for (at, length) in endings(bytes) {
        fixed.extend_from_slice(&bytes[start..at]);
        fixed.extend_from_slice(wanted);
        start = at + length;
    }
    if start < bytes.len() {
        // The original ends the last line, too.
        fixed.extend_from_slice(&bytes[start..]);
        fixed.extend_from_slice(wanted);
    }
    Some(fixed)
}

#[cfg(test)]
mod tests {
    use xtask_core::model::RepoPath;

    use super::*;
    use crate::types::Tags;

    fn fixed(bytes: &[u8], ending: LineEnding) -> Option<Vec<u8>> {
        let mut options = Options::default();
        options.mixed_line_ending.fix = ending;
        let path = RepoPath::from("a");
        let file = File { path: &path, tags: Tags::default(), size: 0 };
        let hits = run(&file, bytes, &options);
        let fixed = fix(&file, bytes, &options);
        if ending != LineEnding::No {
            assert_eq!(hits.is_empty(), fixed.is_none());
        }
        fixed
    }

    #[test]
    fn the_most_frequent_ending_wins() {
        for (before, after) in [
            (&b""[..], None),
            (b"a\nb\n", None),
            (b"a\r\nb\r\n", None),
            (b"a\r\nb\n", Some(&b"a\nb\n"[..])),
            (b"a\r\nb\r\nc\n", Some(b"a\r\nb\r\nc\r\n")),
            (b"a\rb\rc\n", Some(b"a\rb\rc\r")),
            (b"a\rb\r\n", Some(b"a\r\nb\r\n")),
            (b"a\rb\n", Some(b"a\nb\n")),
            (b"a\n\rb", Some(b"a\n\nb\n")),
        ] {
            assert_eq!(fixed(before, LineEnding::Auto).as_deref(), after, "{before:?}");
        }
    }

    #[test]
    fn an_ending_can_be_asked_for() {
        for (before, ending, after) in [
            (&b"a\r\n"[..], LineEnding::Lf, Some(&b"a\n"[..])),
            (b"a\n", LineEnding::Lf, None),
            (b"a\nb", LineEnding::Crlf, Some(b"a\r\nb\r\n")),
            (b"a\n", LineEnding::Cr, Some(b"a\r")),
            (b"a", LineEnding::Crlf, None),
            (b"a\r\nb\n", LineEnding::No, None),
        ] {
            assert_eq!(fixed(before, ending).as_deref(), after, "{before:?} {ending:?}");
        }
    }
}
