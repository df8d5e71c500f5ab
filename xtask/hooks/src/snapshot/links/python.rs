//! Virtual environments: an editable install leads back to the working tree, which no link can mend, so it is told.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bstr::ByteSlice;
use xtask_core::files::read_limited;
use xtask_core::model::RepoPath;

use super::Trees;

/// Path files and finders are small; what is larger is something else.
const MOST: u64 = 1 << 20;

/// A notice for each package of the working tree that the environment imports from there.
pub(super) fn notices(trees: Trees, venv: &RepoPath) -> Vec<String> {
    let root = venv.below(trees.working);
    let mut found: BTreeMap<PathBuf, String> = BTreeMap::new();
    for site in site_packages(&root) {
        let Ok(entries) = std::fs::read_dir(&site) else { continue };
        for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            let has_extension = |wanted: &str| path.extension().is_some_and(|extension| extension == wanted);
            let is_path_file = has_extension("pth") || has_extension("egg-link");
            let is_finder = name.starts_with("__editable__") && has_extension("py");
            if !is_path_file && !is_finder {
                continue;
            }
            let Ok(text) = read_limited(&path, MOST) else { continue };
            let folders = if is_finder { quoted_folders(&text) } else { listed_folders(&text) };
            for folder in folders.into_iter().filter(|folder| !folder.starts_with(&root)) {
                let real = folder.canonicalize().unwrap_or(folder);
                if let Ok(inside) = real.strip_prefix(trees.working) {
                    // Outside the environment, too, once links are followed.
                    if !inside.starts_with(venv.to_path()) {
                        found.entry(inside.to_owned()).or_insert_with(|| package(name));
                    }
                }
            }
        }
    }
    found.into_iter().map(|(folder, package)| told(venv, &folder, &package)).collect()
}

fn told(venv: &RepoPath, folder: &Path, package: &str) -> String {
    let folder = match folder.to_string_lossy() {
        empty if empty.is_empty() => ".".to_owned(),
        folder => folder.into_owned(),
    };
    format!(
        "{package} is an editable install in {venv}: commands in the snapshot import it from the working tree, unstaged edits \
         included; give them the staged code with env = {{ PYTHONPATH = \"{folder}\" }}"
    )
}

fn site_packages(venv: &Path) -> Vec<PathBuf> {
    if cfg!(windows) {
        return vec![venv.join("Lib/site-packages")];
    }
    let Ok(versions) = std::fs::read_dir(venv.join("lib")) else { return Vec::new() };
    versions.filter_map(Result::ok).map(|entry| entry.path().join("site-packages")).collect()
}

/// The folders that a `.pth` file names, one a line.
fn listed_folders(text: &[u8]) -> Vec<PathBuf> {
    let lines = text.lines().map(ByteSlice::trim).filter(|line| !line.starts_with(b"#"));
    lines
        .filter_map(|line| line.to_path().ok())
        .filter(|path| path.is_absolute())
        .map(Path::to_owned)
        .collect()
}

/// The folders that hold what an editable install's finder maps to: its quoted absolute paths.
fn quoted_folders(text: &[u8]) -> Vec<PathBuf> {
    let pieces = text.split(|byte| matches!(byte, b'\'' | b'"')).filter_map(|piece| piece.to_path().ok());
    pieces.filter(|path| path.is_absolute()).filter_map(|path| path.parent()).map(Path::to_owned).collect()
}

/// The package of a file such as `__editable__.name-1.0.pth`, `__editable___name_1_0_finder.py`, `_name.pth`, `name.egg-link`.
fn package(file: &str) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let stem = stem.trim_start_matches("__editable__").trim_end_matches("_finder").trim_matches(['_', '.']);
    let version = |at: usize| stem[at + 1..].starts_with(|first: char| first.is_ascii_digit());
    let end = stem.match_indices(['-', '_']).map(|(at, _)| at).find(|&at| version(at)).unwrap_or(stem.len());
    match &stem[..end] {
        "" => file.to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_named_by_their_files() {
        for (file, expected) in [
            ("__editable__.my_app-0.1.0.pth", "my_app"),
            ("__editable___my_app_0_1_0_finder.py", "my_app"),
            ("_my_app.pth", "my_app"),
            ("my-app.egg-link", "my-app"),
            ("easy-install.pth", "easy-install"),
            ("_.pth", "_.pth"),
        ] {
            assert_eq!(package(file), expected, "{file}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn folders_are_read_from_both_kinds_of_files() {
        let listed = listed_folders(b"/work tree/src\r\n# /no\nimport x; x.y('/z')\nrelative\n\n");
        assert_eq!(listed, [Path::new("/work tree/src")]);
        let quoted = quoted_folders(b"MAPPING = {'app': '/w/src/app', \"b\": \"/w/b.py\"}\n");
        assert_eq!(quoted, [Path::new("/w/src"), Path::new("/w")]);
    }
}
