//! One command, script or job.

use xtask_core::model::{Problem, Result};

use super::super::Notes;
use super::super::draft::{CommandDraft, Draft, Rules};
use super::super::pattern::{self, Translated};
use super::super::shell;
use super::super::value::Node;
use super::condition::{self, When};
use crate::stage::Stage;

/// What goes for the whole file.
pub(super) struct Settings {
    pub(super) source_dir: String,
    /// Globs are read by folders.
    pub(super) doublestar: bool,
    /// Written for a version before 2, in which a single `exclude` was a regular expression.
    pub(super) old: bool,
    pub(super) templates: Vec<(String, String)>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { source_dir: ".lefthook".to_owned(), doublestar: false, old: false, templates: Vec::new() }
    }
}

/// What a hook or a group hands down to its jobs.
#[derive(Clone, Default)]
pub(super) struct Inherited<'a> {
    pub(super) exclude_tags: Vec<String>,
    pub(super) exclude: Option<Node<'a>>,
    pub(super) files: bool,
    pub(super) guards: Vec<String>,
    glob: Option<Node<'a>>,
    root: Option<String>,
    env: Vec<(String, String)>,
    tags: Vec<String>,
    depth: usize,
}

/// How deep groups of groups may lie.
const DEEPEST: usize = 16;

#[expect(clippy::too_many_arguments, reason = "what the caller knows of a job, each once")]
pub(super) fn add<'a>(
    node: &Node<'a>,
    name: Option<&str>,
    script: Option<&str>,
    stage: Stage,
    above: &Inherited<'a>,
    settings: &Settings,
    draft: &mut Draft,
    notes: &mut Notes,
) -> Result<()> {
    let place = node.place();
    let mut own = above.clone();
    let mut command = CommandDraft::default();
    let name = name.or(node.text_of("name")?);
    let mut script = script;
    let (mut run, mut runner, mut args, mut group) = (None, None, None, None);
    let mut types = Vec::new();
    let label = name.unwrap_or("a job").to_owned();
    for (key, value) in node.entries()? {
        let what = || format!("{}: `{key}` of {label}", value.place());
        if value.is_null() {
            continue;
        }
        match key {
            "name" | "priority" => {}
            "run" => run = Some(value.text()?.trim().to_owned()),
            "script" => script = Some(value.text()?),
            "runner" => runner = Some(value.text()?),
            "args" => args = Some(value.text()?),
            "group" => group = Some(value),
            "skip" | "only" => match condition::read(key, &value, notes, &what())? {
                When::Never => {
                    notes.unmapped(format!("{}: {label}", value.place()), "it is skipped always");
                    return Ok(());
                }
                When::Unless(guards) => own.guards.extend(guards),
            },
            "tags" => own.tags.extend(value.texts_or_one()?.iter().flat_map(|text| text.split_whitespace()).map(str::to_owned)),
            "glob" => own.glob = Some(value),
            "exclude" => own.exclude = Some(value),
            "root" => own.root = Some(value.text()?.trim_end_matches('/').to_owned()),
            "env" => {
                for (key, value) in value.entries()? {
                    own.env.push((key.to_owned(), value.text()?.to_owned()));
                }
            }
            "file_types" => types = value.texts_or_one()?,
            "files" => notes.unmapped(
                what(),
                "commands get the files of the commit or the push; a list of your own is made in the command: `… $(git diff --name-only main)`",
            ),
            "stage_fixed" => command.fixes = value.flag()?,
            "timeout" => command.timeout = Some(value.text()?.to_owned()),
            "fail_text" => command.comments.push(format!("When it fails: {}", value.text()?)),
            "interactive" => {
                if value.flag()? {
                    notes.unmapped(what(), "commands get no terminal; what asks a question belongs in prepare-commit-msg's editor or in a script");
                }
            }
            "use_stdin" => {
                if value.flag()? {
                    notes.unmapped(what(), "commands get no standard input; pre-push commands get the pushed files as {files}");
                }
            }
            _ => notes.unmapped(what(), "this key is not known"),
        }
    }
    if let Some(tag) = own.tags.iter().find(|tag| own.exclude_tags.contains(tag)) {
        notes.unmapped(
            format!("{place}: {label}"),
            format!("it is left out by its tag `{tag}` (exclude_tags)"),
        );
        return Ok(());
    }
    if let Some(group) = group {
        own.depth += 1;
        if own.depth > DEEPEST {
            return Err(group.expected("nested less deeply"));
        }
        if group.flag_of("piped")? == Some(true) {
            notes.difference("`piped` of a group is left out: its commands run in their order, also after one that failed.");
        }
        for one in group.need("jobs")?.list()? {
            add(&one, None, None, stage, &own, settings, draft, notes)?;
        }
        return Ok(());
    }
    let line = match (script, run) {
        (Some(script), _) => {
            let file = shell::quote(&format!("{}/{}/{script}", settings.source_dir, stage.name()));
            // A script has no files of its own to wait for.
            command.always = true;
            let words = [runner.unwrap_or_default(), &file, args.unwrap_or_default(), "\"$@\""];
            words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
        }
        (None, Some(run)) => match args {
            Some(args) => format!("{run} {args}"),
            None => run,
        },
        (None, None) => {
            return Err(Problem::usage(format!("{place}: {label} has nothing to run"))
                .why("it has none of `run`, `script` and `group`")
                .fix("add one, then import again"));
        }
    };
    let line = substituted(&line, &label, settings, notes, &place);
    command.rules = rules(&own, &types, settings, &label, notes)?;
    let about_files = matches!(
        stage,
        Stage::PreCommit
            | Stage::PrePush
            | Stage::PreMergeCommit
            | Stage::CommitMsg
            | Stage::PrepareCommitMsg
            | Stage::PreReceive
    );
    command.always |= !about_files;
    command.name = match name {
        Some(name) => script.map_or(name, |_| name.split('.').next().unwrap_or(name)).to_owned(),
        None => shell::name_of(script.unwrap_or(&line)),
    };
    command.run = condition::guarded(line, &own.guards);
    command.folder = own.root;
    command.env = own.env;
    if !own.tags.is_empty() {
        command.comments.push(format!("Tags: {}", own.tags.join(", ")));
    }
    if !command.fixes && command.run.contains("{files}") {
        notes.difference("A command without `stage_fixed` is taken for one that changes nothing: set `fixes = true` where it does.");
    }
    let name = draft.stage(stage).add(command);
    notes.mapped(
        format!("{} of {}", label, stage.name()),
        vec![format!("hooks.{}.commands.{name}", stage.name())],
        false,
    );
    Ok(())
}

