//! Block scalars of YAML: the parser gives their lines as they stand, since a check never asks what they say. Here they are put
//! together.

/// What the block scalar says whose lines the parser gave as `raw`, a part of `text`; `None` where it is a scalar in quotes.
pub(super) fn of(text: &str, raw: &str) -> Option<String> {
    // Both are parts of one string.
    let start = (raw.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    let before = text.get(..start)?;
    if before.ends_with(['"', '\'']) {
        return None;
    }
    let header_end = before.trim_end_matches([' ', '\t', '\n', '\r']).len();
    let line = &text[text[..header_end].rfind('\n').map_or(0, |at| at + 1)..header_end];
    let (folded, signs) = line
        .match_indices(['|', '>'])
        .find_map(|(at, sign)| header(&line[at + 1..]).map(|signs| (sign == ">", signs)))?;
    let indent = start - text[..start].rfind('\n').map_or(0, |at| at + 1);
    let body = text.get(header_end..start + raw.len())?;
    let body = body.split_once('\n').map_or("", |(_, body)| body);
    let mut lines: Vec<&str> = body
        .split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
        .map(|line| &line[line.bytes().take(indent).take_while(|&byte| byte == b' ').count()..])
        .collect();
    // What follows the last line's end is the next line's indentation.
    let ended = lines.last().is_some_and(|last| last.trim_matches(' ').is_empty());
    if ended {
        lines.pop();
    }
    let kept = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |at| at + 1);
    let trailing = lines.len() - kept;
    lines.truncate(kept);
    let mut said = if folded { fold(&lines) } else { lines.join("\n") };
    if signs.contains('+') {
        said.push_str(&"\n".repeat(trailing + usize::from(ended && kept > 0)));
    } else if !signs.contains('-') && ended && kept > 0 {
        said.push('\n');
    }
    Some(said)
}

/// The signs after `|` or `>`, where `rest` is all that may follow it.
fn header(rest: &str) -> Option<&str> {
    let signs = rest.find(|one: char| !matches!(one, '+' | '-' | '1'..='9')).unwrap_or(rest.len());
    let after = rest[signs..].trim_start();
    let commented = after.starts_with('#') && after.len() < rest[signs..].len();
    (signs <= 2 && (after.is_empty() || commented)).then(|| &rest[..signs])
}

/// Lines of text become one; empty ones and those that are indented more keep their ends.
fn fold(lines: &[&str]) -> String {
    let mut said = String::new();
    let (mut empty, mut last_indented, mut first) = (0, false, true);
    for line in lines {
        if line.is_empty() {
            empty += 1;
            continue;
        }
        let indented = line.starts_with([' ', '\t']);
        let ends = if first || !(indented || last_indented) { empty } else { empty + 1 };
        if !first && ends == 0 {
            said.push(' ');
        }
        said.push_str(&"\n".repeat(ends));
        said.push_str(line);
        (empty, last_indented, first) = (0, indented, false);
    }
    said
}
