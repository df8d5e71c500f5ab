//! An error in `xtask.toml`, shown where it is: line, text, what was expected, the nearest known key.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::model::Problem;

/// The problem of `message` at `span` of the file's `text`.
pub(super) fn at(file: &str, text: &str, span: Option<Range<usize>>, message: &str) -> Problem {
    let (message, expected, fix) = explain(message);
    let Some(span) = span.filter(|span| span.end <= text.len()) else {
        return Problem::usage(format!("{file}: {message}")).why(expected).fix(fix);
    };
    let line = text[..span.start].matches('\n').count() + 1;
    let snippet = Snippet::source(text)
        .path(file)
        .annotation(AnnotationKind::Primary.span(span).label(expected))
        .fold(true);
    let group = Level::ERROR.no_name().primary_title("").element(snippet);
    let drawn = Renderer::plain().render(&[group]);
    // The title is told by `what`; the drawing follows it.
    let drawn = drawn.split_once('\n').map_or("", |(_, rest)| rest).trim_end();
    Problem::usage(format!("{file}:{line}: {message}")).why(format!("\n{drawn}")).fix(fix)
}

/// The parser's message in the user's words: what is wrong, what is expected there, what to type.
fn explain(message: &str) -> (String, String, String) {
    let message = message.trim();
    if let Some((key, known)) = unknown_key(message) {
        let nearest = nearest(&key, known.iter().map(String::as_str));
        let fix = nearest.map_or_else(
            || "remove it; `xtask schema` lists the known keys".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        let expected = match known.as_slice() {
            [] => "no key is expected here".to_owned(),
            many => format!("expected {}", list(many)),
        };
        return (format!("unknown key `{key}`"), expected, fix);
    }
    let clean = message.lines().next().unwrap_or(message).to_owned();
    match clean.rsplit_once(", expected ") {
        Some((what, expected)) => (what.to_owned(), format!("expected {expected}"), String::new()),
        None => (clean, String::new(), String::new()),
    }
}

/// The key and the known ones of a message such as "unknown field `a`, expected one of `b`, `c`", also for values
/// of a fixed choice ("unknown variant").
fn unknown_key(message: &str) -> Option<(String, Vec<String>)> {
    let rest =
        message.strip_prefix("unknown field `").or_else(|| message.strip_prefix("unknown variant `"))?;
    let (key, rest) = rest.split_once('`')?;
    let known = rest.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    Some((key.to_owned(), known))
}

/// At most eight names, in backquotes.
fn list(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(8).map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(shown.len());
    let text = shown.join(", ");
    if more > 0 { format!("{text} or {more} more") } else { text }
}

/// The known name most like `name`, if any is like it at all.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= (name.len().max(candidate.len()) / 3).max(2))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_or_none() {
        let known = ["checks", "exclude", "commands"];
        assert_eq!(nearest("chekcs", known.into_iter()), Some("checks"));
        assert_eq!(nearest("excludes", known.into_iter()), Some("exclude"));
        assert_eq!(nearest("zzzzzzzz", known.into_iter()), None);
    }

    #[test]
    fn the_place_is_shown() {
        let text = "[lint]\nbaselin = \"x\"\n";
        let problem = at(
            "xtask.toml",
            text,
            Some(7..14),
            "unknown field `baselin`, expected one of `baseline`, `tools`",
        );
        assert_eq!(problem.what, "xtask.toml:2: unknown key `baselin`");
        assert!(problem.why.contains("baselin = \"x\""), "{}", problem.why);
        assert!(problem.why.contains("^^^^^^^ expected `baseline`, `tools`"), "{}", problem.why);
        assert_eq!(problem.fix, "did you mean `baseline`?");
    }
}
