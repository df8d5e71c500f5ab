//! A quick look at a YAML text that tells most good files at several times the parser's speed: block mappings and
//! sequences, scalars of one line, block scalars, and flow collections in their plain form.
//!
//! It says *fine* or *don't know*, never *wrong*: whatever else there is (anchors, tags, `?`, merges, scalars over several
//! lines, tabs, a second document) is left to the parser, as is every fault, which the parser can name. So what is here
//! must only be right where it says *fine*; properties in the tests hold it against the parser.

use std::borrow::Cow;

use memchr::{memchr_iter, memchr2_iter};

use super::quick_flow::Flow;
use super::scalar::{Key, resolve};
use crate::checks::keys::Keys;

/// A key may be 1024 characters long; longer than this many bytes, the parser counts.
const LONGEST_KEY: usize = 1000;

/// What stops a plain scalar, or might.
const STOP: [bool; 256] = {
    let mut stop = [false; 256];
    stop[b' ' as usize] = true;
    stop[b':' as usize] = true;
    stop[b'\n' as usize] = true;
    stop[b'\r' as usize] = true;
    stop[b'\t' as usize] = true;
    stop
};

/// Not sure: the parser decides.
pub(super) struct Unsure;

type Sure<T> = Result<T, Unsure>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Around the document's one node.
    Document,
    Mapping,
    Sequence,
    /// A sequence at the column of the mapping whose value it is.
    Indentless,
}

/// A collection that is open.
struct Open {
    column: i64,
    kind: Kind,
    /// Whether its last key, or `-`, still waits for a value.
    pending: bool,
}

pub(super) struct Quick<'a> {
    pub(super) text: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    line_start: usize,
    open: Vec<Open>,
    pub(super) keys: Keys<'a>,
    pub(super) flow: Vec<Flow>,
}

/// Whether `text`, which holds nothing that can't be printed, is certainly one document that loads.
pub(super) fn is_fine(text: &str) -> bool {
    let bytes = text.as_bytes();
    // Line ends that only YAML knows, and a lone `\r`.
    let odd = |at: usize| match bytes[at] {
        0xc2 => bytes.get(at + 1) == Some(&0x85),
        _ => matches!(bytes.get(at + 1..at + 3), Some([0x80, 0xa8 | 0xa9])),
    };
    if bytes.starts_with(b"\xef\xbb\xbf")
        || memchr_iter(b'\r', bytes).any(|at| bytes.get(at + 1) != Some(&b'\n'))
        || !bytes.is_ascii() && memchr2_iter(0xc2, 0xe2, bytes).any(odd)
    {
        return false;
    }
    let document = Open { column: -1, kind: Kind::Document, pending: true };
    let mut quick = Quick {
        text,
        bytes,
        at: 0,
        line_start: 0,
        open: vec![document],
        keys: Keys::default(),
        flow: Vec::new(),
    };
    quick.document().is_ok()
}

impl<'a> Quick<'a> {
    /// The byte here; 0, which the text doesn't hold, past the end.
    #[inline]
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// Whether a space or an end is at `at`.
    #[inline]
    pub(super) fn is_blank(&self, at: usize) -> bool {
        matches!(self.byte(at), b' ' | b'\n' | b'\r' | 0)
    }

    #[inline]
    pub(super) fn skip_spaces(&mut self) {
        while self.byte(self.at) == b' ' {
            self.at += 1;
        }
    }

    /// Goes to the start of the next line.
    fn skip_line(&mut self) {
        let rest = &self.bytes[self.at.min(self.bytes.len())..];
        self.at += memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        self.line_start = self.at;
    }

    /// Goes over the end of the line, where nothing but spaces and a comment is before it.
    pub(super) fn end_line(&mut self) -> Sure<bool> {
        let before = self.at;
        self.skip_spaces();
        match self.byte(self.at) {
            b'\n' | b'\r' | 0 => {}
            b'#' if before < self.at || before == self.line_start => {}
            b'\t' => return Err(Unsure),
            _ => return Ok(false),
        }
        self.skip_line();
        Ok(true)
    }

