//! What the hooks that were there before find beside themselves: they lie a folder deeper now, where relative links and
//! `$(dirname "$0")/lib.sh` would lead elsewhere.

use std::fs;
use std::io;
use std::path::Path;

use crate::stage::Stage;

/// Which way a hook goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Into the folder of those that were there before.
    Down,
    /// And back.
    Up,
}

/// Gives a hook a second name. A relative link leads from there to where it led.
pub(super) fn second(from: &Path, to: &Path, way: Way) -> io::Result<()> {
    #[cfg(unix)]
    if let Ok(target) = fs::read_link(from) {
        let target = match way {
            _ if target.is_absolute() => target,
            Way::Down => Path::new("..").join(target),
            Way::Up => target.strip_prefix("..").map_or(target.clone(), Path::to_owned),
        };
        return std::os::unix::fs::symlink(target, to);
    }
    let _ = way;
    // A copy is another file, but of the same bytes and mode.
    fs::hard_link(from, to).or_else(|_| fs::copy(from, to).map(drop))
}

/// Puts links to the other files of the hooks folder into `folder`, which lies in it; hooks and git's samples aren't meant.
pub(super) fn show(folder: &Path) -> io::Result<()> {
    let Some(hooks) = folder.parent().filter(|_| cfg!(unix)) else { return Ok(()) };
    for entry in fs::read_dir(hooks)? {
        let name = entry?.file_name();
        let text = name.to_string_lossy();
        let is_hook = Stage::ALL.iter().any(|stage| stage.name() == text);
        let is_meant = !is_hook && !text.ends_with(".sample") && !text.ends_with(".xtask-new");
        let link = folder.join(&name);
        if is_meant && hooks.join(&name) != folder && !super::place::is_there(&link) {
            #[cfg(unix)]
            std::os::unix::fs::symlink(Path::new("..").join(&name), link)?;
        }
    }
    Ok(())
}

/// Takes the folder away once it holds nothing but such links.
pub(super) fn hide(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let entries: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    let is_ours = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap_or_default();
        fs::read_link(path).is_ok_and(|target| target == Path::new("..").join(name))
    };
    if entries.iter().all(is_ours) {
        // What can't be removed leads to what is there, and harms nobody.
        for link in entries {
            let _ = fs::remove_file(link);
        }
        super::place::remove_empty(folder);
    }
}
