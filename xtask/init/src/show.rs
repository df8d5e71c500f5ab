//! The plan for people: what was found, each file as a unified diff, what stays, and what is left to do.

use std::fmt::Write;

use similar::TextDiff;

use crate::plan::{Action, InitPlan, PlannedFile};

/// The plan as text.
pub fn show(plan: &InitPlan) -> String {
    let mut out = String::from("Found\n");
    for line in &plan.found {
        let _ = writeln!(out, "  {line}");
    }
    for file in &plan.files {
        out.push('\n');
        out.push_str(&show_file(file));
    }
    if !plan.notes.is_empty() {
        out.push_str("\nNotes\n");
        for note in &plan.notes {
            out.push_str(&bullet(note));
        }
    }
    if plan.is_done() {
        out.push_str("\nNothing to do: every file is there already.\n");
    }
    out
}

fn show_file(file: &PlannedFile) -> String {
    let (verb, old) = match &file.action {
        Action::Create => ("create", ""),
        Action::Edit { old } => ("edit", old.as_str()),
        Action::Skip { why } => return format!("keep   {}: {why}\n", file.path),
    };
    let from = if old.is_empty() { "/dev/null".to_owned() } else { format!("a/{}", file.path) };
    let diff = TextDiff::from_lines(old, &file.content)
        .unified_diff()
        .context_radius(3)
        .header(&from, &format!("b/{}", file.path))
        .to_string();
    format!("{verb:<6} {}\n{diff}", file.path)
}

/// A note; its further lines are set in.
fn bullet(note: &str) -> String {
    let mut out = String::new();
    for (at, line) in note.lines().enumerate() {
        let lead = if at == 0 { "- " } else { "  " };
        out.push_str(format!("  {lead}{line}").trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_notes_and_the_end_are_told() {
        let file = |path: &str, content: &str, action| PlannedFile {
            path: path.into(),
            content: content.to_owned(),
            action,
        };
        let mut plan = InitPlan {
            root: "/r".into(),
            found: vec!["languages: Rust (1 file)".to_owned()],
            files: vec![
                file("xtask.toml", "a = 1\nb = 2\n", Action::Create),
                file(".cargo/config.toml", "x\n[alias]\n", Action::Edit { old: "x\n".to_owned() }),
                PlannedFile::skip("c.yml".into(), "it exists"),
            ],
            notes: vec!["do this:\n\n  that".to_owned()],
        };
        let expected = "Found\n  languages: Rust (1 file)\n\n\
            create xtask.toml\n--- /dev/null\n+++ b/xtask.toml\n@@ -0,0 +1,2 @@\n+a = 1\n+b = 2\n\n\
            edit   .cargo/config.toml\n--- a/.cargo/config.toml\n+++ b/.cargo/config.toml\n@@ -1 +1,2 @@\n x\n+[alias]\n\n\
            keep   c.yml: it exists\n\nNotes\n  - do this:\n\n      that\n";
        assert_eq!(show(&plan), expected);
        plan.files.drain(..2);
        assert!(show(&plan).ends_with("Nothing to do: every file is there already.\n"));
    }
}
