//! Which files: the rules, ready to be asked, with the reason of every no.

use std::fmt;

use xtask_core::config::{Fault, Globs, Keys};
use xtask_core::model::{Problem, RepoPath, Result};

use super::{FileRulesTable, PathRegex, Runaway};
use crate::types::{Kind, Tags};

/// Rules on paths and types. The default ones let every regular file through.
#[derive(Clone, Debug)]
pub struct FileRules {
    place: String,
    types: Vec<&'static str>,
    types_all: Vec<&'static str>,
    exclude_types: Vec<&'static str>,
    glob: Globs,
    globs: Vec<String>,
    exclude: Globs,
    regex: Option<PathRegex>,
    exclude_regex: Option<PathRegex>,
    generated: bool,
    /// Whether links or submodules may be meant: else only regular files are.
    names_kind: bool,
}

/// What the rules say of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matched {
    /// It is one of them.
    Yes,
    /// It isn't.
    No(WhyNot),
}

impl Matched {
    /// Whether it is one of them.
    pub fn is_yes(&self) -> bool {
        *self == Self::Yes
    }
}

/// Why a file isn't one of those that the rules mean, in words that go on from its path: `excluded by gen/**`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyNot {
    /// It is no regular file.
    Kind(Kind),
    /// It has none of these types.
    NoneOf(Vec<&'static str>),
    /// It lacks this type.
    Lacks(&'static str),
    /// It has a type that is left out.
    Is(&'static str),
    /// It matches none of these globs.
    NoGlob(Vec<String>),
    /// This glob leaves it out.
    Excluded(String),
    /// The regex isn't found in its path.
    NoRegex(String),
    /// This regex leaves it out.
    ExcludedByRegex(String),
    /// `.gitattributes` marks it as generated.
    Generated,
}

impl fmt::Display for WhyNot {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind(Kind::File) => out.write_str("a regular file"),
            Self::Kind(Kind::Symlink) => out.write_str("a symbolic link"),
            Self::Kind(Kind::Directory) => out.write_str("a submodule"),
            Self::NoneOf(types) => write!(out, "not {}", types.join(" or ")),
            Self::Lacks(one) => write!(out, "not {one}"),
            Self::Is(one) => write!(out, "is {one}"),
            Self::NoGlob(globs) => write!(out, "not {}", globs.join(" or ")),
            Self::Excluded(glob) => write!(out, "excluded by {glob}"),
            Self::NoRegex(regex) => write!(out, "no match of {regex}"),
            Self::ExcludedByRegex(regex) => write!(out, "excluded by the regex {regex}"),
            Self::Generated => out.write_str("generated (.gitattributes)"),
        }
    }
}

impl FileRules {
    /// The rules of `table`, to which `keys` lead: `hooks.pre-commit.commands.ruff`. Where files are mended (`fixes`), those
    /// that are generated are left out, unless the table says otherwise.
    pub fn new(keys: &Keys, table: &FileRulesTable, fixes: bool) -> Result<Self, Fault> {
        let names = |list: &[crate::section::TypeName]| list.iter().map(|name| name.0).collect::<Vec<_>>();
        let (types, types_all) = (names(&table.types), names(&table.types_all));
        let names_kind = types.iter().chain(&types_all).any(|name| matches!(*name, "symlink" | "directory"));
        Ok(Self {
            place: keys.to_string(),
            types,
            types_all,
            exclude_types: names(&table.exclude_types),
            glob: keys.key("glob").globs(&table.glob)?,
            globs: table.glob.clone(),
            exclude: keys.key("exclude").globs(&table.exclude)?,
            regex: table.regex.clone(),
            exclude_regex: table.exclude_regex.clone(),
            generated: table.generated.unwrap_or(!fixes),
            names_kind,
        })
    }

    /// The same rules, also over links and submodules.
    #[must_use]
    pub fn of_any_kind(self) -> Self {
        Self { names_kind: true, ..self }
    }

    /// Whether a file of this path is meant. `tags` must know the content where [`FileRules::ask_types`] says so. A regex that
    /// runs away is a usage problem.
    pub fn matches(&self, path: &RepoPath, tags: Tags) -> Result<Matched> {
        let runaway = |cause: Runaway| {
            Problem::usage(format!("{}: can't tell whether {path} is meant", self.place))
                .why(cause)
                .fix("write the regex without nested repeats")
        };
        Ok(match self.why_not(path, tags).map_err(runaway)? {
            Some(why) => Matched::No(why),
            None => Matched::Yes,
        })
    }

    /// Whether types count: the start of a file must then be known where its name doesn't tell.
    pub fn ask_types(&self) -> bool {
        !(self.types.is_empty() && self.types_all.is_empty() && self.exclude_types.is_empty())
    }

    /// Whether the generated files must be known.
    pub fn ask_generated(&self) -> bool {
        !self.generated
    }

    /// Whether globs or a regex choose paths.
    pub fn chooses_paths(&self) -> bool {
        !self.glob.is_empty() || self.regex.is_some()
    }

