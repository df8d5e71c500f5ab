//! Rolling back a change that is half done, and cleaning up after one that is done. Each step can be repeated: it looks at
//! what is there, and decides by that alone.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::path::Path;

use bstr::ByteSlice;

use super::folder::{Folder, Left};
use super::place::Place;
use super::plan::{Plan, Planned};
use super::replace::{Found, cant_replace, write_twin};
use super::{Recovered, Rescued, index_edits};
use crate::fault::transition;
use crate::model::{Problem, RepoPath, Result};
use crate::repo::{IndexEdit, IndexUpdate, Repo};

/// Someone may save a file again and again while it is put back.
const MOST_TURNS: usize = 16;

/// Rolls back or cleans up what a killed run left.
pub(super) fn recover(repo: &Repo, folder: &Folder) -> Result<Recovered> {
    match folder.left()? {
        Left::Nothing => Ok(Recovered::default()),
        Left::Begun(plan) => roll_back(repo, folder, &plan),
        Left::Applied(plan) => Ok(Recovered { kept: clean_up(repo, folder, &plan)?, ..Recovered::default() }),
    }
}

/// Puts files and index entries back as they were before the change, and removes the journal. Where the new content was committed
/// since, it stays. All files are tried before a problem with one is told; then the journal stays.
pub(super) fn roll_back(repo: &Repo, folder: &Folder, plan: &Plan) -> Result<Recovered> {
    let top = top(repo)?;
    let committed = committed(repo, plan)?;
    let mut recovered = Recovered::default();
    let mut problem = None;
    for file in plan.files().rev() {
        match put_back(top, folder, plan, file, committed.contains(file.path)) {
            Ok(End::AsBefore) => {}
            Ok(End::Restored) => recovered.restored.push(file.path.clone()),
            Ok(End::Kept(rescued)) => recovered.kept.push(rescued),
            Err(failed) => problem = problem.or(Some(failed)),
        }
        transition("a file is rolled back");
    }
    match entries_back(repo, plan, &committed) {
        Ok(entries) => recovered.entries = entries,
        Err(failed) => problem = problem.or(Some(failed)),
    }
    if let Some(problem) = problem {
        return Err(Problem { fix: format!("{}; then: xtask hooks recover", problem.fix), ..problem });
    }
    transition("everything is rolled back");
    folder.remove()?;
    recovered.restored.sort();
    recovered.kept.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(recovered)
}

/// Removes the twins and the journal of a change that is done. What an editor wrote into a file's old inode after it was
/// replaced is rescued.
pub(super) fn clean_up(repo: &Repo, folder: &Folder, plan: &Plan) -> Result<Vec<Rescued>> {
    let top = top(repo)?;
    let mut kept = Vec::new();
    for file in plan.files() {
        let twin = plan.twin(file.number);
        let failed = |cause| cant_replace(file.path, &cause);
        let Some(place) = Place::open(top, file.path).map_err(failed)? else { continue };
        place.remove(plan.part(file.number)).map_err(failed)?;
        let found = place.read(&twin).map_err(failed)?;
        if let Found::File(content) = &found
            && !is_known(&found, file)
        {
            let folder = folder.rescue(plan, file.number, "saved", file.path, &content.bytes)?;
            kept.push(Rescued { path: file.path.clone(), folder });
        }
        if matches!(found, Found::File(_)) {
            place.remove(&twin).map_err(failed)?;
        }
        place.remove_room(&plan.room(file.number)).map_err(failed)?;
        transition("a twin is removed");
    }
    folder.remove()?;
    Ok(kept)
}

/// The paths whose new content was committed since the plan was written (`git commit --no-verify` before the recovery).
fn committed(repo: &Repo, plan: &Plan) -> Result<HashSet<RepoPath>> {
    let Ok(head) = repo.resolve("HEAD") else { return Ok(HashSet::new()) };
    let (head, before) = (head.to_string(), plan.stored.head.as_deref());
    if before == Some(&head[..]) {
        return Ok(HashSet::new());
    }
    // The commit before may be gone: then all of HEAD is newer.
    let before = before.and_then(|before| repo.tree(before).ok()).unwrap_or_default();
    let before: HashSet<_> = before.into_iter().map(|entry| (entry.path, entry.mode, entry.id)).collect();
    let now: HashMap<_, _> = repo
        .tree(&head)?
        .into_iter()
        .map(|entry| (entry.path, entry.mode, entry.id))
        .filter(|entry| !before.contains(entry))
        .map(|(path, mode, id)| (path, (mode, id)))
        .collect();
    let mut committed = HashSet::new();
    for edit in index_edits(repo, &plan.index())? {
        if edit.new.is_some() && now.get(&edit.path).copied() == edit.new {
            committed.insert(edit.path);
        }
    }
    for file in plan.files() {
        let Some((_, id)) = now.get(file.path) else { continue };
        if repo.to_index(file.path, file.new.to_vec()).and_then(|bytes| repo.write_blob(&bytes))? == *id {
            committed.insert(file.path.clone());
        }
    }
    Ok(committed)
}

fn top(repo: &Repo) -> Result<&Path> {
    repo.work_dir().ok_or_else(|| {
        Problem::usage("can't recover files: there is no working tree").fix("run it in the working tree")
    })
}

/// How a file is after it was rolled back.
enum End {
    /// It wasn't replaced, or is as the user saved it.
    AsBefore,
    /// Its old content is back.
    Restored,
    /// It was edited since.
    Kept(Rescued),
}

/// Whether it is the old or the new content.
fn is_known(found: &Found, file: Planned<'_>) -> bool {
    *found != Found::Missing && (found.is(file.old) || found.is(Some(file.new)))
}

