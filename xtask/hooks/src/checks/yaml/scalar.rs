//! What a plain scalar means in YAML's core schema (1.2), and whether it can be that.

use std::borrow::Cow;

/// The meaning of a scalar, as far as keys are compared by it: `1`, `0x1` and `true` are one key for Python, `"1"` is another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key<'a> {
    Null,
    /// A whole number, and a boolean, which equals 0 or 1.
    Whole(i128),
    /// A number that isn't whole, or too large: the bits of its floating-point form.
    Fraction(u64),
    /// A point in time, as written.
    Time(Cow<'a, str>),
    Text(Cow<'a, str>),
    /// A sequence of scalars.
    Tuple(Vec<Key<'a>>),
    /// `<<`, which merges another mapping in.
    Merge,
}

const DIGITS: usize = 4300;

/// The meaning of a plain scalar without a tag; an error tells what it looks like and isn't.
pub(super) fn resolve(text: Cow<'_, str>) -> Result<Key<'_>, &'static str> {
    match text.as_bytes() {
        b"" => Ok(Key::Null),
        [b'~' | b'n' | b'N', ..] if is_null(&text) => Ok(Key::Null),
        [b't' | b'T' | b'f' | b'F', ..] => Ok(match &*text {
            "true" | "True" | "TRUE" => Key::Whole(1),
            "false" | "False" | "FALSE" => Key::Whole(0),
            _ => Key::Text(text),
        }),
        b"<<" => Ok(Key::Merge),
        [b'-' | b'+' | b'.' | b'0'..=b'9', ..] => {
            if is_float(&text) {
                float(&text)
            } else if is_int(&text) {
                int(&text)
            } else if is_time(&text) {
                time(&text).map(|()| Key::Time(text))
            } else {
                Ok(Key::Text(text))
            }
        }
        _ => Ok(Key::Text(text)),
    }
}

/// Whether a scalar can be what its explicit tag (without `tag:yaml.org,2002:`) says.
pub(super) fn tagged<'a>(tag: &str, text: Cow<'a, str>) -> Result<Key<'a>, &'static str> {
    const BOOLEANS: [(&str, i128); 8] =
        [("yes", 1), ("no", 0), ("y", 1), ("n", 0), ("true", 1), ("false", 0), ("on", 1), ("off", 0)];
    match tag {
        "str" => Ok(Key::Text(text)),
        "binary" if is_base64(&text) => Ok(Key::Text(text)),
        "binary" => Err("no base64"),
        "null" => Ok(Key::Null),
        "bool" => BOOLEANS
            .iter()
            .find(|(word, _)| text.eq_ignore_ascii_case(word))
            .map(|(_, value)| Key::Whole(*value))
            .ok_or("no boolean"),
        "int" => int(&text),
        "float" => float(&text),
        "timestamp" if is_time(&text) => time(&text).map(|()| Key::Time(text)),
        "timestamp" => Err("no timestamp"),
        _ => Err("a tag that doesn't fit here"),
    }
}

/// Whether Python reads these characters as base64: others than its letters are passed over, and the last group is full.
fn is_base64(text: &str) -> bool {
    let mut filled = 0;
    let mut padding = 0;
    for byte in text.bytes() {
        match byte {
            b'=' => {
                padding += 1;
                if filled >= 2 && filled + padding >= 4 {
                    return true;
                }
            }
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => {
                padding = 0;
                filled = (filled + 1) % 4;
            }
            _ if byte.is_ascii() => {}
            _ => return false,
        }
    }
    filled == 0
}

fn is_null(text: &str) -> bool {
    matches!(text, "~" | "null" | "Null" | "NULL")
}

/// What of `text` follows the digits (and underscores, where they count as such).
fn after(text: &str, digit: impl Fn(u8) -> bool) -> &str {
    let end = text.bytes().position(|byte| !digit(byte)).unwrap_or(text.len());
    &text[end..]
}

fn digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

fn loose_digit(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'_'
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['-', '+']).unwrap_or(text)
}

