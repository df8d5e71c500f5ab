//! Loading `xtask.toml`: read once, each section parsed where it is used, all of them checked at the start.

use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::de::IntoDeserializer;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Fault, Keys, Section, SectionKind, TopLevel, error};
use crate::model::{Problem, Result};

/// The file's name at the top of a repository.
pub const FILE_NAME: &str = "xtask.toml";

/// The largest file that is read, in bytes: a thousand times what a configuration by hand comes to.
const LARGEST: u64 = 16 << 20;

/// A loaded `xtask.toml`, or the defaults where there is none.
#[derive(Clone, Debug, Default)]
pub struct Config {
    path: Option<PathBuf>,
    name: String,
    text: String,
}

impl Config {
    /// Loads `explicit` (which must exist), else `xtask.toml` below `root` where there is one, and checks the whole file against
    /// the known `sections`.
    pub fn load(root: &Path, explicit: Option<&Path>, sections: &[SectionKind]) -> Result<Self> {
        let path = match explicit {
            Some(path) => path.to_owned(),
            None => root.join(FILE_NAME),
        };
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        let bytes = match crate::files::read_limited(&path, LARGEST) {
            Ok(bytes) => bytes,
            // A link whose target is gone is a broken configuration, not an absent one.
            Err(cause)
                if cause.kind() == ErrorKind::NotFound
                    && explicit.is_none()
                    && path.symlink_metadata().is_err() =>
            {
                return Ok(Self::default());
            }
            Err(cause) => {
                let fix = match explicit {
                    Some(_) => "name a file that is there, or leave --config out",
                    None => "make it a file that can be read, or remove it",
                };
                return Err(Problem::usage(format!("can't read {name}")).why(cause).fix(fix));
            }
        };
        let text = String::from_utf8(bytes).map_err(|wrong| {
            let good = wrong.utf8_error().valid_up_to();
            let line = wrong.as_bytes()[..good].iter().filter(|&&byte| byte == b'\n').count() + 1;
            Problem::usage(format!("{name}:{line}: the file is not UTF-8"))
                .why(format!("byte {} (0x{:02x}) begins no character", good + 1, wrong.as_bytes()[good]))
                .fix("save it as UTF-8")
        })?;
        Ok(Self { path: Some(path), ..Self::parse_checked(name, text, sections)? })
    }

    /// The configuration of this text, all of it checked against the known `sections`; `name` stands for the file in errors.
    pub fn parse_checked(
        name: impl Into<String>,
        text: impl Into<String>,
        sections: &[SectionKind],
    ) -> Result<Self> {
        let config = Self::parse(name, text)?;
        config.check(sections)?;
        Ok(config)
    }

    /// The configuration of this text, unchecked; `name` stands for the file in errors.
    pub fn parse(name: impl Into<String>, text: impl Into<String>) -> Result<Self> {
        let config = Self { path: None, name: name.into(), text: text.into() };
        config.table()?;
        Ok(config)
    }

