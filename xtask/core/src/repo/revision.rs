//! What revisions name, their common ancestors, and the state of HEAD.

use git2::{ErrorCode, ObjectType, Repository};

use super::library::{Refusal, object_id, oid};
use super::{ObjectId, Repo, Shape};
use crate::model::{Problem, RepoPath, Result};

/// What a revision is to name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Peel {
    Commit,
    Tree,
}

/// The object that `revision` names.
pub(super) fn resolve(repo: &Repo, revision: &str, peel: Peel) -> Result<ObjectId> {
    // A name can't begin with a dash; git would take it for an option.
    let sane = !revision.is_empty() && !revision.starts_with('-') && !revision.contains(['\0', '\n']);
    let found = if sane {
        repo.ask(
            // libgit2 knows fewer forms of names: what is no name is for git to say.
            |repository| by_library(repository, revision, peel).map(Some).map_err(|_| Refusal::NotMine),
            || by_program(repo, revision, peel),
        )?
    } else {
        None
    };
    found.ok_or_else(|| unknown(repo, revision, peel))
}

fn by_library(repository: &Repository, revision: &str, peel: Peel) -> Result<ObjectId, git2::Error> {
    let kind = match peel {
        Peel::Commit => ObjectType::Commit,
        Peel::Tree => ObjectType::Tree,
    };
    let object = repository.revparse_single(revision)?.peel(kind)?;
    object_id(object.id())
}

fn by_program(repo: &Repo, revision: &str, peel: Peel) -> Result<Option<ObjectId>> {
    let kind = match peel {
        Peel::Commit => "commit",
        Peel::Tree => "tree",
    };
    let name = format!("{revision}^{{{kind}}}");
    let answer = repo.git_answer(["rev-parse", "--verify", "--quiet", &name])?;
    Ok(answer.as_deref().and_then(parse_id))
}

/// The object's name in what git wrote.
pub(super) fn parse_id(answer: &[u8]) -> Option<ObjectId> {
    ObjectId::from_hex(std::str::from_utf8(answer).ok()?.trim_end())
}

fn unknown(repo: &Repo, revision: &str, peel: Peel) -> Problem {
    let kind = match peel {
        Peel::Commit => "commit",
        Peel::Tree => "commit or tree",
    };
    let shown = if revision.is_empty() { "an empty name" } else { revision };
    let problem = Problem::usage(format!("{shown} names no {kind}"));
    let shape = shape(repo).unwrap_or_default();
    if shape.empty && (revision.starts_with("HEAD") || revision.starts_with('@')) {
        problem.why("the branch has no commit yet").fix("make the first commit")
    } else if shape.shallow {
        problem.why("this is a shallow clone, which may not hold it").fix("git fetch --unshallow")
    } else if let Some((remote, branch)) = revision.split_once('/')
        && repo.common_dir.join("refs/remotes").join(remote).is_dir()
    {
        problem.why("nothing fetched has this name").fix(format!("git fetch {remote} {branch}"))
    } else {
        problem
            .why("no branch, tag or object has this name")
            .fix("git fetch, or name one that `git log` shows")
    }
}

/// The best common ancestor; `None` where there is none.
pub(super) fn merge_base(repo: &Repo, one: &str, two: &str) -> Result<Option<ObjectId>> {
    let one = resolve(repo, one, Peel::Commit)?;
    let two = resolve(repo, two, Peel::Commit)?;
    repo.ask(
        |repository| match repository.merge_base(oid(&one)?, oid(&two)?) {
            Ok(base) => Ok(Some(object_id(base)?)),
            Err(error) if error.code() == ErrorCode::NotFound && !is_shallow(repo) => Ok(None),
            Err(error) => Err(error.into()),
        },
        || {
            let git = repo.git().args(["merge-base", &one.to_string(), &two.to_string()]);
            let ended = super::git_program::run(&git)?;
            match ended.code {
                Some(0) => Ok(parse_id(&ended.stdout)),
                Some(1) => Ok(None),
                _ => {
                    Err(Problem::invalid(format!("{} failed", git.show()))
                        .why(super::git_program::said(&ended)))
                }
            }
        },
    )
}

/// What is unusual about it.
pub(super) fn shape(repo: &Repo) -> Result<Shape> {
    let (empty, detached) = repo.ask(
        |repository| match repository.head() {
            Ok(_) => Ok((false, repository.head_detached()?)),
            Err(error) if error.code() == ErrorCode::UnbornBranch => Ok((true, false)),
            Err(error) => Err(error.into()),
        },
        || {
            let branch = repo.git_answer(["symbolic-ref", "--quiet", "HEAD"])?;
            let commit = repo.git_answer(["rev-parse", "--verify", "--quiet", "HEAD"])?;
            Ok((commit.is_none(), branch.is_none()))
        },
    )?;
    Ok(Shape { bare: repo.work_dir.is_none(), shallow: is_shallow(repo), empty, detached })
}

/// The branch that HEAD names.
pub(super) fn head_branch(repo: &Repo) -> Result<Option<RepoPath>> {
    repo.ask(
        |repository| {
            let head = repository.find_reference("HEAD")?;
            match head.symbolic_target_bytes() {
                // What stands in HEAD where the refs are elsewhere (reftable).
                Some(b"refs/heads/.invalid") => Err(Refusal::NotMine),
                target => Ok(target.map(RepoPath::new)),
            }
        },
        || Ok(repo.git_answer(["symbolic-ref", "--quiet", "HEAD"])?.map(RepoPath::new)),
    )
}

/// Whether history is cut off: git keeps the list of the commits at the cut.
fn is_shallow(repo: &Repo) -> bool {
    repo.common_dir.join("shallow").metadata().is_ok_and(|file| file.len() > 0)
}
