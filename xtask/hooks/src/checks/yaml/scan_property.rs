//! Directives, tags, anchors and aliases.

use std::borrow::Cow;

use super::Fault;
use super::scanner::Scanner;
use super::token::Kind;

impl<'a> Scanner<'a> {
    fn fail<T>(&self, message: &str) -> Result<T, Fault> {
        Err(Fault::new(self.cursor.at, message))
    }

    /// A line that begins with `%`.
    pub(super) fn directive(&mut self) -> Result<Kind<'a>, Fault> {
        self.cursor.skip(1);
        let start = self.cursor.at;
        while matches!(self.cursor.peek(0), b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' | b':' | b'.')
        {
            self.cursor.skip(1);
        }
        let name = self.cursor.since(start);
        if name.is_empty() || self.cursor.peek(0) != b' ' && !self.cursor.ends(0) {
            return self.fail("expected the name of a directive after `%`");
        }
        let kind = match name {
            "YAML" => {
                self.skip_spaces();
                let major = self.number()?;
                if self.cursor.peek(0) != b'.' {
                    return self.fail("expected a version such as 1.2");
                }
                self.cursor.skip(1);
                self.number()?;
                Kind::YamlDirective(major)
            }
            "TAG" => {
                self.skip_spaces();
                let handle = self.handle()?;
                if self.cursor.peek(0) != b' ' {
                    return self.fail("expected a space after a tag's handle");
                }
                self.skip_spaces();
                let prefix = self.uri()?;
                if self.cursor.peek(0) != b' ' && !self.cursor.ends(0) {
                    return self.fail("expected the end of a tag's prefix");
                }
                Kind::TagDirective { handle, prefix }
            }
            _ => {
                self.cursor.skip_line();
                Kind::OtherDirective
            }
        };
        if matches!(kind, Kind::YamlDirective(_)) && self.cursor.peek(0) != b' ' && !self.cursor.ends(0) {
            return self.fail("expected a version such as 1.2");
        }
        self.skip_spaces();
        if self.cursor.peek(0) == b'#' {
            self.cursor.skip_line();
        }
        if !self.cursor.ends(0) {
            return self.fail("expected the end of the line after a directive");
        }
        self.cursor.take_break();
        Ok(kind)
    }

    fn skip_spaces(&mut self) {
        while self.cursor.peek(0) == b' ' {
            self.cursor.skip(1);
        }
    }

    fn number(&mut self) -> Result<u64, Fault> {
        let start = self.cursor.at;
        while self.cursor.peek(0).is_ascii_digit() {
            self.cursor.skip(1);
        }
        let digits = self.cursor.since(start);
        if digits.is_empty() {
            return self.fail("expected a number");
        }
        Ok(digits.parse().unwrap_or(u64::MAX))
    }

    /// The name after `&` or `*`.
    pub(super) fn anchor_name(&mut self) -> Result<&'a str, Fault> {
        self.cursor.skip(1);
        let start = self.cursor.at;
        while self.is_name() {
            self.cursor.skip(1);
        }
        let name = self.cursor.since(start);
        let ended =
            self.cursor.is_blank(0) || matches!(self.cursor.peek(0), b',' | b'[' | b']' | b'{' | b'}');
        if name.is_empty() || !ended {
            return self.fail("expected a name after `&` or `*`");
        }
        Ok(name)
    }

    /// Whether the byte here belongs to a name: no space, no control, no bracket, no byte order mark.
    fn is_name(&self) -> bool {
        match self.cursor.peek(0) {
            0..=b' ' | b',' | b'[' | b']' | b'{' | b'}' | 0x7f => false,
            0xc2 => self.cursor.peek(1) != 0x85,
            0xef => (self.cursor.peek(1), self.cursor.peek(2)) != (0xbb, 0xbf),
            _ => true,
        }
    }

    /// A tag, with what its handle stands for left open.
    pub(super) fn tag(&mut self) -> Result<Kind<'a>, Fault> {
        let start = self.cursor.at;
        let short = if self.cursor.peek(1) == b'!' {
            self.cursor.skip(1);
            "!!"
        } else {
            "!"
        };
        let kind = if self.cursor.peek(1) == b'<' {
            self.cursor.skip(2);
            let suffix = self.uri()?;
            if self.cursor.peek(0) != b'>' {
                return self.fail("expected `>` at the end of a tag");
            }
            self.cursor.skip(1);
            Kind::Tag { handle: None, suffix }
        } else if self.cursor.is_blank(1) {
            self.cursor.skip(1);
            let suffix = Cow::Borrowed(self.cursor.since(start));
            Kind::Tag { handle: None, suffix }
        } else {
            let mut ahead = 1;
            while !matches!(self.cursor.peek(ahead), b' ' | b'!') && !self.cursor.ends(ahead) {
                ahead += 1;
            }
            let handle = if self.cursor.peek(ahead) == b'!' {
                self.handle()?
            } else {
                self.cursor.skip(1);
                short
            };
            let suffix = self.uri()?;
            Kind::Tag { handle: Some(handle), suffix }
        };
        if self.cursor.peek(0) != b' ' && !self.cursor.ends(0) {
            return self.fail("expected a space after a tag");
        }
        Ok(kind)
    }

    /// `!`, `!!` or `!name!`.
    fn handle(&mut self) -> Result<&'a str, Fault> {
        let start = self.cursor.at;
        if self.cursor.peek(0) != b'!' {
            return self.fail("expected `!`");
        }
        self.cursor.skip(1);
        if self.cursor.peek(0) != b' ' {
            while matches!(self.cursor.peek(0), b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_') {
                self.cursor.skip(1);
            }
            if self.cursor.peek(0) != b'!' {
                return self.fail("expected `!` at the end of a tag's handle");
            }
            self.cursor.skip(1);
        }
        Ok(self.cursor.since(start))
    }

    /// The part of a tag that is an address, with `%41` and the like decoded.
    fn uri(&mut self) -> Result<Cow<'a, str>, Fault> {
        let start = self.cursor.at;
        let mut escaped = false;
        loop {
            match self.cursor.peek(0) {
                b'%' => {
                    escaped = true;
                    if !(self.cursor.peek(1).is_ascii_hexdigit() && self.cursor.peek(2).is_ascii_hexdigit()) {
                        return self.fail("expected two hexadecimal digits after `%`");
                    }
                    self.cursor.skip(3);
                }
                byte if byte.is_ascii_alphanumeric()
                    || byte != 0 && b"-;/?:@&=+$,_.!~*'()[]#".contains(&byte) =>
                {
                    self.cursor.skip(1);
                }
                _ => break,
            }
        }
        let raw = self.cursor.since(start);
        if raw.is_empty() {
            return self.fail("expected the name of a tag");
        }
        if !escaped {
            return Ok(Cow::Borrowed(raw));
        }
        let mut bytes = Vec::with_capacity(raw.len());
        let mut rest = raw.as_bytes();
        while let [first, more @ ..] = rest {
            if *first == b'%' {
                let digit = |at: usize| char::from(rest[at]).to_digit(16).unwrap_or_default() as u8;
                bytes.push(digit(1) << 4 | digit(2));
                rest = &rest[3..];
            } else {
                bytes.push(*first);
                rest = more;
            }
        }
        String::from_utf8(bytes).map(Cow::Owned).map_err(|_| Fault::new(start, "a tag that is no UTF-8"))
    }
}
