//! Removing what lies in a snapshot. A link is removed, never what it points to.

use std::fs::Permissions;
use std::io::{self, ErrorKind};
use std::path::Path;

/// Removes a file, a link, or a folder with all that is in it. What isn't there is no error. Folders without write permission
/// (module caches make such) are given it.
pub(super) fn remove_all(path: &Path) -> io::Result<()> {
    let there = match path.symlink_metadata() {
        Ok(there) => there,
        Err(cause) if is_gone(&cause) => return Ok(()),
        Err(cause) => return Err(cause),
    };
    if !there.is_dir() {
        return remove_link_or_file(path);
    }
    match std::fs::remove_dir_all(path) {
        Err(cause) if cause.kind() == ErrorKind::PermissionDenied => {
            open_folders(path)?;
            std::fs::remove_dir_all(path)
        }
        Err(cause) if is_gone(&cause) => Ok(()),
        removed => removed,
    }
}

fn remove_link_or_file(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(cause) if is_gone(&cause) => Ok(()),
        // On Windows, a link to a folder is removed like a folder.
        Err(cause) if cfg!(windows) => std::fs::remove_dir(path).map_err(|_| cause),
        removed => removed,
    }
}

fn is_gone(cause: &io::Error) -> bool {
    matches!(cause.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Gives write permission on a folder and those below.
fn open_folders(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    let permissions = <Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o700);
    #[cfg(not(unix))]
    let permissions = {
        let mut permissions: Permissions = folder.metadata()?.permissions();
        #[expect(clippy::permissions_set_readonly_false, reason = "it is removed next")]
        permissions.set_readonly(false);
        permissions
    };
    std::fs::set_permissions(folder, permissions)?;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            open_folders(&entry.path())?;
        }
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn links_go_and_what_they_point_to_stays() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        xtask_core::files::write(&at("mine/file"), b"x").unwrap();
        xtask_core::files::write(&at("tree/deep/own"), b"x").unwrap();
        symlink(at("mine"), at("tree/deep/link")).unwrap();
        symlink(at("mine"), at("link")).unwrap();
        std::fs::set_permissions(at("tree/deep"), Permissions::from_mode(0o500)).unwrap();
        for path in ["tree", "link", "missing", "mine/file/below"] {
            remove_all(&at(path)).unwrap();
        }
        assert!(!at("tree").exists() && at("link").symlink_metadata().is_err());
        assert!(at("mine/file").exists());
    }
}
