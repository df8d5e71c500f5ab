//! From tokens to events: the grammar of YAML, with its own stack, so that nesting is bounded by memory alone.

use std::borrow::Cow;
use std::collections::HashMap;

use super::Fault;
use super::scanner::Scanner;
use super::token::{Kind, Token};

/// What a document is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event<'a> {
    DocumentStart,
    Alias(&'a str),
    Scalar { text: Cow<'a, str>, plain: bool, properties: Properties<'a> },
    SequenceStart(Properties<'a>),
    SequenceEnd,
    MappingStart(Properties<'a>),
    MappingEnd,
    StreamEnd,
}

/// What stands before a node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Properties<'a> {
    pub(crate) anchor: Option<&'a str>,
    /// The tag in full: `tag:yaml.org,2002:str`, `!local`, `!`.
    pub(crate) tag: Option<Cow<'a, str>>,
}

/// What is to be parsed next.
#[derive(Clone, Copy, Debug)]
enum State {
    ImplicitDocument,
    Document,
    DocumentContent,
    DocumentEnd,
    BlockNode,
    BlockEntry,
    IndentlessEntry,
    BlockKey,
    BlockValue,
    FlowEntry { first: bool },
    PairKey,
    PairValue,
    PairEnd,
    FlowKey { first: bool },
    FlowValue,
    FlowEmptyValue,
}

/// Where a node stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Block,
    /// In a block mapping, where a sequence needs no indentation.
    BlockMapping,
    Flow,
}

pub(crate) struct Parser<'a> {
    scanner: Scanner<'a>,
    text: &'a str,
    state: State,
    states: Vec<State>,
    /// What the handles of tags stand for.
    handles: HashMap<&'a str, Cow<'a, str>>,
}

/// An event and the offset of it.
type Step<'a> = Result<(Event<'a>, usize), Fault>;

