//! `skip` and `only`: when something doesn't run.

use xtask_core::model::Result;

use super::super::Notes;
use super::super::value::{Data, Node};

/// When it runs.
pub(super) enum When {
    Never,
    /// Unless one of these shell conditions holds.
    Unless(Vec<String>),
}

/// Reads the value of `skip` or `only`; what can't be asked for is told as part of `what`.
pub(super) fn read(key: &str, node: &Node, notes: &mut Notes, what: &str) -> Result<When> {
    let skip = key == "skip";
    if let Some(flag) = node.as_flag() {
        return Ok(if flag == skip { When::Never } else { When::Unless(Vec::new()) });
    }
    let conditions = match &node.value.data {
        Data::List(_) => node.list()?,
        _ => vec![*node],
    };
    let mut guards = Vec::new();
    for one in conditions {
        if let Data::Map(_) = one.value.data {
            for (kind, value) in one.entries()? {
                let text = value.text()?;
                if kind == "run" {
                    guards.push(if skip { format!("{{ {text}; }}") } else { format!("! {{ {text}; }}") });
                } else {
                    notes.unmapped(
                        format!("{what}: {kind} {text}"),
                        "commands can't depend on the branch: ask in the command, `git symbolic-ref --short HEAD` tells it",
                    );
                }
            }
        } else {
            let text = one.text()?;
            notes.unmapped(
                format!("{what}: {text}"),
                "commands can't depend on a merge or rebase being under way; in a merge only the files that it changes are given",
            );
        }
    }
    // Of several `only` one is enough; only one can be put as a single guard.
    if !skip && guards.len() > 1 {
        notes.unmapped(format!("{what}: several conditions"), "ask for them in the command");
        guards.clear();
    }
    Ok(When::Unless(guards))
}

/// The line, run unless a guard holds.
pub(super) fn guarded(run: String, guards: &[String]) -> String {
    if guards.is_empty() {
        return run;
    }
    format!("if {}; then :; else\n{run}\nfi", guards.join(" || "))
}
