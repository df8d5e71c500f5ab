//! A repository with hooks, and what it holds.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use xtask_tests::Sandbox;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_xtask-under-test");

/// Fixes with a built-in check.
pub(crate) const STRIP: &str =
    "[hooks.pre-commit]\nchecks = [\"trailing-whitespace\", \"end-of-file-fixer\"]\n";

/// Fixes with a command, in the snapshot: `bad` becomes `good`.
pub(crate) const SED: &str = "[hooks.pre-commit.commands.sed]\nrun = \"sed -i s/bad/good/g {files}\"\nfixes = true\nglob = [\"*.txt\"]\n";

/// How a program ended.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) told: String,
}

impl Ended {
    /// It must have succeeded.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.told);
        self
    }

    /// The same in a case of this name.
    #[track_caller]
    pub(crate) fn ok_in(self, case: &str) {
        assert_eq!(self.code, 0, "{case}: {}", self.told);
    }

    /// It must have failed, saying all of `words`.
    #[track_caller]
    pub(crate) fn fails(self, words: &[&str]) -> Self {
        assert_eq!(self.code, 1, "{}", self.told);
        self.says(words)
    }

    /// It must have said all of `words`, over several lines or not.
    #[track_caller]
    pub(crate) fn says(self, words: &[&str]) -> Self {
        let told: Vec<&str> = self.told.split_whitespace().collect();
        let told = told.join(" ");
        for word in words {
            assert!(told.contains(word), "no `{word}` in:\n{}", self.told);
        }
        self
    }
}

/// What there is at a path of the working tree: content or target, mode, time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct There {
    pub(crate) bytes: String,
    pub(crate) mode: u32,
    pub(crate) mtime: SystemTime,
}

/// All of the user's: what HEAD is, what is staged, and the working tree with its times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct All {
    pub(crate) head: String,
    pub(crate) staged: String,
    pub(crate) files: BTreeMap<PathBuf, There>,
}

/// A repository under test.
pub(crate) struct Repo {
    sandbox: Sandbox,
    /// Where git is started, relative to the top.
    pub(crate) folder: PathBuf,
    pub(crate) variables: Vec<(OsString, OsString)>,
}

impl Repo {
    /// A repository whose first commit holds `config` as xtask.toml, with the hooks installed.
    pub(crate) fn new(config: &str) -> Self {
        let repo = Self::empty();
        repo.write("xtask.toml", config);
        repo.git(&["add", "xtask.toml"]);
        repo.git(&["commit", "-q", "-m", "start"]);
        repo.install();
        repo
    }

    /// One without any commit and without hooks.
    pub(crate) fn empty() -> Self {
        Self::of(Sandbox::repository(PROGRAM))
    }

    pub(crate) fn of(sandbox: Sandbox) -> Self {
        let cache = sandbox.outside().join("cache").display().to_string();
        let sandbox = sandbox.variable("XDG_CACHE_HOME", &cache).variable("GIT_EDITOR", "true");
        Self { sandbox, folder: PathBuf::new(), variables: Vec::new() }
    }

    /// Installs the hooks by the program itself. The copy that it would make is there already, as a link: it saves a lot of disk.
    pub(crate) fn install(&self) {
        let common = self.line(&["rev-parse", "--path-format=absolute", "--git-common-dir"]);
        let bin = Path::new(&common).join("xtask/bin");
        std::fs::create_dir_all(&bin).unwrap();
        let _ = std::fs::hard_link(PROGRAM, bin.join("xtask"));
        self.program(&["hooks", "install"]).ok();
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.sandbox.root()
    }

    /// The folder above the repository.
    pub(crate) fn outside(&self) -> PathBuf {
        self.sandbox.outside().canonicalize().unwrap()
    }

    pub(crate) fn path(&self, path: impl AsRef<OsStr>) -> PathBuf {
        self.root().join(path.as_ref())
    }

