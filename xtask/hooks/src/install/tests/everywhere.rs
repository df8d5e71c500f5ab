//! Hooks for all of a user's repositories.

use super::*;

#[test]
fn a_template_gives_new_repositories_the_hooks() {
    let scene = Scene::new();
    let (cx, home) = (scene.context(&scene.path("home")), scene.path("home"));
    let kind = GlobalKind::TemplateDir;
    scene.git(&home, &["config", "--global", "init.templateDir", "/mine"]);
    let before = tree(&home);
    let problem = global::install(&cx, kind, false, &scene.program(), false).unwrap_err();
    assert!(problem.what.contains("/mine"), "{problem}");
    assert_eq!(tree(&home), before);
    for _ in 0..2 {
        global::install(&cx, kind, true, &scene.program(), false).unwrap();
    }
    let repo = scene.repository("repo");
    // Only where it is wanted.
    assert!(scene.commit(&repo).well);
    assert_eq!(scene.log(), [""; 0]);
    xtask_core::files::write(&repo.join("xtask.toml"), b"").unwrap();
    assert!(scene.commit(&repo).well);
    let log = scene.log();
    assert!(log.len() == 4 && log[0] == BOTH[0] && log[3] == BOTH[1], "{log:?}");
    // On top of it, the repository's own.
    scene.install(&repo, &USUAL).unwrap();
    assert!(scene.commit(&repo).well);
    assert_eq!(scene.log(), BOTH);
    let done = global::uninstall(&cx, kind, false).unwrap();
    assert!(done.notes.iter().any(|note| note == "init.templateDir is /mine again"), "{:?}", done.notes);
    let left =
        tree(&home).into_iter().filter(|file| !file.0.starts_with(home.join(".local"))).collect::<Vec<_>>();
    assert_eq!(left, before);
    assert!(!home.join(".local/share/xtask").exists());
}

#[test]
fn one_folder_for_all_repositories_runs_their_own_hooks_too() {
    let scene = Scene::new();
    let home = scene.path("home");
    let (cx, repo) = (scene.context(&home), scene.repository("repo"));
    let kind = GlobalKind::HooksPath;
    global::install(&cx, kind, false, &scene.program(), false).unwrap();
    let hooks = repo.join(".git/hooks");
    for hook in ["pre-commit", "commit-msg"] {
        scene.hook(&hooks.join(hook), "own", 0);
    }
    assert!(scene.commit(&repo).well);
    assert_eq!(scene.log(), ["own  <>", "own .git/COMMIT_EDITMSG <>"]);
    xtask_core::files::write(&repo.join("xtask.toml"), b"").unwrap();
    assert!(scene.commit(&repo).well);
    assert_eq!(scene.log()[..2], ["own  <>", BOTH[0]]);
    // Installed here as well: its own shim does it, once.
    let done = scene.install(&repo, &USUAL).unwrap();
    assert_eq!(done.folder, hooks);
    assert!(scene.commit(&repo).well);
    let log = scene.log();
    assert_eq!(log[..2], ["own  <>", BOTH[0]]);
    assert_eq!(log.iter().filter(|line| **line == BOTH[0]).count(), 1);
    assert_eq!(log.iter().filter(|line| **line == BOTH[1]).count(), 1);
    uninstall(&scene.context(&repo), None).unwrap();
    global::uninstall(&cx, kind, false).unwrap();
    assert!(!home.join(".local/share/xtask").exists());
    assert!(scene.commit(&repo).well);
    assert_eq!(scene.log(), ["own  <>", "own .git/COMMIT_EDITMSG <>"]);
    // Another's folder for all repositories is not for one repository's hooks.
    scene.git(&home, &["config", "--global", "core.hooksPath", "/mine"]);
    let problem = scene.install(&repo, &USUAL).unwrap_err();
    assert!(problem.fix.contains("--global"), "{problem}");
}
