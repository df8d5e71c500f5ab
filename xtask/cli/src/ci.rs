//! `xtask ci`.

use xtask_ci::{Options, Shard};
use xtask_core::gate::Scope;
use xtask_core::model::{ExitCode, Problem, Result};

use crate::areas;
use crate::output::{self, Reporting, Results};
use crate::session::{Session, with_signals};

/// Run every configured gate as one job graph, and write the reports.
///
/// A gate is in the run where xtask.toml configures it or the repository suggests it; `--plan` says for each why it is in
/// or out. The reports of the last run (report.json, report.html, report.sarif, junit.xml, summary.md) lie in
/// target/xtask, or in .xtask where Cargo doesn't build.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Run just these gates
    #[arg(long, value_name = "GATE,…", value_delimiter = ',')]
    only: Vec<String>,

    /// Run all gates but these
    #[arg(long, value_name = "GATE,…", value_delimiter = ',')]
    skip: Vec<String>,

    /// Look just at what changed since this revision (where it left HEAD's history)
    #[arg(long, value_name = "REF")]
    since: Option<String>,

    /// Run the K-th of N parts of the gates: for several machines
    #[arg(long, value_name = "K/N")]
    shard: Option<Shard>,

    /// Stop at the first gate that fails
    #[arg(long)]
    fail_fast: bool,
}

pub(crate) fn run(session: &Session, args: Args) -> Result<ExitCode> {
    let scope = args.since.map_or(Scope::All, Scope::Since);
    let options = Options { only: args.only, skip: args.skip, shard: args.shard, fail_fast: args.fail_fast };
    run_gates(session, "ci", scope, options)
}

/// Runs one gate, as its own command does: named, so that what is missing counts.
pub(crate) fn run_one(session: &Session, gate: &str, scope: Scope) -> Result<ExitCode> {
    run_gates(session, gate, scope, Options { only: vec![gate.to_owned()], ..Options::default() })
}

fn run_gates(session: &Session, command: &str, scope: Scope, options: Options) -> Result<ExitCode> {
    let reporting = Reporting::start(session);
    let cx = session.context(scope, options.only.clone(), reporting.events())?;
    let plan = xtask_ci::plan(&cx, &areas::gates(), options)?;
    if session.global.plan {
        return output::plan(session, &xtask_ci::json(&plan, cx.project()?), || {
            Ok(xtask_ci::show(&plan, cx.project()?))
        });
    }
    if plan.is_empty() {
        let why = if cx.repo.is_none() && cx.config.path().is_none() {
            format!("{} is in no git repository, and has no xtask.toml", cx.root.display())
        } else {
            "nothing here suggests or configures a gate that can run, or --skip leaves out all of them"
                .to_owned()
        };
        return Err(Problem::usage("there is nothing to run: no gate applies here")
            .why(why)
            .fix("`xtask ci --plan` says for each gate why; `git init` or `xtask init` is the usual start"));
    }
    for section in ["env", "watch"].into_iter().filter(|section| cx.config.has(section)) {
        cx.events.notice(format!("[{section}] of xtask.toml is checked, and not acted on by this version"));
    }
    let cx = with_signals(cx);
    let ran = xtask_ci::run(&cx, plan);
    Ok(reporting.finish(session, &cx, command, Results { usage: ran.usage, ..Results::of(ran.reports) }))
}
