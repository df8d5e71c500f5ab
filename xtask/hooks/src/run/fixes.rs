//! What fixers made of files, until it is known whether it may reach them.

use std::collections::BTreeMap;

use xtask_core::model::RepoPath;
use xtask_core::repo::{EntryMode, ObjectId};

/// A file as it was before the fixers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Before {
    /// Its mode.
    pub(crate) mode: EntryMode,
    /// Its blob, where the run looks at blobs.
    pub(crate) id: Option<ObjectId>,
    /// Its content.
    pub(crate) bytes: Vec<u8>,
}

/// A file that fixers changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fixed {
    /// How it was; `None` where a command created it.
    pub(crate) before: Option<Before>,
    /// Its mode after them.
    pub(crate) mode: EntryMode,
    /// Its content after them.
    pub(crate) after: Vec<u8>,
    /// Who changed it, in this order.
    pub(crate) by: Vec<String>,
}

/// The files that fixers changed, by path. Their content has the form in which the run looks at files: that of the blob, or that of
/// the working tree.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fixes(BTreeMap<RepoPath, Fixed>);

impl Fixes {
    /// The content of a file after fixers, where they changed it.
    pub(crate) fn after(&self, path: &RepoPath) -> Option<&[u8]> {
        self.get(path).map(|fixed| &fixed.after[..])
    }

    /// A file that fixers changed.
    pub(crate) fn get(&self, path: &RepoPath) -> Option<&Fixed> {
        self.0.get(path)
    }

    /// The files, sorted by path.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&RepoPath, &Fixed)> {
        self.0.iter()
    }

    /// The files and who changed them, for one line.
    pub(crate) fn told(&self) -> String {
        const MOST: usize = 8;
        let one = |(path, fixed): (&RepoPath, &Fixed)| format!("{path} ({})", fixed.by.join(", "));
        let mut told: Vec<String> = self.iter().take(MOST).map(one).collect();
        if self.len() > MOST {
            told.push(format!("and {} more", self.len() - MOST));
        }
        told.join(", ")
    }

    /// How many files were changed.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was changed.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts in what `by` made of a file; `before` is asked at its first change.
    pub(crate) fn put(
        &mut self,
        path: &RepoPath,
        before: impl FnOnce() -> Option<Before>,
        now: (EntryMode, Vec<u8>),
        by: &str,
    ) {
        let (mode, after) = now;
        let fixed = self.0.entry(path.clone()).or_insert_with(|| Fixed {
            before: before(),
            mode,
            after: Vec::new(),
            by: Vec::new(),
        });
        (fixed.mode, fixed.after) = (mode, after);
        if !fixed.by.iter().any(|known| known == by) {
            fixed.by.push(by.to_owned());
        }
    }

    /// Leaves out the files that came out as they were.
    pub(crate) fn drop_unchanged(&mut self) {
        self.0.retain(|_, fixed| {
            fixed
                .before
                .as_ref()
                .is_none_or(|before| (before.mode, &before.bytes) != (fixed.mode, &fixed.after))
        });
    }
}
