//! Carries out the plan. A file is created only where nothing is, checked by the system in the moment of writing; an edit
//! is made only to the text that the plan was made from.

use std::io::Write;
use std::path::Path;

use xtask_core::files;
use xtask_core::model::{Problem, RepoPath, Result};

use crate::place::{self, Place};
use crate::plan::{Action, InitPlan, PlannedFile};

/// Writes what the plan says, in its order, and gives the paths that were written. On an error the files before it stay
/// written and are named: running again goes on with the rest.
pub fn apply(plan: &InitPlan) -> Result<Vec<RepoPath>> {
    let mut written = Vec::new();
    for file in &plan.files {
        let done = match &file.action {
            Action::Skip { .. } => continue,
            Action::Create => create(&plan.root, file),
            Action::Edit { old } => edit(&plan.root, file, old),
        };
        done.map_err(|problem| after(problem, &written))?;
        written.push(file.path.clone());
    }
    Ok(written)
}

/// The problem, with what had been written before it.
fn after(problem: Problem, written: &[RepoPath]) -> Problem {
    if written.is_empty() {
        return problem;
    }
    let names: Vec<String> = written.iter().map(ToString::to_string).collect();
    let why = format!("{} (written before: {})", problem.why, names.join(", "));
    problem.why(why)
}

fn create(root: &Path, file: &PlannedFile) -> Result<()> {
    if let Place::Taken(why) = place::check(root, &file.path) {
        return Err(Problem::usage(format!("won't write {}", file.path))
            .why(why)
            .fix("run `xtask init` again: it plans around what is there"));
    }
    let path = file.path.below(root);
    let attempt = || -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(root);
        std::fs::create_dir_all(folder)?;
        let mut temporary = new_file().tempfile_in(folder)?;
        temporary.write_all(file.content.as_bytes())?;
        temporary.as_file().sync_all()?;
        temporary.persist_noclobber(&path).map_err(|failed| failed.error)?;
        Ok(())
    };
    attempt().map_err(|cause| {
        Problem::invalid(format!("can't write {}", file.path)).why(&cause).fix(match cause.kind() {
            std::io::ErrorKind::AlreadyExists => "run `xtask init` again: it plans around what is there",
            _ => "make room or give write permission there, then run `xtask init` again",
        })
    })
}

/// Temporary files with the permissions of any new file; the umask takes its share.
fn new_file() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".xtask-init-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder
}

fn edit(root: &Path, file: &PlannedFile, old: &str) -> Result<()> {
    // A link stays a link: what it leads to is edited.
    let path = file.path.below(root);
    let path = path.canonicalize().unwrap_or(path);
    if files::read(&path)? != old.as_bytes() {
        return Err(Problem::usage(format!("won't edit {}", file.path))
            .why("it changed since the plan was made")
            .fix("run `xtask init` again"));
    }
    files::write(&path, file.content.as_bytes())
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "fixtures")]
mod tests {
    use super::*;
    use xtask_core::model::ProblemKind;

    fn plan(root: &Path, files: Vec<PlannedFile>) -> InitPlan {
        InitPlan { root: root.to_owned(), found: Vec::new(), files, notes: Vec::new() }
    }

    fn file(path: &str, action: Action) -> PlannedFile {
        PlannedFile { path: path.into(), content: "new\n".to_owned(), action }
    }

    #[test]
    fn files_are_created_and_edited_and_the_rest_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::write(root.join("edit"), "old\n").unwrap();
        let files = vec![
            file("a/b/new", Action::Create),
            file("edit", Action::Edit { old: "old\n".to_owned() }),
            PlannedFile::skip("kept".into(), "it exists"),
        ];
        let written = apply(&plan(root, files)).unwrap();
        assert_eq!(written, ["a/b/new".into(), "edit".into()] as [RepoPath; 2]);
        assert_eq!(std::fs::read_to_string(root.join("a/b/new")).unwrap(), "new\n");
        assert_eq!(std::fs::read_to_string(root.join("edit")).unwrap(), "new\n");
        assert!(!root.join("kept").exists());
        assert_eq!(std::fs::read_dir(root.join("a/b")).unwrap().count(), 1, "no temporary file stays");
    }

    #[test]
    fn what_came_in_between_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::write(root.join("taken"), "theirs\n").unwrap();
        let problem = apply(&plan(root, vec![file("first", Action::Create), file("taken", Action::Create)]))
            .unwrap_err();
        assert_eq!(problem.kind, ProblemKind::Usage);
        assert!(problem.why.contains("written before: first"), "{problem}");
        let edit = Action::Edit { old: "older\n".to_owned() };
        assert!(apply(&plan(root, vec![file("taken", edit)])).is_err());
        assert_eq!(std::fs::read_to_string(root.join("taken")).unwrap(), "theirs\n");
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_has_the_permissions_of_any_new_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("plain"), "").unwrap();
        apply(&plan(folder.path(), vec![file("new", Action::Create)])).unwrap();
        let mode = |name: &str| folder.path().join(name).metadata().unwrap().permissions().mode();
        assert_eq!(mode("new"), mode("plain"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_place_that_takes_no_file_is_told() {
        // Nobody, root included, can create files there.
        let problem = apply(&plan(Path::new("/proc/self"), vec![file("new", Action::Create)])).unwrap_err();
        assert_eq!(problem.kind, ProblemKind::Invalid);
        assert!(problem.fix.contains("write permission"), "{problem}");
    }
}
