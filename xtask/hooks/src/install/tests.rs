//! With real git: commits, pushes and clones run through installed shims. The program that they start is a stand-in that writes down how it
//! was called.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use xtask_core::config::Config;
use xtask_core::environment::Environment;
use xtask_core::gate::Context;
use xtask_core::repo::Repo;

use super::status::status_against;
use super::*;

mod everywhere;

/// A folder with a user's home, the stand-in, and what it wrote.
struct Scene {
    folder: tempfile::TempDir,
}

/// What came out of a git command.
struct Ran {
    well: bool,
    told: String,
}

impl Scene {
    fn new() -> Self {
        let scene = Self { folder: tempfile::tempdir().unwrap() };
        let text = format!(
            "#!/bin/sh\nprintf 'xtask %s' \"$*\" >>'{log}'\n\
             case $3 in pre-push|pre-receive) printf ' <%s>' \"$(cat)\" >>'{log}' ;; esac\n\
             echo >>'{log}'\n[ ! -e '{fail}' ]\n",
            log = scene.path("log").display(),
            fail = scene.path("fail").display()
        );
        script(&scene.program(), &text);
        fs::create_dir(scene.path("home")).unwrap();
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    fn program(&self) -> PathBuf {
        self.path("program")
    }

    /// Writes that it was there, with its standard input where it reads that, and exits with `code`.
    fn hook(&self, path: &Path, name: &str, code: u8) {
        let log = self.path("log");
        script(path, &format!("#!/bin/sh\necho \"{name} $* <$(cat)>\" >>'{}'\nexit {code}\n", log.display()));
    }

    /// What ran since the last look.
    fn log(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path("log")).unwrap_or_default();
        let _ = fs::remove_file(self.path("log"));
        text.lines().map(str::to_owned).collect()
    }

