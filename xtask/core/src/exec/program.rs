//! Where a program is.

use std::path::{Path, PathBuf};

/// The program `name` in one of `folders` (relative to `root`), else on PATH.
pub fn find_program(root: &Path, folders: &[&str], name: &str) -> Option<PathBuf> {
    let local = folders
        .iter()
        .find_map(|folder| which::which_in(name, Some(root.join(folder)), root).ok());
    local.or_else(|| which::which(name).ok())
}
