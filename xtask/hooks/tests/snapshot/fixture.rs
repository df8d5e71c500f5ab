//! A repository, the cache folder of its user, and what tests do with them.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use xtask_core::config::Config;
use xtask_core::environment::Environment;
use xtask_core::exec::{Cancel, Ended, Process};
use xtask_core::gate::Context;
use xtask_core::model::{RepoPath, Result};
use xtask_core::repo::{EntryMode, ObjectId, Repo};
use xtask_hooks::snapshot::{Change, Changes, Content, Snapshot, Source};

/// A repository in `work` below a temporary folder; `cache` beside it is its user's cache folder.
pub(crate) struct Fixture {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) top: PathBuf,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::init(&[]).unwrap()
    }

    /// The same with these options of `git init`; `None`, and the reason printed, where this git knows no such option.
    pub(crate) fn init(options: &[&str]) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap().join("work");
        let fixture = Self { top: folder.path().canonicalize().unwrap(), folder };
        let arguments = [&["init", "--quiet", "--initial-branch=main"], options, &["work"]].concat();
        if let Err(why) = fixture.try_git(&arguments) {
            println!("left out: git init {options:?}: {why}");
            return None;
        }
        let fixture = Self { top, ..fixture };
        for (name, value) in [("user.name", "Test"), ("user.email", "test@example.com")] {
            fixture.git(["config", name, value]);
        }
        Some(fixture)
    }

    /// A repository with these files committed.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let fixture = Self::new();
        for (path, content) in files {
            fixture.write(path, content);
        }
        fixture.commit();
        fixture
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    fn try_git<S: AsRef<OsStr>>(&self, arguments: &[S]) -> std::result::Result<Vec<u8>, String> {
        let ended = git_process(&self.top).args(arguments).run(&Cancel::new()).unwrap();
        if ended.is_success() { Ok(ended.stdout) } else { Err(ended.last_lines(9)) }
    }

    /// What git writes; it must succeed.
    pub(crate) fn git<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Vec<u8> {
        self.try_git(&arguments.into_iter().collect::<Vec<S>>()).unwrap()
    }

    pub(crate) fn text<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> String {
        String::from_utf8(self.git(arguments)).unwrap().trim_end().to_owned()
    }

    pub(crate) fn write(&self, path: impl AsRef<[u8]>, content: impl AsRef<[u8]>) {
        write(&self.top, path, content);
    }

    pub(crate) fn stage(&self, path: &str, content: &str) {
        self.write(path, content);
        self.git(["add", "--", path]);
    }

    pub(crate) fn commit(&self) {
        self.git(["add", "--all"]);
        self.git(["commit", "--quiet", "--allow-empty", "--no-verify", "-m", "message"]);
    }

    /// A context as a hook has it, with these variables of git's.
    pub(crate) fn context_with(&self, variables: &[(&str, &str)]) -> Context {
        let cache = self.root().join("cache");
        let cache = [("XDG_CACHE_HOME", cache.to_str().unwrap())];
        let environment = Environment::from_pairs(cache.into_iter().chain(variables.iter().copied()));
        let repo = Repo::discover(&self.top).unwrap().unwrap();
        let root = repo.work_dir().unwrap_or(repo.git_dir()).to_owned();
        let config = Config::parse("xtask.toml", "").unwrap();
        Context { environment: Box::leak(Box::new(environment)), ..Context::new(root, Some(repo), config) }
    }

    pub(crate) fn context(&self) -> Context {
        self.context_with(&[])
    }

    pub(crate) fn try_prepare(&self, links: &[&str]) -> Result<Snapshot> {
        let cx = self.context();
        let index = cx.repo.as_ref().unwrap().index_file().to_owned();
        let links: Vec<String> = links.iter().map(|link| (*link).to_owned()).collect();
        Snapshot::prepare(&cx, Source::Index(&index), &BTreeMap::new(), &links)
    }

    /// The snapshot of what is staged.
    pub(crate) fn prepare(&self) -> Snapshot {
        self.try_prepare(&[]).unwrap()
    }

    /// Puts content into the object database.
    pub(crate) fn content(&self, content: &str) -> Content {
        let hash = git_process(&self.top).args(["hash-object", "-w", "--stdin"]).input(content);
        let id = String::from_utf8(hash.run(&Cancel::new()).unwrap().stdout).unwrap();
        Content { mode: EntryMode::File, id: ObjectId::from_hex(id.trim()).unwrap() }
    }

    /// The content of a blob.
    pub(crate) fn blob(&self, content: Content) -> String {
        self.text(["cat-file", "blob", &content.id.to_string()])
    }

    /// What changed, as lines that tests compare.
    pub(crate) fn told(&self, changes: &Changes) -> Vec<String> {
        let tell = |(path, change): (&RepoPath, &Change)| match change {
            Change::Modified { content, .. } => {
                format!("{path} is {:?} {:?}", content.mode, self.blob(*content))
            }
            Change::Deleted => format!("{path} is gone"),
            Change::Created { content, staged } => {
                format!("{path} is new{} {:?}", if *staged { ", staged" } else { "" }, self.blob(*content))
            }
        };
        changes.iter().map(tell).collect()
    }
}

