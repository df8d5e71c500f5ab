//! What earlier runs found to be fine, so that it isn't looked at again: keys of blobs that no check had anything against, and
//! of commands that passed on the same inputs. A lost or damaged file costs time, never a verdict: it means that nothing is
//! known.
//!
//! One file for each plan (the checks, their versions, their options) lies in the git folder that all working trees share. It
//! holds good results alone; what fails is looked at every time.

use std::path::{Path, PathBuf};

use xtask_core::model::Fingerprint;
use xtask_core::repo::Repo;

mod file;
mod key;

pub use key::{CommandInputs, Key, blob_key, command_key, plan_fingerprint};

/// The keys that a file may hold: 8 MB of them. Where there are more, the new ones take the places of old ones.
const MOST_KEYS: usize = 500_000;

/// The files that a folder may hold; the ones that were written least recently go.
const MOST_FILES: usize = 8;

/// What is known to be fine under one plan.
#[derive(Debug, Default)]
pub struct Cache {
    /// Where it is kept; nowhere in a cache that only forgets.
    file: Option<PathBuf>,
    /// Sorted.
    known: Vec<Key>,
    new: Vec<Key>,
}

/// The folder of the cache in a repository.
pub fn folder(repo: &Repo) -> PathBuf {
    repo.common_dir().join("xtask/cache/hooks")
}

impl Cache {
    /// What `folder` holds for the plan of this fingerprint. What is missing, cut, damaged or of another version holds
    /// nothing.
    pub fn load(folder: &Path, plan: &Fingerprint) -> Self {
        let file = folder.join(plan.as_str());
        let known = file::read(&file);
        Self { file: Some(file), known, new: Vec::new() }
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Whether this was fine in an earlier run.
    pub fn contains(&self, key: Key) -> bool {
        self.known.binary_search(&key).is_ok()
    }

    /// These are fine: [`Self::save`] keeps them.
    pub fn record(&mut self, keys: impl IntoIterator<Item = Key>) {
        self.new.extend(keys);
    }

    /// Writes what is new to what the file holds by now: another run may have written meanwhile (one that writes at the same
    /// moment may be lost). A folder that can't be written to costs the next run time, and is no error.
    pub fn save(&mut self) {
        let Some(path) = &self.file else {
            return;
        };
        let mut new = std::mem::take(&mut self.new);
        new.sort_unstable();
        new.dedup();
        new.retain(|key| self.known.binary_search(key).is_err());
        if new.is_empty() {
            return;
        }
        self.known = merge(file::read(path), new, MOST_KEYS);
        if file::write(path, &self.known).is_ok() {
            file::prune(path, MOST_FILES);
        }
    }
}

/// Both, sorted, and at most so many: the new ones, and as many of the old ones as there is room for.
fn merge(old: Vec<Key>, mut new: Vec<Key>, most: usize) -> Vec<Key> {
    new.truncate(most);
    let room = most - new.len();
    if old.len() > room {
        // Keys are as good as random: which ones stay is, too.
        let from = new.first().map_or(0, |first| old.partition_point(|key| key < first));
        let kept = old.iter().copied().cycle().skip(from).take(room);
        new.extend(kept);
    } else {
        new.extend(old);
    }
    new.sort_unstable();
    new.dedup();
    new
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plan(name: &str) -> Fingerprint {
        Fingerprint::of([name.as_bytes()])
    }

    fn keys(from: u64, to: u64) -> impl Iterator<Item = Key> {
        (from..to).map(|number| Key::of_parts([&number.to_le_bytes()[..]]))
    }

    #[test]
    fn what_was_recorded_is_known_under_its_plan_alone() {
        let folder = tempfile::tempdir().unwrap();
        let mut cache = Cache::load(folder.path(), &plan("a"));
        assert!(cache.is_empty());
        cache.save();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing new, nothing written");
        cache.record(keys(0, 100));
        cache.save();
        let again = Cache::load(folder.path(), &plan("a"));
        assert!(keys(0, 100).all(|key| again.contains(key)));
        assert!(!keys(100, 200).any(|key| again.contains(key)));
        assert!(Cache::load(folder.path(), &plan("b")).is_empty());
    }

    #[test]
    fn runs_at_once_keep_what_both_found() {
        let folder = tempfile::tempdir().unwrap();
        let mut one = Cache::load(folder.path(), &plan("a"));
        let mut other = Cache::load(folder.path(), &plan("a"));
        one.record(keys(0, 10));
        other.record(keys(5, 20));
        one.save();
        other.save();
        let again = Cache::load(folder.path(), &plan("a"));
        assert!(keys(0, 20).all(|key| again.contains(key)));
    }

    #[test]
    fn damage_means_that_nothing_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let mut cache = Cache::load(folder.path(), &plan("a"));
        cache.record(keys(0, 5));
        cache.save();
        let path = folder.path().join(plan("a").as_str());
        let good = std::fs::read(&path).unwrap();
        let is_empty = |bytes: &[u8]| {
            xtask_core::files::write(&path, bytes).unwrap();
            Cache::load(folder.path(), &plan("a")).is_empty()
        };
        for at in 0..good.len() {
            let mut bytes = good.clone();
            bytes[at] ^= 1;
            assert!(is_empty(&bytes), "byte {at} changed");
            assert!(is_empty(&good[..at]), "cut at {at}");
        }
        assert!(is_empty(&[good.clone(), good.clone()].concat()));
        assert!(!is_empty(&good));
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        let mut cache = Cache::load(folder.path(), &plan("a"));
        assert!(cache.is_empty());
        cache.record(keys(0, 5));
        cache.save();
    }

    #[test]
    fn few_plans_are_kept_and_no_draft_stays() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..2 * MOST_FILES {
            let mut cache = Cache::load(folder.path(), &plan(&number.to_string()));
            cache.record(keys(0, 5));
            cache.save();
            assert!(!Cache::load(folder.path(), &plan(&number.to_string())).is_empty(), "the newest stays");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), MOST_FILES);
    }

    proptest! {
        #[test]
        fn merging_keeps_the_new_and_the_bound(old in 0_u64..60, new in 30_u64..90, most in 1_usize..80) {
            let mut before: Vec<Key> = keys(0, old).collect();
            let mut after: Vec<Key> = keys(30, new).collect();
            before.sort_unstable();
            after.sort_unstable();
            let merged = merge(before.clone(), after.clone(), most);
            prop_assert!(merged.is_sorted() && merged.len() <= most);
            prop_assert!(after.iter().take(most).all(|key| merged.contains(key)));
            prop_assert!(merged.iter().all(|key| before.contains(key) || after.contains(key)));
            if before.len() + after.len() <= most {
                prop_assert!(before.iter().all(|key| merged.contains(key)));
            }
        }
    }
}
