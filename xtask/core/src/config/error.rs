//! An error in `xtask.toml`, shown where it is: line, text, what was expected, the nearest known key.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::model::Problem;

/// The characters of the file's own text that a headline shows.
const LONGEST: usize = 120;

/// The problem of `message` at `span` of the file's `text`.
pub(super) fn at(file: &str, text: &str, span: Option<Range<usize>>, message: &str) -> Problem {
    let (message, expected, fix) = explain(message);
    let Some(span) = span.filter(|span| span.end <= text.len()) else {
        return Problem::usage(format!("{file}: {message}")).why(expected).fix(fix);
    };
    draw(file, text, span, Problem::usage(message).why(expected).fix(fix))
}

/// The problem with its place, drawn.
pub(super) fn shown(file: &str, text: &str, span: Range<usize>, problem: Problem) -> Problem {
    // What the drawing can't hold in a line stands below it.
    if !problem.why.contains('\n') {
        return draw(file, text, span, problem);
    }
    let drawn = draw(file, text, span, Problem { why: String::new(), ..problem.clone() });
    let why = format!("{}\n{}", drawn.why, problem.why);
    drawn.why(why)
}

fn draw(file: &str, text: &str, span: Range<usize>, problem: Problem) -> Problem {
    let line = text[..span.start].matches('\n').count() + 1;
    let snippet = Snippet::source(text)
        .path(file)
        .annotation(AnnotationKind::Primary.span(span).label(problem.why.clone()))
        .fold(true);
    let group = Level::ERROR.no_name().primary_title("").element(snippet);
    let drawn = Renderer::plain().render(&[group]);
    // The title is told by `what`; the drawing follows it.
    let drawn = drawn.split_once('\n').map_or("", |(_, rest)| rest).trim_end();
    Problem { what: format!("{file}:{line}: {}", problem.what), why: format!("\n{drawn}"), ..problem }
}

/// The problem, with what is written here for a key that another program has: `terms` are such keys.
pub(super) fn in_terms(problem: Problem, message: &str, terms: &[(&str, &str)]) -> Problem {
    let Some(("key", key, _)) = unknown(message) else { return problem };
    match terms.iter().find(|(term, _)| key.replace('-', "_") == *term) {
        Some((_, ours)) => problem.fix(*ours),
        None => problem,
    }
}

/// The parser's message in the user's words: what is wrong, what is expected there, what to type.
fn explain(message: &str) -> (String, String, String) {
    let message = message.trim();
    if let Some((what, key, known)) = unknown(message) {
        let nearest = nearest(&key, known.iter().map(String::as_str));
        let fix = nearest.map_or_else(
            || format!("remove it; `xtask schema` lists the known {what}s"),
            |near| format!("did you mean `{near}`?"),
        );
        let expected = match known.as_slice() {
            [] => format!("no {what} is expected here"),
            many => format!("expected {}", list(many)),
        };
        return (format!("unknown {what} `{}`", clip(&key)), expected, fix);
    }
    let clean = message.lines().next().unwrap_or(message).replace("missing field ", "missing key ");
    match clean.rsplit_once(", expected ") {
        Some((what, expected)) => {
            let (what, expected) = (in_words(what), in_words(expected));
            (clip(&what), format!("expected {expected}"), String::new())
        }
        None => (clip(&clean), String::new(), String::new()),
    }
}

/// The types of the program as TOML calls them.
fn in_words(text: &str) -> String {
    if text.starts_with("struct ") {
        return "a table".to_owned();
    }
    match text {
        "a map" => "a table".to_owned(),
        "a sequence" => "an array".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, 0 or more".to_owned(),
        "i8" | "i16" | "i32" | "i64" => "a whole number".to_owned(),
        "a boolean" => "`true` or `false`".to_owned(),
        "invalid type: map" => "invalid type: table".to_owned(),
        "invalid type: sequence" => "invalid type: array".to_owned(),
        _ => text.to_owned(),
    }
}

/// The start of a text that may be as long as a file.
fn clip(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// What is unknown, and the known ones, of a message such as "unknown field `a`, expected one of `b`, `c`", also for values
/// of a fixed choice ("unknown variant").
fn unknown(message: &str) -> Option<(&'static str, String, Vec<String>)> {
    let key = message.strip_prefix("unknown field `").map(|rest| ("key", rest));
    let (what, rest) = key.or_else(|| Some(("value", message.strip_prefix("unknown variant `")?)))?;
    let (key, rest) = rest.split_once('`')?;
    let known = rest.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    Some((what, key.to_owned(), known))
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
    fn messages_speak_of_toml() {
        for (message, what, expected) in [
            (
                "invalid type: integer `5`, expected struct LintSection",
                "invalid type: integer `5`",
                "a table",
            ),
            ("invalid type: map, expected a sequence", "invalid type: table", "an array"),
            ("invalid type: string \"x\", expected f64", "invalid type: string \"x\"", "a number"),
            ("missing field `run`", "missing key `run`", ""),
            (
                "unknown variant `stp`, expected `restage` or `stop`",
                "unknown value `stp`",
                "`restage`, `stop`",
            ),
        ] {
            let (said, wanted, _) = explain(message);
            assert_eq!(said, what);
            assert_eq!(wanted.strip_prefix("expected ").unwrap_or(&wanted), expected);
        }
        let long = explain(&format!("unknown field `{}`", "k".repeat(100_000))).0;
        assert!(long.len() < 200, "{}", long.len());
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
