//! `xtask visual`.

#[cfg(feature = "visual")]
use std::path::PathBuf;

use xtask_core::model::{ExitCode, Result};
#[cfg(feature = "visual")]
use xtask_visual::diff::{Antialias, Ratio, Rect, Rules, Threshold};

use crate::session::Session;

/// Visual regression: compare pictures.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct Args {
    #[cfg(feature = "visual")]
    #[command(subcommand)]
    command: Command,
}

#[cfg(feature = "visual")]
#[derive(Debug, clap::Subcommand)]
enum Command {
    Compare(CompareArgs),
    /// Compare the current pictures with the baseline, as `[visual]` has it
    Test,
}

/// Compare two pictures, or two folders of pictures.
///
/// Counts are those of pixelmatch: a pixel counts where its colour differs by more than the threshold in the YIQ space,
/// unless it is anti-aliasing. Folders are searched for PNG files at any depth and paired by name. New, missing, resized and
/// unreadable pictures fail whatever the limits; a limit excuses changed pixels only.
#[cfg(feature = "visual")]
#[derive(Debug, clap::Args)]
struct CompareArgs {
    /// The picture or folder as it was: the baseline
    #[arg(value_name = "A")]
    old: PathBuf,

    /// The picture or folder as it is now
    #[arg(value_name = "B")]
    new: PathBuf,

    /// Write a picture of each difference into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// How different two colours may be before a pixel counts, from 0 to 1 [default: 0.1]
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    threshold: Option<Threshold>,

    /// Whether pixels that differ by anti-aliasing alone count [default: ignore]
    #[arg(long, value_name = "ignore|count")]
    antialias: Option<Antialias>,

    /// Leave this rectangle out (repeatable)
    #[arg(long, value_name = "X,Y,W,H")]
    mask: Vec<Rect>,

    /// Excuse up to this many changed pixels in a picture
    #[arg(long, value_name = "N")]
    max_pixels: Option<u64>,

    /// Excuse up to this share of changed pixels in a picture, from 0 to 1
    #[arg(long, value_name = "R", allow_hyphen_values = true)]
    max_ratio: Option<Ratio>,
}

#[cfg(feature = "visual")]
pub(crate) fn run(session: &Session, args: Args) -> Result<ExitCode> {
    use xtask_core::gate::Scope;
    use xtask_visual::{Limits, Options, compare_paths};

    use crate::output::Reporting;
    use crate::session::with_signals;

    let compare = match args.command {
        Command::Compare(compare) => compare,
        Command::Test => return crate::ci::run_one(session, "visual", Scope::All),
    };
    if session.global.plan {
        return plan(session, &compare);
    }
    let reporting = Reporting::start(session);
    let cx = with_signals(session.context(Scope::All, Vec::new(), reporting.events())?);
    let defaults = Rules::default();
    let options = Options {
        rules: Rules {
            threshold: compare.threshold.unwrap_or(defaults.threshold),
            antialias: compare.antialias.unwrap_or(defaults.antialias),
            masks: compare.mask,
            ..defaults
        },
        limits: Limits { max_pixels: compare.max_pixels, max_ratio: compare.max_ratio },
        out: compare.out,
    };
    let end = compare_paths(&cx, &compare.old, &compare.new, &options).map(|comparison| {
        let own = comparison.json();
        (comparison.report(), Some(own))
    });
    reporting.finish_one(session, &cx, "visual", end)
}

/// What would be compared and written.
#[cfg(feature = "visual")]
fn plan(session: &Session, compare: &CompareArgs) -> Result<ExitCode> {
    let out = compare.out.as_ref().map(|out| out.display().to_string());
    let (old, new) = (compare.old.display().to_string(), compare.new.display().to_string());
    let json = serde_json::json!({ "old": old, "new": new, "out": out });
    crate::output::plan(session, &json, || {
        let written = out.map_or_else(|| "nothing".to_owned(), |out| format!("difference pictures to {out}"));
        Ok(format!("compare {old} with {new}; write {written}\n"))
    })
}

#[cfg(not(feature = "visual"))]
pub(crate) fn run(_: &Session, _: Args) -> Result<ExitCode> {
    Err(crate::areas::left_out("visual"))
}
