//! Hooks of pre-commit-hooks, which are built in under the same ids: their arguments become options.

use std::collections::BTreeMap;

use xtask_core::model::{Problem, Result};

use super::super::Notes;
use super::super::draft::{CheckDraft, Draft, Setting};
use super::hook::{Hook, Manifest};
use super::top::Top;
use crate::stage::Stage;

/// What an argument takes.
#[derive(Clone, Copy)]
enum Takes {
    /// Nothing: it is on where it is given.
    Flag,
    Text,
    /// A whole number, or a text.
    Number,
    /// One value each time.
    List,
    /// Values with commas between them.
    Commas,
    /// Kilobytes (of 1024), which become `max`.
    Kilobytes,
}

struct Known {
    id: &'static str,
    arguments: &'static [(&'static str, &'static str, Takes)],
}

const fn plain(id: &'static str) -> Known {
    Known { id, arguments: &[] }
}

/// The checks and their arguments: as written, the option's name, what it takes.
static KNOWN: [Known; 31] = [
    Known {
        id: "check-added-large-files",
        arguments: &[("--maxkb", "max", Takes::Kilobytes), ("--enforce-all", "enforce-all", Takes::Flag)],
    },
    plain("check-ast"),
    Known {
        id: "check-builtin-literals",
        arguments: &[
            ("--ignore", "ignore", Takes::Commas),
            ("--no-allow-dict-kwargs", "no-allow-dict-kwargs", Takes::Flag),
        ],
    },
    plain("check-byte-order-marker"),
    plain("check-case-conflict"),
    plain("check-docstring-first"),
    plain("check-executables-have-shebangs"),
    plain("check-illegal-windows-names"),
    plain("check-json"),
    plain("check-json5"),
    Known { id: "check-merge-conflict", arguments: &[("--assume-in-merge", "assume-in-merge", Takes::Flag)] },
    plain("check-shebang-scripts-are-executable"),
    plain("check-symlinks"),
    plain("check-toml"),
    Known {
        id: "check-vcs-permalinks",
        arguments: &[("--additional-github-domain", "additional-github-domain", Takes::List)],
    },
    plain("check-xml"),
    Known {
        id: "check-yaml",
        arguments: &[
            ("-m", "allow-multiple-documents", Takes::Flag),
            ("--multi", "allow-multiple-documents", Takes::Flag),
            ("--allow-multiple-documents", "allow-multiple-documents", Takes::Flag),
            ("--unsafe", "unsafe", Takes::Flag),
        ],
    },
    plain("debug-statements"),
    plain("destroyed-symlinks"),
    Known {
        id: "detect-aws-credentials",
        arguments: &[
            ("--credentials-file", "credentials-file", Takes::List),
            ("--allow-missing-credentials", "allow-missing-credentials", Takes::Flag),
        ],
    },
    plain("detect-private-key"),
    plain("end-of-file-fixer"),
    Known {
        id: "file-contents-sorter",
        arguments: &[("--ignore-case", "ignore-case", Takes::Flag), ("--unique", "unique", Takes::Flag)],
    },
    plain("fix-byte-order-marker"),
    plain("forbid-new-submodules"),
    Known {
        id: "mixed-line-ending",
        arguments: &[("-f", "fix", Takes::Text), ("--fix", "fix", Takes::Text)],
    },
    Known {
        id: "name-tests-test",
        arguments: &[
            ("--pytest", "pytest", Takes::Flag),
            ("--django", "django", Takes::Flag),
            ("--unittest", "django", Takes::Flag),
            ("--pytest-test-first", "pytest-test-first", Takes::Flag),
        ],
    },
    Known {
        id: "no-commit-to-branch",
        arguments: &[
            ("-b", "branch", Takes::List),
            ("--branch", "branch", Takes::List),
            ("-p", "pattern", Takes::List),
            ("--pattern", "pattern", Takes::List),
        ],
    },
    Known {
        id: "pretty-format-json",
        arguments: &[
            ("--autofix", "autofix", Takes::Flag),
            ("--indent", "indent", Takes::Number),
            ("--no-ensure-ascii", "no-ensure-ascii", Takes::Flag),
            ("--no-sort-keys", "no-sort-keys", Takes::Flag),
            ("--top-keys", "top-keys", Takes::Commas),
        ],
    },
    plain("requirements-txt-fixer"),
    Known {
        id: "trailing-whitespace",
        arguments: &[
            ("--markdown-linebreak-ext", "markdown-linebreak-ext", Takes::Commas),
            ("--chars", "chars", Takes::Text),
            ("--no-markdown-linebreak-ext", "", Takes::Flag),
        ],
    },
];

