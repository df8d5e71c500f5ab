//! The XML declaration, which stands at the very start of a document or nowhere.

use super::cursor::{Cursor, is_space};
use super::{Fault, names};

/// What it says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Declaration<'a> {
    pub(super) encoding: Option<&'a str>,
    pub(super) standalone: bool,
}

/// The declaration, where the text begins with one.
pub(super) fn read<'a>(cursor: &mut Cursor<'a>) -> Result<Option<Declaration<'a>>, Fault> {
    let Some(rest) = cursor.rest().strip_prefix("<?xml") else {
        return Ok(None);
    };
    if rest.chars().next().is_some_and(names::is_part) {
        return Ok(None);
    }
    cursor.at += "<?xml".len();
    let start = cursor.at;
    let inside = cursor.until("?>", "an XML declaration that doesn't end")?;
    let mut attributes = Attributes { rest: inside };
    attributes.parse().map(Some).ok_or_else(|| {
        let at = start + inside.len() - attributes.rest.len();
        Fault::new(at, "an XML declaration has `version`, then `encoding`, then `standalone`, and no more")
    })
}

enum Next<'a> {
    /// A name and its value.
    Attribute(&'a str, &'a str),
    End,
}

struct Attributes<'a> {
    rest: &'a str,
}

impl<'a> Attributes<'a> {
    fn parse(&mut self) -> Option<Declaration<'a>> {
        let mut declaration = Declaration { encoding: None, standalone: false };
        let Next::Attribute("version", _) = self.next()? else {
            return None;
        };
        let mut next = self.next()?;
        if let Next::Attribute("encoding", value) = next {
            if !value.starts_with(|first: char| first.is_ascii_alphabetic()) {
                return None;
            }
            declaration.encoding = Some(value);
            next = self.next()?;
        }
        if let Next::Attribute(name, value) = next {
            if name != "standalone" || !matches!(value, "yes" | "no") {
                return None;
            }
            declaration.standalone = value == "yes";
            self.space();
        }
        self.rest.is_empty().then_some(declaration)
    }

    fn space(&mut self) -> bool {
        let before = self.rest.len();
        self.rest = self.rest.trim_start_matches(|next: char| next.is_ascii() && is_space(next as u8));
        self.rest.len() < before
    }

    /// What is next; `None` where that is neither.
    fn next(&mut self) -> Option<Next<'a>> {
        if self.rest.is_empty() {
            return Some(Next::End);
        }
        if !self.space() {
            return None;
        }
        if self.rest.is_empty() {
            return Some(Next::End);
        }
        let end = self.rest.find(|next: char| next == '=' || next.is_ascii() && is_space(next as u8))?;
        let name = &self.rest[..end];
        self.rest = &self.rest[end..];
        self.space();
        self.rest = self.rest.strip_prefix('=')?;
        self.space();
        let quote = self.rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        self.rest = &self.rest[1..];
        let value = &self.rest[..self.rest.find(quote)?];
        if !value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte)) {
            return None;
        }
        self.rest = &self.rest[value.len() + 1..];
        (!name.is_empty()).then_some(Next::Attribute(name, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations() {
        for (text, expected) in [
            ("<a/>", Some(None)),
            ("<?xml-stylesheet href='x'?>", Some(None)),
            ("<?xml version='1.0'?>", Some(Some((None, false)))),
            ("<?xml version=\"2\" encoding = 'x' standalone='yes' ?>", Some(Some((Some("x"), true)))),
            ("<?xml version='1.0' standalone='no'?>", Some(Some((None, false)))),
            ("<?xml?>", None),
            ("<?xml encoding='x'?>", None),
            ("<?xml version='1.0'encoding='x'?>", None),
            ("<?xml version='1.0' encoding=''?>", None),
            ("<?xml version='1.0' standalone='maybe'?>", None),
            ("<?xml version='1.0' other='x'?>", None),
            ("<?xml version='1.0' standalone='yes' encoding='x'?>", None),
            ("<?xml version='1.0'", None),
        ] {
            let read = read(&mut Cursor::new(text)).ok();
            let told = read.map(|found| found.map(|one| (one.encoding, one.standalone)));
            assert_eq!(told, expected, "{text}");
        }
    }
}
