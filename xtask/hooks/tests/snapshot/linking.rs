//! Ignored dependencies of the working tree, linked into the snapshot.

use std::os::unix::fs::symlink;

use crate::fixture::{Fixture, held, read, run, write};

fn links(fixture: &Fixture, pairs: &[(&str, &str)]) {
    for (target, name) in pairs {
        let name = fixture.top.join(name);
        std::fs::create_dir_all(name.parent().unwrap()).unwrap();
        symlink(target, name).unwrap();
    }
}

#[test]
fn dependency_folders_are_seen_and_git_does_not_see_them() {
    let fixture = Fixture::with(&[
        (".gitignore", "node_modules/\nvenv/\n.venv\n"),
        ("package.json", "{}"),
        ("web/package.json", "{}"),
        ("api/pyproject.toml", ""),
        ("plain/README", ""),
    ]);
    for (path, content) in [
        ("node_modules/left-pad/index.js", "pad"),
        ("node_modules/.bin/tool", "#!/bin/sh\n"),
        ("web/node_modules/x/index.js", "x"),
        ("plain/node_modules/y/index.js", "no package.json beside it"),
        ("venv/pyvenv.cfg", "home = /usr/bin\n"),
        ("venv/bin/python", ""),
        ("api/.venv/pyvenv.cfg", ""),
        ("api/venv/no-config", ""),
        (".env", "SECRET=1\n"),
        ("gen/out.c", "int x;\n"),
    ] {
        fixture.write(path, content);
    }
    let mut snapshot = fixture.try_prepare(&[".env", "gen/", "missing"]).unwrap();
    let at = |name: &str| snapshot.root().join(name);
    for name in [
        "node_modules/left-pad/index.js",
        "web/node_modules/x/index.js",
        "venv/bin/python",
        "api/.venv/pyvenv.cfg",
        "gen/out.c",
    ] {
        assert_eq!(read(&at(name)), read(&fixture.top.join(name)), "{name}");
    }
    assert_eq!(read(&at(".env")), "SECRET=1\n");
    assert!(!at("plain/node_modules").exists() && !at("api/venv").exists() && !at("missing").exists());
    assert_eq!(run(&snapshot, "git status --porcelain -- . ':!.env'"), "");
    assert!(snapshot.changes().unwrap().is_empty());
    // A command that stages everything, and one that caches beside the packages.
    run(&snapshot, "git add -A && echo warm >node_modules/.cache && echo new >web/new");
    assert_eq!(fixture.told(&snapshot.changes().unwrap()), ["web/new is new \"new\""]);
    drop(snapshot);
    assert_eq!(fixture.text(["status", "--porcelain", "node_modules"]), "");
    assert!(!fixture.top.join("node_modules/.cache").exists());

    let again = fixture.try_prepare(&[".env", "gen"]).unwrap();
    assert_eq!(read(&again.root().join("node_modules/.cache")), "warm\n");
    assert_eq!(run(&again, "git ls-files .env gen"), "");
    drop(again);
    // What isn't wanted any more goes; what it pointed to stays.
    std::fs::remove_dir_all(fixture.top.join("web/node_modules")).unwrap();
    let last = fixture.prepare();
    let left: Vec<String> = held(&last).into_keys().filter(|name| name.contains("web/")).collect();
    assert_eq!(left, ["web/package.json"]);
    assert!(!last.root().join("gen").exists() && last.root().join(".env").symlink_metadata().is_err());
    assert_eq!(read(&fixture.top.join("gen/out.c")), "int x;\n");
    assert_eq!(read(&fixture.top.join(".env")), "SECRET=1\n");
}

