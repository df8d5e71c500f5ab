//! Regexes as Python's `re` reads them, rewritten for `fancy-regex`: what the two read differently (`$`, `\Z`, `{`, octal escapes,
//! `[[`, verbose mode, bytes) is spelled out, what Python refuses is refused.

mod escape;

/// Where `^` and `$` are, and what a character is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// Text in which a line end comes last, if at all: `$` is before it, too.
    Line,
    /// Any text.
    Text,
    /// The bytes of one line with its end.
    LineBytes,
    /// The bytes of many lines, of which each is looked at on its own: a match within one of them is a match here.
    ManyLines,
    /// Any bytes.
    Bytes,
}

impl Subject {
    fn is_bytes(self) -> bool {
        !matches!(self, Self::Line | Self::Text)
    }
}

/// A regex in the words of `fancy-regex`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rewritten {
    pub(super) text: String,
    /// Whether it looks at what is before or behind a match.
    pub(super) looks_around: bool,
}

/// Python's flags that change how the rest is read; `i` and `s` are the engine's.
#[derive(Clone, Copy, Debug, Default)]
struct Flags {
    multiline: bool,
    verbose: bool,
}

/// Rewrites `pattern`; with `multiline`, `^` and `$` are at every line. The error is what Python would say, in short.
pub(super) fn rewrite(pattern: &str, subject: Subject, multiline: bool) -> Result<Rewritten, String> {
    let source = if subject.is_bytes() {
        // Python matches the bytes of the pattern's UTF-8, each on its own.
        pattern.bytes().map(char::from).collect()
    } else {
        pattern.chars().collect()
    };
    let mut rewriter = Rewriter {
        source,
        at: 0,
        out: String::with_capacity(pattern.len() + 16),
        subject,
        flags: Flags { multiline, verbose: false },
        groups: Vec::new(),
        looks_around: false,
        is_start: true,
    };
    rewriter.run()?;
    Ok(Rewritten { text: rewriter.out, looks_around: rewriter.looks_around })
}

struct Rewriter {
    source: Vec<char>,
    at: usize,
    out: String,
    subject: Subject,
    flags: Flags,
    /// The flags outside each open group.
    groups: Vec<Flags>,
    looks_around: bool,
    /// Whether nothing but flags came yet.
    is_start: bool,
}

impl Rewriter {
    fn peek(&self) -> Option<char> {
        self.source.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += 1;
        Some(next)
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = text.chars().enumerate().all(|(n, c)| self.source.get(self.at + n) == Some(&c));
        if found {
            self.at += text.chars().count();
        }
        found
    }

    fn run(&mut self) -> Result<(), String> {
        while let Some(c) = self.next() {
            if self.flags.verbose && is_space(c) {
                continue;
            }
            if self.flags.verbose && c == '#' {
                while self.next().is_some_and(|c| c != '\n') {}
                continue;
            }
            if c == '(' {
                self.group()?;
                continue;
            }
            self.is_start = false;
            match c {
                ')' => {
                    self.flags = self.groups.pop().ok_or("unbalanced parenthesis")?;
                    self.out.push(')');
                }
                '[' => self.class()?,
                '\\' => self.escape()?,
                '{' => self.braces()?,
                '^' => self.out.push_str(if self.flags.multiline || self.subject == Subject::ManyLines {
                    "(?m:^)"
                } else {
                    r"(?:\A)"
                }),
                '$' => self.dollar(),
                '.' | '*' | '+' | '?' | '|' => self.out.push(c),
                c => self.literal(c),
            }
        }
        if self.groups.is_empty() { Ok(()) } else { Err("missing ), unterminated subpattern".to_owned()) }
    }

    fn dollar(&mut self) {
        let exact = matches!(self.subject, Subject::Text | Subject::Bytes) && !self.flags.multiline;
        self.out.push_str(match self.subject {
            _ if exact => r"(?:\z|(?=\n\z))",
            // The line's end may have been taken already.
            Subject::ManyLines => "(?:(?m:$)|(?m:^))",
            _ => "(?m:$)",
        });
    }

    /// What follows `(`.
    fn group(&mut self) -> Result<(), String> {
        let outside = self.flags;
        if !self.eat("?") {
            self.open("(", outside);
            return Ok(());
        }
        if self.eat("#") {
            while self.next().ok_or("missing ), unterminated comment")? != ')' {}
            return Ok(());
        }
        for plain in [":", ">"] {
            if self.eat(plain) {
                self.open(&format!("(?{plain}"), outside);
                return Ok(());
            }
        }
        for looking in ["=", "!", "<=", "<!"] {
            if self.eat(looking) {
                self.looks_around = true;
                self.open(&format!("(?{looking}"), outside);
                return Ok(());
            }
        }
        if self.eat("P<") {
            let name = self.until('>')?;
            self.open(&format!("(?P<{name}>"), outside);
            return Ok(());
        }
        if self.eat("P=") {
            let name = self.until(')')?;
            self.out.extend(["(?:(?P=", &name, "))"]);
            self.is_start = false;
            return Ok(());
        }
        if self.eat("(") {
            let condition = self.until(')')?;
            self.open(&format!("(?({condition})"), outside);
            return Ok(());
        }
        self.flags(outside)
    }

