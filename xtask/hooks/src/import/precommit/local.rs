//! Hooks of `repo: local`: programs of the system become commands, `pygrep` and `fail` become patterns.

use xtask_core::model::{Problem, Result};

use super::super::Notes;
use super::super::draft::{CommandDraft, Draft, PatternDraft};
use super::super::shell;
use super::hook::{Hook, Manifest};
use super::top::Top;

pub(super) fn add(hook: &Hook, top: &Top, draft: &mut Draft, notes: &mut Notes) -> Result<()> {
    let missing = |key: &str| {
        Problem::usage(format!("{}: the key `{key}` of {} is missing", hook.place, hook.id))
            .why("a local hook needs it")
            .fix("add it, then import again")
    };
    let language = hook.language.as_deref().ok_or_else(|| missing("language"))?;
    let entry = hook.entry.as_deref().ok_or_else(|| missing("entry"))?;
    if hook.name.is_none() {
        return Err(missing("name"));
    }
    match language {
        "fail" | "pygrep" => pattern(hook, language, entry, top, draft, notes),
        _ => {
            let Some(words) = shell::split(entry) else {
                return Err(Problem::usage(format!("{}: can't read the entry of {}", hook.place, hook.id))
                    .why("a quote in it isn't closed")
                    .fix("close it, then import again"));
            };
            match command(hook, language, &words, notes) {
                Ok((words, fetched)) => {
                    let run = shell::join(&words);
                    add_command(
                        hook,
                        &Manifest::default(),
                        "local",
                        run,
                        false,
                        fetched,
                        &[],
                        top,
                        draft,
                        notes,
                    );
                    notes.difference(
                        "Whether a local command changes files can't be known from its configuration: `fixes = true` on those that \
                         do lets their changes come back (pre-commit fails whenever a hook changed a file).",
                    );
                }
                Err(why) => notes.unmapped(format!("{} ({language})", hook.what()), why),
            }
        }
    }
    Ok(())
}

/// The words to run, and whether that may fetch something; or why it can't be carried over.
fn command(
    hook: &Hook,
    language: &str,
    words: &[String],
    notes: &mut Notes,
) -> Result<(Vec<String>, bool), String> {
    let args = || hook.args.clone().unwrap_or_default();
    let needs = |prefix: &[&str], flag: &str| {
        let mut all: Vec<String> = prefix.iter().map(|&one| one.to_owned()).collect();
        for one in &hook.dependencies {
            all.extend([flag.to_owned(), one.clone()]);
        }
        all
    };
    let mut all = match language {
        "system" | "unsupported" => Vec::new(),
        "script" | "unsupported_script" => {
            let mut own = words.to_vec();
            if let Some(first) = own.first_mut()
                && !first.contains('/')
            {
                first.insert_str(0, "./");
            }
            return Ok((own.into_iter().chain(args()).collect(), false));
        }
        "python" if hook.dependencies.is_empty() => {
            notes.difference(format!(
                "{}: it runs by the Python on PATH, not in an environment of its own.",
                hook.what()
            ));
            Vec::new()
        }
        "python" => {
            let mut all = needs(&["uv", "run", "--no-project"], "--with");
            all.push("--".to_owned());
            all
        }
        "node" if hook.dependencies.is_empty() => {
            notes.difference(format!(
                "{}: it runs by the Node on PATH, not in an environment of its own.",
                hook.what()
            ));
            Vec::new()
        }
        "node" => {
            let mut all = needs(&["npx", "--yes"], "--package");
            all.push("--".to_owned());
            all
        }
        "golang" => match hook.dependencies.as_slice() {
            [one] => {
                let run = ["go".to_owned(), "run".to_owned(), one.clone()];
                let rest = words.iter().skip(1).cloned().chain(args());
                return Ok((run.into_iter().chain(rest).collect(), true));
            }
            _ => return Err("install its Go programs, then add a command that runs them".to_owned()),
        },
        "docker_image" => {
            let run = ["docker", "run", "--rm", "--volume", ".:/src:rw", "--workdir", "/src"];
            run.iter().map(|&one| one.to_owned()).collect()
        }
        "rust" => {
            return Err(
                "install its program with `cargo install`, then add a command that runs it".to_owned()
            );
        }
        "docker" => {
            return Err("build its image yourself, then add a command that runs `docker run`".to_owned());
        }
        _ => {
            return Err(format!(
                "hooks of language {language} need an environment that pre-commit builds; install what it runs, then add a command"
            ));
        }
    };
    let fetched = !all.is_empty();
    all.extend(words.iter().cloned());
    all.extend(args());
    Ok((all, fetched))
}

