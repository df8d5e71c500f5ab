//! Taking a section out of a TOML document with the comments that are about it, and no others.

use toml_edit::{DocumentMut, Item, Table};

/// Takes the section out. Gives the paragraphs of comments above its first table that aren't about that table, the last one: they are
/// about what stands before, or the whole file.
pub(super) fn take_out(document: &mut DocumentMut, section: &str) -> String {
    let Some(taken) = document.remove(section) else { return String::new() };
    let mut ours = Vec::new();
    visit(&taken, &mut |position, table| ours.push((position, above(table))));
    ours.sort();
    let mut others = Vec::new();
    visit(document.as_item(), &mut |position, _| others.push(position));
    // A comment below a table is kept with what follows, or as the end of the document.
    let follows = |position: isize, of: &[(isize, String)]| {
        let before = of.iter().map(|(one, _)| *one).filter(|one| *one < position).max();
        before.is_some_and(|before| !others.iter().any(|one| (before..position).contains(one)))
    };
    visit_mut(document.as_item_mut(), &mut |position, table| {
        if follows(position, &ours) {
            let rest = below(&above(table), section, true);
            table.decor_mut().set_prefix(rest);
        }
    });
    if follows(isize::MAX, &ours) {
        let trailing = document.trailing().as_str().unwrap_or_default().to_owned();
        document.set_trailing(below(&trailing, section, false));
    }
    let first = ours.first().map_or("", |(_, text)| text);
    first.rfind("\n\n").map_or_else(String::new, |at| without_tables_of(section, &first[..at + 2]))
}

/// What stands above a table.
fn above(table: &Table) -> String {
    table.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default().to_owned()
}

/// What of the comments below a table isn't about it: not those that follow its last line at once, nor tables of its section that are
/// commented out. The lines right above the `next` table are about that one. An empty line is in front.
fn below(text: &str, section: &str, next: bool) -> String {
    let text = text.replace("\r\n", "\n");
    let own = match text.find("\n\n") {
        _ if text.starts_with('\n') => 0,
        Some(end) => end + 1,
        None if next => 0,
        None => text.len(),
    };
    format!("\n{}", without_tables_of(section, &text[own..]).trim_start_matches('\n'))
}

/// The text without the paragraphs that are tables of the section, commented out.
fn without_tables_of(section: &str, text: &str) -> String {
    let is_table = |line: &str| {
        let name =
            line.trim_start_matches(['#', ' ']).strip_prefix('[').and_then(|name| name.strip_prefix(section));
        line.starts_with('#') && name.is_some_and(|rest| rest.starts_with(['.', ']']))
    };
    let paragraphs = text.split("\n\n").filter(|paragraph| !paragraph.lines().any(is_table));
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// All tables that stand in the file, with their places in it.
fn visit(item: &Item, seen: &mut impl FnMut(isize, &Table)) {
    let mut one = |table: &Table| {
        if let Some(position) = table.position().filter(|_| !table.is_implicit()) {
            seen(position, table);
        }
        table.iter().for_each(|(_, inner)| visit(inner, seen));
    };
    match item {
        Item::Table(table) => one(table),
        Item::ArrayOfTables(tables) => tables.iter().for_each(one),
        Item::None | Item::Value(_) => {}
    }
}

/// The same, to change them.
fn visit_mut(item: &mut Item, seen: &mut impl FnMut(isize, &mut Table)) {
    let mut one = |table: &mut Table| {
        if let Some(position) = table.position().filter(|_| !table.is_implicit()) {
            seen(position, table);
        }
        table.iter_mut().for_each(|(_, inner)| visit_mut(inner, seen));
    };
    match item {
        Item::Table(table) => one(table),
        Item::ArrayOfTables(tables) => tables.iter_mut().for_each(one),
        Item::None | Item::Value(_) => {}
    }
}