fn is_int(text: &str) -> bool {
    let body = unsigned(text);
    let all = |rest: &str, of: fn(u8) -> bool| !rest.is_empty() && rest.bytes().all(of);
    if let Some(rest) = body.strip_prefix("0b") {
        return all(rest, |byte| matches!(byte, b'0' | b'1' | b'_'));
    }
    if let Some(rest) = body.strip_prefix("0x") {
        return all(rest, |byte| byte.is_ascii_hexdigit() || byte == b'_');
    }
    if let Some(rest) = body.strip_prefix("0o") {
        return all(rest, |byte| matches!(byte, b'0'..=b'7' | b'_'));
    }
    all(body, loose_digit)
}

fn is_float(text: &str) -> bool {
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let body = unsigned(text);
    if matches!(body, ".inf" | ".Inf" | ".INF") {
        return true;
    }
    let exponent = |rest: &str, sign_needed: bool| {
        let Some(rest) = rest.strip_prefix(['e', 'E']) else {
            return false;
        };
        let digits = unsigned(rest);
        !digits.is_empty() && (!sign_needed || digits.len() < rest.len()) && digits.bytes().all(digit)
    };
    if let Some(rest) = body.strip_prefix('.') {
        let tail = after(rest, loose_digit);
        return tail.len() < rest.len() && (tail.is_empty() || exponent(tail, true));
    }
    if !body.starts_with(|first: char| first.is_ascii_digit()) {
        return false;
    }
    let rest = after(body, loose_digit);
    match rest.strip_prefix('.') {
        Some(fraction) => {
            let tail = after(fraction, loose_digit);
            tail.is_empty() || exponent(tail, false)
        }
        None => exponent(rest, false),
    }
}

fn int(text: &str) -> Result<Key<'static>, &'static str> {
    const WRONG: &str = "no whole number";
    let plain = text.replace('_', "");
    let negative = plain.starts_with('-');
    let body = unsigned(&plain);
    let (digits, radix) = match body.get(..2) {
        Some("0b") => (&body[2..], 2),
        Some("0x") => (&body[2..], 16),
        Some("0o") => (&body[2..], 8),
        _ => (body, 10),
    };
    if digits.is_empty()
        || !digits.chars().all(|digit| digit.is_digit(radix))
        || radix == 10 && digits.len() > DIGITS
    {
        return Err(WRONG);
    }
    Ok(match i128::from_str_radix(digits, radix) {
        Ok(value) => Key::Whole(if negative { -value } else { value }),
        Err(_) => Key::Text(Cow::Owned(format!("{negative} {radix} {digits}"))),
    })
}

fn float(text: &str) -> Result<Key<'static>, &'static str> {
    let plain = text.replace('_', "").to_ascii_lowercase();
    let body = unsigned(&plain);
    let value = match body {
        ".inf" => f64::INFINITY,
        ".nan" => return Ok(Key::Fraction(f64::NAN.to_bits())),
        _ => body.parse::<f64>().map_err(|_| "no number")?,
    };
    let value = if plain.starts_with('-') { -value } else { value };
    Ok(if value.fract() == 0.0 && value.abs() < 1e30 {
        Key::Whole(value as i128)
    } else {
        Key::Fraction(value.to_bits())
    })
}

