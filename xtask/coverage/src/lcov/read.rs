//! Reading, line by line, in memory that doesn't grow with the file. What can't be a whole report is refused.

use std::collections::BTreeMap;
use std::io::{BufRead, Read};

use xtask_core::model::{Problem, Result};

use crate::map::Lines;

/// A line longer than this is no line of a tracefile: the longest are names of functions. In bytes.
const LONGEST_LINE: u64 = 1 << 20;

/// What a tracefile holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// Lines and hits by path, as the file writes it. A path that comes several times (one record a test) is one entry.
    pub files: BTreeMap<Vec<u8>, Lines>,
}

/// Reads a tracefile; `name` stands for it in errors. Without any record, cut off inside one, or with a line that isn't
/// lcov's, it is invalid.
pub fn read(name: &str, mut input: impl BufRead) -> Result<Records> {
    let mut records = Records::default();
    let mut open: Option<(Vec<u8>, Lines)> = None;
    let mut buffer = Vec::new();
    for number in 1_u64.. {
        buffer.clear();
        let length = input
            .by_ref()
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut buffer)
            .map_err(|cause| Problem::invalid(format!("can't read {name}")).why(cause))?;
        if length == 0 {
            break;
        }
        let wrong = |why: String| invalid(format!("{name}:{number} is no line of an lcov report")).why(why);
        if length as u64 == LONGEST_LINE && !buffer.ends_with(b"\n") {
            return Err(wrong(format!("it is longer than {LONGEST_LINE} bytes")));
        }
        match parse(trim(&buffer, number == 1)).map_err(&wrong)? {
            Line::Other => {}
            Line::Source(path) if open.is_none() => open = Some((path.to_vec(), Lines::new())),
            Line::Source(_) => {
                return Err(invalid(format!("{name} is damaged"))
                    .why(format!("line {number} begins a record before the last one has ended")));
            }
            Line::Hits(line, hits) => {
                let (_, lines) = open.as_mut().ok_or_else(|| wrong("it belongs to no file".into()))?;
                let sum = lines.entry(line).or_default();
                *sum = sum.saturating_add(hits);
            }
            Line::End => {
                let (path, lines) = open.take().ok_or_else(|| wrong("it ends no record".into()))?;
                let known = records.files.entry(path).or_default();
                for (line, hits) in lines {
                    let sum = known.entry(line).or_default();
                    *sum = sum.saturating_add(hits);
                }
            }
        }
    }
    if let Some((path, _)) = open {
        let path = String::from_utf8_lossy(&path).into_owned();
        return Err(invalid(format!("{name} is cut off")).why(format!("the record of {path} has no end")));
    }
    if records.files.is_empty() {
        return Err(invalid(format!("{name} is no report")).why("it holds no record"));
    }
    Ok(records)
}

fn invalid(what: String) -> Problem {
    Problem::invalid(what).fix("make the report again")
}

/// The line without its ending, and at the start of the file without a byte-order mark.
fn trim(mut line: &[u8], first: bool) -> &[u8] {
    if first {
        line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    }
    line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

enum Line<'a> {
    Source(&'a [u8]),
    Hits(u32, u64),
    End,
    Other,
}

fn parse(line: &[u8]) -> Result<Line<'_>, String> {
    if line == b"end_of_record" {
        return Ok(Line::End);
    }
    if line.iter().all(u8::is_ascii_whitespace) || line.starts_with(b"#") {
        return Ok(Line::Other);
    }
    let colon = line.iter().position(|&byte| byte == b':');
    let (tag, value) = colon.map_or((line, &b""[..]), |at| (&line[..at], &line[at + 1..]));
    match tag {
        b"SF" if value.is_empty() => Err("the file has no name".into()),
        b"SF" => Ok(Line::Source(value)),
        b"DA" => hits(value),
        // Functions and branches differ between producers (FN has two or three fields; BRDA's may be `-` or a name) and
        // don't count here; so do the totals, which are computed anew. A tag to come is let through, too.
        _ if colon.is_some() && (1..=8).contains(&tag.len()) && tag.iter().all(u8::is_ascii_uppercase) => {
            Ok(Line::Other)
        }
        _ => {
            let text: String = String::from_utf8_lossy(line).chars().take(40).collect();
            Err(format!("`{}` has no meaning", text.escape_debug()))
        }
    }
}