/// Adds the check; false where there is none of this id.
pub(super) fn add(
    hook: &Hook,
    origin: &str,
    top: &Top,
    draft: &mut Draft,
    notes: &mut Notes,
) -> Result<bool> {
    let Some(known) = KNOWN.iter().find(|known| known.id == hook.id) else { return Ok(false) };
    let stages = match known.id {
        "no-commit-to-branch" => Some(vec![Stage::PreCommit, Stage::PrePush, Stage::PreMergeCommit]),
        _ => Some(vec![Stage::PreCommit, Stage::PrePush]),
    };
    let stages = match &top.default_stages {
        Some(_) if hook.stages.is_none() => None,
        _ => stages,
    };
    let stages = hook.at(&Manifest { stages, ..Manifest::default() }, top, notes);
    let check = CheckDraft {
        id: hook.id.clone(),
        rules: hook.rules(&Manifest::default(), top, notes),
        options: options(hook, known, notes)?,
    };
    if hook.types.is_some() || hook.types_or.is_some() {
        notes.difference(format!(
            "{}: the configured types replace the hook's own under pre-commit; here they narrow what the check takes by itself.",
            hook.what()
        ));
    }
    for (given, key) in
        [(hook.entry.is_some(), "entry"), (!hook.dependencies.is_empty(), "additional_dependencies")]
    {
        if given {
            notes.unmapped(format!("{}: `{key}`", hook.what()), "the check is built in");
        }
    }
    let mut to = Vec::new();
    for stage in stages {
        let checks = &mut draft.stage(stage).checks;
        match checks.iter().find(|there| there.id == check.id) {
            None => checks.push(check.clone()),
            Some(there) if *there == check => {}
            Some(_) => {
                notes.unmapped(
                    format!("{} (a second time, at {})", hook.what(), stage.name()),
                    "a built-in check runs once a stage, with one set of options; join the files of both by hand",
                );
                continue;
            }
        }
        to.push(format!("hooks.{}.checks", stage.name()));
    }
    if !to.is_empty() {
        notes.mapped(format!("{} ({origin})", hook.id), to, false);
    }
    Ok(true)
}

fn options(hook: &Hook, known: &Known, notes: &mut Notes) -> Result<BTreeMap<String, Setting>> {
    let mut options = BTreeMap::new();
    let mut given = hook.args.clone().unwrap_or_default().into_iter().peekable();
    while let Some(word) = given.next() {
        let (name, joined) = match word.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name.to_owned(), Some(value.to_owned())),
            // `-bmain`
            _ if word.starts_with('-')
                && !word.starts_with("--")
                && word.len() > 2
                && word.is_char_boundary(2) =>
            {
                (word[..2].to_owned(), Some(word[2..].to_owned()))
            }
            _ => (word.clone(), None),
        };
        let Some((_, option, takes)) = argument(known, &name) else {
            notes.unmapped(format!("{}: `{word}`", hook.what()), "the check has no such argument");
            continue;
        };
        let wrong = |what: &str| {
            Problem::usage(format!("{}: can't read the argument `{name}` of {}", hook.place, hook.id))
                .why(what.to_owned())
                .fix("mend it there, then import again")
        };
        let value = |given: &mut std::iter::Peekable<std::vec::IntoIter<String>>| {
            joined.clone().or_else(|| given.next()).ok_or_else(|| wrong("its value is missing"))
        };
        let list = |options: &mut BTreeMap<String, Setting>, values: Vec<String>| {
            let entry = options.entry((*option).to_owned()).or_insert_with(|| Setting::List(Vec::new()));
            if let Setting::List(list) = entry {
                list.extend(values);
            }
        };
        let setting = match takes {
            Takes::Flag => Setting::Flag,
            Takes::Text => Setting::Text(value(&mut given)?),
            Takes::Number => {
                let text = value(&mut given)?;
                text.parse().map(Setting::Number).unwrap_or(Setting::Text(text))
            }
            Takes::Kilobytes => {
                let text = value(&mut given)?;
                let number: u64 = text.parse().map_err(|_| wrong(&format!("`{text}` is no number")))?;
                Setting::Text(format!("{number}KiB"))
            }
            Takes::List => {
                list(&mut options, vec![value(&mut given)?]);
                continue;
            }
            Takes::Commas => {
                let text = value(&mut given)?;
                list(&mut options, text.split(',').map(|one| one.trim().to_owned()).collect());
                continue;
            }
        };
        if !option.is_empty() {
            options.insert((*option).to_owned(), setting);
        }
    }
    Ok(options)
}

/// The argument of this name, or the only one that begins so, as Python's argparse takes it.
fn argument(known: &Known, name: &str) -> Option<&'static (&'static str, &'static str, Takes)> {
    let exact = known.arguments.iter().find(|(full, ..)| *full == name);
    exact.or_else(|| {
        let mut begins = known.arguments.iter().filter(|(full, ..)| name.len() > 3 && full.starts_with(name));
        begins.next().filter(|_| begins.next().is_none())
    })
}
