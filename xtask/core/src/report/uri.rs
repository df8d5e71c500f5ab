//! Paths as URI references: relative, percent-encoded byte by byte (RFC 3986).

use std::fmt::Write;

/// The bytes of a path as a relative URI reference. A first part with a colon gets `./` in front, so that it doesn't
/// read as a scheme.
pub(super) fn of_path(path: &[u8]) -> String {
    let mut uri = String::with_capacity(path.len() + 2);
    let first = path.split(|&byte| byte == b'/').next().unwrap_or_default();
    if first.contains(&b':') || path.starts_with(b"/") {
        uri.push_str("./");
    }
    for &byte in path.iter().skip_while(|&&byte| byte == b'/') {
        match byte {
            b'a'..=b'z'
            | b'A'..=b'Z'
            | b'0'..=b'9'
            | b'-'
            | b'.'
            | b'_'
            | b'~'
            | b'/'
            | b'@'
            | b'+'
            | b','
            | b'=' => {
                uri.push(byte as char);
            }
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_path_is_a_relative_reference() {
        for (path, uri) in [
            (&b"src/lib.rs"[..], "src/lib.rs"),
            (b"a b#c?.rs", "a%20b%23c%3F.rs"),
            ("café".as_bytes(), "caf%C3%A9"),
            (b"caf\xe9", "caf%E9"),
            (b"100%", "100%25"),
            (b"javascript:alert(1)", "./javascript%3Aalert%281%29"),
            (b"//host/x", "./host/x"),
            (b"a\\b\n", "a%5Cb%0A"),
            (b"", ""),
        ] {
            assert_eq!(of_path(path), uri);
        }
    }
}
