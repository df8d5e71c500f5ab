//! `check-illegal-windows-names`: paths that Windows can hold.

use std::sync::LazyLock;

use bstr::ByteSlice;
use fancy_regex::Regex;
use xtask_core::model::{RepoPath, Result};

use super::{Check, Tree, TreeHit, Work};
use crate::options::Options;

/// The check.
pub(super) static CHECK: Check = Check {
    id: "check-illegal-windows-names",
    about: "paths that Windows can hold",
    version: 1,
    takes: "file",
    work: Work::Tree(run),
    fix: None,
};

/// Names of devices, whatever follows their first dot. A superscript digit counts as a digit there.
static DEVICE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(?i:con|prn|aux|nul|(?:com|lpt)[\d\u{b9}\u{b2}\u{b3}])$").ok());

#[expect(clippy::unnecessary_wraps, reason = "other checks on the tree may fail")]
fn run(tree: &Tree<'_>, _: &Options) -> Result<Vec<TreeHit>> {
    let hit = |path: &RepoPath| fault(path).map(|fault| TreeHit::at(path, fault));
    Ok(tree.files().filter_map(|file| hit(&file.path)).collect())
}

/// What Windows has against this path. As in the original, the end of a folder's name counts below the top alone.
fn fault(path: &RepoPath) -> Option<String> {
    let text = path.as_bytes().to_str_lossy();
    if let Some(c) =
        text.chars().find(|c| matches!(c, '\0'..='\x1f' | '<' | '>' | ':' | '"' | '\\' | '|' | '?' | '*'))
    {
        return Some(format!("Windows takes no {c:?} in a name"));
    }
    let parts: Vec<&str> = text.split('/').collect();
    for (at, part) in parts.iter().enumerate() {
        let stem = part.split('.').next().unwrap_or_default();
        if DEVICE.as_ref().is_some_and(|device| device.is_match(stem).unwrap_or(true)) {
            return Some(format!("{stem} is a device on Windows"));
        }
        let ends_badly = part.ends_with(|c: char| c == '.' || c.is_whitespace());
        if ends_badly && (at > 0 || parts.len() == 1) {
            return Some(format!("Windows takes no name that ends with a space or a dot: {part:?}"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_windows_cannot_hold() {
        for (path, bad) in [
            ("a/b.txt", false),
            ("con", true),
            ("a/CoN.tar.gz", true),
            ("aux/b", true),
            ("console", false),
            ("x.con", false),
            ("COM1.txt", true),
            ("com", false),
            ("com10", false),
            ("lpt\u{b2}", true),
            ("com\u{661}", true),
            ("com\u{bd}", false),
            ("a:b", true),
            ("a\\b", true),
            ("a\tb", true),
            ("a.", true),
            ("a ", true),
            ("a\u{a0}", true),
            ("a. b", false),
            ("a./b", false),
            ("x/a./b", true),
            ("x/a /b", true),
            ("...", true),
            (".a", false),
        ] {
            assert_eq!(fault(&path.into()).is_some(), bad, "{path:?}");
        }
        assert!(fault(&RepoPath::new(b"caf\xe9".as_slice())).is_none());
    }
}
