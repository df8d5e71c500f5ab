//! Finding the repository of a folder, as git does.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use bstr::ByteSlice;
use git2::{ErrorCode, Repository, RepositoryOpenFlags};

use super::git_program::{finish, first_line, git, run, said};
use super::{Backend, Repo};
use crate::environment::Environment;
use crate::exec::Process;
use crate::model::{Problem, Result};

/// Variables that move objects elsewhere (a receiving repository's quarantine): only the git program follows them all.
const OBJECT_FOLDERS: [&str; 3] =
    ["GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR"];

/// The repository that holds `start`; `None` where there is none.
pub(super) fn discover(start: &Path, environment: &Environment) -> Result<Option<Repo>> {
    let start = &std::path::absolute(start)
        .map_err(|cause| Problem::invalid(format!("can't find {}", start.display())).why(cause))?;
    if !start.is_dir() {
        return Err(
            Problem::usage(format!("there is no folder {}", start.display())).fix("name one that exists")
        );
    }
    let found = if OBJECT_FOLDERS.iter().any(|name| environment.get(name).is_some()) {
        by_program(start, environment)?
    } else {
        match by_library(start, environment) {
            Ok(found) => Some(found),
            // Nothing like a repository: no need to start git for that answer.
            Err(error) if error.code() == ErrorCode::NotFound && !hints(start, environment) => None,
            Err(_) => by_program(start, environment)?,
        }
    };
    Ok(found.map(|mut repo| {
        if let Some(file) = environment.path("GIT_INDEX_FILE") {
            repo.index_file = start.join(file);
        }
        repo
    }))
}

/// Whether something says that there should be a repository.
fn hints(start: &Path, environment: &Environment) -> bool {
    environment.get("GIT_DIR").is_some()
        || start.ancestors().any(|folder| folder.join(".git").symlink_metadata().is_ok())
}

fn by_library(start: &Path, environment: &Environment) -> Result<Repo, git2::Error> {
    let ceilings: Vec<OsString> = environment
        .get("GIT_CEILING_DIRECTORIES")
        .map(|list| std::env::split_paths(list).map(PathBuf::into_os_string).collect())
        .unwrap_or_default();
    let given = environment.path("GIT_DIR");
    let repository = if let Some(dir) = &given {
        let flags = RepositoryOpenFlags::NO_SEARCH | RepositoryOpenFlags::NO_DOTGIT;
        Repository::open_ext(start.join(dir), flags, std::iter::empty::<&str>())?
    } else {
        let across = environment
            .text("GIT_DISCOVERY_ACROSS_FILESYSTEM")
            .is_some_and(|value| !matches!(value, "0" | "false"));
        let flags = if across { RepositoryOpenFlags::CROSS_FS } else { RepositoryOpenFlags::empty() };
        Repository::open_ext(start, flags, ceilings)?
    };
    let configured = || repository.config().and_then(|config| config.get_path("core.worktree")).is_ok();
    let work_dir = match environment.path("GIT_WORK_TREE") {
        Some(top) => Some(start.join(top)),
        // As git has it: with GIT_DIR alone, where you are is the top.
        None if given.is_some() && !repository.is_bare() && !configured() => Some(start.to_owned()),
        None => repository.workdir().map(Path::to_owned),
    };
    Ok(repo(repository.path(), repository.commondir(), work_dir, Backend::Library))
}

pub(super) fn by_program(start: &Path, environment: &Environment) -> Result<Option<Repo>> {
    let ask = |question: &str| given(git(start), environment).args(["rev-parse", question]);
    let ended = run(&ask("--absolute-git-dir"))?;
    if ended.code != Some(0) {
        let why = said(&ended);
        let none = why.starts_with("not a git repository") && !hints(start, environment);
        return if none { Ok(None) } else { Err(refused(start, &why)) };
    }
    let path = |output| bytes_path(&first_line(output));
    let git_dir = path(ended.stdout)?;
    let common_dir = start.join(path(finish(&ask("--git-common-dir"))?)?);
    let top = run(&ask("--show-toplevel"))?;
    let work_dir = match top.code {
        Some(0) if !top.stdout.is_empty() => Some(path(top.stdout)?),
        _ => None,
    };
    Ok(Some(repo(&git_dir, &common_dir, work_dir, Backend::Program)))
}

/// The process with the variables that say where the repository is. (They are in the process's own environment, too,
/// unless this is a test.)
fn given(git: Process, environment: &Environment) -> Process {
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_CEILING_DIRECTORIES"].into_iter().chain(OBJECT_FOLDERS).fold(
        git,
        |git, name| match environment.get(name) {
            Some(value) => git.variable(name, value),
            None => git.without_variable(name),
        },
    )
}

fn repo(git_dir: &Path, common_dir: &Path, work_dir: Option<PathBuf>, backend: Backend) -> Repo {
    // Collecting the parts drops the slash at the end and the dots between.
    let clean = |path: &Path| {
        let parts: PathBuf = path.components().collect();
        if parts.components().any(|part| part.as_os_str() == "..") {
            parts.canonicalize().unwrap_or(parts)
        } else {
            parts
        }
    };
    let git_dir = clean(git_dir);
    Repo {
        index_file: git_dir.join("index"),
        common_dir: clean(common_dir),
        work_dir: work_dir.map(|top| clean(&top)),
        git_dir,
        backend,
    }
}

/// The path of bytes that git gave.
pub(super) fn bytes_path(bytes: &[u8]) -> Result<PathBuf> {
    let path =
        bytes.to_path().map_err(|cause| Problem::invalid("can't read a path that git gave").why(cause))?;
    Ok(path.to_owned())
}

/// The problem of a repository that git won't open.
fn refused(start: &Path, why: &str) -> Problem {
    let what = format!("git refuses the repository of {}", start.display());
    let advice =
        why.lines().find_map(|line| line.trim().strip_prefix("git config --global --add safe.directory "));
    match advice {
        Some(folder) => Problem::usage(what)
            .why("it belongs to another user")
            .fix(format!("git config --global --add safe.directory {folder}")),
        None => Problem::usage(what).why(why),
    }
}
