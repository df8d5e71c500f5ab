//! What a repository holds: everything that the user could miss.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::SystemTime;

use xtask_tests::Sandbox;

/// A file of the working tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) mode: u32,
    pub(crate) bytes: Vec<u8>,
    pub(crate) modified: SystemTime,
}

/// Contents and modes alone.
pub(crate) type Files = BTreeMap<String, (u32, String)>;

/// A repository at one moment.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) head: String,
    /// Lines of `git ls-files --stage`, by path.
    pub(crate) index: BTreeMap<String, String>,
    pub(crate) files: BTreeMap<String, File>,
}

impl State {
    pub(crate) fn of(sandbox: &Sandbox) -> Self {
        let mut files = BTreeMap::new();
        collect(&sandbox.root(), "", &mut |path, file| {
            files.insert(path.to_owned(), file);
        });
        let index = sandbox.git(&["ls-files", "--stage", "-z"]);
        let index = index.split('\0').filter_map(|line| line.split_once('\t'));
        Self {
            head: sandbox.git(&["rev-parse", "HEAD^{tree}"]),
            index: index.map(|(entry, path)| (path.to_owned(), entry.to_owned())).collect(),
            files,
        }
    }

    /// The working tree without times.
    pub(crate) fn tree(&self) -> Files {
        let shown = |file: &File| (file.mode, String::from_utf8_lossy(&file.bytes).into_owned());
        self.files.iter().map(|(path, file)| (path.clone(), shown(file))).collect()
    }

    /// Without what lies beside files for a while.
    pub(crate) fn tree_without_twins(&self) -> Files {
        let mut tree = self.tree();
        tree.retain(|path, _| !is_twin(path));
        tree
    }
}

/// What lies beside a file for a while.
pub(crate) fn is_twin(path: &str) -> bool {
    path.contains(".xtask-")
}

/// Visits the files below a folder, but not git's own.
fn collect(folder: &Path, prefix: &str, visit: &mut dyn FnMut(&str, File)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let metadata = entry.path().symlink_metadata().unwrap();
        if metadata.is_dir() {
            if path != ".git" {
                collect(&entry.path(), &format!("{path}/"), visit);
            }
            continue;
        }
        let bytes = if metadata.is_symlink() {
            std::fs::read_link(entry.path()).unwrap().into_os_string().into_encoded_bytes()
        } else {
            std::fs::read(entry.path()).unwrap()
        };
        let mode = metadata.permissions().mode();
        visit(&path, File { mode, bytes, modified: metadata.modified().unwrap() });
    }
}

/// Everything that may hold a content of the user's: the working tree with what lies beside files, the journal, and what was rescued.
pub(crate) fn held(sandbox: &Sandbox) -> Vec<(String, Vec<u8>)> {
    let mut held = Vec::new();
    collect(&sandbox.root(), "", &mut |path, file| held.push((path.to_owned(), file.bytes)));
    let state = sandbox.root().join(".git/xtask");
    for name in ["journal", "rescued"] {
        if state.join(name).is_dir() {
            collect(&state.join(name), &format!("{name}/"), &mut |path, file| {
                held.push((path.to_owned(), file.bytes));
            });
        }
    }
    held
}

/// What was rescued.
pub(crate) fn rescued(sandbox: &Sandbox) -> Vec<Vec<u8>> {
    held(sandbox)
        .into_iter()
        .filter(|(path, _)| path.starts_with("rescued/"))
        .map(|(_, bytes)| bytes)
        .collect()
}

/// Temporary files, locks and journals that are still there.
pub(crate) fn leftovers(sandbox: &Sandbox) -> Vec<String> {
    let mut left = Vec::new();
    let rooms = sandbox.command("find").args([".", "-name", ".xtask-*"]).output().unwrap();
    left.extend(String::from_utf8_lossy(&rooms.stdout).lines().map(str::to_owned));
    collect(&sandbox.root().join(".git"), "", &mut |path, _| {
        let is_journal = path.starts_with("xtask/journal") || path.starts_with("xtask/locks/");
        let ending = Path::new(path).extension().unwrap_or_default();
        let is_lock = ending == "lock" || ending == "part" || path.contains("next-index");
        if is_journal || is_lock {
            left.push(path.to_owned());
        }
    });
    if sandbox.root().join(".git/xtask/journal").exists() {
        left.push("xtask/journal".to_owned());
    }
    left
}
