//! A path inside a repository. Git paths are bytes, not text, and always use `/`.

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bstr::{BStr, ByteSlice};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A path relative to the top of the working tree, in git's own form: bytes with `/` between its parts.
///
/// It is written as text where it is UTF-8, and otherwise quoted as git quotes it: `"caf\351.txt"`, with octal
/// escapes between double quotes. Reading undoes that, so nothing is lost on the way through JSON.
///
/// A copy shares the bytes: a run over a large repository has each path in several lists.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RepoPath(Arc<[u8]>);

impl RepoPath {
    /// The path of these bytes, as git gives them.
    pub fn new(bytes: impl AsRef<[u8]>) -> Self {
        Self(Arc::from(bytes.as_ref()))
    }

    /// `path` seen from `root`, or `None` where it lies outside.
    pub fn relative(root: &Path, path: &Path) -> Option<Self> {
        let inside = path.strip_prefix(root).ok()?;
        let bytes = <[u8]>::from_path(inside)?;
        Some(if cfg!(windows) { Self::new(bytes.replace(b"\\", b"/")) } else { Self::new(bytes) })
    }

    /// The bytes of the path.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The path as a byte string.
    pub fn as_bstr(&self) -> &BStr {
        self.0.as_bstr()
    }

    /// The path as the operating system takes it, relative to the top of the working tree. On Windows, bytes that
    /// are not UTF-8 become the replacement character.
    pub fn to_path(&self) -> Cow<'_, Path> {
        match self.0.to_path() {
            Ok(path) => Cow::Borrowed(path),
            Err(_) => Cow::Owned(self.0.to_path_lossy().into_owned()),
        }
    }

    /// The path on disk below `root`.
    pub fn below(&self, root: &Path) -> PathBuf {
        root.join(self.to_path())
    }

    /// The last part of the path.
    pub fn file_name(&self) -> &[u8] {
        self.0.rsplit_once_str("/").map_or(&self.0[..], |(_, name)| name)
    }

    /// What follows the last `.` of the file's name, without it; `None` where there is no `.` but at the front.
    pub fn extension(&self) -> Option<&[u8]> {
        let name = self.file_name();
        let dot = name.rfind_byte(b'.')?;
        (dot > 0).then(|| &name[dot + 1..])
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match std::str::from_utf8(&self.0) {
            Ok(text) if !text.contains(|c: char| c.is_control()) && !text.starts_with('"') => {
                out.write_str(text)
            }
            _ => {
                out.write_str("\"")?;
                for &byte in self.0.iter() {
                    match byte {
                        b'"' => out.write_str("\\\"")?,
                        b'\\' => out.write_str("\\\\")?,
                        b'\n' => out.write_str("\\n")?,
                        b'\t' => out.write_str("\\t")?,
                        b'\r' => out.write_str("\\r")?,
                        0x20..=0x7e => write!(out, "{}", byte as char)?,
                        _ => write!(out, "\\{byte:03o}")?,
                    }
                }
                out.write_str("\"")
            }
        }
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self}")
    }
}

impl From<&str> for RepoPath {
    fn from(text: &str) -> Self {
        Self::new(text.as_bytes())
    }
}

/// Reads what `Display` writes.
impl std::str::FromStr for RepoPath {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some(quoted) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
            return Ok(Self::from(text));
        };
        let bytes = quoted.as_bytes();
        let mut path = Vec::with_capacity(bytes.len());
        let mut at = 0;
        while at < bytes.len() {
            if bytes[at] != b'\\' {
                path.push(bytes[at]);
                at += 1;
                continue;
            }
            let escape = bytes.get(at + 1).copied().unwrap_or(b'\\');
            let octal =
                bytes.get(at + 1..at + 4).filter(|digits| digits.iter().all(|d| (b'0'..=b'7').contains(d)));
            if let Some(digits) = octal {
                path.push(
                    digits.iter().fold(0_u8, |value, digit| value.wrapping_mul(8).wrapping_add(digit - b'0')),
                );
                at += 4;
            } else {
                path.push(match escape {
                    b'n' => b'\n',
                    b't' => b'\t',
                    b'r' => b'\r',
                    other => other,
                });
                at += 2;
            }
        }
        Ok(Self::new(path))
    }
}

impl Serialize for RepoPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RepoPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for RepoPath {
    fn schema_name() -> Cow<'static, str> {
        "RepoPath".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "Relative to the top of the working tree, with `/`; quoted as git quotes it where it is not plain text."
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_stays_as_it_is_and_other_bytes_are_quoted() {
        for (bytes, shown) in [
            (&b"src/lib.rs"[..], "src/lib.rs"),
            ("caf\u{e9}.txt".as_bytes(), "caf\u{e9}.txt"),
            (b"caf\xe9.txt", "\"caf\\351.txt\""),
            (b"a\nb", "\"a\\nb\""),
            (b"\"", "\"\\\"\""),
            (b"", ""),
        ] {
            assert_eq!(RepoPath::new(bytes).to_string(), shown);
        }
    }

    #[test]
    fn names_and_extensions() {
        let path = RepoPath::from("a/b.tar.gz");
        assert_eq!(path.file_name(), b"b.tar.gz");
        assert_eq!(path.extension(), Some(&b"gz"[..]));
        assert_eq!(RepoPath::from("a/.gitignore").extension(), None);
        assert_eq!(RepoPath::from("Makefile").extension(), None);
    }

    proptest! {
        #[test]
        fn any_bytes_come_back(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let path = RepoPath::new(bytes);
            let json = serde_json::to_string(&path).unwrap();
            prop_assert_eq!(serde_json::from_str::<RepoPath>(&json).unwrap(), path);
        }
    }
}
