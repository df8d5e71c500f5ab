//! The pieces of which declarations are made.

use super::cursor::{Cursor, is_space};
use super::{Fault, names};

/// One piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A name.
    Name(&'a str),
    /// A name with `?`, `*` or `+` after it.
    Counted,
    /// Characters of names that are no name.
    Nmtoken,
    /// `#NAME`
    Pound(&'a str),
    /// A text in quotes, without them.
    Literal(&'a str),
    /// `(`
    Open,
    /// `)`
    Close,
    /// `)` with `?`, `*` or `+` after it.
    CloseCounted(u8),
    /// `|`
    Or,
    /// `,`
    Comma,
    /// `[`
    Bracket,
    /// `%`
    Percent,
    /// `>`
    End,
}

impl<'a> Cursor<'a> {
    /// The next piece, after whitespace. What follows a piece without whitespace is limited, too.
    pub(super) fn token(&mut self) -> Result<Token<'a>, Fault> {
        self.skip_space();
        let start = self.at;
        let unknown = |at| Err(Fault::new(at, "this doesn't belong into the declaration"));
        let Some(byte) = self.byte() else {
            return self.fault("a declaration that doesn't end");
        };
        let simple = match byte {
            b'(' => Some(Token::Open),
            b'|' => Some(Token::Or),
            b',' => Some(Token::Comma),
            b'[' => Some(Token::Bracket),
            b'>' => Some(Token::End),
            _ => None,
        };
        if let Some(simple) = simple {
            self.at += 1;
            return Ok(simple);
        }
        match byte {
            b'"' | b'\'' => {
                self.at += 1;
                let quote = if byte == b'"' { "\"" } else { "'" };
                let text = self.until(quote, "a text in quotes that doesn't end")?;
                self.ends_before(b">%[", start)?;
                Ok(Token::Literal(text))
            }
            b')' => {
                self.at += 1;
                if let Some(count @ (b'*' | b'?' | b'+')) = self.byte() {
                    self.at += 1;
                    return Ok(Token::CloseCounted(count));
                }
                self.ends_before(b">,|)", start)?;
                Ok(Token::Close)
            }
            b'#' => {
                self.at += 1;
                let Some(name) = self.name() else {
                    return unknown(start);
                };
                self.ends_before(b")>%|", start)?;
                Ok(Token::Pound(name))
            }
            b'%' => {
                self.at += 1;
                // Else it begins a reference, which isn't allowed within a declaration here.
                self.ends_before(b"%", start)?;
                Ok(Token::Percent)
            }
            _ => {
                let is_name = self.rest().chars().next().is_some_and(names::is_start);
                let token = self.name_token();
                if token.is_empty() {
                    return unknown(start);
                }
                if is_name && matches!(self.byte(), Some(b'*' | b'?' | b'+')) {
                    self.at += 1;
                    return Ok(Token::Counted);
                }
                self.ends_before(b">),|[%", start)?;
                Ok(if is_name { Token::Name(token) } else { Token::Nmtoken })
            }
        }
    }

    fn ends_before(&self, allowed: &[u8], start: usize) -> Result<(), Fault> {
        match self.byte() {
            Some(byte) if is_space(byte) || allowed.contains(&byte) => Ok(()),
            _ => Err(Fault::new(start, "expected whitespace after this")),
        }
    }
}
