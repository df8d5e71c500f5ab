//! One hook as it is configured, and what it comes to with its manifest's defaults.

use xtask_core::model::Result;

use super::super::Notes;
use super::super::draft::Rules;
use super::super::value::Node;
use super::top::{Given, Top, exclude, files, stages};
use crate::stage::Stage;

/// A hook of the configuration.
#[derive(Clone, Debug, Default)]
pub(super) struct Hook {
    pub(super) place: String,
    pub(super) id: String,
    pub(super) alias: Option<String>,
    pub(super) name: Option<String>,
    pub(super) entry: Option<String>,
    pub(super) language: Option<String>,
    pub(super) args: Option<Vec<String>>,
    pub(super) dependencies: Vec<String>,
    pub(super) types: Option<Vec<String>>,
    pub(super) types_or: Option<Vec<String>>,
    pub(super) exclude_types: Option<Vec<String>>,
    /// Empty where all files are taken, or none left out.
    pub(super) files: Option<String>,
    pub(super) exclude: Option<String>,
    pub(super) stages: Option<Vec<Given>>,
    pub(super) always_run: Option<bool>,
    pub(super) pass_filenames: Option<bool>,
    pub(super) require_serial: Option<bool>,
}

/// What a hook's own repository says of it, where the configuration doesn't.
#[derive(Clone, Debug, Default)]
pub(super) struct Manifest {
    pub(super) types: Option<Vec<String>>,
    pub(super) types_or: Option<Vec<String>>,
    pub(super) exclude_types: Option<Vec<String>>,
    pub(super) files: Option<String>,
    pub(super) exclude: Option<String>,
    pub(super) stages: Option<Vec<Stage>>,
    pub(super) always_run: bool,
    pub(super) pass_filenames: Option<bool>,
    pub(super) require_serial: bool,
}

impl Hook {
    pub(super) fn read(node: &Node, notes: &mut Notes) -> Result<Self> {
        let id = node.need("id")?;
        let mut hook = Self { place: id.place(), id: id.text()?.to_owned(), ..Self::default() };
        for (key, value) in node.entries()? {
            let what = || format!("{}: `{key}` of {}", value.place(), hook.id);
            if value.is_null() {
                continue;
            }
            match key {
                "id" | "description" | "minimum_pre_commit_version" => {}
                "alias" => hook.alias = Some(value.text()?.to_owned()),
                "name" => hook.name = Some(value.text()?.to_owned()),
                "entry" => hook.entry = Some(value.text()?.trim_end().to_owned()),
                "language" => hook.language = Some(value.text()?.to_owned()),
                "args" => hook.args = Some(value.texts()?),
                "additional_dependencies" => hook.dependencies = value.texts()?,
                "types" => hook.types = Some(value.texts()?),
                "types_or" => hook.types_or = Some(value.texts()?),
                "exclude_types" => hook.exclude_types = Some(value.texts()?),
                "files" => hook.files = Some(files(&value)?.unwrap_or_default()),
                "exclude" => hook.exclude = Some(exclude(&value)?.unwrap_or_default()),
                "stages" => hook.stages = Some(stages(&value, notes)?),
                "always_run" => hook.always_run = Some(value.flag()?),
                "pass_filenames" => hook.pass_filenames = Some(value.flag()?),
                "require_serial" => hook.require_serial = Some(value.flag()?),
                "verbose" => {
                    if value.flag()? {
                        notes.unmapped(
                            what(),
                            "the output of commands that pass is shown with -v, for all of them",
                        );
                    }
                }
                "fail_fast" => {
                    if value.flag()? {
                        notes.unmapped(
                            what(),
                            "fail-fast is set for all hooks at once: `[hooks] fail-fast = true`",
                        );
                    }
                }
                "log_file" => notes.unmapped(what(), "redirect the command's output in `run` instead"),
                "language_version" => {
                    if !matches!(value.text()?, "system" | "default" | "python3" | "python") {
                        notes.unmapped(what(), "commands run the interpreter that is on PATH");
                    }
                }
                _ => notes.unmapped(what(), "this key is not known"),
            }
        }
        Ok(hook)
    }

