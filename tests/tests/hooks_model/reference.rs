//! What fixers and the merge must make of a file, told as simply as can be.

use super::case::{Case, Command, Content, Edit, File, User};

/// Lines with their endings.
pub(crate) fn lines(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8(bytes.to_vec()).expect("the cases are text");
    text.split_inclusive('\n').map(str::to_owned).collect()
}

/// A line's text and its ending.
pub(crate) fn parts(line: &str) -> (&str, &str) {
    let text = line.trim_end_matches('\n');
    let text = if text.len() < line.len() { text.strip_suffix('\r').unwrap_or(text) } else { text };
    line.split_at(text.len())
}

fn body(line: &str) -> &str {
    parts(line).0.trim_end()
}

/// What the fixers of a case make of a content; `None` where they never come to an end.
pub(crate) fn fixed(case: &Case, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut now = lines(bytes);
    for _ in 0..3 {
        let before = now.clone();
        now = built_in(case, now);
        if let Some(command) = case.command.filter(|_| !now.is_empty()) {
            now = by_command(command, now);
        }
        if now == before {
            return Some(now.concat().into_bytes());
        }
    }
    None
}

fn built_in(case: &Case, mut now: Vec<String>) -> Vec<String> {
    loop {
        let before = now.clone();
        for check in &case.checks {
            now = match *check {
                "trailing-whitespace" => {
                    now.iter().map(|line| format!("{}{}", body(line), parts(line).1)).collect()
                }
                "end-of-file-fixer" => {
                    while now.last().is_some_and(|last| parts(last).0.is_empty()) {
                        now.pop();
                    }
                    if let Some(last) = now.last_mut().filter(|last| !last.ends_with('\n')) {
                        last.push('\n');
                    }
                    now
                }
                _ => one_ending(now),
            };
            // What is empty is no line.
            now.retain(|line| !line.is_empty());
        }
        if now == before {
            return now;
        }
    }
}

fn one_ending(now: Vec<String>) -> Vec<String> {
    let crlf = now.iter().filter(|line| line.ends_with("\r\n")).count();
    let lf = now.iter().filter(|line| line.ends_with('\n')).count() - crlf;
    if crlf == 0 || lf == 0 {
        return now;
    }
    let ending = if crlf > lf { "\r\n" } else { "\n" };
    now.iter().map(|line| format!("{}{ending}", parts(line).0)).collect()
}

fn by_command(command: Command, mut now: Vec<String>) -> Vec<String> {
    match command {
        Command::Token => now.iter().map(|line| line.replacen("token", "TOKEN", 1)).collect(),
        Command::Indent => now
            .iter()
            .map(|line| if line.starts_with([' ', '\r', '\n']) { line.clone() } else { format!("  {line}") })
            .collect(),
        Command::Drop => now.into_iter().filter(|line| !line.starts_with('{')).collect(),
        Command::Header => {
            if !now[0].starts_with("# head") {
                now.insert(0, "# head\n".to_owned());
            }
            now
        }
        Command::Sort => {
            if let Some(last) = now.last_mut().filter(|last| !last.ends_with('\n')) {
                last.push('\n');
            }
            let (mut imports, others): (Vec<_>, Vec<_>) =
                now.into_iter().partition(|line| line.starts_with("import"));
            // As `sort` sees lines: without their newline.
            imports.sort_by(|a, b| a.trim_end_matches('\n').cmp(b.trim_end_matches('\n')));
            imports.into_iter().chain(others).collect()
        }
    }
}

/// A line of the user's file: from where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum From {
    /// The staged line of this number.
    Staged(usize),
    /// The user typed it.
    User,
}

