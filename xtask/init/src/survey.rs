//! What a repository holds, as far as `init` cares: the edge that reads its files. All that follows is decided on [`Facts`].

use std::path::Path;

use xtask_core::config::Project;
use xtask_core::gate::Context;
use xtask_core::model::{RepoPath, Result};

use crate::suite::{self, Suite};
use crate::tasks::{self, Manifest, Tasks};

/// Manifests beyond this many are not opened: a workspace's own come first, since the shallowest do.
const MANIFESTS_READ: usize = 500;
/// Files above this size are no configuration that a person wrote.
const LARGEST_TEXT: u64 = 1 << 20;
/// Where the configurations of hook managers lie that `hooks import` reads; a folder ends with `/`.
const HOOK_MANAGERS: [&str; 15] = [
    ".pre-commit-config.yaml",
    ".pre-commit-config.yml",
    "lefthook.yml",
    "lefthook.yaml",
    "lefthook.toml",
    "lefthook.json",
    ".lefthook.yml",
    ".lefthook.yaml",
    ".lefthook.toml",
    ".lefthook.json",
    ".config/lefthook.yml",
    ".config/lefthook.yaml",
    ".config/lefthook.toml",
    ".config/lefthook.json",
    ".husky/",
];

/// What was found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// Languages, manifests, CI, Compose files.
    pub(crate) project: Project,
    /// Whether this is a git repository.
    pub(crate) git: bool,
    /// Whether `Cargo.toml` lies at the top.
    pub(crate) rust: bool,
    /// The package that runs the repository's tasks.
    pub(crate) tasks: Tasks,
    /// The project's test suites, in the order in which they run.
    pub(crate) suites: Vec<Suite>,
    /// How a CI runner installs what the tests need, by language.
    pub(crate) installs: Installs,
    /// Folders of other people's code that is committed here: `vendor`.
    pub(crate) vendored: Vec<String>,
    /// The configurations of other hook managers.
    pub(crate) hook_managers: Vec<&'static str>,
    /// A workflow that calls xtask already.
    pub(crate) called_by: Option<RepoPath>,
}

/// How a CI runner installs what the tests need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Installs {
    /// For Python: `python -m pip install -r requirements.txt`.
    pub(crate) python: Option<String>,
    /// For JavaScript: `npm ci`.
    pub(crate) node: Option<String>,
}

impl Facts {
    /// What was found, a line each, for people.
    pub(crate) fn found(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut languages: Vec<_> = self.project.languages.iter().collect();
        languages.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        if !languages.is_empty() {
            let shown: Vec<String> = languages
                .iter()
                .map(|(language, count)| {
                    format!("{language:?} ({count} {})", if **count == 1 { "file" } else { "files" })
                })
                .collect();
            lines.push(format!("languages: {}", shown.join(", ")));
        }
        lines.extend(self.suites.iter().map(|suite| format!("tests: {} ({})", suite.command, suite.why)));
        if !self.project.ci.is_empty() {
            let shown: Vec<&str> = self.project.ci.iter().map(|service| service.name()).collect();
            lines.push(format!("CI: {}", shown.join(", ")));
        }
        lines.extend(self.project.compose.iter().map(|path| format!("Compose: {path}")));
        lines.extend(self.hook_managers.iter().map(|place| format!("hooks: {place}")));
        if lines.is_empty() {
            lines.push("nothing that xtask treats in a way of its own".to_owned());
        }
        lines
    }
}

/// Looks at the repository of `cx`. What is tracked counts; where nothing is yet, what lies in the folder.
pub(crate) fn survey(cx: &Context) -> Result<Facts> {
    let mut paths: Vec<RepoPath> = cx.tracked()?.iter().map(|entry| entry.path.clone()).collect();
    if paths.is_empty() {
        paths = xtask_core::repo::walk(&cx.root)?;
    }
    paths.extend(hidden(&cx.root));
    paths.sort();
    paths.dedup();
    Ok(of_paths(&cx.root, &paths, cx.repo.is_some()))
}

/// The facts that follow from these paths and from what they hold.
pub(crate) fn of_paths(root: &Path, paths: &[RepoPath], git: bool) -> Facts {
    let project = Project::detect(paths);
    let manifests: Vec<Manifest> = project
        .manifests
        .iter()
        .filter(|path| path.file_name() == b"Cargo.toml")
        .take(MANIFESTS_READ)
        .filter_map(|path| {
            let full = path.below(root);
            let folder = full.parent()?.join("src");
            Some(Manifest {
                text: text_of(&full)?,
                program: folder.join("main.rs").is_file() || folder.join("bin").is_dir(),
            })
        })
        .collect();
    let rust = project.has_at_top("Cargo.toml");
    let suites = suite::find(root, &project, paths);
    Facts {
        git,
        rust,
        tasks: if rust { tasks::judge(&manifests) } else { Tasks::None },
        installs: suite::installs(root, &project),
        vendored: vendored(paths),
        hook_managers: HOOK_MANAGERS.into_iter().filter(|place| is_there(root, paths, place)).collect(),
        called_by: workflows(root, paths),
        suites,
        project,
    }
}

/// Whether a file is tracked or lies there; a folder ends with `/`.
fn is_there(root: &Path, paths: &[RepoPath], place: &str) -> bool {
    let tracked = |path: &RepoPath| {
        let path = path.as_bytes();
        path == place.as_bytes() || place.ends_with('/') && path.starts_with(place.as_bytes())
    };
    let found = root.join(place);
    paths.iter().any(tracked) || if place.ends_with('/') { found.is_dir() } else { found.is_file() }
}

/// The hidden files that matter and that a walk leaves out.
fn hidden(root: &Path) -> Vec<RepoPath> {
    let mut found = Vec::new();
    for name in [".gitlab-ci.yml", ".circleci/config.yml"] {
        if root.join(name).is_file() {
            found.push(RepoPath::from(name));
        }
    }
    if let Ok(entries) = std::fs::read_dir(root.join(".github/workflows")) {
        let files = entries.filter_map(|entry| RepoPath::relative(root, &entry.ok()?.path()));
        found.extend(files.filter(|path| matches!(path.extension(), Some(b"yml" | b"yaml"))));
    }
    found
}

/// The workflow that calls xtask already, if one does.
fn workflows(root: &Path, paths: &[RepoPath]) -> Option<RepoPath> {
    let ours = |text: &str| {
        text.lines()
            .map(|line| line.trim_start().trim_start_matches("- "))
            .any(|line| !line.starts_with('#') && line.contains("xtask ci"))
    };
    paths
        .iter()
        .filter(|path| path.as_bytes().starts_with(b".github/workflows/"))
        .find(|path| text_of(&path.below(root)).is_some_and(|text| ours(&text)))
        .cloned()
}

/// The top-level folders that hold other people's code by their name, where something in them is tracked.
fn vendored(paths: &[RepoPath]) -> Vec<String> {
    ["node_modules", "third_party", "third-party", "vendor"]
        .into_iter()
        .filter(|name| {
            let prefix = format!("{name}/");
            paths.iter().any(|path| path.as_bytes().starts_with(prefix.as_bytes()))
        })
        .map(str::to_owned)
        .collect()
}

/// The file's text, where it can be read, is UTF-8 and of a size that a person writes.
pub(crate) fn text_of(path: &Path) -> Option<String> {
    let size = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?.len();
    if size > LARGEST_TEXT {
        return None;
    }
    String::from_utf8(xtask_core::files::read(path).ok()?).ok()
}