    /// A program in this repository.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = self.sandbox.command(program);
        command.current_dir(self.root().join(&self.folder)).stdin(std::process::Stdio::null());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    #[expect(clippy::unused_self, reason = "as its siblings")]
    pub(crate) fn run(&self, command: &mut Command) -> Ended {
        ended(&command.output().unwrap())
    }

    /// The program under test.
    pub(crate) fn program(&self, arguments: &[&str]) -> Ended {
        self.run(self.command(PROGRAM).args(arguments))
    }

    /// Runs git, however it ends.
    pub(crate) fn try_git<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Ended {
        self.run(self.command("git").args(arguments))
    }

    /// Runs git, which must succeed.
    #[track_caller]
    pub(crate) fn git<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Vec<u8> {
        let ended = self.try_git(arguments);
        let shown: Vec<_> = arguments.iter().map(AsRef::as_ref).collect();
        assert_eq!(ended.code, 0, "{shown:?}: {}", ended.told);
        ended.stdout
    }

    /// The same in a shell, with `git` and all.
    #[track_caller]
    pub(crate) fn shell(&self, script: &str) -> String {
        let ended = self.run(self.command("sh").args(["-ec", script]));
        assert_eq!(ended.code, 0, "{script}: {}", ended.told);
        String::from_utf8(ended.stdout).unwrap()
    }

    /// What git prints, as one line.
    #[track_caller]
    pub(crate) fn line(&self, arguments: &[&str]) -> String {
        String::from_utf8(self.git(arguments)).unwrap().trim_end().to_owned()
    }

