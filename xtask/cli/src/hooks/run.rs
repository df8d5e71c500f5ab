//! `xtask hooks run`.

use std::ffi::OsString;
use std::io::{IsTerminal, Read};
use std::path::PathBuf;

use xtask_core::config::nearest;
use xtask_core::gate::Context;
use xtask_core::model::{ExitCode, GateReport, Problem, RepoPath, Result, Standing};
use xtask_hooks::{
    HookInput, HooksSection, Planned, Selection, Stage, StagePlan, install, reads_input, run_all_files,
    run_hook,
};

use crate::output::{Reporting, note};
use crate::session::{Session, with_signals};

/// Run a stage: as git would, or over chosen files.
///
/// Without a selection it does what git's own run would: pre-commit checks what is staged (not what lies in the working tree), fixers'
/// changes are staged and merged into your files, and a run that fails changes nothing.
///
/// With a selection the files of the working tree are checked, and nothing is changed: a file that a fixer would change is a finding;
/// --fix writes the working tree.
///
/// `XTASK_SKIP=name,…` skips checks and commands by name.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  xtask hooks run pre-commit                       what `git commit` would run now
  xtask hooks run pre-commit --all-files           all tracked files; nothing is changed
  xtask hooks run pre-commit --all-files --fix     and write what the fixers mend
  xtask hooks run pre-commit --from-ref main --to-ref HEAD
  xtask hooks run commit-msg -- .git/COMMIT_EDITMSG
  XTASK_SKIP=check-yaml git commit")]
pub(super) struct RunArgs {
    /// The stage: pre-commit, commit-msg, pre-push, …
    stage: String,

    #[command(flatten)]
    selection: SelectionArgs,

    /// Write what the fixers mend to the working tree
    #[arg(long)]
    fix: bool,

    /// Git itself is calling
    #[arg(long, hide = true)]
    hook: bool,

    /// What git gives the hook: the message file of commit-msg, the remote of pre-push, …
    #[arg(last = true, value_name = "ARGS")]
    arguments: Vec<OsString>,
}

#[derive(Debug, clap::Args)]
#[group(multiple = true)]
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

impl SelectionArgs {
    /// The files that are chosen; `None`: those that git means.
    fn selection(self, session: &Session, cx: &Context) -> Result<Option<Selection>> {
        Ok(match (self.from_ref, self.to_ref) {
            (Some(from), Some(to)) => Some(Selection::Between { from, to }),
            _ if self.all_files => Some(Selection::All),
            _ if self.files.is_empty() => None,
            _ => {
                let paths = self.files.iter().map(|path| below_root(session, cx, path));
                Some(Selection::Files(paths.collect::<Result<_>>()?))
            }
        })
    }
}

fn below_root(session: &Session, cx: &Context, path: &PathBuf) -> Result<RepoPath> {
    let absolute = std::path::absolute(session.folder.join(path)).unwrap_or_else(|_| path.clone());
    RepoPath::relative(&cx.root, &absolute).ok_or_else(|| {
        Problem::usage(format!("{} lies outside the repository", path.display()))
            .why(format!("its top is {}", cx.root.display()))
    })
}