impl<'a> Parser<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            scanner: Scanner::new(text),
            text,
            state: State::ImplicitDocument,
            states: Vec::new(),
            handles: default_handles(),
        }
    }

    /// The next event. After [`Event::StreamEnd`] there is none.
    pub(crate) fn next(&mut self) -> Step<'a> {
        loop {
            match self.state {
                State::ImplicitDocument => {
                    let token = self.scanner.peek()?;
                    if !token.kind.is_directive()
                        && !matches!(token.kind, Kind::DocumentStart | Kind::StreamEnd)
                    {
                        let at = token.at;
                        self.handles = default_handles();
                        self.states.push(State::DocumentEnd);
                        self.state = State::BlockNode;
                        return Ok((Event::DocumentStart, at));
                    }
                    self.state = State::Document;
                }
                State::Document => return self.document(),
                State::DocumentContent => {
                    let token = self.scanner.peek()?;
                    let empty =
                        matches!(token.kind, Kind::DocumentStart | Kind::DocumentEnd | Kind::StreamEnd);
                    if empty || token.kind.is_directive() {
                        let at = token.at;
                        self.leave();
                        return Ok((nothing(), at));
                    }
                    self.state = State::BlockNode;
                }
                State::DocumentEnd => self.document_end()?,
                State::BlockNode => return self.node(Place::Block),
                State::BlockEntry => return self.block_entry(),
                State::IndentlessEntry => return self.indentless_entry(),
                State::BlockKey => return self.block_key(),
                State::BlockValue => return self.block_value(),
                State::FlowEntry { first } => return self.flow_entry(first),
                State::PairKey => return self.pair_key(),
                State::PairValue => return self.pair_value(),
                State::PairEnd => {
                    self.state = State::FlowEntry { first: false };
                    return Ok((Event::MappingEnd, self.scanner.peek()?.at));
                }
                State::FlowKey { first } => return self.flow_key(first),
                State::FlowValue => return self.flow_value(),
                State::FlowEmptyValue => {
                    self.state = State::FlowKey { first: false };
                    return Ok((nothing(), self.scanner.peek()?.at));
                }
            }
        }
    }

    /// Goes back to what is around.
    fn leave(&mut self) {
        self.state = self.states.pop().unwrap_or(State::DocumentEnd);
    }

    /// Parses a node, and then goes on with `after`.
    fn child(&mut self, after: State, place: Place) -> Step<'a> {
        self.states.push(after);
        self.node(place)
    }

    /// A node of which nothing is written, then `after`.
    #[expect(clippy::unnecessary_wraps, reason = "every caller returns a step")]
    fn empty(&mut self, after: State, at: usize) -> Step<'a> {
        self.state = after;
        Ok((nothing(), at))
    }

    fn document(&mut self) -> Step<'a> {
        while self.scanner.peek()?.kind == Kind::DocumentEnd {
            self.scanner.next()?;
        }
        if self.scanner.peek()?.kind == Kind::StreamEnd {
            return Ok((Event::StreamEnd, self.text.len()));
        }
        self.directives()?;
        let token = self.scanner.next()?;
        if token.kind != Kind::DocumentStart {
            return expected("`---`", &token);
        }
        self.states.push(State::DocumentEnd);
        self.state = State::DocumentContent;
        Ok((Event::DocumentStart, token.at))
    }

    fn directives(&mut self) -> Result<(), Fault> {
        self.handles.clear();
        let mut versioned = false;
        while self.scanner.peek()?.kind.is_directive() {
            let token = self.scanner.next()?;
            match token.kind {
                Kind::YamlDirective(major) => {
                    if std::mem::replace(&mut versioned, true) {
                        return Err(Fault::new(token.at, "the version of YAML is given twice"));
                    }
                    if major != 1 {
                        return Err(Fault::new(token.at, "the version of YAML is not 1"));
                    }
                }
                Kind::TagDirective { handle, prefix } => {
                    let before = self.handles.insert(handle, prefix);
                    if before.is_some() {
                        return Err(Fault::new(token.at, format!("the handle `{handle}` is given twice")));
                    }
                }
                _ => {}
            }
        }
        for (handle, prefix) in default_handles() {
            self.handles.entry(handle).or_insert(prefix);
        }
        Ok(())
    }

    fn document_end(&mut self) -> Result<(), Fault> {
        if self.scanner.peek()?.kind != Kind::DocumentEnd {
            self.state = State::Document;
            return Ok(());
        }
        let end = self.scanner.next()?.at;
        let next = self.scanner.peek()?;
        let same_line = !self.text[end..next.at].contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']);
        if next.kind != Kind::StreamEnd && same_line {
            return Err(Fault::new(next.at, "nothing but a comment may follow `...`"));
        }
        self.state = State::ImplicitDocument;
        Ok(())
    }

    fn node(&mut self, place: Place) -> Step<'a> {
        if let Kind::Alias(name) = self.scanner.peek()?.kind {
            let at = self.scanner.next()?.at;
            self.leave();
            return Ok((Event::Alias(name), at));
        }
        let at = self.scanner.peek()?.at;
        let properties = self.properties()?;
        let token = self.scanner.peek()?;
        match token.kind {
            Kind::BlockEntry if place == Place::BlockMapping => {
                self.state = State::IndentlessEntry;
                Ok((Event::SequenceStart(properties), at))
            }
            Kind::Scalar { .. } => {
                let token = self.scanner.next()?;
                self.leave();
                let Kind::Scalar { text, plain } = token.kind else {
                    return expected("a scalar", &token);
                };
                let event = Event::Scalar { text, plain, properties };
                Ok((event, at))
            }
            Kind::FlowSequenceStart => {
                self.scanner.next()?;
                self.state = State::FlowEntry { first: true };
                Ok((Event::SequenceStart(properties), at))
            }
            Kind::FlowMappingStart => {
                self.scanner.next()?;
                self.state = State::FlowKey { first: true };
                Ok((Event::MappingStart(properties), at))
            }
            Kind::BlockSequenceStart if place != Place::Flow => {
                self.scanner.next()?;
                self.state = State::BlockEntry;
                Ok((Event::SequenceStart(properties), at))
            }
            Kind::BlockMappingStart if place != Place::Flow => {
                self.scanner.next()?;
                self.state = State::BlockKey;
                Ok((Event::MappingStart(properties), at))
            }
            _ if properties != Properties::default() => {
                self.leave();
                let event = Event::Scalar { text: Cow::Borrowed(""), plain: true, properties };
                Ok((event, at))
            }
            _ => expected("a value", token),
        }
    }

    /// An anchor and a tag, in either order.
    fn properties(&mut self) -> Result<Properties<'a>, Fault> {
        let mut properties = Properties::default();
        loop {
            match &self.scanner.peek()?.kind {
                Kind::Anchor(name) if properties.anchor.is_none() => properties.anchor = Some(name),
                Kind::Tag { .. } if properties.tag.is_none() => {
                    let token = self.scanner.next()?;
                    properties.tag = Some(self.full_tag(token)?);
                    continue;
                }
                _ => return Ok(properties),
            }
            self.scanner.next()?;
        }
    }

    fn full_tag(&self, token: Token<'a>) -> Result<Cow<'a, str>, Fault> {
        match token.kind {
            Kind::Tag { handle: Some(handle), suffix } => match self.handles.get(handle) {
                Some(prefix) => Ok(Cow::Owned(format!("{prefix}{suffix}"))),
                None => Err(Fault::new(token.at, format!("the handle `{handle}` is unknown"))),
            },
            Kind::Tag { handle: None, suffix } => Ok(suffix),
            _ => expected("a tag", &token),
        }
    }

    fn block_entry(&mut self) -> Step<'a> {
        let token = self.scanner.next()?;
        match token.kind {
            Kind::BlockEntry => match self.scanner.peek()?.kind {
                Kind::BlockEntry | Kind::BlockEnd => self.empty(State::BlockEntry, token.at),
                _ => self.child(State::BlockEntry, Place::Block),
            },
            Kind::BlockEnd => {
                self.leave();
                Ok((Event::SequenceEnd, token.at))
            }
            _ => expected("`-` or the sequence's end", &token),
        }
    }

    fn indentless_entry(&mut self) -> Step<'a> {
        if self.scanner.peek()?.kind != Kind::BlockEntry {
            self.leave();
            return Ok((Event::SequenceEnd, self.scanner.peek()?.at));
        }
        let at = self.scanner.next()?.at;
        match self.scanner.peek()?.kind {
            Kind::BlockEntry | Kind::Key | Kind::Value | Kind::BlockEnd => {
                self.empty(State::IndentlessEntry, at)
            }
            _ => self.child(State::IndentlessEntry, Place::Block),
        }
    }

    fn block_key(&mut self) -> Step<'a> {
        let token = self.scanner.peek()?;
        let at = token.at;
        match token.kind {
            Kind::Key => {
                self.scanner.next()?;
                match self.scanner.peek()?.kind {
                    Kind::Key | Kind::Value | Kind::BlockEnd => self.empty(State::BlockValue, at),
                    _ => self.child(State::BlockValue, Place::BlockMapping),
                }
            }
            Kind::Value => self.empty(State::BlockValue, at),
            Kind::BlockEnd => {
                self.scanner.next()?;
                self.leave();
                Ok((Event::MappingEnd, at))
            }
            _ => expected("a key or the mapping's end", token),
        }
    }

    fn block_value(&mut self) -> Step<'a> {
        let token = self.scanner.peek()?;
        let at = token.at;
        if token.kind != Kind::Value {
            return self.empty(State::BlockKey, at);
        }
        self.scanner.next()?;
        match self.scanner.peek()?.kind {
            Kind::Key | Kind::Value | Kind::BlockEnd => self.empty(State::BlockKey, at),
            _ => self.child(State::BlockKey, Place::BlockMapping),
        }
    }

    fn flow_entry(&mut self, first: bool) -> Step<'a> {
        if !first && self.scanner.peek()?.kind != Kind::FlowSequenceEnd {
            let token = self.scanner.next()?;
            if token.kind != Kind::FlowEntry {
                return expected("`,` or `]`", &token);
            }
        }
        let token = self.scanner.peek()?;
        let at = token.at;
        match token.kind {
            Kind::FlowSequenceEnd => {
                self.scanner.next()?;
                self.leave();
                Ok((Event::SequenceEnd, at))
            }
            Kind::Key => {
                self.state = State::PairKey;
                Ok((Event::MappingStart(Properties::default()), at))
            }
            _ => self.child(State::FlowEntry { first: false }, Place::Flow),
        }
    }

    fn pair_key(&mut self) -> Step<'a> {
        let at = self.scanner.next()?.at;
        match self.scanner.peek()?.kind {
            Kind::Value | Kind::FlowEntry | Kind::FlowSequenceEnd => self.empty(State::PairValue, at),
            _ => self.child(State::PairValue, Place::Flow),
        }
    }

    fn pair_value(&mut self) -> Step<'a> {
        let token = self.scanner.peek()?;
        let at = token.at;
        if token.kind != Kind::Value {
            return self.empty(State::PairEnd, at);
        }
        self.scanner.next()?;
        match self.scanner.peek()?.kind {
            Kind::FlowEntry | Kind::FlowSequenceEnd => self.empty(State::PairEnd, at),
            _ => self.child(State::PairEnd, Place::Flow),
        }
    }

    fn flow_key(&mut self, first: bool) -> Step<'a> {
        if !first && self.scanner.peek()?.kind != Kind::FlowMappingEnd {
            let token = self.scanner.next()?;
            if token.kind != Kind::FlowEntry {
                return expected("`,` or `}`", &token);
            }
        }
        let token = self.scanner.peek()?;
        let at = token.at;
        match token.kind {
            Kind::FlowMappingEnd => {
                self.scanner.next()?;
                self.leave();
                Ok((Event::MappingEnd, at))
            }
            Kind::Key => {
                self.scanner.next()?;
                match self.scanner.peek()?.kind {
                    Kind::Value | Kind::FlowEntry | Kind::FlowMappingEnd => self.empty(State::FlowValue, at),
                    _ => self.child(State::FlowValue, Place::Flow),
                }
            }
            Kind::Value => self.empty(State::FlowValue, at),
            _ => self.child(State::FlowEmptyValue, Place::Flow),
        }
    }

    fn flow_value(&mut self) -> Step<'a> {
        let token = self.scanner.peek()?;
        let at = token.at;
        let after = State::FlowKey { first: false };
        if token.kind != Kind::Value {
            return self.empty(after, at);
        }
        self.scanner.next()?;
        match self.scanner.peek()?.kind {
            Kind::FlowEntry | Kind::FlowMappingEnd => self.empty(after, at),
            _ => self.child(after, Place::Flow),
        }
    }
}

fn default_handles<'a>() -> HashMap<&'a str, Cow<'a, str>> {
    HashMap::from([("!", Cow::Borrowed("!")), ("!!", Cow::Borrowed(CORE))])
}

/// What the tags of YAML's own begin with.
pub(super) const CORE: &str = "tag:yaml.org,2002:";

fn nothing<'a>() -> Event<'a> {
    Event::Scalar { text: Cow::Borrowed(""), plain: true, properties: Properties::default() }
}

fn expected<T>(what: &str, found: &Token) -> Result<T, Fault> {
    Err(Fault::new(found.at, format!("expected {what}, found {}", found.kind.name())))
}
