//! The message that git will store, out of the file that it hands to the hook: without comments, without the diff below the
//! scissors, without surplus blank lines (git-commit, `--cleanup`; git-stripspace).

use std::ops::Range;

use memchr::memmem;

/// What is done with blank lines and comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Comments and surplus whitespace go.
    Strip,
    /// Surplus whitespace goes.
    Whitespace,
    /// Everything stays.
    Verbatim,
}

/// How git cleans a message up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleanup {
    /// What goes.
    pub mode: Mode,
    /// What comments begin with; `auto` where git chooses a character that no line begins with.
    pub comment: Vec<u8>,
    /// Whether an editor was open. Only then git put hints, and under `commit --verbose` (which isn't told to the hook) scissors
    /// into the file.
    pub edited: bool,
}

impl Cleanup {
    /// From `commit.cleanup`, from `core.commentString` or `core.commentChar` (the one that is set last counts), and from whether
    /// an editor was open: git sets `GIT_EDITOR` to `:` for the hook where none was. What `--cleanup` says on the command line
    /// isn't told to the hook. An unknown mode is git's to refuse, and reads as its default.
    pub fn new(mode: Option<&str>, comment: Option<&[u8]>, edited: bool) -> Self {
        let mode = match mode {
            Some("strip") => Mode::Strip,
            Some("whitespace" | "scissors") => Mode::Whitespace,
            Some("verbatim") => Mode::Verbatim,
            _ if edited => Mode::Strip,
            _ => Mode::Whitespace,
        };
        let comment = comment.filter(|given| !given.is_empty()).unwrap_or(b"#").to_vec();
        Self { mode, comment, edited }
    }
}

impl Default for Cleanup {
    /// Without settings, in an editor.
    fn default() -> Self {
        Self::new(None, None, true)
    }
}

/// A line that stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageLine {
    /// Its number in the file, from 1.
    pub number: u32,
    /// Its text, without the ending. Bytes that aren't UTF-8 are replaced, one by one character.
    pub text: String,
}

impl MessageLine {
    /// Whether nothing is on it.
    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// A message as git will store it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// Its lines; the first is the subject.
    pub lines: Vec<MessageLine>,
}

/// The line that git puts above the diff, after the comment's start.
const SCISSORS: &[u8] = b" ------------------------ >8 ------------------------";

/// The characters out of which git chooses under `auto`.
const AUTO: &[u8] = b"#;@!$%^&|:";

/// What C takes for white space.
const SPACE: &[u8] = b" \t\n\x0b\x0c\r";

impl Message {
    /// What stays of `raw`.
    pub fn new(raw: &[u8], cleanup: &Cleanup) -> Self {
        let comment =
            if cleanup.comment == b"auto" { chosen(raw, cleanup.edited) } else { cleanup.comment.clone() };
        let kept = if cleanup.edited { &raw[..cut(raw, &comment)] } else { raw };
        let kept =
            if cleanup.mode == Mode::Verbatim { kept.strip_suffix(b"\n").unwrap_or(kept) } else { kept };
        let mut lines: Vec<MessageLine> = Vec::new();
        for (at, line) in kept.split(|&byte| byte == b'\n').enumerate() {
            let bare = match cleanup.mode {
                Mode::Verbatim => line,
                Mode::Strip if line.starts_with(&comment) => continue,
                Mode::Strip | Mode::Whitespace => trim_end(line),
            };
            let after_blank = lines.last().is_none_or(|last: &MessageLine| last.text.is_empty());
            if bare.is_empty() && after_blank && cleanup.mode != Mode::Verbatim {
                continue;
            }
            lines.push(MessageLine { number: at as u32 + 1, text: decoded(bare) });
        }
        while cleanup.mode != Mode::Verbatim && lines.last().is_some_and(|last| last.text.is_empty()) {
            lines.pop();
        }
        if lines.iter().all(|line| line.text.is_empty()) {
            lines.clear();
        }
        Self { lines }
    }

    /// The first line, unless the message is empty.
    pub fn subject(&self) -> Option<&MessageLine> {
        self.lines.first()
    }

    /// What follows the subject and a blank line, if there is one.
    pub fn body(&self) -> &[MessageLine] {
        let from = 1 + usize::from(self.lines.get(1).is_some_and(MessageLine::is_blank));
        self.lines.get(from..).unwrap_or_default()
    }

    /// Where the trailers lie among [`body`](Self::body)'s lines: the last paragraph, where it begins with one.
    pub fn trailers(&self) -> Range<usize> {
        let body = self.body();
        let start = body.iter().rposition(MessageLine::is_blank).map_or(0, |blank| blank + 1);
        let begins = body.get(start).is_some_and(|line| is_trailer(&line.text));
        if begins { start..body.len() } else { body.len()..body.len() }
    }

    /// The whole text; each line ends in `\n`.
    pub fn text(&self) -> String {
        self.lines.iter().flat_map(|line| [&*line.text, "\n"]).collect()
    }
}

/// Whether a line is `Token: value` or `Token #value` (Conventional Commits 1.0.0, 8; git-interpret-trailers).
pub(super) fn is_trailer(line: &str) -> bool {
    if line.starts_with("BREAKING CHANGE: ") || line.starts_with("BREAKING CHANGE #") {
        return true;
    }
    let token = line.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'-').count();
    let value = &line[token..];
    token > 0 && (value.starts_with(": ") || value.starts_with(" #")) && value.len() > 2
}

