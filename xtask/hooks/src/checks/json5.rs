//! `check-json5`: JSON5 as its specification and its own parser have it.

use super::{Check, File, Hit, Work};
use crate::options::Options;

/// The check.
pub(super) static CHECK: Check = Check {
    id: "check-json5",
    about: "JSON5 files that parse",
    version: 1,
    takes: "json5",
    work: Work::Bytes(run),
    fix: None,
};

/// What is wrong, and the offset of it.
type Fault = (usize, &'static str);

fn run(_: &File, bytes: &[u8], _: &Options) -> Vec<Hit> {
    let result = match std::str::from_utf8(bytes) {
        Ok(text) => Scanner { text, at: 0 }.document(),
        Err(wrong) => Err((wrong.valid_up_to(), "the file is not UTF-8")),
    };
    let Err((offset, what)) = result else {
        return Vec::new();
    };
    let (line, column) = super::position::position(bytes, offset);
    vec![Hit { line: Some(line), column: Some(column), message: format!("no valid JSON5: {what}") }]
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Value,
    ValueOrEnd,
    KeyOrEnd,
    CommaOrEnd,
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl Scanner<'_> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn char(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn fault<T>(&self, what: &'static str) -> Result<T, Fault> {
        Err((self.at, what))
    }

    /// Takes `byte` where it is next.
    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.byte() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// Nesting costs a byte on the heap, never the stack.
    fn document(mut self) -> Result<(), Fault> {
        let mut open: Vec<u8> = Vec::new();
        let mut next = Next::Value;
        loop {
            self.space()?;
            let here = self.byte();
            match next {
                Next::ValueOrEnd if here == Some(b']') => next = self.close(&mut open),
                Next::Value | Next::ValueOrEnd => match here {
                    Some(b'[') => {
                        open.push(b']');
                        self.at += 1;
                        next = Next::ValueOrEnd;
                    }
                    Some(b'{') => {
                        open.push(b'}');
                        self.at += 1;
                        next = Next::KeyOrEnd;
                    }
                    _ => {
                        self.scalar()?;
                        next = Next::CommaOrEnd;
                    }
                },
                Next::KeyOrEnd if here == Some(b'}') => next = self.close(&mut open),
                Next::KeyOrEnd => {
                    self.key()?;
                    self.space()?;
                    if !self.take(b':') {
                        return self.fault("expected `:` after a key");
                    }
                    next = Next::Value;
                }
                Next::CommaOrEnd => match (open.last(), here) {
                    (None, None) => return Ok(()),
                    (None, Some(_)) => return self.fault("there is more after the value"),
                    (Some(&end), Some(byte)) if end == byte => next = self.close(&mut open),
                    (Some(&end), Some(b',')) => {
                        self.at += 1;
                        next = if end == b']' { Next::ValueOrEnd } else { Next::KeyOrEnd };
                    }
                    (Some(b']'), _) => return self.fault("expected `,` or `]`"),
                    (Some(_), _) => return self.fault("expected `,` or `}`"),
                },
            }
        }
    }

    fn close(&mut self, open: &mut Vec<u8>) -> Next {
        open.pop();
        self.at += 1;
        Next::CommaOrEnd
    }

    /// Whitespace and comments.
    fn space(&mut self) -> Result<(), Fault> {
        while let Some(byte) = self.byte() {
            match byte {
                b'\t'..=b'\r' | b' ' => self.at += 1,
                b'/' => self.comment()?,
                0x80.. => match self.char() {
                    Some(space) if is_space(space) => self.at += space.len_utf8(),
                    _ => break,
                },
                _ => break,
            }
        }
        Ok(())
    }

    fn comment(&mut self) -> Result<(), Fault> {
        let rest = &self.text[self.at..];
        let length = if rest.starts_with("//") {
            rest.find(['\n', '\r', '\u{2028}', '\u{2029}']).unwrap_or(rest.len())
        } else if let Some(comment) = rest.strip_prefix("/*") {
            match comment.find("*/") {
                Some(end) => end + 4,
                None => return self.fault("a comment that begins here doesn't end"),
            }
        } else {
            return self.fault("expected a value or a comment");
        };
        self.at += length;
        Ok(())
    }

    fn scalar(&mut self) -> Result<(), Fault> {
        match self.byte() {
            Some(b'"' | b'\'') => self.string(),
            Some(b'+' | b'-') => {
                self.at += 1;
                self.number()
            }
            Some(b'0'..=b'9' | b'.' | b'I' | b'N') => self.number(),
            _ if self.words(&["null", "true", "false"]) => Ok(()),
            _ => self.fault("expected a value"),
        }
    }

    fn words(&mut self, words: &[&str]) -> bool {
        let found = words.iter().find(|word| self.text[self.at..].starts_with(**word));
        self.at += found.map_or(0, |word| word.len());
        found.is_some()
    }

    fn digits(&mut self, is_digit: fn(&u8) -> bool) -> usize {
        let rest = &self.text.as_bytes()[self.at..];
        let count = rest.iter().position(|byte| !is_digit(byte)).unwrap_or(rest.len());
        self.at += count;
        count
    }

    /// A number after its sign.
    fn number(&mut self) -> Result<(), Fault> {
        if self.words(&["Infinity", "NaN"]) {
            return Ok(());
        }
        if self.words(&["0x", "0X"]) {
            return match self.digits(u8::is_ascii_hexdigit) {
                0 => self.fault("expected a hexadecimal digit"),
                _ => Ok(()),
            };
        }
        // What follows a leading zero is no more of the number.
        let whole = if self.take(b'0') { 1 } else { self.digits(u8::is_ascii_digit) };
        let fraction = if self.take(b'.') { self.digits(u8::is_ascii_digit) } else { 0 };
        if whole + fraction == 0 {
            return self.fault("expected a digit");
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            if self.digits(u8::is_ascii_digit) == 0 {
                return self.fault("expected a digit of the exponent");
            }
        }
        Ok(())
    }

    fn string(&mut self) -> Result<(), Fault> {
        let (start, quote) = (self.at, self.byte());
        self.at += 1;
        loop {
            let Some(byte) = self.byte() else {
                return Err((start, "a string that begins here doesn't end"));
            };
            match byte {
                b'\n' | b'\r' => return self.fault("a line ending within a string"),
                b'\\' => self.escape()?,
                _ => {
                    self.at += 1;
                    if Some(byte) == quote {
                        return Ok(());
                    }
                }
            }
        }
    }

    fn escape(&mut self) -> Result<(), Fault> {
        let start = self.at;
        self.at += 1;
        let Some(escaped) = self.char() else {
            return Err((start, "the text ends within a string"));
        };
        self.at += escaped.len_utf8();
        match escaped {
            '\r' => {
                self.take(b'\n');
            }
            '0' if !matches!(self.byte(), Some(b'0'..=b'9')) => {}
            '0'..='9' => return Err((start, "an escape by a digit")),
            'x' => return self.hex(2).map(|_| ()),
            'u' => return self.hex(4).map(|_| ()),
            _ => {}
        }
        Ok(())
    }

    fn hex(&mut self, count: usize) -> Result<u32, Fault> {
        let mut value = 0;
        for _ in 0..count {
            let digit = self.byte().and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else {
                return self.fault("expected a hexadecimal digit");
            };
            value = value << 4 | digit;
            self.at += 1;
        }
        Ok(value)
    }

    /// A string, or a name as in ECMAScript.
    fn key(&mut self) -> Result<(), Fault> {
        if matches!(self.byte(), Some(b'"' | b'\'')) {
            return self.string();
        }
        let mut is_first = true;
        loop {
            let start = self.at;
            let character = self.char();
            let named = if character == Some('\\') {
                self.at += 1;
                if !self.take(b'u') {
                    return self.fault("expected `u`");
                }
                char::from_u32(self.hex(4)?)
            } else {
                self.at += character.map_or(0, char::len_utf8);
                character
            };
            match named {
                Some(name) if is_name(name, is_first) => {}
                _ if character != Some('\\') && !is_first => {
                    self.at = start;
                    return Ok(());
                }
                _ => return Err((start, "expected a key")),
            }
            is_first = false;
        }
    }
}

