//! A place in a text of XML, and what can stand in several kinds of places: names, comments, instructions, references.

use memchr::memmem;

use super::{Fault, names};

/// A text and a place in it.
#[derive(Clone)]
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

/// What `&` begins.
pub(super) enum Reference<'a> {
    /// `&#233;`
    Character(char),
    /// `&name;`
    Entity(&'a str),
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at == self.text.len()
    }

    pub(super) fn is_at(&self, text: &str) -> bool {
        self.rest().starts_with(text)
    }

    pub(super) fn is_at_start_tag(&self) -> bool {
        self.rest().strip_prefix('<').and_then(|rest| rest.chars().next()).is_some_and(names::is_start)
    }

    /// Takes `text` where it is next.
    pub(super) fn take(&mut self, text: &str) -> bool {
        let is_next = self.is_at(text);
        self.at += if is_next { text.len() } else { 0 };
        is_next
    }

    pub(super) fn fault<T>(&self, message: impl Into<String>) -> Result<T, Fault> {
        Err(Fault::new(self.at, message))
    }

    /// Whether there was whitespace.
    pub(super) fn skip_space(&mut self) -> bool {
        let rest = self.rest().as_bytes();
        let length = rest.iter().position(|byte| !is_space(*byte)).unwrap_or(rest.len());
        self.at += length;
        length > 0
    }

    /// The name that is next.
    pub(super) fn name(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        rest.chars().next().filter(|&first| names::is_start(first))?;
        Some(self.name_token())
    }

    /// The characters of a name that are next, whatever the first is.
    pub(super) fn name_token(&mut self) -> &'a str {
        let rest = self.rest();
        let token = &rest[..rest.find(|next| !names::is_part(next)).unwrap_or(rest.len())];
        self.at += token.len();
        token
    }

    /// What comes before `end`, which is taken, too.
    pub(super) fn until(&mut self, end: &str, unfinished: &str) -> Result<&'a str, Fault> {
        let rest = self.rest();
        match memmem::find(rest.as_bytes(), end.as_bytes()) {
            Some(length) => {
                self.at += length + end.len();
                Ok(&rest[..length])
            }
            None => self.fault(unfinished),
        }
    }

    /// The comment or instruction that is next.
    pub(super) fn comment_or_instruction(&mut self) -> Result<(), Fault> {
        let start = self.at;
        if self.take("<!--") {
            self.until("--", "a comment that doesn't end")?;
            return if self.take(">") {
                Ok(())
            } else {
                self.at -= 2;
                self.fault("`--` within a comment")
            };
        }
        self.at += "<?".len();
        match self.name() {
            None => return self.fault("expected the target of a processing instruction"),
            Some(target) if target.eq_ignore_ascii_case("xml") => {
                self.at = start;
                return self.fault("an XML declaration stands at the very start");
            }
            Some(_) => {}
        }
        if self.skip_space() {
            self.until("?>", "a processing instruction that doesn't end").map(|_| ())
        } else if self.take("?>") {
            Ok(())
        } else {
            self.fault("expected whitespace after the target of a processing instruction")
        }
    }

    /// The reference whose `&` is next.
    pub(super) fn reference(&mut self) -> Result<Reference<'a>, Fault> {
        let start = self.at;
        self.at += 1;
        if !self.take("#") {
            return match self.name() {
                Some(name) if self.take(";") => Ok(Reference::Entity(name)),
                _ => Err(Fault::new(start, "an `&` that begins no reference")),
            };
        }
        let radix = if self.take("x") { 16 } else { 10 };
        let rest = self.rest();
        let length = rest.find(|digit: char| !digit.is_digit(radix)).unwrap_or(rest.len());
        let (digits, after) = rest.split_at(length);
        if digits.is_empty() || !after.starts_with(';') {
            return Err(Fault::new(start, "a reference by number that is none"));
        }
        self.at += length + 1;
        let digits = digits.trim_start_matches('0');
        let value = u32::from_str_radix(if digits.is_empty() { "0" } else { digits }, radix).ok();
        match value.and_then(char::from_u32).filter(|&named| is_allowed(named)) {
            Some(named) => Ok(Reference::Character(named)),
            None => Err(Fault::new(start, "a reference to what is no character of XML")),
        }
    }
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Whether a document may hold this character.
pub(super) fn is_allowed(character: char) -> bool {
    !matches!(character, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}')
}