    /// The parsed file, with the place of every value. Parsing some kilobytes again is cheaper than owning what borrows.
    fn table(&self) -> Result<DeTable<'_>> {
        match DeTable::parse(&self.text) {
            Ok(table) => Ok(table.into_inner()),
            Err(wrong) => Err(error::at(&self.name, &self.text, wrong.span(), wrong.message())),
        }
    }

    /// Where it was loaded from; `None` for the defaults.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Whether the file has this top-level table.
    pub fn has(&self, section: &str) -> bool {
        self.table().is_ok_and(|table| table.contains_key(section))
    }

    /// The section, where the file has it.
    pub fn section<S: Section>(&self) -> Result<Option<S>> {
        let table = self.table()?;
        let Some(value) = table.get(S::NAME) else { return Ok(None) };
        // Derived types read a list as their fields in order, which nobody means.
        if let (DeValue::Array(_), false) = (value.get_ref(), S::IS_LIST) {
            let message = "invalid type: sequence, expected a map";
            return Err(error::at(&self.name, &self.text, Some(value.span()), message));
        }
        self.read(value.clone(), S::TERMS).map(Some)
    }

    /// The section, or its default.
    pub fn section_or_default<S: Section + Default>(&self) -> Result<S> {
        Ok(self.section()?.unwrap_or_default())
    }

    fn read<T: serde::de::DeserializeOwned>(
        &self,
        value: Spanned<DeValue<'_>>,
        terms: &[(&str, &str)],
    ) -> Result<T> {
        let span = value.span();
        T::deserialize(value.into_deserializer()).map_err(|wrong: toml::de::Error| {
            let span = wrong.span().or(Some(span));
            error::in_terms(error::at(&self.name, &self.text, span, wrong.message()), wrong.message(), terms)
        })
    }

    /// The file and the line of a value: `xtask.toml:3`.
    pub fn place(&self, keys: &Keys) -> Option<String> {
        let span = self.table().ok().and_then(|table| span_of(&table, &mut keys.iter()))?;
        Some(format!("{}:{}", self.name, self.text[..span.start].matches('\n').count() + 1))
    }

    /// The problem of a fault, shown where it stands: at the value, of a table at its name.
    pub(super) fn placed(&self, fault: Fault) -> Problem {
        let span = self.table().ok().and_then(|table| span_of(&table, &mut fault.keys.iter()));
        match span {
            Some(span) => error::shown(&self.name, &self.text, span, fault.problem),
            None => fault.into(),
        }
    }

    /// Checks the version first, then every key of the file; tells all sections that are wrong, not just the first.
    fn check(&self, sections: &[SectionKind]) -> Result<()> {
        let table = self.table()?;
        if let (Some(value), Some(least)) = (table.get("min-version"), self.top_level()?.min_version) {
            check_version(&least, env!("CARGO_PKG_VERSION")).map_err(|problem| {
                let shown = error::at(&self.name, &self.text, Some(value.span()), &problem.what);
                Problem { fix: problem.fix, ..shown }
            })?;
        }
        let mut problems = Vec::new();
        for key in table.keys() {
            let known = key.get_ref().as_ref();
            if known == "min-version" || sections.iter().any(|section| section.name == known) {
                continue;
            }
            let names: Vec<String> = std::iter::once("min-version")
                .chain(sections.iter().map(|section| section.name))
                .map(|name| format!("`{name}`"))
                .collect();
            let message = format!("unknown field `{known}`, expected one of {}", names.join(", "));
            let problem = error::at(&self.name, &self.text, Some(key.span()), &message);
            problems.push((key.span().start, problem));
        }
        for section in sections {
            let place = table.get_key_value(section.name).map_or(0, |(key, _)| key.span().start);
            problems.extend((section.check)(self).into_iter().map(|problem| (place, problem)));
        }
        problems.sort_by_key(|(place, _)| *place);
        let mut problems: Vec<Problem> = problems.into_iter().map(|(_, problem)| problem).collect();
        match problems.len() {
            0 => Ok(()),
            1 => Err(problems.remove(0)),
            count => {
                let all: Vec<String> = problems
                    .iter()
                    .map(|problem| {
                        let help = if problem.fix.is_empty() {
                            String::new()
                        } else {
                            format!("\n  → {}", problem.fix)
                        };
                        format!("{}{}{help}", problem.what, problem.why)
                    })
                    .collect();
                Err(Problem::usage(format!("{} has {count} errors", self.name))
                    .why(format!("\n{}", all.join("\n"))))
            }
        }
    }

    /// The keys that belong to no section.
    pub fn top_level(&self) -> Result<TopLevel> {
        let table = self.table()?;
        let min_version = table.get("min-version").map(|value| self.read(value.clone(), &[])).transpose()?;
        Ok(TopLevel { min_version })
    }
}

/// Where the value lies to which these keys lead, or the last part of them that is there.
fn span_of<'k>(table: &DeTable<'_>, keys: &mut impl Iterator<Item = &'k str>) -> Option<Range<usize>> {
    let (name, mut value) = table.get_key_value(keys.next()?)?;
    let mut span = name.span();
    loop {
        match value.get_ref() {
            DeValue::Table(inner) => return span_of(inner, keys).or(Some(span)),
            DeValue::Array(list) => {
                span = value.span();
                let at = keys.next().and_then(|at| at.parse::<usize>().ok());
                let Some(inner) = at.and_then(|at| list.get(at)) else { return Some(span) };
                value = inner;
            }
            _ => return Some(value.span()),
        }
    }
}

