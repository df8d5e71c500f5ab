//! `file-contents-sorter`: the lines of a file in order, none of them empty. It takes the files that the configuration names.

use std::cmp::Ordering;

use bstr::ByteSlice;

use super::{Check, File, Hit, Work};
use crate::options::Options;

/// The check.
pub(super) static CHECK: Check = Check {
    id: "file-contents-sorter",
    about: "sorted lines, in the files that are named",
    version: 1,
    takes: "file",
    work: Work::Bytes(run),
    fix: Some(fix),
};

fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ')
}

fn compare(a: &[u8], b: &[u8], ignore_case: bool) -> Ordering {
    if ignore_case {
        let lower = u8::to_ascii_lowercase;
        a.iter().map(lower).cmp(b.iter().map(lower))
    } else {
        a.cmp(b)
    }
}

/// The lines that stay, without their endings.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes
        .lines_with_terminator()
        .filter(|line| !line.iter().all(|&byte| is_space(byte)))
        .map(|line| line.trim_end_with(|end| matches!(end, '\n' | '\r')))
}

fn run(_: &File, bytes: &[u8], options: &Options) -> Vec<Hit> {
    let options = &options.file_contents_sorter;
    let mut last: Option<&[u8]> = None;
    for (number, line) in (1..).zip(bytes.lines_with_terminator()) {
        let fault = |what: &str| vec![Hit::line(number, what)];
        let Some(text) = lines(line).next() else {
            return fault("an empty line");
        };
        if text.len() + 1 != line.len() || !line.ends_with(b"\n") {
            return fault("the line doesn't end in a line feed alone");
        }
        if let Some(last) = last {
            match compare(last, text, options.ignore_case) {
                Ordering::Greater => return fault("the line belongs further up"),
                Ordering::Equal if options.unique => return fault("the line is there twice"),
                _ => {}
            }
        }
        last = Some(text);
    }
    Vec::new()
}

fn fix(_: &File, bytes: &[u8], options: &Options) -> Option<Vec<u8>> {
    let options = &options.file_contents_sorter;
    let mut sorted: Vec<&[u8]> = lines(bytes).collect();
    sorted.sort_by(|a, b| compare(a, b, options.ignore_case));
    if options.unique {
        sorted.dedup();
    }
    let mut fixed = Vec::with_capacity(bytes.len() + 1);
    for line in sorted {
        fixed.extend_from_slice(line);
        fixed.push(b'\n');
    }
    (fixed != bytes).then_some(fixed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use xtask_core::model::RepoPath;

    use super::*;
    use crate::options::SorterOptions;
    use crate::types::Tags;

    fn sorted(bytes: &[u8], ignore_case: bool, unique: bool) -> Option<Vec<u8>> {
        let path = RepoPath::from("a");
        let file = File { path: &path, tags: Tags::default(), size: 0 };
        let options =
            Options { file_contents_sorter: SorterOptions { ignore_case, unique }, ..Options::default() };
        let fixed = fix(&file, bytes, &options);
        assert_eq!(fixed.is_some(), !run(&file, bytes, &options).is_empty(), "{}", bytes.as_bstr());
        fixed
    }

    #[test]
    fn lines_are_sorted() {
        for (before, after) in [
            (&b""[..], None),
            (b"\n", Some(&b""[..])),
            (b"a", Some(b"a\n")),
            (b"b\na\n", Some(b"a\nb\n")),
            (b"a\r\nb\n", Some(b"a\nb\n")),
            (b"a\n \t\nb\n", Some(b"a\nb\n")),
            (b"A\na\n", None),
            (b"a\na\n", None),
        ] {
            assert_eq!(sorted(before, false, false).as_deref(), after, "{}", before.as_bstr());
        }
        assert_eq!(sorted(b"b\nA\nB\na\n", true, false).as_deref(), Some(&b"A\na\nb\nB\n"[..]));
        assert_eq!(sorted(b"b\na\nb\n", false, true).as_deref(), Some(&b"a\nb\n"[..]));
        assert_eq!(sorted(b"a\na\n", false, true).as_deref(), Some(&b"a\n"[..]));
    }

    proptest! {
        #[test]
        fn what_is_sorted_stays(text in "([abAB \r]{0,3}\n?){0,8}", ignore_case: bool, unique: bool) {
            if let Some(fixed) = sorted(text.as_bytes(), ignore_case, unique && !ignore_case) {
                prop_assert_eq!(sorted(&fixed, ignore_case, unique && !ignore_case), None);
            }
        }
    }
}
