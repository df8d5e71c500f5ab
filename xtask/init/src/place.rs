//! Whether a file may be created at a path: nothing is there, and its folders lie inside the repository.

use std::path::Path;

use xtask_core::model::RepoPath;

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nothing: a file may be created.
    Free,
    /// Something, or its folder can't hold a file of ours: why.
    Taken(String),
}

/// What is at `path` below `root`.
pub(crate) fn check(root: &Path, path: &RepoPath) -> Place {
    let full = path.below(root);
    match std::fs::symlink_metadata(&full) {
        Ok(found) if found.is_dir() => return Place::Taken("a folder of this name is there".to_owned()),
        Ok(found) if found.is_symlink() => return Place::Taken("a link of this name is there".to_owned()),
        Ok(_) => return Place::Taken("it exists".to_owned()),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {}
        Err(cause) => return Place::Taken(format!("what is there can't be seen: {cause}")),
    }
    let Some(folder) = full.ancestors().skip(1).find(|folder| folder.exists()) else {
        return Place::Taken("the repository's folder is gone".to_owned());
    };
    if !folder.is_dir() {
        let shown = folder.strip_prefix(root).unwrap_or(folder).display();
        return Place::Taken(format!("{shown} is a file, and should be a folder"));
    }
    match (folder.canonicalize(), root.canonicalize()) {
        (Ok(folder), Ok(root)) if folder.starts_with(&root) => Place::Free,
        (Ok(folder), Ok(_)) => Place::Taken(format!(
            "its folder is a link that leads out of the repository, to {}",
            folder.display()
        )),
        (Err(cause), _) | (_, Err(cause)) => Place::Taken(format!("its folder can't be seen: {cause}")),
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "fixtures")]
mod tests {
    use super::*;

    #[test]
    fn only_a_free_place_inside_counts() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::write(root.join("file"), "x").unwrap();
        std::fs::create_dir(root.join("folder")).unwrap();
        for (path, taken) in [
            ("new", None),
            ("folder/new", None),
            ("deep/er/new", None),
            ("file", Some("it exists")),
            ("folder", Some("a folder")),
            ("file/new", Some("file is a file")),
        ] {
            match (check(root, &RepoPath::from(path)), taken) {
                (Place::Free, None) => {}
                (Place::Taken(why), Some(part)) if why.contains(part) => {}
                // On Unix a path below a file is `NotADirectory`, told in the system's words.
                (Place::Taken(why), Some(_)) if path == "file/new" => {
                    assert!(why.contains("can't be seen"), "{why}");
                }
                (other, _) => panic!("{path}: {other:?}"),
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed_out_of_the_repository() {
        let outside = tempfile::tempdir().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::os::unix::fs::symlink(outside.path(), root.join(".github")).unwrap();
        std::os::unix::fs::symlink(root.join("nothing"), root.join("xtask.toml")).unwrap();
        std::os::unix::fs::symlink("gone", root.join("dangling")).unwrap();
        for (path, part) in [
            (".github/workflows/xtask.yml", "out of the repository"),
            ("xtask.toml", "a link"),
            ("dangling/new", ""),
        ] {
            match check(root, &RepoPath::from(path)) {
                Place::Taken(why) => assert!(why.contains(part), "{path}: {why}"),
                // A dangling link as a folder is found when it is written through.
                Place::Free => assert_eq!(path, "dangling/new"),
            }
        }
    }
}
