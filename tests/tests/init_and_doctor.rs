//! `init` and `doctor` on real repositories, through their libraries: what is written, what is left alone, and what other
//! programs say of it (git, Cargo, actionlint).
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "fixtures, and programs that judge what was written"
)]

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use xtask_core::config::{Config, EnvSection, SectionKind, WatchSection};
use xtask_core::environment::Environment;
use xtask_core::gate::{Context, Gate, Need, NeedState, Planned};
use xtask_core::model::{ProblemKind, Result};
use xtask_core::repo::Repo;
use xtask_init::{Action, InitPlan, Options, apply, plan, show};

/// A folder with these files; a git repository that tracks them where `git` is set.
fn folder(git: bool, files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    if git {
        run(folder.path(), "git", &["init", "--quiet"]);
        run(folder.path(), "git", &["add", "--all"]);
    }
    folder
}

fn run(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .output()
        .unwrap_or_else(|cause| panic!("{program}: {cause}"));
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn context(root: &Path, configuration: &str, variables: &[(&str, &str)]) -> Context {
    let repo = Repo::discover(root).unwrap();
    let top = repo.as_ref().and_then(Repo::work_dir);
    let top = top.unwrap_or(root).to_owned();
    let config = Config::parse("xtask.toml", configuration).unwrap();
    Context {
        environment: Box::leak(Box::new(Environment::from_pairs(variables.iter().copied()))),
        jobs: NonZeroUsize::MIN,
        ..Context::new(top, repo, config)
    }
}

fn planned(root: &Path) -> InitPlan {
    plan(&context(root, "", &[]), &Options::default()).unwrap()
}

/// The actions of a plan by path: `+` to create, `~` to edit, `=` to keep.
fn actions(plan: &InitPlan) -> Vec<String> {
    plan.files
        .iter()
        .map(|file| match &file.action {
            Action::Create => format!("+ {}", file.path),
            Action::Edit { .. } => format!("~ {}", file.path),
            Action::Skip { .. } => format!("= {}", file.path),
        })
        .collect()
}

/// Every file below `root` but git's own, with its bytes.
fn everything(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != ".git") {
                    folders.push(path);
                }
            } else {
                found.push((path.clone(), std::fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// Every section that the program knows.
fn sections() -> Vec<SectionKind> {
    vec![
        SectionKind::of::<EnvSection>(),
        SectionKind::of::<WatchSection>(),
        SectionKind::of::<xtask_coverage::CoverageSection>(),
        SectionKind::of::<xtask_hooks::HooksSection>(),
        SectionKind::of::<xtask_lint::LintSection>(),
        SectionKind::of::<xtask_test::TestSection>(),
        SectionKind::of::<xtask_visual::VisualSection>(),
    ]
}

const LIBRARY: (&str, &str) = ("src/lib.rs", "");
const PACKAGE: (&str, &str) =
    ("Cargo.toml", "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
const WEB: [(&str, &str); 6] = [
    ("app/main.py", "import flask\n"),
    ("requirements.txt", "flask\ncelery\npytest\n"),
    ("package.json", "{\"scripts\":{\"test\":\"vitest run\"}}"),
    ("package-lock.json", "{}"),
    ("web/index.ts", "export {}\n"),
    ("compose.yaml", "services: {}\n"),
];
/// A workspace whose package `dev` embeds the program, which stands in for it here.
const EMBEDS: [(&str, &str); 5] = [
    ("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"dev\", \"program\"]\n"),
    (
        "dev/Cargo.toml",
        "[package]\nname = \"dev\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\nxtask = { path = \"../program\" }\n",
    ),
    ("dev/src/main.rs", "fn main() { println!(\"{}\", xtask::NAME); }\n"),
    ("program/Cargo.toml", "[package]\nname = \"xtask\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
    ("program/src/lib.rs", "pub const NAME: &str = \"the embedded program\";\n"),
];

#[test]
fn each_kind_of_repository_gets_what_fits_it() {
    let config = "+ xtask.toml";
    let workflow = "+ .github/workflows/xtask.yml";
    let mixed: Vec<_> = [PACKAGE, LIBRARY].into_iter().chain(WEB).collect();
    let gitlab = [WEB.as_slice(), &[(".gitlab-ci.yml", "test: {}\n")]].concat();
    let pre_commit = [WEB.as_slice(), &[(".pre-commit-config.yaml", "repos: []\n")]].concat();
    let husky = [WEB.as_slice(), &[("lefthook.yml", "{}\n"), (".husky/pre-commit", "npm test\n")]].concat();
    let workflow_there =
        [WEB.as_slice(), &[(".github/workflows/ci.yml", "steps:\n  - run: cargo xtask ci\n")]].concat();
    for (name, git, files, expected, told) in [
        ("empty", true, vec![], vec![config, workflow], "nothing that xtask treats"),
        ("no git", false, WEB.to_vec(), vec![config, workflow], "git init"),
        ("Rust", true, vec![PACKAGE, LIBRARY], vec![config, workflow], "needs no alias here"),
        (
            "Rust with the program inside",
            true,
            EMBEDS.to_vec(),
            vec![config, "+ .cargo/config.toml", workflow],
            "Rust (2 files)",
        ),
        ("Python", true, WEB.to_vec(), vec![config, workflow], "tests: pytest"),
        ("mixed", true, mixed, vec![config, workflow], "tests: npm test"),
        ("GitLab", true, gitlab, vec![config], "add this job to .gitlab-ci.yml"),
        ("pre-commit", true, pre_commit, vec![config, workflow], "`xtask hooks import --write --replace`"),
        (
            "lefthook and husky",
            true,
            husky,
            vec![config, workflow],
            "What is configured in lefthook.yml and .husky/ goes on as before",
        ),
        (
            "already in CI",
            true,
            workflow_there,
            vec![config, "= .github/workflows/xtask.yml"],
            "ci.yml runs `xtask ci` already",
        ),
    ] {
        let folder = folder(git, &files);
        let before = everything(folder.path());
        let plan = planned(folder.path());
        assert_eq!(actions(&plan), expected, "{name}");
        let shown = show(&plan);
        assert!(shown.contains(told), "{name}:\n{shown}");
        assert_eq!(everything(folder.path()), before, "{name}: planning changes nothing");

        apply(&plan).unwrap();
        Config::load(folder.path(), None, &sections()).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        let after = everything(folder.path());
        for file in &before {
            assert!(after.contains(file), "{name}: {} changed", file.0.display());
        }

        let again = planned(folder.path());
        assert!(again.is_done(), "{name}: {:?}", actions(&again));
        assert!(show(&again).contains("Nothing to do"), "{name}");
        assert!(apply(&again).unwrap().is_empty(), "{name}");
        assert_eq!(everything(folder.path()), after, "{name}");
    }
}

#[test]
fn every_suggestion_is_a_key_that_the_program_knows() {
    let files: Vec<_> = [PACKAGE, LIBRARY].into_iter().chain(WEB).collect();
    let folder = folder(true, &files);
    let plan = planned(folder.path());
    let text = &plan.files[0].content;
    let mut switched = String::new();
    let mut suggestions = 0;
    for line in text.lines() {
        let bare = line.strip_prefix("# ").unwrap_or(line);
        let key = bare.split_once(" = ").is_some_and(|(key, _)| !key.contains(' '));
        let is_code = bare.starts_with('[') || key;
        suggestions += usize::from(is_code && bare != line);
        switched.push_str(if is_code { bare } else { line });
        switched.push('\n');
    }
    assert!(suggestions > 8, "{switched}");
    std::fs::write(folder.path().join("xtask.toml"), &switched).unwrap();
    Config::load(folder.path(), None, &sections()).unwrap_or_else(|problem| panic!("{problem}\n{switched}"));
}

#[test]
fn the_alias_runs_the_repositorys_own_program() {
    let folder = folder(true, &EMBEDS);
    apply(&planned(folder.path())).unwrap();
    let said = run(folder.path(), "cargo", &["--offline", "xtask"]);
    assert_eq!(said, "the embedded program\n");
}

#[test]
fn a_cargo_configuration_keeps_every_line() {
    let theirs = "# why we link so\n[build]   # all of it\nrustflags = [\"-C\", \"debuginfo=1\"]\n\n[alias]\nb = \"build\" # short\n";
    let files = [EMBEDS.as_slice(), &[(".cargo/config.toml", theirs)]].concat();
    let folder = folder(true, &files);
    let plan = planned(folder.path());
    assert_eq!(actions(&plan), ["+ xtask.toml", "~ .cargo/config.toml", "+ .github/workflows/xtask.yml"]);
    assert!(show(&plan).contains("+xtask = \"run --quiet --package dev --\""), "{}", show(&plan));
    apply(&plan).unwrap();
    let text = std::fs::read_to_string(folder.path().join(".cargo/config.toml")).unwrap();
    assert_eq!(text, format!("{theirs}xtask = \"run --quiet --package dev --\"\n"));
}

#[test]
fn what_exists_is_never_overwritten() {
    let files = [
        ("xtask.toml", "min-version = \"0.1\"\n"),
        (".github/workflows/xtask.yml", "mine: true\n"),
        ("Cargo.toml", "[workspace\nbroken"),
        ("package.json", "\u{feff}not json"),
    ];
    let folder = folder(true, &files);
    let before = everything(folder.path());
    let plan = planned(folder.path());
    assert!(plan.is_done(), "{:?}", actions(&plan));
    apply(&plan).unwrap();
    assert_eq!(everything(folder.path()), before);
}

#[test]
fn a_file_that_came_in_between_stays() {
    let folder = folder(true, &WEB);
    let plan = planned(folder.path());
    std::fs::write(folder.path().join("xtask.toml"), "[lint]\n").unwrap();
    let problem = apply(&plan).unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Usage);
    assert!(!problem.fix.is_empty());
    assert_eq!(std::fs::read_to_string(folder.path().join("xtask.toml")).unwrap(), "[lint]\n");
}

#[test]
fn a_bare_repository_is_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), "git", &["init", "--quiet", "--bare", "b.git"]);
    let bare = folder.path().join("b.git");
    let problem = plan(&context(&bare, "", &[]), &Options::default()).unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Usage);
    assert!(problem.fix.contains("git worktree add"), "{problem}");
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder(true, &WEB);
    let plan = planned(folder.path());
    let set = |mode| std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(mode)).unwrap();
    set(0o555);
    let writes_anyway = std::fs::write(folder.path().join("probe"), "").is_ok();
    let applied = apply(&plan);
    set(0o755);
    // Root writes everywhere.
    if !writes_anyway {
        let problem = applied.unwrap_err();
        assert_eq!(problem.kind, ProblemKind::Invalid);
        assert!(problem.fix.contains("write permission"), "{problem}");
    }
}

