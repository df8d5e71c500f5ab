//! What commands write: results on standard output, problems and progress on standard error. Nothing else in this crate
//! writes to a stream.

use std::io::{ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::sync::mpsc;
use std::time::Instant;

use serde_json::Value;
use xtask_core::environment::Environment;
use xtask_core::exec::Interrupt;
use xtask_core::gate::Context;
use xtask_core::model::{
    Events, ExitCode, GateReport, Outcome, Problem, ProblemKind, Report, Result, Standing,
};
use xtask_core::report::{self, Format, Redactor, Reporter, ReporterMode, Style};

use crate::session::Session;

/// Shows what work tells while it runs, and renders what it yields.
pub(crate) struct Reporting {
    events: Events,
    reporter: Reporter,
    started: Instant,
    /// Whether git itself asked: the report folder stays, and little is said.
    hook: bool,
}

impl Reporting {
    /// Starts to show events, as the session's options and the terminal have it.
    pub(crate) fn start(session: &Session) -> Self {
        let (sender, receiver) = mpsc::channel();
        let is_terminal = std::io::stderr().is_terminal() && !session.global.verbose;
        let mode = ReporterMode::choose(session.global.quiet, is_terminal, session.is_ci());
        let reporter =
            Reporter::start(receiver, mode, session.error_style(), Redactor::new(session.environment));
        let events = if session.global.verbose { Events::to(sender) } else { Events::glimpses(sender) };
        Self { events, reporter, started: Instant::now(), hook: false }
    }

    /// Where work tells what it does.
    pub(crate) fn events(&self) -> Events {
        self.events.clone()
    }

    /// A run that git asked for: it says little, and leaves the report folder as it is, where the last run lies that a person asked for.
    pub(crate) fn of_hook(self) -> Self {
        Self { hook: true, ..self }
    }

    /// Ends the run of one gate. Whatever kept it from its end is told as what became of the gate, in every format; wrong usage
    /// alone is no result.
    pub(crate) fn finish_one(
        self,
        session: &Session,
        cx: &Context,
        gate: &str,
        end: Result<(GateReport, Option<Value>)>,
    ) -> Result<ExitCode> {
        let (mut report, own_json) = match end {
            Ok(end) => end,
            Err(problem) => {
                let outcome = match problem.kind {
                    ProblemKind::Usage => return Err(problem),
                    ProblemKind::Interrupted | ProblemKind::Terminated => {
                        xtask_ci::stopped(cx.cancel.reason())
                    }
                    ProblemKind::Missing | ProblemKind::Invalid => Outcome::of(&problem),
                };
                (GateReport { standing: Standing::Named, ..GateReport::new(gate, outcome) }, None)
            }
        };
        if report.wall_ms == 0 {
            report.wall_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        }
        Ok(self.finish(session, cx, gate, Results { own_json, ..Results::of(vec![report]) }))
    }

    /// Ends the run: writes the report folder, the files of `--report`, and the results on standard output.
    pub(crate) fn finish(self, session: &Session, cx: &Context, command: &str, results: Results) -> ExitCode {
        let Results { gates, mut own_json, usage } = results;
        let Self { events, reporter, started, hook } = self;
        drop(events);
        reporter.finish();
        let wall_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut report = Report::new(command, gates, session.global.strict, session.is_ci(), wall_ms);
        let of_run = match (cx.cancel.reason(), &usage) {
            (Some(Interrupt::Interrupted), _) => ExitCode::Interrupted,
            (Some(Interrupt::Terminated), _) => ExitCode::Terminated,
            (Some(Interrupt::FailFast) | None, Some(_)) => ExitCode::Usage,
            (Some(Interrupt::FailFast) | None, None) => ExitCode::Passed,
        };
        let mut code = ExitCode::from_code(report.exit_code).worst(of_run);
        report.exit_code = code.code();
        let redactor = Redactor::new(session.environment);
        redactor.report(&mut report);
        if let Some(own) = &mut own_json {
            redact_json(own, &redactor);
        }
        let written = write_reports(session, cx, &report, own_json.as_ref(), !hook);
        let printed = match (session.global.format, own_json) {
            (Format::Json, Some(own)) => print_json(&own),
            (format, _) => print(&report::render(&report, format, Style { brief: hook, ..session.style() })),
        };
        // What could not be told is told here, and counts beside what the run came to: an interruption stays one.
        for told in [usage, written.err(), printed.err()].into_iter().flatten() {
            code = code.worst(problem(&told, session.error_style().colour));
        }
        code
    }
}

/// What a command yielded.
pub(crate) struct Results {
    /// The reports of its gates.
    pub(crate) gates: Vec<GateReport>,
    /// What `--format json` prints, where the command has a shape of its own.
    pub(crate) own_json: Option<Value>,
    /// A wrong configuration that showed only while a gate ran.
    pub(crate) usage: Option<Problem>,
}

impl Results {
    /// These gates, and nothing special.
    pub(crate) fn of(gates: Vec<GateReport>) -> Self {
        Self { gates, own_json: None, usage: None }
    }
}

/// Takes the values of secret variables out of every text.
fn redact_json(value: &mut Value, redactor: &Redactor) {
    match value {
        Value::String(text) => *text = redactor.text(text).into_owned(),
        Value::Array(values) => values.iter_mut().for_each(|value| redact_json(value, redactor)),
        Value::Object(fields) => fields.values_mut().for_each(|value| redact_json(value, redactor)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Writes the report folder (with `folder`), the step summary of GitHub, and the files of `--report`. All are tried; the first
/// problem is told.
fn write_reports(
    session: &Session,
    cx: &Context,
    report: &Report,
    own_json: Option<&Value>,
    folder: bool,
) -> Result<()> {
    let mut first = if folder { report::write_all(report, &cx.report_dir()) } else { Ok(()) };
    if let Some(summary) = session.environment.path("GITHUB_STEP_SUMMARY") {
        first = first.and(report::append_step_summary(report, &summary));
    }
    for wanted in &session.global.report {
        let text = match (wanted.format, own_json) {
            (Format::Json, Some(own)) => format!("{own:#}\n"),
            (format, _) => report::render(report, format, Style::PLAIN),
        };
        first = first.and(if wanted.path == Path::new("-") {
            print(&text)
        } else {
            xtask_core::files::write(&wanted.path, text.as_bytes())
        });
    }
    first
}

/// Refuses what a command that yields no report can't give, rather than leaving it out in silence.
pub(crate) fn human_or_json(session: &Session, command: &str) -> Result<()> {
    if !session.global.report.is_empty() {
        return Err(Problem::usage(format!("`{command}` yields no report to write"))
            .fix("leave --report out; `--format json` prints its results for programs"));
    }
    match session.global.format {
        Format::Human | Format::Json => Ok(()),
        other => Err(Problem::usage(format!("`{command}` has no format {other}")).fix("use human or json")),
    }
}

/// Prints a plan: as JSON where that is asked for, else as `words` tell it.
pub(crate) fn plan(
    session: &Session,
    json: &Value,
    words: impl FnOnce() -> Result<String>,
) -> Result<ExitCode> {
    match session.global.format {
        Format::Json => print_json(json)?,
        _ => print(&words()?)?,
    }
    Ok(ExitCode::Passed)
}

/// Prints text on standard output.
pub(crate) fn print(text: &str) -> Result<()> {
    print_bytes(text.as_bytes())
}

/// Prints JSON on standard output.
pub(crate) fn print_json(value: &Value) -> Result<()> {
    print(&format!("{value:#}\n"))
}

/// Prints bytes on standard output. A reader that has gone (`xtask … | head`) is no problem: the exit code stays that of
/// the work.
pub(crate) fn print_bytes(bytes: &[u8]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(cause) if cause.kind() != ErrorKind::BrokenPipe => Err(unprinted(&cause)),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn unprinted(cause: &std::io::Error) -> Problem {
    Problem::invalid("can't write to standard output")
        .why(cause)
        .fix("send it where there is room, or write a file: --report FORMAT=PATH")
}

/// Tells something on standard error.
pub(crate) fn note(text: &str) {
    ask(&format!("{text}\n"));
}

/// Asks something on standard error: the cursor stays behind it.
pub(crate) fn ask(text: &str) {
    let mut out = std::io::stderr().lock();
    // Where standard error is gone, nobody reads what is said there.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Tells a problem on standard error: what, why, and how to go on. A cause may quote a file or a child's output: secrets are
/// taken out here as in the reports.
pub(crate) fn problem(problem: &Problem, colour: bool) -> ExitCode {
    let redactor = Redactor::new(Environment::of_process());
    let clean = |text: &str| redactor.text(text).into_owned();
    let problem = &Problem {
        kind: problem.kind,
        what: clean(&problem.what),
        why: clean(&problem.why),
        fix: clean(&problem.fix),
    };
    let (red, bold, cyan, reset) =
        if colour { ("\x1b[1;31m", "\x1b[1m", "\x1b[36m", "\x1b[0m") } else { ("", "", "", "") };
    let why = problem.why.trim_matches('\n');
    // A drawing of several lines keeps its own indentation.
    let indent = if why.contains('\n') { "" } else { "  " };
    let why = if why.is_empty() { String::new() } else { format!("{indent}{why}\n") };
    let fix =
        if problem.fix.is_empty() { String::new() } else { format!("{cyan}  → {}{reset}\n", problem.fix) };
    ask(&format!("{red}error:{reset} {bold}{}{reset}\n{why}{fix}", problem.what));
    problem.exit_code()
}

/// Tells what is wrong with the command line, or prints the help or version that was asked for.
pub(crate) fn usage_error(wrong: &clap::Error) -> ExitCode {
    match wrong.print() {
        _ if wrong.use_stderr() => ExitCode::Usage,
        Err(cause) if cause.kind() != ErrorKind::BrokenPipe => problem(&unprinted(&cause), false),
        Ok(()) | Err(_) => ExitCode::Passed,
    }
}
