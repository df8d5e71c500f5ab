//! From text to tokens. Keys are told by the `:` that follows them, so a token that may begin one waits until that is decided:
//! on the same line and within 1024 characters, as YAML asks.

use std::collections::VecDeque;

use super::Fault;
use super::cursor::Cursor;
use super::token::{Kind, Token};

/// How long a key without `?` may be.
const LONGEST_KEY: usize = 1024;

/// A token that may turn out to begin a key.
#[derive(Clone, Copy)]
struct MaybeKey {
    /// Its number among all tokens.
    number: usize,
    /// Whether nothing but a key can be here.
    required: bool,
    at: usize,
    line: usize,
    column: i64,
}

pub(super) struct Scanner<'a> {
    pub(super) cursor: Cursor<'a>,
    queue: VecDeque<Token<'a>>,
    /// How many tokens were taken from the queue.
    taken: usize,
    done: bool,
    pub(super) indent: i64,
    indents: Vec<i64>,
    /// The open `[` and `{`.
    flow: Vec<u8>,
    /// For the block context and each open bracket.
    maybe_keys: Vec<Option<MaybeKey>>,
    /// No level below this one has a key that waits.
    first_waiting: usize,
    /// Whether a key may begin here.
    pub(super) key_allowed: bool,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            cursor: Cursor::new(text),
            queue: VecDeque::new(),
            taken: 0,
            done: false,
            indent: -1,
            indents: Vec::new(),
            flow: Vec::new(),
            maybe_keys: vec![None],
            first_waiting: 0,
            key_allowed: true,
        }
    }

    /// The next token, which stays.
    pub(super) fn peek(&mut self) -> Result<&Token<'a>, Fault> {
        while self.needs_more()? {
            self.fetch()?;
        }
        self.queue.front().ok_or_else(|| Fault::new(self.cursor.at, "unexpected end"))
    }

    /// The next token.
    pub(super) fn next(&mut self) -> Result<Token<'a>, Fault> {
        self.peek()?;
        self.taken += 1;
        self.queue.pop_front().ok_or_else(|| Fault::new(self.cursor.at, "unexpected end"))
    }

    pub(super) fn in_flow(&self) -> bool {
        !self.flow.is_empty()
    }

    fn needs_more(&mut self) -> Result<bool, Fault> {
        if self.done {
            return Ok(false);
        }
        if self.queue.is_empty() {
            return Ok(true);
        }
        self.drop_stale_keys()?;
        let oldest = self.maybe_keys.get(self.first_waiting).copied().flatten();
        Ok(oldest.is_some_and(|key| key.number == self.taken))
    }

    /// Forgets tokens that can't be keys any more. Those of outer brackets are older, and go first.
    fn drop_stale_keys(&mut self) -> Result<(), Fault> {
        while let Some(slot) = self.maybe_keys.get(self.first_waiting) {
            if let Some(key) = slot {
                let stale = key.line != self.cursor.line || self.is_far(key.at);
                if !stale {
                    break;
                }
                if key.required {
                    return Err(Fault::new(key.at, "expected a key with `:` here"));
                }
                self.maybe_keys[self.first_waiting] = None;
            }
            if self.first_waiting + 1 == self.maybe_keys.len() {
                break;
            }
            self.first_waiting += 1;
        }
        Ok(())
    }

    fn is_far(&self, start: usize) -> bool {
        self.cursor.at - start > LONGEST_KEY && self.cursor.since(start).chars().count() > LONGEST_KEY
    }

    fn may_be_key(&mut self) -> Result<(), Fault> {
        let column = self.cursor.column();
        let required = !self.in_flow() && self.indent == column;
        if self.key_allowed {
            self.forget_key()?;
            let key = MaybeKey {
                number: self.taken + self.queue.len(),
                required,
                at: self.cursor.at,
                line: self.cursor.line,
                column,
            };
            let level = self.flow.len();
            self.maybe_keys[level] = Some(key);
            self.first_waiting = self.first_waiting.min(level);
        }
        Ok(())
    }

    fn forget_key(&mut self) -> Result<(), Fault> {
        match self.maybe_keys[self.flow.len()].take() {
            Some(key) if key.required => Err(Fault::new(key.at, "expected a key with `:` here")),
            _ => Ok(()),
        }
    }

    fn push(&mut self, kind: Kind<'a>) {
        self.push_at(self.cursor.at, kind);
    }

    fn push_at(&mut self, at: usize, kind: Kind<'a>) {
        self.queue.push_back(Token { at, kind });
    }

    /// Closes the blocks that are indented more than `column`.
    fn unwind(&mut self, column: i64) {
        if self.in_flow() {
            return;
        }
        while self.indent > column {
            self.indent = self.indents.pop().unwrap_or(-1);
            self.push(Kind::BlockEnd);
        }
    }

    /// Opens a block at `column`, unless one is open there.
    fn indent_to(&mut self, column: i64) -> bool {
        let deeper = self.indent < column;
        if deeper {
            self.indents.push(self.indent);
            self.indent = column;
        }
        deeper
    }

    fn fetch(&mut self) -> Result<(), Fault> {
        self.skip_to_token();
        self.drop_stale_keys()?;
        self.unwind(self.cursor.column());
        if self.cursor.is_over() {
            self.unwind(-1);
            self.forget_key()?;
            self.key_allowed = false;
            self.maybe_keys.fill(None);
            self.push(Kind::StreamEnd);
            self.done = true;
            return Ok(());
        }
        let first = self.cursor.peek(0);
        if self.cursor.column() == 0 {
            match first {
                b'%' => {
                    self.unwind(-1);
                    self.forget_key()?;
                    self.key_allowed = false;
                    let at = self.cursor.at;
                    let kind = self.directive()?;
                    self.push_at(at, kind);
                    return Ok(());
                }
                b'-' if self.cursor.is_document_mark(b"---") => {
                    return self.document_mark(Kind::DocumentStart);
                }
                b'.' if self.cursor.is_document_mark(b"...") => return self.document_mark(Kind::DocumentEnd),
                _ => {}
            }
        }
        match first {
            b'[' => self.open(b'[', Kind::FlowSequenceStart),
            b'{' => self.open(b'{', Kind::FlowMappingStart),
            b']' => self.close(Kind::FlowSequenceEnd),
            b'}' => self.close(Kind::FlowMappingEnd),
            b',' => {
                self.key_allowed = true;
                self.forget_key()?;
                self.indicator(Kind::FlowEntry);
                Ok(())
            }
            b'-' if self.cursor.is_blank(1) => self.entry(),
            b'?' if self.in_flow() || self.cursor.is_blank(1) => self.explicit_key(),
            b':' if self.is_value() => self.value(),
            b'*' => self.named(Kind::Alias),
            b'&' => self.named(Kind::Anchor),
            b'!' => {
                self.may_be_key()?;
                self.key_allowed = false;
                let at = self.cursor.at;
                let kind = self.tag()?;
                self.push_at(at, kind);
                Ok(())
            }
            b'|' | b'>' if !self.in_flow() => {
                self.key_allowed = true;
                self.forget_key()?;
                let at = self.cursor.at;
                let text = self.block_scalar()?;
                self.push_at(at, Kind::Scalar { text, plain: false });
                Ok(())
            }
            b'\'' | b'"' => {
                self.may_be_key()?;
                self.key_allowed = false;
                let at = self.cursor.at;
                let text = self.quoted(first)?;
                self.push_at(at, Kind::Scalar { text, plain: false });
                Ok(())
            }
            _ if self.begins_plain(first) => {
                self.may_be_key()?;
                self.key_allowed = false;
                let at = self.cursor.at;
                let text = self.plain();
                self.push_at(at, Kind::Scalar { text, plain: true });
                Ok(())
            }
            b'\t' => Err(Fault::new(self.cursor.at, "a tab where only spaces may be")),
            _ => {
                let character = self.cursor.text[self.cursor.at..].chars().next().unwrap_or_default();
                Err(Fault::new(self.cursor.at, format!("{character:?} can't begin anything here")))
            }
        }
    }

    /// Goes over spaces, comments and line ends. Tabs separate only within brackets.
    pub(super) fn skip_to_token(&mut self) {
        loop {
            while self.cursor.peek(0) == b' ' || self.in_flow() && self.cursor.peek(0) == b'\t' {
                self.cursor.skip(1);
            }
            if self.cursor.peek(0) == b'#' {
                self.cursor.skip_line();
            }
            if self.cursor.take_break().is_none() {
                return;
            }
            if !self.in_flow() {
                self.key_allowed = true;
            }
        }
    }

    fn indicator(&mut self, kind: Kind<'a>) {
        self.push(kind);
        self.cursor.skip(1);
    }

    fn document_mark(&mut self, kind: Kind<'a>) -> Result<(), Fault> {
        self.unwind(-1);
        self.forget_key()?;
        self.key_allowed = false;
        self.push(kind);
        self.cursor.skip(3);
        Ok(())
    }

    fn open(&mut self, bracket: u8, kind: Kind<'a>) -> Result<(), Fault> {
        self.may_be_key()?;
        self.flow.push(bracket);
        self.maybe_keys.push(None);
        self.key_allowed = true;
        self.indicator(kind);
        Ok(())
    }

    fn close(&mut self, kind: Kind<'a>) -> Result<(), Fault> {
        self.forget_key()?;
        // One bracket too many is told by the parser.
        if self.flow.pop().is_some() {
            self.maybe_keys.pop();
            self.first_waiting = self.first_waiting.min(self.flow.len());
        }
        self.key_allowed = false;
        self.indicator(kind);
        Ok(())
    }

    fn entry(&mut self) -> Result<(), Fault> {
        if !self.in_flow() {
            if !self.key_allowed {
                return Err(Fault::new(self.cursor.at, "a sequence can't begin here"));
            }
            if self.indent_to(self.cursor.column()) {
                self.push(Kind::BlockSequenceStart);
            }
        }
        self.key_allowed = true;
        self.forget_key()?;
        self.indicator(Kind::BlockEntry);
        Ok(())
    }

    fn explicit_key(&mut self) -> Result<(), Fault> {
        if !self.in_flow() {
            if !self.key_allowed {
                return Err(Fault::new(self.cursor.at, "a key can't be here"));
            }
            if self.indent_to(self.cursor.column()) {
                self.push(Kind::BlockMappingStart);
            }
        }
        self.key_allowed = !self.in_flow();
        self.forget_key()?;
        self.indicator(Kind::Key);
        Ok(())
    }

    /// Whether the `:` here ends a key.
    fn is_value(&self) -> bool {
        let blank = self.cursor.is_blank(1);
        match self.flow.last() {
            None | Some(b'[') => blank,
            Some(_) => blank || !self.queue.back().is_some_and(|token| token.kind == Kind::Value),
        }
    }

    fn value(&mut self) -> Result<(), Fault> {
        let level = self.flow.len();
        if let Some(key) = self.maybe_keys[level].take() {
            let place = key.number - self.taken;
            self.queue.insert(place, Token { at: key.at, kind: Kind::Key });
            if !self.in_flow() && self.indent_to(key.column) {
                let kind = Kind::BlockMappingStart;
                self.queue.insert(place, Token { at: key.at, kind });
            }
            self.key_allowed = false;
        } else {
            if !self.in_flow() {
                if !self.key_allowed {
                    return Err(Fault::new(self.cursor.at, "a mapping's value can't be here"));
                }
                if self.indent_to(self.cursor.column()) {
                    self.push(Kind::BlockMappingStart);
                }
            }
            self.key_allowed = !self.in_flow();
            self.forget_key()?;
        }
        self.indicator(Kind::Value);
        Ok(())
    }

    fn named(&mut self, kind: fn(&'a str) -> Kind<'a>) -> Result<(), Fault> {
        self.may_be_key()?;
        self.key_allowed = false;
        let at = self.cursor.at;
        let name = self.anchor_name()?;
        self.push_at(at, kind(name));
        Ok(())
    }
}