#[test]
fn packages_of_the_workspace_are_the_snapshots() {
    let fixture = Fixture::with(&[
        (".gitignore", "node_modules\n"),
        ("package.json", "{}"),
        ("packages/ui/index.js", "committed"),
        ("packages/ui/cli.js", "cli committed"),
        ("packages/core/index.js", "committed"),
    ]);
    fixture.write("node_modules/.pnpm/dep@1/node_modules/dep/index.js", "dep");
    fixture.write("node_modules/@other/lib/index.js", "lib");
    fixture.write("node_modules/@acme/real/index.js", "real");
    fixture.write("packages/new/index.js", "untracked");
    fixture.write(".gitignore", "node_modules\npackages/new\n");
    fixture.git(["add", ".gitignore"]);
    links(
        &fixture,
        &[
            ("../packages/ui", "node_modules/ui"),
            ("../../packages/core", "node_modules/@acme/core"),
            ("../packages/new", "node_modules/new"),
            (".pnpm/dep@1/node_modules/dep", "node_modules/dep"),
            ("../ui/cli.js", "node_modules/.bin/ui"),
            ("../dep/index.js", "node_modules/.bin/dep"),
            ("nowhere", "node_modules/dangling"),
        ],
    );
    fixture.write("packages/ui/index.js", "unstaged");
    fixture.write("packages/ui/cli.js", "cli unstaged");
    fixture.write("packages/core/index.js", "unstaged");
    let snapshot = fixture.prepare();
    let at = |name: &str| read(&snapshot.root().join("node_modules").join(name));
    assert_eq!((at("ui/index.js"), at("@acme/core/index.js")), ("committed".into(), "committed".into()));
    assert_eq!((at(".bin/ui"), at(".bin/dep")), ("cli committed".into(), "dep".into()));
    assert_eq!((at("dep/index.js"), at("@other/lib/index.js")), ("dep".into(), "lib".into()));
    assert_eq!(at("@acme/real/index.js"), "real");
    assert!(snapshot.root().join("node_modules/new").symlink_metadata().is_err());
    drop(snapshot);

    // A package that moves out of the workspace, and one that is a plain dependency from now on.
    std::fs::remove_file(fixture.top.join("node_modules/ui")).unwrap();
    fixture.write("node_modules/ui/index.js", "from the registry");
    std::fs::remove_file(fixture.top.join("node_modules/@acme/core")).unwrap();
    let snapshot = fixture.prepare();
    assert_eq!(read(&snapshot.root().join("node_modules/ui/index.js")), "from the registry");
    assert!(!snapshot.root().join("node_modules/@acme/core").exists());
    assert_eq!(read(&snapshot.root().join("node_modules/@acme/real/index.js")), "real");
    assert_eq!(run(&snapshot, "git status --porcelain"), "M  .gitignore");
}

#[test]
fn tracked_files_win_over_links() {
    let fixture = Fixture::with(&[("package.json", "{}"), (".gitignore", "node_modules\n")]);
    fixture.write("node_modules/a/index.js", "mine");
    fixture.write("node_modules/b/index.js", "mine");
    drop(fixture.prepare());
    fixture.git(["add", "--force", "node_modules/a"]);
    fixture.write("node_modules/a/index.js", "unstaged");
    let snapshot = fixture.prepare();
    assert_eq!(read(&snapshot.root().join("node_modules/a/index.js")), "mine");
    assert_eq!(read(&fixture.top.join("node_modules/a/index.js")), "unstaged");
    assert!(!snapshot.root().join("node_modules/b").exists());
    assert_eq!(run(&snapshot, "git status --porcelain"), "A  node_modules/a/index.js");
    drop(snapshot);
    fixture.git(["rm", "-rf", "--quiet", "--cached", "node_modules/a"]);
    let snapshot = fixture.prepare();
    assert_eq!(read(&snapshot.root().join("node_modules/a/index.js")), "unstaged");
    assert_eq!(run(&snapshot, "git status --porcelain"), "");
}

