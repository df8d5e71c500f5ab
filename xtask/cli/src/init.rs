//! `xtask init`.

use std::io::{BufRead, IsTerminal, Write};

use xtask_core::gate::Scope;
use xtask_core::model::{Events, ExitCode, Problem, Result};
use xtask_core::report::Format;
use xtask_init::{InitPlan, Options};

use crate::output;
use crate::session::Session;

/// Write a configuration for what the repository holds, after showing it.
///
/// Writes xtask.toml, a CI workflow, and in a Rust workspace with a package named xtask the Cargo alias. Nothing that exists is
/// overwritten. Without a terminal, --yes is needed.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Write without asking
    #[arg(long, short)]
    yes: bool,

    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,

    /// The git repository that the CI workflow installs xtask from
    #[arg(long, value_name = "URL")]
    source: Option<String>,
}

pub(crate) fn run(session: &Session, args: Args) -> Result<ExitCode> {
    output::human_or_json(session, "init")?;
    let cx = session.context(Scope::All, Vec::new(), Events::none())?;
    let plan = xtask_init::plan(&cx, &Options { source: args.source })?;
    if session.global.format == Format::Json {
        output::print_json(&plan.json()?)?;
    } else {
        output::print(&xtask_init::show(&plan))?;
    }
    if args.dry_run || session.global.plan || plan.is_done() || !(args.yes || confirm(&plan)?) {
        return Ok(ExitCode::Passed);
    }
    for path in xtask_init::apply(&plan)? {
        output::note(&format!("wrote {path}"));
    }
    Ok(ExitCode::Passed)
}

/// Asks on the terminal; elsewhere, nobody can say yes.
fn confirm(plan: &InitPlan) -> Result<bool> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(Problem::usage("nothing was written: there is no terminal to ask on")
            .fix("look at it with `xtask init --dry-run`, then write it with `xtask init --yes`"));
    }
    let count = plan.to_write();
    output::ask(&format!("\nWrite {count} {}? [y/N] ", if count == 1 { "file" } else { "files" }));
    let mut answer = String::new();
    stdin
        .lock()
        .read_line(&mut answer)
        .map_err(|cause| Problem::usage("can't read the answer").why(cause))?;
    let _ = std::io::stderr().flush();
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}