/// `what` says nothing of the place: the caller shows it.
fn check_version(least: &str, have: &str) -> Result<()> {
    let parts = |text: &str| -> Option<Vec<u64>> { text.split('.').map(|part| part.parse().ok()).collect() };
    let wrong = || {
        Problem::usage(format!("min-version = {least:?} is no version"))
            .fix("write it as \"0.1\" or \"0.1.2\"")
    };
    let mut wanted = parts(least).filter(|parts| parts.len() <= 3).ok_or_else(wrong)?;
    wanted.resize(3, 0);
    let mut have_parts = parts(have.split(['-', '+']).next().unwrap_or(have)).unwrap_or_default();
    have_parts.resize(3, 0);
    if have_parts < wanted {
        return Err(Problem::usage(format!("it needs xtask {least} or later; this is {have}")).fix(
            "update it: pull the repository that holds it, or `cargo install --locked --git URL xtask`",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{EnvSection, WatchSection};
    use crate::model::ProblemKind;

    fn load(text: &[u8]) -> Result<Config> {
        let folder = tempfile::tempdir().unwrap();
        crate::files::write(&folder.path().join(FILE_NAME), text).unwrap();
        Config::load(
            folder.path(),
            None,
            &[SectionKind::of::<EnvSection>(), SectionKind::of::<WatchSection>()],
        )
    }

    #[test]
    fn no_file_means_defaults_unless_it_was_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Config::load(folder.path(), None, &[]).unwrap().path().is_none());
        let asked = Config::load(folder.path(), Some(&folder.path().join("other.toml")), &[]);
        assert_eq!(asked.unwrap_err().kind, ProblemKind::Usage);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_nothing_or_to_a_device_is_told() {
        for (target, why) in [("/nowhere/at/all", "No such file"), ("/dev/zero", "no regular file")] {
            let folder = tempfile::tempdir().unwrap();
            std::os::unix::fs::symlink(target, folder.path().join(FILE_NAME)).unwrap();
            let problem = Config::load(folder.path(), None, &[]).unwrap_err();
            assert_eq!(problem.kind, ProblemKind::Usage);
            assert!(problem.why.contains(why) && !problem.fix.is_empty(), "{problem}");
        }
    }

    #[test]
    fn a_good_file_is_read() {
        let config = load(b"min-version = \"0.1\"\n[env]\nready-timeout = \"90s\"\n[[watch]]\npaths = [\"*.rs\"]\nrun = \"make\"\n");
        let config = config.unwrap();
        let env: EnvSection = config.section_or_default().unwrap();
        assert_eq!(env.ready_timeout.unwrap().to_string(), "1m30s");
        assert_eq!(config.section::<WatchSection>().unwrap().unwrap().0.len(), 1);
        assert!(config.has("env") && !config.has("lint"));
    }

    #[test]
    fn each_error_names_the_line_and_the_way_on() {
        for (text, what, fix) in [
            (
                &b"[env]\nredy-timeout = \"1s\"\n"[..],
                "xtask.toml:2: unknown key `redy-timeout`",
                "did you mean `ready-timeout`?",
            ),
            (b"\n[evn]\n", "xtask.toml:2: unknown key `evn`", "did you mean `env`?"),
            (b"[env]\ncompose = true\n", "xtask.toml:2: invalid type: boolean `true`", ""),
            (b"[env]\nready-timeout = 90\n", "xtask.toml:2: invalid type: integer `90`", ""),
            (b"[env\n", "xtask.toml:1: unclosed table", ""),
            (b"a\xff", "xtask.toml:1: the file is not UTF-8", "save it as UTF-8"),
            (b"[[env]]\n", "xtask.toml:1: invalid type: array", ""),
            (b"env = []\n", "xtask.toml:1: invalid type: array", ""),
            (b"watch = {}\n", "xtask.toml:1: invalid type: table", ""),
            (b"min-version = \"99\"\n[tomorrow]\n", "xtask.toml:1: it needs xtask 99 or later", "update it"),
            (b"min-version = \"x\"\n", "min-version = \"x\" is no version", ""),
        ] {
            let problem = load(text).unwrap_err();
            assert_eq!(problem.kind, ProblemKind::Usage);
            assert!(problem.what.contains(what), "{problem}");
            assert!(problem.fix.contains(fix), "{problem}");
        }
    }

    #[test]
    fn all_sections_that_are_wrong_are_told() {
        let problem = load(b"[env]\ncompse = []\n[[watch]]\npaths = 1\n[other]\n").unwrap_err();
        assert_eq!(problem.what, "xtask.toml has 3 errors");
        let places = ["→ did you mean `compose`?", "xtask.toml:4", "unknown key `other`"]
            .map(|part| problem.why.find(part).unwrap_or_else(|| panic!("{part}: {}", problem.why)));
        assert!(places.is_sorted(), "in the order of the file: {}", problem.why);
    }
}
