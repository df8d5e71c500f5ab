//! `check-toml`: TOML 1.0, as Python's `tomllib` reads it.
//!
//! The parser at hand speaks TOML 1.1; what only that allows is refused here, since most readers don't know it yet.

use std::ops::Range;

use ::toml::de::DeTable;
use toml_parser::decoder::Encoding;
use toml_parser::parser::{Event, EventKind, RecursionGuard, parse_document};
use toml_parser::{ParseError, Source};

use super::{Check, File, Hit, Work};
use crate::options::Options;

mod quick;

/// The check.
pub(super) static CHECK: Check = Check {
    id: "check-toml",
    about: "TOML files that parse",
    version: 1,
    takes: "toml",
    work: Work::Bytes(run),
    fix: None,
};

fn run(_: &File, bytes: &[u8], _: &Options) -> Vec<Hit> {
    let Err((offset, message)) = check(bytes) else {
        return Vec::new();
    };
    let (line, column) = super::position::position(bytes, offset);
    vec![Hit { line: Some(line), column: Some(column), message: format!("no valid TOML: {message}") }]
}

fn check(bytes: &[u8]) -> Result<(), (usize, String)> {
    let text = std::str::from_utf8(bytes)
        .map_err(|wrong| (wrong.valid_up_to(), "the file is not UTF-8".to_owned()))?;
    if text.starts_with('\u{feff}') {
        return Err((0, "the file begins with a byte order mark".to_owned()));
    }
    if quick::is_fine(text) { Ok(()) } else { parse(text) }
}

/// The verdict of the parser, less what only TOML 1.1 allows.
fn parse(text: &str) -> Result<(), (usize, String)> {
    DeTable::parse(text).map_err(|wrong| {
        let offset = wrong.span().map_or(0, |span| span.start);
        (offset, wrong.message().lines().next().unwrap_or_default().to_owned())
    })?;
    refused(text).map_or(Ok(()), Err)
}

/// The first thing that the parser lets through and `tomllib` doesn't: what TOML 1.1 added, and times that Python doesn't have.
fn refused(text: &str) -> Option<(usize, String)> {
    let tokens = Source::new(text).lex().into_vec();
    let mut found = Found { text, inline: 0, nested: Vec::new(), comma: false, first: None };
    let mut errors: Option<ParseError> = None;
    let mut receiver = |event: Event| found.event(&event);
    let mut guarded = RecursionGuard::new(&mut receiver, 128);
    parse_document(&tokens, &mut guarded, &mut errors);
    found.first
}

struct Found<'a> {
    text: &'a str,
    /// How many inline tables are open within the innermost array (or the document).
    inline: usize,
    /// The same for the arrays around it.
    nested: Vec<usize>,
    /// Whether a comma was the last thing of weight.
    comma: bool,
    first: Option<(usize, String)>,
}

