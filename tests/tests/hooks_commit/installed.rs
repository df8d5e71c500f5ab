//! What is said and done where the hooks are installed, and something about that is amiss.

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
