//! A quick look at a YAML text that tells most good files at several times the parser's speed: block mappings and
//! sequences, scalars, and flow collections, anchors and merges in their plain forms.
//!
//! It says *fine* or *don't know*, never *wrong*: whatever else there is (tags, `?`, aliases as keys, tabs, `...`)
//! is left to the parser, as is every fault, which the parser can name. So what is here must only be right where
//! it says *fine*; properties in the tests hold it against the parser.

use memchr::{memchr_iter, memchr2_iter};

use crate::checks::keys::Keys;

mod flow;
mod named;
mod scalar;
#[cfg(test)]
mod tests;

use flow::Flow;
use named::Anchor;
use scalar::{Scalar, key_of, may_continue};

/// A key may be 1024 characters long; longer than this many bytes, the parser counts.
const LONGEST_KEY: usize = 1000;

/// Not sure: the parser decides.
struct Unsure;

type Sure<T> = Result<T, Unsure>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Around the document's one node.
    Document,
    Mapping,
    Sequence,
    /// A sequence at the column of the mapping whose value it is.
    Indentless,
}

/// A collection that is open.
struct Open {
    column: i64,
    kind: Kind,
    /// Whether its last key, or `-`, still waits for a value.
    pending: bool,
}

struct Quick<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    line_start: usize,
    open: Vec<Open>,
    keys: Keys<'a>,
    flow: Vec<Flow>,
    /// Whether a plain scalar ended the line before, and may go on.
    continues: bool,
    anchors: Vec<Anchor<'a>>,
    /// Whether the node of the last anchor is still to come.
    anchored: bool,
}

/// Whether `text`, which holds nothing that can't be printed, is certainly one document that loads, or one after another where
/// `many` may be.
pub(super) fn is_fine(text: &str, many: bool) -> bool {
    let bytes = text.as_bytes();
    // Line ends that only YAML knows, and a lone `\r`.
    let odd = |at: usize| match bytes[at] {
        0xc2 => bytes.get(at + 1) == Some(&0x85),
        _ => matches!(bytes.get(at + 1..at + 3), Some([0x80, 0xa8 | 0xa9])),
    };
    if bytes.starts_with(b"\xef\xbb\xbf")
        || memchr_iter(b'\r', bytes).any(|at| bytes.get(at + 1) != Some(&b'\n'))
        || !bytes.is_ascii() && memchr2_iter(0xc2, 0xe2, bytes).any(odd)
    {
        return false;
    }
    let document = Open { column: -1, kind: Kind::Document, pending: true };
    let mut quick = Quick {
        text,
        bytes,
        at: 0,
        line_start: 0,
        open: vec![document],
        keys: Keys::default(),
        flow: Vec::new(),
        continues: false,
        anchors: Vec::new(),
        anchored: false,
    };
    quick.documents(many).is_ok()
}

impl<'a> Quick<'a> {
    /// The byte here; 0, which the text doesn't hold, past the end.
    #[inline]
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// Whether a space or an end is at `at`.
    #[inline]
    fn is_blank(&self, at: usize) -> bool {
        matches!(self.byte(at), b' ' | b'\n' | b'\r' | 0)
    }

    #[inline]
    fn skip_spaces(&mut self) {
        while self.byte(self.at) == b' ' {
            self.at += 1;
        }
    }

    /// Goes to the start of the next line.
    fn skip_line(&mut self) {
        let rest = &self.bytes[self.at.min(self.bytes.len())..];
        self.at += memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        self.line_start = self.at;
    }

    /// Goes over the end of the line, where nothing but spaces and a comment is before it.
    fn end_line(&mut self) -> Sure<bool> {
        let before = self.at;
        self.skip_spaces();
        match self.byte(self.at) {
            b'\n' | b'\r' | 0 => {}
            b'#' if before < self.at || before == self.line_start => {}
            b'\t' => return Err(Unsure),
            _ => return Ok(false),
        }
        self.skip_line();
        Ok(true)
    }

    fn documents(&mut self, many: bool) -> Sure<()> {
        let mut marked = false;
        let mut begun = false;
        while self.at < self.bytes.len() {
            self.skip_spaces();
            let column = self.at - self.line_start;
            match self.byte(self.at) {
                b'\n' | b'\r' => {
                    self.skip_line();
                    continue;
                }
                b'#' => {
                    self.continues = false;
                    self.skip_line();
                    continue;
                }
                0 => break,
                b'%' => return Err(Unsure),
                b'-' | b'.' if column == 0 && self.is_document_mark() => {
                    if self.byte(self.at) == b'.' || marked && !begun || begun && !many {
                        return Err(Unsure);
                    }
                    self.end_document()?;
                    begun = false;
                    marked = true;
                    self.at += 3;
                    if !self.end_line()? {
                        return Err(Unsure);
                    }
                    continue;
                }
                _ => {}
            }
            begun = true;
            self.line(column as i64)?;
        }
        self.end_document()?;
        if begun { Ok(()) } else { Err(Unsure) }
    }

    /// Closes what is open, and waits for another node.
    fn end_document(&mut self) -> Sure<()> {
        while self.open.len() > 1 {
            self.close()?;
        }
        self.set_pending(true);
        self.continues = false;
        self.anchored = false;
        self.anchors.clear();
        Ok(())
    }

