//! `<!DOCTYPE …>` and the declarations in it.

use super::cursor::Cursor;
use super::entity::Value;
use super::token::Token;
use super::{Document, Fault};

impl Document {
    /// What follows `<!DOCTYPE`.
    pub(super) fn doctype(&mut self, cursor: &mut Cursor) -> Result<(), Fault> {
        if !cursor.skip_space() {
            return cursor.fault("expected whitespace after `<!DOCTYPE`");
        }
        expect_name(cursor)?;
        let mut token = cursor.token()?;
        if let Token::Name(keyword @ ("SYSTEM" | "PUBLIC")) = token {
            if keyword == "PUBLIC" {
                public_id(cursor)?;
            }
            expect_literal(cursor)?;
            self.declared_elsewhere = true;
            token = cursor.token()?;
        }
        if token == Token::Bracket {
            self.subset(cursor, false)?;
            token = cursor.token()?;
        }
        if token == Token::End { Ok(()) } else { cursor.fault("expected the end of `<!DOCTYPE`") }
    }

    /// Declarations up to `]`, which is taken, too; in the text of a parameter entity up to its end.
    fn subset(&mut self, cursor: &mut Cursor, is_parameter: bool) -> Result<(), Fault> {
        loop {
            cursor.skip_space();
            if is_parameter && cursor.is_at_end() {
                return Ok(());
            }
            if cursor.is_at("<!--") || cursor.is_at("<?") {
                cursor.comment_or_instruction()?;
            } else if cursor.is_at("<!") {
                self.declaration(cursor, is_parameter)?;
            } else if cursor.is_at("%") {
                let start = cursor.at;
                cursor.at += 1;
                let name = cursor.name();
                let (Some(name), true) = (name, cursor.take(";")) else {
                    return Err(Fault::new(start, "a `%` that begins no reference"));
                };
                self.declared_elsewhere = true;
                if !self.standalone {
                    self.expand_parameter(name, start, |document, text| {
                        document.subset(&mut Cursor::new(text), true)
                    })?;
                }
            } else if !is_parameter && cursor.take("]") {
                return Ok(());
            } else {
                return cursor.fault("expected a declaration or `]`");
            }
        }
    }

    fn declaration(&mut self, cursor: &mut Cursor, is_parameter: bool) -> Result<(), Fault> {
        let start = cursor.at;
        cursor.at += "<!".len();
        let keyword = cursor.name();
        if !cursor.skip_space() {
            return Err(Fault::new(start, "a declaration that is none"));
        }
        match keyword {
            Some("ELEMENT") => element(cursor),
            Some("ATTLIST") => self.attributes(cursor),
            Some("ENTITY") => self.entity(cursor, is_parameter),
            Some("NOTATION") => notation(cursor),
            _ => Err(Fault::new(start, "a declaration that is none")),
        }
    }

    fn entity(&mut self, cursor: &mut Cursor, is_within_parameter: bool) -> Result<(), Fault> {
        let mut token = cursor.token()?;
        let is_parameter = token == Token::Percent;
        if is_parameter {
            token = cursor.token()?;
        }
        let Token::Name(name) = token else {
            return cursor.fault("expected the name of an entity");
        };
        let value = match cursor.token()? {
            Token::Literal(literal) => {
                let at = cursor.at;
                // What is not kept isn't looked at.
                let text = if self.is_partial {
                    String::new()
                } else {
                    let text = self.entity_text(literal, is_within_parameter);
                    text.map_err(|inner| Fault::new(at, inner.message))?
                };
                expect_end(cursor)?;
                Value::Text(text.into())
            }
            Token::Name(keyword @ ("SYSTEM" | "PUBLIC")) => {
                if keyword == "PUBLIC" {
                    public_id(cursor)?;
                }
                expect_literal(cursor)?;
                match cursor.token()? {
                    Token::End => Value::External,
                    Token::Name("NDATA") if !is_parameter => {
                        expect_name(cursor)?;
                        expect_end(cursor)?;
                        Value::Unparsed
                    }
                    _ => return cursor.fault("expected the end of the declaration"),
                }
            }
            _ => return cursor.fault("expected what the entity stands for"),
        };
        if !self.is_partial {
            self.entities.declare(is_parameter, name, value);
        }
        Ok(())
    }

