//! A finding's identity: rule, path, the normalised text of its lines, and its ordinal among equals. It survives moved lines and
//! edits elsewhere in the file.

use std::collections::HashMap;

use xtask_core::model::{Finding, Fingerprint, Location, RepoPath, State};

use crate::raw::Raw;

/// A finding with what its identity is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identified {
    /// The finding.
    pub finding: Finding,
    /// The normalised text of its lines; empty where it is about a whole file or none.
    pub text: String,
    /// Its ordinal among findings of the same tool, rule, path and text, from 0, in the order of their places.
    pub ordinal: usize,
    /// Whether it keeps the tool from seeing the rest: no scope and no baseline excuses it.
    pub blocks: bool,
}

/// Gives the findings of `tool` their identities. `text_of` gives a file's content.
pub fn identify(
    tool: &str,
    mut raws: Vec<Raw>,
    mut text_of: impl FnMut(&RepoPath) -> Option<Vec<u8>>,
) -> Vec<Identified> {
    raws.sort();
    let mut files: HashMap<RepoPath, Option<Vec<u8>>> = HashMap::new();
    let mut equals: HashMap<(String, RepoPath, String), usize> = HashMap::new();
    raws.into_iter()
        .map(|raw| {
            let text = match &raw.location {
                Some(at) => {
                    let content = files.entry(at.path.clone()).or_insert_with(|| text_of(&at.path));
                    content.as_deref().map_or(String::new(), |content| normalised(content, at))
                }
                None => raw.message.clone(),
            };
            let path = raw.location.as_ref().map_or_else(RepoPath::default, |at| at.path.clone());
            let count = equals.entry((raw.rule.clone(), path.clone(), text.clone())).or_default();
            let ordinal = *count;
            *count += 1;
            let fingerprint = fingerprint(tool, &raw.rule, &path, &text, ordinal);
            Identified {
                finding: Finding {
                    tool: tool.to_owned(),
                    rule: raw.rule,
                    severity: raw.severity,
                    location: raw.location,
                    message: raw.message,
                    fix: raw.fix,
                    fingerprint,
                    state: State::New,
                },
                text,
                ordinal,
                blocks: raw.blocks,
            }
        })
        .collect()
}

/// The fingerprint of these parts.
pub(crate) fn fingerprint(
    tool: &str,
    rule: &str,
    path: &RepoPath,
    text: &str,
    ordinal: usize,
) -> Fingerprint {
    Fingerprint::of([
        tool.as_bytes(),
        rule.as_bytes(),
        path.as_bytes(),
        text.as_bytes(),
        ordinal.to_string().as_bytes(),
    ])
}

/// The lines at `location`, with runs of white space as one space and none at the ends, so that a new indentation or line
/// ending changes nothing. Empty where the location has no line, or the file no such line.
fn normalised(content: &[u8], location: &Location) -> String {
    let Some(from) = location.line else {
        return String::new();
    };
    let to = location.end_line.unwrap_or(from).max(from);
    let count = (to - from) as usize + 1;
    let lines = content.split(|&byte| byte == b'\n').skip((from as usize).saturating_sub(1)).take(count);
    let words: Vec<String> = lines
        .flat_map(|line| {
            String::from_utf8_lossy(line).split_whitespace().map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use xtask_core::model::Severity;

    use super::*;

    fn raw(line: u32) -> Raw {
        Raw {
            location: Some(Location::line("a.rs".into(), line)),
            rule: "r".into(),
            severity: Severity::Warning,
            message: "m".into(),
            fix: None,
            blocks: false,
        }
    }

    fn prints(text: &str, lines: &[u32]) -> Vec<Fingerprint> {
        let raws = lines.iter().map(|&line| raw(line)).collect();
        identify("t", raws, |_| Some(text.as_bytes().to_vec()))
            .into_iter()
            .map(|found| found.finding.fingerprint)
            .collect()
    }

    #[test]
    fn twins_differ_by_their_ordinal() {
        let two = prints("x = 1\ny\nx = 1\n", &[1, 3]);
        assert_ne!(two[0], two[1]);
        assert_eq!(prints("x = 1\n", &[1])[0], two[0]);
        assert_eq!(prints("  x =\t1\r\n", &[1])[0], two[0]);
        assert_ne!(prints("x = 2\n", &[1])[0], two[0]);
    }

    #[test]
    fn places_that_are_not_there_have_an_identity_too() {
        for found in [
            identify("t", vec![raw(99)], |_| Some(b"x\n".to_vec())),
            identify("t", vec![raw(1)], |_| None),
            identify("t", vec![raw(1)], |_| Some(Vec::new())),
        ] {
            assert_eq!(found[0].text, "");
        }
    }

    proptest! {
        /// Lines put before, between and behind change no identity.
        #[test]
        fn moved_lines_keep_it(before in 0_u32..20, between in 0_u32..20, indent in 0_usize..8) {
            let filler = |count: u32| "other\n".repeat(count as usize);
            let bad = format!("{}bad  line\n", " ".repeat(indent));
            let text = format!("{}{bad}{}{bad}tail\n", filler(before), filler(between));
            let moved = prints(&text, &[before + 1, before + between + 2]);
            prop_assert_eq!(moved, prints("bad line\nbad line\n", &[1, 2]));
        }
    }
}