pub(super) fn run(session: &Session, args: RunArgs) -> Result<ExitCode> {
    let stage = stage(&args.stage)?;
    let reporting = Reporting::start(session);
    let only = vec!["hooks".to_owned()];
    let (cx, wrong) = if stage == Stage::PreReceive {
        session.server_context_anyway(only, reporting.events())?
    } else {
        session.context_anyway(only, reporting.events())?
    };
    let cx = with_signals(cx);
    match wrong {
        Some(wrong) if args.hook && stage.is_afterwards() => {
            return without_configuration(&cx, stage, args, &wrong);
        }
        Some(wrong) => return Err(wrong),
        None => {}
    }
    let section: HooksSection = cx.config.section_or_default()?;
    let plan = StagePlan::new(stage, &section, cx.environment)?;
    // Of one commit git runs several stages: what is true of all of them is told by the first.
    let follows = matches!(stage, Stage::PrepareCommitMsg | Stage::CommitMsg | Stage::PostCommit);
    let unknown = StagePlan::unknown_skips(&section, cx.environment);
    let unknown = unknown.into_iter().filter(|_| !(args.hook && follows));
    for told in unknown.chain(install::not_run(&cx, &section, stage)) {
        cx.events.notice(format!("hooks: {told}"));
    }
    let Some(selection) = args.selection.selection(session, &cx)? else {
        if args.fix {
            return Err(Problem::usage("--fix needs to know which files")
                .why("without a selection the staged files are fixed anyway, as a commit would")
                .fix(format!("xtask hooks run {} --all-files --fix", stage.name())));
        }
        let input = HookInput { arguments: args.arguments, stdin: stdin(stage, args.hook)? };
        if session.global.plan {
            return plan_of(session, &plan, false, &xtask_hooks::plan_hook(&cx, &plan, &input)?);
        }
        let end = run_hook(&cx, &plan, &input);
        // A person who asks wants an answer, also that there is nothing to do.
        let reporting = if args.hook { reporting.of_hook() } else { reporting };
        return reporting.finish_one(
            session,
            &cx,
            "hooks",
            end.map(|report| (GateReport { standing: Standing::Named, ..report }, None)),
        );
    };
    if session.global.plan {
        return plan_of(session, &plan, args.fix, &xtask_hooks::plan_selection(&cx, &plan, &selection)?);
    }
    let end = run_all_files(&cx, &plan, &selection, args.fix);
    reporting.finish_one(
        session,
        &cx,
        "hooks",
        end.map(|report| (GateReport { standing: Standing::Named, ..report }, None)),
    )
}

/// What git has done is done, and may have been done with `--no-verify`: a configuration that can't be read is told in a line. What a run
/// before left to do is still done.
fn without_configuration(cx: &Context, stage: Stage, args: RunArgs, wrong: &Problem) -> Result<ExitCode> {
    let plan = StagePlan::new(stage, &HooksSection::default(), cx.environment)?;
    let input = HookInput { arguments: args.arguments, stdin: stdin(stage, args.hook)? };
    run_hook(cx, &plan, &input)?;
    note(&format!("xtask: {} was left out: {}", stage.name(), wrong.what));
    Ok(wrong.exit_code())
}

fn stage(name: &str) -> Result<Stage> {
    Stage::by_name(name).ok_or_else(|| {
        let names: Vec<&str> = Stage::ALL.iter().map(|stage| stage.name()).collect();
        let near = nearest(name, names.iter().copied());
        Problem::usage(format!("there is no stage `{name}`"))
            .why(format!("the stages are {}", names.join(", ")))
            .fix(near.map(|near| format!("did you mean `{near}`?")).unwrap_or_default())
    })
}

fn plan_of(session: &Session, plan: &StagePlan, fix: bool, steps: &[Planned]) -> Result<ExitCode> {
    let json = serde_json::json!({
        "stage": plan.stage.name(),
        "fix": fix,
        "steps": steps,
        "skipped": plan.skipped,
    });
    crate::output::plan(session, &json, || {
        let lines: Vec<String> = steps.iter().map(Planned::line).chain(plan.skipped_lines()).collect();
        Ok(lines.join("\n") + "\n")
    })
}

/// What git gives the hook on standard input.
fn stdin(stage: Stage, hook: bool) -> Result<Option<Vec<u8>>> {
    if !reads_input(stage) {
        return Ok(None);
    }
    let mut stdin = std::io::stdin();
    if !hook && stdin.is_terminal() {
        return Err(Problem::usage(format!("{} reads from standard input what git tells it", stage.name()))
            .fix(format!("xtask hooks run {} --from-ref origin/HEAD --to-ref HEAD", stage.name())));
    }
    let mut bytes = Vec::new();
    stdin
        .read_to_end(&mut bytes)
        .map_err(|cause| Problem::invalid("can't read standard input").why(cause))?;
    Ok(Some(bytes))
}
