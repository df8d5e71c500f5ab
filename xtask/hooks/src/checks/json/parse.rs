//! The grammar of JSON over bytes, without recursion: nesting costs a byte on the heap, never the stack.

use bstr::ByteSlice;

use super::{Fault, string};
use crate::checks::keys::Keys;

/// How deep values may nest: where Python's `json` gives up, too (its recursion limit, less the frames around it).
const DEEPEST: usize = 990;

/// How many digits a whole number may have: Python refuses to read a longer one.
const DIGITS: usize = 4300;

/// What is open around the current place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Array,
    Object,
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    CommaOrEnd,
}

/// Whether these bytes (UTF-8) are one JSON value.
pub(super) fn check(bytes: &[u8]) -> Result<(), Fault> {
    let mut open: Vec<Within> = Vec::new();
    let mut keys = Keys::default();
    let mut next = Next::Value;
    let mut at = 0;
    loop {
        at = skip_space(bytes, at);
        let here = bytes.get(at).copied();
        match (next, here) {
            (Next::ValueOrEnd, Some(b']')) => {
                open.pop();
                next = Next::CommaOrEnd;
                at += 1;
            }
            (Next::Value | Next::ValueOrEnd, Some(byte @ (b'[' | b'{'))) => {
                if open.len() == DEEPEST {
                    return Err(Fault::new(at, format!("values are nested more than {DEEPEST} deep")));
                }
                if byte == b'[' {
                    open.push(Within::Array);
                    next = Next::ValueOrEnd;
                } else {
                    open.push(Within::Object);
                    keys.open();
                    next = Next::KeyOrEnd;
                }
                at += 1;
            }
            (Next::Value | Next::ValueOrEnd, _) => {
                at = scalar(bytes, at)?;
                next = Next::CommaOrEnd;
            }
            (Next::Key | Next::KeyOrEnd, Some(b'"')) => {
                let (raw, end) = string::scan(bytes, at + 1)?;
                keys.add(string::decode(raw), at);
                let colon = skip_space(bytes, end);
                if bytes.get(colon) != Some(&b':') {
                    return Err(Fault::new(colon, "expected `:` after a key"));
                }
                at = colon + 1;
                next = Next::Value;
            }
            (Next::KeyOrEnd, Some(b'}')) => {
                close(&mut open, &mut keys)?;
                next = Next::CommaOrEnd;
                at += 1;
            }
            (Next::Key | Next::KeyOrEnd, _) => {
                return Err(Fault::new(at, "expected a key in double quotes"));
            }
            (Next::CommaOrEnd, _) => match (open.last(), here) {
                (None, None) => return Ok(()),
                (None, Some(_)) => return Err(Fault::new(at, "there is more after the value")),
                (Some(Within::Array), Some(b',')) => {
                    next = Next::Value;
                    at += 1;
                }
                (Some(Within::Object), Some(b',')) => {
                    next = Next::Key;
                    at += 1;
                }
                (Some(Within::Array), Some(b']')) => {
                    open.pop();
                    at += 1;
                }
                (Some(Within::Object), Some(b'}')) => {
                    close(&mut open, &mut keys)?;
                    at += 1;
                }
                (Some(Within::Array), _) => return Err(Fault::new(at, "expected `,` or `]`")),
                (Some(Within::Object), _) => return Err(Fault::new(at, "expected `,` or `}`")),
            },
        }
    }
}

fn close(open: &mut Vec<Within>, keys: &mut Keys) -> Result<(), Fault> {
    open.pop();
    match keys.close() {
        None => Ok(()),
        Some((key, offset)) => Err(Fault::new(offset, format!("the key {:?} is there twice", key.as_bstr()))),
    }
}

/// Where the whitespace from `at` on ends.
pub(super) fn skip_space(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at.min(bytes.len())..];
    let space = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    at + space.unwrap_or(rest.len())
}

/// The end of the scalar that begins at `at`.
fn scalar(bytes: &[u8], at: usize) -> Result<usize, Fault> {
    const WORDS: [&[u8]; 6] = [b"null", b"true", b"false", b"NaN", b"Infinity", b"-Infinity"];
    let rest = &bytes[at..];
    match rest.first() {
        Some(b'"') => return string::scan(bytes, at + 1).map(|(_, end)| end),
        Some(b'-' | b'0'..=b'9') => {
            if let Some(length) = number(rest, at)? {
                return Ok(at + length);
            }
        }
        _ => {}
    }
    WORDS
        .iter()
        .find(|word| rest.starts_with(word))
        .map(|word| at + word.len())
        .ok_or_else(|| Fault::new(at, "expected a value"))
}

