//! Numbers, as Python writes them once it has read them.

/// Writes a number or a word of JSON as `json.dumps` does: whole numbers stay, others become the shortest that reads the same.
pub(super) fn write(written: &[u8], out: &mut Vec<u8>) {
    let is_number = written.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'));
    let is_whole = written.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'-'));
    if !is_number || is_whole {
        out.extend(if written == b"-0" { b"0" } else { written });
        return;
    }
    let value: Option<f64> = std::str::from_utf8(written).ok().and_then(|text| text.parse().ok());
    match value {
        Some(value) => out.extend(repr(value).as_bytes()),
        None => out.extend(written),
    }
}

/// A float as Python's `repr` shows it.
fn repr(value: f64) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "Infinity".to_owned() } else { "-Infinity".to_owned() };
    }
    // `d.ddde±x`, with the fewest digits that read the same.
    let shortest = format!("{value:e}");
    let decimals = shortest.find('e').unwrap_or(0).saturating_sub(if value < 0.0 { 3 } else { 2 });
    // Where two of that length are as near, the even one, as Python takes it.
    let even = format!("{value:.decimals$e}");
    let scientific = if even.parse() == Ok(value) { even } else { shortest };
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs());
    }
    let minus = if mantissa.starts_with('-') { "-" } else { "" };
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let Ok(whole) = usize::try_from(exponent + 1) else {
        return format!("{minus}0.{}{digits}", "0".repeat(exponent.unsigned_abs() as usize - 1));
    };
    if whole == 0 {
        return format!("{minus}0.{digits}");
    }
    if whole >= digits.len() {
        return format!("{minus}{digits}{}.0", "0".repeat(whole - digits.len()));
    }
    format!("{minus}{}.{}", &digits[..whole], &digits[whole..])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_written_as_python_does() {
        for (before, after) in [
            ("0", "0"),
            ("-0", "0"),
            ("-0.0", "-0.0"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("1.0", "1.0"),
            ("1.50", "1.5"),
            ("1e0", "1.0"),
            ("1E5", "100000.0"),
            ("1e15", "1000000000000000.0"),
            ("1e16", "1e+16"),
            ("1.25e22", "1.25e+22"),
            ("0.0001", "0.0001"),
            ("0.00001", "1e-05"),
            ("1e-7", "1e-07"),
            ("1e400", "Infinity"),
            ("-1e400", "-Infinity"),
            ("1e-400", "0.0"),
            ("5e-324", "5e-324"),
            ("0.1000000000000000055511151231257827", "0.1"),
            ("-7.552180353550113e13", "-75521803535501.12"),
            ("0.5", "0.5"),
            ("-0.025", "-0.025"),
            ("NaN", "NaN"),
            ("-Infinity", "-Infinity"),
            ("true", "true"),
        ] {
            let mut out = Vec::new();
            write(before.as_bytes(), &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), after, "{before}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost(value in proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL) {
            prop_assert_eq!(repr(value).parse::<f64>().unwrap().to_bits(), value.to_bits());
        }
    }
}
