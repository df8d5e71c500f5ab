//! What a configuration file says, whatever its format: values that know their line, and reading them with errors that name it.

use xtask_core::model::{Problem, Result};

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    /// The line, from 1; 0 where the format's reader doesn't tell.
    pub(super) line: u32,
    pub(super) data: Data,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Data {
    /// A scalar as written; `plain` where it has no quotes, so that `true` and `null` mean more than text.
    Scalar {
        text: String,
        plain: bool,
    },
    List(Vec<Value>),
    /// The entries, in their order.
    Map(Vec<(String, Value)>),
}

impl Value {
    pub(super) fn null(line: u32) -> Self {
        Self { line, data: Data::Scalar { text: String::new(), plain: true } }
    }

    fn kind(&self) -> &'static str {
        match &self.data {
            Data::Scalar { .. } if self.is_null() => "nothing",
            Data::Scalar { .. } => "a single value",
            Data::List(_) => "a list",
            Data::Map(_) => "a table of keys",
        }
    }

    fn is_null(&self) -> bool {
        matches!(&self.data, Data::Scalar { text, plain: true } if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }
}

/// A value with the file and the key that lead to it, for reading.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'a> {
    pub(super) file: &'a str,
    pub(super) key: &'a str,
    pub(super) value: &'a Value,
}

impl<'a> Node<'a> {
    pub(super) fn top(file: &'a str, value: &'a Value) -> Self {
        Self { file, key: "the file", value }
    }

    /// `file:line`, or the file alone.
    pub(super) fn place(&self) -> String {
        match self.value.line {
            0 => self.file.to_owned(),
            line => format!("{}:{line}", self.file),
        }
    }

    /// The problem that something else was expected here.
    pub(super) fn expected(&self, what: &str) -> Problem {
        Problem::usage(format!("{}: can't read `{}`", self.place(), self.key))
            .why(format!("it should be {what}, and is {}", self.value.kind()))
            .fix("mend it there, then import again")
    }

    pub(super) fn is_null(&self) -> bool {
        self.value.is_null()
    }

    /// The entries of a table; none where nothing is written.
    pub(super) fn entries(&self) -> Result<Vec<(&'a str, Node<'a>)>> {
        match &self.value.data {
            Data::Map(entries) => Ok(entries
                .iter()
                .map(|(key, value)| (key.as_str(), Node { file: self.file, key, value }))
                .collect()),
            Data::Scalar { .. } if self.is_null() => Ok(Vec::new()),
            _ => Err(self.expected("a table of keys")),
        }
    }

    /// The members of a list; none where nothing is written.
    pub(super) fn list(&self) -> Result<Vec<Node<'a>>> {
        match &self.value.data {
            Data::List(values) => {
                Ok(values.iter().map(|value| Node { file: self.file, key: self.key, value }).collect())
            }
            Data::Scalar { .. } if self.is_null() => Ok(Vec::new()),
            _ => Err(self.expected("a list")),
        }
    }

    /// The value of a key, where it is there and not null.
    pub(super) fn get(&self, key: &str) -> Option<Node<'a>> {
        let Data::Map(entries) = &self.value.data else { return None };
        let (key, value) = entries.iter().find(|(known, _)| known == key)?;
        (!value.is_null()).then_some(Node { file: self.file, key, value })
    }

    /// The text of a single value.
    pub(super) fn text(&self) -> Result<&'a str> {
        match &self.value.data {
            Data::Scalar { text, .. } if !self.is_null() => Ok(text),
            _ => Err(self.expected("text")),
        }
    }

    /// The text of a key.
    pub(super) fn text_of(&self, key: &str) -> Result<Option<&'a str>> {
        self.get(key).map(|node| node.text()).transpose()
    }

    /// A list of texts.
    pub(super) fn texts(&self) -> Result<Vec<String>> {
        self.list()?.iter().map(|node| node.text().map(str::to_owned)).collect()
    }

    /// A list of texts, or one.
    pub(super) fn texts_or_one(&self) -> Result<Vec<String>> {
        match &self.value.data {
            Data::Scalar { .. } if !self.is_null() => Ok(vec![self.text()?.to_owned()]),
            _ => self.texts(),
        }
    }

    /// Yes or no, where it is that.
    pub(super) fn as_flag(&self) -> Option<bool> {
        let Data::Scalar { text, plain: true } = &self.value.data else { return None };
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => Some(true),
            "false" | "no" | "off" => Some(false),
            _ => None,
        }
    }

    /// Yes or no.
    pub(super) fn flag(&self) -> Result<bool> {
        self.as_flag().ok_or_else(|| self.expected("`true` or `false`"))
    }

    /// Yes or no of a key.
    pub(super) fn flag_of(&self, key: &str) -> Result<Option<bool>> {
        self.get(key).map(|node| node.flag()).transpose()
    }

    /// A key that must be there.
    pub(super) fn need(&self, key: &str) -> Result<Node<'a>> {
        self.get(key).ok_or_else(|| {
            Problem::usage(format!("{}: the key `{key}` is missing", self.place()))
                .why("it is not valid without")
                .fix("add it, then import again")
        })
    }
}