/// `LINE,HITS[,CHECKSUM]`.
fn hits(value: &[u8]) -> Result<Line<'_>, String> {
    let shown =
        || String::from_utf8_lossy(value).chars().take(40).collect::<String>().escape_debug().to_string();
    let mut fields = value.split(|&byte| byte == b',');
    let mut number = |what: &str| {
        let field = fields.next().ok_or_else(|| format!("`DA:{}` has no {what}", shown()))?;
        digits(field).ok_or_else(|| format!("in `DA:{}` the {what} is no number", shown()))
    };
    let (line, hits) = (number("line")?, number("count")?);
    match u32::try_from(line) {
        Ok(line) if line > 0 => Ok(Line::Hits(line, hits)),
        _ => Err(format!("no file has a line {line}")),
    }
}

/// A whole number; one that is too large for 64 bits counts as the largest.
fn digits(field: &[u8]) -> Option<u64> {
    if field.is_empty() || !field.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(
        field
            .iter()
            .fold(0_u64, |value, digit| value.saturating_mul(10).saturating_add(u64::from(digit - b'0'))),
    )
}

#[cfg(test)]
mod tests {
    use xtask_core::model::ProblemKind;

    use super::*;

    #[test]
    fn what_producers_write_is_read() {
        let text = "\u{feff}TN:\r\nSF:src/a.py\r\nFN:1,f\nFN:1,3,g\nFNDA:1,f\nBRDA:1,0,jump to line 3,-\nBRDA:2,0,0,4\n\
                    DA:1,1\nDA:2,0,abc==\nDA:3,99999999999999999999999\nLF:3\nLH:2\nend_of_record\n\n# comment\n\
                    SF:/abs/b.rs\nend_of_record\nTN:again\nSF:src/a.py\nDA:2,4\nend_of_record";
        let records = read("lcov.info", text.as_bytes()).unwrap();
        let a = &records.files[&b"src/a.py"[..]];
        assert_eq!(a, &Lines::from([(1, 1), (2, 4), (3, u64::MAX)]));
        assert!(records.files[&b"/abs/b.rs"[..]].is_empty());
    }

    #[test]
    fn what_is_no_whole_report_is_invalid_and_says_where() {
        for (text, part) in [
            ("", "x is no report: it holds no record"),
            ("\n\n", "it holds no record"),
            ("TN:\n", "it holds no record"),
            ("SF:a\nDA:1,1\n", "x is cut off: the record of a has no end"),
            ("SF:a\nDA:1,1\nend_of_rec", "x:3"),
            ("SF:a\nDA:1,1\nSF:b\n", "line 3 begins a record"),
            ("DA:1,1\n", "x:1 is no line of an lcov report: it belongs to no file"),
            ("end_of_record\n", "it ends no record"),
            ("SF:\n", "the file has no name"),
            ("SF:a\nDA:1\n", "`DA:1` has no count"),
            ("SF:a\nDA:,1\n", "the line is no number"),
            ("SF:a\nDA:1,x\n", "the count is no number"),
            ("SF:a\nDA:1,-3\n", "the count is no number"),
            ("SF:a\nDA:1,NaN\n", "the count is no number"),
            ("SF:a\nDA:0,1\n", "no file has a line 0"),
            ("SF:a\nDA:99999999999,1\n", "no file has a line 99999999999"),
            ("<?xml version=\"1.0\"?>\n", "`<?xml version=\\\"1.0\\\"?>` has no meaning"),
            ("{\"a\": 1}\n", "has no meaning"),
        ] {
            let problem = read("x", text.as_bytes()).unwrap_err();
            assert_eq!(problem.kind, ProblemKind::Invalid);
            assert!(problem.to_string().contains(part), "{text:?}: {problem}");
        }
    }

    #[test]
    fn an_endless_line_is_refused_without_being_held() {
        let endless = std::io::BufReader::new(std::io::repeat(b'A'));
        let problem = read("x", endless).unwrap_err();
        assert!(problem.why.contains("longer than"), "{problem}");
    }
}
