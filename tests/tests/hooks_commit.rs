//! Commits with hooks, as people make them: real git, the built program installed by `xtask hooks install`. Each test looks at the
//! bytes of HEAD, of the index and of the working tree afterwards.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "hooks_commit/commands.rs"]
mod commands;
#[path = "hooks_commit/conversion.rs"]
mod conversion;
#[path = "hooks_commit/forced.rs"]
mod forced;
#[path = "hooks_commit/installed.rs"]
mod installed;
#[path = "hooks_commit/kinds.rs"]
mod kinds;
#[path = "hooks_commit/layouts.rs"]
mod layouts;
#[path = "hooks_commit/meanwhile.rs"]
mod meanwhile;
#[path = "hooks_commit/partly.rs"]
mod partly;
#[path = "hooks_commit/paths.rs"]
mod paths;
#[path = "hooks_commit/repo.rs"]
mod repo;
#[path = "hooks_commit/selected.rs"]
mod selected;
#[path = "hooks_commit/signals.rs"]
mod signals;
#[path = "hooks_commit/stages.rs"]
mod stages;
#[path = "hooks_commit/told.rs"]
mod told;
#[path = "hooks_commit/unruly.rs"]
mod unruly;
#[path = "hooks_commit/ways.rs"]
mod ways;
