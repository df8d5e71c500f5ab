//! `xtask hooks`.

#[cfg(feature = "hooks")]
use std::path::PathBuf;

use xtask_core::model::{ExitCode, Result};

use crate::session::Session;

/// Git hooks.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct Args {
    #[cfg(feature = "hooks")]
    #[command(subcommand)]
    command: Command,
}

#[cfg(feature = "hooks")]
#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Run a stage's checks and commands over files of the working tree
    Run(RunArgs),
}

/// Run a stage's checks and commands over files of the working tree.
///
/// Nothing is changed: a file that a fixer would change is a finding, and --fix writes the working tree. `XTASK_SKIP=name,…`
/// skips checks and commands by name.
#[cfg(feature = "hooks")]
#[derive(Debug, clap::Args)]
struct RunArgs {
    /// The stage: pre-commit, pre-push, …
    stage: String,

    #[command(flatten)]
    selection: SelectionArgs,

    /// Write what the fixers mend to the working tree
    #[arg(long)]
    fix: bool,
}

#[cfg(feature = "hooks")]
#[derive(Debug, clap::Args)]
#[group(multiple = true, required = true)]
struct SelectionArgs {
    /// All tracked files
    #[arg(long, conflicts_with_all = ["files", "from_ref"])]
    all_files: bool,

    /// These files, and the tracked files in these folders
    #[arg(long, num_args = 1.., value_name = "FILE", conflicts_with = "from_ref")]
    files: Vec<PathBuf>,

    /// What changed from this revision …
    #[arg(long, value_name = "REF", requires = "to_ref")]
    from_ref: Option<String>,

    /// … to this one
    #[arg(long, value_name = "REF", requires = "from_ref")]
    to_ref: Option<String>,
}

#[cfg(feature = "hooks")]
pub(crate) fn run(session: &Session, args: Args) -> Result<ExitCode> {
    use xtask_core::config::nearest;
    use xtask_core::gate::{Context, Scope};
    use xtask_core::model::{Problem, RepoPath};
    use xtask_hooks::{HooksSection, Selection, Stage, StagePlan, run_all_files};

    use crate::output::Reporting;
    use crate::session::with_signals;

    let Command::Run(args) = args.command;
    let stage = Stage::by_name(&args.stage).ok_or_else(|| {
        let names: Vec<&str> = Stage::ALL.iter().map(|stage| stage.name()).collect();
        let near = nearest(&args.stage, names.iter().copied());
        Problem::usage(format!("there is no stage `{}`", args.stage))
            .why(format!("the stages are {}", names.join(", ")))
            .fix(near.map(|near| format!("did you mean `{near}`?")).unwrap_or_default())
    })?;
    let reporting = Reporting::start(session);
    let cx = with_signals(session.context(Scope::All, vec!["hooks".to_owned()], reporting.events())?);
    let below_root = |cx: &Context, path: &PathBuf| {
        let absolute = std::path::absolute(session.folder.join(path)).unwrap_or_else(|_| path.clone());
        RepoPath::relative(&cx.root, &absolute).ok_or_else(|| {
            Problem::usage(format!("{} lies outside the repository", path.display()))
                .why(format!("its top is {}", cx.root.display()))
        })
    };
    let selection = match (args.selection.from_ref, args.selection.to_ref) {
        (Some(from), Some(to)) => Selection::Between { from, to },
        _ if args.selection.all_files => Selection::All,
        _ => {
            let paths = args.selection.files.iter().map(|path| below_root(&cx, path));
            Selection::Files(paths.collect::<Result<_>>()?)
        }
    };
    let section: HooksSection = cx.config.section_or_default()?;
    let plan = StagePlan::new(stage, &section, cx.environment)?;
    if session.global.plan {
        let steps = xtask_hooks::plan_steps(&cx, &plan, &selection)?;
        let json = serde_json::json!({ "stage": stage.name(), "fix": args.fix, "steps": steps });
        return crate::output::plan(session, &json, || Ok(steps.join("\n") + "\n"));
    }
    let end = run_all_files(&cx, &plan, &selection, args.fix);
    reporting.finish_one(session, &cx, "hooks", end.map(|report| (report, None)))
}

#[cfg(not(feature = "hooks"))]
pub(crate) fn run(_: &Session, _: Args) -> Result<ExitCode> {
    Err(crate::areas::left_out("hooks"))
}