    #[expect(clippy::disallowed_methods, reason = "a test's own files")]
    pub(crate) fn write(&self, path: impl AsRef<OsStr>, bytes: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// Writes and stages.
    #[track_caller]
    pub(crate) fn stage(&self, path: impl AsRef<OsStr>, bytes: impl AsRef<[u8]>) {
        self.write(path.as_ref(), bytes);
        self.add(path);
    }

    #[track_caller]
    pub(crate) fn add(&self, path: impl AsRef<OsStr>) {
        let literal = [OsStr::new("--literal-pathspecs"), "add".as_ref(), "--".as_ref(), path.as_ref()];
        self.git(&literal);
    }

    /// Commits without hooks.
    #[track_caller]
    pub(crate) fn commit_unchecked(&self, path: impl AsRef<OsStr>, bytes: impl AsRef<[u8]>) {
        self.stage(path, bytes);
        self.git(&["commit", "-q", "--no-verify", "-m", "before"]);
    }

    /// Commits with hooks.
    pub(crate) fn commit(&self) -> Ended {
        self.try_git(&["commit", "-q", "-m", "message"])
    }

    /// A file in HEAD.
    pub(crate) fn head(&self, path: impl AsRef<OsStr>) -> Option<Vec<u8>> {
        self.blob("HEAD:", path.as_ref())
    }

    /// A file in the index.
    pub(crate) fn staged(&self, path: impl AsRef<OsStr>) -> Option<Vec<u8>> {
        self.blob(":0:", path.as_ref())
    }

    fn blob(&self, of: &str, path: &OsStr) -> Option<Vec<u8>> {
        let name = OsString::from_vec([of.as_bytes(), path.as_bytes()].concat());
        let ended = self.try_git(&[OsStr::new("cat-file"), "blob".as_ref(), &name]);
        (ended.code == 0).then_some(ended.stdout)
    }

    /// A file in the working tree.
    pub(crate) fn disk(&self, path: impl AsRef<OsStr>) -> Option<Vec<u8>> {
        std::fs::read(self.path(path)).ok()
    }

    pub(crate) fn mtime(&self, path: impl AsRef<OsStr>) -> SystemTime {
        self.path(path).symlink_metadata().unwrap().modified().unwrap()
    }

    /// HEAD, the index and the working tree must hold these.
    #[track_caller]
    pub(crate) fn holds(&self, path: impl AsRef<OsStr>, committed: &[u8], disk: &[u8]) {
        let path = path.as_ref();
        let show = |bytes: Option<Vec<u8>>| bytes.map(|bytes| bytes.escape_ascii().to_string());
        let expected = |bytes: &[u8]| Some(bytes.escape_ascii().to_string());
        let name = path.display();
        assert_eq!(show(self.head(path)), expected(committed), "HEAD of {name}");
        assert_eq!(show(self.staged(path)), expected(committed), "index of {name}");
        assert_eq!(show(self.disk(path)), expected(disk), "{name} on disk");
    }

    /// All that the user has.
    pub(crate) fn all(&self) -> All {
        let mut files = BTreeMap::new();
        walk(&self.root(), &self.root(), &mut files);
        let head = self.try_git(&["rev-parse", "-q", "--verify", "HEAD"]);
        All {
            head: String::from_utf8(head.stdout).unwrap(),
            staged: String::from_utf8_lossy(&self.git(&["ls-files", "--stage"])).into_owned(),
            files,
        }
    }

    /// The commit must fail, saying all of `words`, and change nothing.
    #[track_caller]
    pub(crate) fn refuses(&self, arguments: &[&str], words: &[&str]) {
        let before = self.all();
        let ended = self.try_git(arguments);
        ended.fails(words);
        assert_eq!(self.all(), before);
        self.is_tidy();
    }

    /// Nothing of ours is left behind: no lock, no journal, no file beside the user's.
    #[track_caller]
    pub(crate) fn is_tidy(&self) {
        let git_dir = PathBuf::from(self.line(&["rev-parse", "--absolute-git-dir"]));
        for left in ["index.lock", "xtask/journal", "xtask/rescued", "xtask/after-commit.json"] {
            let left = git_dir.join(left);
            let is_empty = std::fs::read_dir(&left).is_ok_and(|mut entries| entries.next().is_none());
            assert!(!left.exists() || is_empty, "{} is left", left.display());
        }
        let locks = std::fs::read_dir(git_dir.join("xtask/locks"));
        assert_eq!(locks.map_or(0, Iterator::count), 0, "locks are left");
        let mut files = BTreeMap::new();
        walk(&self.root(), &self.root(), &mut files);
        let ours = files.keys().find(|path| {
            path.file_name().is_some_and(|name| {
                let name = name.to_string_lossy();
                name.contains("xtask") && name != "xtask.toml"
            })
        });
        assert_eq!(ours, None);
    }
}

fn walk(root: &Path, folder: &Path, files: &mut BTreeMap<PathBuf, There>) {
    use std::os::unix::fs::PermissionsExt;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let metadata = path.symlink_metadata().unwrap();
        if path.file_name() == Some(OsStr::new(".git")) {
            continue;
        }
        if metadata.is_dir() {
            walk(root, &path, files);
            continue;
        }
        let bytes = if metadata.is_symlink() {
            std::fs::read_link(&path).unwrap().into_os_string().into_vec()
        } else {
            std::fs::read(&path).unwrap()
        };
        let (mode, mtime) = (metadata.permissions().mode(), metadata.modified().unwrap());
        let bytes = bytes.escape_ascii().to_string();
        files.insert(path.strip_prefix(root).unwrap().to_owned(), There { bytes, mode, mtime });
    }
}

pub(crate) fn ended(output: &std::process::Output) -> Ended {
    use std::os::unix::process::ExitStatusExt;
    let code = output.status.code().or_else(|| output.status.signal().map(|signal| -signal));
    let told = [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).join("\n");
    Ended { code: code.unwrap_or(i32::MIN), stdout: output.stdout.clone(), told }
}

/// Whether the process of this number runs. One that has ended and that nobody waits for doesn't.
pub(crate) fn lives(number: &str) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{}/stat", number.trim())).unwrap_or_default();
    state.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['Z', 'X']))
}
