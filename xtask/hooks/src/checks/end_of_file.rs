//! `end-of-file-fixer`: a file ends in exactly one line ending, or is empty.

use super::{Check, File, Hit, Work};
use crate::options::Options;

/// The check.
pub(super) static CHECK: Check = Check {
    id: "end-of-file-fixer",
    about: "one line ending at the end of a file",
    version: 1,
    takes: "text",
    work: Work::Bytes(run),
    fix: Some(fix),
};

/// What is wrong with a file's end.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Good,
    /// The last line is not ended.
    Open,
    /// What follows this length is too much.
    Beyond(usize),
}

fn judge(bytes: &[u8]) -> End {
    let is_ending = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let Some(last) = bytes.last() else {
        return End::Good;
    };
    if !is_ending(last) {
        return End::Open;
    }
    let Some(visible) = bytes.iter().rposition(|byte| !is_ending(byte)) else {
        return End::Beyond(0);
    };
    let kept = visible + 1;
    // The rest is line endings alone: the first of them stays.
    let ending = if bytes[kept..].starts_with(b"\r\n") { 2 } else { 1 };
    if kept + ending == bytes.len() { End::Good } else { End::Beyond(kept + ending) }
}

fn run(_: &File, bytes: &[u8], _: &Options) -> Vec<Hit> {
    match judge(bytes) {
        End::Good => Vec::new(),
        End::Open => vec![Hit::line(line_at(bytes, bytes.len()), "no line ending at the end of the file")],
        End::Beyond(0) => vec![Hit::line(1, "only line endings in the file")],
        End::Beyond(kept) => vec![Hit::line(line_at(bytes, kept), "empty lines at the end of the file")],
    }
}

fn line_at(bytes: &[u8], offset: usize) -> u32 {
    super::position::position(bytes, offset).0
}

fn fix(_: &File, bytes: &[u8], _: &Options) -> Option<Vec<u8>> {
    match judge(bytes) {
        End::Good => None,
        End::Open => Some([bytes, b"\n"].concat()),
        End::Beyond(kept) => Some(bytes[..kept].to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends() {
        for (bytes, end) in [
            (&b""[..], End::Good),
            (b"a", End::Open),
            (b"a\n", End::Good),
            (b"a\r\n", End::Good),
            (b"a\r", End::Good),
            (b"a\n\n", End::Beyond(2)),
            (b"a\r\n\r\n", End::Beyond(3)),
            (b"a\r\r", End::Beyond(2)),
            (b"a\n\r\n", End::Beyond(2)),
            (b"a\r\n\n", End::Beyond(3)),
            (b"\n", End::Beyond(0)),
            (b"\r\n\n", End::Beyond(0)),
            (b" \n", End::Good),
        ] {
            assert_eq!(judge(bytes), end, "{bytes:?}");
        }
    }
}
