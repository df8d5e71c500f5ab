//! A regex over what a file holds, with the verdicts of pre-commit's `pygrep`: Python's `re` over bytes, a line at a time or over all of
//! them.

use bstr::ByteSlice;
use fancy_regex::Regex;

use super::python::{Subject, rewrite};
use super::regex::{Runaway, compile};

/// A regex that is searched in the bytes of files.
#[derive(Clone, Debug)]
pub struct ContentRegex {
    source: String,
    regex: Regex,
    multiline: bool,
    /// Finds at least what `regex` finds in any line, over all lines at once.
    sieve: Option<Regex>,
}

impl ContentRegex {
    /// The regex of this text. With `multiline` it is searched in the file as a whole, `^` and `$` are at every line and `.` is
    /// any byte (Python's `MULTILINE | DOTALL`); else in one line after the other.
    pub fn new(source: &str, ignore_case: bool, multiline: bool) -> Result<Self, String> {
        let subject = if multiline { Subject::Bytes } else { Subject::LineBytes };
        let rewritten = rewrite(source, subject, multiline)?;
        let regex = compile(&rewritten, subject, ignore_case, multiline)?;
        let sieve = if multiline || rewritten.looks_around {
            None
        } else {
            let all = rewrite(source, Subject::ManyLines, false)?;
            compile(&all, Subject::ManyLines, ignore_case, false).ok()
        };
        Ok(Self { source: source.to_owned(), regex, multiline, sieve })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// The lines that hold a match, from 1; with `multiline` the line at which the first match begins.
    pub fn lines(&self, bytes: &[u8]) -> Result<Vec<u32>, Runaway> {
        if !self.multiline {
            return self.each_line(bytes, usize::MAX);
        }
        let found = self.regex.find(bytes).map_err(|_| self.runaway())?;
        Ok(found.map(|found| line_of(bytes, found.start())).into_iter().collect())
    }

    /// Whether it is found anywhere.
    pub fn is_found(&self, bytes: &[u8]) -> Result<bool, Runaway> {
        if self.multiline {
            return self.regex.is_match(bytes).map_err(|_| self.runaway());
        }
        Ok(!self.each_line(bytes, 1)?.is_empty())
    }

    /// The first so many of the lines that hold a match.
    fn each_line(&self, bytes: &[u8], most: usize) -> Result<Vec<u32>, Runaway> {
        let mut found = Vec::new();
        // Most files hold no match: one search over all of it tells, or tells where to begin.
        let from = match &self.sieve {
            None => 0,
            Some(sieve) => match sieve.find(bytes).map_err(|_| self.runaway())? {
                None => return Ok(found),
                Some(first) => bytes[..first.start()].rfind_byte(b'\n').map_or(0, |end| end + 1),
            },
        };
        let mut number = line_of(bytes, from);
        for line in bytes[from..].lines_with_terminator() {
            if self.regex.is_match(line).map_err(|_| self.runaway())? {
                found.push(number);
                if found.len() >= most {
                    break;
                }
            }
            number = number.saturating_add(1);
        }
        Ok(found)
    }

    fn runaway(&self) -> Runaway {
        Runaway { regex: self.source.clone() }
    }
}

/// The line of this place, from 1.
fn line_of(bytes: &[u8], at: usize) -> u32 {
    let before = bytes[..at].find_iter(b"\n").count();
    u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(regex: &str, multiline: bool, bytes: &[u8]) -> Vec<u32> {
        ContentRegex::new(regex, false, multiline).unwrap().lines(bytes).unwrap()
    }

    #[test]
    fn lines_are_searched_one_by_one() {
        for (regex, bytes, expected) in [
            ("TODO", &b"a\nTODO\nb TODO"[..], &[2, 3][..]),
            ("^a$", b"a\nb\na\r\na", &[1, 4]),
            (r"\s+$", b"a \nb\n", &[1, 2]),
            ("^$", b"a\n\n", &[2]),
            ("^$", b"a\n", &[]),
            (r"a\Z", b"a\na", &[2]),
            (r"\n\Z", b"a\nb", &[1]),
            (r"(?<!\n)b", b"a\nb", &[2]),
            ("a\nb", b"a\nb", &[]),
            ("\u{e9}", b"caf\xc3\xa9\ncaf\xe9\n", &[1]),
            (r"\xe9", b"caf\xc3\xa9\ncaf\xe9\n", &[2]),
            ("", b"a\n\n", &[1, 2]),
            ("", b"", &[]),
            ("[^a]b", b"a\nb", &[]),
        ] {
            assert_eq!(lines(regex, false, bytes), expected, "{regex} in {}", bytes.as_bstr());
        }
    }

    #[test]
    fn the_file_as_a_whole_is_searched() {
        for (regex, bytes, expected) in [
            ("a.b", &b"x\na\nb\na\nb"[..], &[2][..]),
            ("^b$", b"a\nb\n", &[2]),
            ("^$", b"a\n", &[2]),
            ("", b"", &[1]),
            ("z", b"a", &[]),
        ] {
            assert_eq!(lines(regex, true, bytes), expected, "{regex} in {}", bytes.as_bstr());
        }
    }

    #[test]
    fn a_regex_that_runs_away_gives_up() {
        let regex = ContentRegex::new(r"^(?:(?=a)a+)+$", false, false).unwrap();
        let bytes = [vec![b'a'; 60], vec![b'b']].concat();
        assert!(regex.lines(&bytes).is_err() && regex.is_found(&bytes).is_err());
    }

    proptest! {
        #[test]
        fn the_sieve_lets_no_line_through(regex in r"(\^|\\A)?([ab]|[ \n]|\\s|\\b|\\B|\[\^a\]|\.)[*+?]?([ab]|\\W|\n)?(\$|\\Z)?", bytes in "[ab \n]{0,12}") {
            let with = ContentRegex::new(&regex, false, false).unwrap();
            prop_assert!(with.sieve.is_some());
            let without = ContentRegex { sieve: None, ..with.clone() };
            prop_assert_eq!(with.lines(bytes.as_bytes()), without.lines(bytes.as_bytes()));
        }
    }
}
