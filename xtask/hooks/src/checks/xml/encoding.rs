//! From the bytes of a document to its text: by the byte order mark, the first two bytes, and the XML declaration.

use std::borrow::Cow;

use memchr::memmem;

use super::cursor::{Cursor, is_allowed};
use super::{Fault, declaration};

/// Names of encodings beyond those that expat has itself.
static KNOWN: &str = include_str!("encodings.txt");

/// The text without a byte order mark. Every character in it is allowed.
pub(super) fn to_utf8(bytes: &[u8]) -> Result<Cow<'_, str>, Fault> {
    match bytes {
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0, _, ..] => utf16(bytes, u16::from_be_bytes),
        [_, 0, ..] => utf16(bytes, u16::from_le_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => bytewise(rest),
        _ => bytewise(bytes),
    }
}

fn utf16<'a>(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Cow<'a, str>, Fault> {
    let pairs = bytes.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return Err(Fault::new(0, "the file ends within a character of UTF-16"));
    }
    let units = pairs.map(|pair| unit([pair[0], pair[1]]));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    let text = text.map_err(|_| Fault::new(0, "the file is not UTF-16"))?;
    if let Some((at, _)) = text.char_indices().find(|(_, character)| !is_allowed(*character)) {
        return Err(Fault::new(at, "a character that XML doesn't allow"));
    }
    let declared = declaration::read(&mut Cursor::new(&text))?.and_then(|declared| declared.encoding);
    let own = if unit([1, 0]) == 1 { "UTF-16LE" } else { "UTF-16BE" };
    match declared {
        Some(name) if !name.eq_ignore_ascii_case("UTF-16") && !name.eq_ignore_ascii_case(own) => {
            Err(Fault::new(0, format!("the declared encoding is {name}, but the file is {own}")))
        }
        _ => Ok(Cow::Owned(text)),
    }
}

/// How bytes from 0x80 are read.
enum High {
    Utf8,
    Latin1,
    /// One byte a character, but which isn't known: each counts as a letter of its own.
    Other,
    None,
}

fn bytewise(bytes: &[u8]) -> Result<Cow<'_, str>, Fault> {
    let high = match declared(bytes)? {
        None => High::Utf8,
        Some(name) => high(&name)?,
    };
    let is_control = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r');
    if let Some(at) = bytes.iter().position(is_control) {
        return Err(Fault::new(at, "a control character"));
    }
    let letters = |first: u32| {
        let letter = |&byte: &u8| match byte {
            0x80.. => char::from_u32(first + u32::from(byte)).unwrap_or(char::REPLACEMENT_CHARACTER),
            ascii => char::from(ascii),
        };
        bytes.iter().map(letter).collect::<String>()
    };
    match high {
        High::Utf8 => {
            let text = std::str::from_utf8(bytes)
                .map_err(|wrong| Fault::new(wrong.valid_up_to(), "the file is not UTF-8"))?;
            // U+FFFE and U+FFFF.
            let mut marks = memmem::find_iter(bytes, b"\xef\xbf");
            match marks.find(|at| matches!(bytes.get(at + 2), Some(0xbe | 0xbf))) {
                Some(at) => Err(Fault::new(at, "a character that XML doesn't allow")),
                None => Ok(Cow::Borrowed(text)),
            }
        }
        High::Latin1 => Ok(Cow::Owned(letters(0))),
        High::Other => Ok(Cow::Owned(letters(0x4e00))),
        High::None => match std::str::from_utf8(bytes) {
            Ok(text) if text.is_ascii() => Ok(Cow::Borrowed(text)),
            _ => {
                let at = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or_default();
                Err(Fault::new(at, "a character beyond the declared encoding, which is read as ASCII"))
            }
        },
    }
}

/// The encoding that the declaration names. All of a declaration is ASCII.
fn declared(bytes: &[u8]) -> Result<Option<String>, Fault> {
    if !bytes.starts_with(b"<?xml") {
        return Ok(None);
    }
    let end = memmem::find(bytes, b"?>").map_or(bytes.len(), |at| at + 2);
    let head = bytes[..end].iter().position(|byte| !byte.is_ascii()).unwrap_or(end);
    let head = std::str::from_utf8(&bytes[..head]).unwrap_or_default();
    let declared = declaration::read(&mut Cursor::new(head))?;
    Ok(declared.and_then(|declared| declared.encoding).map(str::to_owned))
}

fn high(name: &str) -> Result<High, Fault> {
    let is = |known: &str| name.eq_ignore_ascii_case(known);
    if is("UTF-8") {
        return Ok(High::Utf8);
    }
    if is("ISO-8859-1") {
        return Ok(High::Latin1);
    }
    if is("US-ASCII") {
        return Ok(High::None);
    }
    if is("UTF-16") || is("UTF-16LE") || is("UTF-16BE") {
        return Err(Fault::new(0, format!("the declared encoding is {name}, but the file isn't")));
    }
    // As Python normalizes names: what is no letter, digit or dot is one underscore.
    let words: Vec<&str> = name.split(['-', '_']).filter(|word| !word.is_empty()).collect();
    let plain = words.join("_").to_ascii_lowercase();
    let holds = |kind: &str| {
        let lists = KNOWN.lines().filter_map(|line| line.strip_prefix(kind)?.strip_prefix(": "));
        lists.flat_map(|list| list.split(' ')).any(|known| known == plain)
    };
    if holds("ascii") {
        Ok(High::None)
    } else if holds("one") {
        Ok(High::Other)
    } else {
        Err(Fault::new(
            0,
            format!("the declared encoding {name:?} is not known, or has several bytes a character"),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_apart() {
        let declared = |name: &str, rest: &[u8]| {
            [format!("<?xml version='1.0' encoding='{name}'?>").as_bytes(), rest].concat()
        };
        for (bytes, ends) in [
            (b"\xef\xbb\xbf<a/>".to_vec(), Some("<a/>")),
            (b"\xff\xfe<\0a\0/\0>\0".to_vec(), Some("<a/>")),
            (b"\0<\0a\0/\0>".to_vec(), Some("<a/>")),
            (b"\0<\0a\0/".to_vec(), Some("<a/")),
            (b"\xff\xfe<\0a".to_vec(), None),
            (declared("iso-8859-1", b"\xe9"), Some("\u{e9}")),
            (declared("UTF-8", b"\xe9"), None),
            (declared("utf8", b"\xc3\xa9"), None),
            (declared("utf8", b"a"), Some("a")),
            (declared("Windows-1252", b"\xe9"), Some("\u{4ee9}")),
            (declared("UTF-16", b"a"), None),
            (declared("shift_jis", b"a"), None),
            (declared("nonsense", b"a"), None),
            (b"a\x01".to_vec(), None),
            (b"a\xef\xbf\xbe".to_vec(), None),
            (b"a\xef\xbf\xbd".to_vec(), Some("a\u{fffd}")),
        ] {
            let text = to_utf8(&bytes);
            assert_eq!(text.is_ok(), ends.is_some(), "{bytes:?} {text:?}");
            assert!(text.unwrap_or_default().ends_with(ends.unwrap_or_default()), "{bytes:?}");
        }
    }
}
