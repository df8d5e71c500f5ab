//! What can be set on the checks of Python files: `check-builtin-literals`, `name-tests-test`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[hooks.STAGE.options.check-builtin-literals]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct LiteralOptions {
    /// The types whose constructors may be called.
    pub ignore: Vec<BuiltinType>,
    /// Whether `dict(a=1)` is a finding, too.
    pub no_allow_dict_kwargs: bool,
}

/// A type that has a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "they are named as in Python")]
pub enum BuiltinType {
    Complex,
    Dict,
    Float,
    Int,
    List,
    Str,
    Tuple,
}

/// `[hooks.STAGE.options.name-tests-test]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "TestNameTable")]
#[schemars(with = "TestNameTable")]
pub struct TestNameOptions {
    /// How tests are to be named.
    pub names: TestNames,
}

/// How files of tests are named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TestNames {
    /// `…_test.py`.
    #[default]
    Last,
    /// `test_….py`.
    First,
    /// `test….py`.
    Prefix,
}

/// As written: one of the four is true, or none.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct TestNameTable {
    /// Tests are named `…_test.py`: the default.
    pytest: bool,
    /// Tests are named `test_….py`.
    pytest_test_first: bool,
    /// Tests are named `test….py`.
    django: bool,
    /// Tests are named `test….py`.
    unittest: bool,
}

impl TryFrom<TestNameTable> for TestNameOptions {
    type Error = String;

    fn try_from(table: TestNameTable) -> Result<Self, String> {
        let names = match table {
            TestNameTable { pytest_test_first: false, django: false, unittest: false, .. } => TestNames::Last,
            TestNameTable { pytest: false, pytest_test_first: true, django: false, unittest: false } => {
                TestNames::First
            }
            TestNameTable { pytest: false, pytest_test_first: false, django, unittest }
                if django != unittest =>
            {
                TestNames::Prefix
            }
            _ => {
                return Err(
                    "`pytest`, `pytest-test-first`, `django` and `unittest` can't be set together".to_owned()
                );
            }
        };
        Ok(Self { names })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_way_of_naming_is_chosen() {
        for (written, names) in [
            ("", Some(TestNames::Last)),
            ("pytest = true", Some(TestNames::Last)),
            ("pytest-test-first = true\npytest = false", Some(TestNames::First)),
            ("django = true", Some(TestNames::Prefix)),
            ("unittest = true", Some(TestNames::Prefix)),
            ("unittest = true\ndjango = true", None),
            ("pytest = true\nunittest = true", None),
            ("tests = true", None),
        ] {
            let read = toml::from_str::<TestNameOptions>(written).ok();
            assert_eq!(read.map(|options| options.names), names, "{written}");
        }
    }
}
