//! `pretty-format-json`: JSON laid out as Python's `json.dumps` lays it out, with sorted keys.

use std::borrow::Cow;

use super::super::{Check, File, Hit, Work};
use super::{Fault, encoding, number, parse, string};
use crate::options::{Options, PrettyJsonOptions};

/// The check.
pub(in super::super) static CHECK: Check = Check {
    id: "pretty-format-json",
    about: "JSON with sorted keys, one value a line",
    version: 1,
    takes: "json",
    work: Work::Bytes(run),
    fix: Some(fix),
};

/// A value, as it is written.
enum Value<'a> {
    Array(Vec<Value<'a>>),
    Object(Vec<(Cow<'a, [u8]>, Value<'a>)>),
    /// What it says.
    Text(Cow<'a, [u8]>),
    /// A number or a word.
    Plain(&'a [u8]),
}

/// Reads what [`parse::check`] has let through; so it asks nothing, and nesting is bounded.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&mut self) -> u8 {
        self.at = parse::skip_space(self.bytes, self.at);
        self.bytes.get(self.at).copied().unwrap_or_default()
    }

    /// Whether `byte` is next; then it is taken.
    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == byte;
        self.at += usize::from(is_next);
        is_next
    }

    fn text(&mut self) -> Result<Cow<'a, [u8]>, Fault> {
        let (raw, end) = string::scan(self.bytes, self.at + 1)?;
        self.at = end;
        Ok(string::decode(raw))
    }

    fn value(&mut self, options: &PrettyJsonOptions) -> Result<Value<'a>, Fault> {
        match self.peek() {
            b'"' => return self.text().map(Value::Text),
            b'[' => {
                self.at += 1;
                let mut items = Vec::new();
                while !self.take(b']') {
                    items.push(self.value(options)?);
                    self.take(b',');
                }
                return Ok(Value::Array(items));
            }
            b'{' => {
                self.at += 1;
                let mut pairs = Vec::new();
                while !self.take(b'}') {
                    let key = self.text()?;
                    self.take(b':');
                    pairs.push((key, self.value(options)?));
                    self.take(b',');
                }
                sort(&mut pairs, options);
                return Ok(Value::Object(pairs));
            }
            _ => {}
        }
        let rest = &self.bytes[self.at..];
        let is_end = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | b']' | b'}');
        let length = rest.iter().position(is_end).unwrap_or(rest.len());
        self.at += length;
        Ok(Value::Plain(&rest[..length]))
    }
}

/// Those of `top-keys` come first, the others are sorted by their characters, unless they keep their order.
fn sort(pairs: &mut [(Cow<[u8]>, Value)], options: &PrettyJsonOptions) {
    let rank = |key: &[u8]| {
        let listed = options.top_keys.iter().position(|top| top.as_bytes() == key);
        listed.unwrap_or(options.top_keys.len())
    };
    pairs.sort_by(|(a, _), (b, _)| {
        let by_rank = rank(a).cmp(&rank(b));
        if options.no_sort_keys { by_rank } else { by_rank.then_with(|| a.cmp(b)) }
    });
}

struct Writer<'a> {
    out: Vec<u8>,
    options: &'a PrettyJsonOptions,
}

impl Writer<'_> {
    fn value(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Text(text) => self.text(text),
            Value::Plain(written) => number::write(written, &mut self.out),
            Value::Array(items) if items.is_empty() => self.out.extend(b"[]"),
            Value::Object(pairs) if pairs.is_empty() => self.out.extend(b"{}"),
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.out.push(if at == 0 { b'[' } else { b',' });
                    self.line(depth + 1);
                    self.value(item, depth + 1);
                }
                self.line(depth);
                self.out.push(b']');
            }
            Value::Object(pairs) => {
                for (at, (key, value)) in pairs.iter().enumerate() {
                    self.out.push(if at == 0 { b'{' } else { b',' });
                    self.line(depth + 1);
                    self.text(key);
                    self.out.extend(b": ");
                    self.value(value, depth + 1);
                }
                self.line(depth);
                self.out.push(b'}');
            }
        }
    }

    fn line(&mut self, depth: usize) {
        self.out.push(b'\n');
        for _ in 0..depth {
            self.out.extend(self.options.indent.0.as_bytes());
        }
    }

    fn text(&mut self, text: &[u8]) {
        self.out.push(b'"');
        string::encode(text, !self.options.no_ensure_ascii, &mut self.out);
        self.out.push(b'"');
    }
}

