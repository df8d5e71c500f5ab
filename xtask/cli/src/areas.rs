//! The areas of this build: their gates, and their sections of `xtask.toml`. A cargo feature that is off leaves an area
//! out; its section is then accepted unread.

use xtask_core::config::{EnvSection, SectionKind, WatchSection};
use xtask_core::gate::Gate;

/// All gates, in the order in which they are listed.
pub(crate) fn gates() -> Vec<Box<dyn Gate>> {
    vec![
        #[cfg(feature = "hooks")]
        Box::new(xtask_hooks::HooksGate),
        #[cfg(feature = "lint")]
        Box::new(xtask_lint::LintGate),
        #[cfg(feature = "test")]
        Box::new(xtask_test::TestGate),
        #[cfg(feature = "coverage")]
        Box::new(xtask_coverage::CoverageGate),
        #[cfg(feature = "visual")]
        Box::new(xtask_visual::VisualGate),
    ]
}

/// All sections of `xtask.toml`.
pub(crate) fn sections() -> Vec<SectionKind> {
    macro_rules! section {
        ($feature:literal, $section:ty) => {{
            #[cfg(feature = $feature)]
            {
                SectionKind::of::<$section>()
            }
            #[cfg(not(feature = $feature))]
            {
                SectionKind::unread($feature)
            }
        }};
    }
    vec![
        section!("hooks", xtask_hooks::HooksSection),
        SectionKind::of::<EnvSection>(),
        section!("lint", xtask_lint::LintSection),
        section!("test", xtask_test::TestSection),
        section!("coverage", xtask_coverage::CoverageSection),
        section!("visual", xtask_visual::VisualSection),
        SectionKind::of::<WatchSection>(),
    ]
}

/// The problem of a command whose area this build leaves out.
#[cfg(not(all(
    feature = "hooks",
    feature = "lint",
    feature = "test",
    feature = "coverage",
    feature = "visual"
)))]
pub(crate) fn left_out(area: &str) -> xtask_core::model::Problem {
    xtask_core::model::Problem::missing(format!("this build of xtask leaves `{area}` out"))
        .fix(format!("build it with the cargo feature `{area}`"))
}
