//! What a repository is made of, judged by its tracked paths alone: languages, manifests, CI.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::RepoPath;

/// A language that some gate treats in its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Rust.
    Rust,
    /// Python.
    Python,
    /// JavaScript, with JSX.
    JavaScript,
    /// TypeScript, with TSX.
    TypeScript,
    /// Go.
    Go,
    /// Java.
    Java,
    /// PHP.
    Php,
    /// Ruby.
    Ruby,
    /// Shell scripts.
    Shell,
    /// CSS and its dialects.
    Css,
    /// HTML and templates.
    Html,
    /// SQL.
    Sql,
}

impl Language {
    /// The language of a file, by its extension.
    pub fn of(path: &RepoPath) -> Option<Self> {
        Some(match path.extension()? {
            b"rs" => Self::Rust,
            b"py" | b"pyi" => Self::Python,
            b"js" | b"mjs" | b"cjs" | b"jsx" => Self::JavaScript,
            b"ts" | b"mts" | b"cts" | b"tsx" => Self::TypeScript,
            b"go" => Self::Go,
            b"java" => Self::Java,
            b"php" => Self::Php,
            b"rb" => Self::Ruby,
            b"sh" | b"bash" => Self::Shell,
            b"css" | b"scss" | b"less" => Self::Css,
            b"html" | b"htm" | b"jinja" | b"j2" => Self::Html,
            b"sql" => Self::Sql,
            _ => return None,
        })
    }
}

/// A CI service, by the file that configures it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CiService {
    /// `.github/workflows/`.
    GithubActions,
    /// `.gitlab-ci.yml`.
    GitlabCi,
    /// `.circleci/config.yml`.
    CircleCi,
    /// `Jenkinsfile`.
    Jenkins,
    /// `azure-pipelines.yml`.
    AzurePipelines,
}

impl CiService {
    /// Its name, as its maker writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::GithubActions => "GitHub Actions",
            Self::GitlabCi => "GitLab CI",
            Self::CircleCi => "CircleCI",
            Self::Jenkins => "Jenkins",
            Self::AzurePipelines => "Azure Pipelines",
        }
    }
}

/// What a repository is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Project {
    /// Files by language.
    pub languages: BTreeMap<Language, usize>,
    /// Manifests and configuration files of tools, with the shallowest first: `Cargo.toml`, `web/package.json`.
    pub manifests: Vec<RepoPath>,
    /// CI services.
    pub ci: Vec<CiService>,
    /// Compose files.
    pub compose: Vec<RepoPath>,
}

const MANIFESTS: [&[u8]; 16] = [
    b"Cargo.toml",
    b"package.json",
    b"pyproject.toml",
    b"setup.py",
    b"setup.cfg",
    b"requirements.txt",
    b"pytest.ini",
    b"tox.ini",
    b"go.mod",
    b"pom.xml",
    b"build.gradle",
    b"composer.json",
    b"Gemfile",
    b"tsconfig.json",
    b"Dockerfile",
    b"Makefile",
];

impl Project {
    /// What these paths tell.
    pub fn detect(paths: &[RepoPath]) -> Self {
        let mut project = Self::default();
        for path in paths {
            let bytes = path.as_bytes();
            if let Some(language) = Language::of(path) {
                *project.languages.entry(language).or_default() += 1;
            }
            let name = path.file_name();
            if MANIFESTS.contains(&name) {
                project.manifests.push(path.clone());
            }
            if is_compose(name) {
                project.compose.push(path.clone());
            }
            let service = match bytes {
                b".gitlab-ci.yml" => Some(CiService::GitlabCi),
                b".circleci/config.yml" => Some(CiService::CircleCi),
                b"Jenkinsfile" => Some(CiService::Jenkins),
                b"azure-pipelines.yml" => Some(CiService::AzurePipelines),
                _ if bytes.starts_with(b".github/workflows/") => Some(CiService::GithubActions),
                _ => None,
            };
            project.ci.extend(service);
        }
        let depth = |path: &RepoPath| path.as_bytes().iter().filter(|&&byte| byte == b'/').count();
        project.manifests.sort_by(|a, b| depth(a).cmp(&depth(b)).then_with(|| a.cmp(b)));
        project.ci.sort_unstable();
        project.ci.dedup();
        project
    }