    fn document(&mut self) -> Sure<()> {
        let mut marked = false;
        let mut begun = false;
        while self.at < self.bytes.len() {
            self.skip_spaces();
            let column = self.at - self.line_start;
            match self.byte(self.at) {
                b'\n' | b'\r' | b'#' => {
                    self.skip_line();
                    continue;
                }
                0 => break,
                b'%' => return Err(Unsure),
                b'-' | b'.' if column == 0 && self.is_document_mark() => {
                    if marked || begun || self.byte(self.at) == b'.' {
                        return Err(Unsure);
                    }
                    marked = true;
                    self.at += 3;
                    if !self.end_line()? {
                        return Err(Unsure);
                    }
                    continue;
                }
                _ => {}
            }
            begun = true;
            self.line(column as i64)?;
        }
        while self.open.len() > 1 {
            self.close()?;
        }
        if begun { Ok(()) } else { Err(Unsure) }
    }

    fn is_document_mark(&self) -> bool {
        let here = &self.bytes[self.at..];
        (here.starts_with(b"---") || here.starts_with(b"...")) && {
            let after = self.byte(self.at + 3);
            after == b'\t' || self.is_blank(self.at + 3)
        }
    }

    fn close(&mut self) -> Sure<()> {
        match self.open.pop() {
            Some(Open { kind: Kind::Mapping, .. }) if self.keys.close().is_some() => Err(Unsure),
            _ => Ok(()),
        }
    }

    /// The kind, the column and the state of the innermost collection.
    fn innermost(&self) -> (Kind, i64, bool) {
        self.open.last().map_or((Kind::Document, -1, false), |open| (open.kind, open.column, open.pending))
    }

    /// Whether a `-` that begins an entry is here.
    fn is_dash(&self) -> bool {
        self.byte(self.at) == b'-' && self.is_blank(self.at + 1)
    }

    /// A line with something on it, which begins at `column`.
    fn line(&mut self, column: i64) -> Sure<()> {
        while self.innermost().1 > column {
            self.close()?;
        }
        let dash = self.is_dash();
        if !dash && self.innermost().0 == Kind::Indentless && self.innermost().1 == column {
            self.close()?;
        }
        let (kind, at, pending) = self.innermost();
        if at < column {
            return if pending { self.node(column) } else { Err(Unsure) };
        }
        match (kind, dash) {
            (Kind::Sequence | Kind::Indentless, true) => self.entry(),
            (Kind::Mapping, true) if pending => {
                self.begin(Kind::Indentless, column);
                self.entry()
            }
            (Kind::Mapping, false) => {
                let start = self.at;
                let key = self.key_scalar()?;
                self.key(start, key)
            }
            _ => Err(Unsure),
        }
    }

    /// Opens a collection, which is what the one around it waited for.
    fn begin(&mut self, kind: Kind, column: i64) {
        self.filled();
        self.open.push(Open { column, kind, pending: false });
        if kind == Kind::Mapping {
            self.keys.open();
        }
    }

    /// The innermost collection waits for nothing.
    fn filled(&mut self) {
        self.set_pending(false);
    }

    fn set_pending(&mut self, pending: bool) {
        if let Some(open) = self.open.last_mut() {
            open.pending = pending;
        }
    }

    /// From a `-`: its value, on this line or later.
    fn entry(&mut self) -> Sure<()> {
        loop {
            self.at += 1;
            self.set_pending(true);
            if self.end_line()? {
                return Ok(());
            }
            let column = (self.at - self.line_start) as i64;
            if !self.is_dash() {
                return self.node(column);
            }
            self.begin(Kind::Sequence, column);
        }
    }

    /// A node that may be a block collection.
    fn node(&mut self, column: i64) -> Sure<()> {
        if self.is_dash() {
            self.begin(Kind::Sequence, column);
            return self.entry();
        }
        if matches!(self.byte(self.at), b'[' | b'{' | b'|' | b'>') {
            return self.value();
        }
        let start = self.at;
        let scalar = self.key_scalar()?;
        if self.byte(self.at) == b':' {
            self.begin(Kind::Mapping, column);
            return self.key(start, scalar);
        }
        if let Scalar::Plain(text) = scalar {
            means_something(text)?;
        }
        self.ended()
    }

