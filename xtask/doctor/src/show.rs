//! The needs for people and for programs, and the exit code that follows.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json as object};
use xtask_core::gate::{Need, NeedState};
use xtask_core::model::{ExitCode, Problem};

/// The needs as lines, each unmet one with the command that mends it, and a line that sums up.
pub fn show(needs: &[Need], colour: bool) -> String {
    let paint = |style: Style| if colour { style } else { Style::new() };
    let good = paint(AnsiColor::Green.on_default());
    let bad = paint(AnsiColor::Red.on_default().bold());
    let dim = paint(Style::new().dimmed());
    let mut out = String::new();
    for need in needs {
        let Need { name, by, state } = need;
        let _ = match state {
            NeedState::Met { found } => writeln!(out, "{good}✓{good:#} {name}: {found} {dim}({by}){dim:#}"),
            NeedState::Unmet { why, fix } => {
                let why = set_in(why);
                writeln!(out, "{bad}✗ {name}{bad:#}: {why} {dim}({by}){dim:#}")
                    .and_then(|()| if fix.is_empty() { Ok(()) } else { writeln!(out, "    {}", set_in(fix)) })
            }
        };
    }
    let unmet = needs.iter().filter(|need| is_unmet(need)).count();
    let _ = match (needs.len(), unmet) {
        (0, _) => writeln!(out, "Nothing is needed here."),
        (1, 0) => writeln!(out, "The one need is met."),
        (all, 0) => writeln!(out, "All {all} needs are met."),
        (all, unmet) => {
            writeln!(out, "{unmet} of {all} needs {} not met.", if unmet == 1 { "is" } else { "are" })
        }
    };
    out
}

/// Further lines start below the first.
fn set_in(text: &str) -> String {
    text.trim_end().replace('\n', "\n    ")
}

/// `{"needs":[{"name","by","state":"met","found"} or {…,"state":"unmet","why","fix"}],"ok":bool}`.
pub fn json(needs: &[Need]) -> Value {
    object!({ "needs": needs, "ok": !needs.iter().any(is_unmet) })
}

/// [`ExitCode::Missing`] where a need is unmet; that of `wrong`, what is wrong with the configuration, comes first.
pub fn exit_code(needs: &[Need], wrong: Option<&Problem>) -> ExitCode {
    let of_needs = if needs.iter().any(is_unmet) { ExitCode::Missing } else { ExitCode::Passed };
    wrong.map_or(of_needs, |wrong| of_needs.worst(wrong.exit_code()))
}

fn is_unmet(need: &Need) -> bool {
    matches!(need.state, NeedState::Unmet { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs() -> Vec<Need> {
        vec![
            Need {
                name: "git 2.30 or later".to_owned(),
                by: "all gates".to_owned(),
                state: NeedState::Met { found: "2.47.3".to_owned() },
            },
            Need {
                name: "ruff".to_owned(),
                by: "lint".to_owned(),
                state: NeedState::Unmet {
                    why: "it is not on PATH".to_owned(),
                    fix: "pip install ruff".to_owned(),
                },
            },
        ]
    }

    #[test]
    fn people_read_lines() {
        assert_eq!(
            show(&needs(), false),
            "✓ git 2.30 or later: 2.47.3 (all gates)\n✗ ruff: it is not on PATH (lint)\n    pip install ruff\n1 of 2 needs is not met.\n"
        );
        assert!(show(&needs(), true).contains("\u{1b}["));
        assert_eq!(show(&needs()[..1], false).lines().last(), Some("The one need is met."));
        assert_eq!(show(&[], false), "Nothing is needed here.\n");
    }

    #[test]
    fn programs_read_json() {
        assert_eq!(
            json(&needs()).to_string(),
            r#"{"needs":[{"name":"git 2.30 or later","by":"all gates","state":"met","found":"2.47.3"},{"name":"ruff","by":"lint","state":"unmet","why":"it is not on PATH","fix":"pip install ruff"}],"ok":false}"#
        );
        assert_eq!(json(&[])["ok"], true);
    }

    #[test]
    fn an_unmet_need_is_exit_code_three() {
        assert_eq!(exit_code(&needs(), None).code(), 3);
        assert_eq!(exit_code(&needs()[..1], None).code(), 0);
        assert_eq!(exit_code(&[], None).code(), 0);
        assert_eq!(exit_code(&needs(), Some(&Problem::usage("xtask.toml:1"))).code(), 2);
    }
}