/// A git process away from the machine's configuration, and from a repository around this test.
pub(crate) fn git_process(folder: &Path) -> Process {
    Process::new("git")
        .args(["-c", "protocol.file.allow=always"])
        .folder(folder)
        .variable("GIT_CONFIG_GLOBAL", "/dev/null")
        .variable("GIT_CONFIG_SYSTEM", "/dev/null")
        .variable("LC_ALL", "C")
        .without_variable("GIT_DIR")
        .without_variable("GIT_INDEX_FILE")
        .without_variable("GIT_WORK_TREE")
}

/// Runs a shell command in the snapshot; it must succeed.
pub(crate) fn run(snapshot: &Snapshot, script: &str) -> String {
    let ended = try_run(snapshot, script);
    assert!(ended.is_success(), "{script}: {}", ended.last_lines(9));
    String::from_utf8(ended.stdout).unwrap().trim_end().to_owned()
}

pub(crate) fn try_run(snapshot: &Snapshot, script: &str) -> Ended {
    let process = Process::shell(script)
        .variable("GIT_AUTHOR_NAME", "Test")
        .variable("GIT_AUTHOR_EMAIL", "test@example.com")
        .variable("GIT_COMMITTER_NAME", "Test")
        .variable("GIT_COMMITTER_EMAIL", "test@example.com");
    snapshot.environment(process).run(&Cancel::new()).unwrap()
}

pub(crate) fn path(bytes: impl AsRef<[u8]>) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(bytes.as_ref()))
}

pub(crate) fn write(folder: &Path, name: impl AsRef<[u8]>, content: impl AsRef<[u8]>) {
    xtask_core::files::write(&folder.join(path(name)), content.as_ref()).unwrap();
}

pub(crate) fn read(file: &Path) -> String {
    String::from_utf8(xtask_core::files::read(file).unwrap()).unwrap()
}

/// The files of a snapshot with their content, but for `.git`; a link's is its target, an executable's name ends with `*`.
pub(crate) fn held(snapshot: &Snapshot) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    collect(snapshot.root(), snapshot.root(), &mut found);
    found
}

fn collect(root: &Path, folder: &Path, found: &mut BTreeMap<String, String>) {
    use std::os::unix::fs::PermissionsExt;
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        let there = file.symlink_metadata().unwrap();
        let mut name = RepoPath::relative(root, &file).unwrap().to_string();
        if name == ".git" {
        } else if there.is_symlink() {
            found.insert(name, format!("-> {}", std::fs::read_link(&file).unwrap().display()));
        } else if there.is_dir() {
            collect(root, &file, found);
        } else {
            if there.permissions().mode() & 0o111 != 0 {
                name.push('*');
            }
            found
                .insert(name, String::from_utf8_lossy(&xtask_core::files::read(&file).unwrap()).into_owned());
        }
    }
}

/// The same as pairs of text.
pub(crate) fn files(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, content)| ((*name).to_owned(), (*content).to_owned())).collect()
}

/// When the file was written, and which one it is: a file that was replaced has another number.
pub(crate) fn identity(snapshot: &Snapshot, name: &str) -> (SystemTime, u64) {
    use std::os::unix::fs::MetadataExt;
    let there = snapshot.root().join(name).metadata().unwrap();
    (there.modified().unwrap(), there.ino())
}
