//! What a token's own digits prove: checksums and encodings.

/// As GitHub and npm order their digits.
const BASE62_DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// How many digits a checksum has.
const CHECKSUM: usize = 6;

/// Whether the last six characters are the CRC-32 of those before them in base 62, as in the tokens of GitHub and npm.
pub(super) fn ends_with_crc32(body: &[u8]) -> bool {
    let Some(at) = body.len().checked_sub(CHECKSUM) else { return false };
    let (random, checksum) = body.split_at(at);
    base62(crc32fast::hash(random)) == checksum
}

/// Six digits, with leading zeros.
pub(super) fn base62(mut number: u32) -> [u8; CHECKSUM] {
    let mut digits = [b'0'; CHECKSUM];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62_DIGITS[(number % 62) as usize];
        number /= 62;
    }
    digits
}

/// Whether these 16 characters, which follow `AKIA` or `ASIA`, hold an account number. They are base 32; in ids given out since
/// about 2019 (their first bit is set: `Q` to `7`) the account is the 40 bits after the first one, and has 12 digits.
/// Older ids hold none and are let pass.
pub(super) fn holds_aws_account(body: &[u8]) -> bool {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => u64::from(byte - b'A'),
        _ => u64::from(byte.wrapping_sub(b'2')) + 26,
    };
    if body.first().is_none_or(|&first| value(first) < 16) {
        return true;
    }
    // Ten characters are 50 bits: one flag, the account in 40, nine of what follows.
    let bits = body.iter().take(10).fold(0_u64, |bits, &byte| bits << 5 | value(byte));
    let account = bits >> 9 & ((1 << 40) - 1);
    account < 1_000_000_000_000
}

/// Decodes base 64 in the alphabet for URLs, without padding. `None` where it isn't that.
pub(super) fn base64url(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let mut bits = 0_u32;
    let mut held = 0;
    for &byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
        }
    }
    // One character alone holds no byte.
    (text.len() % 4 != 1).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_a_revoked_token() {
        // The token that GitHub's users quote since 2021; it was revoked when it was published.
        let body = ["zQWBuTSOoRi4A9spHc", "VY5ncnsDkxkJ", "0mLq17"].concat();
        assert!(ends_with_crc32(body.as_bytes()));
        assert!(!ends_with_crc32(&body.as_bytes()[1..]));
        assert!(!ends_with_crc32(b"0mLq1"));
        assert_eq!(&base62(0), b"000000");
        assert_eq!(&base62(61), b"00000z");
        assert_eq!(&base62(u32::MAX), b"4gfFC3");
    }

    #[test]
    fn accounts_have_twelve_digits() {
        for (body, expected) in [
            ("IOSFODNN7EXAMPLE", true),
            ("QAAAAAAAAAAAAAAA", true),
            // Forty bits of ones are above twelve nines.
            ("7777777777777777", false),
            ("", true),
        ] {
            assert_eq!(holds_aws_account(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn base64_is_decoded() {
        for (text, expected) in [
            ("", Some(&b""[..])),
            ("YQ", Some(b"a")),
            ("YWI", Some(b"ab")),
            ("YWJj", Some(b"abc")),
            ("-_8", Some(b"\xfb\xff")),
            ("Y", None),
            ("YQ==", None),
            ("Y Q", None),
        ] {
            assert_eq!(base64url(text.as_bytes()).as_deref(), expected, "{text}");
        }
    }
}