    /// The shallowest manifest of this name.
    pub fn manifest(&self, name: &str) -> Option<&RepoPath> {
        self.manifests.iter().find(|path| path.file_name() == name.as_bytes())
    }

    /// Whether a file is of the project itself: not of fixtures, templates or vendored code.
    pub fn is_ours(path: &RepoPath) -> bool {
        const NOT_OURS: [&[u8]; 9] = [
            b"fixtures",
            b"fixture",
            b"testdata",
            b"templates",
            b"template",
            b"vendor",
            b"third_party",
            b"node_modules",
            b"target",
        ];
        let mut parts = path.as_bytes().split(|&byte| byte == b'/');
        parts.next_back();
        !parts.any(|part| NOT_OURS.contains(&part))
    }

    /// The folders (empty: the top) of the manifests of this name, one a project: those below another one's folder are its
    /// members. Manifests of fixtures, templates and vendored code are nobody's project.
    pub fn folders_of(&self, manifest: &str) -> Vec<RepoPath> {
        let mut folders: Vec<RepoPath> = Vec::new();
        for path in &self.manifests {
            if path.file_name() != manifest.as_bytes() {
                continue;
            }
            let bytes = path.as_bytes();
            let folder = &bytes[..bytes.len() - path.file_name().len()];
            let below = |above: &RepoPath| {
                above.as_bytes().is_empty()
                    || (folder.starts_with(above.as_bytes())
                        && folder.get(above.as_bytes().len()) == Some(&b'/'))
            };
            if Self::is_ours(path) && !folders.iter().any(below) {
                folders.push(RepoPath::new(folder.strip_suffix(b"/").unwrap_or(folder)));
            }
        }
        folders
    }

    /// Whether the repository's top holds this manifest.
    pub fn has_at_top(&self, name: &str) -> bool {
        self.manifests.iter().any(|path| path.as_bytes() == name.as_bytes())
    }

    /// Whether there are files of this language.
    pub fn speaks(&self, language: Language) -> bool {
        self.languages.contains_key(&language)
    }
}

fn is_compose(name: &[u8]) -> bool {
    matches!(name, b"compose.yaml" | b"compose.yml" | b"docker-compose.yaml" | b"docker-compose.yml")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(paths: &[&str]) -> Project {
        Project::detect(&paths.iter().map(|path| RepoPath::from(*path)).collect::<Vec<_>>())
    }

    #[test]
    fn a_web_application() {
        let project = detect(&[
            "web/package.json",
            "app/main.py",
            "app/tasks.py",
            "web/src/index.tsx",
            "pyproject.toml",
            "compose.yaml",
            ".github/workflows/ci.yml",
            ".github/workflows/deploy.yml",
        ]);
        assert_eq!(project.languages[&Language::Python], 2);
        assert!(project.speaks(Language::TypeScript) && !project.speaks(Language::Rust));
        assert_eq!(project.manifest("package.json"), Some(&RepoPath::from("web/package.json")));
        assert!(project.has_at_top("pyproject.toml") && !project.has_at_top("package.json"));
        assert_eq!(project.ci, [CiService::GithubActions]);
        assert_eq!(project.compose.len(), 1);
    }

    #[test]
    fn the_shallowest_manifest_comes_first() {
        let project = detect(&["a/b/Cargo.toml", "Cargo.toml", "z/Cargo.toml"]);
        assert_eq!(project.manifest("Cargo.toml"), Some(&RepoPath::from("Cargo.toml")));
    }

    #[test]
    fn members_and_fixtures_are_no_projects() {
        let project = detect(&[
            "rust/Cargo.toml",
            "rust/a/Cargo.toml",
            "rusty/Cargo.toml",
            "tests/fixtures/x/Cargo.toml",
            "web/package.json",
        ]);
        let folders =
            |name| -> Vec<String> { project.folders_of(name).iter().map(ToString::to_string).collect() };
        assert_eq!(folders("Cargo.toml"), ["rust", "rusty"]);
        assert_eq!(folders("package.json"), ["web"]);
        assert_eq!(detect(&["Cargo.toml", "a/Cargo.toml"]).folders_of("Cargo.toml"), [RepoPath::from("")]);
    }

    #[test]
    fn nothing_is_nothing() {
        assert_eq!(detect(&[]), Project::default());
    }
}