/// The line with lefthook's templates in our words.
fn substituted(line: &str, label: &str, settings: &Settings, notes: &mut Notes, place: &str) -> String {
    let mut line = line.to_owned();
    for (name, text) in &settings.templates {
        line = line.replace(&format!("{{{name}}}"), text);
    }
    let mut put = |from: &str, to: &str| -> bool {
        let template = format!("{{{from}}}");
        let found = line.contains(&template);
        for quoted in [format!("\"{template}\""), format!("'{template}'"), template] {
            line = line.replace(&quoted, to);
        }
        found
    };
    // Two of them at once would give the files twice, as under lefthook.
    put("staged_files", "{files}");
    put("push_files", "{files}");
    if put("all_files", "{files}") {
        notes.difference(format!(
            "{place}: {label} gets the files of the commit where lefthook gives all files; `$(git ls-files)` in `run` gives all."
        ));
    }
    put("lefthook_job_name", label);
    put("cmd", "");
    put("0", "\"$@\"");
    for at in 1..=9 {
        put(&at.to_string(), &format!("\"${at}\""));
    }
    line.trim().to_owned()
}

fn rules(
    own: &Inherited,
    types: &[String],
    settings: &Settings,
    label: &str,
    notes: &mut Notes,
) -> Result<Rules> {
    let mut rules = Rules::default();
    let translate = |pattern: &str| {
        if settings.doublestar { pattern::of_paths(pattern) } else { pattern::of_lefthook(pattern) }
    };
    if let Some(node) = &own.glob {
        let mut regexes = Vec::new();
        for one in node.texts_or_one()? {
            match translate(&one) {
                Some(Translated::Globs(globs)) => rules.glob.extend(globs),
                Some(Translated::Regex(regex)) => regexes.push(regex),
                None => notes.unmapped(
                    format!("{}: glob `{one}` of {label}", node.place()),
                    "it can't be read: write it as in .gitignore",
                ),
            }
        }
        // Globs and expressions narrow each other here: where both are needed, all become expressions.
        if !regexes.is_empty() {
            regexes.extend(
                rules
                    .glob
                    .drain(..)
                    .map(|glob| format!(r"(?i)\.{}$", glob.trim_start_matches("*.").replace('.', r"\."))),
            );
        }
        rules.regex = joined(&regexes);
    }
    if let Some(node) = &own.exclude {
        let single = matches!(node.value.data, super::super::value::Data::Scalar { .. });
        let mut regexes = Vec::new();
        for one in node.texts_or_one()? {
            if single && settings.old {
                regexes.push(one);
                continue;
            }
            match translate(&one) {
                Some(Translated::Globs(globs)) => rules.exclude.extend(globs),
                Some(Translated::Regex(regex)) => regexes.push(regex),
                None => notes.unmapped(
                    format!("{}: exclude `{one}` of {label}", node.place()),
                    "it can't be read: write it as in .gitignore",
                ),
            }
        }
        rules.exclude_regex = joined(&regexes);
    }
    for one in types {
        match one.as_str() {
            "text" | "binary" | "executable" => rules.types_all.push(one.clone()),
            "not executable" => rules.types_all.push("non-executable".to_owned()),
            "not symlink" => {}
            _ => notes.unmapped(
                format!("file type `{one}` of {label}"),
                "there is no such type; `types`, `glob` or `regex` say which files are meant",
            ),
        }
    }
    Ok(rules)
}

/// The expressions as one.
fn joined(regexes: &[String]) -> Option<String> {
    match regexes {
        [] => None,
        [one] => Some(one.clone()),
        many => Some(many.iter().map(|one| format!("(?:{one})")).collect::<Vec<_>>().join("|")),
    }
}