fn is_space(character: char) -> bool {
    // Category Zs, the byte order mark, and the separators of lines and paragraphs.
    matches!(
        character,
        '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{feff}'
    )
}

fn is_name(character: char, is_first: bool) -> bool {
    match character {
        '$' | '_' => true,
        '\u{200c}' | '\u{200d}' => !is_first,
        other if is_first => unicode_ident::is_xid_start(other),
        other => unicode_ident::is_xid_continue(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Option<usize> {
        Scanner { text, at: 0 }.document().err().map(|(offset, _)| offset)
    }

    #[test]
    fn what_is_json5() {
        for text in [
            "{}",
            "[]",
            "// c\n{a: 1, 'b': +2, \"c\": .5, $d: 5., _e: 0x1F, \\u0066: -Infinity,} /* end */",
            "[1, NaN, -0, 1e3, 5.e-3, null, true,]",
            "'it\\'s \\\n on \\x41 \\u00e9 \\0 \\q \t'",
            "\u{feff}\u{a0}1\u{2028}",
            "{\u{e9}t\u{e9}: 1, a\u{200c}b: 2}",
            "{a: 1, a: 2}",
        ] {
            assert_eq!(fault(text), None, "{text}");
        }
        assert_eq!(fault(&["[".repeat(100_000), "]".repeat(100_000)].concat()), None);
    }

    #[test]
    fn what_is_not() {
        for (text, offset) in [
            ("", 0),
            ("[,]", 1),
            ("{,}", 1),
            ("[1,,]", 3),
            ("{a}", 2),
            ("{1: 1}", 1),
            ("{a b: 1}", 3),
            ("{\\x41: 1}", 2),
            ("{\\u0031: 1}", 1),
            ("01", 1),
            (".", 1),
            ("+ 1", 1),
            ("1e", 2),
            ("0x", 2),
            ("'a\nb'", 2),
            ("'a", 0),
            ("'\\01'", 1),
            ("'\\1'", 1),
            ("'\\xg'", 3),
            ("/* c", 0),
            ("1 /", 2),
            ("nullx", 4),
            ("[1}", 2),
            ("[", 1),
        ] {
            assert_eq!(fault(text), Some(offset), "{text}");
        }
    }
}