/// The parts of a timestamp: `2001-12-14`, or `2001-12-14t21:59:43.10-05:00` and its looser forms.
fn parts(text: &str) -> Option<[u32; 6]> {
    fn number<'a>(text: &mut &'a str, least: usize, most: usize) -> Option<&'a str> {
        let length = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = text.split_at(length);
        *text = rest;
        (length >= least).then_some(digits)
    }
    fn mark(text: &mut &str, mark: char) -> Option<()> {
        *text = text.strip_prefix(mark)?;
        Some(())
    }
    let value = |digits: &str| digits.parse().unwrap_or(u32::MAX);
    let mut rest = text;
    let year = number(&mut rest, 4, 4)?;
    mark(&mut rest, '-')?;
    let month = number(&mut rest, 1, 2)?;
    mark(&mut rest, '-')?;
    let day = number(&mut rest, 1, 2)?;
    let date = [value(year), value(month), value(day)];
    if rest.is_empty() {
        return (month.len() == 2 && day.len() == 2).then_some([date[0], date[1], date[2], 0, 0, 0]);
    }
    let spaces = rest.trim_start_matches([' ', '\t']);
    rest = if spaces.len() < rest.len() { spaces } else { rest.strip_prefix(['T', 't'])? };
    let hour = number(&mut rest, 1, 2)?;
    mark(&mut rest, ':')?;
    let minute = number(&mut rest, 2, 2)?;
    mark(&mut rest, ':')?;
    let second = number(&mut rest, 2, 2)?;
    if let Some(fraction) = rest.strip_prefix('.') {
        rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    if !rest.is_empty() {
        rest = rest.trim_start_matches([' ', '\t']);
        if let Some(offset) = rest.strip_prefix(['-', '+']) {
            rest = offset;
            number(&mut rest, 1, 2)?;
            if mark(&mut rest, ':').is_some() {
                number(&mut rest, 2, 2)?;
            }
        } else if !rest.is_empty() {
            mark(&mut rest, 'Z')?;
        }
    }
    rest.is_empty().then_some([date[0], date[1], date[2], value(hour), value(minute), value(second)])
}

fn is_time(text: &str) -> bool {
    text.as_bytes().get(4) == Some(&b'-') && parts(text).is_some()
}

fn time(text: &str) -> Result<(), &'static str> {
    let Some([year, month, day, hour, minute, second]) = parts(text) else {
        return Err("no timestamp");
    };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    let good = year > 0 && (1..=days).contains(&day) && hour < 24 && minute < 60 && second < 60;
    good.then_some(()).ok_or("a date or time that doesn't exist")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_mean_something() {
        for (text, key) in [
            ("", Key::Null),
            ("~", Key::Null),
            ("Null", Key::Null),
            ("nul", Key::Text("nul".into())),
            ("True", Key::Whole(1)),
            ("yes", Key::Text("yes".into())),
            ("12", Key::Whole(12)),
            ("-0x1F", Key::Whole(-31)),
            ("0o17", Key::Whole(15)),
            ("017", Key::Whole(17)),
            ("1_000", Key::Whole(1000)),
            ("1.0", Key::Whole(1)),
            ("1e3", Key::Whole(1000)),
            (".5", Key::Fraction(0.5_f64.to_bits())),
            ("-.inf", Key::Fraction(f64::NEG_INFINITY.to_bits())),
            ("1.2.3", Key::Text("1.2.3".into())),
            ("12:30", Key::Text("12:30".into())),
            ("2001-12-14", Key::Time("2001-12-14".into())),
            ("2001-12-14t21:59:43.10-05:00", Key::Time("2001-12-14t21:59:43.10-05:00".into())),
            ("2001-1-1", Key::Text("2001-1-1".into())),
            ("-", Key::Text("-".into())),
            ("<<", Key::Merge),
        ] {
            assert_eq!(resolve(text.into()), Ok(key), "{text}");
        }
        for text in ["2001-02-29", "2001-13-01", "0000-01-01", "2001-01-01 25:00:00", "0x_", "._", "+_"] {
            assert!(resolve(text.into()).is_err(), "{text}");
        }
    }

    #[test]
    fn tags_are_held_to_their_word() {
        for (tag, text, good) in [
            ("int", "1", true),
            ("int", "", false),
            ("int", "1.5", false),
            ("float", "1.5", true),
            ("float", "x", false),
            ("bool", "Yes", true),
            ("bool", "2", false),
            ("null", "x", true),
            ("str", "1", true),
            ("seq", "", false),
            ("binary", "aGk=", true),
            ("binary", "aG k\n=", true),
            ("binary", "aGk", false),
            ("binary", "", true),
            ("timestamp", "x", false),
            ("timestamp", "2001-12-14", true),
        ] {
            assert_eq!(tagged(tag, text.into()).is_ok(), good, "{tag} {text}");
        }
    }
}
