//! The Cargo workspace: its packages, its programs, and which of its files count.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;
use xtask_core::model::{Problem, RepoPath, Result};

use super::cargo::Cargo;

/// Folders of a package whose files are no product: Cargo's own conventions.
const NOT_PRODUCT: [&str; 3] = ["tests", "benches", "examples"];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<MetadataPackage>,
    target_directory: PathBuf,
    workspace_root: PathBuf,
}

#[derive(Deserialize)]
struct MetadataPackage {
    manifest_path: PathBuf,
    targets: Vec<MetadataTarget>,
}

#[derive(Deserialize)]
struct MetadataTarget {
    name: String,
    kind: Vec<String>,
    src_path: PathBuf,
}

/// The packages of a workspace, and where they lie in the repository.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    /// Its own top folder.
    pub root: PathBuf,
    /// The repository's top, as given and with its links resolved.
    tops: Vec<PathBuf>,
    /// The folders of the packages, the deepest first.
    packages: Vec<PathBuf>,
    /// Roots of targets that are no product: tests, benchmarks, examples, build scripts.
    others: BTreeSet<PathBuf>,
    /// Folders of build results.
    targets: Vec<PathBuf>,
    /// The names of the programs.
    pub programs: BTreeSet<String>,
}

impl Workspace {
    /// Asks Cargo.
    pub(super) fn read(cargo: &Cargo<'_>) -> Result<Self> {
        let process = cargo.plain(&["metadata", "--format-version", "1", "--no-deps"]);
        let ended = cargo.stream(&process, &[])?;
        let failed = |why: &str| {
            Problem::invalid(format!("`{}` failed", process.show())).why(why.trim()).fix("mend Cargo.toml")
        };
        if ended.code != Some(0) {
            return Err(failed(&String::from_utf8_lossy(&ended.stderr)));
        }
        let metadata: Metadata =
            serde_json::from_slice(&ended.stdout).map_err(|cause| failed(&cause.to_string()))?;
        let mut targets = vec![metadata.target_directory.clone(), cargo.folder().to_owned()];
        targets.extend(cargo.folder().canonicalize());
        Ok(Self::of(metadata, &cargo.cx.root, targets))
    }

    fn of(metadata: Metadata, root: &Path, targets: Vec<PathBuf>) -> Self {
        let mut workspace =
            Self { root: metadata.workspace_root, tops: vec![root.to_owned()], targets, ..Self::default() };
        workspace.tops.extend(root.canonicalize());
        workspace.tops.extend(std::path::absolute(root));
        for package in metadata.packages {
            workspace.packages.extend(package.manifest_path.parent().map(Path::to_owned));
            for target in package.targets {
                let is = |kind: &str| target.kind.iter().any(|own| own == kind);
                if is("bin") {
                    workspace.programs.insert(target.name);
                } else if ["test", "bench", "example", "custom-build"].into_iter().any(is) {
                    workspace.others.insert(target.src_path);
                }
            }
        }
        workspace.packages.sort_by_key(|folder| std::cmp::Reverse(folder.components().count()));
        workspace
    }

    /// The path of a source file in the repository; `None` where it doesn't count.
    pub(super) fn place(&self, path: &Path) -> Option<RepoPath> {
        let path = normal(path);
        let package = self.packages.iter().find(|folder| path.starts_with(folder))?;
        let inside = path.strip_prefix(package).ok()?;
        let first = inside.components().next()?.as_os_str();
        if NOT_PRODUCT.iter().any(|folder| first == *folder)
            || self.others.contains(&path)
            || self.targets.iter().any(|folder| path.starts_with(folder))
        {
            return None;
        }
        self.tops.iter().find_map(|top| RepoPath::relative(top, &path))
    }
}

/// The path without `.` and `..`, by its text: the compiler joins them so.
fn normal(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_product_of_members_counts() {
        let json = r#"{"target_directory":"/r/target","workspace_root":"/r","packages":[
            {"manifest_path":"/r/Cargo.toml","targets":[
                {"name":"top","kind":["lib"],"src_path":"/r/src/lib.rs"},
                {"name":"x","kind":["custom-build"],"src_path":"/r/build.rs"},
                {"name":"odd","kind":["test"],"src_path":"/r/src/odd_test.rs"}]},
            {"manifest_path":"/r/a/Cargo.toml","targets":[
                {"name":"tool","kind":["bin"],"src_path":"/r/a/src/main.rs"}]}]}"#;
        let metadata: Metadata = serde_json::from_str(json).unwrap();
        let targets = vec![metadata.target_directory.clone()];
        let workspace = Workspace::of(metadata, Path::new("/r"), targets);
        assert_eq!(workspace.programs, BTreeSet::from(["tool".to_owned()]));
        for (path, placed) in [
            ("/r/src/lib.rs", Some("src/lib.rs")),
            ("/r/a/src/../src/./main.rs", Some("a/src/main.rs")),
            ("/r/build.rs", None),
            ("/r/src/odd_test.rs", None),
            ("/r/tests/all.rs", None),
            ("/r/a/benches/speed.rs", None),
            ("/r/a/examples/one/main.rs", None),
            ("/r/a/src/tests/mod.rs", Some("a/src/tests/mod.rs")),
            ("/r/target/debug/build/x/out/gen.rs", None),
            ("/rustc/abc/library/core/src/ops.rs", None),
            ("/home/u/.cargo/registry/src/x/src/lib.rs", None),
            ("/r", None),
        ] {
            assert_eq!(workspace.place(Path::new(path)), placed.map(RepoPath::from), "{path}");
        }
    }
}
