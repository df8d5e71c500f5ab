//! Notes on commits, in the form that `git notes --ref` reads and writes.

use git2::{ErrorCode, ObjectType, Oid, Reference, Repository, Signature, Tree};

use super::git_program::{finish, run, said};
use super::library::{Refusal, oid};
use super::revision::parse_id;
use super::{ObjectId, Repo};
use crate::model::{Problem, Result};

/// Who writes where git knows no name.
const NAME: &str = "xtask";
const EMAIL: &str = "xtask@localhost";
/// So often does a writer begin anew when another one was faster.
const ATTEMPTS: usize = 20;

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

fn by_library(repository: &Repository, reference: &str, commit: &ObjectId, text: &[u8]) -> Result<(), Refusal> {
    // A note on nothing would never be seen again.
    repository.find_object(oid(commit)?, None)?;
    let blob = repository.blob(text)?;
    let author = repository
        .signature()
        .or_else(|_| Signature::now(NAME, EMAIL))?;
    for attempt in 1.. {
        let parent = match repository.find_reference(reference) {
            Ok(found) => Some(found.peel_to_commit()?),
            Err(error) if error.code() == ErrorCode::NotFound => None,
            Err(error) => return Err(error.into()),
        };
        let old = parent.as_ref().map(git2::Commit::tree).transpose()?;
        let tree = with_note(repository, old.as_ref(), &commit.to_string(), blob)?;
        let tree = repository.find_tree(tree)?;
        let parents: Vec<_> = parent.iter().collect();
        let message = "Notes added by xtask\n";
        let new = repository.commit(None, &author, &author, message, &tree, &parents)?;
        // The reference changes only from what was read: a note that another process wrote meanwhile stays.
        let moved = match &parent {
            Some(parent) => repository.reference_matching(reference, new, true, parent.id(), message.trim()),
            None => repository.reference(reference, new, false, message.trim()),
        };
        match moved {
            Ok(_) => return Ok(()),
            Err(error)
                if attempt < ATTEMPTS
                    && matches!(
                        error.code(),
                        ErrorCode::Modified | ErrorCode::Exists | ErrorCode::Locked | ErrorCode::NotFound
                    ) =>
            {
                std::thread::yield_now();
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
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
        tree.iter()
            .any(|entry| entry.kind() == Some(ObjectType::Tree) && entry.name_bytes().len() == 2)
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
