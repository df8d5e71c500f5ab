//! Reading blobs.

use std::collections::HashMap;

use git2::{ObjectType, Odb, Repository};

use super::git_program::{finish, garbled};
use super::index::take;
use super::library::oid;
use super::{ObjectId, Repo};
use crate::model::{Problem, Result};

/// So many bytes at most does [`Blobs::prefetch`] hold.
const PREFETCH_BYTES: usize = 64 << 20;

/// Reads blobs; for one thread.
///
/// libgit2 opens the object database alone, without the repository: that serves reftable and odd indexes too. What it
/// can't read (SHA-256, an object that a partial clone left out) the git program reads, one process a blob, or one for
/// many by [`Blobs::prefetch`].
pub struct Blobs {
    repo: Repo,
    objects: Objects,
    fetched: HashMap<ObjectId, Vec<u8>>,
}

/// Where libgit2 finds objects.
enum Objects {
    /// In the object database, opened alone.
    Alone(Odb<'static>),
    /// In the repository: its path isn't text, which the other way needs.
    Within(Repository),
    /// Nowhere.
    Unreadable,
}

impl Blobs {
    pub(super) fn open(repo: &Repo) -> Self {
        let objects = open_objects(repo);
        Self { repo: repo.clone(), objects, fetched: HashMap::new() }
    }

    /// The content of a blob. Other objects, and missing ones, are a problem.
    pub fn read(&mut self, id: &ObjectId) -> Result<Vec<u8>> {
        if let Some(bytes) = self.fetched.remove(id) {
            return Ok(bytes);
        }
        if let Some(bytes) = self.by_library(id) {
            return Ok(bytes);
        }
        self.repo.git_output(["cat-file", "blob", &id.to_string()]).map_err(|problem| {
            Problem::new(problem.kind, format!("can't read blob {id}")).why(problem.why).fix("git fsck")
        })
    }

    /// The first `most` bytes of a blob. Of one above 64 MB no more is held than these.
    pub fn start(&mut self, id: &ObjectId, most: usize) -> Result<Vec<u8>> {
        if self.size(id)? <= PREFETCH_BYTES as u64 {
            let mut bytes = self.read(id)?;
            bytes.truncate(most);
            return Ok(bytes);
        }
        // The library gives packed objects as a whole only. A capture keeps as much of the end as of the beginning.
        let git = self.repo.git().args(["cat-file", "blob", &id.to_string()]).capture_limit(most * 2);
        let mut bytes = finish(&git)?;
        bytes.truncate(most);
        Ok(bytes)
    }

    /// The size of a blob in bytes; its content isn't read for it.
    pub fn size(&mut self, id: &ObjectId) -> Result<u64> {
        if let Some(bytes) = self.fetched.get(id) {
            return Ok(bytes.len() as u64);
        }
        let header = |odb: &Odb<'_>| odb.read_header(oid(id).ok()?).ok().map(|(size, _)| size as u64);
        let known = match &self.objects {
            Objects::Alone(odb) => header(odb),
            Objects::Within(repository) => repository.odb().ok().as_ref().and_then(header),
            Objects::Unreadable => None,
        };
        if let Some(size) = known {
            return Ok(size);
        }
        let said = self.repo.git_output(["cat-file", "-s", &id.to_string()])?;
        let size = std::str::from_utf8(&said).ok().and_then(|size| size.trim_end().parse().ok());
        size.ok_or_else(|| garbled("a blob's size"))
    }

    /// Reads the first of these blobs ahead where each would cost a process (SHA-256), up to 64 MB, and returns how
    /// many; the others need another call. Where blobs cost little it returns all of them at once.
    pub fn prefetch(&mut self, ids: &[ObjectId]) -> Result<usize> {
        self.fetched.clear();
        if !matches!(self.objects, Objects::Unreadable) {
            return Ok(ids.len());
        }
        // A first process learns the sizes, so that the second one's output is bounded.
        let list = |ids: &[ObjectId]| -> Vec<u8> {
            ids.iter().flat_map(|id| format!("{id}\n").into_bytes()).collect()
        };
        let sizes = finish(&self.repo.git().args(["cat-file", "--batch-check"]).input(list(ids)))?;
        let mut total = 0;
        let count = sizes
            .split(|&byte| byte == b'\n')
            .take(ids.len())
            .take_while(|line| {
                total += size_of_line(line).unwrap_or(0);
                total <= PREFETCH_BYTES
            })
            .count()
            .max(usize::from(!ids.is_empty()));
        let output = finish(&self.repo.git().args(["cat-file", "--batch"]).input(list(&ids[..count])))?;
        let mut rest = &output[..];
        for id in &ids[..count] {
            let line = take(&mut rest, b'\n').ok_or_else(|| garbled("blobs"))?;
            // A missing object has no size: reading it tells of the problem.
            let Some(size) = size_of_line(line) else { continue };
            let bytes = rest.get(..size).ok_or_else(|| garbled("blobs"))?;
            if line.split(|&byte| byte == b' ').nth(1) == Some(b"blob") {
                self.fetched.insert(*id, bytes.to_vec());
            }
            rest = rest.get(size + 1..).ok_or_else(|| garbled("blobs"))?;
        }
        Ok(count)
    }

    fn by_library(&self, id: &ObjectId) -> Option<Vec<u8>> {
        let content = |odb: &Odb<'_>| {
            let object = odb.read(oid(id).ok()?).ok()?;
            (object.kind() == ObjectType::Blob).then(|| object.data().to_vec())
        };
        match &self.objects {
            Objects::Alone(odb) => content(odb),
            Objects::Within(repository) => content(&repository.odb().ok()?),
            Objects::Unreadable => None,
        }
    }
}

/// The size in a line of `git cat-file --batch`: `ID TYPE SIZE`.
fn size_of_line(line: &[u8]) -> Option<usize> {
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    words.nth(2)?.parse().ok()
}

fn open_objects(repo: &Repo) -> Objects {
    if repo.is_for_program_only() {
        return Objects::Unreadable;
    }
    let folder = repo.common_dir.join("objects");
    let alone = folder.to_str().and_then(|folder| {
        let odb = Odb::new().ok()?;
        odb.add_disk_alternate(folder).ok()?;
        Some(Objects::Alone(odb))
    });
    alone.or_else(|| repo.open().ok().map(Objects::Within)).unwrap_or(Objects::Unreadable)
}
