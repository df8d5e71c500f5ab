//! A version as programs print it, compared by its numbers.

use std::fmt;

/// Major, minor and patch number. What isn't given counts as 0; pre-release parts are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(pub(crate) u64, pub(crate) u64, pub(crate) u64);

impl Version {
    /// The first version in a line such as `git version 2.47.3 (Apple Git-154)`: a word that starts with a number, after an
    /// optional `v`.
    pub(crate) fn find(text: &str) -> Option<Self> {
        text.split(|c: char| c.is_whitespace() || "(),\"'".contains(c)).find_map(Self::parse)
    }

    /// The version of this word.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        let word = word.strip_prefix('v').unwrap_or(word);
        let numbers = word.split(['-', '+', '~']).next()?;
        let mut parts = numbers.split('.').map(|part| part.parse::<u64>().ok());
        let major = parts.next()??;
        let mut rest = parts.map_while(|part| part);
        Some(Self(major, rest.next().unwrap_or(0), rest.next().unwrap_or(0)))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}.{}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_print() {
        for (text, expected) in [
            ("git version 2.47.3", Some(Version(2, 47, 3))),
            ("git version 2.39.5 (Apple Git-154)", Some(Version(2, 39, 5))),
            ("git version 2.45.1.windows.1", Some(Version(2, 45, 1))),
            ("rustc 1.95.0 (59807616e 2026-04-14)", Some(Version(1, 95, 0))),
            ("rustc 1.97.0-nightly (abc 2026-06-01)", Some(Version(1, 97, 0))),
            ("v2.26.1", Some(Version(2, 26, 1))),
            ("Docker version 20.10.24+dfsg1, build 297e128", Some(Version(20, 10, 24))),
            ("1.80", Some(Version(1, 80, 0))),
            ("no number here", None),
            ("", None),
            ("99999999999999999999.1", None),
        ] {
            assert_eq!(Version::find(text), expected, "{text}");
        }
        assert!(Version(2, 9, 0) < Version(2, 30, 0));
    }
}
