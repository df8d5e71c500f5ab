//! This program against what the repository's `xtask.toml` asks for.

use xtask_core::gate::{Context, Need, NeedState};
use xtask_core::model::Problem;

use crate::version::Version;

/// Whether `xtask.toml` can be read, and this program is new enough for it. `wrong` is what is wrong with the file.
pub(crate) fn needs(cx: &Context, wrong: Option<&Problem>) -> Vec<Need> {
    let least = match wrong {
        Some(wrong) => Err(wrong.clone()),
        None => cx.config.top_level().map(|top| top.min_version),
    };
    let (name, state) = match least {
        Ok(None) => return Vec::new(),
        Ok(Some(least)) => (format!("xtask {least} or later"), judge(&least, env!("CARGO_PKG_VERSION"))),
        Err(Problem { what, why, fix, .. }) => {
            let why = if why.is_empty() || why.starts_with('\n') { why } else { format!(": {why}") };
            ("a readable xtask.toml".to_owned(), NeedState::Unmet { why: format!("{what}{why}"), fix })
        }
    };
    vec![Need { name, by: "xtask.toml".to_owned(), state }]
}

fn judge(least: &str, have: &str) -> NeedState {
    match (Version::parse(least), Version::parse(have)) {
        (Some(wanted), Some(version)) if version >= wanted => NeedState::Met {
            found: version.to_string(),
        },
        (Some(_), _) => NeedState::Unmet {
            why: format!("this is {have}"),
            fix: "pull the repository that holds xtask, or install it again: `cargo install --locked --git URL xtask`"
                .to_owned(),
        },
        (None, _) => NeedState::Unmet {
            why: format!("min-version = {least:?} is no version"),
            fix: "write it as \"0.1\" or \"0.1.2\" in xtask.toml".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        for (least, have, met) in [
            ("0.1", "0.1.0", true),
            ("0.1.2", "0.1.0", false),
            ("0.2", "0.10.0", true),
            ("1", "0.9.9", false),
            ("x", "0.1.0", false),
        ] {
            assert_eq!(matches!(judge(least, have), NeedState::Met { .. }), met, "{least} {have}");
        }
    }
}