    /// A value has ended, and so must the line.
    fn ended(&mut self) -> Sure<()> {
        self.filled();
        if self.end_line()? { Ok(()) } else { Err(Unsure) }
    }

    /// From the `:` after a key: its value, on this line or later.
    fn key(&mut self, start: usize, scalar: Scalar<'a>) -> Sure<()> {
        if self.byte(self.at) != b':' || !self.is_blank(self.at + 1) || self.at - start > LONGEST_KEY {
            return Err(Unsure);
        }
        self.keys.add(key_of(scalar)?, start);
        self.at += 1;
        self.set_pending(true);
        if self.end_line()? {
            return Ok(());
        }
        self.value()
    }

    /// A value on the line of its key.
    fn value(&mut self) -> Sure<()> {
        match self.byte(self.at) {
            b'[' | b'{' => self.flow()?,
            b'|' | b'>' => return self.block_scalar(),
            b'-' if self.is_dash() => return Err(Unsure),
            _ => {
                if let Scalar::Plain(text) = self.scalar(false)? {
                    means_something(text)?;
                }
            }
        }
        self.ended()
    }

    /// A scalar that may be a key: spaces may be between it and its `:`.
    fn key_scalar(&mut self) -> Sure<Scalar<'a>> {
        let scalar = self.scalar(false)?;
        let end = self.at;
        self.skip_spaces();
        if self.byte(self.at) != b':' {
            self.at = end;
        }
        Ok(scalar)
    }

    /// A scalar that ends on this line.
    pub(super) fn scalar(&mut self, in_flow: bool) -> Sure<Scalar<'a>> {
        match self.byte(self.at) {
            b'"' => self.double_quoted(),
            b'\'' => self.single_quoted(),
            b'-' if !self.is_blank(self.at + 1) && self.byte(self.at + 1) != b'\t' => self.plain(in_flow),
            b'A'..=b'Z'
            | b'a'..=b'z'
            | b'0'..=b'9'
            | b'_'
            | b'/'
            | b'.'
            | b'~'
            | b'$'
            | b'('
            | b'<'
            | b'='
            | b'+'
            | b'^'
            | b'\\'
            | b';'
            | 0x80.. => self.plain(in_flow),
            _ => Err(Unsure),
        }
    }

    /// A plain scalar, up to the spaces after it, or to the `:` that ends a key. Its first byte is one that may be.
    fn plain(&mut self, in_flow: bool) -> Sure<Scalar<'a>> {
        let start = self.at;
        let mut at = start + 1;
        let end = loop {
            let byte = self.byte(at);
            if in_flow && matches!(byte, b',' | b'[' | b']' | b'{' | b'}' | b'?') {
                break at;
            }
            if byte != 0 && !STOP[usize::from(byte)] {
                at += 1;
                continue;
            }
            match byte {
                b' ' => {
                    let space = at;
                    while self.byte(at) == b' ' {
                        at += 1;
                    }
                    if matches!(self.byte(at), b'#' | b'\n' | b'\r' | 0)
                        || self.byte(at) == b':' && self.is_blank(at + 1)
                    {
                        break space;
                    }
                }
                b':' if self.byte(at + 1) == b'\t' => return Err(Unsure),
                b':' if !self.is_blank(at + 1) => at += 1,
                b'\t' => return Err(Unsure),
                _ => break at,
            }
        };
        self.at = end;
        // A gap before `,` or a bracket is no part of it.
        let text = self.text.get(start..end).ok_or(Unsure)?;
        Ok(Scalar::Plain(text.trim_end_matches(' ')))
    }

    fn single_quoted(&mut self) -> Sure<Scalar<'a>> {
        let start = self.at + 1;
        let mut at = start;
        let mut escaped = false;
        loop {
            match self.byte(at) {
                b'\'' if self.byte(at + 1) == b'\'' => {
                    escaped = true;
                    at += 2;
                }
                b'\'' => break,
                b'\n' | b'\r' | b'\t' | 0 => return Err(Unsure),
                _ => at += 1,
            }
        }
        self.quoted(start, at, escaped)
    }

    fn double_quoted(&mut self) -> Sure<Scalar<'a>> {
        let start = self.at + 1;
        let mut at = start;
        let mut escaped = false;
        loop {
            match self.byte(at) {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    at += match self.byte(at + 1) {
                        b'0' | b'a' | b'b' | b't' | b'n' | b'v' | b'f' | b'r' | b'e' | b' ' | b'"' | b'/'
                        | b'\\' => 2,
                        b'u' if (2..6).all(|ahead| self.byte(at + ahead).is_ascii_hexdigit()) => 6,
                        _ => return Err(Unsure),
                    };
                }
                b'\n' | b'\r' | b'\t' | 0 => return Err(Unsure),
                _ => at += 1,
            }
        }
        self.quoted(start, at, escaped)
    }

    fn quoted(&mut self, start: usize, end: usize, escaped: bool) -> Sure<Scalar<'a>> {
        self.at = end + 1;
        let text = self.text.get(start..end).ok_or(Unsure)?;
        Ok(if escaped { Scalar::Escaped } else { Scalar::Quoted(text) })
    }

    /// A block scalar whose first line tells its indentation.
    fn block_scalar(&mut self) -> Sure<()> {
        if self.innermost().0 == Kind::Document {
            return Err(Unsure);
        }
        self.at += 1;
        if matches!(self.byte(self.at), b'+' | b'-') {
            self.at += 1;
        }
        if !self.end_line()? {
            return Err(Unsure);
        }
        self.filled();
        self.skip_spaces();
        let indent = self.at - self.line_start;
        if indent as i64 <= self.innermost().1 || matches!(self.byte(self.at), b'\n' | b'\r' | 0) {
            return Err(Unsure);
        }
        loop {
            self.skip_line();
            // The next line of it, past empty ones; or the first line after it, left at its start.
            loop {
                let most = self.line_start + indent;
                let mut at = self.at;
                while at < most && self.byte(at) == b' ' {
                    at += 1;
                }
                let here = self.byte(at);
                if here == 0 || at < most && !matches!(here, b'\n' | b'\r') {
                    return Ok(());
                }
                self.at = at;
                if at == most && !matches!(here, b'\n' | b'\r') {
                    break;
                }
                self.skip_line();
            }
        }
    }
}

