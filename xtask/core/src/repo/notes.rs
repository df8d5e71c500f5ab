//! Notes on commits, in the form that `git notes --ref` reads and writes. libgit2 writes under the reference's lock; the
//! git program, where it must stand in, takes that only at the end, so that of two writers at once one may lose.

use std::time::{Duration, Instant};

use git2::{ErrorCode, ObjectType, Oid, Reference, Repository, Signature, Transaction, Tree};

use super::git_program::{finish, run, said};
use super::library::{Refusal, oid};
use super::revision::parse_id;
use super::{ObjectId, Repo};
use crate::model::{Problem, Result};

/// Who writes where git knows no name.
const NAME: &str = "xtask";
const EMAIL: &str = "xtask@localhost";
/// So long does a writer wait for another one; each holds the lock for some milliseconds.
const LOCK_WAIT: Duration = Duration::from_secs(2);

/// The note of a commit.
pub(super) fn read(repo: &Repo, reference: &str, commit: &ObjectId) -> Result<Option<Vec<u8>>> {
    let reference = &full_name(reference)?;
    let blob = repo.ask(
        |repository| match repository.find_note(Some(reference), oid(commit)?) {
            Ok(note) => Ok(Some(super::library::object_id(note.id())?)),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        },
        || {
            let git = repo.git().args(["notes", "--ref", reference, "list", &commit.to_string()]);
            let ended = run(&git)?;
            match ended.code {
                Some(0) => Ok(parse_id(&ended.stdout)),
                Some(1) => Ok(None),
                _ => Err(Problem::invalid(format!("can't read the note of {commit}")).why(said(&ended))),
            }
        },
    )?;
    blob.map(|id| repo.blobs()?.read(&id)).transpose()
}

/// Writes the note of a commit.
pub(super) fn write(repo: &Repo, reference: &str, commit: &ObjectId, text: &[u8]) -> Result<()> {
    let reference = &full_name(reference)?;
    repo.ask(
        |repository| by_library(repository, reference, commit, text),
        || by_program(repo, reference, commit, text),
    )
}

/// The reference in full, as `git notes --ref` expands it.
fn full_name(reference: &str) -> Result<String> {
    let name = if reference.starts_with("refs/notes/") {
        reference.to_owned()
    } else if reference.starts_with("notes/") {
        format!("refs/{reference}")
    } else {
        format!("refs/notes/{reference}")
    };
    if Reference::is_valid_name(&name) {
        Ok(name)
    } else {
        Err(Problem::usage(format!("{reference:?} can't be the name of notes"))
            .why("git allows no such reference")
            .fix("name it as in refs/notes/xtask"))
    }
}

fn by_library(
    repository: &Repository,
    reference: &str,
    commit: &ObjectId,
    text: &[u8],
) -> Result<(), Refusal> {
    // A note on nothing would never be seen again.
    repository.find_object(oid(commit)?, None)?;
    let blob = repository.blob(text)?;
    let author = repository.signature().or_else(|_| Signature::now(NAME, EMAIL))?;
    // Under the lock of the reference: what another process writes at the same time stays.
    let mut transaction = repository.transaction()?;
    lock(&mut transaction, reference)?;
    let parent = match repository.find_reference(reference) {
        Ok(found) => Some(found.peel_to_commit()?),
        Err(error) if error.code() == ErrorCode::NotFound => None,
        Err(error) => return Err(error.into()),
    };
    let old = parent.as_ref().map(git2::Commit::tree).transpose()?;
    let tree = with_note(repository, old.as_ref(), &commit.to_string(), blob)?;
    let tree = repository.find_tree(tree)?;
    let parents: Vec<_> = parent.iter().collect();
    let message = "Notes added by xtask";
    let new = repository.commit(None, &author, &author, message, &tree, &parents)?;
    transaction.set_target(reference, new, Some(&author), message)?;
    transaction.commit()?;
    Ok(())
}

/// Takes the lock of the reference, waiting for others that hold it.
fn lock(transaction: &mut Transaction<'_>, reference: &str) -> Result<(), git2::Error> {
    let begun = Instant::now();
    loop {
        match transaction.lock_ref(reference) {
            Err(error) if error.code() == ErrorCode::Locked && begun.elapsed() < LOCK_WAIT => {
                std::thread::sleep(Duration::from_millis(2));
            }
            end => return end,
        }
    }
}

/// The notes' tree with this note: below the folders of two digits that git makes when notes are many, and nowhere else.
fn with_note(
    repository: &Repository,
    tree: Option<&Tree<'_>>,
    digits: &str,
    blob: Oid,
) -> Result<Oid, git2::Error> {
    let mut builder = repository.treebuilder(tree)?;
    let (folder, rest) = digits.split_at(2.min(digits.len()));
    let fanned = tree.is_some_and(|tree| {
        tree.iter().any(|entry| entry.kind() == Some(ObjectType::Tree) && entry.name_bytes().len() == 2)
    });
    if fanned && !rest.is_empty() {
        let below = match tree.and_then(|tree| tree.get_name(folder)) {
            Some(entry) if entry.kind() == Some(ObjectType::Tree) => Some(repository.find_tree(entry.id())?),
            _ => None,
        };
        let below = with_note(repository, below.as_ref(), rest, blob)?;
        builder.insert(folder, below, 0o040_000)?;
        if builder.get(digits)?.is_some() {
            builder.remove(digits)?;
        }
    } else {
        builder.insert(digits, blob, 0o100_644)?;
    }
    builder.write()
}

/// `git notes add` would tidy the text: a blob is taken as it is.
fn by_program(repo: &Repo, reference: &str, commit: &ObjectId, text: &[u8]) -> Result<()> {
    if repo.git_answer(["cat-file", "-e", &commit.to_string()])?.is_none() {
        return Err(Problem::usage(format!("can't write a note on {commit}"))
            .why("the repository has no such object")
            .fix("git fetch"));
    }
    let output = finish(&repo.git().args(["hash-object", "-w", "--stdin"]).input(text))?;
    let blob = parse_id(&output).ok_or_else(|| super::git_program::garbled("a blob"))?;
    let commit = commit.to_string();
    let blob = blob.to_string();
    let named = repo.git_answer(["var", "GIT_COMMITTER_IDENT"])?.is_some();
    let mut git = repo.git();
    if !named {
        for (role, value) in [("NAME", NAME), ("EMAIL", EMAIL)] {
            git = git
                .variable(format!("GIT_AUTHOR_{role}"), value)
                .variable(format!("GIT_COMMITTER_{role}"), value);
        }
    }
    let git = git.args(["notes", "--ref", reference, "add", "-f", "-C", &blob, &commit]);
    finish(&git).map(drop)
}
