//! Where an offset lies: line and column, as editors count them.

use memchr::{memchr_iter, memrchr};

/// The line and the column in characters, both from 1, of a byte offset. Offsets past the end mean the end.
pub(super) fn position(bytes: &[u8], offset: usize) -> (u32, u32) {
    let before = &bytes[..offset.min(bytes.len())];
    let line = memchr_iter(b'\n', before).count() + 1;
    let start = memrchr(b'\n', before).map_or(0, |at| at + 1);
    let continuation = |byte: &&u8| **byte & 0xc0 != 0x80;
    let column = before[start..].iter().filter(continuation).count() + 1;
    (line as u32, column as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_become_lines_and_columns() {
        let text = "ab\nc\u{e9}d\n".as_bytes();
        for (offset, expected) in [(0, (1, 1)), (2, (1, 3)), (3, (2, 1)), (6, (2, 3)), (99, (3, 1))] {
            assert_eq!(position(text, offset), expected, "{offset}");
        }
        assert_eq!(position(b"", 0), (1, 1));
    }
}
