//! What an import comes to, for people.

use super::Imported;
use super::draft::StageDraft;

pub(super) fn text(imported: &Imported) -> String {
    let mut out = format!("# from {}\n\n{}", imported.sources.join(", "), imported.toml);
    let fetched: Vec<&str> = imported.fetched().into_iter().collect();
    if !fetched.is_empty() {
        out.push_str("\nFetched when first run; --write comments them out where they aren't accepted (--accept NAME,NAME or --accept all): ");
        out.push_str(&fetched.join(", "));
        out.push('\n');
    }
    remarks(&mut out, imported);
    out
}

/// The same once it is written, with those of the fetched commands live that `accepted` takes: the tables are in the file now.
pub(super) fn written(imported: &Imported, accepted: &dyn Fn(&str) -> bool) -> String {
    let mut out = String::new();
    for (stage, table) in &imported.draft.stages {
        let names = names(table, accepted);
        if !names.is_empty() {
            out.extend(["  ", stage.name(), ": ", &names.join(", "), "\n"]);
        }
    }
    let waiting: Vec<&str> = imported.fetched().into_iter().filter(|name| !accepted(name)).collect();
    if !waiting.is_empty() {
        out.push_str("\nCommented out, as they fetch their program when first run (--write --replace --accept NAME,NAME or --accept all takes them): ");
        out.push_str(&waiting.join(", "));
        out.push('\n');
    }
    remarks(&mut out, imported);
    out
}

/// What is live at a stage.
fn names<'a>(table: &'a StageDraft, accepted: &dyn Fn(&str) -> bool) -> Vec<&'a str> {
    let checks = table.checks.iter().map(|one| one.id.as_str());
    let patterns = table.patterns.iter().map(|one| one.name.as_str());
    let live = table.commands.iter().filter(|one| !one.fetched || accepted(&one.name));
    checks.chain(patterns).chain(live.map(|one| one.name.as_str())).collect()
}

fn remarks(out: &mut String, imported: &Imported) {
    if !imported.unmapped.is_empty() {
        out.push_str("\nNot carried over:\n");
        for one in &imported.unmapped {
            item(out, &format!("{}: {}", one.what, one.why));
        }
    }
    if !imported.differences.is_empty() {
        out.push_str("\nWhat behaves differently:\n");
        for one in &imported.differences {
            item(out, one);
        }
    }
}

fn item(out: &mut String, text: &str) {
    out.push_str("  - ");
    out.push_str(&text.trim_end().replace('\n', "\n    "));
    out.push('\n');
}
