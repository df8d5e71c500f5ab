//! Scalars: plain, quoted and block ones; where they end, and what they say.

use std::borrow::Cow;

use super::Fault;
use super::scanner::Scanner;

impl<'a> Scanner<'a> {
    pub(super) fn begins_plain(&self, first: u8) -> bool {
        match first {
            b'-' => !self.cursor.is_blank(1),
            b':' if self.in_flow() => !matches!(self.cursor.peek(1), b' ' | b'\t'),
            b'?' | b':' => !self.in_flow() && !self.cursor.is_blank(1),
            b' ' | b'\t' | b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>'
            | b'\'' | b'"' | b'%' | b'@' | b'`' => false,
            _ => !self.cursor.ends(0),
        }
    }

    /// A plain scalar. What goes on over lines is folded.
    pub(super) fn plain(&mut self) -> Cow<'a, str> {
        let indent = self.indent + 1;
        let mut text: Cow<'a, str> = Cow::Borrowed("");
        let mut gap: Cow<'a, str> = Cow::Borrowed("");
        let begin = self.cursor.at;
        let mut only_line = true;
        loop {
            if self.cursor.peek(0) == b'#' {
                break;
            }
            let start = self.cursor.at;
            self.plain_run();
            let run = self.cursor.since(start);
            if run.is_empty() {
                break;
            }
            self.key_allowed = false;
            if only_line {
                // All of one line is a part of the text as it stands.
                text = Cow::Borrowed(self.cursor.since(begin));
            } else {
                let text = text.to_mut();
                text.push_str(&gap);
                text.push_str(run);
            }
            let line = self.cursor.line;
            let Some(next_gap) = self.plain_gap() else {
                break;
            };
            gap = next_gap;
            only_line &= line == self.cursor.line;
            if self.cursor.peek(0) == b'#' || !self.in_flow() && self.cursor.column() < indent {
                break;
            }
        }
        text
    }

    /// Goes over what a plain scalar may hold up to a space or an indicator.
    fn plain_run(&mut self) {
        let flow = self.in_flow();
        loop {
            match self.cursor.peek(0) {
                b' ' | b'\t' => return,
                b':' if self.cursor.is_blank(1) => return,
                b',' | b'[' | b']' | b'{' | b'}' if flow => return,
                b'\n' | b'\r' | 0 | 0xc2 | 0xe2 if self.cursor.ends(0) => return,
                _ => self.cursor.skip(1),
            }
        }
    }

    /// The space within a plain scalar: spaces of a line, or folded line ends; `None` where the scalar ends.
    fn plain_gap(&mut self) -> Option<Cow<'a, str>> {
        let start = self.cursor.at;
        while self.cursor.peek(0) == b' ' {
            self.cursor.skip(1);
        }
        let spaces = self.cursor.since(start);
        let Some(first) = self.cursor.take_break() else {
            return (!spaces.is_empty()).then_some(Cow::Borrowed(spaces));
        };
        self.key_allowed = true;
        if self.cursor.is_any_document_mark() {
            return None;
        }
        let mut breaks = String::new();
        loop {
            if self.cursor.peek(0) == b' ' {
                self.cursor.skip(1);
            } else if let Some(ending) = self.cursor.take_break() {
                breaks.push_str(ending);
                if self.cursor.is_any_document_mark() {
                    return None;
                }
            } else {
                return Some(fold(first, breaks));
            }
        }
    }

    /// A scalar between quotes.
    pub(super) fn quoted(&mut self, quote: u8) -> Result<Cow<'a, str>, Fault> {
        let begin = self.cursor.at;
        let double = quote == b'"';
        self.cursor.skip(1);
        let start = self.cursor.at;
        let mut built: Option<String> = None;
        let mut copied = start;
        let text = self.cursor.text;
        loop {
            let here = self.cursor.at;
            match self.cursor.peek(0) {
                byte if byte == quote => {
                    if !double && self.cursor.peek(1) == b'\'' {
                        let text = built.get_or_insert_default();
                        text.push_str(self.cursor.since(copied));
                        text.push('\'');
                        self.cursor.skip(2);
                        copied = self.cursor.at;
                        continue;
                    }
                    let last = self.cursor.since(copied);
                    self.cursor.skip(1);
                    return Ok(match built {
                        None => Cow::Borrowed(last),
                        Some(text) => Cow::Owned(text + last),
                    });
                }
                b'\\' if double => {
                    let into = built.get_or_insert_default();
                    into.push_str(&text[copied..here]);
                    self.cursor.skip(1);
                    if self.cursor.take_break().is_some() {
                        let breaks = self.quoted_breaks(begin)?;
                        built.get_or_insert_default().push_str(&breaks);
                    } else {
                        let character = self.escape(here)?;
                        built.get_or_insert_default().push(character);
                    }
                    copied = self.cursor.at;
                }
                b' ' | b'\t' => {
                    while matches!(self.cursor.peek(0), b' ' | b'\t') {
                        self.cursor.skip(1);
                    }
                    if self.cursor.line_break(0) > 0 {
                        built.get_or_insert_default().push_str(&text[copied..here]);
                        copied = self.fold_quoted(begin, &mut built)?;
                    }
                }
                _ if self.cursor.is_over() => {
                    return Err(Fault::new(begin, "a quoted scalar that begins here doesn't end"));
                }
                _ if self.cursor.line_break(0) > 0 => {
                    built.get_or_insert_default().push_str(&text[copied..here]);
                    copied = self.fold_quoted(begin, &mut built)?;
                }
                _ => self.cursor.skip(1),
            }
        }
    }

    /// Folds the line ends here into `built`; gives where the text goes on.
    fn fold_quoted(&mut self, begin: usize, built: &mut Option<String>) -> Result<usize, Fault> {
        let first = self.cursor.take_break().unwrap_or("\n");
        let breaks = self.quoted_breaks(begin)?;
        built.get_or_insert_default().push_str(&fold(first, breaks));
        Ok(self.cursor.at)
    }

    fn quoted_breaks(&mut self, begin: usize) -> Result<String, Fault> {
        let mut breaks = String::new();
        loop {
            if self.cursor.is_any_document_mark() {
                return Err(Fault::new(begin, "a document ends within a quoted scalar that begins here"));
            }
            while matches!(self.cursor.peek(0), b' ' | b'\t') {
                self.cursor.skip(1);
            }
            match self.cursor.take_break() {
                Some(ending) => breaks.push_str(ending),
                None => return Ok(breaks),
            }
        }
    }

    /// The character that the escape means whose backslash is at `start`.
    fn escape(&mut self, start: usize) -> Result<char, Fault> {
        let letter = self.cursor.peek(0);
        let digits = match letter {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            _ => 0,
        };
        if digits > 0 {
            let hex = self.cursor.text.get(self.cursor.at + 1..self.cursor.at + 1 + digits);
            let hex = hex.filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
            let value = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok());
            let value = value.filter(|value| *value <= 0x0010_ffff);
            let wrong =
                || Fault::new(start, format!("`\\{}` wants {digits} hexadecimal digits", char::from(letter)));
            let value = value.ok_or_else(wrong)?;
            self.cursor.skip(1 + digits);
            return Ok(char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let character = match letter {
            b'0' => '\0',
            b'a' => '\u{7}',
            b'b' => '\u{8}',
            b't' | b'\t' => '\t',
            b'n' => '\n',
            b'v' => '\u{b}',
            b'f' => '\u{c}',
            b'r' => '\r',
            b'e' => '\u{1b}',
            b' ' => ' ',
            b'"' => '"',
            b'/' => '/',
            b'\\' => '\\',
            b'N' => '\u{85}',
            b'_' => '\u{a0}',
            b'L' => '\u{2028}',
            b'P' => '\u{2029}',
            _ => return Err(Fault::new(start, "an unknown escape")),
        };
        self.cursor.skip(1);
        Ok(character)
    }

    /// A scalar after `|` or `>`. Its lines are given as they stand, with their indentation: nobody asks what they say.
    pub(super) fn block_scalar(&mut self) -> Result<Cow<'a, str>, Fault> {
        self.cursor.skip(1);
        let increment = self.block_header()?;
        let least = self.indent + 1;
        let indent = if let Some(increment) = increment {
            let indent = least.max(1) + increment - 1;
            self.block_breaks(indent);
            indent
        } else {
            least.max(self.block_indentation()?)
        };
        let start = self.cursor.at;
        while self.cursor.column() == indent && !self.cursor.is_over() {
            self.cursor.skip_line();
            self.cursor.take_break();
            self.block_breaks(indent);
            if least == 0 && self.cursor.column() == 0 && self.cursor.is_any_document_mark() {
                break;
            }
        }
        Ok(Cow::Borrowed(self.cursor.since(start)))
    }

    /// The indentation that the header of a block scalar asks for.
    fn block_header(&mut self) -> Result<Option<i64>, Fault> {
        let start = self.cursor.at;
        let mut increment = None;
        let mut chomping = false;
        loop {
            match self.cursor.peek(0) {
                b'+' | b'-' if !chomping => chomping = true,
                digit @ b'1'..=b'9' if increment.is_none() => increment = Some(i64::from(digit - b'0')),
                _ => break,
            }
            self.cursor.skip(1);
        }
        if self.cursor.peek(0) != b' ' && !self.cursor.ends(0) {
            return Err(Fault::new(start, "expected `+`, `-` or a digit from 1 to 9 after `|` or `>`"));
        }
        while self.cursor.peek(0) == b' ' {
            self.cursor.skip(1);
        }
        if self.cursor.peek(0) == b'#' {
            self.cursor.skip_line();
        }
        if !self.cursor.ends(0) {
            return Err(Fault::new(self.cursor.at, "expected the end of the line after `|` or `>`"));
        }
        self.cursor.take_break();
        Ok(increment)
    }

    /// The indentation of the first line of a block scalar, and of empty ones before it.
    fn block_indentation(&mut self) -> Result<i64, Fault> {
        let mut first = -1;
        let mut most = 0;
        loop {
            if self.cursor.peek(0) == b' ' {
                self.cursor.skip(1);
                most = most.max(self.cursor.column());
                continue;
            }
            let column = self.cursor.column();
            if self.cursor.take_break().is_none() {
                break;
            }
            if first < 0 {
                first = column;
            }
        }
        if first > 0 && most > first {
            return Err(Fault::new(self.cursor.at, "a line is indented more than the first, empty one"));
        }
        Ok(most)
    }

    fn block_breaks(&mut self, indent: i64) {
        loop {
            while self.cursor.column() < indent && self.cursor.peek(0) == b' ' {
                self.cursor.skip(1);
            }
            if self.cursor.take_break().is_none() {
                return;
            }
        }
    }
}

/// One line end is a space, more are themselves less the first.
fn fold(first: &str, breaks: String) -> Cow<'_, str> {
    if first != "\n" {
        Cow::Owned(first.to_owned() + &breaks)
    } else if breaks.is_empty() {
        Cow::Borrowed(" ")
    } else {
        Cow::Owned(breaks)
    }
}
