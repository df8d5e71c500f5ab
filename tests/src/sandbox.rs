//! A folder for one test: a repository, a home of its own, and the program run in it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Output;

/// A temporary folder with a git repository (or none) in it. Nothing of the user's configuration reaches the programs that run here.
pub struct Sandbox {
    folder: tempfile::TempDir,
    program: PathBuf,
    variables: Vec<(OsString, OsString)>,
}

impl Sandbox {
    /// An empty folder, no repository. `program` is the program under test.
    pub fn bare_folder(program: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("xtask-").tempdir().expect("a temporary folder");
        std::fs::create_dir_all(folder.path().join("home")).expect("a home folder");
        std::fs::create_dir_all(folder.path().join("repo")).expect("a repository folder");
        Self { folder, program: PathBuf::from(program), variables: Vec::new() }
    }

    /// An empty git repository.
    pub fn repository(program: &str) -> Self {
        let sandbox = Self::bare_folder(program);
        sandbox.git(&["init", "--quiet", "--initial-branch=main"]);
        sandbox
    }

    /// The top of the repository.
    pub fn root(&self) -> PathBuf {
        // macOS reaches its temporary folder through a link.
        self.folder.path().canonicalize().expect("the folder is there").join("repo")
    }

    /// The folder that holds the repository.
    pub fn outside(&self) -> &Path {
        self.folder.path()
    }

    /// Sets a variable for the programs that run here.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Writes a file, with the folders above it.
    #[expect(clippy::disallowed_methods, reason = "a test's own files")]
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("folders can be made");
        std::fs::write(&path, content).expect("the file can be written");
        self
    }

    /// Reads a file as text.
    pub fn read(&self, path: &str) -> String {
        let path = self.root().join(path);
        std::fs::read_to_string(&path).unwrap_or_else(|cause| panic!("{}: {cause}", path.display()))
    }

    /// Runs git, which must succeed; gives what it printed.
    pub fn git(&self, arguments: &[&str]) -> String {
        let output = self.command("git").args(arguments).output().expect("git starts");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Stages everything and commits it.
    pub fn commit(&self, message: &str) -> &Self {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--no-verify", "--allow-empty", "--message", message]);
        self
    }

    /// Runs the program.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.run_in(".", arguments)
    }

    /// Runs the program in a folder below the top.
    pub fn run_in(&self, folder: &str, arguments: &[&str]) -> Output {
        let output = self
            .command(&self.program)
            .current_dir(self.root().join(folder))
            .args(arguments)
            .output()
            .expect("the program starts");
        Output {
            command: arguments.join(" "),
            code: exit_code(output.status),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Runs the program, and gives what a snapshot holds of it.
    pub fn snapshot(&self, arguments: &[&str]) -> String {
        self.run(arguments).redacted(&self.root()).to_string()
    }

    /// The program, ready to be started by a test that does more with it.
    pub fn program(&self) -> Command {
        let mut command = self.command(&self.program);
        command.stdin(Stdio::null());
        command
    }

    /// A command in the repository, cut off from the user's configuration.
    #[expect(clippy::disallowed_methods, reason = "tests start programs")]
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let keep = [
            "PATH",
            "RUSTUP_HOME",
            "CARGO_HOME",
            "LLVM_PROFILE_FILE",
            "TMPDIR",
            "XTASK_REFEREES",
            "XTASK_SKIPPED",
            "RUSTUP_TOOLCHAIN",
            "SYSTEMROOT",
        ];
        let real_home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
        let mut command = Command::new(program);
        command.env_clear();
        for name in keep {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        // The program runs thousands of times in all tests: instrumented, its runs share some profiles instead of leaving one each.
        if let Some(profiles) = std::env::var_os("LLVM_PROFILE_FILE") {
            let shared = profiles.to_string_lossy().replace("%p-%m", "shared-%4m");
            command.env("LLVM_PROFILE_FILE", shared);
        }
        // Cargo and rustup live below the real home unless they are told otherwise.
        for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            if std::env::var_os(name).is_none() && real_home.join(folder).is_dir() {
                command.env(name, real_home.join(folder));
            }
        }
        let date = "2026-01-01T00:00:00Z";
        command
            .current_dir(self.root())
            .env("HOME", self.folder.path().join("home"))
            .env("LANG", "C.UTF-8")
            .env("COLUMNS", "100")
            .env("GIT_CONFIG_GLOBAL", if cfg!(windows) { "NUL" } else { "/dev/null" })
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "A. Tester")
            .env("GIT_AUTHOR_EMAIL", "tester@example.com")
            .env("GIT_COMMITTER_NAME", "A. Tester")
            .env("GIT_COMMITTER_EMAIL", "tester@example.com")
            .env("GIT_AUTHOR_DATE", date)
            .env("GIT_COMMITTER_DATE", date)
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// The exit code; a signal as a negative number.
fn exit_code(status: std::process::ExitStatus) -> i32 {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        status.code().or_else(|| status.signal().map(|signal| -signal)).unwrap_or(i32::MIN)
    }
    #[cfg(not(unix))]
    {
        status.code().unwrap_or(i32::MIN)
    }
}
