//! YAML as data: the events of the parser behind `check-yaml`, with aliases and merge keys resolved and every value's line.

use std::borrow::Cow;
use std::collections::HashMap;

use xtask_core::model::{Problem, Result};

use super::block;
use super::value::{Data, Value};
use crate::checks::yaml::{Event, Fault, Parser};

/// The most values a file may come to once its aliases are resolved, and the deepest nesting: far above any configuration, low
/// enough that a file made to explode is refused at once.
const MOST: usize = 200_000;
const DEEPEST: usize = 64;

/// Reads one document.
pub(super) fn parse(file: &str, text: &str) -> Result<Value> {
    let lines = Lines::of(text);
    read(text, &lines).map_err(|fault| {
        Problem::usage(format!("{file}:{}: it is no YAML that can be imported", lines.at(fault.offset)))
            .why(fault.message)
            .fix("mend it there, then import again")
    })
}

/// Where lines begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect())
    }

    fn at(&self, offset: usize) -> u32 {
        u32::try_from(self.0.partition_point(|&end| end < offset)).unwrap_or(u32::MAX).saturating_add(1)
    }
}

/// A collection that has begun.
struct Open<'a> {
    line: u32,
    anchor: Option<&'a str>,
    kind: Kind,
}

enum Kind {
    List(Vec<Value>),
    Map {
        entries: Vec<(String, Value)>,
        key: Option<(String, bool)>,
        /// What `<<` brings; the mapping's own keys come first.
        merged: Vec<Value>,
    },
}

fn read(text: &str, lines: &Lines) -> std::result::Result<Value, Fault> {
    let fault = |offset: usize, message: &str| Fault { offset, message: message.to_owned() };
    let mut parser = Parser::new(text);
    let mut open: Vec<Open> = Vec::new();
    let mut anchors: HashMap<&str, (Value, usize)> = HashMap::new();
    let mut document = None;
    let mut count = 0;
    loop {
        let (event, at) = parser.next()?;
        let line = lines.at(at);
        let (value, anchor) = match event {
            Event::StreamEnd => return Ok(document.unwrap_or_else(|| Value::null(1))),
            Event::DocumentStart if document.is_some() => {
                return Err(fault(at, "a second document begins here"));
            }
            Event::DocumentStart => continue,
            Event::SequenceStart(properties) => {
                open.push(Open { line, anchor: properties.anchor, kind: Kind::List(Vec::new()) });
                if open.len() > DEEPEST {
                    return Err(fault(at, "it is nested too deeply"));
                }
                continue;
            }
            Event::MappingStart(properties) => {
                let kind = Kind::Map { entries: Vec::new(), key: None, merged: Vec::new() };
                open.push(Open { line, anchor: properties.anchor, kind });
                if open.len() > DEEPEST {
                    return Err(fault(at, "it is nested too deeply"));
                }
                continue;
            }
            Event::Scalar { text: scalar, plain, properties } => {
                let said = match &scalar {
                    Cow::Borrowed(raw) if !plain => block::of(text, raw),
                    _ => None,
                };
                let text = said.map_or(scalar, Cow::Owned);
                let plain = plain && properties.tag.is_none();
                (Value { line, data: Data::Scalar { text: text.into_owned(), plain } }, properties.anchor)
            }
            Event::Alias(name) => {
                let (value, size) =
                    anchors.get(name).ok_or_else(|| fault(at, &format!("no anchor `{name}` came before")))?;
                count += size;
                if count > MOST {
                    return Err(fault(at, "its aliases come to too many values"));
                }
                (value.clone(), None)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(ended) = open.pop() else {
                    return Err(fault(at, "a collection ends that never began"));
                };
                let data = match ended.kind {
                    Kind::List(values) => Data::List(values),
                    Kind::Map { entries, merged, .. } => Data::Map(with_merged(entries, merged)),
                };
                (Value { line: ended.line, data }, ended.anchor)
            }
        };
        count += 1;
        if count > MOST {
            return Err(fault(at, "it holds too many values"));
        }
        if let Some(name) = anchor {
            let size = size(&value);
            anchors.insert(name, (value.clone(), size));
        }
        match open.last_mut() {
            None => document = Some(value),
            Some(Open { kind: Kind::List(values), .. }) => values.push(value),
            Some(Open { kind: Kind::Map { entries, key, merged }, .. }) => match (key.take(), value) {
                (None, Value { data: Data::Scalar { text, plain }, .. }) => *key = Some((text, plain)),
                (None, _) => return Err(fault(at, "a key that is a collection")),
                (Some((name, true)), value) if name == "<<" => merged.push(value),
                (Some((name, _)), _) if entries.iter().any(|(known, _)| *known == name) => {
                    return Err(fault(at, &format!("the key `{name}` is there twice")));
                }
                (Some((name, _)), value) => entries.push((name, value)),
            },
        }
    }
}

