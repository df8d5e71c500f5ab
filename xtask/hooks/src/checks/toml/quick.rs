//! A quick look at a TOML text that tells most good files at several times the parser's speed: tables, arrays of tables,
//! dotted keys, and values that are strings of one line, plain numbers, booleans, arrays and inline tables.
//!
//! It says *fine* or *don't know*, never *wrong*: whatever else there is (dates, strings over several lines, rarer forms of
//! numbers and escapes) is left to the parser, as is every fault, which the parser can name.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use memchr::memchr_iter;

use crate::checks::keys::Keys;

/// Deeper nesting is left to the parser, which has a limit.
const DEEPEST: usize = 32;

/// Not sure: the parser decides.
struct Unsure;

type Sure<T> = Result<T, Unsure>;

/// What a name within a table stands for; tables are numbered.
#[derive(Clone, Copy)]
enum Named {
    Value,
    /// `[name]`.
    Table(usize),
    /// What `[name.other]` made of `name`.
    Implied(usize),
    /// What `name.other = …` made of `name`.
    Dotted(usize),
    /// `[[name]]`: its last member.
    Tables(usize),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Array,
    Inline,
}

struct Quick<'a> {
    bytes: &'a [u8],
    at: usize,
    names: HashMap<(usize, &'a [u8]), Named>,
    /// How many tables there are, the root included.
    tables: usize,
    /// The table that the lines here belong to.
    current: usize,
    /// The parts of the key that was read last.
    key: Vec<&'a [u8]>,
    within: Vec<Within>,
    inline: Keys<'a>,
}

/// Whether `text` is certainly good.
pub(super) fn is_fine(text: &str) -> bool {
    let bytes = text.as_bytes();
    let control = |&byte: &u8| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r') || byte == 0x7f;
    // Without a branch for each byte, this is a small part of the time.
    if bytes.iter().fold(false, |any, byte| any | control(byte))
        || memchr_iter(b'\r', bytes).any(|at| bytes.get(at + 1) != Some(&b'\n'))
        || bytes.starts_with(b"\xef\xbb\xbf")
    {
        return false;
    }
    let mut quick = Quick {
        bytes,
        at: 0,
        names: HashMap::new(),
        tables: 1,
        current: 0,
        key: Vec::new(),
        within: Vec::new(),
        inline: Keys::default(),
    };
    quick.document().is_ok()
}

