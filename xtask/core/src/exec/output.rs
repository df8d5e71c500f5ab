//! What a child writes: two threads read its pipes, the caller's thread keeps the bytes and cuts them into lines.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use super::capture::Capture;
use super::group::Group;
use crate::model::Stream;

/// One read at most: the size of a pipe's buffer on Linux (pipe(7)).
const READ: usize = 64 * 1024;

/// Reads that may wait for the caller. When it is slower than the child, the child waits.
const QUEUE: usize = 16;

/// A line is given in pieces of this size where it is longer, so that one without an end stays in bounded memory.
const LONGEST_LINE: usize = 1024 * 1024;

/// The shortest wait when there is nothing left to read; it doubles up to what the caller allows.
const SHORTEST_WAIT: Duration = Duration::from_micros(50);

/// Bytes of a stream, or its end.
type Chunk = (Stream, Option<Vec<u8>>);

/// What one wait for output gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pumped {
    /// So many bytes.
    Bytes(usize),
    /// The end of a stream.
    End,
    /// Nothing in this time, or all was read before.
    Nothing,
}

/// The output of one child.
pub(super) struct Output<'a> {
    chunks: Receiver<Chunk>,
    stdout: Side,
    stderr: Side,
    line: &'a mut dyn FnMut(Stream, &[u8]),
    wait: Duration,
}

struct Side {
    open: bool,
    capture: Capture,
    /// The line that has no end yet.
    rest: Vec<u8>,
}

impl<'a> Output<'a> {
    /// Starts to read.
    pub(super) fn start(
        group: &mut Group,
        limit: usize,
        line: &'a mut dyn FnMut(Stream, &[u8]),
    ) -> io::Result<Self> {
        let (sender, chunks) = sync_channel(QUEUE);
        let (stdout, stderr) = group.outputs();
        let side = |open| Side { open, capture: Capture::new(limit), rest: Vec::new() };
        let output = Self {
            chunks,
            stdout: side(stdout.is_some()),
            stderr: side(stderr.is_some()),
            line,
            wait: SHORTEST_WAIT,
        };
        if let Some(pipe) = stdout {
            read(pipe, Stream::Stdout, sender.clone())?;
        }
        if let Some(pipe) = stderr {
            read(pipe, Stream::Stderr, sender)?;
        }
        Ok(output)
    }

    /// Whether both streams have ended.
    pub(super) fn is_closed(&self) -> bool {
        !self.stdout.open && !self.stderr.open
    }

    /// Takes what comes next: at most one read.
    pub(super) fn pump(&mut self, wait: Duration) -> Pumped {
        if self.is_closed() {
            thread::sleep(self.wait.min(wait));
            self.wait = (self.wait * 2).min(wait.max(SHORTEST_WAIT));
            return Pumped::Nothing;
        }
        match self.chunks.recv_timeout(wait) {
            Ok((stream, Some(bytes))) => {
                self.take(stream, &bytes);
                Pumped::Bytes(bytes.len())
            }
            Ok((stream, None)) => {
                self.close(stream);
                Pumped::End
            }
            Err(RecvTimeoutError::Timeout) => Pumped::Nothing,
            Err(RecvTimeoutError::Disconnected) => {
                self.close(Stream::Stdout);
                self.close(Stream::Stderr);
                Pumped::End
            }
        }
    }

    /// All that was kept of standard output and error. What is not read by now is lost.
    pub(super) fn finish(mut self) -> (Vec<u8>, Vec<u8>) {
        self.close(Stream::Stdout);
        self.close(Stream::Stderr);
        (self.stdout.capture.finish(), self.stderr.capture.finish())
    }

    fn take(&mut self, stream: Stream, bytes: &[u8]) {
        let side = match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        };
        side.capture.push(bytes);
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', bytes) {
            let mut text = &bytes[start..end];
            start = end + 1;
            if !side.rest.is_empty() {
                side.rest.extend_from_slice(text);
                text = &side.rest;
            }
            (self.line)(stream, text.strip_suffix(b"\r").unwrap_or(text));
            side.rest.clear();
        }
        side.rest.extend_from_slice(&bytes[start..]);
        if side.rest.len() >= LONGEST_LINE {
            (self.line)(stream, &side.rest);
            side.rest.clear();
        }
    }

    fn close(&mut self, stream: Stream) {
        let side = match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        };
        side.open = false;
        if !side.rest.is_empty() {
            (self.line)(stream, &side.rest);
            side.rest.clear();
        }
    }
}

/// Reads a pipe in a thread of its own, which ends with the pipe, or with its next read once nobody listens.
fn read(mut pipe: impl Read + Send + 'static, stream: Stream, chunks: SyncSender<Chunk>) -> io::Result<()> {
    thread::Builder::new().name("child output".to_owned()).spawn(move || {
        let mut buffer = vec![0; READ];
        loop {
            match pipe.read(&mut buffer) {
                Ok(count) if count > 0 => {
                    if chunks.send((stream, Some(buffer[..count].to_vec()))).is_err() {
                        return;
                    }
                }
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Ok(_) | Err(_) => break,
            }
        }
        let _ = chunks.send((stream, None));
    })?;
    Ok(())
}