    fn open(&mut self, text: &str, outside: Flags) {
        self.is_start = false;
        self.out.push_str(text);
        self.groups.push(outside);
    }

    /// A name or a number of a group.
    fn until(&mut self, end: char) -> Result<String, String> {
        let mut name = String::new();
        loop {
            match self.next() {
                Some(c) if c == end && !name.is_empty() => return Ok(name),
                Some(c) if c == '_' || c.is_alphanumeric() => name.push(c),
                _ => return Err("bad character in group name".to_owned()),
            }
        }
    }

    /// `(?i)` at the start, or `(?i-s:` anywhere.
    fn flags(&mut self, outside: Flags) -> Result<(), String> {
        let mut on = String::new();
        let mut off = String::new();
        let mut flags = outside;
        let mut taking = false;
        loop {
            let c = self.next().ok_or("missing -, : or )")?;
            match c {
                'i' | 's' if taking => off.push(c),
                'i' | 's' => on.push(c),
                'm' => flags.multiline = !taking,
                'x' => flags.verbose = !taking,
                'u' if !self.subject.is_bytes() && !taking => {}
                'a' if self.subject.is_bytes() && !taking => {}
                '-' if !taking => taking = true,
                ')' if !taking => {
                    if !self.is_start {
                        return Err("global flags not at the start of the expression".to_owned());
                    }
                    self.flags = flags;
                    if !on.is_empty() {
                        self.out.extend(["(?", &on, ")"]);
                    }
                    return Ok(());
                }
                ':' => {
                    let off = if off.is_empty() { off } else { format!("-{off}") };
                    self.open(&format!("(?{on}{off}:"), outside);
                    self.flags = flags;
                    return Ok(());
                }
                c => return Err(format!("unknown extension or flag ?{c}")),
            }
        }
    }

    /// What follows `{`: a repeat, or the character itself.
    fn braces(&mut self) -> Result<(), String> {
        let start = self.at;
        let low = self.digits();
        let comma = self.eat(",");
        let high = if comma { self.digits() } else { low.clone() };
        if low.is_empty() && !comma || !self.eat("}") {
            self.at = start;
            self.out.push_str(r"\{");
            return Ok(());
        }
        let low = if low.is_empty() { "0".to_owned() } else { low };
        let number = |text: &str| text.parse::<u32>().map_err(|_| "the repetition number is too large");
        if !high.is_empty() && number(&high)? < number(&low)? {
            return Err("min repeat greater than max repeat".to_owned());
        }
        self.out.extend(["{", &low, if comma { "," } else { "" }, if comma { &high } else { "" }, "}"]);
        Ok(())
    }

    fn digits(&mut self) -> String {
        let mut digits = String::new();
        while let Some(c) = self.peek().filter(char::is_ascii_digit) {
            digits.push(c);
            self.at += 1;
        }
        digits
    }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(pattern: &str) -> Result<String, String> {
        rewrite(pattern, Subject::Line, false).map(|rewritten| rewritten.text)
    }

    #[test]
    fn what_is_read_differently_is_spelled_out() {
        for (pattern, expected) in [
            (r"\.py$", r"\.py(?m:$)"),
            ("^a", r"(?:\A)a"),
            (r"a\Z", r"a(?:\z)"),
            ("a{,3}b{2}c{1,}", "a{0,3}b{2}c{1,}"),
            ("{a}{", r"\{a\}\{"),
            (r"\<\/\-", r"</\-"),
            (r"\0\012\101", r"\x{0}\x{a}A"),
            ("[[a]", r"[\x{5b}a]"),
            ("[]a-c-]", r"[\x{5d}a-c\x{2d}]"),
            (r"[^\w\-&&~~]", r"[^\w\x{2d}\x{26}\x{26}\x{7e}\x{7e}]"),
            ("(?x) a b # c\n | [ #]", r"ab|[\x{20}\x{23}]"),
            ("(?x: a )b c", "(?:a)b c"),
            ("(?im)^a$", "(?i)(?m:^)a(?m:$)"),
            ("(?i-s:a)(?#no)(?P<n>b)(?P=n)", "(?i-s:a)(?P<n>b)(?:(?P=n))"),
            (r"(a)\1", r"(a)(?:\1)"),
        ] {
            assert_eq!(text(pattern).as_deref(), Ok(expected), "{pattern}");
        }
    }

    #[test]
    fn what_python_refuses_is_refused() {
        for pattern in [
            r"\p{L}", r"\z", r"\h", "a(?i)b", "(", ")", "(?<n>a)", "[a", r"\", "(?y)", "[b-a]", r"[\w-z]",
            "a{3,2}", r"\x1", r"\777", r"[\8]", "(?a)x",
        ] {
            assert!(text(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn bytes_are_each_their_own() {
        let bytes = |pattern| rewrite(pattern, Subject::LineBytes, false).map(|rewritten| rewritten.text);
        assert_eq!(bytes("é+").as_deref(), Ok(r"\xc3\xa9+"));
        assert_eq!(bytes("[é]").as_deref(), Ok(r"[\xc3\xa9]"));
        assert!(bytes(r"\u00e9").is_err());
    }
}
