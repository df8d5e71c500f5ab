//! Bytes of one stream, kept up to a limit: its beginning and its end, so that a runaway child can't take all memory.

use std::collections::VecDeque;

/// What stands where bytes were left out; the number of bytes comes between the two parts.
const MARK: (&str, &str) = ("\n[xtask left out ", " bytes of output here]\n");

/// The beginning and the end of what was pushed.
#[derive(Debug)]
pub(super) struct Capture {
    limit: usize,
    head: Vec<u8>,
    tail: VecDeque<u8>,
    left_out: u64,
}

impl Capture {
    /// Keeps at most `limit` bytes: half of them from the beginning, the others from the end.
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, head: Vec::new(), tail: VecDeque::new(), left_out: 0 }
    }

    /// Takes the next bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let half = self.limit / 2;
        let room = (self.limit - half).saturating_sub(self.head.len());
        let (first, rest) = bytes.split_at(room.min(bytes.len()));
        self.head.extend_from_slice(first);
        // Of one push only the last `half` bytes can stay.
        let skipped = rest.len().saturating_sub(half);
        let rest = &rest[skipped..];
        let over = (self.tail.len() + rest.len()).saturating_sub(half);
        self.tail.drain(..over);
        self.tail.extend(rest);
        self.left_out += (skipped + over) as u64;
    }

    /// All bytes, or the beginning, a line that says how much is left out, and the end.
    pub(super) fn finish(self) -> Vec<u8> {
        let mut bytes = self.head;
        if self.left_out > 0 {
            bytes.extend_from_slice(format!("{}{}{}", MARK.0, self.left_out, MARK.1).as_bytes());
        }
        let (first, second) = self.tail.as_slices();
        bytes.extend_from_slice(first);
        bytes.extend_from_slice(second);
        bytes
    }
}

/// Whether `bytes` came from a capture that left something out.
pub(super) fn is_cut(bytes: &[u8]) -> bool {
    use bstr::ByteSlice;
    bytes
        .find_iter(MARK.0)
        .any(|at| bytes[at + MARK.0.len()..].find(MARK.1).is_some_and(|digits| digits <= 20))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keeps_the_beginning_and_the_end() {
        for (limit, pushes, expected) in [
            (10, vec!["abc", "def"], "abcdef"),
            (10, vec!["0123456789"], "0123456789"),
            (4, vec!["0123456789"], "01\n[xtask left out 6 bytes of output here]\n89"),
            (4, vec!["0", "1", "2", "3", "4", "5"], "01\n[xtask left out 2 bytes of output here]\n45"),
            (0, vec!["abc"], "\n[xtask left out 3 bytes of output here]\n"),
            (1, vec!["abc"], "a\n[xtask left out 2 bytes of output here]\n"),
            (5, vec![], ""),
        ] {
            let mut capture = Capture::new(limit);
            for bytes in &pushes {
                capture.push(bytes.as_bytes());
            }
            let bytes = capture.finish();
            assert_eq!(String::from_utf8_lossy(&bytes), expected);
            assert_eq!(is_cut(&bytes), expected.contains("left out"));
        }
    }

    proptest! {
        #[test]
        fn pushes_of_any_size_give_the_same(bytes in prop::collection::vec(any::<u8>(), 0..200), limit in 0_usize..150, step in 1_usize..50) {
            let mut whole = Capture::new(limit);
            whole.push(&bytes);
            let mut pieces = Capture::new(limit);
            for piece in bytes.chunks(step) {
                pieces.push(piece);
                prop_assert!(pieces.head.len() + pieces.tail.len() <= limit);
            }
            let whole = whole.finish();
            prop_assert_eq!(&whole, &pieces.finish());
            prop_assert_eq!(whole == bytes, bytes.len() <= limit);
        }
    }
}