impl Found<'_> {
    fn event(&mut self, event: &Event) {
        let span = event.span().start()..event.span().end();
        let weight = !matches!(event.kind(), EventKind::Whitespace | EventKind::Comment | EventKind::Newline);
        match event.kind() {
            EventKind::InlineTableOpen => self.inline += 1,
            EventKind::InlineTableClose => {
                if self.comma {
                    self.tell(span.start, "a comma before the end of an inline table");
                }
                self.inline = self.inline.saturating_sub(1);
            }
            EventKind::ArrayOpen => self.nested.push(std::mem::take(&mut self.inline)),
            EventKind::ArrayClose => self.inline = self.nested.pop().unwrap_or_default(),
            EventKind::Newline if self.inline > 0 => {
                self.tell(span.start, "a line break within an inline table");
            }
            EventKind::SimpleKey | EventKind::Scalar => match event.encoding() {
                Some(Encoding::BasicString | Encoding::MlBasicString) => self.escapes(span),
                None if event.kind() == EventKind::Scalar => self.time(span),
                _ => {}
            },
            _ => {}
        }
        if weight {
            self.comma = event.kind() == EventKind::ValueSep;
        }
    }

    fn tell(&mut self, offset: usize, what: &str) {
        self.first.get_or_insert_with(|| (offset, format!("{what} needs TOML 1.1")));
    }

    fn escapes(&mut self, span: Range<usize>) {
        let bytes = self.text[span.clone()].as_bytes();
        let mut at = 0;
        while let Some(next) = bytes.get(at..).and_then(|rest| memchr::memchr(b'\\', rest)) {
            at += next;
            if let Some(escape @ (b'e' | b'x')) = bytes.get(at + 1) {
                self.tell(span.start + at, &format!("the escape `\\{}`", char::from(*escape)));
            }
            at += 2;
        }
    }

    /// A date or time: seconds are there and below 60, the year is above 0, and no `_` is between the digits.
    fn time(&mut self, span: Range<usize>) {
        let value = &self.text[span.clone()];
        let bytes = value.as_bytes();
        let is_date = bytes
            .iter()
            .skip(1)
            .zip(bytes)
            .any(|(byte, before)| *byte == b'-' && !matches!(before, b'e' | b'E'));
        let colon = value.find(':');
        if !bytes.first().is_some_and(u8::is_ascii_digit) || !is_date && colon.is_none() {
            return;
        }
        if let Some(colon) = colon {
            if bytes.get(colon + 3) != Some(&b':') {
                self.tell(span.start, "a time without seconds");
            } else if value[colon + 4..].starts_with("60") {
                self.first.get_or_insert((span.start, "a leap second".to_owned()));
            }
        }
        if value.starts_with("0000-") {
            self.first.get_or_insert((span.start, "there is no year 0".to_owned()));
        }
        if value.contains('_') {
            self.first.get_or_insert((span.start, "`_` within a date".to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn toml_one_is_fine() {
        for text in [
            "",
            "# c\n",
            "a = 1\n",
            "a = { b = 1, c = [1,\n 2,\n] }\n",
            "a = [ { b = 1 },\n { b = 2 }, ]\n",
            "a = \"\\u00e9\\\\e\"\n",
            "t = 07:32:00\n",
            "d = 1979-05-27T07:32:00+01:00\nb = 1979-05-27 07:32:00.5Z\n",
            "a = '\\e'\n",
            "n = 123456789012345678901234567890\n",
            "a = {}\r\n",
            "a = \"\"\"\n{\n}\\\n  \"\"\"\n",
        ] {
            assert_eq!(check(text.as_bytes()), Ok(()), "{text}");
        }
    }

    #[test]
    fn the_rest_is_not() {
        for (text, offset) in [
            (&b"a\n"[..], 1),
            (b"a = 1\na = 2\n", 6),
            (b"a = \n", 4),
            (b"\xff", 0),
            (b"\xef\xbb\xbfa = 1\n", 0),
            (b"a = {\n b = 1 }\n", 5),
            (b"a = { b = 1, }\n", 13),
            (b"a = { b = [1], # c\n c = 2}", 18),
            (b"a = \"\\e\"\n", 5),
            (b"a = \"\\x41\"\n", 5),
            (b"\"\\x41\" = 1\n", 1),
            (b"t = 07:32\n", 4),
            (b"d = 1979-05-27T07:32Z\n", 4),
            (b"d = 19_9-05-27\n", 4),
            (b"d = 0000-05-27\n", 4),
            (b"t = 23:59:60\n", 4),
        ] {
            assert_eq!(check(text).map_err(|(at, _)| at), Err(offset), "{:?}", String::from_utf8_lossy(text));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        /// Where the quick look says that a text is fine, the parser says so, too.
        #[test]
        fn the_quick_look_is_never_wrong(parts in proptest::collection::vec(0..PARTS.len(), 0..14)) {
            let text: String = parts.into_iter().map(|at| PARTS[at]).collect();
            if quick::is_fine(&text) {
                prop_assert_eq!(parse(&text), Ok(()), "{:?}", text);
            }
        }

        #[test]
        fn nor_on_whole_lines(lines in proptest::collection::vec(0..LINES.len(), 0..8)) {
            let text: String = lines.into_iter().map(|at| LINES[at]).collect();
            if quick::is_fine(&text) {
                prop_assert_eq!(parse(&text), Ok(()), "{:?}", text);
            }
        }
    }

    const PARTS: [&str; 34] = [
        "a",
        "b",
        "a.b",
        "\"a\"",
        "'b'",
        "\"\"",
        "\"\\n\"",
        "\"\\ud800\"",
        " = ",
        " = 1\n",
        "=",
        "\n",
        "\r\n",
        "\r",
        " ",
        "\t",
        "[",
        "]",
        "[[",
        "]]",
        "{",
        "}",
        ",",
        ".",
        "# c\n",
        "#",
        "1",
        "-0",
        "01",
        "1.5",
        "true",
        "\"\"\"",
        "2001-01-01",
        "\u{7f}",
    ];

    const LINES: [&str; 24] = [
        "[a]\n",
        "[b]\n",
        "[a.b]\n",
        "[a.b.c]\n",
        "[ a . \"b\" ]\n",
        "[[a]]\n",
        "[[a.b]]\n",
        "[[b]]\r\n",
        "a = 1\n",
        "b = 'x'\n",
        "a.b = 1\n",
        "b.a = 1\n",
        "a.b.c = true\n",
        "\"a\".c = 1\n",
        "b = {a = 1, b = 2}\n",
        "b = {a = 1, a = 2}\n",
        "a = [1,\n {b = []}, # c\n]\n",
        "a = []\n",
        "b = {}\n",
        "c = [{}, {a = {b = 1}}]\n",
        "a = [,]\n",
        "c = {a = 1,}\n",
        "# c\n",
        "b = [1,, 2]\n",
    ];

    /// What files hold is told without the parser: a change that sends them to it would go unseen.
    #[test]
    fn the_quick_look_knows_most() {
        for text in [
            "",
            "# c\n[package]\nname = \"a\"\nversion.workspace = true\n\n[dependencies]\nb = { version = \"1\", features = [\"c\"] }\n",
            "[[package]]\nname = \"a\"\ndependencies = [\n \"b\",\n \"c\", # why\n]\n\n[[package]]\nname = \"b\"\n",
            "[tool.x]\na = 1\n[tool]\nb = -1.5\n[tool.y.z]\nc = []\r\n",
        ] {
            assert!(quick::is_fine(text), "{text}");
            assert_eq!(parse(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn deep_nesting_is_no_crash() {
        let text = format!("a = {}", "[".repeat(100_000));
        assert!(check(text.as_bytes()).is_err());
    }
}