fn trim_end(line: &[u8]) -> &[u8] {
    let end = line.iter().rposition(|byte| !SPACE.contains(byte)).map_or(0, |last| last + 1);
    &line[..end]
}

fn decoded(line: &[u8]) -> String {
    let mut text = String::with_capacity(line.len());
    for chunk in line.utf8_chunks() {
        text.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|_| text.push(char::REPLACEMENT_CHARACTER));
    }
    text
}

/// Where the scissors begin, at the start of a line; the end where there are none.
fn cut(raw: &[u8], comment: &[u8]) -> usize {
    let line = [comment, SCISSORS, b"\n"].concat();
    memmem::find_iter(raw, &line).find(|&at| at == 0 || raw[at - 1] == b'\n').unwrap_or(raw.len())
}

/// The character that git chose: the one before the scissors, or the one that its hints, at the end, begin with. Where there are no
/// hints it is one that no line begins with.
fn chosen(raw: &[u8], edited: bool) -> Vec<u8> {
    let begins = |byte: &u8| raw.first() == Some(byte) || memmem::find(raw, &[b'\n', *byte]).is_some();
    if !edited {
        return AUTO.iter().find(|byte| !begins(byte)).map_or_else(|| b"#".to_vec(), |byte| vec![*byte]);
    }
    let before_scissors = memmem::find_iter(raw, SCISSORS)
        .filter_map(|at| Some((at.checked_sub(1)?, *raw.get(at.checked_sub(1)?)?)))
        .find(|&(at, byte)| AUTO.contains(&byte) && (at == 0 || raw[at - 1] == b'\n'));
    let last = raw.split(|&byte| byte == b'\n').rev().find(|line| !trim_end(line).is_empty());
    let of_hints = last.filter(|line| matches!(line.get(1), None | Some(b' ' | b'\t')));
    let of_hints = of_hints.and_then(|line| line.first().copied()).filter(|byte| AUTO.contains(byte));
    vec![before_scissors.map(|(_, byte)| byte).or(of_hints).unwrap_or(b'#')]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn clean(raw: &str, mode: &str, comment: &str) -> String {
        Message::new(raw.as_bytes(), &Cleanup::new(Some(mode), Some(comment.as_bytes()), true)).text()
    }

    #[test]
    fn the_text_is_what_git_stores() {
        let cut = "# ------------------------ >8 ------------------------";
        let diff = format!("a\n\nb\n{cut}\n# Do not modify\ndiff --git\n");
        let semicolons = diff.replace('#', ";");
        for (raw, mode, comment, expected) in [
            ("", "strip", "#", ""),
            ("\n \n# c\n", "strip", "#", ""),
            ("\n\na  \n\n\n\nb\n\n", "strip", "#", "a\n\nb\n"),
            ("a\n# c\nb", "strip", "#", "a\nb\n"),
            ("a\n # c\n", "strip", "#", "a\n # c\n"),
            ("a\n# c\n", "whitespace", "#", "a\n# c\n"),
            ("a \r\n\r\nb\r\n", "whitespace", "#", "a\n\nb\n"),
            ("\n\na  \n# c\n\n\n", "verbatim", "#", "\n\na  \n# c\n\n\n"),
            ("a\n; c\n# b\n", "strip", ";", "a\n# b\n"),
            ("a\n// c\n/ b\n", "strip", "//", "a\n/ b\n"),
            ("#1 is fixed\n\n; Please enter\n;\n", "strip", "auto", "#1 is fixed\n"),
            (&diff, "strip", "#", "a\n\nb\n"),
            (&diff, "scissors", "#", "a\n\nb\n"),
            (&semicolons, "strip", "auto", "a\n\nb\n"),
        ] {
            assert_eq!(clean(raw, mode, comment), expected, "{raw:?} {mode} {comment}");
        }
        let not_edited = Message::new(diff.as_bytes(), &Cleanup::new(None, None, false));
        assert!(not_edited.text().ends_with("diff --git\n"));
        assert_eq!(
            Message::new(b"caf\xe9 \xff\xfe", &Cleanup::default()).text(),
            "caf\u{fffd} \u{fffd}\u{fffd}\n"
        );
    }

    #[test]
    fn lines_keep_their_numbers() {
        let message = Message::new(b"\n# c\nfeat: a\n\n\n\nbody\n", &Cleanup::default());
        let numbers: Vec<u32> = message.lines.iter().map(|line| line.number).collect();
        assert_eq!(numbers, [3, 4, 7]);
    }

    #[test]
    fn trailers_are_the_last_paragraph() {
        for (raw, body, trailers) in [
            ("a", 0, 0..0),
            ("a\n\nb", 1, 1..1),
            ("a\n\nSigned-off-by: x", 1, 0..1),
            ("a\n\nb\n\nRefs #1\nReviewed-by: y\n continued", 5, 2..5),
            ("a\n\nb\n\nBREAKING CHANGE: y", 3, 2..3),
            ("a\n\nNote that: y\n\nx", 3, 3..3),
            ("a\nb", 1, 1..1),
        ] {
            let message = Message::new(raw.as_bytes(), &Cleanup::default());
            assert_eq!((message.body().len(), message.trailers()), (body, trailers), "{raw:?}");
        }
    }

    proptest! {
        /// Cleaning up what is clean changes nothing, whatever the bytes.
        #[test]
        fn clean_text_stays(raw in "([#; a]|\n|\r|\t){0,40}", mode in "strip|whitespace|verbatim") {
            let once = clean(&raw, &mode, "#");
            let twice = clean(&once, &mode, "#");
            prop_assert_eq!(once, twice);
        }
    }
}
