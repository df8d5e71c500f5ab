//! Reads the new lines out of a patch that git wrote without context.

use std::collections::BTreeMap;

use super::LineRange;
use crate::model::RepoPath;

/// The lines that the patch adds, by path, in regular files; `None` where it is no patch of git's.
///
/// It expects `git diff -U0 --dst-prefix=b/`, whose headers quote unusual paths. Hunks are skipped by their counts, so
/// no content is taken for a header.
pub(super) fn changed_lines(text: &[u8]) -> Option<BTreeMap<RepoPath, Vec<LineRange>>> {
    let mut found: BTreeMap<RepoPath, Vec<LineRange>> = BTreeMap::new();
    let mut path = None;
    let mut regular = false;
    let mut lines = text.split(|&byte| byte == b'\n');
    while let Some(line) = lines.next() {
        if line.starts_with(b"diff --git ") {
            path = None;
            regular = false;
        } else if let Some(mode) = mode(line) {
            regular = mode.starts_with(b"100");
        } else if let Some(name) = line.strip_prefix(b"+++ ") {
            path = new_path(name)?;
        } else if let Some(hunk) = line.strip_prefix(b"@@ ") {
            let (removed, added) = hunk_counts(hunk)?;
            if let (Some(path), true, true) = (&path, regular, added.1 > 0) {
                found
                    .entry(path.clone())
                    .or_default()
                    .push(LineRange { from: added.0, to: added.0 + added.1 - 1 });
            }
            let last = u64::from(removed.1) + u64::from(added.1);
            for _ in 0..last {
                let mut body = lines.next()?;
                // "\ No newline at end of file", between the old lines and the new ones.
                if body.first() == Some(&b'\\') {
                    body = lines.next()?;
                }
                if !matches!(body.first(), Some(b'+' | b'-')) {
                    return None;
                }
            }
        }
    }
    Some(found)
}

/// The new side's mode, where the header line tells it.
fn mode(line: &[u8]) -> Option<&[u8]> {
    for prefix in [&b"new file mode "[..], b"new mode "] {
        if let Some(mode) = line.strip_prefix(prefix) {
            return Some(mode);
        }
    }
    // `index OLD..NEW MODE`, where the mode stays.
    line.strip_prefix(b"index ")?.splitn(2, |&byte| byte == b' ').nth(1)
}

/// The path of a `+++ ` line; the inner `None` is /dev/null.
#[expect(clippy::option_option, reason = "no path is an answer, and no answer is an error")]
fn new_path(name: &[u8]) -> Option<Option<RepoPath>> {
    // git ends a name that holds a space with a tab.
    let name = name.strip_suffix(b"\t").unwrap_or(name);
    let name = match name.strip_prefix(b"\"") {
        Some(quoted) => unquote(quoted.strip_suffix(b"\"")?)?,
        None => name.to_vec(),
    };
    if name == b"/dev/null" {
        return Some(None);
    }
    Some(Some(RepoPath::new(name.strip_prefix(b"b/")?)))
}

/// Undoes git's quoting, as in C.
fn unquote(quoted: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(quoted.len());
    let mut rest = quoted;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let (&letter, after) = rest.split_first()?;
        rest = after;
        bytes.push(match letter {
            b'a' => 7,
            b'b' => 8,
            b't' => b'\t',
            b'n' => b'\n',
            b'v' => 11,
            b'f' => 12,
            b'r' => b'\r',
            b'"' | b'\\' => letter,
            b'0'..=b'3' => {
                let (digits, after) = rest.split_at_checked(2)?;
                rest = after;
                digits.iter().try_fold(letter - b'0', |value, digit| {
                    let digit = (b'0'..=b'7').contains(digit).then(|| digit - b'0')?;
                    Some(value << 3 | digit)
                })?
            }
            _ => return None,
        });
    }
    Some(bytes)
}

type Count = (u32, u32);

/// The starts and counts of `-A,B +C,D @@ …`; a count that isn't written is 1.
fn hunk_counts(hunk: &[u8]) -> Option<(Count, Count)> {
    let mut words = hunk.split(|&byte| byte == b' ');
    let mut side = |sign: u8| -> Option<Count> {
        let word = words.next()?.strip_prefix(&[sign])?;
        let word = std::str::from_utf8(word).ok()?;
        let (start, count) = word.split_once(',').unwrap_or((word, "1"));
        Some((start.parse().ok()?, count.parse().ok()?))
    };
    Some((side(b'-')?, side(b'+')?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Shown = Vec<(String, Vec<(u32, u32)>)>;

    fn lines(patch: &str) -> Option<Shown> {
        let found = changed_lines(patch.as_bytes())?;
        let pairs = |ranges: Vec<LineRange>| ranges.iter().map(|range| (range.from, range.to)).collect();
        Some(found.into_iter().map(|(path, ranges)| (path.to_string(), pairs(ranges))).collect())
    }

    #[test]
    fn hunks_are_skipped_by_their_counts() {
        let patch = "diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@ fn x\n--- a/y\n-b\n+++ b/y\n+@@ -9 +9 @@\n+c\n\\ No newline at end of file\n@@ -9 +9,0 @@\n-gone\n";
        assert_eq!(lines(patch), Some(vec![("x".into(), vec![(1, 3)])]));
    }

    #[test]
    fn headers() {
        for (header, expected) in [
            ("index 1..2 100755\n--- a/x\n+++ b/x\n", Some("x")),
            ("old mode 100644\nnew mode 100755\nindex 1..2\n--- a/x\n+++ b/x\n", Some("x")),
            ("new file mode 100644\nindex 0..2\n--- /dev/null\n+++ b/a b\t\n", Some("a b")),
            ("index 1..2 100644\n--- a/x\n+++ \"b/a\\tb\\351\"\n", Some("\"a\\tb\\351\"")),
            ("index 1..2 120000\n--- a/x\n+++ b/x\n", None),
            ("index 1..2 160000\n--- a/x\n+++ b/x\n", None),
        ] {
            let patch = format!("diff --git a/x b/x\n{header}@@ -0,0 +1 @@\n+x\n");
            let expected = expected.map(|path| (path.to_owned(), vec![(1, 1)]));
            assert_eq!(lines(&patch), Some(expected.into_iter().collect()), "{header}");
        }
        assert_eq!(lines(""), Some(Vec::new()));
        assert_eq!(lines("* Unmerged path x\n"), Some(Vec::new()));
    }

    #[test]
    fn what_is_no_patch_is_refused() {
        for bad in
            ["@@ nonsense", "@@ -1 +1 @@\n-a", "+++ \"b/x", "+++ \"b/\\400\"", "+++ c/x", "@@ -1 +1 @@\nx\ny"]
        {
            assert_eq!(lines(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = changed_lines(&bytes);
            let _ = unquote(&bytes);
        }
    }
}