/// The length of the number that `rest` begins with.
fn number(rest: &[u8], at: usize) -> Result<Option<usize>, Fault> {
    let digits = |from: usize| {
        let rest = rest.get(from..).unwrap_or_default();
        rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len())
    };
    let sign = usize::from(rest.first() == Some(&b'-'));
    let whole = match rest.get(sign) {
        Some(b'0') => 1,
        _ => digits(sign),
    };
    if whole == 0 {
        return Ok(None);
    }
    let mut end = sign + whole;
    let mut is_whole = true;
    if rest.get(end) == Some(&b'.') && digits(end + 1) > 0 {
        end += 1 + digits(end + 1);
        is_whole = false;
    }
    if matches!(rest.get(end), Some(b'e' | b'E')) {
        let signed = usize::from(matches!(rest.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + signed);
        if exponent > 0 {
            end += 1 + signed + exponent;
            is_whole = false;
        }
    }
    if is_whole && whole > DIGITS {
        return Err(Fault::new(at, format!("a whole number of more than {DIGITS} digits")));
    }
    Ok(Some(end))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fault(text: &str) -> Option<usize> {
        check(text.as_bytes()).err().map(|fault| fault.offset)
    }

    #[test]
    fn what_is_json() {
        for text in [
            "{}",
            " [ ] ",
            "0",
            "-0",
            "1.5e-7",
            "1E5",
            "\"a\"",
            "null",
            "NaN",
            "-Infinity",
            "[1, [2, {\"a\": [3]}]]\n",
            "{\"a\": {\"a\": 1}, \"b\": {\"a\": 1}}",
            "\t\r\ntrue",
        ] {
            assert_eq!(fault(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_not() {
        for (text, offset) in [
            ("", 0),
            (" ", 1),
            ("{", 1),
            ("[", 1),
            ("[1", 2),
            ("[1,", 3),
            ("[1,]", 3),
            ("{\"a\"}", 4),
            ("{\"a\":}", 5),
            ("{\"a\":1,}", 7),
            ("{\"a\" 1}", 5),
            ("{a: 1}", 1),
            ("{'a': 1}", 1),
            ("1 2", 2),
            ("{}}", 2),
            ("01", 1),
            ("1.", 1),
            (".5", 0),
            ("-", 0),
            ("+1", 0),
            ("1e", 1),
            ("nul", 0),
            ("// c", 0),
            ("[1] // c", 4),
            ("{\"a\": 1, \"\\u0061\": 2}", 9),
            ("\u{feff}1", 0),
            ("[}", 1),
        ] {
            assert_eq!(fault(text), Some(offset), "{text}");
        }
    }

    #[test]
    fn depth_and_digits_have_limits() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(fault(&nested(DEEPEST)), None);
        assert_eq!(fault(&nested(DEEPEST + 1)), Some(DEEPEST));
        assert_eq!(fault(&"[".repeat(1_000_000)), Some(DEEPEST));
        assert_eq!(fault(&"1".repeat(DIGITS)), None);
        assert_eq!(fault(&"1".repeat(DIGITS + 1)), Some(0));
        assert_eq!(fault(&format!("{}.0", "1".repeat(DIGITS + 1))), None);
    }

    fn value() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<f64>().prop_map(Into::into),
            any::<String>().prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                proptest::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|pairs| serde_json::Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_another_writes_is_json(value in value()) {
            prop_assert_eq!(check(value.to_string().as_bytes()), Ok(()));
            prop_assert_eq!(check(format!("{value:#}").as_bytes()), Ok(()));
        }

        #[test]
        fn verdicts_agree_with_another_reader(text in r#"[\[\]{}:, "a1.eE+\\-]{0,12}"#) {
            let theirs: Result<serde_json::Value, _> = serde_json::from_str(&text);
            let twice = check(text.as_bytes()).is_err_and(|fault| fault.message.contains("twice"));
            prop_assert!(twice || check(text.as_bytes()).is_ok() == theirs.is_ok(), "{}", text);
        }
    }
}