/// Adds a command at every stage of the hook.
#[expect(clippy::too_many_arguments, reason = "what the callers know of a command, each once")]
pub(super) fn add_command(
    hook: &Hook,
    manifest: &Manifest,
    origin: &str,
    mut run: String,
    fixes: bool,
    fetched: bool,
    comments: &[String],
    top: &Top,
    draft: &mut Draft,
    notes: &mut Notes,
) {
    if run.contains("{files}") {
        notes.difference(format!("{}: `{{files}}` in its own words stands for the files here.", hook.what()));
    }
    let stages = hook.at(manifest, top, notes);
    let rules = hook.rules(manifest, top, notes);
    if hook.pass_filenames.or(manifest.pass_filenames).unwrap_or(true) {
        run.push_str(" {files}");
    }
    let mut to = Vec::new();
    for stage in stages {
        let command = CommandDraft {
            name: hook.short_name().to_owned(),
            run: run.clone(),
            rules: rules.clone(),
            fixes,
            always: hook.always(manifest),
            serial: hook.require_serial.unwrap_or(manifest.require_serial) && run.contains("{files}"),
            fetched,
            comments: comments.to_vec(),
            ..CommandDraft::default()
        };
        let name = draft.stage(stage).add(command);
        to.push(format!("hooks.{}.commands.{name}", stage.name()));
    }
    if !to.is_empty() {
        notes.mapped(format!("{} ({origin})", hook.id), to, fetched);
    }
}

fn pattern(hook: &Hook, language: &str, entry: &str, top: &Top, draft: &mut Draft, notes: &mut Notes) {
    let mut pattern = PatternDraft { message: hook.name.clone(), ..PatternDraft::default() };
    let mut negate = false;
    if language == "fail" {
        pattern.message = Some(entry.to_owned());
    }
    for arg in hook.args.iter().flatten() {
        match arg.as_str() {
            _ if language == "fail" => {}
            "-i" | "--ignore-case" => pattern.ignore_case = true,
            "--multiline" => pattern.multiline = true,
            "--negate" => negate = true,
            "--" => {}
            _ => notes.unmapped(format!("{}: `{arg}`", hook.what()), "pygrep has no such argument"),
        }
    }
    match (language, negate) {
        ("fail", _) => {}
        (_, true) => pattern.require = Some(entry.to_owned()),
        (_, false) => pattern.deny = Some(entry.to_owned()),
    }
    add_pattern(hook, &Manifest::default(), "local", &pattern, top, draft, notes);
}

/// Adds a pattern at every stage of the hook.
pub(super) fn add_pattern(
    hook: &Hook,
    manifest: &Manifest,
    origin: &str,
    pattern: &PatternDraft,
    top: &Top,
    draft: &mut Draft,
    notes: &mut Notes,
) {
    let stages = hook.at(manifest, top, notes);
    let rules = hook.rules(manifest, top, notes);
    let mut to = Vec::new();
    for stage in stages {
        let table = draft.stage(stage);
        let name = table.free_name(hook.short_name());
        table.patterns.push(PatternDraft { name: name.clone(), rules: rules.clone(), ..pattern.clone() });
        to.push(format!("hooks.{}.patterns.{name}", stage.name()));
    }
    if !to.is_empty() {
        notes.mapped(format!("{} ({origin})", hook.id), to, false);
    }
}