    fn attributes(&mut self, cursor: &mut Cursor) -> Result<(), Fault> {
        expect_name(cursor)?;
        loop {
            match cursor.token()? {
                Token::End => return Ok(()),
                Token::Name(_) => {}
                _ => return cursor.fault("expected the name of an attribute"),
            }
            match cursor.token()? {
                Token::Name(
                    "CDATA" | "ID" | "IDREF" | "IDREFS" | "ENTITY" | "ENTITIES" | "NMTOKEN" | "NMTOKENS",
                ) => {}
                Token::Name("NOTATION") => {
                    if cursor.token()? != Token::Open {
                        return cursor.fault("expected `(`");
                    }
                    choice(cursor, false)?;
                }
                Token::Open => choice(cursor, true)?,
                _ => return cursor.fault("expected the type of an attribute"),
            }
            let literal = match cursor.token()? {
                Token::Pound("IMPLIED" | "REQUIRED") => continue,
                Token::Pound("FIXED") => expect_literal(cursor)?,
                Token::Literal(literal) => literal,
                _ => return cursor.fault("expected the default of an attribute"),
            };
            if !self.is_partial {
                let at = cursor.at;
                let value = self.attribute_value(&mut Cursor::new(literal), None);
                value.map_err(|inner| Fault::new(at, inner.message))?;
            }
        }
    }
}

/// `a | b | c)`
fn choice(cursor: &mut Cursor, name_tokens: bool) -> Result<(), Fault> {
    loop {
        match cursor.token()? {
            Token::Name(_) => {}
            Token::Nmtoken if name_tokens => {}
            _ => return cursor.fault("expected a name"),
        }
        match cursor.token()? {
            Token::Or => {}
            Token::Close => return Ok(()),
            _ => return cursor.fault("expected `|` or `)`"),
        }
    }
}

fn element(cursor: &mut Cursor) -> Result<(), Fault> {
    expect_name(cursor)?;
    match cursor.token()? {
        Token::Name("EMPTY" | "ANY") => {}
        Token::Open => match cursor.token()? {
            Token::Pound("PCDATA") => mixed(cursor)?,
            first => children(cursor, first)?,
        },
        _ => return cursor.fault("expected what the element may hold"),
    }
    expect_end(cursor)
}

/// `| a | b)*` after `(#PCDATA`.
fn mixed(cursor: &mut Cursor) -> Result<(), Fault> {
    let mut has_names = false;
    loop {
        match cursor.token()? {
            Token::Close if !has_names => return Ok(()),
            Token::CloseCounted(b'*') => return Ok(()),
            Token::Or => {}
            _ => return cursor.fault("expected `|` or `)*`"),
        }
        expect_name(cursor)?;
        has_names = true;
    }
}

/// `a, (b | c)+, d)` after `(`, of which `token` is the first. Nesting costs a byte on the heap.
fn children<'a>(cursor: &mut Cursor<'a>, mut token: Token<'a>) -> Result<(), Fault> {
    // What joins the parts of each open group, once that is known.
    let mut joined: Vec<Option<Token>> = vec![None];
    loop {
        match token {
            Token::Open => {
                joined.push(None);
                token = cursor.token()?;
                continue;
            }
            Token::Name(_) | Token::Counted => {}
            _ => return cursor.fault("expected a name or `(`"),
        }
        loop {
            let at = cursor.at;
            match cursor.token()? {
                Token::Close | Token::CloseCounted(_) => {
                    joined.pop();
                    if joined.is_empty() {
                        return Ok(());
                    }
                }
                join @ (Token::Or | Token::Comma) => {
                    if let Some(last) = joined.last_mut() {
                        if last.is_some_and(|other| other != join) {
                            return Err(Fault::new(at, "`,` and `|` in one group"));
                        }
                        *last = Some(join);
                    }
                    break;
                }
                _ => return cursor.fault("expected `,`, `|` or `)`"),
            }
        }
        token = cursor.token()?;
    }
}

fn notation(cursor: &mut Cursor) -> Result<(), Fault> {
    expect_name(cursor)?;
    match cursor.token()? {
        Token::Name("SYSTEM") => {
            expect_literal(cursor)?;
        }
        Token::Name("PUBLIC") => {
            public_id(cursor)?;
            match cursor.token()? {
                Token::End => return Ok(()),
                Token::Literal(_) => {}
                _ => return cursor.fault("expected the end of the declaration"),
            }
        }
        _ => return cursor.fault("expected `SYSTEM` or `PUBLIC`"),
    }
    expect_end(cursor)
}

fn expect_name(cursor: &mut Cursor) -> Result<(), Fault> {
    match cursor.token()? {
        Token::Name(_) => Ok(()),
        _ => cursor.fault("expected a name"),
    }
}

fn expect_literal<'a>(cursor: &mut Cursor<'a>) -> Result<&'a str, Fault> {
    match cursor.token()? {
        Token::Literal(literal) => Ok(literal),
        _ => cursor.fault("expected a text in quotes"),
    }
}

fn expect_end(cursor: &mut Cursor) -> Result<(), Fault> {
    match cursor.token()? {
        Token::End => Ok(()),
        _ => cursor.fault("expected the end of the declaration"),
    }
}

fn public_id(cursor: &mut Cursor) -> Result<(), Fault> {
    let literal = expect_literal(cursor)?;
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b" \r\n-'()+,./:=?;!*#@$_%".contains(&byte);
    if literal.bytes().all(is_allowed) {
        Ok(())
    } else {
        cursor.fault("a public identifier with a character that it may not have")
    }
}
