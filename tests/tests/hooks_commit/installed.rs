//! What is said and done where the hooks are installed, and something about that is amiss.

use std::os::unix::fs::PermissionsExt;

use xtask_tests::referee;

use crate::repo::{Repo, STRIP};

/// A configuration that can't be read stops what it is needed for, and nothing else.
#[test]
fn a_broken_configuration() {
    let place = "xtask.toml:2: unknown key `chekcs`";
    let repo = Repo::new(STRIP);
    repo.write("xtask.toml", "[hooks.pre-commit]\nchekcs = []\n");
    repo.stage("f.txt", "text\n");
    let ended = repo.commit();
    assert_eq!(ended.code, 1);
    ended.says(&[place]);
    let ended = repo.try_git(&["commit", "-q", "--no-verify", "-m", "unchecked"]).ok();
    assert_eq!(ended.told.trim(), format!("xtask: post-commit was left out: {place}"));
    repo.holds("f.txt", b"text\n", b"text\n");
    for command in [&["hooks", "status"][..], &["doctor"], &["hooks", "status", "--format=json"]] {
        let ended = repo.program(command);
        assert_eq!(ended.code, 2, "{}", ended.told);
        ended.says(&[place, "did you mean `checks`?"]);
    }
    repo.program(&["hooks", "recover"]).ok().says(&["nothing to recover"]);
    repo.program(&["hooks", "uninstall"]).ok().says(&["pre-commit: removed"]);
    assert!(!repo.path(".git/hooks/pre-commit").exists());
    repo.stage("g.txt", "text \n");
    assert!(repo.commit().ok().told.trim().is_empty());
}

/// The hook that was there before is another manager's own: what both check would be checked twice, which is told.
#[test]
fn beside_another_manager() {
    for name in ["pre-commit", "prek", "lefthook"] {
        let manager = match referee::file(&format!("venv/bin/{name}")) {
            Ok(manager) => manager,
            Err(why) => return referee::skip("beside_another_manager", &why),
        };
        let repo = Repo::empty();
        repo.write(".pre-commit-config.yaml", "repos: []\n");
        repo.write("lefthook.yml", "pre-commit:\n  commands:\n    a:\n      run: 'true'\n");
        repo.run(repo.command(&manager).arg("install")).ok();
        for command in [&["hooks", "install"][..], &["hooks", "install"], &["hooks", "status"]] {
            let said = format!("{name}'s own");
            let how = format!("`xtask hooks uninstall`, `{name} uninstall`, `xtask hooks install`");
            repo.program(command).ok().says(&[&said, "`xtask hooks import --write`", &how]);
        }
        // As it says.
        repo.program(&["hooks", "uninstall"]).ok();
        repo.run(repo.command(&manager).arg("uninstall")).ok();
        assert!(!repo.program(&["hooks", "install"]).ok().told.contains(&format!("{name}'s own")), "{name}");
    }
}

/// Git skips a hook that isn't executable; so does the shim, and both say so.
#[test]
fn the_hook_before_is_not_executable() {
    let repo = Repo::empty();
    repo.write(".git/hooks/pre-commit", "#!/bin/sh\nexit 1\n");
    let path = repo.path(".git/hooks/pre-commit");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let said = "isn't executable, so that it doesn't run";
    repo.program(&["hooks", "install", "--plan"]).ok().says(&[said]);
    let told = repo.program(&["hooks", "install"]).ok().says(&[said]).told;
    assert!(!told.contains("runs before"), "{told}");
    repo.program(&["hooks", "status"]).ok().says(&[said]);
    repo.stage("f.txt", "text\n");
    repo.commit().ok();
    repo.program(&["hooks", "uninstall"]).ok();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
}