/// A scalar, as far as it says something about keys.
#[derive(Clone, Copy)]
pub(super) enum Scalar<'a> {
    Plain(&'a str),
    Quoted(&'a str),
    /// Quoted, with escapes.
    Escaped,
}

/// Refuses what looks like a number or a date and is none.
pub(super) fn means_something(text: &str) -> Sure<()> {
    match text.as_bytes().first() {
        Some(b'-' | b'+' | b'.' | b'0'..=b'9') => {
            resolve(Cow::Borrowed(text)).map(|_| ()).map_err(|_| Unsure)
        }
        _ => Ok(()),
    }
}

/// What a key is compared by: its text, or, after a zero byte that no text holds, its value.
pub(super) fn key_of(scalar: Scalar<'_>) -> Sure<Cow<'_, [u8]>> {
    let text = match scalar {
        Scalar::Escaped | Scalar::Plain("<<") | Scalar::Quoted("<<") => return Err(Unsure),
        Scalar::Quoted(text) => return Ok(Cow::Borrowed(text.as_bytes())),
        Scalar::Plain(text) => text,
    };
    match text.as_bytes().first() {
        Some(b'~' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'-' | b'+' | b'.' | b'0'..=b'9') => {}
        _ => return Ok(Cow::Borrowed(text.as_bytes())),
    }
    match resolve(Cow::Borrowed(text)) {
        Ok(Key::Text(Cow::Borrowed(text))) => Ok(Cow::Borrowed(text.as_bytes())),
        Ok(Key::Whole(value)) => Ok(Cow::Owned(format!("\0{value}").into_bytes())),
        _ => Err(Unsure),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{YamlOptions, parse, unprintable};
    use super::is_fine;

    /// Pieces that texts are put together from.
    const PIECES: [&str; 62] = [
        "a",
        "b",
        "a: ",
        "b: ",
        "a:",
        ": ",
        ":",
        "- ",
        "-",
        "--- ",
        "---\n",
        "...\n",
        "\n",
        "\n",
        "\n",
        "\n ",
        "\n  ",
        "\n    ",
        "\r\n",
        "\r",
        " ",
        "  ",
        "\t",
        "#",
        " # c\n",
        "'",
        "''",
        "\"",
        "\\",
        "\\n",
        "\\u00e9",
        "'x'",
        "\"y\": ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        ",",
        "|\n",
        ">-\n",
        "| # c\n",
        "&x ",
        "*x",
        "!!str ",
        "? ",
        "<<: ",
        "1",
        "0x1",
        "true",
        "~",
        "null",
        "1.0",
        "0x_",
        "2001-02-30",
        "%",
        "@",
        "\u{e9}",
        "\u{85}",
        "\u{2028}",
        "\u{feff}",
        "x y",
    ];

    /// Lines that texts are put together from.
    const LINES: [&str; 44] = [
        "a: 1\n",
        "b: 2\n",
        "a:\n",
        "b:\n",
        "  a: 1\n",
        "  b: x y\n",
        "  a:\n",
        "  c:\n",
        "    a: 1\n",
        "    b:\n",
        "- a\n",
        "- a: 1\n",
        "  - b\n",
        "  - a: 1\n",
        "  - - c\n",
        "    - d\n",
        "-\n",
        "  -\n",
        "- - a: b\n",
        "a: |\n",
        "  b: >-\n",
        "- |+\n",
        "    text\n",
        "  text: no\n",
        "   odd\n",
        "\n",
        "   \n",
        "# c\n",
        "  # c\n",
        "---\n",
        "a: [b, {c: d},\n",
        "  e]\n",
        "]\n",
        "a: {b: 1, b: 2}\n",
        "a: 'x' # c\n",
        "\"a\": \"b\\n\"\n",
        "'b' : c\n",
        "1: x\n",
        "true: y\n",
        "1.0: z\n",
        "a : b\n",
        "\ttab\n",
        "    \tx\n",
        "a: b",
    ];

    fn agrees(text: &str) -> Result<(), TestCaseError> {
        if unprintable(text.as_bytes()).is_none() && is_fine(text) {
            prop_assert_eq!(parse(text, &YamlOptions::default()), Ok(()), "{:?}", text);
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn it_is_never_wrong_on_pieces(pieces in proptest::collection::vec(0..PIECES.len(), 0..16)) {
            agrees(&pieces.into_iter().map(|at| PIECES[at]).collect::<String>())?;
        }

        #[test]
        fn nor_on_lines(lines in proptest::collection::vec(0..LINES.len(), 0..10)) {
            agrees(&lines.into_iter().map(|at| LINES[at]).collect::<String>())?;
        }
    }

    /// What files hold is told without the parser: a change that sends them to it would go unseen.
    #[test]
    fn it_knows_most() {
        for text in [
            "on:\n  push:\n    branches: [main, \"release/**\"]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n        with: {fetch-depth: 0}\n      - name: Test\n        run: |\n          cargo test\n\n          echo done\n      # why\n      - run: echo 'it''s'\n",
            "---\napiVersion: apps/v1\nkind: Deployment\nspec:\n  containers:\n  - name: web\n    image: \"nginx:1.25\"\n    args: [\n      \"--a\",  # c\n      --b,\n    ]\n  - name: b\n",
            "# c\r\na: b\r\nresponses:\r\n  200: ok\r\n  404: gone\r\n  default:\r\n",
            "- - a\n  - b\n-\n  c: d\n- {}\n- []\n",
            "version: 1.5.0\ntime: 12:30\ndate: 2001-12-14\nempty:\ntext: >-\n  folded\n  text\nkey with spaces: value \u{e9}\n",
        ] {
            assert!(is_fine(text), "{text}");
            assert_eq!(parse(text, &YamlOptions::default()), Ok(()), "{text}");
        }
    }
}
