//! What an import comes to, for people.

use super::Imported;

pub(super) fn text(imported: &Imported) -> String {
    let mut out = format!("# from {}\n\n{}", imported.sources.join(", "), imported.toml);
    let fetched: Vec<&str> = imported.fetched().into_iter().collect();
    if !fetched.is_empty() {
        out.push_str("\nFetched when first run; --write comments them out where they aren't accepted (--accept NAME,NAME or --accept all): ");
        out.push_str(&fetched.join(", "));
        out.push('\n');
    }
    if !imported.unmapped.is_empty() {
        out.push_str("\nNot carried over:\n");
        for one in &imported.unmapped {
            item(&mut out, &format!("{}: {}", one.what, one.why));
        }
    }
    if !imported.differences.is_empty() {
        out.push_str("\nWhat behaves differently:\n");
        for one in &imported.differences {
            item(&mut out, one);
        }
    }
    out
}

fn item(out: &mut String, text: &str) {
    out.push_str("  - ");
    out.push_str(&text.trim_end().replace('\n', "\n    "));
    out.push('\n');
}
