//! One JSON string: where it ends, and what it says.

use std::borrow::Cow;

use memchr::memchr2;

use super::Fault;

/// The content of the string that begins after the quote at `start - 1`, as written, and the offset after its closing quote.
pub(super) fn scan(bytes: &[u8], start: usize) -> Result<(&[u8], usize), Fault> {
    let mut at = start;
    loop {
        let Some(next) = memchr2(b'"', b'\\', &bytes[at..]).map(|next| at + next) else {
            return Err(control(bytes, at, bytes.len())
                .unwrap_or_else(|| Fault::new(start - 1, "a string that begins here doesn't end")));
        };
        if let Some(fault) = control(bytes, at, next) {
            return Err(fault);
        }
        if bytes[next] == b'"' {
            return Ok((&bytes[start..next], next + 1));
        }
        at = next
            + match bytes.get(next + 1) {
                Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
                Some(b'u') if hex(bytes, next + 2).is_some() => 6,
                Some(b'u') => return Err(Fault::new(next, "`\\u` wants four hexadecimal digits")),
                _ => return Err(Fault::new(next, "an unknown escape")),
            };
    }
}

fn control(bytes: &[u8], from: usize, to: usize) -> Option<Fault> {
    let at = bytes[from..to].iter().position(|&byte| byte < 0x20)?;
    Some(Fault::new(from + at, "a control character within a string"))
}

fn hex(bytes: &[u8], at: usize) -> Option<u32> {
    let digits = bytes.get(at..at + 4)?;
    digits.iter().try_fold(0, |value, &digit| Some(value << 4 | char::from(digit).to_digit(16)?))
}

/// What a scanned string says: UTF-8, with lone surrogates as three bytes.
pub(super) fn decode(raw: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = memchr::memchr(b'\\', raw) else {
        return Cow::Borrowed(raw);
    };
    let mut text = raw[..first].to_vec();
    let mut at = first;
    while let Some(&byte) = raw.get(at) {
        if byte != b'\\' {
            text.push(byte);
            at += 1;
            continue;
        }
        let escape = raw.get(at + 1).copied().unwrap_or(b'\\');
        if escape != b'u' {
            text.push(match escape {
                b'b' => 8,
                b'f' => 12,
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                other => other,
            });
            at += 2;
            continue;
        }
        let mut value = hex(raw, at + 2).unwrap_or_default();
        at += 6;
        if (0xd800..0xdc00).contains(&value)
            && raw[at.min(raw.len())..].starts_with(b"\\u")
            && let Some(low) = hex(raw, at + 2).filter(|low| (0xdc00..0xe000).contains(low))
        {
            value = 0x1_0000 + ((value - 0xd800) << 10) + (low - 0xdc00);
            at += 6;
        }
        match char::from_u32(value) {
            Some(character) => text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            None => text.extend([
                0xe0 | (value >> 12) as u8,
                0x80 | (value >> 6 & 0x3f) as u8,
                0x80 | (value & 0x3f) as u8,
            ]),
        }
    }
    Cow::Owned(text)
}

/// Writes a decoded string as Python does, without its quotes: what must be escaped, and with `ascii` what isn't ASCII.
pub(super) fn encode(text: &[u8], ascii: bool, out: &mut Vec<u8>) {
    let is_plain = |&byte: &u8| match byte {
        b'"' | b'\\' | 0..0x20 => false,
        0x7f.. => !ascii,
        _ => true,
    };
    let mut rest = text;
    loop {
        let plain = rest.iter().position(|byte| !is_plain(byte)).unwrap_or(rest.len());
        out.extend_from_slice(&rest[..plain]);
        rest = &rest[plain..];
        let Some(&first) = rest.first() else { return };
        let short = match first {
            b'"' | b'\\' => first,
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            8 => b'b',
            12 => b'f',
            _ => 0,
        };
        if short != 0 {
            out.extend([b'\\', short]);
            rest = &rest[1..];
            continue;
        }
        let (value, length) = character(rest);
        if let Some(above) = value.checked_sub(0x1_0000) {
            unit(0xd800 + (above >> 10), out);
            unit(0xdc00 + (above & 0x3ff), out);
        } else {
            unit(value, out);
        }
        rest = &rest[length..];
    }
}

fn unit(value: u32, out: &mut Vec<u8>) {
    out.extend(format!("\\u{value:04x}").into_bytes());
}

/// The first character of decoded text, which may be a lone surrogate, and its length.
fn character(text: &[u8]) -> (u32, usize) {
    let (first, length) = match text[0] {
        byte @ 0xf0.. => (byte & 0x07, 4),
        byte @ 0xe0.. => (byte & 0x0f, 3),
        byte @ 0xc0.. => (byte & 0x1f, 2),
        byte => (byte, 1),
    };
    let length = length.min(text.len());
    let value =
        text[1..length].iter().fold(u32::from(first), |value, byte| value << 6 | u32::from(byte & 0x3f));
    (value, length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_end_where_they_end() {
        for (text, end) in [
            (&b"\"\""[..], Ok(2)),
            (b"\"a\\\"b\" ", Ok(6)),
            (b"\"\\u00e9\\\\\"", Ok(10)),
            (b"\"\x7f\"", Ok(3)),
            (b"\"a", Err(0)),
            (b"\"a\nb\"", Err(2)),
            (b"\"\\x\"", Err(1)),
            (b"\"\\u12g4\"", Err(1)),
            (b"\"\\u12", Err(1)),
            (b"\"\\", Err(1)),
        ] {
            let found = scan(text, 1).map(|(_, end)| end).map_err(|fault| fault.offset);
            assert_eq!(found, end, "{text:?}");
        }
    }

    #[test]
    fn escapes_are_decoded() {
        for (raw, text) in [
            (&b"plain"[..], "plain".as_bytes()),
            (b"a\\u0062\\n", b"ab\n"),
            (b"\\ud83d\\ude00", "\u{1f600}".as_bytes()),
            (b"\\ud83dx", b"\xed\xa0\xbdx"),
            (b"\\ud83d\\u0041", b"\xed\xa0\xbdA"),
        ] {
            assert_eq!(&*decode(raw), text, "{raw:?}");
        }
    }
}
