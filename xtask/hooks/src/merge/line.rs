//! A line and its three parts: body, trailing blanks, ending.

/// How a line ends. A lone `\r` ends none: git, too, takes it for content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Not at all: the last line of a file without a newline at its end.
    None,
    /// `\n`.
    Lf,
    /// `\r\n`.
    CrLf,
}

impl Ending {
    pub(super) fn bytes(self) -> &'static [u8] {
        match self {
            Self::None => b"",
            Self::Lf => b"\n",
            Self::CrLf => b"\r\n",
        }
    }
}

/// A line of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Without trailing blanks.
    pub(super) body: &'a [u8],
    /// The blanks before the ending.
    pub(super) blanks: &'a [u8],
    pub(super) ending: Ending,
}

impl<'a> Line<'a> {
    fn new(text: &'a [u8], ending: Ending) -> Self {
        let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\x0b' | b'\x0c');
        let (body, blanks) =
            text.split_at(text.iter().rposition(|byte| !is_blank(byte)).map_or(0, |at| at + 1));
        Self { body, blanks, ending }
    }

    /// Whether the lines differ in their endings at most.
    pub(super) fn same_text(&self, other: &Self) -> bool {
        self.body == other.body && self.blanks == other.blanks
    }

    /// Whether the lines differ in blanks and endings at most, and say something.
    pub(super) fn same_words(&self, other: &Self) -> bool {
        let words = |line: &Self| line.body.iter().filter(|byte| !byte.is_ascii_whitespace()).copied();
        words(self).next().is_some() && words(self).eq(words(other))
    }
}

/// The lines of `content`. Put together again they are `content`; only the last may be without an ending.
pub(super) fn split(content: &[u8]) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut from = 0;
    for newline in memchr::memchr_iter(b'\n', content) {
        let text = &content[from..newline];
        lines.push(match text.strip_suffix(b"\r") {
            Some(text) => Line::new(text, Ending::CrLf),
            None => Line::new(text, Ending::Lf),
        });
        from = newline + 1;
    }
    if from < content.len() {
        lines.push(Line::new(&content[from..], Ending::None));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_three_parts() {
        for (content, expected) in [
            (&b""[..], vec![]),
            (b"a", vec![("a", "", Ending::None)]),
            (
                b"a \t\r\n\n \x0cb\x0b",
                vec![("a", " \t", Ending::CrLf), ("", "", Ending::Lf), (" \x0cb", "\x0b", Ending::None)],
            ),
            (b"a\rb\r\r\n\r", vec![("a\rb\r", "", Ending::CrLf), ("\r", "", Ending::None)]),
        ] {
            let lines: Vec<_> = split(content)
                .iter()
                .map(|line| {
                    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
                    (text(line.body), text(line.blanks), line.ending)
                })
                .collect();
            let expected: Vec<_> = expected
                .iter()
                .map(|(body, blanks, ending)| ((*body).to_owned(), (*blanks).to_owned(), *ending))
                .collect();
            assert_eq!(lines, expected);
        }
    }
}
