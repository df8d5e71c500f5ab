//! The snapshot's paths in what a command prints, told as those of the user's files.

use std::borrow::Cow;
use std::path::Path;

use bstr::ByteSlice;

/// Where a command ran, and what the user calls that place.
pub(super) struct UserPaths {
    /// The room's top as it is named and as the system resolves it, the longer one first. None where the room is the working tree.
    rooms: Vec<Vec<u8>>,
    user: Vec<u8>,
}

impl UserPaths {
    pub(super) fn new(room: &Path, user: &Path) -> Self {
        let mut rooms: Vec<Vec<u8>> = Vec::new();
        if room != user {
            let resolved = room.canonicalize().ok();
            for path in resolved.as_deref().into_iter().chain([room]) {
                rooms.push(path.as_os_str().as_encoded_bytes().to_vec());
            }
            rooms.sort_by_key(|path| std::cmp::Reverse(path.len()));
            rooms.dedup();
        }
        Self { rooms, user: user.as_os_str().as_encoded_bytes().to_vec() }
    }

    /// `text` with the user's paths: what the command would have printed in the working tree. Only whole paths count: one that merely
    /// begins or ends in the same letters is another.
    pub(super) fn tell<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        let mut told = Cow::Borrowed(text);
        for room in &self.rooms {
            if told.contains_str(room) {
                told = Cow::Owned(replaced(&told, room, &self.user));
            }
        }
        told
    }
}

fn replaced(text: &[u8], room: &[u8], user: &[u8]) -> Vec<u8> {
    let mut told = Vec::with_capacity(text.len());
    let mut done = 0;
    for at in text.find_iter(room) {
        let end = at + room.len();
        told.extend_from_slice(&text[done..at]);
        let whole = !ends_in_name(&text[..at]) && !text[end..].first().is_some_and(|&next| in_name(next));
        told.extend_from_slice(if whole { user } else { room });
        done = end;
    }
    told.extend_from_slice(&text[done..]);
    told
}

/// Whether a path could go on with this byte; a point that ends a sentence isn't told apart from one in a name, and counts as its end.
fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' || !byte.is_ascii()
}

/// Whether text ends in a name that the path behind it would go on: a colour that is set in front of the path ends in a letter, too.
fn ends_in_name(text: &[u8]) -> bool {
    if !text.last().is_some_and(|&byte| in_name(byte) || byte == b'.') {
        return false;
    }
    let Some(escape) = text.rfind_byte(0x1b) else { return true };
    let code = &text[escape + 1..];
    let colour = code.strip_prefix(b"[").and_then(|code| code.strip_suffix(b"m"));
    !colour.is_some_and(|code| code.iter().all(|byte| byte.is_ascii_digit() || b";:".contains(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_paths_are_told_as_the_users() {
        let paths = UserPaths {
            rooms: vec![b"/private/c/tree".to_vec(), b"/c/tree".to_vec()],
            user: b"/home/r".to_vec(),
        };
        for (text, told) in [
            ("/c/tree/src/a.js:3:4", "/home/r/src/a.js:3:4"),
            ("in /c/tree.", "in /home/r."),
            ("\"/c/tree\"", "\"/home/r\""),
            ("/private/c/tree/a", "/home/r/a"),
            ("file:///c/tree/a", "file:///home/r/a"),
            ("--config=/c/tree/a -I/c/tree", "--config=/home/r/a -I/c/tree"),
            (
                "\u{1b}[1m/c/tree/a\u{1b}[0m:\u{1b}[38;5;2m/c/tree",
                "\u{1b}[1m/home/r/a\u{1b}[0m:\u{1b}[38;5;2m/home/r",
            ),
            ("/c/trees /c/tree-2/a /c/tree_x", "/c/trees /c/tree-2/a /c/tree_x"),
            ("/x/c/tree/a ../c/tree", "/x/c/tree/a ../c/tree"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(paths.tell(text.as_bytes()).to_str_lossy(), told);
        }
    }

    #[test]
    fn in_the_working_tree_nothing_is_replaced() {
        let paths = UserPaths::new(Path::new("/r"), Path::new("/r"));
        assert!(matches!(paths.tell(b"/r/a"), Cow::Borrowed(b"/r/a")));
    }

    #[cfg(unix)]
    #[test]
    fn the_resolved_room_is_known_too() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        std::fs::create_dir(top.join("real")).unwrap();
        std::os::unix::fs::symlink("real", top.join("link")).unwrap();
        let paths = UserPaths::new(&top.join("link"), Path::new("/r"));
        let text = format!("{0}/real/a {0}/link/b", top.display());
        assert_eq!(paths.tell(text.as_bytes()).to_str_lossy(), "/r/a /r/b");
    }
}
