//! `trailing-whitespace`: nothing but the line ending after a line's last visible character.

use std::sync::LazyLock;

use bstr::ByteSlice;
use memchr::memchr_iter;

use super::lines::Faults;
use super::{Check, File, Hit, Line, LineCheck, Wanted, Work};
use crate::options::{MarkdownLinebreaks, Options};

/// The check.
pub(super) static CHECK: Check = Check {
    id: "trailing-whitespace",
    about: "no whitespace at the ends of lines",
    version: 1,
    takes: "text",
    work: Work::Lines(start),
    fix: Some(fix),
};

/// What a line is stripped of, and whether two spaces at its end are a line break.
#[derive(Clone, Debug)]
struct Rule {
    markdown: bool,
    chars: Option<Vec<u8>>,
}

impl Rule {
    fn of(file: &File, options: &Options) -> Self {
        let options = &options.trailing_whitespace;
        let markdown = match &options.markdown_linebreak {
            MarkdownLinebreaks::Nowhere => false,
            MarkdownLinebreaks::Everywhere => true,
            MarkdownLinebreaks::Extensions(extensions) => file.path.extension().is_some_and(|extension| {
                let extension = extension.to_ascii_lowercase();
                extensions.iter().any(|known| known.as_bytes() == extension)
            }),
        };
        Self { markdown, chars: options.chars.as_ref().map(|chars| chars.as_bytes().to_vec()) }
    }

    fn strips(&self, byte: u8) -> bool {
        match &self.chars {
            None => is_space(byte),
            Some(chars) => chars.contains(&byte),
        }
    }

    /// The part of a line (with its ending) that stays, and how many bytes of line break follow it (0 or 2).
    fn keep(&self, line: &[u8]) -> (usize, usize, usize) {
        let ending = if line.ends_with(b"\r\n") { 2 } else { usize::from(line.ends_with(b"\n")) };
        let body = &line[..line.len() - ending];
        let stays = |body: &[u8]| body.iter().rposition(|&byte| !self.strips(byte)).map_or(0, |at| at + 1);
        let broken = self.markdown && body.ends_with(b"  ") && !body.iter().all(|&byte| is_space(byte));
        if broken { (stays(&body[..body.len() - 2]), 2, ending) } else { (stays(body), 0, ending) }
    }

    fn is_clean(&self, line: &[u8]) -> bool {
        let (kept, linebreak, ending) = self.keep(line);
        kept + linebreak + ending == line.len()
    }
}

/// Whitespace among bytes, as Python's `bytes` have it.
fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ')
}

struct Scan {
    rule: Rule,
    faults: Faults,
}

impl LineCheck for Scan {
    fn line(&mut self, line: Line) {
        // Nearly all lines end in a visible character.
        let quick = match line.bytes {
            [.., last, b'\n'] => !is_space(*last) && self.rule.chars.is_none(),
            _ => false,
        };
        if !quick && !self.rule.is_clean(line.bytes) {
            self.faults.add(line.number);
        }
    }

    fn wanted(&self) -> &'static Wanted {
        static SPACE: LazyLock<Wanted> = LazyLock::new(|| Wanted::new(|_| false, is_space));
        if self.rule.chars.is_none() { &SPACE } else { &Wanted::ALL }
    }

    fn finish(self: Box<Self>) -> Vec<Hit> {
        self.faults.hits("trailing whitespace")
    }
}

fn start(file: &File, options: &Options) -> Box<dyn LineCheck> {
    Box::new(Scan { rule: Rule::of(file, options), faults: Faults::default() })
}

fn fix(file: &File, bytes: &[u8], options: &Options) -> Option<Vec<u8>> {
    let rule = Rule::of(file, options);
    let mut fixed = Vec::with_capacity(bytes.len());
    let ends = memchr_iter(b'\n', bytes).map(|at| at + 1);
    let mut start = 0;
    for end in ends.chain([bytes.len()]) {
        let line = &bytes[start..end];
        let (kept, linebreak, ending) = rule.keep(line);
        fixed.extend_from_slice(&line[..kept]);
        fixed.extend_from_slice(&b"  "[..linebreak]);
        fixed.extend_from_slice(&line[line.len() - ending..]);
        start = end;
    }
    (fixed.as_bytes() != bytes).then_some(fixed)
}

#[cfg(test)]
mod tests {
    use xtask_core::model::RepoPath;

    use super::*;
    use crate::types::Tags;

    fn fixed(name: &str, bytes: &[u8], options: &Options) -> Option<Vec<u8>> {
        let path = RepoPath::from(name);
        let file = File { path: &path, tags: Tags::of_name(path.file_name(), false), size: 0 };
        let mut scan: [Box<dyn LineCheck>; 1] = [start(&file, options)];
        super::super::lines::scan(bytes, &mut scan);
        let [scan] = scan;
        let after = fix(&file, bytes, options);
        assert_eq!(scan.finish().is_empty(), after.is_none(), "{}", bytes.as_bstr());
        after
    }

    #[test]
    fn lines_are_stripped() {
        for (before, after) in [
            (&b""[..], None),
            (b"a\nb", None),
            (b"a \nb\t\n", Some(&b"a\nb\n"[..])),
            (b"a \r\n", Some(b"a\r\n")),
            (b"a\r\r\n", Some(b"a\r\n")),
            (b"a\r", Some(b"a")),
            (b"a\r\n", None),
            (b" \n", Some(b"\n")),
            (b"\x0b\x0c", Some(b"")),
            (b"a \rb\n", None),
            (b"caf\xe9 \n", Some(b"caf\xe9\n")),
            (b"a\xc2\xa0\n", None),
        ] {
            assert_eq!(fixed("a.txt", before, &Options::default()).as_deref(), after, "{}", before.as_bstr());
        }
    }

    #[test]
    fn markdown_line_breaks_stay_where_asked_for() {
        let mut options = Options::default();
        assert_eq!(fixed("a.md", b"a  \n", &options).as_deref(), Some(&b"a\n"[..]));
        options.trailing_whitespace.markdown_linebreak =
            MarkdownLinebreaks::Extensions(vec!["md".to_owned()]);
        for (before, after) in [
            (&b"a  \n"[..], None),
            (b"a   \n", Some(&b"a  \n"[..])),
            (b"a \n", Some(b"a\n")),
            (b"  \n", Some(b"\n")),
            (b"a\t  \n", Some(b"a  \n")),
        ] {
            assert_eq!(fixed("A.MD", before, &options).as_deref(), after, "{}", before.as_bstr());
        }
        assert!(fixed("a.txt", b"a  \n", &options).is_some());
        options.trailing_whitespace.markdown_linebreak = MarkdownLinebreaks::Everywhere;
        assert!(fixed("a.txt", b"a  \n", &options).is_none());
    }

    #[test]
    fn the_characters_can_be_chosen() {
        let mut options = Options::default();
        options.trailing_whitespace.chars = Some(" ;".to_owned());
        assert_eq!(fixed("a", b"a; ;\n\t\n", &options).as_deref(), Some(&b"a\n\t\n"[..]));
    }
}