/// The user's file, in git's form, and where its lines are from.
pub(crate) fn users(file: &File) -> Option<(Vec<String>, Vec<From>)> {
    let (edits, below, open) = match &file.user {
        User::Missing => return None,
        User::Same => (vec![Edit::Keep; file.staged.lines.len()], false, file.staged.open),
        User::Edited(edits, below, open) => (edits.clone(), *below, *open),
    };
    let mut all: Vec<(super::case::Line, From)> = Vec::new();
    let typed = |number: usize, crlf: bool| {
        let text = format!("mine {number}{}", if number.is_multiple_of(3) { " " } else { "" });
        (super::case::Line { text, crlf }, From::User)
    };
    for (at, (line, edit)) in file.staged.lines.iter().zip(&edits).enumerate() {
        if matches!(edit, Edit::Replace | Edit::InsertBefore) {
            all.push(typed(at, line.crlf));
        }
        if matches!(edit, Edit::Keep | Edit::InsertBefore) {
            all.push((line.clone(), From::Staged(at)));
        }
    }
    if below {
        all.push(typed(edits.len() + 1, file.staged.lines.last().is_some_and(|last| last.crlf)));
    }
    let (texts, from): (Vec<_>, Vec<_>) = all.into_iter().unzip();
    // An open empty line is no line.
    let open = open && texts.last().is_some_and(|last: &super::case::Line| !last.text.is_empty());
    let content = Content { lines: texts, open };
    Some((lines(&content.bytes()), from))
}

/// What must come of the user's edits and the fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Merged {
    /// Exactly these lines.
    Exactly(Vec<String>),
    /// They meet.
    Overlap,
    /// The fixer moves, adds or removes lines: see `is_merge`, or they meet.
    Some,
}

/// The merge, where the fixer works line by line.
pub(crate) fn merged(staged: &[String], fixed: &[String], user: &[String], from: &[From]) -> Merged {
    if staged == user {
        return Merged::Exactly(fixed.to_vec());
    }
    if staged == fixed {
        return Merged::Exactly(user.to_vec());
    }
    // A line is another one's new version if its body is, or where all bodies but some are: `TOKEN` for `token`, and the indented.
    let is_version = |old: &String, new: &String| {
        let old = body(old);
        body(new) == old
            || body(new) == old.replacen("token", "TOKEN", 1)
            || body(new) == format!("  {old}").trim_end()
    };
    if staged.len() != fixed.len() || staged.iter().zip(fixed).any(|(old, new)| !is_version(old, new)) {
        return Merged::Some;
    }
    for (at, (old, new)) in staged.iter().zip(fixed).enumerate() {
        if !from.contains(&From::Staged(at)) && body(old) != body(new) {
            return Merged::Overlap;
        }
    }
    let line = |(line, from): (&String, &From)| match from {
        From::User => line.clone(),
        From::Staged(at) => {
            let (text, ending) = parts(&fixed[*at]);
            let is_same = ending == parts(&staged[*at]).1;
            format!("{text}{}", if is_same { parts(line).1 } else { ending })
        }
    };
    Merged::Exactly(user.iter().zip(from).map(line).collect())
}

/// Whether `found` is what is expected. Where lines were deleted or rewritten it can't be told which of several alike are left, so that
/// blanks and endings, which follow the line that they belong to, may be another one's. Where the staged file ends without a newline,
/// and both add one, it may be either.
pub(crate) fn is_exactly(found: &[String], expected: &[String], from: &[From], staged: &[String]) -> bool {
    let is_open = staged.last().is_some_and(|last| !last.ends_with('\n'));
    let is_whole = !is_open && from.iter().filter(|from| **from != From::User).count() == staged.len();
    let bodies = |lines: &[String]| lines.iter().map(|line| body(line).to_owned()).collect::<Vec<_>>();
    found == expected || !is_whole && bodies(found) == bodies(expected)
}

/// Whether `found` can be the merge: every line that the user typed is there as it was, in order; the others are the fixer's, none
/// twice, in order, and none is missing for which no line was deleted.
pub(crate) fn is_merge(
    found: &[String],
    fixed: &[String],
    user: &[String],
    from: &[From],
    staged: usize,
) -> bool {
    let deleted = staged - from.iter().filter(|from| **from != From::User).count();
    // See `is_exactly`.
    let text = |line: &String| if deleted > 0 { body(line).to_owned() } else { parts(line).0.to_owned() };
    let texts = |lines: &[String]| lines.iter().map(text).collect::<Vec<_>>();
    let is_typed = |text: &String| text.starts_with("mine ");
    let typed: Vec<String> = texts(user).into_iter().filter(is_typed).collect();
    let (mine, others): (Vec<_>, Vec<_>) = texts(found).into_iter().partition(is_typed);
    let fixed = texts(fixed);
    let mut rest = fixed.iter();
    mine == typed
        && others.iter().all(|text| rest.any(|known| known == text))
        && others.len() + deleted >= fixed.len()
}
