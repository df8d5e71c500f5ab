//! Stages that the configuration has and that git doesn't run.

use xtask_core::gate::Context;

use super::folder::Folder;
use super::git::Git;
use super::local::{There, paths};
use super::status::command;
use crate::section::HooksSection;
use crate::stage::Stage;

/// A line where the configuration has stages that git doesn't run, while it runs others by this program's shims. It is told where
/// pre-commit runs, so once a commit.
pub fn not_run(cx: &Context, section: &HooksSection, stage: Stage) -> Option<String> {
    let repo = cx.repo.as_ref().filter(|_| stage == Stage::PreCommit && !cx.environment.is_ci())?;
    // A server's stage is installed on the server.
    let apart = [Stage::PreCommit, Stage::PreReceive];
    let mut wanted = Stage::ALL
        .into_iter()
        .filter(|stage| !apart.contains(stage) && section.stage(*stage).is_some())
        .peekable();
    wanted.peek()?;
    let folder = Folder::of(cx, repo, &Git::of(cx, repo)).ok()?;
    let at = paths(&folder.path);
    let path = |wanted: Stage| at.iter().find(|(stage, _)| *stage == wanted).map(|(_, path)| path);
    let is_ours = |stage: Stage| path(stage).is_some_and(|path| matches!(There::at(path), There::Ours(_)));
    let is_absent =
        |stage: &Stage| path(*stage).is_some_and(|path| matches!(There::at(path), There::Nothing));
    if !is_ours(Stage::PreCommit) {
        return None;
    }
    let absent: Vec<&str> = wanted.filter(is_absent).map(Stage::name).collect();
    let told = || {
        format!(
            "{} is configured and not installed, so git doesn't run it: `{} hooks install`",
            absent.join(", "),
            command(cx)
        )
    };
    (!absent.is_empty()).then(told)
}
