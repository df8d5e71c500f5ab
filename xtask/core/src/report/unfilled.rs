//! The terminal of the live view, with the cursor behind the last line's text. indicatif fills each line up with blanks, so that the
//! next begins below; what the terminal echoes behind a filled last line (`^C`) would begin another one, and the line would stay.

use std::io::Result;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::TermLike;

/// `inner`, where a line ends with a line break in place of blanks, and not before something follows it.
#[derive(Debug)]
pub(super) struct Unfilled<T: TermLike> {
    inner: T,
    /// Whether the last line is written, and its line break isn't.
    open: AtomicBool,
}

impl<T: TermLike> Unfilled<T> {
    pub(super) fn new(inner: T) -> Self {
        Self { inner, open: AtomicBool::new(false) }
    }

    fn close(&self) -> Result<()> {
        if self.open.swap(false, Ordering::SeqCst) { self.inner.write_line("") } else { Ok(()) }
    }
}

impl<T: TermLike> Drop for Unfilled<T> {
    fn drop(&mut self) {
        // A terminal that went away takes no more lines.
        let _ = self.close().and_then(|()| self.inner.flush());
    }
}

impl<T: TermLike> TermLike for Unfilled<T> {
    fn width(&self) -> u16 {
        self.inner.width()
    }
    fn height(&self) -> u16 {
        self.inner.height()
    }
    fn move_cursor_up(&self, lines: usize) -> Result<()> {
        self.inner.move_cursor_up(lines)
    }
    fn move_cursor_down(&self, lines: usize) -> Result<()> {
        self.inner.move_cursor_down(lines)
    }
    fn move_cursor_right(&self, columns: usize) -> Result<()> {
        self.inner.move_cursor_right(columns)
    }
    fn move_cursor_left(&self, columns: usize) -> Result<()> {
        self.inner.move_cursor_left(columns)
    }
    fn write_line(&self, text: &str) -> Result<()> {
        self.close()?;
        self.inner.write_line(text)
    }
    fn write_str(&self, text: &str) -> Result<()> {
        if text.bytes().all(|byte| byte == b' ') {
            self.open.store(true, Ordering::SeqCst);
            return Ok(());
        }
        self.close()?;
        self.inner.write_str(text)
    }
    fn clear_line(&self) -> Result<()> {
        self.open.store(false, Ordering::SeqCst);
        self.inner.clear_line()
    }
    fn flush(&self) -> Result<()> {
        self.inner.flush()
    }
}
