//! Real repositories for tests, made by the git program away from the user's configuration.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use bstr::ByteSlice;

use super::{Backend, Repo, discover};
use crate::environment::Environment;

/// A folder with a repository.
pub(crate) struct Fixture {
    folder: tempfile::TempDir,
    top: PathBuf,
}

impl Fixture {
    /// An empty repository in `main` below a temporary folder.
    pub(crate) fn new() -> Self {
        Self::init(&[]).expect("git init works")
    }

    /// The same with these options of `git init`; `None`, and the reason printed, where this git knows no such option.
    pub(crate) fn init(options: &[&str]) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let top = root.join("main");
        let arguments = [&["init", "--quiet", "--initial-branch=main"], options, &["main"]].concat();
        if let Err(reason) = try_git(&root, &arguments) {
            println!("left out: git init {options:?}: {reason}");
            return None;
        }
        let fixture = Self { folder, top };
        for (name, value) in [("user.name", "Test"), ("user.email", "test@example.com")] {
            fixture.git(["config", name, value]);
        }
        Some(fixture)
    }

    /// The folder around the repository.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    /// The top of the working tree.
    pub(crate) fn top(&self) -> &Path {
        &self.top
    }

    /// The same folders, seen from another working tree or repository below the root.
    pub(crate) fn at(mut self, name: &str) -> Self {
        self.top = self.root().join(name);
        self
    }

    /// What git writes; it must succeed.
    pub(crate) fn git<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Vec<u8> {
        let arguments: Vec<S> = arguments.into_iter().collect();
        try_git(&self.top, &arguments).unwrap()
    }

    /// Whether git succeeds.
    pub(crate) fn git_ok<S: AsRef<OsStr>>(&self, arguments: &[S]) -> bool {
        try_git(&self.top, arguments).is_ok()
    }

    /// The same as text, without the line end.
    pub(crate) fn text<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> String {
        String::from_utf8(self.git(arguments)).unwrap().trim_end().to_owned()
    }

    /// Writes a file of the working tree.
    #[expect(clippy::disallowed_methods, reason = "a test's files need no safe way to the disk")]
    pub(crate) fn write(&self, path: impl AsRef<[u8]>, content: impl AsRef<[u8]>) {
        let path = self.top.join(path.as_ref().to_path().unwrap());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content.as_ref()).unwrap();
    }

    /// Commits all of the working tree.
    pub(crate) fn commit(&self, message: &str) {
        self.git(["add", "--all"]);
        self.git(["commit", "--quiet", "--allow-empty", "--no-verify", "-m", message]);
    }

    /// The repository, as found from the top.
    pub(crate) fn repo(&self) -> Repo {
        discover::discover(&self.top, &Environment::default()).unwrap().unwrap()
    }

    /// The repository by libgit2 alone.
    pub(crate) fn library(&self) -> Repo {
        let repo = self.repo();
        assert_eq!(repo.backend, Backend::Library);
        Repo { backend: Backend::LibraryOnly, ..repo }
    }

    /// The repository by the git program alone.
    pub(crate) fn program(&self) -> Repo {
        Repo { backend: Backend::ProgramOnly, ..self.repo() }
    }
}

#[expect(clippy::disallowed_methods, reason = "tests make their repositories with git itself")]
fn try_git<S: AsRef<OsStr>>(folder: &Path, arguments: &[S]) -> Result<Vec<u8>, String> {
    let mut git = std::process::Command::new("git");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            git.env_remove(name);
        }
    }
    let output = git
        .args(["-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env("GIT_EDITOR", "true")
        .env("LC_ALL", "C")
        .output()
        .map_err(|cause| cause.to_string())?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}
