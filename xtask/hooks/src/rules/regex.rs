//! A regex over paths and names, as Python's `re.search` finds it.

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use bstr::ByteSlice;
use fancy_regex::{BytesMode, Regex, RegexBuilder};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use xtask_core::model::RepoPath;

use super::python::{Rewritten, Subject, rewrite};

/// A look-around or back-reference may try so many times (fancy-regex's own default); what has none takes linear time.
const TRIES: usize = 1_000_000;

/// How large the compiled form of a part may become, in bytes (the default of the crate `regex`).
const SIZE: usize = 10 << 20;

/// How many steps the compiled form may have.
const STEPS: usize = 100_000;

/// A regex that gave up after a million tries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runaway {
    /// The regex.
    pub regex: String,
}

impl fmt::Display for Runaway {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the regex `{}` gave up after a million tries", self.regex)
    }
}

impl std::error::Error for Runaway {}

/// Compiles; the error says what is wrong.
pub(super) fn compile(
    rewritten: &Rewritten,
    subject: Subject,
    ignore_case: bool,
    dot_all: bool,
) -> Result<Regex, String> {
    let mode = match subject {
        Subject::Line | Subject::Text => BytesMode::Unicode,
        Subject::LineBytes | Subject::ManyLines | Subject::Bytes => BytesMode::Ascii,
    };
    RegexBuilder::new(&rewritten.text)
        .bytes_mode(mode)
        .case_insensitive(ignore_case)
        .dot_matches_new_line(dot_all)
        .backtrack_limit(TRIES)
        .delegate_size_limit(SIZE)
        .max_prog_size(STEPS)
        .build()
        .map_err(|error| error.to_string())
}

/// A regex in Python's syntax that is searched in paths and names. A path that isn't UTF-8 has the replacement character where
/// its bytes are none.
#[derive(Clone, Debug)]
pub struct PathRegex {
    source: String,
    regex: Regex,
    /// For text with a line end in it.
    exact: OnceLock<Option<Regex>>,
}

impl PathRegex {
    /// The regex of this text; the error says what is wrong with it.
    pub fn new(source: &str) -> Result<Self, String> {
        let regex = compile(&rewrite(source, Subject::Line, false)?, Subject::Line, false, false)?;
        Ok(Self { source: source.to_owned(), regex, exact: OnceLock::new() })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Whether it is found in the path.
    pub fn finds(&self, path: &RepoPath) -> Result<bool, Runaway> {
        Ok(self.first(path.as_bytes())?.is_some())
    }

    /// Whether it matches at the start of the name (Python's `re.match`).
    pub fn matches_start(&self, name: &[u8]) -> Result<bool, Runaway> {
        Ok(self.first(name)? == Some(0))
    }

    /// Where its first match begins.
    fn first(&self, bytes: &[u8]) -> Result<Option<usize>, Runaway> {
        let text = bytes.to_str_lossy();
        let inner_line_end = text.strip_suffix('\n').unwrap_or(&text).contains('\n');
        let regex = if inner_line_end { self.exact().unwrap_or(&self.regex) } else { &self.regex };
        let found = regex.find(text.as_ref()).map_err(|_| Runaway { regex: self.source.clone() })?;
        Ok(found.map(|found| found.start()))
    }

    fn exact(&self) -> Option<&Regex> {
        let compile = || {
            let rewritten = rewrite(&self.source, Subject::Text, false).ok()?;
            compile(&rewritten, Subject::Text, false, false).ok()
        };
        self.exact.get_or_init(compile).as_ref()
    }
}

impl PartialEq for PathRegex {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for PathRegex {}

impl<'de> Deserialize<'de> for PathRegex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let source = <Cow<'de, str>>::deserialize(deserializer)?;
        Self::new(&source)
            .map_err(|why| serde::de::Error::custom(format!("`{source}` is no regex as in Python: {why}")))
    }
}

impl JsonSchema for PathRegex {
    fn schema_name() -> Cow<'static, str> {
        "PathRegex".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A regular expression as in Python, searched in the path: `^src/.*\\.py$`.",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_searched() {
        for (regex, path, found) in [
            (r"^src/", &b"src/a.py"[..], true),
            (r"^src/", b"x/src/a.py", false),
            (r"\.py$", b"a.py", true),
            (r"\.py$", b"a.py\n", true),
            (r"\.py\Z", b"a.py\n", false),
            (r"^a$", b"a\nb", false),
            (r"a$", b"b\na\n", true),
            ("(?x)^( a | b # one of them\n )/c$", b"b/c", true),
            (r"^(?!vendor/).*\.js$", b"app/x.js", true),
            (r"^(?!vendor/).*\.js$", b"vendor/x.js", false),
            (r"(?<!test)\.py$", b"test.py", false),
            (r"(.)\1", b"aab", true),
            ("(?i)README", b"readme.md", true),
            (r"^caf.\.txt$", b"caf\xe9.txt", true),
            ("^\u{e9}", "\u{e9}a".as_bytes(), true),
            ("", b"anything", true),
        ] {
            let regex = PathRegex::new(regex).unwrap();
            assert_eq!(regex.finds(&RepoPath::new(path)), Ok(found), "{} {}", regex.as_str(), path.as_bstr());
        }
    }

    #[test]
    fn a_regex_that_runs_away_gives_up() {
        let regex = PathRegex::new(r"^(?:(?=a)a+)+$").unwrap();
        let path = RepoPath::new([vec![b'a'; 60], vec![b'b']].concat());
        assert_eq!(regex.finds(&path).unwrap_err().regex, r"^(?:(?=a)a+)+$");
    }

    #[test]
    fn a_regex_that_grows_without_bound_is_refused() {
        assert!(PathRegex::new("(?:a{1000}){1000}").is_err());
        assert!(PathRegex::new(&"(".repeat(5000)).is_err());
        assert!(PathRegex::new(&format!("{}{}", "(".repeat(5000), ")".repeat(5000))).is_err());
    }
}