    /// How it is told of: its id and place.
    pub(super) fn what(&self) -> String {
        format!("{}: {}", self.place, self.id)
    }

    /// The name it is skipped by.
    pub(super) fn short_name(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.id)
    }

    pub(super) fn always(&self, manifest: &Manifest) -> bool {
        self.always_run.unwrap_or(manifest.always_run)
    }

    /// The stages it runs at. What runs by hand only is told.
    pub(super) fn at(&self, manifest: &Manifest, top: &Top, notes: &mut Notes) -> Vec<Stage> {
        let git = |given: &[Given]| -> Vec<Stage> {
            given
                .iter()
                .filter_map(|one| if let Given::Git(stage) = one { Some(*stage) } else { None })
                .collect()
        };
        if let Some(own) = &self.stages
            && !own.is_empty()
        {
            let stages = git(own);
            if stages.is_empty() {
                notes.unmapped(
                    self.what(),
                    "it runs by hand only (stage `manual`): call its command yourself",
                );
            }
            return stages;
        }
        // A manifest's stages are all that the hook could do: of those, what is installed.
        if let Some(known) = &manifest.stages {
            return match known.as_slice() {
                [only] => vec![*only],
                many => many.iter().filter(|stage| top.installed.contains(stage)).copied().collect(),
            };
        }
        let stages = match &top.default_stages {
            Some(given) => git(given),
            None => top.installed.clone(),
        };
        // Without a stage of its own a hook is offered at each that is installed; it runs where there is something for it.
        let narrow = self.files.as_ref().is_some_and(|text| !text.is_empty())
            || manifest.files.is_some()
            || [&self.types, &self.types_or, &manifest.types, &manifest.types_or].into_iter().any(|types| {
                types.as_ref().is_some_and(|types| types.iter().any(|one| one != "file" && one != "text"))
            });
        let fits = |stage: &Stage| match stage {
            Stage::PreCommit | Stage::PrePush | Stage::PreMergeCommit | Stage::PreReceive => true,
            Stage::CommitMsg | Stage::PrepareCommitMsg => !narrow || self.always(manifest),
            _ => self.always(manifest),
        };
        stages.into_iter().filter(fits).collect()
    }

    /// The files it gets; `own` says whether the manifest's part is left to the built-in check.
    pub(super) fn rules(&self, manifest: &Manifest, top: &Top, notes: &mut Notes) -> Rules {
        let mut known = |types: Option<&Vec<String>>| -> Vec<String> {
            let all = crate::types::known_tags();
            let mut kept = Vec::new();
            for one in types.into_iter().flatten().filter(|one| *one != "file") {
                let is_file = !matches!(one.as_str(), "symlink" | "directory" | "socket");
                if is_file && all.contains(&one.as_str()) {
                    kept.push(one.clone());
                } else {
                    let why = if is_file {
                        "no file has this type here; add `glob` or `regex` to say which files are meant"
                    } else {
                        "commands get regular files alone"
                    };
                    notes.unmapped(format!("{}: type `{one}` of {}", self.place, self.id), why);
                }
            }
            kept
        };
        let mut types = known(self.types_or.as_ref().or(manifest.types_or.as_ref()));
        let mut types_all = known(self.types.as_ref().or(manifest.types.as_ref()));
        if types.is_empty() && types_all.len() == 1 {
            std::mem::swap(&mut types, &mut types_all);
        }
        let given = |own: &Option<String>, theirs: &Option<String>| {
            own.as_ref().or(theirs.as_ref()).filter(|text| !text.is_empty()).cloned()
        };
        let own = given(&self.files, &manifest.files);
        let regex = match (&top.files, own) {
            (None, own) => own,
            (Some(top), None) => Some(top.clone()),
            // Both must be found.
            (Some(top), Some(own)) => Some(format!("(?s)^(?=.*?(?:{top}))(?=.*?(?:{own}))")),
        };
        Rules {
            types,
            types_all,
            exclude_types: known(self.exclude_types.as_ref().or(manifest.exclude_types.as_ref())),
            regex,
            exclude_regex: given(&self.exclude, &manifest.exclude),
            ..Rules::default()
        }
    }
}
