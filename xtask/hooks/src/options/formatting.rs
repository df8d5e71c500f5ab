//! What can be set on the checks that put a file into one order: `pretty-format-json`, `file-contents-sorter`.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

/// `[hooks.STAGE.options.pretty-format-json]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct PrettyJsonOptions {
    /// Whether files are rewritten; otherwise one that is laid out differently is a finding.
    pub autofix: bool,
    /// What a level is indented by: a number of spaces, or the text itself, such as `"\t"`. Default: 2.
    pub indent: Indent,
    /// Whether characters beyond ASCII stay as they are; otherwise they are escaped.
    pub no_ensure_ascii: bool,
    /// Whether keys keep their order.
    pub no_sort_keys: bool,
    /// The keys that come first, in this order.
    pub top_keys: Vec<String>,
}

/// What a level of nesting is indented by.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(with = "IndentValue")]
pub struct Indent(pub String);

/// More spaces than this nobody means.
const MOST_SPACES: i64 = 64;

impl Default for Indent {
    fn default() -> Self {
        Self("  ".to_owned())
    }
}

/// An indent, as written.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged, expecting = "`indent` is a number of spaces, or the text of a level such as \"\\t\"")]
enum IndentValue {
    /// So many spaces.
    Spaces(i64),
    /// The text itself; one of digits alone is a number of spaces.
    Text(String),
}

impl<'de> Deserialize<'de> for Indent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spaces = match IndentValue::deserialize(deserializer)? {
            IndentValue::Spaces(spaces) => spaces,
            IndentValue::Text(text) => match text.trim().parse() {
                Ok(spaces) => spaces,
                Err(_) => return Ok(Self(text)),
            },
        };
        if !(0..=MOST_SPACES).contains(&spaces) {
            return Err(serde::de::Error::custom(format!(
                "`indent` is {spaces}: between 0 and {MOST_SPACES} spaces are allowed"
            )));
        }
        Ok(Self(" ".repeat(spaces as usize)))
    }
}

/// `[hooks.STAGE.options.file-contents-sorter]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "SorterTable")]
#[schemars(with = "SorterTable")]
pub struct SorterOptions {
    /// Whether ASCII letters sort alike in both cases.
    pub ignore_case: bool,
    /// Whether a line stays once.
    pub unique: bool,
}

/// The same, as written.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct SorterTable {
    /// Whether ASCII letters sort alike in both cases.
    ignore_case: bool,
    /// Whether a line stays once.
    unique: bool,
}

impl TryFrom<SorterTable> for SorterOptions {
    type Error = String;

    fn try_from(SorterTable { ignore_case, unique }: SorterTable) -> Result<Self, String> {
        if ignore_case && unique {
            return Err("`ignore-case` and `unique` can't be set together".to_owned());
        }
        Ok(Self { ignore_case, unique })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_indent_is_a_number_or_a_text() {
        #[derive(Deserialize)]
        struct Table {
            indent: Indent,
        }
        for (written, indent) in
            [("4", "    "), ("0", ""), ("\"3\"", "   "), ("\"\\t\"", "\t"), ("\"\"", ""), ("\"--\"", "--")]
        {
            let table: Table = toml::from_str(&format!("indent = {written}")).unwrap();
            assert_eq!(table.indent.0, indent, "{written}");
        }
        assert!(toml::from_str::<Table>("indent = -1").is_err());
        assert_eq!(Indent::default().0, "  ");
    }
}