fn put_back(top: &Path, folder: &Folder, plan: &Plan, file: Planned<'_>, is_committed: bool) -> Result<End> {
    let failed = |cause| cant_replace(file.path, &cause);
    let Some(place) = Place::open(top, file.path).map_err(failed)? else {
        return if file.old.is_some() { keep(folder, plan, file) } else { Ok(End::AsBefore) };
    };
    let end = put_back_at(&place, folder, plan, file, is_committed)?;
    place.remove_room(&plan.room(file.number)).map_err(failed)?;
    Ok(end)
}

fn put_back_at(
    place: &Place,
    folder: &Folder,
    plan: &Plan,
    file: Planned<'_>,
    is_committed: bool,
) -> Result<End> {
    let failed = |cause| cant_replace(file.path, &cause);
    let twin = plan.twin(file.number);
    place.remove(plan.part(file.number)).map_err(failed)?;
    let mut restored = false;
    for _ in 0..MOST_TURNS {
        let beside = place.read(&twin).map_err(failed)?;
        let there = place.read(place.name()).map_err(failed)?;
        if beside != Found::Missing && !is_known(&beside, file) {
            // The user saved it in the very moment of the exchange.
            if !user_content_back(folder, plan, file, place, &beside, &there)? {
                return keep(folder, plan, file);
            }
            restored = false;
        } else if there.is(file.old) {
            place.remove(&twin).and_then(|()| place.sync()).map_err(failed)?;
            return Ok(if restored { End::Restored } else { End::AsBefore });
        } else if is_committed && there.is(Some(file.new)) {
            place.remove(&twin).map_err(failed)?;
            return Ok(End::AsBefore);
        } else if there.is(Some(file.new)) {
            turn(plan, file, place, &beside, &there).map_err(failed)?;
            restored = true;
        } else {
            // The twin still has the new content: the file was never replaced, or put back already.
            let end = if beside.is(Some(file.new)) { End::AsBefore } else { keep(folder, plan, file)? };
            place.remove(&twin).map_err(failed)?;
            return Ok(end);
        }
    }
    Err(Problem::invalid(format!("can't put {} back", file.path))
        .why("another program keeps changing it")
        .fix("close that program"))
}

/// One step from the new content to the old one.
fn turn(plan: &Plan, file: Planned<'_>, place: &Place, beside: &Found, there: &Found) -> std::io::Result<()> {
    let twin = plan.twin(file.number);
    let twin = OsStr::new(&twin);
    let Some(old) = file.old else {
        // It was created: out of the way, and looked at once more in the next turn. (Two names of one file can't be
        // renamed into each other.)
        place.remove(twin)?;
        place.make_room(&plan.room(file.number))?;
        return place.rename(place.name(), twin).inspect(|()| transition("a created file is taken away"));
    };
    if !beside.is(Some(old)) {
        return write_twin(place, plan, file.number, old, there.look(), true);
    }
    if !place.exchange(twin, place.name())? && place.read(place.name())?.is(Some(file.new)) {
        place.rename(twin, place.name())?;
    }
    transition("a file is exchanged back");
    Ok(())
}

/// Gives the user's content its name back; `false`: the name has another content of the user's, and this one is rescued.
fn user_content_back(
    folder: &Folder,
    plan: &Plan,
    file: Planned<'_>,
    place: &Place,
    beside: &Found,
    there: &Found,
) -> Result<bool> {
    let failed = |cause| cant_replace(file.path, &cause);
    let twin = plan.twin(file.number);
    let twin = OsStr::new(&twin);
    if is_known(there, file) {
        if !place.exchange(twin, place.name()).map_err(failed)? {
            place.rename(twin, place.name()).map_err(failed)?;
        }
        transition("the user's content is exchanged back");
        return Ok(true);
    }
    if *there == Found::Missing && file.old.is_none() {
        return place.rename_new(twin, place.name()).map_err(failed);
    }
    if let Found::File(content) = beside {
        folder.rescue(plan, file.number, "saved", file.path, &content.bytes)?;
        place.remove(twin).map_err(failed)?;
    }
    Ok(false)
}

/// Leaves the file alone, and keeps the contents of the change for the user.
fn keep(folder: &Folder, plan: &Plan, file: Planned<'_>) -> Result<End> {
    if let Some(old) = file.old {
        folder.rescue(plan, file.number, "old", file.path, old)?;
    }
    let folder = folder.rescue(plan, file.number, "new", file.path, file.new)?;
    Ok(End::Kept(Rescued { path: file.path.clone(), folder }))
}

/// Puts back those index entries that still are the change's.
fn entries_back(repo: &Repo, plan: &Plan, committed: &HashSet<RepoPath>) -> Result<Vec<RepoPath>> {
    let changes = plan.index();
    let Ok(file) = plan.stored.index_file.as_bytes().to_path() else { return Ok(Vec::new()) };
    let file = repo.git_dir().join(file);
    if changes.is_empty() || !file.exists() {
        return Ok(Vec::new());
    }
    let repo = repo.with_index_file(file);
    let edits: Vec<IndexEdit> = index_edits(&repo, &changes)?
        .into_iter()
        .filter(|edit| !committed.contains(&edit.path))
        .map(|edit| IndexEdit { expected: edit.new, new: edit.expected, ..edit })
        .collect();
    for _ in 0..MOST_TURNS {
        let others = repo.index_mismatches(&edits)?;
        let ours: Vec<IndexEdit> =
            edits.iter().filter(|edit| !others.contains(&edit.path)).cloned().collect();
        if ours.is_empty() {
            break;
        }
        if repo.update_index(&ours)? == IndexUpdate::Done {
            return Ok(ours.into_iter().map(|edit| edit.path).collect());
        }
    }
    Ok(Vec::new())
}
