//! Checks of commit messages: the text that git will store, and what is held against it. Pure functions of the message's bytes;
//! reading the file and git's settings is the caller's part.

use std::fmt::Write;

use crate::checks::{Check, Found, Hit, Work};
use crate::options::Options;
use crate::stage::Stage;

mod conventional;
mod length;
mod text;

pub(crate) use conventional::CHECK as CONVENTIONAL;
pub(crate) use length::CHECK as LENGTH;
pub use text::{Cleanup, Message, MessageLine, Mode};

/// What `checks` hold against the message that git would make of `raw`, the file that it hands to `commit-msg`. Checks on files
/// are passed over. Lines and columns are those of `raw`.
pub fn check(checks: &[&'static Check], raw: &[u8], cleanup: &Cleanup, options: &Options) -> Vec<Found> {
    let message = Message::new(raw, cleanup);
    let mut found = Vec::new();
    for &check in checks {
        if let Work::Message(run) = check.work {
            found.extend(run(&message, options).into_iter().map(|hit| Found { check, hit }));
        }
    }
    found
}

/// Those of `checks` that can't run at `stage`: checks of messages run at `commit-msg` alone, where there is a message.
pub fn misplaced(stage: Stage, checks: &[&'static Check]) -> Vec<&'static Check> {
    let is_message = |check: &&Check| matches!(check.work, Work::Message(_));
    checks.iter().copied().filter(|check| stage != Stage::CommitMsg && is_message(check)).collect()
}

/// As much of a long line as an error shows.
const SHOWN: usize = 100;

/// A hit that shows the line, with carets below `length` characters from `column` (from 1), and says what is expected.
fn shown(line: &MessageLine, column: usize, length: usize, what: &str, expected: &str) -> Hit {
    let text: String = line.text.chars().map(|one| if one == '\t' { ' ' } else { one }).take(SHOWN).collect();
    let more = if line.text.chars().count() > SHOWN { "…" } else { "" };
    let blank = unicode_blanks(&text, column - 1);
    let carets = "^".repeat(length.min(SHOWN.saturating_sub(column - 1)).max(1));
    let mut message = format!("{what}\n  {text}{more}");
    if column <= SHOWN {
        let _ = write!(message, "\n  {blank}{carets}");
    }
    let _ = write!(message, "\n{expected}");
    Hit { line: Some(line.number), column: Some(column as u32), message }
}

/// Blanks as wide as the first `count` characters of `text`: characters of double width take two.
fn unicode_blanks(text: &str, count: usize) -> String {
    let before: String = text.chars().take(count).collect();
    let short = count.saturating_sub(before.chars().count());
    " ".repeat(unicode_width::UnicodeWidthStr::width(&*before) + short)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::by_id;

    #[test]
    fn checks_of_messages_belong_to_commit_msg() {
        let checks =
            ["conventional-commit", "check-yaml", "commit-message-length"].map(|id| by_id(id).unwrap());
        let ids = |stage| misplaced(stage, &checks).iter().map(|check| check.id).collect::<Vec<_>>();
        assert_eq!(ids(Stage::CommitMsg), [""; 0]);
        assert_eq!(ids(Stage::PreCommit), ["conventional-commit", "commit-message-length"]);
    }

    #[test]
    fn carets_stand_below_what_is_meant() {
        let line = |text: &str| MessageLine { number: 3, text: text.to_owned() };
        let hit = shown(&line("fit: add"), 1, 3, "what", "expected");
        assert_eq!((hit.line, hit.column), (Some(3), Some(1)));
        assert_eq!(hit.message, "what\n  fit: add\n  ^^^\nexpected");
        // Two characters of double width before it, and a column past the end.
        assert_eq!(shown(&line("日本x"), 3, 1, "w", "e").message, "w\n  日本x\n      ^\ne");
        assert_eq!(shown(&line("a"), 2, 0, "w", "e").message, "w\n  a\n   ^\ne");
        let long = "x".repeat(300);
        let message = shown(&line(&long), 250, 50, "w", "e").message;
        assert!(message.len() < 120 && !message.contains('^'), "{message}");
    }
}