    /// The cheap questions come first.
    fn why_not(&self, path: &RepoPath, tags: Tags) -> Result<Option<WhyNot>, Runaway> {
        if !self.names_kind && tags.kind() != Kind::File {
            return Ok(Some(WhyNot::Kind(tags.kind())));
        }
        if !self.types.is_empty() && !self.types.iter().any(|one| tags.has(one)) {
            return Ok(Some(WhyNot::NoneOf(self.types.clone())));
        }
        if let Some(one) = self.types_all.iter().find(|one| !tags.has(one)) {
            return Ok(Some(WhyNot::Lacks(one)));
        }
        if let Some(one) = self.exclude_types.iter().find(|one| tags.has(one)) {
            return Ok(Some(WhyNot::Is(one)));
        }
        if !self.generated && tags.is_generated() {
            return Ok(Some(WhyNot::Generated));
        }
        if !self.glob.is_empty() && !self.glob.matches(path) {
            return Ok(Some(WhyNot::NoGlob(self.globs.clone())));
        }
        if let Some(glob) = self.exclude.which(path) {
            return Ok(Some(WhyNot::Excluded(glob.to_owned())));
        }
        if let Some(regex) = &self.regex
            && !regex.finds(path)?
        {
            return Ok(Some(WhyNot::NoRegex(regex.as_str().to_owned())));
        }
        if let Some(regex) = &self.exclude_regex
            && regex.finds(path)?
        {
            return Ok(Some(WhyNot::ExcludedByRegex(regex.as_str().to_owned())));
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(text: &str, fixes: bool) -> FileRules {
        FileRules::new(&Keys::of("hooks").key("x"), &toml::from_str(text).unwrap(), fixes).unwrap()
    }

    fn said(text: &str, path: &str, tags: Tags) -> String {
        match rules(text, true).matches(&path.into(), tags).unwrap() {
            Matched::Yes => "yes".to_owned(),
            Matched::No(why) => why.to_string(),
        }
    }

    #[test]
    fn every_no_has_its_reason() {
        for (text, path, expected) in [
            ("", "a.py", "yes"),
            ("types = ['python', 'pyi']", "a.pyi", "yes"),
            ("types = ['python', 'pyi']", "a.rs", "not python or pyi"),
            ("types-all = ['python', 'text']", "a.py", "yes"),
            ("types-all = ['text', 'executable']", "a.py", "not executable"),
            ("exclude-types = ['markdown']", "a.md", "is markdown"),
            ("glob = ['*.py', '/x/']", "b/a.rs", "not *.py or /x/"),
            ("glob = ['*.py']\nexclude = ['gen/**', '/b']", "gen/a.py", "excluded by gen/**"),
            ("exclude = ['b', '!b/a.py']", "b/a.py", "yes"),
            ("regex = '^src/'", "lib/a.py", "no match of ^src/"),
            ("regex = '^src/'\nexclude-regex = 'gen'", "src/gen.py", "excluded by the regex gen"),
            ("regex = '^src/'", "src/a.py", "yes"),
        ] {
            let path = RepoPath::from(path);
            let tags = Tags::of_name(path.file_name(), false);
            assert_eq!(said(text, &path.to_string(), tags), expected, "{text} {path}");
        }
    }

    #[test]
    fn links_and_submodules_are_meant_where_a_type_names_them() {
        assert_eq!(said("", "a", Tags::symlink()), "a symbolic link");
        assert_eq!(said("", "a", Tags::submodule()), "a submodule");
        assert_eq!(said("types = ['symlink']", "a", Tags::symlink()), "yes");
        assert_eq!(said("types-all = ['directory']", "a", Tags::submodule()), "yes");
        assert_eq!(said("types = ['symlink']", "a", Tags::of_name(b"a", false)), "not symlink");
    }

    #[test]
    fn generated_files_are_left_out_where_files_are_mended() {
        let tags = Tags::of_name(b"a.py", false).with_generated(true);
        for (text, fixes, expected) in [
            ("", true, false),
            ("", false, true),
            ("generated = true", true, true),
            ("generated = false", false, false),
        ] {
            let rules = rules(text, fixes);
            assert_eq!(rules.matches(&"a.py".into(), tags).unwrap().is_yes(), expected, "{text} {fixes}");
            assert_eq!(rules.ask_generated(), !expected);
        }
        assert_eq!(said("", "a.py", tags), "generated (.gitattributes)");
    }

    #[test]
    fn mistakes_are_told() {
        for (text, expected) in [
            ("regex = '(?<n>a)'", "no regex as in Python"),
            ("exclude-regex = 'a('", "no regex as in Python"),
            ("types = ['pyhton']", "unknown variant"),
            ("type = ['python']", "unknown field"),
        ] {
            let error = toml::from_str::<FileRulesTable>(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        let rules = rules("regex = '^(?:(?=a)a+)+$'", false);
        let path = format!("{}b", "a".repeat(60));
        let problem = rules.matches(&path.as_str().into(), Tags::default()).unwrap_err();
        assert!(problem.what.starts_with("hooks.x: can't tell"), "{problem}");
    }
}