#[test]
fn cleaning_and_commands_never_go_through_links() {
    let fixture =
        Fixture::with(&[("package.json", "{}"), ("src/a", "a\n"), (".gitignore", "node_modules\n")]);
    fixture.write("node_modules/a/index.js", "mine");
    fixture.write("precious/file", "mine");
    let snapshot = fixture.prepare();
    let precious = fixture.top.join("precious");
    run(
        &snapshot,
        &format!(
            "rm -r node_modules && ln -s {0} node_modules && rm -r src && ln -s {0} src && ln -s {0} other && \
             mkdir deep && ln -s {0} deep/link",
            precious.display()
        ),
    );
    drop(snapshot);
    let snapshot = fixture.prepare();
    assert_eq!(read(&snapshot.root().join("src/a")), "a\n");
    assert_eq!(read(&snapshot.root().join("node_modules/a/index.js")), "mine");
    assert!(
        snapshot.root().join("other").symlink_metadata().is_err() && !snapshot.root().join("deep").exists()
    );
    run(&snapshot, "rm -rf node_modules; git clean -qfdx");
    drop(snapshot);
    let files = std::fs::read_dir(&precious).unwrap().count();
    assert_eq!((files, read(&precious.join("file"))), (1, "mine".into()));
    assert_eq!(read(&fixture.top.join("node_modules/a/index.js")), "mine");
}

#[test]
fn editable_installs_are_told() {
    let fixture = Fixture::with(&[("pyproject.toml", ""), ("src/app/__init__.py", ""), ("lib/tool.py", "")]);
    let site = ".venv/lib/python3.11/site-packages";
    let top = fixture.top.display();
    for (name, content) in [
        ("_app.pth", format!("{top}/src\n")),
        (
            "__editable__.tool-1.0.pth",
            "import __editable___tool_1_0_finder; __editable___tool_1_0_finder.install()".into(),
        ),
        (
            "__editable___tool_1_0_finder.py",
            format!("MAPPING: dict[str, str] = {{'tool': '{top}/lib/tool'}}\n"),
        ),
        ("other.pth", "/usr/lib/elsewhere\n".into()),
        ("inside.pth", format!("{top}/.venv/src\n")),
    ] {
        fixture.write(format!("{site}/{name}"), content);
    }
    fixture.write(".venv/pyvenv.cfg", "");
    let snapshot = fixture.prepare();
    let notices = snapshot.notices();
    assert_eq!(notices.len(), 2, "{notices:?}");
    assert!(
        notices[0].starts_with("tool is an editable install in .venv")
            && notices[0].contains("PYTHONPATH = \"lib\"")
    );
    assert!(
        notices[1].starts_with("app is an editable install") && notices[1].contains("PYTHONPATH = \"src\"")
    );
}

#[test]
fn a_real_editable_install_is_mended_as_the_notice_says() {
    let Some(referees) = xtask_core::environment::Environment::of_process().path("XTASK_REFEREES") else {
        println!("left out: XTASK_REFEREES is not set");
        return;
    };
    let fixture = Fixture::with(&[
        (".gitignore", ".venv\n"),
        ("pyproject.toml", ""),
        ("src/app.py", "print('committed')\n"),
    ]);
    let python = referees.join("venv/bin/python");
    let made = xtask_core::exec::Process::new(python)
        .args(["-m", "venv", "--without-pip", ".venv"])
        .folder(&fixture.top)
        .run(&xtask_core::exec::Cancel::new())
        .unwrap();
    assert!(made.is_success(), "{}", made.last_lines(9));
    let lib = fixture.top.join(".venv/lib");
    let version = std::fs::read_dir(&lib).unwrap().next().unwrap().unwrap().path();
    write(&version, "site-packages/app.pth", fixture.top.join("src").to_str().unwrap());
    fixture.write("src/app.py", "print('unstaged')\n");
    let snapshot = fixture.prepare();
    assert!(snapshot.notices()[0].contains("PYTHONPATH = \"src\""), "{:?}", snapshot.notices());
    assert_eq!(run(&snapshot, ".venv/bin/python -c 'import app'"), "unstaged");
    assert_eq!(run(&snapshot, "PYTHONPATH=src .venv/bin/python -c 'import app'"), "committed");
    assert_eq!(
        run(&snapshot, ".venv/bin/python -c 'import sys; print(sys.prefix)'"),
        snapshot.root().join(".venv").to_str().unwrap()
    );
}

#[test]
fn a_link_out_of_the_repository_is_refused() {
    let fixture = Fixture::with(&[("a", "a\n")]);
    let problem = fixture.try_prepare(&["../cache"]).err().unwrap();
    assert_eq!(problem.kind, xtask_core::model::ProblemKind::Usage);
}