    fn is_document_mark(&self) -> bool {
        let here = &self.bytes[self.at..];
        (here.starts_with(b"---") || here.starts_with(b"...")) && {
            let after = self.byte(self.at + 3);
            after == b'\t' || self.is_blank(self.at + 3)
        }
    }

    fn close(&mut self) -> Sure<()> {
        match self.open.pop() {
            Some(Open { kind: Kind::Mapping, .. }) if self.keys.close().is_some() => Err(Unsure),
            _ => Ok(()),
        }
    }

    /// The kind, the column and the state of the innermost collection.
    fn innermost(&self) -> (Kind, i64, bool) {
        self.open.last().map_or((Kind::Document, -1, false), |open| (open.kind, open.column, open.pending))
    }

    /// Whether a `-` that begins an entry is here.
    fn is_dash(&self) -> bool {
        self.byte(self.at) == b'-' && self.is_blank(self.at + 1)
    }

    /// A line with something on it, which begins at `column`.
    fn line(&mut self, column: i64) -> Sure<()> {
        while self.innermost().1 > column {
            self.continues = false;
            self.close()?;
        }
        let dash = self.is_dash();
        if !dash && self.innermost().0 == Kind::Indentless && self.innermost().1 == column {
            self.close()?;
        }
        let (kind, at, pending) = self.innermost();
        let continues = std::mem::take(&mut self.continues);
        if at < column {
            return match kind {
                _ if pending => self.node(column),
                Kind::Mapping | Kind::Sequence | Kind::Indentless if continues => {
                    // Whatever stands here belongs to the text.
                    self.plain(false, self.at)?;
                    self.ended(true)
                }
                _ => Err(Unsure),
            };
        }
        // A name for nothing: what begins here isn't what it waited for.
        self.anchored = false;
        match (kind, dash) {
            (Kind::Sequence | Kind::Indentless, true) => self.entry(),
            (Kind::Mapping, true) if pending => {
                self.begin(Kind::Indentless, column);
                self.entry()
            }
            (Kind::Mapping, false) => {
                let start = self.at;
                let key = self.key_scalar()?;
                self.key(start, key)
            }
            _ => Err(Unsure),
        }
    }

    /// Opens a collection, which is what the one around it waited for.
    fn begin(&mut self, kind: Kind, column: i64) {
        self.filled();
        self.names(kind == Kind::Mapping);
        self.open.push(Open { column, kind, pending: false });
        if kind == Kind::Mapping {
            self.keys.open();
        }
    }

    /// The innermost collection waits for nothing.
    fn filled(&mut self) {
        self.set_pending(false);
    }

    fn set_pending(&mut self, pending: bool) {
        if let Some(open) = self.open.last_mut() {
            open.pending = pending;
        }
    }

    /// From a `-`: its value, on this line or later.
    fn entry(&mut self) -> Sure<()> {
        loop {
            self.at += 1;
            self.anchored = false;
            self.set_pending(true);
            if self.end_line()? {
                return Ok(());
            }
            if matches!(self.byte(self.at), b'&' | b'*') {
                return if self.named()? { self.value() } else { Ok(()) };
            }
            let column = (self.at - self.line_start) as i64;
            if !self.is_dash() {
                return self.node(column);
            }
            self.begin(Kind::Sequence, column);
        }
    }

    /// A node that may be a block collection.
    fn node(&mut self, column: i64) -> Sure<()> {
        if self.is_dash() {
            self.begin(Kind::Sequence, column);
            return self.entry();
        }
        if matches!(self.byte(self.at), b'[' | b'{' | b'|' | b'>') {
            return self.value();
        }
        let start = self.at;
        let scalar = self.key_scalar()?;
        if self.byte(self.at) == b':' {
            self.begin(Kind::Mapping, column);
            return self.key(start, scalar);
        }
        self.anchored = false;
        let continues = may_continue(scalar)?;
        self.ended(continues)
    }

    /// A value has ended, and so must the line. A plain scalar may go on in the next line, unless a comment is between.
    fn ended(&mut self, continues: bool) -> Sure<()> {
        self.filled();
        self.continues = continues && {
            let spaces = self.bytes[self.at..].iter().take_while(|&&byte| byte == b' ').count();
            self.byte(self.at + spaces) != b'#'
        };
        if self.end_line()? { Ok(()) } else { Err(Unsure) }
    }

    /// From the `:` after a key: its value, on this line or later.
    fn key(&mut self, start: usize, scalar: Scalar<'a>) -> Sure<()> {
        if self.byte(self.at) != b':' || !self.is_blank(self.at + 1) || self.at - start > LONGEST_KEY {
            return Err(Unsure);
        }
        self.at += 1;
        self.set_pending(true);
        self.anchored = false;
        if matches!(scalar, Scalar::Plain("<<")) {
            // A second one in this mapping is a key that is there twice.
            self.keys.add(b"<<"[..].into(), start);
            return self.merge();
        }
        self.keys.add(key_of(scalar)?, start);
        if self.end_line()? {
            return Ok(());
        }
        if self.named()? { self.value() } else { Ok(()) }
    }

    /// A value on the line of its key.
    fn value(&mut self) -> Sure<()> {
        match self.byte(self.at) {
            b'[' | b'{' => self.flow()?,
            b'|' | b'>' => return self.block_scalar(),
            b'-' if self.is_dash() => return Err(Unsure),
            _ => {
                let scalar = self.scalar(false)?;
                let continues = may_continue(scalar)?;
                return self.ended(continues);
            }
        }
        self.ended(false)
    }
}
