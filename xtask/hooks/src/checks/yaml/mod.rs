//! `check-yaml`: YAML 1.2 that loads without custom tags, duplicate keys or a second document, as the original's safe loader
//! has it.

use super::{Check, File, Hit, Work};
use crate::options::{Options, YamlOptions};

mod cursor;
mod load;
mod node;
mod parser;
mod quick;
mod scalar;
mod scan_property;
mod scan_scalar;
mod scanner;
mod token;

use load::Loader;
pub(crate) use parser::{Event, Parser};

/// The check.
pub(super) static CHECK: Check = Check {
    id: "check-yaml",
    about: "YAML files that load",
    version: 1,
    takes: "yaml",
    work: Work::Bytes(run),
    fix: None,
};

/// What is wrong, and the offset of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) offset: usize,
    pub(crate) message: String,
}

impl Fault {
    fn new(offset: usize, message: impl Into<String>) -> Self {
        Self { offset, message: message.into() }
    }
}

fn run(_: &File, bytes: &[u8], options: &Options) -> Vec<Hit> {
    let Err(fault) = check(bytes, &options.check_yaml) else {
        return Vec::new();
    };
    let (line, column) = super::position::position(bytes, fault.offset);
    vec![Hit { line: Some(line), column: Some(column), message: format!("no valid YAML: {}", fault.message) }]
}

fn check(bytes: &[u8], options: &YamlOptions) -> Result<(), Fault> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Fault::new(error.valid_up_to(), "the file is not UTF-8"))?;
    if let Some(offset) = unprintable(bytes) {
        return Err(Fault::new(offset, "a control character"));
    }
    let many = options.allow_multiple_documents || options.syntax_only;
    if quick::is_fine(text, many) { Ok(()) } else { parse(text, options) }
}

/// The verdict of the parser and the loader.
fn parse(text: &str, options: &YamlOptions) -> Result<(), Fault> {
    let mut loader = Loader::default();
    let mut documents = 0;
    let mut parser = Parser::new(text);
    loop {
        let (event, at) = parser.next()?;
        match event {
            Event::StreamEnd => return Ok(()),
            _ if options.syntax_only => continue,
            Event::DocumentStart => {
                documents += 1;
                if documents > 1 && !options.allow_multiple_documents {
                    let message =
                        "a second document begins here (the option `allow-multiple-documents` lets it)";
                    return Err(Fault::new(at, message));
                }
            }
            _ => {}
        }
        loader.event(event, at)?;
    }
}

/// The offset of the first character that YAML doesn't allow even within quotes.
fn unprintable(bytes: &[u8]) -> Option<usize> {
    const CHUNK: usize = 64;
    let suspect = |byte: u8| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r') || byte == 0x7f;
    let at_fault = |at: usize| match bytes[at] {
        0xc2 => matches!(bytes.get(at + 1), Some(0x80..=0x9f)) && bytes[at + 1] != 0x85,
        0xef => matches!(bytes.get(at + 1..at + 3), Some([0xbf, 0xbe | 0xbf])),
        byte => suspect(byte),
    };
    // Most chunks hold nothing to look at twice, which counting tells without a branch for each byte.
    let odd = |byte: &&u8| matches!(**byte, 0..=8 | 11 | 12 | 14..=0x1f | 0x7f | 0xc2 | 0xef);
    let is_odd = |chunk: &[u8]| chunk.iter().filter(odd).count() > 0;
    bytes.chunks(CHUNK).enumerate().filter(|(_, chunk)| is_odd(chunk)).find_map(|(number, chunk)| {
        let start = number * CHUNK;
        (start..start + chunk.len()).find(|&at| at_fault(at))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str, options: &YamlOptions) -> Option<(u32, u32)> {
        let fault = check(text.as_bytes(), options).err()?;
        Some(super::super::position::position(text.as_bytes(), fault.offset))
    }

    #[test]
    fn what_loads() {
        for text in [
            "",
            "# only a comment\n",
            "a: 1\nb: [1, 2]\n",
            "---\na: 1\n...\n",
            "\u{feff}a: 1\n",
            "a: &x {b: 1}\nc: *x\n",
            "base: &b {x: 1}\nd:\n  <<: *b\n  x: 2\n",
            "d:\n  <<: [{x: 1}, {y: 2}]\n",
            "1: a\n'1': b\n",
            "[a, b]: 1\n",
            "a: !!str 1\nb: !!set {x, y}\nc: !!omap [a: 1]\n",
            "a: 2001-12-14\n",
            "a: |\n  text\n   more\n",
        ] {
            assert_eq!(check(text.as_bytes(), &YamlOptions::default()), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_does_not() {
        for (text, line) in [
            ("a: 1\na: 2\n", 2),
            ("a: b: c\n", 1),
            ("a: [1\n", 2),
            ("a: \"x\n", 1),
            ("a: *x\n", 1),
            ("a: 1\n---\nb: 2\n", 2),
            ("a: !custom 1\n", 1),
            ("a: !!python/object:x {}\n", 1),
            ("1: a\n0x1: b\n", 2),
            ("true: a\n1: b\n", 2),
            ("? {a: 1}\n: b\n", 1),
            ("a:\n\t- b\n", 2),
            ("a: 2001-02-30\n", 1),
            ("a: \"\u{1}\"\n", 1),
            ("<<: 1\n", 1),
            ("a: !!int x\n", 1),
        ] {
            assert_eq!(fault(text, &YamlOptions::default()).map(|(line, _)| line), Some(line), "{text}");
        }
    }

    #[test]
    fn options_let_more_through() {
        let many = YamlOptions { allow_multiple_documents: true, ..YamlOptions::default() };
        assert_eq!(fault("a: 1\n---\na: 2\n", &many), None);
        assert!(fault("a: 1\n---\na: !x 2\n", &many).is_some());
        let syntax = YamlOptions { syntax_only: true, ..YamlOptions::default() };
        assert_eq!(fault("a: !x 1\na: 2\n---\nb\n", &syntax), None);
        assert!(fault("a: [\n", &syntax).is_some());
    }

    #[test]
    fn deep_nesting_is_no_crash() {
        for text in ["[".repeat(100_000), "{a: ".repeat(50_000), "- ".repeat(50_000)] {
            let _ = check(text.as_bytes(), &YamlOptions::default());
        }
    }
}
