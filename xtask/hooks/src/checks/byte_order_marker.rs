//! `fix-byte-order-marker` and `check-byte-order-marker`: no byte order mark before UTF-8. The second, which doesn't fix, is the
//! older one; the original has given it up.

use super::{Check, File, Hit, Work};
use crate::options::Options;

/// The check that fixes.
pub(super) static FIX: Check = Check {
    id: "fix-byte-order-marker",
    about: "no byte order mark before UTF-8",
    version: 1,
    takes: "text",
    work: Work::Bytes(run),
    fix: Some(fix),
};

/// The check alone.
pub(super) static CHECK: Check = Check {
    id: "check-byte-order-marker",
    about: "no byte order mark before UTF-8 (fix-byte-order-marker mends it)",
    version: 1,
    takes: "text",
    work: Work::Bytes(run),
    fix: None,
};

const MARK: &[u8] = b"\xef\xbb\xbf";

fn run(_: &File, bytes: &[u8], _: &Options) -> Vec<Hit> {
    let marked = bytes.starts_with(MARK);
    marked.then(|| Hit::line(1, "a byte order mark at the start")).into_iter().collect()
}

/// What isn't UTF-8 stays: then the three bytes may mean something else.
fn fix(_: &File, bytes: &[u8], _: &Options) -> Option<Vec<u8>> {
    let rest = bytes.strip_prefix(MARK)?;
    std::str::from_utf8(rest).is_ok().then(|| rest.to_vec())
}

#[cfg(test)]
mod tests {
    use xtask_core::model::RepoPath;

    use super::*;
    use crate::types::Tags;

    #[test]
    fn one_mark_goes() {
        let path = RepoPath::from("a.txt");
        let file = File { path: &path, tags: Tags::default(), size: 0 };
        let options = Options::default();
        for (bytes, found, fixed) in [
            (&b""[..], false, None),
            (b"\xef\xbb", false, None),
            (b"a\xef\xbb\xbf", false, None),
            (b"\xef\xbb\xbf", true, Some(&b""[..])),
            (b"\xef\xbb\xbf\xef\xbb\xbfa\r\n", true, Some(b"\xef\xbb\xbfa\r\n")),
            (b"\xef\xbb\xbf\xff", true, None),
        ] {
            assert_eq!(!run(&file, bytes, &options).is_empty(), found, "{bytes:?}");
            assert_eq!(fix(&file, bytes, &options).as_deref(), fixed, "{bytes:?}");
        }
    }
}
