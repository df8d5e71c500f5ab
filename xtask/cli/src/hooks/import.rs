//! `xtask hooks import`.

use xtask_core::gate::Scope;
use xtask_core::model::{Events, ExitCode, Problem, Result};
use xtask_core::report::Format;
use xtask_hooks::import::{self, Existing, Kind};

use crate::output::{human_or_json, note, print, print_json};
use crate::session::Session;

/// Take over the configuration of pre-commit, lefthook or husky.
///
/// prek's and lint-staged's, too. Prints the `[hooks]` tables that it makes of it, what could not be carried over, and what behaves differently; --write puts the tables
/// into xtask.toml, and then prints what stands there instead of the tables. Nothing is run or fetched. Hooks that another manager would fetch become commands with their pinned version, such as
/// `uvx ruff@0.6.9 check …`: they stand as comments until they are accepted by name.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  xtask hooks import                            show what it would be
  xtask hooks import --write --accept ruff,mypy write it, with ruff and mypy run by `uvx`
  xtask hooks import --write --replace          write it in the place of the [hooks] that is there
  xtask hooks import --from lefthook --write --accept all")]
pub(super) struct ImportArgs {
    /// The manager: pre-commit, lefthook or husky [default: the one that is configured here]
    #[arg(long, value_name = "MANAGER", value_parser = kind)]
    from: Option<Kind>,

    /// Write the tables into xtask.toml
    #[arg(long)]
    write: bool,

    /// Let these commands fetch their program when they run: names with commas between, or `all`
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    accept: Vec<String>,

    /// Replace the [hooks] that xtask.toml has
    #[arg(long, requires = "write")]
    replace: bool,
}

fn kind(name: &str) -> std::result::Result<Kind, String> {
    Kind::by_name(name).ok_or_else(|| {
        let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        format!("it is one of {}", names.join(", "))
    })
}

pub(super) fn run(session: &Session, args: &ImportArgs) -> Result<ExitCode> {
    human_or_json(session, "hooks import")?;
    let cx = session.context(Scope::All, vec!["hooks".to_owned()], Events::none())?;
    let imported = import::import(&cx.root, args.from)?;
    let toml = imported.accepting(&args.accept)?;
    if args.write {
        let path = session.global.config.clone().unwrap_or_else(|| cx.root.join("xtask.toml"));
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(cause) => {
                return Err(Problem::usage(format!("can't read {}", path.display())).why(cause));
            }
        };
        let existing = if args.replace { Existing::Replace } else { Existing::Refuse };
        let text = import::merge(&text, &toml, existing)?;
        if session.global.plan {
            note(&format!("would write [hooks] into {}", path.display()));
        } else {
            xtask_core::files::write(&path, text.as_bytes())?;
            note(&format!("wrote [hooks] into {}, from {}", path.display(), imported.sources.join(", ")));
        }
    }
    if !args.write {
        note("nothing is written: --write adds it to xtask.toml");
    }
    let written = args.write && !session.global.plan;
    match session.global.format {
        Format::Json => print_json(&serde_json::json!({
            "imported": imported,
            "toml": toml,
            "written": written,
        }))?,
        _ if written => print(&imported.to_text_written(&args.accept))?,
        _ => print(&imported.to_text())?,
    }
    if written {
        note("next: `xtask hooks install` puts them into git");
    }
    Ok(ExitCode::Passed)
}
