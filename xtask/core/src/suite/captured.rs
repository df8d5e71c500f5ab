//! What a program printed, made fit for a report: no colours, no backtraces, no megabytes.

/// The most that a case keeps of what it printed, in bytes: enough for an assertion with two long values, and a report
/// of a thousand failures stays readable by a browser.
const LIMIT: usize = 16 * 1024;

/// The text without terminal escapes.
pub(super) fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

/// A failed test's output: backtraces are left out (they repeat the place, in thirty lines), and of a long text the middle.
pub(super) fn message(text: &str) -> Option<String> {
    let mut kept = String::with_capacity(text.len().min(LIMIT * 2));
    let mut in_backtrace = false;
    for line in text.lines() {
        if line == "stack backtrace:" {
            in_backtrace = true;
        } else if in_backtrace {
            let frame = line.trim_start();
            in_backtrace = frame.starts_with("at ")
                || frame.split_once(": ").is_some_and(|(number, _)| number.parse::<u32>().is_ok());
            if in_backtrace || line.starts_with("note: Some details are omitted") {
                continue;
            }
            push_line(&mut kept, line);
        } else if !line.starts_with("note: run with `RUST_BACKTRACE=") {
            push_line(&mut kept, line);
        }
    }
    let kept = kept.trim_matches('\n');
    (!kept.trim().is_empty()).then(|| shorten(kept))
}

fn push_line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

fn shorten(text: &str) -> String {
    if text.len() <= LIMIT {
        return text.to_owned();
    }
    let head = floor_boundary(text, LIMIT / 2);
    let tail = floor_boundary(text, text.len() - LIMIT / 2);
    format!("{}\n… {} bytes left out …\n{}", &text[..head], tail - head, &text[tail..])
}

fn floor_boundary(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// The last `count` lines that say something, without terminal escapes, for the reason of an outcome.
pub fn last_lines(text: &str, count: usize) -> String {
    let clean = plain(text);
    let lines: Vec<&str> = clean.lines().map(str::trim_end).filter(|line| !line.trim().is_empty()).collect();
    shorten(&lines[lines.len().saturating_sub(count)..].join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backtraces_are_left_out() {
        let text = "\nthread 'a' panicked at src/lib.rs:1:2:\nboom\nstack backtrace:\n   0: one\n             at /x.rs:1:1\n   1: two\n\
                    note: Some details are omitted, run with `RUST_BACKTRACE=full`.\nafter\n";
        assert_eq!(message(text).as_deref(), Some("thread 'a' panicked at src/lib.rs:1:2:\nboom\nafter"));
        assert_eq!(message("\n \n"), None);
    }

    #[test]
    fn long_texts_lose_their_middle() {
        let long = "é".repeat(LIMIT);
        let kept = message(&long).unwrap();
        assert!(kept.len() < LIMIT + 100 && kept.contains("bytes left out"));
    }

    #[test]
    fn the_last_lines_have_no_colours() {
        assert_eq!(last_lines("a\n\u{1b}[31mb\u{1b}[0m\n\n c \n\n", 2), "b\n c");
        assert_eq!(last_lines("", 2), "");
    }
}