impl Quick<'_> {
    /// The byte at `at`; 0, which the text doesn't hold, past the end.
    #[inline]
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    #[inline]
    fn here(&self) -> u8 {
        self.byte(self.at)
    }

    #[inline]
    fn skip_space(&mut self) {
        while matches!(self.here(), b' ' | b'\t') {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Sure<()> {
        if self.here() != byte {
            return Err(Unsure);
        }
        self.at += 1;
        Ok(())
    }

    /// Goes over spaces, a comment and the line's end.
    fn end_line(&mut self) -> Sure<()> {
        self.skip_space();
        match self.here() {
            b'#' => self.skip_line(),
            b'\r' => self.at += 2,
            b'\n' => self.at += 1,
            0 => {}
            _ => return Err(Unsure),
        }
        Ok(())
    }

    fn skip_line(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
    }

    fn document(&mut self) -> Sure<()> {
        while self.at < self.bytes.len() {
            self.skip_space();
            match self.here() {
                b'#' | b'\n' | b'\r' | 0 => {}
                b'[' => self.header()?,
                _ => {
                    self.key()?;
                    self.define(self.current)?;
                    self.assigned()?;
                }
            }
            self.end_line()?;
        }
        Ok(())
    }

    /// `= value`.
    fn assigned(&mut self) -> Sure<()> {
        self.skip_space();
        self.take(b'=')?;
        self.skip_space();
        self.value()
    }

    /// The table that `[…]` or `[[…]]` begins.
    fn header(&mut self) -> Sure<()> {
        self.at += 1;
        let array = self.here() == b'[';
        self.at += usize::from(array);
        self.skip_space();
        self.key()?;
        self.skip_space();
        self.take(b']')?;
        if array {
            self.take(b']')?;
        }
        let (last, before) = self.key.split_last().ok_or(Unsure)?;
        let mut table = 0;
        for part in before {
            table = match self.names.entry((table, part)) {
                Entry::Occupied(there) => match there.get() {
                    Named::Table(inner) | Named::Implied(inner) | Named::Tables(inner) => *inner,
                    Named::Value | Named::Dotted(_) => return Err(Unsure),
                },
                Entry::Vacant(free) => {
                    free.insert(Named::Implied(self.tables));
                    self.tables += 1;
                    self.tables - 1
                }
            };
        }
        let new = self.tables;
        self.tables += 1;
        self.current = new;
        match (self.names.entry((table, last)), array) {
            (Entry::Vacant(free), false) => {
                free.insert(Named::Table(new));
            }
            (Entry::Vacant(free), true) => {
                free.insert(Named::Tables(new));
            }
            (Entry::Occupied(mut there), array) => match (*there.get(), array) {
                (Named::Implied(table), false) => {
                    there.insert(Named::Table(table));
                    self.current = table;
                }
                (Named::Tables(_), true) => {
                    there.insert(Named::Tables(new));
                }
                _ => return Err(Unsure),
            },
        }
        Ok(())
    }

    /// The key that was read last is a value in `table`.
    fn define(&mut self, mut table: usize) -> Sure<()> {
        let (last, before) = self.key.split_last().ok_or(Unsure)?;
        for part in before {
            table = match self.names.entry((table, part)) {
                Entry::Occupied(there) => match there.get() {
                    Named::Dotted(inner) => *inner,
                    _ => return Err(Unsure),
                },
                Entry::Vacant(free) => {
                    free.insert(Named::Dotted(self.tables));
                    self.tables += 1;
                    self.tables - 1
                }
            };
        }
        match self.names.entry((table, last)) {
            Entry::Vacant(free) => {
                free.insert(Named::Value);
                Ok(())
            }
            Entry::Occupied(_) => Err(Unsure),
        }
    }

    /// The parts of a key, into `self.key`.
    fn key(&mut self) -> Sure<()> {
        self.key.clear();
        loop {
            let start = self.at;
            if matches!(self.here(), b'"' | b'\'') {
                let escaped = self.string()?;
                if escaped {
                    return Err(Unsure);
                }
                self.key.push(&self.bytes[start + 1..self.at - 1]);
            } else {
                while matches!(self.here(), b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-') {
                    self.at += 1;
                }
                if start == self.at {
                    return Err(Unsure);
                }
                self.key.push(&self.bytes[start..self.at]);
            }
            let end = self.at;
            self.skip_space();
            if self.here() != b'.' {
                self.at = end;
                return if self.key.len() < DEEPEST { Ok(()) } else { Err(Unsure) };
            }
            self.at += 1;
            self.skip_space();
        }
    }

    /// A string of one line; gives whether it has escapes.
    fn string(&mut self) -> Sure<bool> {
        let quote = self.here();
        let mut at = self.at + 1;
        let mut escaped = false;
        loop {
            match self.byte(at) {
                byte if byte == quote => break,
                b'\n' | b'\r' | 0 => return Err(Unsure),
                b'\\' if quote == b'"' => {
                    escaped = true;
                    at += match self.byte(at + 1) {
                        b'b' | b't' | b'n' | b'f' | b'r' | b'"' | b'\\' => 2,
                        // What begins with `d` may be half of a character.
                        b'u' if !matches!(self.byte(at + 2), b'd' | b'D')
                            && (2..6).all(|ahead| self.byte(at + ahead).is_ascii_hexdigit()) =>
                        {
                            6
                        }
                        _ => return Err(Unsure),
                    };
                }
                _ => at += 1,
            }
        }
        // Three quotes begin a string of several lines.
        if at == self.at + 1 && self.byte(at + 1) == quote {
            return Err(Unsure);
        }
        self.at = at + 1;
        Ok(escaped)
    }

    /// A value, with all that is in it.
    fn value(&mut self) -> Sure<()> {
        self.within.clear();
        loop {
            match self.here() {
                b'[' => self.open(Within::Array)?,
                b'{' => {
                    self.open(Within::Inline)?;
                    self.inline.open();
                    self.skip_space();
                    if self.here() != b'}' {
                        self.inline_key()?;
                        continue;
                    }
                }
                b'"' | b'\'' => {
                    self.string()?;
                }
                _ => self.word()?,
            }
            if !self.next_member()? {
                return Ok(());
            }
        }
    }

    fn open(&mut self, within: Within) -> Sure<()> {
        self.within.push(within);
        self.at += 1;
        if self.within.len() < DEEPEST { Ok(()) } else { Err(Unsure) }
    }

    /// From the end of a value, or the start of an array or an empty table, to the next value; `false` where the outermost
    /// value has ended.
    fn next_member(&mut self) -> Sure<bool> {
        let mut fresh = matches!(self.bytes.get(self.at.wrapping_sub(1)), Some(b'['));
        while let Some(within) = self.within.last() {
            match within {
                Within::Array => {
                    self.gap()?;
                    let comma = self.here() == b',';
                    if comma && !fresh {
                        self.at += 1;
                        self.gap()?;
                    }
                    if self.here() != b']' {
                        return if comma || fresh { Ok(true) } else { Err(Unsure) };
                    }
                }
                Within::Inline => {
                    self.skip_space();
                    if self.here() == b',' {
                        self.at += 1;
                        self.skip_space();
                        self.inline_key()?;
                        return Ok(true);
                    }
                    if self.here() != b'}' || self.inline.close().is_some() {
                        return Err(Unsure);
                    }
                }
            }
            self.within.pop();
            self.at += 1;
            fresh = false;
        }
        Ok(false)
    }

    /// The key of an inline table and its `=`. Dotted ones are left to the parser.
    fn inline_key(&mut self) -> Sure<()> {
        let start = self.at;
        self.key()?;
        let [key] = self.key[..] else {
            return Err(Unsure);
        };
        self.inline.add(key.into(), start);
        self.skip_space();
        self.take(b'=')?;
        self.skip_space();
        Ok(())
    }

    /// Spaces, comments and line ends within an array.
    fn gap(&mut self) -> Sure<()> {
        loop {
            self.skip_space();
            match self.here() {
                b'\n' | b'\r' | b'#' => self.end_line()?,
                _ => return Ok(()),
            }
        }
    }

    /// A boolean, or a number in its plain form.
    fn word(&mut self) -> Sure<()> {
        let start = self.at;
        while matches!(self.here(), b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'+' | b'.' | b':')
        {
            self.at += 1;
        }
        let word = &self.bytes[start..self.at];
        if matches!(word, b"true" | b"false") {
            return Ok(());
        }
        let word = word.strip_prefix(b"-").unwrap_or(word);
        let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
        let (whole, fraction) = match memchr::memchr(b'.', word) {
            Some(dot) => (&word[..dot], &word[dot + 1..]),
            None => (word, &b"0"[..]),
        };
        let plain = digits(whole) && digits(fraction) && (whole.len() == 1 || whole[0] != b'0');
        // A longer one may be more than the parser takes.
        if plain && word.len() <= 18 { Ok(()) } else { Err(Unsure) }
    }
}
