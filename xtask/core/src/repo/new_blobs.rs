//! Writing blobs into the object database: by libgit2, by the git program where objects go elsewhere or have long names.

use git2::ObjectType;

use super::git_program::{finish, garbled};
use super::library::{Refusal, object_id};
use super::revision::parse_id;
use super::{ObjectId, Repo};
use crate::model::Result;

/// Writes one blob.
pub(super) fn write(repo: &Repo, bytes: &[u8]) -> Result<ObjectId> {
    let mut ids = write_all(repo, &[bytes])?;
    ids.pop().ok_or_else(|| garbled("a new blob"))
}

/// Writes these blobs and gives their names in the same order.
pub(super) fn write_all(repo: &Repo, contents: &[&[u8]]) -> Result<Vec<ObjectId>> {
    if contents.is_empty() {
        return Ok(Vec::new());
    }
    repo.ask(
        |repository| {
            if repo.is_sha256() {
                return Err(Refusal::NotMine);
            }
            let objects = repository.odb()?;
            let write = |bytes: &&[u8]| -> Result<ObjectId, Refusal> {
                Ok(object_id(objects.write(ObjectType::Blob, bytes)?)?)
            };
            contents.iter().map(write).collect()
        },
        || contents.iter().map(|bytes| by_program(repo, bytes)).collect(),
    )
}

fn by_program(repo: &Repo, bytes: &[u8]) -> Result<ObjectId> {
    let git = repo.git().args(["hash-object", "-w", "--no-filters", "--stdin"]).input(bytes);
    parse_id(&finish(&git)?).ok_or_else(|| garbled("a new blob"))
}
