//! Rust: `cargo test`, or nextest with the doc tests that it leaves out.

use xtask_core::exec::{Process, RunError};
use xtask_core::gate::Context;
use xtask_core::model::RepoPath;
use xtask_core::suite::{libtest, nextest};

use crate::run::{Live, Ran, Settings, start};

/// nextest's exit code for "no tests to run".
const NO_TESTS: i32 = 4;

/// Runs the tests of the workspace in `folder`. nextest is taken where it answers: a program in its place may be broken, or of
/// another toolchain.
pub(crate) fn run(
    cx: &Context,
    folder: &RepoPath,
    nextest: bool,
    settings: &Settings<'_>,
) -> Result<Ran, RunError> {
    let probe = || {
        Process::new("cargo")
            .args(["nextest", "--version"])
            .folder(folder.below(&cx.root))
            .run(&cx.cancel)
            .is_ok_and(|ended| ended.code == Some(0))
    };
    if !nextest || !probe() {
        return harness(cx, folder, &[], settings.arguments, settings);
    }
    let mut ran = by_nextest(cx, folder, settings)?;
    match doc_arguments(settings.arguments) {
        Some(arguments) => {
            let doc = harness(cx, folder, &["--doc"], &arguments, settings)?;
            // A workspace of programs alone has no doc tests.
            if !doc.output.contains("no library targets found") {
                ran = ran.and(doc);
            }
        }
        None => cx.events.notice("doc tests were not run: the arguments are for nextest alone"),
    }
    Ok(ran)
}

fn by_nextest(cx: &Context, folder: &RepoPath, settings: &Settings<'_>) -> Result<Ran, RunError> {
    let process = Process::new("cargo")
        .args(["nextest", "run"])
        .args(to_the_end(settings.arguments))
        .args(nextest::ARGUMENTS)
        .args(whole_workspace(settings.arguments))
        .args(settings.arguments)
        .variable(nextest::VARIABLE.0, nextest::VARIABLE.1);
    let ended = start(cx, &process, folder, settings, Live::Stderr)?;
    let (stdout, stderr) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    let mut ran = Ran {
        ended_well: matches!(ended.code, Some(0 | NO_TESTS)),
        output: stderr.to_string(),
        ..Ran::default()
    };
    match nextest::parse(&folder.below(&cx.root), &stdout, &stderr) {
        Ok(cases) => ran.cases = cases,
        Err(why) => ran.unreadable = Some(why),
    }
    Ok(ran)
}

fn harness(
    cx: &Context,
    folder: &RepoPath,
    kind: &[&str],
    arguments: &[String],
    settings: &Settings<'_>,
) -> Result<Ran, RunError> {
    let process = Process::new("cargo")
        .arg("test")
        .args(to_the_end(arguments))
        .args(kind)
        .args(whole_workspace(arguments))
        .args(arguments);
    let ended = start(cx, &process, folder, settings, Live::Both)?;
    let (stdout, stderr) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    Ok(Ran {
        cases: libtest::parse(&folder.below(&cx.root), &stdout, &stderr),
        ended_well: ended.code == Some(0),
        output: stderr.into_owned(),
        ..Ran::default()
    })
}

/// `--workspace`, unless the arguments choose packages.
fn whole_workspace(arguments: &[String]) -> Option<&'static str> {
    let chooses = before_dashes(arguments).iter().any(|argument| {
        ["-p", "--package", "--manifest-path", "--workspace", "--all"]
            .iter()
            .any(|option| argument == option || argument.starts_with(&format!("{option}=")))
            || (argument.starts_with("-p") && !argument.starts_with("--"))
    });
    (!chooses).then_some("--workspace")
}

/// `--no-fail-fast`, unless the arguments say when to stop: given twice, both runners refuse it.
fn to_the_end(arguments: &[String]) -> Option<&'static str> {
    let says = before_dashes(arguments).iter().any(|argument| {
        ["--no-fail-fast", "--fail-fast", "--max-fail"]
            .contains(&argument.split('=').next().unwrap_or(argument))
    });
    (!says).then_some("--no-fail-fast")
}

fn before_dashes(arguments: &[String]) -> &[String] {
    let end = arguments.iter().position(|argument| argument == "--").unwrap_or(arguments.len());
    &arguments[..end]
}

/// The arguments for `cargo test --doc`: those that both runners take. `None` where some choose other targets or are nextest's.
fn doc_arguments(arguments: &[String]) -> Option<Vec<String>> {
    const SHARED: [&str; 13] = [
        "--no-fail-fast",
        "-p",
        "--package",
        "--features",
        "-F",
        "--all-features",
        "--no-default-features",
        "--release",
        "--workspace",
        "--exclude",
        "--locked",
        "--offline",
        "--target",
    ];
    let shared =
        before_dashes(arguments).iter().filter(|argument| argument.starts_with('-')).all(|argument| {
            let option = argument.split('=').next().unwrap_or(argument);
            SHARED.contains(&option)
        });
    shared.then(|| arguments.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn arguments_are_shared_where_both_take_them() {
        for (text, workspace, doc) in [
            ("", true, true),
            ("some_test", true, true),
            ("-p core", false, true),
            ("--package=core name", false, true),
            ("-pcore", false, false),
            ("--lib", true, false),
            ("-E test(x)", true, false),
            ("--retries 2", true, false),
            ("-- --nocapture", true, true),
        ] {
            let arguments = words(text);
            assert_eq!(whole_workspace(&arguments).is_some(), workspace, "{text}");
            assert_eq!(doc_arguments(&arguments).is_some(), doc, "{text}");
        }
        for (text, ours) in [
            ("", true),
            ("name", true),
            ("--no-fail-fast", false),
            ("--max-fail=2", false),
            ("-- --fail-fast", true),
        ] {
            assert_eq!(to_the_end(&words(text)).is_some(), ours, "{text}");
        }
    }
}
