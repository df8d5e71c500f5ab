//! Where a program is.

use std::path::{Path, PathBuf};

/// The variable that keeps rustup from installing a toolchain when a probe meets a toolchain file that names one: nothing is installed
/// behind the user's back.
pub const NO_INSTALL: (&str, &str) = ("RUSTUP_AUTO_INSTALL", "0");

/// The program `name` in one of `folders` (relative to `root`, in this order), else on PATH. It must be a file that may be
/// executed (Windows: with one of PATHEXT's endings). `name` is a bare name: one with a folder in it is looked for under `root` alone.
pub fn find_program(root: &Path, folders: &[&str], name: &str) -> Option<PathBuf> {
    if name.is_empty() {
        return None;
    }
    if Path::new(name).components().count() > 1 {
        return which::which_in(name, None::<&str>, root).ok();
    }
    let local = folders.iter().find_map(|folder| which::which_in(name, Some(root.join(folder)), root).ok());
    local.or_else(|| which::which(name).ok())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn local_programs_come_first_and_must_be_executable() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        let make = |path: &str, mode| {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::File::create(&path).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        };
        make("one/sh", 0o644);
        make("two/sh", 0o755);
        make("three/sh", 0o755);
        make("with space/tool", 0o755);
        fs::create_dir_all(root.join("one/folder")).unwrap();
        symlink("nowhere", root.join("one/broken")).unwrap();
        symlink("../two/sh", root.join("one/linked")).unwrap();

        let folders = ["missing", "one", "two", "three", "with space"];
        for (name, expected) in [
            ("sh", Some("two/sh")),
            ("tool", Some("with space/tool")),
            ("linked", Some("one/linked")),
            ("folder", None),
            ("broken", None),
            ("", None),
            ("three/sh", Some("three/sh")),
            ("no-such-program-anywhere", None),
        ] {
            let found = find_program(root, &folders, name);
            assert_eq!(found, expected.map(|path| root.join(path)), "{name}");
        }
        // On PATH.
        let found = find_program(root, &[], "sh").unwrap();
        assert!(found.is_absolute() && !found.starts_with(root));
    }
}
