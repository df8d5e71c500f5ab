//! Escapes and classes of characters: what stands for one character, or for one of several.

use super::{Rewriter, Subject};

impl Rewriter {
    /// What follows `\` outside a class.
    pub(super) fn escape(&mut self) -> Result<(), String> {
        let c = self.next().ok_or("bad escape (end of pattern)")?;
        match c {
            'd' | 'D' | 'w' | 'W' | 's' | 'S' => self.out.extend(['\\', c]),
            'B' if self.subject == Subject::ManyLines => self.out.push_str(r"(?:\B|(?m:^))"),
            'b' | 'B' => self.out.extend(["(?:\\", c.encode_utf8(&mut [0; 4]), ")"]),
            'A' if self.subject == Subject::ManyLines => self.out.push_str("(?m:^)"),
            'A' => self.out.push_str(r"(?:\A)"),
            'Z' if self.subject == Subject::ManyLines => self.out.push_str(r"(?:(?m:^)|\z)"),
            'Z' => self.out.push_str(r"(?:\z)"),
            '1'..='9' => {
                let mut number = String::from(c);
                if let Some(second) = self.peek().filter(char::is_ascii_digit) {
                    self.at += 1;
                    number.push(second);
                    let third = self.peek().filter(|third| is_octal(*third));
                    if let Some(third) = third.filter(|_| is_octal(c) && is_octal(second)) {
                        self.at += 1;
                        number.push(third);
                        let code = octal(&number)?;
                        self.literal(code);
                        return Ok(());
                    }
                }
                self.out.extend([r"(?:\", &number, ")"]);
            }
            c => {
                let code = self.character(c)?;
                self.literal(code);
            }
        }
        Ok(())
    }

    /// The character that an escape stands for, inside a class and outside.
    fn character(&mut self, c: char) -> Result<char, String> {
        Ok(match c {
            'a' => '\x07',
            'f' => '\x0c',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\x0b',
            'x' => self.hex(2)?,
            'u' if !self.subject.is_bytes() => self.hex(4)?,
            'U' if !self.subject.is_bytes() => self.hex(8)?,
            '0' => {
                let mut number = String::from(c);
                while let Some(c) = self.peek().filter(|c| is_octal(*c) && number.len() < 3) {
                    number.push(c);
                    self.at += 1;
                }
                octal(&number)?
            }
            c if c.is_ascii_alphanumeric() => return Err(format!("bad escape \\{c}")),
            c => c,
        })
    }

    fn hex(&mut self, count: usize) -> Result<char, String> {
        let mut code = 0;
        for _ in 0..count {
            let digit = self.next().and_then(|c| c.to_digit(16)).ok_or("incomplete escape")?;
            code = code << 4 | digit;
        }
        char::from_u32(code).ok_or_else(|| "bad escape: no character has this number".to_owned())
    }

    /// What follows `[`.
    pub(super) fn class(&mut self) -> Result<(), String> {
        self.out.push('[');
        if self.eat("^") {
            self.out.push('^');
        }
        let mut first = true;
        loop {
            let c = self.next().ok_or("unterminated character set")?;
            if c == ']' && !first {
                break;
            }
            first = false;
            let low = self.member(c)?;
            // A minus before the end is itself.
            if self.peek() != Some('-') || self.source.get(self.at + 1).is_none_or(|end| *end == ']') {
                match low {
                    Ok(low) => self.code(low),
                    Err(kind) => self.out.extend(['\\', kind]),
                }
                continue;
            }
            self.at += 1;
            let c = self.next().ok_or("unterminated character set")?;
            match (low, self.member(c)?) {
                (Ok(low), Ok(high)) if low <= high => {
                    self.code(low);
                    self.out.push('-');
                    self.code(high);
                }
                _ => return Err("bad character range".to_owned()),
            }
        }
        self.out.push(']');
        Ok(())
    }

    /// A member of a class: a character, or the letter of a kind (`d` of `\d`).
    fn member(&mut self, c: char) -> Result<Result<char, char>, String> {
        if c != '\\' {
            return Ok(Ok(c));
        }
        let c = self.next().ok_or("bad escape (end of pattern)")?;
        Ok(match c {
            'd' | 'D' | 'w' | 'W' | 's' | 'S' => Err(c),
            'b' => Ok('\x08'),
            '1'..='7' => {
                let mut number = String::from(c);
                while let Some(c) = self.peek().filter(|c| is_octal(*c) && number.len() < 3) {
                    number.push(c);
                    self.at += 1;
                }
                Ok(octal(&number)?)
            }
            c => Ok(self.character(c)?),
        })
    }

    /// A character by its number, as a class takes it.
    fn code(&mut self, c: char) {
        let code = u32::from(c);
        let code = if c.is_ascii_alphanumeric() {
            c.to_string()
        } else if self.subject.is_bytes() {
            format!("\\x{code:02x}")
        } else {
            format!("\\x{{{code:x}}}")
        };
        self.out.push_str(&code);
    }

    pub(super) fn literal(&mut self, c: char) {
        if c.is_ascii() && !c.is_ascii_control() {
            if c.is_ascii_punctuation()
                && !matches!(
                    c,
                    '<' | '>' | '_' | '/' | '"' | '\'' | '`' | ',' | ':' | ';' | '=' | '!' | '@' | '%'
                )
            {
                self.out.push('\\');
            }
            self.out.push(c);
        } else {
            self.code(c);
        }
    }
}

fn is_octal(c: char) -> bool {
    matches!(c, '0'..='7')
}

fn octal(digits: &str) -> Result<char, String> {
    let code = u32::from_str_radix(digits, 8).unwrap_or(u32::MAX);
    char::from_u32(code)
        .filter(|_| code <= 0o377)
        .ok_or_else(|| format!("octal escape value \\{digits} outside of range 0-0o377"))
}
