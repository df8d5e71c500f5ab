//! Which pictures belong together: those of the same name in two folders, or two files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use xtask_core::model::{Problem, RepoPath, Result};

/// Two pictures to be compared; one of them may not be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Couple {
    /// The path within the folders, with `/`.
    pub(crate) name: RepoPath,
    pub(crate) old: Entry,
    pub(crate) new: Entry,
}

/// One side of a couple.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// It is this file.
    File(PathBuf),
    /// It isn't there.
    Absent,
    /// It is there, and can't be read: why.
    Unreadable(String),
}

impl Entry {
    /// The file, where it is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Absent | Self::Unreadable(_) => None,
        }
    }
}

/// The endings of the files of a folder that are pictures. Those of AVIF are read by nobody here, and told as unreadable: left out,
/// they would pass.
const ENDINGS: [&str; 7] = ["png", "jpg", "jpeg", "webp", "gif", "bmp", "avif"];

/// The couples of two folders (searched to the bottom for pictures, by their endings in upper or lower case), or of two files; sorted by name.
/// A file is named by the new one's file name.
pub(crate) fn couples(old: &Path, new: &Path) -> Result<Vec<Couple>> {
    let is_folder = |path: &Path| match std::fs::metadata(path) {
        Ok(found) => Ok(found.is_dir()),
        Err(cause) => Err(Problem::usage(format!("can't compare {}", path.display()))
            .why(cause)
            .fix("give two PNG files, or two folders of them")),
    };
    match (is_folder(old)?, is_folder(new)?) {
        (true, true) => Ok(folder_couples(old, new)),
        (false, false) => {
            let name = new.file_name().unwrap_or(new.as_os_str());
            let name = RepoPath::relative(Path::new(""), Path::new(name)).unwrap_or_default();
            Ok(vec![Couple { name, old: Entry::File(old.to_owned()), new: Entry::File(new.to_owned()) }])
        }
        (old_is_folder, _) => {
            let (folder, file) = if old_is_folder { (old, new) } else { (new, old) };
            Err(Problem::usage(format!("can't compare {} with {}", old.display(), new.display()))
                .why(format!("{} is a folder and {} is a file", folder.display(), file.display()))
                .fix("give two PNG files, or two folders of them"))
        }
    }
}

/// The couples of two folders. One that isn't there holds no pictures.
pub(crate) fn folder_couples(old: &Path, new: &Path) -> Vec<Couple> {
    let mut new = pictures(new);
    let mut couples: Vec<Couple> = pictures(old)
        .into_iter()
        .map(|(name, old)| Couple { new: new.remove(&name).unwrap_or(Entry::Absent), name, old })
        .collect();
    couples.extend(new.into_iter().map(|(name, new)| Couple { name, old: Entry::Absent, new }));
    couples.sort_by(|one, two| one.name.cmp(&two.name));
    couples
}

/// The pictures below a folder, by their path in it. A folder that can't be listed is an unreadable entry of its own, so that
/// what it may hold isn't passed over; one that isn't there holds none.
pub(crate) fn pictures(folder: &Path) -> BTreeMap<RepoPath, Entry> {
    let mut found = BTreeMap::new();
    let is_absent =
        std::fs::metadata(folder).is_err_and(|cause| cause.kind() == std::io::ErrorKind::NotFound);
    if !is_absent {
        list(folder, folder, &mut Vec::new(), &mut found);
    }
    found
}

fn list(top: &Path, folder: &Path, above: &mut Vec<PathBuf>, found: &mut BTreeMap<RepoPath, Entry>) {
    let mut unreadable = |path: &Path, why: String| {
        let name = if path == top { ".".into() } else { RepoPath::relative(top, path).unwrap_or_default() };
        found.insert(name, Entry::Unreadable(why));
    };
    let own = match folder.canonicalize() {
        Ok(own) if above.contains(&own) => {
            return unreadable(folder, "the link leads back to a folder above it".to_owned());
        }
        Ok(own) => own,
        Err(cause) => return unreadable(folder, cause.to_string()),
    };
    let entries = match std::fs::read_dir(folder).and_then(Iterator::collect::<std::io::Result<Vec<_>>>) {
        Ok(entries) => entries,
        Err(cause) => return unreadable(folder, cause.to_string()),
    };
    above.push(own);
    for path in entries.into_iter().map(|entry| entry.path()) {
        let is_picture = path
            .extension()
            .is_some_and(|extension| ENDINGS.iter().any(|ending| extension.eq_ignore_ascii_case(ending)));
        let name = RepoPath::relative(top, &path).unwrap_or_default();
        match std::fs::metadata(&path) {
            Ok(what) if what.is_dir() => list(top, &path, above, found),
            Ok(what) if is_picture && what.is_file() => {
                found.insert(name, Entry::File(path));
            }
            Ok(_) if is_picture => {
                found.insert(name, Entry::Unreadable("it is no regular file".to_owned()));
            }
            Err(cause) if is_picture => {
                found.insert(name, Entry::Unreadable(cause.to_string()));
            }
            Ok(_) | Err(_) => {}
        }
    }
    above.pop();
}

#[cfg(test)]
mod tests {
    use xtask_core::files::write;
    use xtask_core::model::ProblemKind;

    use super::*;

    fn names(couples: &[Couple]) -> Vec<String> {
        let side = |entry: &Entry| match entry {
            Entry::File(_) => "+",
            Entry::Absent => "-",
            Entry::Unreadable(_) => "!",
        };
        couples
            .iter()
            .map(|couple| format!("{}{} {}", side(&couple.old), side(&couple.new), couple.name))
            .collect()
    }

    #[test]
    fn pictures_of_the_same_name_belong_together() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        for name in ["b.png", "a/deep/x.PNG", "gone.png", "notes.txt", ".hidden.png"] {
            write(&old.join(name), b"").unwrap();
        }
        for name in ["b.png", "a/deep/x.PNG", "z.png", "a.png", "B.png", "png"] {
            write(&new.join(name), b"").unwrap();
        }
        assert_eq!(
            names(&couples(&old, &new).unwrap()),
            [
                "+- .hidden.png",
                "-+ B.png",
                "-+ a.png",
                "++ a/deep/x.PNG",
                "++ b.png",
                "+- gone.png",
                "-+ z.png"
            ]
        );
    }

    #[test]
    fn two_files_are_a_couple_whatever_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("one.png"), folder.path().join("two.image"));
        write(&old, b"").unwrap();
        write(&new, b"").unwrap();
        assert_eq!(names(&couples(&old, &new).unwrap()), ["++ two.image"]);
        for (old, new) in [
            (folder.path(), new.as_path()),
            (old.as_path(), folder.path()),
            (Path::new("/nowhere/at/all"), new.as_path()),
        ] {
            assert_eq!(couples(old, new).unwrap_err().kind, ProblemKind::Usage);
        }
    }

    #[test]
    fn a_folder_that_is_not_there_holds_nothing() {
        assert!(pictures(Path::new("/nowhere/at/all")).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_loops_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().join("top");
        write(&top.join("real/a.png"), b"").unwrap();
        std::os::unix::fs::symlink("real", top.join("link")).unwrap();
        std::os::unix::fs::symlink("..", top.join("real/up")).unwrap();
        std::os::unix::fs::symlink("nowhere", top.join("dangling.png")).unwrap();
        let couples = couples(&top, &top).unwrap();
        assert_eq!(
            names(&couples),
            ["!! dangling.png", "++ link/a.png", "!! link/up", "++ real/a.png", "!! real/up"]
        );
    }
}
