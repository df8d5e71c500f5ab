//! A place in the text: what comes next, and how lines end. Past the end comes a zero byte, which the text itself can't hold.

/// Reads the bytes of a text from left to right.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    /// Where the current line begins.
    line_start: usize,
    /// How many lines came before.
    pub(super) line: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Self { text, at, line_start: at, line: 0 }
    }

    /// The byte `ahead` of the current one; 0 past the end.
    #[inline]
    pub(super) fn peek(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    #[inline]
    pub(super) fn skip(&mut self, count: usize) {
        self.at = (self.at + count).min(self.text.len());
    }

    /// How far the current byte is from the start of its line.
    #[inline]
    pub(super) fn column(&self) -> i64 {
        (self.at - self.line_start) as i64
    }

    pub(super) fn is_over(&self) -> bool {
        self.at >= self.text.len()
    }

    /// The length of the line ending at `ahead`; 0 where there is none. Besides `\n` and `\r` there are NEL, LS and PS.
    #[inline]
    pub(super) fn line_break(&self, ahead: usize) -> usize {
        match self.peek(ahead) {
            b'\n' => 1,
            b'\r' => 1 + usize::from(self.peek(ahead + 1) == b'\n'),
            0xc2 if self.peek(ahead + 1) == 0x85 => 2,
            0xe2 if self.peek(ahead + 1) == 0x80 && matches!(self.peek(ahead + 2), 0xa8 | 0xa9) => 3,
            _ => 0,
        }
    }

    /// Whether a line, or the text, ends at `ahead`.
    #[inline]
    pub(super) fn ends(&self, ahead: usize) -> bool {
        self.at + ahead >= self.text.len() || self.line_break(ahead) > 0
    }

    /// Whether a space, a tab or an end is at `ahead`.
    #[inline]
    pub(super) fn is_blank(&self, ahead: usize) -> bool {
        matches!(self.peek(ahead), b' ' | b'\t') || self.ends(ahead)
    }

    /// Goes over a line ending, where there is one; gives what it counts for when lines are folded.
    pub(super) fn take_break(&mut self) -> Option<&'a str> {
        let length = self.line_break(0);
        if length == 0 {
            return None;
        }
        let ending = match length {
            3 => &self.text[self.at..self.at + 3],
            _ => "\n",
        };
        // The original ends a scalar's line at NEL, LS and PS, and yet counts no line there.
        let counts = matches!(self.peek(0), b'\n' | b'\r');
        self.at += length;
        if counts {
            self.line_start = self.at;
            self.line += 1;
        }
        Some(ending)
    }

    /// Goes to the end of the line.
    pub(super) fn skip_line(&mut self) {
        while !self.ends(0) {
            // Nothing else begins or continues a line ending.
            let rest = &self.text.as_bytes()[self.at + 1..];
            let more = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r' | 0xc2 | 0xe2));
            self.at += 1 + more.unwrap_or(rest.len());
        }
    }

    /// Whether `---` or `...` stands here alone.
    pub(super) fn is_document_mark(&self, mark: &[u8]) -> bool {
        self.text.as_bytes()[self.at..].starts_with(mark) && self.is_blank(3)
    }

    pub(super) fn is_any_document_mark(&self) -> bool {
        self.is_document_mark(b"---") || self.is_document_mark(b"...")
    }

    /// The text from `start` to here.
    pub(super) fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }
}