/// The file laid out anew.
fn pretty(bytes: &[u8], options: &PrettyJsonOptions) -> Result<Vec<u8>, Fault> {
    // Unlike `check-json`, the original reads UTF-8 alone, and no byte order mark.
    encoding::strict_utf8(bytes)?;
    parse::check(bytes)?;
    let value = Reader { bytes, at: 0 }.value(options)?;
    let mut writer = Writer { out: Vec::with_capacity(bytes.len() + 1), options };
    writer.value(&value, 0);
    writer.out.push(b'\n');
    // A lone surrogate can be escaped, but is no character of UTF-8.
    match std::str::from_utf8(&writer.out) {
        Ok(_) => Ok(writer.out),
        Err(_) => Err(Fault::new(0, "half of a surrogate pair, which only `ensure-ascii` can write")),
    }
}

/// Where `bytes` differs from `pretty`, with every line ending taken for a line feed.
fn difference(bytes: &[u8], pretty: &[u8]) -> Option<usize> {
    let (mut at, mut wanted) = (0, pretty.iter());
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        at += if bytes[at..].starts_with(b"\r\n") { 2 } else { 1 };
        let byte = if byte == b'\r' { b'\n' } else { byte };
        if wanted.next() != Some(&byte) {
            return Some(start);
        }
    }
    wanted.next().map(|_| bytes.len())
}

fn run(_: &File, bytes: &[u8], options: &Options) -> Vec<Hit> {
    let at = |offset, message: String| {
        let (line, column) = super::super::position::position(bytes, offset);
        vec![Hit { line: Some(line), column: Some(column), message }]
    };
    match pretty(bytes, &options.pretty_format_json) {
        Err(fault) => at(fault.offset, format!("no valid JSON: {}", fault.message)),
        Ok(pretty) => match difference(bytes, &pretty) {
            Some(offset) => at(offset, "the JSON is not laid out as it should be from here on".to_owned()),
            None => Vec::new(),
        },
    }
}

fn fix(_: &File, bytes: &[u8], options: &Options) -> Option<Vec<u8>> {
    let options = &options.pretty_format_json;
    if !options.autofix {
        return None;
    }
    let pretty = pretty(bytes, options).ok()?;
    difference(bytes, &pretty).map(|_| pretty)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Indent;

    fn laid_out(text: &str, options: &PrettyJsonOptions) -> String {
        let pretty = pretty(text.as_bytes(), options).unwrap();
        assert!(difference(&pretty, &pretty).is_none());
        String::from_utf8(pretty).unwrap()
    }

    #[test]
    fn values_are_laid_out() {
        let mut options = PrettyJsonOptions::default();
        let text = "{\"b\": [1, {}, []], \"a\": {\"\u{e9}\": \"\\u007f\\n\u{1f600}\\/\"}}";
        assert_eq!(
            laid_out(text, &options),
            "{\n  \"a\": {\n    \"\\u00e9\": \"\\u007f\\n\\ud83d\\ude00/\"\n  },\n  \"b\": [\n    1,\n    {},\n    []\n  ]\n}\n"
        );
        options.no_ensure_ascii = true;
        options.no_sort_keys = true;
        options.indent = Indent("\t".to_owned());
        assert_eq!(
            laid_out(text, &options),
            "{\n\t\"b\": [\n\t\t1,\n\t\t{},\n\t\t[]\n\t],\n\t\"a\": {\n\t\t\"\u{e9}\": \"\u{7f}\\n\u{1f600}/\"\n\t}\n}\n"
        );
        options.top_keys = vec!["z".to_owned(), "c".to_owned()];
        options.indent = Indent(String::new());
        assert_eq!(laid_out("{\"a\":1,\"c\":2,\"z\":3}", &options), "{\n\"z\": 3,\n\"c\": 2,\n\"a\": 1\n}\n");
    }

    #[test]
    fn line_endings_make_no_difference() {
        for (bytes, expected) in [
            ("[\n  1\n]\n", None),
            ("[\r\n  1\r\n]\r\n", None),
            ("[\n  1\n]", Some(7)),
            ("[\n  1\n]\n\n", Some(8)),
            ("[1]\n", Some(1)),
        ] {
            let pretty = pretty(bytes.as_bytes(), &PrettyJsonOptions::default()).unwrap();
            assert_eq!(difference(bytes.as_bytes(), &pretty), expected, "{bytes:?}");
        }
    }

    #[test]
    fn what_would_be_lost_is_refused() {
        let options = PrettyJsonOptions { no_ensure_ascii: true, ..PrettyJsonOptions::default() };
        for text in ["{\"a\": 1, \"a\": 2}", "\u{feff}1", "[1", "\"\\ud800\""] {
            assert!(pretty(text.as_bytes(), &options).is_err(), "{text}");
        }
        assert!(pretty(b"\"\xff\"", &options).is_err());
        assert!(pretty(b"\"\\ud800\"", &PrettyJsonOptions::default()).is_ok());
        let deep = ["[".repeat(900), "]".repeat(900)].concat();
        assert!(pretty(deep.as_bytes(), &options).is_ok());
    }
}
