//! Which files of the working tree needn't be read: those that equal their blob, as the index tells by size and time, where that
//! blob is known to be fine.

use std::sync::Mutex;

use xtask_core::gate::Context;
use xtask_core::model::Fingerprint;
#[cfg(test)]
use xtask_core::model::RepoPath;
use xtask_core::repo::{EntryMode, IndexEntry, ObjectId};

use crate::cache::{Cache, Key, blob_key, folder, plan_fingerprint};
use crate::resolve::StagePlan;
use crate::select::Candidate;
use crate::worktree::Stat;

/// Whether the system has a time of the last change that nobody can set back.
const HAS_CTIME: bool = cfg!(unix);

/// What the index holds of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Blob {
    size: u32,
    mtime: (i32, u32),
    ctime: (i32, u32),
}

impl Blob {
    /// The one of an entry, unless the entry is one of several, or has no content yet.
    pub(crate) fn of(entry: &IndexEntry) -> Option<Self> {
        (entry.stage == 0 && !entry.intent_to_add).then_some(Self {
            size: entry.size,
            mtime: entry.mtime,
            ctime: entry.ctime,
        })
    }
}

/// The result cache, with what is needed to ask it about files of the working tree.
#[derive(Default)]
pub(crate) struct Known {
    cache: Cache,
    learned: Mutex<Vec<Key>>,
    /// When the index was written: a file that is as new may have changed since without a sign.
    index: Option<(i64, u32)>,
}

impl Known {
    /// What is known of the files of this repository under `plan`.
    pub(crate) fn load(cx: &Context, plan: &StagePlan) -> Self {
        let Some(repo) = &cx.repo else {
            return Self::default();
        };
        let written = std::fs::metadata(repo.index_file()).and_then(|metadata| metadata.modified()).ok();
        let written = written.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
        Self {
            cache: Cache::load(&folder(repo), &of_plan(plan)),
            learned: Mutex::default(),
            index: written.map(|at| (at.as_secs() as i64, at.subsec_nanos())),
        }
    }

    /// Whether asking it for files can bring anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.cache.is_empty()
    }

    /// The key of a file of the working tree that equals its blob, as its size and times tell. It isn't the blob's own: a filter may make
    /// other bytes of the same number of it.
    pub(crate) fn key(&self, candidate: &Candidate, blob: &Blob, stat: &Stat) -> Option<Key> {
        let mtime = (i64::from(blob.mtime.0), blob.mtime.1);
        let ctime = (i64::from(blob.ctime.0), blob.ctime.1);
        let times = mtime == stat.mtime && (ctime == stat.ctime || !HAS_CTIME);
        let same = times && u64::from(blob.size) == stat.size;
        let settled = self.index.is_some_and(|index| mtime < index);
        if same && settled { Some(key(candidate, &candidate.id?, stat.size, true)) } else { None }
    }

    /// The key of a candidate's blob of this size.
    pub(crate) fn blob_key(candidate: &Candidate, id: &ObjectId, size: u64) -> Key {
        key(candidate, id, size, false)
    }

    /// Whether the file of this key is known to be fine.
    pub(crate) fn contains(&self, key: Key) -> bool {
        self.cache.contains(key)
    }

    /// The files of these keys are fine.
    pub(crate) fn learn(&self, keys: Vec<Key>) {
        if let Ok(mut learned) = self.learned.lock() {
            learned.extend(keys);
        }
    }

    /// Remembers what was learned.
    pub(crate) fn save(mut self) {
        self.cache.record(self.learned.into_inner().unwrap_or_default());
        self.cache.save();
    }
}

fn key(candidate: &Candidate, id: &ObjectId, size: u64, in_worktree: bool) -> Key {
    let executable = candidate.mode == EntryMode::Executable;
    let more = u64::from(candidate.tags.is_generated()) | u64::from(in_worktree) << 1;
    blob_key(id, &candidate.path, executable, size, more)
}