/// actionlint, where the environment with the programs that judge our outputs is there. Its absence is noted, so that CI
/// can refuse it.
fn actionlint() -> Option<PathBuf> {
    let path = std::env::var_os("XTASK_REFEREES").map(|folder| {
        let folder = PathBuf::from(folder).join("venv/bin/actionlint");
        if folder.is_absolute() {
            folder
        } else {
            Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(folder)
        }
    });
    if let Some(path) = path.filter(|path| path.is_file()) {
        return Some(path);
    }
    let why = "workflows are not checked: there is no actionlint (`.ci/referees` installs it)";
    println!("skipped: {why}");
    if let Some(list) = std::env::var_os("XTASK_SKIPPED") {
        use std::io::Write;
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(list).unwrap();
        writeln!(file, "init_and_doctor: {why}").unwrap();
    }
    None
}

#[test]
fn github_would_take_the_workflows() {
    let Some(actionlint) = actionlint() else {
        return;
    };
    let mixed: Vec<_> = [PACKAGE, LIBRARY].into_iter().chain(WEB).collect();
    for (name, files) in [
        ("empty", vec![]),
        ("Rust", vec![PACKAGE, LIBRARY]),
        ("embedded", EMBEDS.to_vec()),
        ("Python", WEB.to_vec()),
        ("mixed", mixed),
    ] {
        for source in [None, Some("https://example.org/x \"y\".git".to_owned())] {
            let folder = folder(true, &files);
            let plan = plan(&context(folder.path(), "", &[]), &Options { source }).unwrap();
            apply(&plan).unwrap();
            println!("{name}");
            run(folder.path(), actionlint.to_str().unwrap(), &["-no-color", ".github/workflows/xtask.yml"]);
        }
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    run(here, actionlint.to_str().unwrap(), &["-no-color", ".github/workflows/ci.yml"]);
}

/// A gate that says what it is told to.
struct Says(Vec<Need>);

impl Gate for Says {
    fn name(&self) -> &'static str {
        "says"
    }

    fn plan(&self, _: &Context) -> Result<Planned> {
        unreachable!("doctor doesn't plan")
    }

    fn needs(&self, _: &Context) -> Vec<Need> {
        self.0.clone()
    }
}

