//! `commit-message-length`: a subject that fits where subjects are listed, and lines that fit a terminal.

use super::{Message, MessageLine, shown};
use crate::checks::{Check, Hit, Work};
use crate::options::Options;

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "commit-message-length",
    about: "messages whose lines are not too long",
    version: 1,
    takes: "text",
    work: Work::Message(run),
    fix: None,
};

fn run(message: &Message, options: &Options) -> Vec<Hit> {
    let options = &options.commit_message_length;
    let Some(subject) = message.subject() else { return Vec::new() };
    let mut hits = Vec::new();
    let (least, most) = (options.min_subject as usize, options.max_subject as usize);
    let length = subject.text.chars().count();
    if most > 0 && length > most && !is_quoted_by_git(&subject.text) {
        let what = format!("the subject has {length} characters, {} more than {most}", length - most);
        let expected = "expected a short subject; what doesn't fit goes into the body, after a blank line";
        hits.push(shown(subject, most + 1, length - most, &what, expected));
    }
    if length < least {
        let what = format!("the subject has {length} characters, fewer than {least}");
        hits.push(shown(subject, 1, length, &what, "expected a subject that says what changes"));
    }
    let most = options.max_line as usize;
    let trailers = message.trailers();
    for (at, line) in message.body().iter().enumerate() {
        let length = line.text.chars().count();
        if most > 0 && length > most && !trailers.contains(&at) && !may_be_long(line) {
            let what = format!("the line has {length} characters, {} more than {most}", length - most);
            let expected = format!("expected a break before column {}", most + 1);
            hits.push(shown(line, most + 1, length - most, &what, &expected));
        }
    }
    hits
}

/// Subjects in which git repeats another commit's: nobody chose their length.
fn is_quoted_by_git(subject: &str) -> bool {
    let starts = ["Revert \"", "Reapply \"", "Merge ", "fixup! ", "squash! ", "amend! "];
    starts.iter().any(|start| subject.starts_with(start))
}

/// Lines that breaking would spoil: with an address, quoted, indented as code, a row of a table, one long word.
fn may_be_long(line: &MessageLine) -> bool {
    let text = &*line.text;
    text.contains("://")
        || [">", "    ", "\t", "|"].iter().any(|start| text.starts_with(start))
        || !text.trim().trim_start_matches(['-', '*']).trim().contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Cleanup;

    fn what(raw: &str) -> Vec<(u32, u32, String)> {
        let mut options = Options::default();
        options.commit_message_length.min_subject = 3;
        let message = Message::new(raw.as_bytes(), &Cleanup::default());
        let hits = run(&message, &options).into_iter();
        hits.map(|hit| {
            (hit.line.unwrap(), hit.column.unwrap(), hit.message.lines().next().unwrap().to_owned())
        })
        .collect()
    }

    #[test]
    fn long_lines_are_found_where_they_get_too_long() {
        let words = |count: usize| "word ".repeat(count);
        for (raw, expected) in [
            (String::new(), None),
            ("x".repeat(72), None),
            ("\u{e9}".repeat(72), None),
            ("x".repeat(73), Some((1, 73, "the subject has 73 characters, 1 more than 72"))),
            ("ab".to_owned(), Some((1, 1, "the subject has 2 characters, fewer than 3"))),
            (format!("subject\n\n{}", "x ".repeat(50)), None),
            (
                format!("# c\nsubject\n\n{}x", words(20)),
                Some((4, 101, "the line has 101 characters, 1 more than 100")),
            ),
            (
                format!("subject\n{}x", words(20)),
                Some((2, 101, "the line has 101 characters, 1 more than 100")),
            ),
            (format!("subject\n\nsee https://x.org/{} {}", "a".repeat(90), words(3)), None),
            (format!("subject\n\n> {}", words(30)), None),
            (format!("subject\n\n    {}", words(30)), None),
            (format!("subject\n\n| {}", words(30)), None),
            (format!("subject\n\n- {}", "a".repeat(120)), None),
            (format!("subject\n\nSigned-off-by: {}", words(30)), None),
            (format!("subject\n\nbody\n\nRefs #1\n  {}", words(30)), None),
            (format!("Revert \"{}\"", "x".repeat(72)), None),
            (format!("fixup! {}", "x".repeat(72)), None),
        ] {
            let expected: Vec<_> =
                expected.map(|(line, column, text)| (line, column, text.to_owned())).into_iter().collect();
            assert_eq!(what(&raw), expected, "{raw}");
        }
    }

    #[test]
    fn zero_is_no_limit() {
        let mut options = Options::default();
        options.commit_message_length.max_subject = 0;
        options.commit_message_length.max_line = 0;
        let message = Message::new("x y".repeat(99).as_bytes(), &Cleanup::default());
        assert!(run(&message, &options).is_empty());
    }
}
