//! Entities: what they stand for, and whether that is well-formed where they are used.

use std::collections::HashMap;
use std::rc::Rc;

use super::cursor::{Cursor, Reference};
use super::{Document, Fault};

/// How deep entities may be within each other; far beyond what people write.
const DEEPEST: usize = 200;

/// What entities may expand to: so many times the document, once it is more than so many bytes. These are expat's limits.
const FACTOR: usize = 100;
const ALWAYS: usize = 8 << 20;

/// Where an entity is used.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Content,
    Attribute,
}

/// What an entity stands for.
#[derive(Clone)]
pub(super) enum Value {
    /// This text.
    Text(Rc<str>),
    /// A file, which isn't read.
    External,
    /// A file that isn't XML.
    Unparsed,
}

/// One entity.
pub(super) struct Entity {
    value: Value,
    /// Whether its text is being read: then it may not be used.
    pub(super) is_open: bool,
    /// How many bytes it expands to, once it was found well-formed: in content, and in an attribute.
    sizes: [Option<usize>; 2],
}

/// All entities.
#[derive(Default)]
pub(super) struct Entities {
    general: HashMap<String, Entity>,
    parameter: HashMap<String, Entity>,
    depth: usize,
    expanded: usize,
    document: usize,
}

impl Entities {
    /// Declares an entity; the first declaration counts.
    pub(super) fn declare(&mut self, is_parameter: bool, name: &str, value: Value) {
        if !is_parameter && is_predefined(name) {
            return;
        }
        let table = if is_parameter { &mut self.parameter } else { &mut self.general };
        let entity = Entity { value, is_open: false, sizes: [None, None] };
        table.entry(name.to_owned()).or_insert(entity);
    }

    /// So many bytes more.
    fn account(&mut self, bytes: usize, at: usize) -> Result<(), Fault> {
        if self.depth == 0 {
            self.document = at.max(1);
        }
        self.expanded = self.expanded.saturating_add(bytes);
        let all = self.expanded.saturating_add(self.document);
        if all > ALWAYS && all / FACTOR > self.document {
            return Err(Fault::new(at, format!("entities expand to more than {FACTOR} times the document")));
        }
        Ok(())
    }
}

fn is_predefined(name: &str) -> bool {
    matches!(name, "lt" | "gt" | "amp" | "quot" | "apos")
}

impl Document {
    /// Follows a reference to an entity, which stands at `at`; what is wrong in its text is told there, too.
    pub(super) fn expand(&mut self, name: &str, mode: Mode, at: usize) -> Result<(), Fault> {
        if is_predefined(name) {
            return Ok(());
        }
        let fault = |what: &str| Err(Fault::new(at, format!("the entity `{name}` {what}")));
        let Some(entity) = self.entities.general.get_mut(name) else {
            let is_checked = !self.declared_elsewhere || self.standalone;
            return if is_checked { fault("is not declared") } else { Ok(()) };
        };
        if entity.is_open {
            return fault("contains itself");
        }
        let text = match &entity.value {
            Value::Unparsed => return fault("stands for a file that is not XML"),
            Value::External if mode == Mode::Attribute => return fault("stands for a file"),
            Value::External => return Ok(()),
            Value::Text(text) => Rc::clone(text),
        };
        if let Some(size) = entity.sizes[mode as usize] {
            return self.entities.account(size, at);
        }
        if self.entities.depth == DEEPEST {
            return fault("is too deep within others");
        }
        entity.is_open = true;
        let before = self.entities.expanded;
        self.entities.account(text.len(), at)?;
        self.entities.depth += 1;
        let result = match mode {
            Mode::Content => self.entity_content(&text),
            Mode::Attribute => self.attribute_value(&mut Cursor::new(&text), None),
        };
        self.entities.depth -= 1;
        let size = self.entities.expanded - before;
        if let Some(entity) = self.entities.general.get_mut(name) {
            entity.is_open = false;
            entity.sizes[mode as usize] = Some(size);
        }
        result.map_err(|inner| Fault::new(at, inner.message))
    }

    /// Follows a reference to a parameter entity. Without its declaration, or where it stands for a file, it is unknown what
    /// is declared from here on.
    pub(super) fn expand_parameter(
        &mut self,
        name: &str,
        at: usize,
        read: impl FnOnce(&mut Self, &str) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let fault = |what: &str| Err(Fault::new(at, format!("the entity `%{name};` {what}")));
        let Some(entity) = self.entities.parameter.get_mut(name) else {
            self.is_partial = !self.standalone;
            return Ok(());
        };
        if entity.is_open {
            return fault("contains itself");
        }
        let Value::Text(text) = &entity.value else {
            self.is_partial = !self.standalone;
            return Ok(());
        };
        let text = Rc::clone(text);
        if self.entities.depth == DEEPEST {
            return fault("is too deep within others");
        }
        entity.is_open = true;
        self.entities.account(text.len(), at)?;
        self.entities.depth += 1;
        let result = read(self, &text);
        self.entities.depth -= 1;
        if let Some(entity) = self.entities.parameter.get_mut(name) {
            entity.is_open = false;
        }
        result.map_err(|inner| Fault::new(at, inner.message))
    }

    /// The text that a literal in an entity's declaration stands for: references by number are replaced, and parameter entities
    /// within the text of one.
    pub(super) fn entity_text(&mut self, literal: &str, is_within_parameter: bool) -> Result<String, Fault> {
        let mut text = String::with_capacity(literal.len());
        let mut cursor = Cursor::new(literal);
        loop {
            let rest = cursor.rest();
            let plain = rest.find(['&', '%']).unwrap_or(rest.len());
            text.push_str(&rest[..plain]);
            cursor.at += plain;
            let start = cursor.at;
            match cursor.byte() {
                None => return Ok(text),
                Some(b'&') => match cursor.reference()? {
                    Reference::Character(character) => text.push(character),
                    Reference::Entity(_) => text.push_str(&literal[start..cursor.at]),
                },
                Some(_) => {
                    cursor.at += 1;
                    let name = cursor.name();
                    let (Some(name), true) = (name, cursor.take(";")) else {
                        return Err(Fault::new(start, "a `%` that begins no reference"));
                    };
                    if !is_within_parameter {
                        return Err(Fault::new(start, "a parameter entity within a declaration"));
                    }
                    let mut inner = String::new();
                    self.expand_parameter(name, start, |document, text| {
                        inner = document.entity_text(text, true)?;
                        Ok(())
                    })?;
                    text.push_str(&inner);
                }
            }
        }
    }
}
