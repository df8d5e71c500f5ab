//! The copy of the program that shims start: it survives `cargo clean`, and is started without Cargo.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xtask_core::model::{Problem, Result};

use super::place;

/// This program's version.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The installed copy, compared with the program that looks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum ProgramState {
    /// There is none.
    Missing,
    /// It is this program.
    Current,
    /// It is an older version.
    Older {
        /// Its version.
        version: String,
    },
    /// It is a newer version.
    Newer {
        /// Its version.
        version: String,
    },
    /// It is another build of this version, or of one that isn't known.
    OtherBuild,
}

/// What is written beside the copy.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", default)]
pub(super) struct Record {
    /// The version of the copy.
    pub(super) version: String,
    /// Whether the folder of the hooks is ours to remove.
    pub(super) made_hooks_folder: bool,
    /// Settings of the user's git configuration that a global installation replaced.
    pub(super) replaced: std::collections::BTreeMap<String, String>,
}

/// Where a copy lies: below the common git folder, or the user's data folder.
#[derive(Clone, Debug)]
pub(super) struct Copy {
    state: PathBuf,
}

impl Copy {
    /// Below this folder, which is this program's own.
    pub(super) fn below(state: impl Into<PathBuf>) -> Self {
        Self { state: state.into() }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.state.join("bin").join(format!("xtask{}", std::env::consts::EXE_SUFFIX))
    }

    fn record_path(&self) -> PathBuf {
        self.state.join("bin/installed.json")
    }

    /// What was written beside it. What can't be read counts as nothing: it only makes messages poorer.
    pub(super) fn record(&self) -> Record {
        let text = std::fs::read(self.record_path()).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// Copies `from`, where it isn't that already; whether anything changed.
    pub(super) fn install(&self, from: &Path, record: Record) -> Result<bool> {
        let stale = self.is_stale(from);
        if stale {
            place::program(from, &self.path())?;
        }
        let record = Record { version: VERSION.to_owned(), ..record };
        let text = serde_json::to_vec_pretty(&record)
            .map_err(|cause| Problem::invalid("can't write JSON").why(cause))?;
        xtask_core::files::write(&self.record_path(), &text)?;
        Ok(stale)
    }

    /// Whether `from` isn't what is there.
    pub(super) fn is_stale(&self, from: &Path) -> bool {
        self.state_against(from) != ProgramState::Current
    }

    /// Whether there is one.
    pub(super) fn is_there(&self) -> bool {
        place::is_there(&self.path())
    }

    /// Removes it, and its folder where nothing else is there; whether there was one.
    pub(super) fn uninstall(&self) -> Result<bool> {
        let path = self.path();
        let was_there = self.is_there();
        for path in [&path, &self.record_path()] {
            place::remove(path).map_err(|cause| place::unwritten(path, &cause))?;
        }
        place::remove_empty(&self.state.join("bin"));
        place::remove_empty(&self.state);
        Ok(was_there)
    }

    /// How it compares with the program `own`.
    pub(super) fn state_against(&self, own: &Path) -> ProgramState {
        let path = self.path();
        if !path.is_file() || !place::is_executable(&path) {
            return ProgramState::Missing;
        }
        if same_content(&path, own) {
            return ProgramState::Current;
        }
        let version = self.record().version;
        match (numbers(&version), numbers(VERSION)) {
            (Some(there), Some(own)) if there < own => ProgramState::Older { version },
            (Some(there), Some(own)) if there > own => ProgramState::Newer { version },
            _ => ProgramState::OtherBuild,
        }
    }
}

/// The program that runs.
pub(super) fn running() -> Result<PathBuf> {
    std::env::current_exe().map_err(|cause| {
        Problem::invalid("can't tell where this program lies").why(cause).fix("start it by its full path")
    })
}

fn same_content(one: &Path, other: &Path) -> bool {
    if is_same_file(one, other) {
        return true;
    }
    let size = |path: &Path| path.metadata().map(|found| found.len()).ok();
    size(one).is_some_and(|len| size(other) == Some(len))
        && std::fs::read(one).is_ok_and(|bytes| std::fs::read(other).is_ok_and(|others| bytes == others))
}

/// Whether these are two names of one file.
#[cfg(unix)]
fn is_same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |path: &Path| path.metadata().map(|found| (found.dev(), found.ino())).ok();
    id(one).is_some_and(|found| id(other) == Some(found))
}

/// The content tells.
#[cfg(not(unix))]
fn is_same_file(_: &Path, _: &Path) -> bool {
    false
}

/// `1.2.3` as numbers.
fn numbers(version: &str) -> Option<Vec<u64>> {
    version.split('.').map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_told_from_another_build() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("own");
        xtask_core::files::write(&own, b"program").unwrap();
        let copy = Copy::below(folder.path().join("state/xtask"));
        assert_eq!(copy.state_against(&own), ProgramState::Missing);
        assert!(copy.install(&own, Record::default()).unwrap());
        assert!(!copy.install(&own, Record::default()).unwrap(), "again is nothing new");
        assert_eq!(copy.state_against(&own), ProgramState::Current);
        xtask_core::files::write(&own, b"PROGRAM").unwrap();
        assert_eq!(copy.state_against(&own), ProgramState::OtherBuild);
        for (version, older) in [("0.0.9", true), ("999.0.0", false)] {
            let record = format!(r#"{{"version":"{version}"}}"#);
            xtask_core::files::write(&copy.record_path(), record.as_bytes()).unwrap();
            let version = version.to_owned();
            let expected =
                if older { ProgramState::Older { version } } else { ProgramState::Newer { version } };
            assert_eq!(copy.state_against(&own), expected);
        }
        assert!(copy.uninstall().unwrap());
        assert!(!folder.path().join("state/xtask").exists());
        assert!(!copy.uninstall().unwrap());
    }
}
