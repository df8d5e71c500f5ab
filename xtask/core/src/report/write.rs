//! The files of the report folder, and GitHub's step summary.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use super::{Format, Style, markdown, render};
use crate::files;
use crate::model::{Problem, Report, Result};

/// What lies in the report folder after a run.
const FILES: [Format; 5] = [Format::Json, Format::Html, Format::Sarif, Format::Junit, Format::Markdown];

/// The bytes that GitHub takes for the summary of a step:
/// <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits>.
const STEP_SUMMARY_LIMIT: usize = 1024 * 1024;

/// Writes `report.json`, `report.html`, `report.sarif`, `junit.xml` and `summary.md` into `folder`, which is created.
/// A file that can't be written stays as it was; the others are still written, and the first problem is returned.
pub fn write_all(report: &Report, folder: &Path) -> Result<()> {
    if folder.file_name().is_some_and(|name| name == ".xtask") {
        let ignore = folder.join(".gitignore");
        if !ignore.exists() {
            files::write(&ignore, b"*\n")?;
        }
    }
    FILES
        .into_iter()
        .map(|format| write_to(report, format, &folder.join(format.file_name())))
        .fold(Ok(()), Result::and)
}

/// Writes the report in this format to `path` (`--report FORMAT=PATH`).
pub fn write_to(report: &Report, format: Format, path: &Path) -> Result<()> {
    files::write(path, render(report, format, Style::PLAIN).as_bytes())
}

/// Appends the report to GitHub's step summary (`GITHUB_STEP_SUMMARY`). Where it would pass GitHub's limit of 1 MiB, which
/// costs the whole summary, fewer findings are listed, and it says so.
pub fn append_step_summary(report: &Report, path: &Path) -> Result<()> {
    let there = std::fs::metadata(path).map_or(0, |found| found.len());
    let room = STEP_SUMMARY_LIMIT.saturating_sub(usize::try_from(there).unwrap_or(usize::MAX));
    let text = step_summary(report, room);
    let append = || OpenOptions::new().create(true).append(true).open(path)?.write_all(text.as_bytes());
    append().map_err(|cause| {
        Problem::invalid(format!("can't append the step summary to {}", path.display()))
            .why(cause)
            .fix("unset GITHUB_STEP_SUMMARY, or point it at a file that can be written")
    })
}

/// The summary in at most `room` bytes: with as many findings as fit; where not even the table fits, empty.
fn step_summary(report: &Report, room: usize) -> String {
    [usize::MAX, 1000, 200, 50, 10, 0]
        .into_iter()
        .map(|limit| markdown::render_limited(report, limit))
        .find(|text| text.len() <= room)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn the_five_files_are_written_and_ignored() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("deep/.xtask");
        write_all(&samples::mixed(), &folder).unwrap();
        let mut names: Vec<_> =
            std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(
            names,
            [".gitignore", "junit.xml", "report.html", "report.json", "report.sarif", "summary.md"]
        );
        assert_eq!(files::read(&folder.join(".gitignore")).unwrap(), b"*\n");
        write_all(&samples::mixed(), &root.path().join("target/xtask")).unwrap();
        assert!(!root.path().join("target/xtask/.gitignore").exists());
    }

    #[test]
    fn what_cannot_be_written_is_a_problem_and_the_rest_is_written() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("report.html/in-the-way")).unwrap();
        let problem = write_all(&samples::mixed(), root.path()).unwrap_err();
        assert!(problem.what.contains("report.html"), "{problem}");
        assert_eq!(problem.exit_code().code(), 4);
        assert!(root.path().join("summary.md").is_file());

        files::write(&root.path().join("file"), b"old").unwrap();
        let problem = write_all(&samples::mixed(), &root.path().join("file/below")).unwrap_err();
        assert!(!problem.fix.is_empty());
        assert_eq!(files::read(&root.path().join("file")).unwrap(), b"old");
    }

    #[test]
    fn the_step_summary_stays_below_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("summary");
        files::write(&path, &vec![b'x'; 900_000]).unwrap();
        append_step_summary(&samples::large(10_000), &path).unwrap();
        let text = String::from_utf8(files::read(&path).unwrap()).unwrap();
        assert!(text.len() <= STEP_SUMMARY_LIMIT);
        assert!(text[900_000..].contains("more"), "says that some are left out");

        files::write(&path, &vec![b'x'; STEP_SUMMARY_LIMIT + 5]).unwrap();
        append_step_summary(&samples::mixed(), &path).unwrap();
        assert_eq!(files::read(&path).unwrap().len(), STEP_SUMMARY_LIMIT + 5);
    }

    #[test]
    fn a_small_summary_is_whole_and_appended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("summary");
        append_step_summary(&samples::mixed(), &path).unwrap();
        let once = files::read(&path).unwrap();
        append_step_summary(&samples::mixed(), &path).unwrap();
        assert_eq!(files::read(&path).unwrap(), once.repeat(2));
        assert!(append_step_summary(&samples::mixed(), folder.path()).is_err());
    }
}