/// What all verdicts of the pass under `plan` depend on.
fn of_plan(plan: &StagePlan) -> Fingerprint {
    let more = format!("{:?}{:?}", plan.check_rules, plan.patterns);
    plan_fingerprint(&plan.checks, &plan.options, more.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use xtask_core::config::Config;
    use xtask_core::environment::Environment;

    use super::*;
    use crate::section::HooksSection;
    use crate::stage::Stage;

    #[test]
    fn whatever_is_set_on_the_pass_makes_another_plan() {
        let texts = [
            "",
            "checks = ['check-json']",
            "checks = ['check-yaml']",
            "checks = ['check-yaml']\noptions.check-yaml.allow-multiple-documents = true",
            "checks = ['check-yaml']\nfiles.check-yaml.glob = ['*.y']",
            "checks = ['check-yaml']\nfiles.check-yaml.exclude = ['*.y']",
            "checks = ['check-yaml']\nfiles.check-yaml.regex = 'y'",
            "checks = ['check-yaml']\nfiles.check-yaml.exclude-regex = 'y'",
            "checks = ['check-yaml']\nfiles.check-yaml.types = ['json']",
            "checks = ['check-yaml']\nfiles.check-yaml.types-all = ['json']",
            "checks = ['check-yaml']\nfiles.check-yaml.exclude-types = ['json']",
            "checks = ['check-yaml']\nfiles.check-yaml.generated = false",
            "patterns.p = {}",
            "patterns.p.deny = 'a'",
            "patterns.p.require = 'a'",
            "patterns.p = { deny = 'a', ignore-case = true }",
            "patterns.p = { deny = 'a', multiline = true }",
            "patterns.p = { deny = '(?!b)a' }",
            "patterns.p = { deny = '(?!b)a', ignore-case = true }",
            "patterns.p = { deny = 'a', glob = ['b'] }",
        ];
        let of = |text: &str, skip: &str| {
            let text = format!("[hooks.pre-commit]\n{text}\n");
            let section: HooksSection =
                Config::parse("xtask.toml", &text).unwrap().section_or_default().unwrap();
            let skip = Environment::from_pairs([("XTASK_SKIP", skip)]);
            of_plan(&StagePlan::new(Stage::PreCommit, &section, &skip).unwrap())
        };
        let all: BTreeSet<String> = texts.iter().map(|text| of(text, "").as_str().to_owned()).collect();
        assert_eq!(all.len(), texts.len());
        for text in texts {
            assert_eq!(of(text, ""), of(text, ""), "{text}");
        }
        assert_ne!(of("patterns.p.deny = 'a'", "p"), of("patterns.p.deny = 'a'", ""));
    }

    #[test]
    fn only_settled_and_equal_files_have_a_key() {
        let known = Known { index: Some((100, 5)), ..Known::default() };
        let id = ObjectId::from_bytes(&[1; 20]);
        let candidate = Candidate { id, ..Candidate::untracked(RepoPath::from("a"), false) };
        let key = |mtime: (i32, u32), size, stat_mtime, stat_size| {
            let blob = Blob { size, mtime, ctime: mtime };
            known
                .key(&candidate, &blob, &Stat { size: stat_size, mtime: stat_mtime, ctime: stat_mtime })
                .is_some()
        };
        assert!(key((100, 4), 3, (100, 4), 3));
        assert_ne!(
            known.key(
                &candidate,
                &Blob { size: 3, mtime: (1, 0), ctime: (1, 0) },
                &Stat { size: 3, mtime: (1, 0), ctime: (1, 0) }
            ),
            Some(Known::blob_key(&candidate, &id.unwrap(), 3)),
            "a filter may make other bytes of the blob"
        );
        assert!(!key((100, 5), 3, (100, 5), 3), "as new as the index");
        assert!(!key((101, 0), 3, (101, 0), 3), "newer than the index");
        assert!(!key((100, 4), 3, (100, 3), 3), "another time");
        assert!(!key((100, 4), 3, (100, 4), 4), "another size");
        assert!(!key((100, 4), 3, (100, 4), 3 + (1 << 32)), "a size that git cuts to 32 bits");
        let blob = Blob { size: 3, mtime: (1, 0), ctime: (1, 0) };
        let stat = Stat { size: 3, mtime: (1, 0), ctime: (1, 0) };
        assert!(Known::default().key(&candidate, &blob, &stat).is_none(), "without an index");
    }
}
