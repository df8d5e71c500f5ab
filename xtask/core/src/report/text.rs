//! How text, counts and times read in the outputs for people.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Text that can't steer a terminal or hide what it says: no escape sequences, no control characters but line ends and
/// tabs, no marks that reorder it.
pub(super) fn clean(text: &str) -> String {
    let steers = |c: char| (c.is_control() && c != '\n' && c != '\t') || is_bidi_control(c);
    if !text.contains(steers) {
        return text.to_owned();
    }
    anstream::adapter::strip_str(&text.replace("\r\n", "\n")).to_string().replace(steers, "")
}

fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// [`clean`] text on one line: any run of white space is a blank.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in clean(text).split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// `1 finding`, `1,200 findings`.
pub(super) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", crate::model::group_thousands(i64::try_from(number).unwrap_or(i64::MAX)))
}

/// `312 ms`, `12.3 s`, `2 m 05 s`.
pub(super) fn duration(wall_ms: u64) -> String {
    match wall_ms {
        0..1000 => format!("{wall_ms} ms"),
        1000..60_000 => format!("{}.{} s", wall_ms / 1000, wall_ms % 1000 / 100),
        _ => format!("{} m {:02} s", wall_ms / 60_000, wall_ms % 60_000 / 1000),
    }
}

/// The columns that text takes.
pub(super) fn columns(text: &str) -> usize {
    text.width()
}

/// `text` in lines of at most `width` columns, broken between words, within one where it is longer than a line. Its own
/// line ends stay, and so does the indentation of its lines.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(10);
    let mut lines = Vec::new();
    for source in text.lines() {
        let source = source.replace('\t', "    ");
        let indent: String = source.chars().take_while(|&c| c == ' ').take(width / 2).collect();
        let mut line = indent.clone();
        let mut used = indent.len();
        let mut empty = true;
        for word in source.split_whitespace() {
            let wide = word.width();
            if !empty && used + 1 + wide > width {
                lines.push(std::mem::replace(&mut line, indent.clone()));
                used = indent.len();
                empty = true;
            }
            if !empty {
                line.push(' ');
                used += 1;
            }
            for c in word.chars() {
                let wide = c.width().unwrap_or(0);
                if used + wide > width {
                    lines.push(std::mem::replace(&mut line, indent.clone()));
                    used = indent.len();
                }
                line.push(c);
                used += wide;
            }
            empty = false;
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// A line as a tool printed it: nothing is broken or drawn together, since what stands above and below it (a caret, a column) counts on
/// its place. Tabs become the blanks that a terminal would show for them at the margin.
pub(super) fn as_printed(line: &str) -> String {
    const TAB: usize = 8;
    let mut shown = String::with_capacity(line.len());
    for (at, piece) in line.trim_end().split('\t').enumerate() {
        if at > 0 {
            let columns = TAB - shown.width() % TAB;
            shown.extend(std::iter::repeat_n(' ', columns));
        }
        shown.push_str(piece);
    }
    shown
}

/// What a message says, its first line, and what it shows below that: the output of a tool, a drawing.
pub(super) fn said_and_shown(message: &str) -> (&str, &str) {
    let message = message.trim_end().trim_start_matches('\n');
    message.split_once('\n').unwrap_or((message, ""))
}

/// The first `limit` lines of `text`, and how many more there are.
pub(super) fn first_lines(text: &str, limit: usize) -> (Vec<&str>, usize) {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let more = lines.len().saturating_sub(limit);
    (lines.into_iter().take(limit).collect(), more)
}

/// The start of `line` that fits `width` columns, with `…` where something is cut.
pub(super) fn fit(line: &str, width: usize) -> String {
    if line.width() <= width {
        return line.to_owned();
    }
    let mut used = 1;
    let mut cut = String::new();
    for c in line.chars() {
        used += c.width().unwrap_or(0);
        if used > width {
            break;
        }
        cut.push(c);
    }
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_steers_a_terminal_is_taken_out() {
        for (text, cleaned) in [
            ("plain", "plain"),
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("a\u{0}b\u{8}", "ab"),
            ("one\r\ntwo\tx", "one\ntwo\tx"),
            ("\u{1b}]0;title\u{7}after", "after"),
            ("a\u{202e}b", "ab"),
            ("\u{9b}31m", "31m"),
        ] {
            let got = clean(text);
            assert!(!got.contains('\u{1b}'), "{text:?}: {got:?}");
            if !text.starts_with('\u{9b}') {
                assert_eq!(got, cleaned);
            }
        }
        assert_eq!(one_line("  a\n\t b  "), "a b");
    }

    #[test]
    fn counts_and_times() {
        assert_eq!(count(1, "gate"), "1 gate");
        assert_eq!(count(0, "gate"), "0 gates");
        assert_eq!(count(12_345, "gate"), "12,345 gates");
        for (ms, shown) in [
            (0, "0 ms"),
            (999, "999 ms"),
            (1000, "1.0 s"),
            (59_999, "59.9 s"),
            (60_000, "1 m 00 s"),
            (3_725_000, "62 m 05 s"),
        ] {
            assert_eq!(duration(ms), shown);
        }
    }

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(wrap("one two three", 10), ["one two", "three"]);
        assert_eq!(wrap("  in one two", 10), ["  in one", "  two"]);
        assert_eq!(wrap("abcdefghijklmno", 10), ["abcdefghij", "klmno"]);
        assert_eq!(fit("abcdef", 4), "abc…");
        assert_eq!(first_lines("a\nb\nc\n", 2), (vec!["a", "b"], 1));
    }

    #[test]
    fn what_was_printed_keeps_its_columns() {
        for (line, shown) in [
            ("  |   ^^^  here ", "  |   ^^^  here"),
            ("\tx", "        x"),
            ("ab\tc\td", "ab      c       d"),
            ("12345678\tx", "12345678        x"),
            ("", ""),
        ] {
            assert_eq!(as_printed(line), shown);
        }
        for (message, parts) in [
            ("one", ("one", "")),
            ("one\n  two\n three\n\n", ("one", "  two\n three")),
            ("\none\n\ntwo", ("one", "\ntwo")),
            ("", ("", "")),
        ] {
            assert_eq!(said_and_shown(message), parts);
        }
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_asked(text in "\\PC{0,200}", width in 10_usize..60) {
            for line in wrap(&text, width) {
                prop_assert!(columns(&line) <= width + 1, "{line:?}");
            }
        }
    }
}
