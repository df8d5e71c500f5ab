//! The encoding of JSON bytes, told as Python's `json` tells it: by a byte order mark, else by where the zero bytes are.

use std::borrow::Cow;

use super::Fault;

#[derive(Clone, Copy)]
enum Unit {
    Two,
    Four,
}

#[derive(Clone, Copy)]
enum Order {
    Big,
    Little,
}

/// The text as UTF-8 without a byte order mark; lone surrogates are let through, as three bytes each.
pub(super) fn to_utf8(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Fault> {
    let (mark, wide) = detect(bytes);
    let rest = &bytes[mark..];
    let Some((unit, order)) = wide else {
        check_utf8(rest).map_err(|at| Fault::new(mark + at, "the file is not UTF-8"))?;
        return Ok(Cow::Borrowed(rest));
    };
    let size = match unit {
        Unit::Two => 2,
        Unit::Four => 4,
    };
    if !rest.len().is_multiple_of(size) {
        return Err(Fault::new(0, "the file ends within a character of UTF-16 or UTF-32"));
    }
    let values: Vec<u32> = rest
        .chunks_exact(size)
        .map(|chunk| {
            let digit = |value: u32, &byte: &u8| value << 8 | u32::from(byte);
            match order {
                Order::Big => chunk.iter().fold(0, digit),
                Order::Little => chunk.iter().rev().fold(0, digit),
            }
        })
        .collect();
    let mut text = Vec::with_capacity(rest.len());
    let mut at = 0;
    while at < values.len() {
        let mut value = values[at];
        at += 1;
        if matches!(unit, Unit::Two)
            && (0xd800..0xdc00).contains(&value)
            && let Some(low) = values.get(at).filter(|low| (0xdc00..0xe000).contains(*low))
        {
            value = 0x1_0000 + ((value - 0xd800) << 10) + (low - 0xdc00);
            at += 1;
        }
        push(&mut text, value)
            .ok_or_else(|| Fault::new(0, "the file holds a number that is no character"))?;
    }
    Ok(Cow::Owned(text))
}

/// The length of the byte order mark, and the encoding where it isn't UTF-8.
fn detect(bytes: &[u8]) -> (usize, Option<(Unit, Order)>) {
    match bytes {
        [0, 0, 0xfe, 0xff, ..] => (4, Some((Unit::Four, Order::Big))),
        [0xff, 0xfe, 0, 0, ..] => (4, Some((Unit::Four, Order::Little))),
        [0xfe, 0xff, ..] => (2, Some((Unit::Two, Order::Big))),
        [0xff, 0xfe, ..] => (2, Some((Unit::Two, Order::Little))),
        [0xef, 0xbb, 0xbf, ..] => (3, None),
        [0, 0, _, _, ..] => (0, Some((Unit::Four, Order::Big))),
        [_, 0, 0, 0, ..] => (0, Some((Unit::Four, Order::Little))),
        [0, _, _, _, ..] | [0, _] => (0, Some((Unit::Two, Order::Big))),
        [_, 0, _, _, ..] | [_, 0] => (0, Some((Unit::Two, Order::Little))),
        _ => (0, None),
    }
}

/// The offset of the first byte that belongs to no character; encoded surrogates belong.
fn check_utf8(bytes: &[u8]) -> Result<(), usize> {
    let mut start = 0;
    loop {
        let Err(wrong) = std::str::from_utf8(&bytes[start..]) else {
            return Ok(());
        };
        let at = start + wrong.valid_up_to();
        match bytes[at..] {
            [0xed, 0xa0..=0xbf, 0x80..=0xbf, ..] => start = at + 3,
            _ => return Err(at),
        }
    }
}

fn push(text: &mut Vec<u8>, value: u32) -> Option<()> {
    if let Some(character) = char::from_u32(value) {
        text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    } else if value < 0x1_0000 {
        text.extend([
            0xe0 | (value >> 12) as u8,
            0x80 | (value >> 6 & 0x3f) as u8,
            0x80 | (value & 0x3f) as u8,
        ]);
    } else {
        return None;
    }
    Some(())
}

/// Whether the bytes are UTF-8, in which no surrogate is encoded.
pub(super) fn strict_utf8(bytes: &[u8]) -> Result<(), Fault> {
    let fault = |wrong: std::str::Utf8Error| Fault::new(wrong.valid_up_to(), "the file is not UTF-8");
    std::str::from_utf8(bytes).map(|_| ()).map_err(fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_apart() {
        for (bytes, text) in [
            (&b"{}"[..], Some(&b"{}"[..])),
            (b"", Some(b"")),
            (b"\xef\xbb\xbf{}", Some(b"{}")),
            (b"\xff\xfe{\0}\0", Some(b"{}")),
            (b"\xfe\xff\0{\0}", Some(b"{}")),
            (b"{\0}\0", Some(b"{}")),
            (b"\0{\0}", Some(b"{}")),
            (b"1\0", Some(b"1")),
            (b"\0\0\0{\0\0\0}", Some(b"{}")),
            (b"{\0\0\0}\0\0\0", Some(b"{}")),
            (b"\xff\xfe\0\0{\0\0\0", Some(b"{")),
            (b"\xff\xfe\x3d\xd8\0\xde", Some("\u{1f600}".as_bytes())),
            (b"\xff\xfe\x3d\xd8", Some(b"\xed\xa0\xbd")),
            (b"\"\xed\xa0\xbd\"", Some(b"\"\xed\xa0\xbd\"")),
            (b"\xff\xfe{", None),
            (b"\"\xff\"", None),
            (b"\"\xc0\x80\"", None),
            (b"\0\0\xfe\xff\0\x11\0\0", None),
        ] {
            assert_eq!(to_utf8(bytes).ok().as_deref(), text, "{bytes:?}");
        }
    }
}
