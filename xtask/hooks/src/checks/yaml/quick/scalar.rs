//! Scalars for the quick look: where they end, and what they are as keys.

use std::borrow::Cow;

use super::super::scalar::{Key, resolve};
use super::{Kind, Quick, Sure, Unsure};

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

impl<'a> Quick<'a> {
    /// A scalar that may be a key: spaces may be between it and its `:`.
    pub(super) fn key_scalar(&mut self) -> Sure<Scalar<'a>> {
        let scalar = self.scalar(false)?;
        let end = self.at;
        self.skip_spaces();
        if self.byte(self.at) != b':' {
            self.at = end;
        }
        Ok(scalar)
    }

    /// A scalar; of a plain one, what is on this line.
    pub(super) fn scalar(&mut self, in_flow: bool) -> Sure<Scalar<'a>> {
        match self.byte(self.at) {
            b'"' => self.double_quoted(),
            b'\'' => self.single_quoted(),
            b'-' if !self.is_blank(self.at + 1) && self.byte(self.at + 1) != b'\t' => {
                self.plain(in_flow, self.at + 1)
            }
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
            | 0x80.. => self.plain(in_flow, self.at + 1),
            _ => Err(Unsure),
        }
    }

    /// A plain scalar, up to the spaces after it, or to the `:` that ends a key. What is before `at` belongs to it.
    pub(super) fn plain(&mut self, in_flow: bool, mut at: usize) -> Sure<Scalar<'a>> {
        let start = self.at;
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
                b'\n' => {
                    escaped = true;
                    at = self.next_line(at)?;
                }
                0 => return Err(Unsure),
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
                        b'\n' => 1,
                        _ => return Err(Unsure),
                    };
                }
                b'\n' => {
                    escaped = true;
                    at = self.next_line(at)?;
                }
                0 => return Err(Unsure),
                _ => at += 1,
            }
        }
        self.quoted(start, at, escaped)
    }

    /// From the end of a line within quotes to the next line, which must not begin or end a document.
    fn next_line(&mut self, end: usize) -> Sure<usize> {
        self.line_start = end + 1;
        let next = &self.bytes[self.line_start..];
        if next.starts_with(b"---") || next.starts_with(b"...") { Err(Unsure) } else { Ok(self.line_start) }
    }

    fn quoted(&mut self, start: usize, end: usize, escaped: bool) -> Sure<Scalar<'a>> {
        self.at = end + 1;
        let text = self.text.get(start..end).ok_or(Unsure)?;
        Ok(if escaped { Scalar::Escaped } else { Scalar::Quoted(text) })
    }

    /// A block scalar whose first line tells its indentation.
    pub(super) fn block_scalar(&mut self) -> Sure<()> {
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
    /// Quoted, with escapes or line ends.
    Escaped,
}

/// Whether a scalar may go on in the next line. With more, what looks like a number may be a date: the parser decides.
pub(super) fn may_continue(scalar: Scalar) -> Sure<bool> {
    let Scalar::Plain(text) = scalar else {
        return Ok(false);
    };
    means_something(text)?;
    Ok(!matches!(text.as_bytes().first(), Some(b'-' | b'+' | b'.' | b'0'..=b'9')))
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
