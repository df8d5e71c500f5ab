//! Accepted findings: by fingerprint in the configuration, or by a marker on the line.

use memchr::{memchr, memmem, memrchr};
use xtask_core::model::Fingerprint;

use super::CHECK;

/// How many digits of the hash are shown and compared: 64 bits.
const DIGITS: usize = 16;

/// The fingerprint of a secret: the same wherever it lies, so that moving it needs no new entry. A hash that is salted with the
/// check and the kind: it can't be turned back, but a password that can be guessed can be tried against it.
pub(super) fn fingerprint(kind: &str, secret: &[u8]) -> String {
    let hash = Fingerprint::of([CHECK.id.as_bytes(), kind.as_bytes(), secret]);
    hash.as_str()[..DIGITS].to_owned()
}

/// What the line of a finding says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    /// Nothing.
    None,
    /// It is accepted.
    Accepted,
    /// It is marked, but no reason is given.
    NoReason,
}

/// Markers of other scanners, which ask for no reason: of detect-secrets and of gitleaks.
const OTHERS: [&[u8]; 2] = [b"pragma: allowlist\x20secret", b"gitleaks:\x61llow"];

/// How far a marker may be from its secret: a line of megabytes is not read again for each of the secrets on it.
const NEAR: usize = 4 << 10;

/// What the line around `at` says.
pub(super) fn marker(bytes: &[u8], at: usize) -> Marker {
    let (from, to) = (at.saturating_sub(NEAR), bytes.len().min(at + NEAR));
    let start = memrchr(b'\n', &bytes[from..at]).map_or(from, |newline| from + newline + 1);
    let end = memchr(b'\n', &bytes[at..to]).map_or(to, |newline| at + newline);
    let line = &bytes[start..end];
    if OTHERS.iter().any(|marker| memmem::find(line, marker).is_some()) {
        return Marker::Accepted;
    }
    let ours = format!("xtask: allow {}", CHECK.id);
    let Some(found) = memmem::find(line, ours.as_bytes()) else { return Marker::None };
    let after = &line[found + ours.len()..];
    match after.first() {
        Some(byte) if byte.is_ascii_alphanumeric() || b"-_".contains(byte) => Marker::None,
        _ if after.iter().any(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii()) => Marker::Accepted,
        _ => Marker::NoReason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_tell_kinds_and_secrets_apart() {
        let one = fingerprint("jwt", b"a");
        assert_eq!(one.len(), DIGITS);
        assert_eq!(one, fingerprint("jwt", b"a"));
        assert_ne!(one, fingerprint("jwt", b"b"));
        assert_ne!(one, fingerprint("jw", b"ta"));
    }

    #[test]
    fn markers_need_a_reason() {
        let allow = "xtask: allow";
        for (line, expected) in [
            ("x".to_owned(), Marker::None),
            (format!("x # {allow} detect-secrets a test key"), Marker::Accepted),
            (format!("/* {allow} detect-secrets: public */ x"), Marker::Accepted),
            (format!("x # {allow} detect-secrets"), Marker::NoReason),
            (format!("x <!-- {allow} detect-secrets -->"), Marker::NoReason),
            (format!("x # {allow} detect-secrets-too for a reason"), Marker::None),
            (format!("x # {allow} other"), Marker::None),
            ("x # pragma: allowlist\x20secret".to_owned(), Marker::Accepted),
        ] {
            let text = format!("# {allow} detect-secrets another line\n{line}\nlast");
            let at = text.find('\n').unwrap() + 1;
            let inside = at + line.find('x').unwrap_or(0);
            assert_eq!(marker(text.as_bytes(), inside), expected, "{line}");
        }
    }
}
