//! The built-in checks, with the ids and verdicts of pre-commit-hooks: what there is, and what each takes and gives.
//! Checks are pure functions of bytes; reading and writing files is the caller's part.

use std::sync::LazyLock;

use xtask_core::model::RepoPath;

use crate::options::Options;
use crate::types::Tags;

mod added_large_files;
mod aws_credentials;
mod byte_order_marker;
mod case_conflict;
mod end_of_file;
mod fault;
mod file_contents_sorter;
mod illegal_windows_names;
mod json;
mod json5;
mod keys;
mod lines;
mod merge_conflict;
mod mixed_line_ending;
mod no_commit_to_branch;
mod pass;
mod position;
mod private_key;
mod python;
mod requirements;
mod secrets;
mod shebangs;
mod submodules;
mod symlinks;
mod takes;
mod test_names;
mod toml;
mod trailing_whitespace;
mod tree;
mod vcs_permalinks;
mod xml;
pub(crate) mod yaml;

pub use added_large_files::{is_lfs_pointer, that_count};
pub use aws_credentials::read_secrets as read_aws_secrets;
pub use case_conflict::{Conflict, case_conflicts};
pub use lines::{Line, LineCheck, Wanted};
pub use pass::{Found, check_bytes, check_chosen, fix_bytes, fix_chosen};
pub use python::{NotChecked, Source, check_python};
pub use secrets::SecretKind;
pub use tree::{Tree, TreeHit, tree_check, tree_checks};

/// A regular file, as a check sees it.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// Its path.
    pub path: &'a RepoPath,
    /// What it is.
    pub tags: Tags,
    /// Its size in bytes; known also where the bytes aren't needed.
    pub size: u64,
}

/// One thing that a check holds against a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The line, from 1; absent where the file as a whole is meant.
    pub line: Option<u32>,
    /// The column in characters, from 1.
    pub column: Option<u32>,
    /// What is wrong.
    pub message: String,
}

impl Hit {
    /// About the file as a whole.
    pub fn file(message: impl Into<String>) -> Self {
        Self { line: None, column: None, message: message.into() }
    }

    /// About a line, from 1.
    pub fn line(line: u32, message: impl Into<String>) -> Self {
        Self { line: Some(line), ..Self::file(message) }
    }
}

/// How a check works.
#[derive(Clone, Copy)]
pub enum Work {
    /// On a file's lines, in the pass that all such checks share.
    Lines(fn(&File, &Options) -> Box<dyn LineCheck>),
    /// On a file's bytes.
    Bytes(fn(&File, &[u8], &Options) -> Vec<Hit>),
    /// On a file's size; the bytes aren't read for it.
    Size(fn(&File, &Options) -> Vec<Hit>),
    /// On all entries at once, with what else can be known of them ([`tree_checks`]).
    Tree(fn(&Tree<'_>, &Options) -> xtask_core::model::Result<Vec<TreeHit>>),
    /// On a file's name; the bytes aren't read for it.
    Name(fn(&File, &Options) -> Vec<Hit>),
    /// On Python sources, by the interpreter ([`check_python`]).
    Python,
    /// On a commit's message; it takes no files ([`crate::message::check`]).
    Message(fn(&crate::message::Message, &Options) -> Vec<Hit>),
}

impl Work {
    /// Whether it needs what a file holds.
    pub(crate) fn reads(&self) -> bool {
        matches!(self, Self::Lines(_) | Self::Bytes(_) | Self::Python)
    }
}

/// The fixed bytes; `None` where nothing is to be fixed.
pub type Fix = fn(&File, &[u8], &Options) -> Option<Vec<u8>>;

/// One built-in check.
pub struct Check {
    /// Its id, as in pre-commit-hooks.
    pub id: &'static str,
    /// What it looks for, in one line.
    pub about: &'static str,
    /// Grows whenever a verdict on the same bytes changes, so that remembered results are dropped.
    pub version: u32,
    /// The tag that a file must have.
    pub takes: &'static str,
    /// How it works.
    pub work: Work,
    /// How it fixes what it finds, where it does.
    pub fix: Option<Fix>,
}

impl std::fmt::Debug for Check {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.id)
    }
}

/// The checks that run where nothing is configured, in the order in which fixes are made.
pub static DEFAULT: [&Check; 10] = [
    &trailing_whitespace::CHECK,
    &end_of_file::CHECK,
    &mixed_line_ending::CHECK,
    &json::CHECK,
    &yaml::CHECK,
    &toml::CHECK,
    &merge_conflict::CHECK,
    &added_large_files::CHECK,
    &case_conflict::CHECK,
    &private_key::CHECK,
];

/// The other checks.
static OTHERS: [&Check; 25] = [
    &aws_credentials::CHECK,
    &byte_order_marker::CHECK,
    &byte_order_marker::FIX,
    &crate::message::CONVENTIONAL,
    &crate::message::LENGTH,
    &file_contents_sorter::CHECK,
    &illegal_windows_names::CHECK,
    &json5::CHECK,
    &json::pretty::CHECK,
    &no_commit_to_branch::CHECK,
    &python::AST,
    &python::DEBUG,
    &python::DOCSTRING,
    &python::LITERALS,
    &requirements::CHECK,
    &secrets::CHECK,
    &shebangs::EXECUTABLES,
    &shebangs::SCRIPTS,
    &submodules::ANY,
    &submodules::NEW,
    &symlinks::BROKEN,
    &symlinks::DESTROYED,
    &test_names::CHECK,
    &vcs_permalinks::CHECK,
    &xml::CHECK,
];

/// All built-in checks: the default ones, then the others by their ids.
static ALL: LazyLock<Vec<&'static Check>> = LazyLock::new(|| {
    let mut others = OTHERS;
    others.sort_unstable_by_key(|check| check.id);
    DEFAULT.into_iter().chain(others).collect()
});

/// All built-in checks: the default ones, then the others by their ids.
pub fn all() -> &'static [&'static Check] {
    &ALL
}

/// The check of this id.
pub fn by_id(id: &str) -> Option<&'static Check> {
    all().iter().find(|check| check.id == id).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_found() {
        for check in all() {
            assert_eq!(by_id(check.id).unwrap().id, check.id);
            assert!(check.version > 0 && !check.about.is_empty());
            assert!(crate::types::known_tags().contains(&check.takes), "{}", check.id);
        }
        let mut ids: Vec<&str> = all().iter().map(|check| check.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all().len());
        assert!(by_id("trailing").is_none());
    }
}
