//! Sets of bytes that tokens are made of, and how evenly a string uses them.

/// A set of bytes.
pub(super) struct Alphabet {
    members: [bool; 256],
    size: u32,
}

impl Alphabet {
    /// The bytes of these ranges, ends included. The ranges don't overlap.
    pub(super) const fn of(ranges: &[(u8, u8)]) -> Self {
        let mut members = [false; 256];
        let mut size = 0;
        let mut at = 0;
        while at < ranges.len() {
            let (mut byte, last) = ranges[at];
            while byte <= last {
                members[byte as usize] = true;
                size += 1;
                byte += 1;
            }
            at += 1;
        }
        Self { members, size }
    }

    /// Whether it has this byte.
    pub(super) fn has(&self, byte: u8) -> bool {
        self.members[usize::from(byte)]
    }

    /// How many bytes it has.
    pub(super) fn size(&self) -> u32 {
        self.size
    }

    /// How many bytes at the start of `bytes` are of it, `most` at most.
    pub(super) fn run(&self, bytes: &[u8], most: usize) -> usize {
        bytes.iter().take(most).take_while(|&&byte| self.has(byte)).count()
    }

    /// How many bytes at the end of `bytes` are of it, `most` at most.
    pub(super) fn run_back(&self, bytes: &[u8], most: usize) -> usize {
        bytes.iter().rev().take(most).take_while(|&&byte| self.has(byte)).count()
    }
}

pub(super) static DIGITS: Alphabet = Alphabet::of(&[(b'0', b'9')]);
pub(super) static HEX: Alphabet = Alphabet::of(&[(b'0', b'9'), (b'a', b'f')]);
/// RFC 4648, as AWS writes it: upper case, no padding.
pub(super) static BASE32: Alphabet = Alphabet::of(&[(b'A', b'Z'), (b'2', b'7')]);
/// The data part of Bech32 (BIP 173) in upper case, as `age` prints its keys.
pub(super) static BECH32: Alphabet =
    Alphabet::of(&[(b'0', b'0'), (b'2', b'9'), (b'A', b'A'), (b'C', b'H'), (b'J', b'N'), (b'P', b'Z')]);
pub(super) static UPPER: Alphabet = Alphabet::of(&[(b'0', b'9'), (b'A', b'Z')]);
pub(super) static BASE62: Alphabet = Alphabet::of(&[(b'0', b'9'), (b'A', b'Z'), (b'a', b'z')]);
pub(super) static WORD: Alphabet = Alphabet::of(&[(b'0', b'9'), (b'A', b'Z'), (b'a', b'z'), (b'_', b'_')]);
/// RFC 4648 §5.
pub(super) static BASE64URL: Alphabet =
    Alphabet::of(&[(b'0', b'9'), (b'A', b'Z'), (b'a', b'z'), (b'_', b'_'), (b'-', b'-')]);
/// RFC 4648 §4, without the padding.
pub(super) static BASE64: Alphabet =
    Alphabet::of(&[(b'0', b'9'), (b'A', b'Z'), (b'a', b'z'), (b'+', b'+'), (b'/', b'/')]);

/// Shannon's entropy of the bytes, in bits a byte; 0 for none.
pub(super) fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for &byte in bytes {
        counts[usize::from(byte)] += 1;
    }
    let total = bytes.len() as f64;
    let share = |&count: &u32| {
        let share = f64::from(count) / total;
        -share * share.log2()
    };
    counts.iter().filter(|count| **count > 0).map(share).sum()
}

/// The entropy of the bytes as a share of the most that a string of this length over an alphabet of this size can have.
///
/// Measured on strings drawn evenly (20,000 for each of seven alphabets and lengths from 12 to 80): from 20 characters on none is
/// below 0.62, and of 62 or 64 characters none below 0.72 from a length of 12 on. Text that people write repeats itself.
pub(super) fn evenness(bytes: &[u8], size: u32) -> f64 {
    let most = (bytes.len().min(size as usize) as f64).log2();
    if most > 0.0 { entropy(bytes) / most } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_of_their_definitions() {
        let sizes = [&DIGITS, &HEX, &BASE32, &BECH32, &BASE62, &BASE64, &BASE64URL].map(Alphabet::size);
        assert_eq!(sizes, [10, 16, 32, 32, 62, 64, 64]);
        assert!(UPPER.has(b'Z') && !UPPER.has(b'a') && WORD.has(b'_') && !WORD.has(b'-'));
    }

    #[test]
    fn runs_stop_at_the_first_other_byte() {
        assert_eq!(DIGITS.run(b"123a4", 9), 3);
        assert_eq!(DIGITS.run(b"123a4", 2), 2);
        assert_eq!(DIGITS.run(b"", 2), 0);
        assert_eq!(DIGITS.run_back(b"1a234", 9), 3);
    }

    #[test]
    fn entropy_is_shannons() {
        for (text, expected) in [("", 0.0), ("aaaa", 0.0), ("abab", 1.0), ("abcd", 2.0), ("aab", 0.918)] {
            assert!((entropy(text.as_bytes()) - expected).abs() < 0.001, "{text}");
        }
        assert!((evenness(b"0123456789abcdef", 16) - 1.0).abs() < 1e-9);
        assert!(evenness(b"", 16) < 0.1 && evenness(b"a", 16) < 0.1);
    }
}