    /// Git with a bare PATH, as a program with windows starts it.
    #[expect(clippy::disallowed_methods, reason = "git as a user starts it")]
    fn try_git(&self, folder: &Path, arguments: &[&str]) -> Ran {
        let output = std::process::Command::new("git")
            .args(["-c", "user.name=A", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"])
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", self.path("home"))
            .output()
            .unwrap();
        Ran { well: output.status.success(), told: String::from_utf8_lossy(&output.stderr).into_owned() }
    }

    fn git(&self, folder: &Path, arguments: &[&str]) {
        let ran = self.try_git(folder, arguments);
        assert!(ran.well, "git {arguments:?}: {}", ran.told);
    }

    fn commit(&self, folder: &Path) -> Ran {
        self.try_git(folder, &["commit", "--allow-empty", "-m", "x"])
    }

    fn repository(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        self.git(&self.path(""), &["init", "-q", name]);
        path
    }

    fn context(&self, folder: &Path) -> Context {
        let home = self.path("home").display().to_string();
        let environment = Box::leak(Box::new(Environment::from_pairs([("HOME", home.as_str())])));
        let repo = Repo::discover(folder).unwrap();
        let root = repo.as_ref().and_then(Repo::work_dir).unwrap_or(folder).to_owned();
        Context { environment, ..Context::new(root, repo, Config::default()) }
    }

    fn install(&self, folder: &Path, stages: &[Stage]) -> Result<Installed> {
        local::install(&self.context(folder), stages, false, &self.program(), false)
    }
}

/// Puts an executable script at `path`.
fn script(path: &Path, text: &str) {
    xtask_core::files::write(path, text.as_bytes()).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Every file below, with its mode and content.
fn tree(folder: &Path) -> Vec<(PathBuf, u32, Vec<u8>)> {
    let mut all = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let found = path.symlink_metadata().unwrap();
            let content = if found.is_file() { fs::read(&path).unwrap() } else { Vec::new() };
            if found.is_dir() {
                folders.push(path.clone());
            }
            all.push((path, found.permissions().mode(), content));
        }
    }
    all.sort();
    all
}

const USUAL: [Stage; 2] = [Stage::PreCommit, Stage::PostCommit];
const BOTH: [&str; 2] = ["xtask hooks run pre-commit --hook --", "xtask hooks run post-commit --hook --"];

#[test]
fn commits_start_the_program_wherever_they_are_made() {
    let scene = Scene::new();
    let repo = scene.repository("a repo's");
    let done = scene.install(&repo, &USUAL).unwrap();
    assert_eq!(done.lines()[..2], ["pre-commit: installed", "post-commit: installed"]);
    // What was installed is a copy.
    fs::rename(scene.program(), scene.path("gone")).unwrap();
    assert!(scene.commit(&repo).well);
    assert_eq!(scene.log(), BOTH);
    // In a linked working tree, in a folder below, and once the repository has moved.
    scene.git(&repo, &["worktree", "add", "-q", "../linked"]);
    fs::create_dir(scene.path("linked/sub")).unwrap();
    assert!(scene.commit(&scene.path("linked/sub")).well);
    assert_eq!(scene.log(), BOTH);
    fs::rename(&repo, scene.path("moved")).unwrap();
    assert!(scene.commit(&scene.path("moved")).well);
    assert_eq!(scene.log(), BOTH);
    // Its exit code counts.
    xtask_core::files::write(&scene.path("fail"), b"").unwrap();
    assert!(!scene.commit(&scene.path("moved")).well);
    assert_eq!(scene.log(), BOTH[..1]);
}

#[test]
fn a_program_that_is_gone_stops_the_commit_and_says_so() {
    let scene = Scene::new();
    let repo = scene.repository("repo");
    scene.install(&repo, &[Stage::PreCommit]).unwrap();
    fs::remove_file(repo.join(".git/xtask/bin/xtask")).unwrap();
    let ran = scene.commit(&repo);
    assert!(
        !ran.well && ran.told.contains("xtask hooks install") && ran.told.contains("--no-verify"),
        "{}",
        ran.told
    );
    assert!(scene.try_git(&repo, &["commit", "--allow-empty", "--no-verify", "-m", "x"]).well);
}

#[test]
fn the_hook_before_runs_first_and_counts() {
    let scene = Scene::new();
    let repo = scene.repository("repo");
    let hooks = repo.join(".git/hooks");
    for (stage, code) in [("pre-commit", 0), ("commit-msg", 0), ("post-commit", 3)] {
        scene.hook(&hooks.join(stage), stage, code);
    }
    let stages = [Stage::PreCommit, Stage::CommitMsg, Stage::PostCommit];
    let done = scene.install(&repo, &stages).unwrap();
    assert!(done.lines()[0].contains("before-xtask/pre-commit runs before it"), "{:?}", done.lines());
    assert!(scene.commit(&repo).well);
    assert_eq!(
        scene.log(),
        [
            "pre-commit  <>",
            "xtask hooks run pre-commit --hook --",
            "commit-msg .git/COMMIT_EDITMSG <>",
            "xtask hooks run commit-msg --hook -- .git/COMMIT_EDITMSG",
            "post-commit  <>",
            "xtask hooks run post-commit --hook --"
        ]
    );
    scene.hook(&hooks.join("before-xtask/pre-commit"), "pre-commit", 1);
    assert!(!scene.commit(&repo).well);
    assert_eq!(scene.log(), ["pre-commit  <>"]);
    // One that isn't executable is none, as to git.
    fs::set_permissions(hooks.join("before-xtask/pre-commit"), fs::Permissions::from_mode(0o644)).unwrap();
    assert!(scene.commit(&repo).well);
}

#[test]
fn both_get_what_git_gives_on_standard_input() {
    let scene = Scene::new();
    let repo = scene.repository("repo");
    scene.git(&scene.path(""), &["init", "-q", "--bare", "server.git"]);
    let server = scene.path("server.git");
    scene.hook(&server.join("hooks/pre-receive"), "theirs", 0);
    scene.install(&server, &[Stage::PreReceive]).unwrap();
    scene.git(&repo, &["remote", "add", "origin", "../server.git"]);
    scene.hook(&repo.join(".git/hooks/pre-push"), "theirs", 0);
    scene.install(&repo, &[Stage::PrePush]).unwrap();
    scene.git(&repo, &["commit", "-q", "--allow-empty", "-m", "x"]);
    scene.git(&repo, &["push", "-q", "origin", "HEAD:refs/heads/one", "HEAD:refs/heads/two"]);
    let log = scene.log().join("\n");
    for line in [
        "theirs origin ../server.git <",
        "xtask hooks run pre-push --hook -- origin ../server.git <",
        "xtask hooks run pre-receive --hook -- <",
    ] {
        assert!(log.contains(line), "{log}");
    }
    assert_eq!(log.matches("refs/heads/one").count(), 4, "{log}");
    assert_eq!(log.matches("refs/heads/two").count(), 4, "{log}");
    // Nothing to push is no line at all.
    scene.git(&repo, &["push", "-q", "origin", "HEAD:refs/heads/one"]);
    assert_eq!(
        scene.log(),
        ["theirs origin ../server.git <>", "xtask hooks run pre-push --hook -- origin ../server.git <>"]
    );
    // The server refuses.
    xtask_core::files::write(&scene.path("fail"), b"").unwrap();
    assert!(!scene.try_git(&repo, &["push", "-q", "--no-verify", "origin", "HEAD:refs/heads/three"]).well);
}

#[test]
fn uninstall_leaves_no_trace() {
    let scene = Scene::new();
    let repo = scene.repository("repo");
    let hooks = repo.join(".git/hooks");
    scene.hook(&hooks.join("pre-commit"), "theirs", 0);
    fs::set_permissions(hooks.join("pre-commit"), fs::Permissions::from_mode(0o751)).unwrap();
    std::os::unix::fs::symlink("../../script", hooks.join("commit-msg")).unwrap();
    let before = tree(&repo);
    let stages = [Stage::PreCommit, Stage::CommitMsg, Stage::PrePush];
    for _ in 0..2 {
        scene.install(&repo, &stages).unwrap();
    }
    assert_eq!(scene.install(&repo, &stages).unwrap().lines(), ["nothing to change"]);
    // Less is configured now: what isn't wanted goes.
    let done = scene.install(&repo, &stages[..2]).unwrap();
    assert_eq!(done.lines(), ["pre-push: removed"]);
    let done = uninstall(&scene.context(&repo), None).unwrap();
    assert_eq!(done.lines()[0], "pre-commit: removed; what was there before is back");
    assert_eq!(tree(&repo), before);
    assert_eq!(uninstall(&scene.context(&repo), None).unwrap().lines(), ["nothing to change"]);
    // Not even the folder, where there was none.
    fs::remove_dir_all(&hooks).unwrap();
    let before = tree(&repo);
    scene.install(&repo, &USUAL).unwrap();
    uninstall(&scene.context(&repo), None).unwrap();
    assert_eq!(tree(&repo), before);
}

#[test]
fn a_run_that_was_killed_is_taken_up_again() {
    let scene = Scene::new();
    let repo = scene.repository("repo");
    let hooks = repo.join(".git/hooks");
    scene.hook(&hooks.join("pre-commit"), "theirs", 0);
    let before = tree(&repo);
    // Killed between keeping what was there and putting the shim in its place.
    fs::create_dir(hooks.join("before-xtask")).unwrap();
    fs::hard_link(hooks.join("pre-commit"), hooks.join("before-xtask/pre-commit")).unwrap();
    xtask_core::files::write(&hooks.join("pre-commit.xtask-new"), b"#!/bin/").unwrap();
    scene.install(&repo, &USUAL).unwrap();
    scene.commit(&repo);
    assert_eq!(scene.log(), ["theirs  <>", BOTH[0], BOTH[1]]);
    uninstall(&scene.context(&repo), None).unwrap();
    let hooks_only = |tree: Vec<(PathBuf, u32, Vec<u8>)>| {
        tree.into_iter().filter(|file| file.0.starts_with(&hooks)).collect::<Vec<_>>()
    };
    assert_eq!(hooks_only(tree(&repo)), hooks_only(before));
    fs::create_dir(hooks.join("before-xtask")).unwrap();
    fs::hard_link(hooks.join("pre-commit"), hooks.join("before-xtask/pre-commit")).unwrap();
    uninstall(&scene.context(&repo), None).unwrap();
    assert!(!hooks.join("before-xtask").exists() && hooks.join("pre-commit").exists());
}

#[test]
fn another_manager_that_came_after_loses_nothing() {
    let scene = Scene::new();
    let repo = scene.repository("repo");
    let hooks = repo.join(".git/hooks");
    scene.install(&repo, &USUAL).unwrap();
    // It keeps our shim as its legacy hook, and we keep its hook: each would call the other.
    fs::rename(hooks.join("pre-commit"), hooks.join("pre-commit.legacy")).unwrap();
    let log = scene.path("log");
    let text =
        format!("#!/bin/sh\necho theirs >>'{}'\nexec \"${{0%/*}}/pre-commit.legacy\"\n", log.display());
    script(&hooks.join("pre-commit"), &text);
    scene.install(&repo, &USUAL).unwrap();
    assert!(scene.commit(&repo).well);
    assert_eq!(scene.log(), ["theirs", BOTH[0], BOTH[1]]);
    // It takes the place again while an older hook is kept: both can't be.
    scene.hook(&hooks.join("pre-commit"), "newer", 0);
    let before = tree(&repo);
    let problem = scene.install(&repo, &USUAL).unwrap_err();
    assert!(problem.what.contains("before-xtask"), "{problem}");
    assert_eq!(tree(&repo), before);
}

/// It goes by its own name, calls what lies beside it, and is a relative link.
#[test]
fn the_hook_before_finds_what_it_found() {
    let scene = Scene::new();
    let repo = scene.repository("repo");
    let hooks = repo.join(".git/hooks");
    let log = scene.path("log").display().to_string();
    script(&hooks.join("lib.sh"), &format!("echo \"as ${{0##*/}}\" >>'{log}'\n"));
    script(&repo.join("dispatch"), "#!/bin/sh\n. \"$(dirname \"$0\")/lib.sh\"\n");
    std::os::unix::fs::symlink("../../dispatch", hooks.join("pre-commit")).unwrap();
    let before = tree(&hooks);
    scene.install(&repo, &USUAL).unwrap();
    assert!(scene.commit(&repo).well);
    assert_eq!(scene.log(), ["as pre-commit", BOTH[0], BOTH[1]]);
    uninstall(&scene.context(&repo), None).unwrap();
    assert_eq!(tree(&hooks), before);
    assert_eq!(fs::read_link(hooks.join("pre-commit")).unwrap(), Path::new("../../dispatch"));
}

#[test]
fn what_an_older_version_kept_is_taken_over() {
    let scene = Scene::new();
    let repo = scene.repository("repo");
    let hooks = repo.join(".git/hooks");
    scene.hook(&hooks.join("pre-commit"), "theirs", 0);
    let before = tree(&hooks);
    for again in [false, true] {
        scene.install(&repo, &USUAL).unwrap();
        fs::rename(hooks.join("before-xtask/pre-commit"), hooks.join("pre-commit.before-xtask")).unwrap();
        fs::remove_dir(hooks.join("before-xtask")).unwrap();
        if again {
            scene.install(&repo, &USUAL).unwrap();
            assert!(!hooks.join("pre-commit.before-xtask").exists());
            assert!(scene.commit(&repo).well);
            assert_eq!(scene.log(), ["theirs  <>", BOTH[0], BOTH[1]]);
        }
        uninstall(&scene.context(&repo), None).unwrap();
        assert_eq!(tree(&hooks), before);
    }
}

#[test]
fn a_commit_that_the_hook_before_makes_is_checked() {
    let scene = Scene::new();
    let repo = scene.repository("repo");
    let text = format!(
        "#!/bin/sh\necho theirs >>'{log}'\n[ -e '{once}' ] || {{ : >'{once}'; git -c user.name=A -c user.email=a@b commit -q --allow-empty -m nested; }}\n",
        log = scene.path("log").display(),
        once = scene.path("once").display()
    );
    script(&repo.join(".git/hooks/pre-commit"), &text);
    scene.install(&repo, &[Stage::PreCommit]).unwrap();
    // The nested commit moves HEAD, and git gives up the outer one.
    scene.commit(&repo);
    assert_eq!(scene.log(), ["theirs", "theirs", BOTH[0], BOTH[0]]);
}

#[test]
fn a_plan_changes_nothing() {
    let scene = Scene::new();
    let repo = scene.repository("repo");
    scene.hook(&repo.join(".git/hooks/pre-commit"), "theirs", 0);
    let before = tree(&scene.path(""));
    let cx = scene.context(&repo);
    let planned = local::install(&cx, &USUAL, false, &scene.program(), true).unwrap();
    assert_eq!(tree(&scene.path("")), before);
    let done = scene.install(&repo, &USUAL).unwrap();
    let changes =
        |done: &Installed| done.hooks.iter().map(|hook| (hook.hook.clone(), hook.change)).collect::<Vec<_>>();
    assert_eq!((changes(&planned), planned.program_changed), (changes(&done), done.program_changed));
    assert!(planned.lines()[0].contains("nothing is done"), "{:?}", planned.lines());
    let before = tree(&scene.path(""));
    let planned = plan_uninstall(&cx, None).unwrap();
    assert_eq!(tree(&scene.path("")), before);
    for kind in [GlobalKind::HooksPath, GlobalKind::TemplateDir] {
        global::install(&cx, kind, false, &scene.program(), true).unwrap();
        plan_uninstall(&cx, Some(kind)).unwrap();
        assert_eq!(tree(&scene.path("")), before);
    }
    assert_eq!(changes(&planned), changes(&uninstall(&cx, None).unwrap()));
}

#[test]
fn a_folder_of_hooks_elsewhere_is_honoured() {
    let scene = Scene::new();
    let repo = scene.repository("repo");
    scene.git(&repo, &["config", "core.hooksPath", "my hooks"]);
    let done = scene.install(&repo, &USUAL).unwrap();
    assert_eq!(done.folder, repo.join("my hooks"));
    assert!(done.notes[0].contains("inside the working tree"), "{:?}", done.notes);
    assert!(scene.commit(&repo).well);
    assert_eq!(scene.log(), BOTH);
    uninstall(&scene.context(&repo), None).unwrap();
    assert!(!repo.join("my hooks").exists());
    // What the team shares isn't overwritten.
    scene.hook(&repo.join("my hooks/pre-commit"), "shared", 0);
    scene.git(&repo, &["add", "my hooks"]);
    let before = tree(&repo);
    let problem = scene.install(&repo, &USUAL).unwrap_err();
    assert!(
        problem.what.contains("tracked by git") && problem.fix.contains("xtask hooks run pre-commit"),
        "{problem}"
    );
    assert_eq!(tree(&repo), before);
    local::install(&scene.context(&repo), &USUAL, true, &scene.program(), false).unwrap();
    assert!(scene.commit(&repo).well);
    assert_eq!(scene.log(), ["shared  <>", BOTH[0], BOTH[1]]);
    uninstall(&scene.context(&repo), None).unwrap();
    assert!(fs::read_to_string(repo.join("my hooks/pre-commit")).unwrap().contains("shared"));
    // Git finds nothing in an empty one.
    scene.git(&repo, &["config", "core.hooksPath", ""]);
    let problem = scene.install(&repo, &USUAL).unwrap_err();
    assert!(problem.what.contains("core.hooksPath is empty"), "{problem}");
    // husky's is husky's.
    xtask_core::files::write(&repo.join(".husky/_/h"), b"").unwrap();
    scene.git(&repo, &["config", "core.hooksPath", ".husky/_"]);
    let problem = scene.install(&repo, &USUAL).unwrap_err();
    assert!(problem.what.contains("husky"), "{problem}");
}

#[test]
fn status_tells_each_state() {
    let scene = Scene::new();
    let repo = scene.repository("repo");
    let hooks = repo.join(".git/hooks");
    let state = || {
        let status = status_against(&scene.context(&repo), &USUAL, &scene.program()).unwrap();
        (status.stages.iter().map(|stage| (stage.stage, stage.state)).collect::<Vec<_>>(), status)
    };
    let (stages, status) = state();
    assert_eq!(stages, [("pre-commit", HookState::Absent), ("post-commit", HookState::Absent)]);
    assert_eq!((status.program_state.clone(), status.is_current()), (ProgramState::Missing, false));
    scene.hook(&hooks.join("pre-commit"), "theirs", 0);
    scene.hook(&hooks.join("pre-push"), "theirs", 0);
    let (stages, status) = state();
    assert_eq!(
        stages,
        [
            ("pre-commit", HookState::Theirs),
            ("post-commit", HookState::Absent),
            ("pre-push", HookState::Theirs)
        ]
    );
    assert!(status.lines()[0].contains("xtask hooks install"), "{:?}", status.lines());
    scene.install(&repo, &USUAL).unwrap();
    let (stages, status) = state();
    assert_eq!(stages[..2], [("pre-commit", HookState::Current), ("post-commit", HookState::Current)]);
    assert!(status.is_current() && status.stages[0].before.is_some());
    assert_eq!(status.lines()[0], "pre-commit: installed, after before-xtask/pre-commit");
    fs::set_permissions(hooks.join("pre-commit"), fs::Permissions::from_mode(0o644)).unwrap();
    let older = fs::read_to_string(hooks.join("post-commit")).unwrap().replace("format 1", "format 0");
    script(&hooks.join("post-commit"), &older);
    xtask_core::files::write(&scene.program(), b"another build").unwrap();
    let (stages, status) = state();
    assert_eq!(stages[..2], [("pre-commit", HookState::NotExecutable), ("post-commit", HookState::Outdated)]);
    assert_eq!(status.program_state, ProgramState::OtherBuild);
    scene.install(&repo, &USUAL).unwrap();
    assert!(state().1.is_current(), "installing again mends all of it");
    script(&hooks.join("pre-push"), "#!/bin/sh\nexec xtask hooks run pre-push --hook -- \"$@\"\n");
    assert_eq!(state().0[2], ("pre-push", HookState::CallsXtask));
    let done = scene.install(&repo, &[Stage::PrePush]).unwrap();
    assert!(done.notes.iter().any(|note| note.contains("run twice")), "{:?}", done.notes);
    scene.install(&repo, &USUAL).unwrap();
    let json = serde_json::to_string(&state().1).unwrap();
    assert!(json.contains(r#""stage":"pre-commit","wanted":true,"state":"current""#), "{json}");
}

#[test]
fn stages_come_from_the_configuration() {
    let section: HooksSection = Config::parse("xtask.toml", "[hooks.commit-msg]\n[hooks.pre-push]\n")
        .unwrap()
        .section_or_default()
        .unwrap();
    assert_eq!(configured(&section), [Stage::PreCommit, Stage::CommitMsg, Stage::PostCommit, Stage::PrePush]);
    assert_eq!(configured(&HooksSection::default()), USUAL);
    let nowhere = tempfile::tempdir().unwrap();
    let cx = Context::new(nowhere.path().to_owned(), None, Config::default());
    assert!(status(&cx, &USUAL).unwrap_err().fix.contains("git init"));
}
