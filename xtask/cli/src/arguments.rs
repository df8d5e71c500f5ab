//! The command line: global options and the list of commands. Each command's own arguments are in its file.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{ArgAction, CommandFactory, Parser, Subcommand, ValueEnum};
use xtask_core::report::Format;

/// Hooks, linting, tests, coverage and visual regression for any repository, as one program.
///
/// Zero configuration gives a useful result; `xtask.toml` refines it. Start with `xtask ci --plan`, which shows what
/// was found and what would run.
#[derive(Debug, Parser)]
#[command(
    name = "xtask",
    bin_name = "xtask",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    arg_required_else_help = true,
    after_help = EXIT_CODES
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,

    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0    passed
  1    a gate failed: findings, a regression, a difference
  2    wrong usage or configuration
  3    something needed is missing: a tool, an engine, a browser
  4    the measurement is invalid or inconclusive
  130  interrupted by SIGINT; 143 by SIGTERM";

/// The command line, before clap builds it. `-h` of a command shows what is its own, and where the global options are;
/// `--help` shows all.
pub(crate) fn command_line() -> clap::Command {
    let root = Cli::command();
    let global = root.get_arguments().filter(|argument| argument.is_global_set());
    let hidden: Vec<clap::Arg> = global.map(|argument| argument.clone().hide_short_help(true)).collect();
    root.mut_subcommands(|command| briefly(command, &hidden))
}

/// Gives a command, and those below it, the global options as `hidden` has them. (clap copies one only where it is not there.)
fn briefly(command: clap::Command, hidden: &[clap::Arg]) -> clap::Command {
    let whole = command.get_after_help().cloned();
    let brief = whole.as_ref().map_or_else(String::new, |text| format!("{text}\n\n"));
    command
        .args(hidden)
        .after_long_help(whole.unwrap_or_default())
        .after_help(brief + GLOBAL_OPTIONS)
        .mut_subcommands(|below| briefly(below, hidden))
}

const GLOBAL_OPTIONS: &str = "Global options (--format, --plan, --color, -C, -j, -q, …): xtask --help";

/// Options that every command takes.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// How results are printed on standard output
    #[arg(long, global = true, value_name = "FORMAT", default_value = "human", value_parser = format_parser())]
    pub(crate) format: Format,

    /// Write the results to a file as well; PATH `-` is standard output (repeatable)
    #[arg(long, global = true, value_name = "FORMAT=PATH", action = ArgAction::Append)]
    pub(crate) report: Vec<ReportTo>,

    /// The configuration file [default: xtask.toml at the top of the repository]
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) config: Option<PathBuf>,

    /// Run as if started in this folder
    #[arg(short = 'C', global = true, value_name = "DIR")]
    pub(crate) directory: Option<PathBuf>,

    /// Show what would be done, and do nothing
    #[arg(long, global = true)]
    pub(crate) plan: bool,

    /// What is missing fails the run (exit 3), whoever asked for it
    #[arg(long, global = true)]
    pub(crate) strict: bool,

    /// When to colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorWhen,

    /// How many things may run at once [default: the number of processors]
    #[arg(long, short = 'j', global = true, value_name = "N", value_parser = jobs)]
    pub(crate) jobs: Option<std::num::NonZeroUsize>,

    /// Print results only, no progress
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Print what children print, too
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// One `--report FORMAT=PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReportTo {
    pub(crate) format: Format,
    pub(crate) path: PathBuf,
}

impl FromStr for ReportTo {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, path) = text
            .split_once('=')
            .filter(|(_, path)| !path.is_empty())
            .ok_or_else(|| "write it as FORMAT=PATH, such as sarif=lint.sarif".to_owned())?;
        Ok(Self {
            format: format.parse().map_err(|wrong: xtask_core::model::Problem| wrong.to_string())?,
            path: PathBuf::from(path),
        })
    }
}

fn jobs(text: &str) -> Result<std::num::NonZeroUsize, String> {
    text.parse().map_err(|_| "name a whole number, 1 or more".to_owned())
}

fn format_parser() -> impl clap::builder::TypedValueParser<Value = Format> {
    use clap::builder::TypedValueParser;
    clap::builder::PossibleValuesParser::new(Format::ALL.map(Format::name))
        .try_map(|name| name.parse::<Format>())
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Ci(crate::ci::Args),
    Test(crate::test::Args),
    Lint(crate::lint::Args),
    Coverage(crate::coverage::Args),
    Visual(crate::visual::Args),
    Hooks(crate::hooks::Args),
    Init(crate::init::Args),
    Doctor(crate::doctor::Args),
    Completions(crate::completions::Args),
    Man(crate::man::Args),
    Schema(crate::schema::Args),
}