/// The need of this name, if doctor tells of it.
fn need<'a>(needs: &'a [Need], name: &str) -> Option<&'a NeedState> {
    needs.iter().find(|need| need.name == name).map(|need| &need.state)
}

#[test]
fn doctor_tells_what_is_there_and_what_mends_the_rest() {
    let manifest = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nrust-version = \"1.999\"\n";
    let folder = folder(true, &[("Cargo.toml", manifest), LIBRARY]);
    let unmet = NeedState::Unmet { why: "it is not on PATH".to_owned(), fix: "pip install ruff".to_owned() };
    let gates: Vec<Box<dyn Gate>> = vec![Box::new(Says(vec![Need {
        name: "ruff".to_owned(),
        by: "lint".to_owned(),
        state: unmet.clone(),
    }]))];
    let cx = context(folder.path(), "min-version = \"0.1\"\n[hooks]\n", &[]);
    let needs = xtask_doctor::examine(&cx, &gates, None);
    assert!(matches!(need(&needs, "xtask 0.1 or later"), Some(NeedState::Met { .. })), "{needs:?}");
    assert!(matches!(need(&needs, "git 2.30 or later"), Some(NeedState::Met { .. })), "{needs:?}");
    assert!(matches!(need(&needs, "cargo"), Some(NeedState::Met { .. })), "{needs:?}");
    assert!(matches!(need(&needs, "rustc 1.999 or later"), Some(NeedState::Unmet { .. })), "{needs:?}");
    assert_eq!(need(&needs, "ruff"), Some(&unmet));
    assert_eq!(need(&needs, "a container engine"), None);
    assert_eq!(xtask_doctor::exit_code(&needs, None).code(), 3);
    assert_eq!(xtask_doctor::json(&needs)["ok"], false);
    assert!(xtask_doctor::show(&needs, false).contains("    pip install ruff\n"));
}