fn with_merged(mut entries: Vec<(String, Value)>, merged: Vec<Value>) -> Vec<(String, Value)> {
    for value in merged {
        let maps = match value.data {
            Data::Map(map) => vec![map],
            Data::List(values) => values
                .into_iter()
                .filter_map(|value| if let Data::Map(map) = value.data { Some(map) } else { None })
                .collect(),
            Data::Scalar { .. } => Vec::new(),
        };
        for (name, value) in maps.into_iter().flatten() {
            if !entries.iter().any(|(known, _)| *known == name) {
                entries.push((name, value));
            }
        }
    }
    entries
}

/// How many values it is made of.
fn size(value: &Value) -> usize {
    1 + match &value.data {
        Data::Scalar { .. } => 0,
        Data::List(values) => values.iter().map(size).sum(),
        Data::Map(entries) => entries.iter().map(|(_, value)| size(value)).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::value::Node;
    use super::*;

    #[test]
    fn values_lines_anchors_and_merges() {
        let text = "a: &x\n  b: 1\n  c: [two, 'null', ]\nd:\n  <<: *x\n  b: 3\ne: *x\nf:\n";
        let value = parse("f.yaml", text).unwrap();
        let top = Node::top("f.yaml", &value);
        assert_eq!(top.get("d").unwrap().text_of("b").unwrap(), Some("3"));
        assert_eq!(top.get("d").unwrap().get("c").unwrap().texts().unwrap(), ["two", "null"]);
        assert_eq!(top.get("e").unwrap().get("c").unwrap().place(), "f.yaml:3");
        assert!(top.get("f").is_none());
        let problem = top.get("e").unwrap().flag_of("b").unwrap_err();
        assert!(problem.what.contains("f.yaml:2") && problem.why.contains("`true` or `false`"), "{problem}");
    }

    #[test]
    fn block_scalars_say_what_they_say() {
        for (text, expected) in [
            ("a: |\n  (?x)^(\n    b|\n    c\n  )$\nd: 1\n", "(?x)^(\n  b|\n  c\n)$\n"),
            ("a: |-\n   b\n\n   c\n\n\nd: 1\n", "b\n\nc"),
            ("a: |+\n  b\n\nd: 1\n", "b\n\n"),
            ("a: &x | # a | b\n  b\n", "b\n"),
            ("a: >-\n  b\n  c\n\n  d\n    e\n  f\n", "b c\nd\n  e\nf"),
            ("a: |2\n   b\n  c\n", " b\nc\n"),
            ("a: |\n\n  b", "\nb"),
            ("a: |\nd: 1\n", ""),
            ("a: '|'\n", "|"),
            ("a: \"b\n  c\"\n", "b c"),
            ("a: b\n  c\n", "b c"),
        ] {
            let value = parse("f", text).unwrap();
            let Data::Map(entries) = &value.data else { panic!("{text}") };
            let Data::Scalar { text: said, .. } = &entries[0].1.data else { panic!("{text}") };
            assert_eq!(said, expected, "{text}");
        }
    }

    #[test]
    fn what_is_refused_names_its_line() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for at in 1..9 {
            let last = format!("*a{}", at - 1);
            bomb.extend([format!("a{at}: &a{at} [{}]\n", [last.as_str(); 9].join(", "))]);
        }
        let deep = "[".repeat(100);
        for (text, place, why) in [
            ("a: 1\nb: [1\n", "f:3", ""),
            ("a: 1\na: 2\n", "f:2", "twice"),
            ("a: *x\n", "f:1", "no anchor `x`"),
            ("a: 1\n---\nb: 2\n", "f:2", "second document"),
            ("? [a]\n: b\n", "f:1", "a key that is a collection"),
            (bomb.as_str(), "f:6", "too many values"),
            (deep.as_str(), "f:1", "too deeply"),
        ] {
            let problem = parse("f", text).unwrap_err();
            assert!(problem.what.starts_with(place) && problem.why.contains(why), "{problem}");
        }
        assert_eq!(parse("f", "").unwrap(), Value::null(1));
    }
}
