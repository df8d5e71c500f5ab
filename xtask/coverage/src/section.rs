//! `[coverage]` of `xtask.toml`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use xtask_core::config::{Fault, Globs, Keys, Section};

/// `[coverage]`: how much of the code the tests run.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct CoverageSection {
    /// Reports to read, in lcov's format, relative to the repository's top.
    pub inputs: Vec<String>,
    /// Commands that run first, by `sh -c` at the repository's top. `cargo xtask coverage rust` is done in-process, and its
    /// report needs no mention in `inputs`.
    pub run: Vec<String>,
    /// The least coverage of all lines, in percent.
    #[serde(deserialize_with = "percent")]
    #[schemars(range(min = 0, max = 100))]
    pub min: Option<f64>,
    /// The least coverage of changed lines, in percent.
    #[serde(deserialize_with = "percent")]
    #[schemars(range(min = 0, max = 100))]
    pub patch_min: Option<f64>,
    /// Whether coverage may not fall below that of `coverage-baseline.json`.
    pub ratchet: bool,
    /// Files that don't count, by globs that read as in `.gitignore`.
    pub exclude: Vec<String>,
    /// Limits of their own for some files, by globs that read as in `.gitignore`.
    pub paths: BTreeMap<String, PathLimits>,
}

/// `[coverage.paths."GLOB"]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PathLimits {
    /// The least coverage of these files together, in percent.
    #[serde(default, deserialize_with = "percent")]
    #[schemars(range(min = 0, max = 100))]
    pub min: Option<f64>,
}

impl Section for CoverageSection {
    const NAME: &'static str = "coverage";

    fn faults(&self) -> Vec<Fault> {
        let paths = self.paths.keys().filter_map(|glob| Self::path(glob).err());
        self.excluded().err().into_iter().chain(paths).collect()
    }
}

impl CoverageSection {
    /// The files that `exclude` names.
    pub(crate) fn excluded(&self) -> Result<Globs, Fault> {
        Keys::of(Self::NAME).key("exclude").globs(&self.exclude)
    }

    /// The files of `[coverage.paths."GLOB"]`.
    pub(crate) fn path(glob: &str) -> Result<Globs, Fault> {
        let keys = Keys::of(Self::NAME).key("paths").key(glob);
        Globs::of([glob]).map_err(|(_, problem)| keys.fault(problem))
    }

    /// Whether one of the commands is the native run over a Cargo workspace.
    pub fn runs_rust(&self) -> bool {
        self.run.iter().any(|command| is_rust(command))
    }
}

/// Whether the command is `xtask coverage rust` in one of its spellings.
pub(crate) fn is_rust(command: &str) -> bool {
    let words: Vec<&str> = command.split_whitespace().collect();
    matches!(
        words[..],
        ["cargo" | "cargo-xtask", "xtask", "coverage", "rust"]
            | ["xtask" | "cargo-xtask", "coverage", "rust"]
    )
}

fn percent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let value = f64::deserialize(deserializer)?;
    if (0.0..=100.0).contains(&value) {
        Ok(Some(value))
    } else {
        Err(serde::de::Error::custom(format!("{value} is no percentage; it lies between 0 and 100")))
    }
}

#[cfg(test)]
mod tests {
    use xtask_core::config::Config;

    use super::*;

    fn read(text: &str) -> Result<CoverageSection, String> {
        let config = Config::parse("xtask.toml", text).unwrap();
        config.section_or_default().map_err(|problem| problem.to_string())
    }

    #[test]
    fn the_whole_section_is_read() {
        let section = read(
            "[coverage]\ninputs = [\"a.info\"]\nrun = [\"cargo xtask coverage rust\"]\nmin = 85.0\npatch-min = 90\n\
             ratchet = true\nexclude = [\"gen/**\"]\n[coverage.paths.\"app/**\"]\nmin = 95\n",
        )
        .unwrap();
        assert_eq!((section.min, section.patch_min), (Some(85.0), Some(90.0)));
        assert_eq!(section.paths["app/**"].min, Some(95.0));
        assert!(section.runs_rust() && section.ratchet);
        assert_eq!(read("").unwrap(), CoverageSection::default());
    }

    #[test]
    fn wrong_values_name_their_line() {
        for (text, part) in [
            ("[coverage]\nmin = 101\n", "xtask.toml:2"),
            ("[coverage]\nmin = nan\n", "is no percentage"),
            ("[coverage]\nminn = 1\n", "`min`"),
            ("[coverage.paths.\"a\"]\nmax = 1\n", "unknown key `max`"),
        ] {
            let told = read(text).unwrap_err();
            assert!(told.contains(part), "{told}");
        }
    }

    #[test]
    fn a_glob_that_is_none_is_shown_where_it_stands() {
        for (text, what, column) in [
            ("[coverage]\nexclude = ['a', '{b']\n", "xtask.toml:2: `{b` is no glob", 17),
            ("[coverage.paths.'a{']\nmin = 1\n", "xtask.toml:1: `a{` is no glob", 17),
        ] {
            let sections = [xtask_core::config::SectionKind::of::<CoverageSection>()];
            let told = Config::parse_checked("xtask.toml", text, &sections).unwrap_err();
            assert_eq!(told.what, what, "{told}");
            assert!(told.why.contains(&format!("| {}^", " ".repeat(column - 1))), "{told}");
        }
    }

    #[test]
    fn the_native_run_is_known_by_its_command() {
        for (command, native) in [
            ("cargo xtask coverage rust", true),
            (" xtask  coverage rust ", true),
            ("cargo-xtask coverage rust", true),
            ("cargo xtask coverage rust --out x", false),
            ("cargo test", false),
            ("", false),
        ] {
            assert_eq!(is_rust(command), native, "{command}");
        }
    }
}
