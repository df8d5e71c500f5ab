//! What a repository is brought into before the checks run.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

use xtask_tests::Sandbox;

pub(super) fn link(sandbox: &Sandbox, path: &str, target: &str) {
    let path = sandbox.root().join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let _ = std::fs::remove_file(&path);
    symlink(target, path).unwrap();
}

pub(super) fn mode(sandbox: &Sandbox, path: &str, mode: u32) {
    std::fs::set_permissions(sandbox.root().join(path), PermissionsExt::from_mode(mode)).unwrap();
}

pub(super) fn remove(path: PathBuf) {
    std::fs::remove_file(path).unwrap();
}

/// A commit of these files.
pub(super) fn base(sandbox: &Sandbox, files: &[(&str, &str)]) {
    for (path, text) in files {
        sandbox.write(path, text);
    }
    sandbox.commit("base");
}

pub(super) fn stage(sandbox: &Sandbox) {
    sandbox.git(&["add", "--all"]);
}

/// Another repository, outside, with one commit.
fn library(sandbox: &Sandbox) -> String {
    let path = sandbox.outside().join("library");
    let path = path.to_str().unwrap().to_owned();
    sandbox.git(&["init", "--quiet", &path]);
    sandbox.git(&["-C", &path, "commit", "--quiet", "--allow-empty", "-m", "first"]);
    path
}

pub(super) fn add_submodule(sandbox: &Sandbox, at: &str) {
    let path = library(sandbox);
    sandbox.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &path, at]);
}
