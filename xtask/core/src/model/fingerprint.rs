//! A finding's identity across edits: what a ratchet and code-scanning services compare by.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// 32 hexadecimal digits: the first half of a SHA-256, which leaves collisions out of question for the sizes at hand.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The fingerprint of these parts, in this order. Each part is preceded by its length, so that no two lists of
    /// parts meet.
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let digest = hash.finalize();
        Self(digest[..16].iter().fold(String::with_capacity(32), |mut text, byte| {
            use fmt::Write;
            let _ = write!(text, "{byte:02x}");
            text
        }))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        let one = Fingerprint::of([&b"ab"[..], b"c"]);
        let two = Fingerprint::of([&b"a"[..], b"bc"]);
        assert_ne!(one, two);
        assert_eq!(one.as_str().len(), 32);
        assert_eq!(one, Fingerprint::of([&b"ab"[..], b"c"]));
    }
}