#[cfg(unix)]
#[test]
fn what_doctor_names_installs_the_hooks() {
    let folder = folder(true, &[("a.txt", "x\n")]);
    let at = |variables: &[(&str, &str)]| context(folder.path(), "[hooks]\n", variables);
    let look = |variables: &[(&str, &str)]| {
        let gates: Vec<Box<dyn Gate>> = vec![Box::new(xtask_hooks::HooksGate)];
        need(&xtask_doctor::examine(&at(variables), &gates, None), "the git hooks").cloned()
    };
    assert_eq!(look(&[("CI", "true")]), None, "a CI runner makes no commits");
    assert!(matches!(look(&[]), Some(NeedState::Unmet { fix, .. }) if fix == "xtask hooks install"));
    let stages = xtask_hooks::install::configured(&xtask_hooks::HooksSection::default());
    let options = xtask_hooks::install::InstallOptions { global: None, stages, force: false, plan: false };
    xtask_hooks::install::install(&at(&[]), &options).unwrap();
    assert!(matches!(look(&[]), Some(NeedState::Met { .. })));
    std::fs::write(folder.path().join(".git/hooks/pre-commit"), "#!/bin/sh\nmake\n").unwrap();
    assert!(matches!(look(&[]), Some(NeedState::Unmet { why, .. }) if why.contains("another's")));
    // A line in a hook of one's own does, too.
    std::fs::write(
        folder.path().join(".git/hooks/pre-commit"),
        "#!/bin/sh\nmake && xtask hooks run pre-commit\n",
    )
    .unwrap();
    assert!(matches!(look(&[]), Some(NeedState::Met { .. })));
}

#[test]
fn commands_of_hooks_need_their_programs_and_a_compose_file_alone_needs_nothing() {
    let folder = folder(true, &[("compose.yaml", "services: {}\n")]);
    let text = "[hooks.pre-commit.commands.a]\nrun = 'no-such-program-here {files}'\n[hooks.pre-push.commands.b]\nrun = 'X=1 no-such-program-here'\n[hooks.pre-push.commands.c]\nrun = 'git status'\n";
    let gates: Vec<Box<dyn Gate>> = vec![Box::new(xtask_hooks::HooksGate)];
    let needs = xtask_doctor::examine(&context(folder.path(), text, &[("CI", "true")]), &gates, None);
    assert_eq!(need(&needs, "a container engine"), None);
    assert!(matches!(need(&needs, "git"), Some(NeedState::Met { .. })), "{needs:?}");
    let missing = needs.iter().find(|need| need.name == "no-such-program-here").unwrap();
    assert_eq!(
        missing.by,
        "hooks.pre-commit.commands.a (xtask.toml:2), hooks.pre-push.commands.b (xtask.toml:4)"
    );
    assert!(matches!(missing.state, NeedState::Unmet { .. }));
}

#[test]
fn an_empty_folder_needs_git_alone() {
    let folder = tempfile::tempdir().unwrap();
    let needs = xtask_doctor::examine(&context(folder.path(), "", &[]), &[], None);
    assert_eq!(needs.len(), 1, "{needs:?}");
    let hooked = xtask_doctor::examine(&context(folder.path(), "[hooks]\n", &[]), &[], None);
    assert!(matches!(
        need(&hooked, "a git repository"),
        Some(NeedState::Unmet { fix, .. }) if fix == "git init"
    ));
}
