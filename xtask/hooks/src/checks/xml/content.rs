//! Elements and what is in them, in the document or in the text of an entity.

use std::collections::HashSet;

use memchr::memchr2;

use super::cursor::{Cursor, Reference};
use super::entity::Mode;
use super::{Document, Fault};

/// Up to this many attributes, comparing each with each is faster than hashing.
const FEW: usize = 12;

impl Document {
    /// The root element.
    pub(super) fn root(&mut self, cursor: &mut Cursor) -> Result<(), Fault> {
        self.content(cursor, true)
    }

    /// The text of an entity: all elements in it end in it.
    pub(super) fn entity_content(&mut self, text: &str) -> Result<(), Fault> {
        self.content(&mut Cursor::new(text), false)
    }

    fn content<'a>(&mut self, cursor: &mut Cursor<'a>, is_root: bool) -> Result<(), Fault> {
        let mut open: Vec<&'a str> = Vec::new();
        loop {
            match cursor.rest().as_bytes() {
                [] if is_root || !open.is_empty() => return cursor.fault("an element that isn't ended"),
                [] => return Ok(()),
                [b'<', b'/', ..] => {
                    end_tag(cursor, open.pop())?;
                    if is_root && open.is_empty() {
                        return Ok(());
                    }
                }
                [b'<', b'!', b'-', ..] | [b'<', b'?', ..] => {
                    if cursor.is_at("<!-") && !cursor.is_at("<!--") {
                        return cursor.fault("expected a tag");
                    }
                    cursor.comment_or_instruction()?;
                }
                [b'<', b'!', ..] => {
                    if !cursor.take("<![CDATA[") {
                        return cursor.fault("a declaration within an element");
                    }
                    cursor.until("]]>", "a CDATA section that doesn't end")?;
                }
                [b'<', ..] => {
                    let (name, is_empty) = self.start_tag(cursor)?;
                    if !is_empty {
                        open.push(name);
                    } else if is_root && open.is_empty() {
                        return Ok(());
                    }
                }
                [b'&', ..] => {
                    let start = cursor.at;
                    if let Reference::Entity(name) = cursor.reference()? {
                        self.expand(name, Mode::Content, start)?;
                    }
                }
                rest => {
                    let length = memchr2(b'<', b'&', rest).unwrap_or(rest.len());
                    if let Some(at) = memchr::memmem::find(&rest[..length], b"]]>") {
                        cursor.at += at;
                        return cursor.fault("`]]>` outside a CDATA section");
                    }
                    cursor.at += length;
                }
            }
        }
    }

    /// The name, and whether the tag ends the element, too.
    fn start_tag<'a>(&mut self, cursor: &mut Cursor<'a>) -> Result<(&'a str, bool), Fault> {
        cursor.at += 1;
        let Some(name) = cursor.name() else {
            cursor.at -= 1;
            return cursor.fault("a `<` that begins no tag");
        };
        let mut attributes: Vec<(&'a str, usize)> = Vec::new();
        loop {
            let spaced = cursor.skip_space();
            if cursor.take("/>") {
                unique(&attributes)?;
                return Ok((name, true));
            }
            if cursor.take(">") {
                unique(&attributes)?;
                return Ok((name, false));
            }
            let start = cursor.at;
            let attribute = match cursor.name() {
                Some(attribute) if spaced => attribute,
                _ => {
                    return Err(Fault::new(
                        start,
                        "expected whitespace and an attribute, or the end of the tag",
                    ));
                }
            };
            attributes.push((attribute, start));
            cursor.skip_space();
            if !cursor.take("=") {
                return cursor.fault("expected `=` after the name of an attribute");
            }
            cursor.skip_space();
            let Some(quote @ (b'"' | b'\'')) = cursor.byte() else {
                return cursor.fault("expected the value of an attribute in quotes");
            };
            cursor.at += 1;
            self.attribute_value(cursor, Some(quote))?;
        }
    }

    /// The value of an attribute up to `quote`, which is taken, too; without one up to the end, in the text of an entity.
    pub(super) fn attribute_value(&mut self, cursor: &mut Cursor, quote: Option<u8>) -> Result<(), Fault> {
        loop {
            let rest = cursor.rest().as_bytes();
            let is_special = |byte: &u8| matches!(byte, b'<' | b'&') || Some(*byte) == quote;
            cursor.at += rest.iter().position(is_special).unwrap_or(rest.len());
            match cursor.byte() {
                None if quote.is_none() => return Ok(()),
                None => return cursor.fault("the value of an attribute that doesn't end"),
                Some(b'<') => return cursor.fault("a `<` within the value of an attribute"),
                Some(b'&') => {
                    let start = cursor.at;
                    if let Reference::Entity(name) = cursor.reference()? {
                        self.expand(name, Mode::Attribute, start)?;
                    }
                }
                Some(_) => {
                    cursor.at += 1;
                    return Ok(());
                }
            }
        }
    }
}

fn end_tag(cursor: &mut Cursor, open: Option<&str>) -> Result<(), Fault> {
    let start = cursor.at;
    cursor.at += 2;
    let name = cursor.name();
    cursor.skip_space();
    if name.is_none() || !cursor.take(">") {
        return Err(Fault::new(start, "an end tag that is none"));
    }
    match open {
        Some(open) if Some(open) == name => Ok(()),
        Some(open) => Err(Fault::new(start, format!("this tag ends another element than `{open}`"))),
        None => Err(Fault::new(start, "this tag ends no element that begins here")),
    }
}

fn unique(attributes: &[(&str, usize)]) -> Result<(), Fault> {
    let twice = if attributes.len() <= FEW {
        (1..attributes.len()).find(|&at| attributes[..at].iter().any(|(name, _)| *name == attributes[at].0))
    } else {
        let mut seen = HashSet::with_capacity(attributes.len());
        attributes.iter().position(|(name, _)| !seen.insert(*name))
    };
    match twice.map(|at| attributes[at]) {
        None => Ok(()),
        Some((name, offset)) => Err(Fault::new(offset, format!("the attribute `{name}` is there twice"))),
    }
}
