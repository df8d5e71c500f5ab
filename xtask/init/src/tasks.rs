//! Which package of a Rust repository runs its tasks: the one that embeds xtask, or somebody's own `xtask`.

use toml::{Table, Value};

/// The package that runs a repository's tasks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tasks {
    /// There is none.
    #[default]
    None,
    /// It is this program, or calls it as a library: `cargo xtask` should run it.
    Ours {
        /// The package's name.
        package: String,
        /// The program to run, where the package has several and names no default.
        bin: Option<String>,
    },
    /// A package named `xtask` that has nothing to do with this program.
    Theirs,
}

impl Tasks {
    /// The value of the Cargo alias, where the package is ours.
    pub(crate) fn ours(&self) -> Option<String> {
        match self {
            Self::Ours { package, bin } => {
                let bin = bin.as_ref().map_or(String::new(), |bin| format!(" --bin {bin}"));
                Some(format!("run --quiet --package {package}{bin} --"))
            }
            Self::None | Self::Theirs => None,
        }
    }
}

/// A `Cargo.toml`, and whether a program's source lies where Cargo looks for it (`src/main.rs`, `src/bin/`).
#[derive(Clone, Debug)]
pub(crate) struct Manifest {
    /// Its text.
    pub(crate) text: String,
    /// Whether there is a program without a `[[bin]]` table.
    pub(crate) program: bool,
}

/// What the manifests of a workspace say, `ours` before `theirs`. Manifests that can't be parsed say nothing: Cargo tells
/// the user about those.
pub(crate) fn judge(manifests: &[Manifest]) -> Tasks {
    let mut found = Tasks::None;
    for manifest in manifests {
        match of_package(&manifest.text, manifest.program) {
            ours @ Tasks::Ours { .. } => return ours,
            Tasks::Theirs => found = Tasks::Theirs,
            Tasks::None => {}
        }
    }
    found
}

fn of_package(text: &str, program: bool) -> Tasks {
    let Ok(manifest) = text.parse::<Table>() else {
        return Tasks::None;
    };
    let Some(package) = manifest.get("package").and_then(Value::as_table) else {
        return Tasks::None;
    };
    let Some(name) = package.get("name").and_then(Value::as_str) else {
        return Tasks::None;
    };
    let embeds = depends_on(&manifest, "xtask") || (name == "xtask" && depends_on(&manifest, "xtask-core"));
    if !program && !manifest.contains_key("bin") {
        return Tasks::None;
    }
    if !embeds {
        return if name == "xtask" { Tasks::Theirs } else { Tasks::None };
    }
    Tasks::Ours { package: name.to_owned(), bin: named_bin(&manifest, package, name) }
}

/// Whether `[dependencies]` holds the package, under its own or another name. A path or git dependency is meant: the
/// registry's package of that name is another project's.
fn depends_on(manifest: &Table, wanted: &str) -> bool {
    let Some(dependencies) = manifest.get("dependencies").and_then(Value::as_table) else {
        return false;
    };
    dependencies.iter().any(|(key, value)| {
        let Some(detail) = value.as_table() else {
            return false;
        };
        let package = detail.get("package").and_then(Value::as_str).unwrap_or(key);
        let elsewhere = ["path", "git", "workspace"].iter().any(|kind| detail.contains_key(*kind));
        package == wanted && elsewhere
    })
}

/// The program to name in `cargo run`, where Cargo could not choose.
fn named_bin(manifest: &Table, package: &Table, name: &str) -> Option<String> {
    let bins = manifest.get("bin").and_then(Value::as_array)?;
    if package.contains_key("default-run") || bins.len() < 2 {
        return None;
    }
    let names = || bins.iter().filter_map(|bin| bin.get("name")?.as_str());
    names().find(|bin| *bin == name).or_else(|| names().next()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(text: &str, program: bool) -> Manifest {
        Manifest { text: text.to_owned(), program }
    }

    #[test]
    fn packages_are_told_apart_by_what_they_depend_on() {
        let embeds =
            "[package]\nname = \"tasks\"\n[dependencies]\nxtask = { git = \"https://example.org/xtask\" }\n";
        let renamed =
            "[package]\nname = \"dev\"\n[dependencies]\ntool = { package = \"xtask\", path = \"../x\" }\n";
        let itself = "[package]\nname = \"xtask\"\ndefault-run = \"xtask\"\n[dependencies]\nxtask-core.workspace = true\n[[bin]]\nname = \"a\"\n[[bin]]\nname = \"b\"\n";
        let theirs = "[package]\nname = \"xtask\"\n[dependencies]\nxshell = \"0.2\"\n";
        let stranger = "[package]\nname = \"app\"\n[dependencies]\nxtask = \"0.1\"\n";
        let two = "[package]\nname = \"tasks\"\n[dependencies]\nxtask.workspace = true\n[[bin]]\nname = \"x\"\n[[bin]]\nname = \"tasks\"\n";
        for (manifests, alias) in [
            (vec![], None),
            (vec![embeds], Some("run --quiet --package tasks --")),
            (vec![theirs, renamed], Some("run --quiet --package dev --")),
            (vec![itself], Some("run --quiet --package xtask --")),
            (vec![two], Some("run --quiet --package tasks --bin tasks --")),
            (vec![theirs], None),
            (vec![stranger], None),
            (vec!["[workspace]\nmembers = []", "not toml [", "", "package = 1"], None),
        ] {
            let manifests: Vec<_> = manifests.into_iter().map(|text| manifest(text, true)).collect();
            assert_eq!(judge(&manifests).ours().as_deref(), alias, "{manifests:?}");
        }
        assert_eq!(judge(&[manifest(theirs, true)]), Tasks::Theirs);
        assert_eq!(judge(&[manifest(embeds, false)]), Tasks::None, "a library can't be run");
    }
}
