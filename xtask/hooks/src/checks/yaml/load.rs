//! Follows the events of a YAML parser as a safe loader would, and tells what it would refuse: tags that it doesn't know,
//! duplicate or unhashable keys, merges of what is no mapping. Nesting is on the heap.

use std::collections::{HashMap, HashSet};

use super::Fault;
use super::node::Node;
use super::parser::{CORE, Event, Properties};
use super::scalar::{Key, resolve, tagged};

/// A collection that has begun and not yet ended.
struct Open<'a> {
    at: usize,
    anchor: Option<&'a str>,
    kind: Kind<'a>,
}

enum Kind<'a> {
    Sequence {
        scalars: Option<Vec<Key<'a>>>,
        merged: Option<usize>,
        pairs: Pairs<'a>,
    },
    Mapping {
        keys: HashSet<Key<'a>>,
        /// The first key that was there before.
        twice: Option<(usize, String)>,
        entries: usize,
        /// What came by way of `<<`.
        merged: usize,
        /// The key whose value comes next.
        pending: Option<Pending>,
        /// The key, while there is just one.
        only_key: Option<Key<'a>>,
    },
}

/// Whether every member of a sequence must be a mapping of one entry.
enum Pairs<'a> {
    No,
    /// `!!pairs`.
    Any,
    /// `!!omap`: no key twice.
    Unique(HashSet<Key<'a>>),
}

#[derive(Clone, Copy)]
enum Pending {
    Plain,
    Merge,
}

/// The loader's state.
#[derive(Default)]
pub(super) struct Loader<'a> {
    open: Vec<Open<'a>>,
    anchors: HashMap<&'a str, Node<'a>>,
}

impl<'a> Loader<'a> {
    /// The next event.
    pub(super) fn event(&mut self, event: Event<'a>, at: usize) -> Result<(), Fault> {
        match event {
            Event::DocumentStart => self.anchors.clear(),
            Event::Scalar { text, plain, properties } => {
                let key = match core_tag(&properties, at)? {
                    Some(tag) => tagged(tag, text),
                    None if plain || properties.tag.is_some() => resolve(text),
                    None => Ok(Key::Text(text)),
                };
                let key = key.map_err(|what| Fault::new(at, what))?;
                self.ended(Node::Scalar(key), properties.anchor, at)?;
            }
            Event::Alias(name) => {
                let node = self.anchors.get(name).cloned();
                let node = node.ok_or_else(|| Fault::new(at, format!("no anchor `{name}` came before")))?;
                self.ended(node, None, at)?;
            }
            Event::SequenceStart(properties) => {
                let pairs = match core_tag(&properties, at)? {
                    None | Some("seq") => Pairs::No,
                    Some("omap") => Pairs::Unique(HashSet::new()),
                    Some("pairs") => Pairs::Any,
                    Some(_) => return Err(Fault::new(at, "a tag that doesn't fit a sequence")),
                };
                let kind = Kind::Sequence { scalars: Some(Vec::new()), merged: Some(0), pairs };
                // An alias may mean a collection that it is in.
                let started = Node::Sequence { scalars: None, merged: Some(1) };
                self.start(kind, started, &properties, at);
            }
            Event::MappingStart(properties) => {
                if !matches!(core_tag(&properties, at)?, None | Some("map" | "set")) {
                    return Err(Fault::new(at, "a tag that doesn't fit a mapping"));
                }
                let kind = Kind::Mapping {
                    keys: HashSet::new(),
                    twice: None,
                    entries: 0,
                    merged: 0,
                    pending: None,
                    only_key: None,
                };
                let started = Node::Mapping { entries: 1, only_key: None };
                self.start(kind, started, &properties, at);
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    self.close(open)?;
                }
            }
            Event::StreamEnd => {}
        }
        Ok(())
    }

    fn start(&mut self, kind: Kind<'a>, started: Node<'a>, properties: &Properties<'a>, at: usize) {
        if let Some(name) = properties.anchor {
            self.anchors.insert(name, started);
        }
        self.open.push(Open { at, anchor: properties.anchor, kind });
    }

    fn close(&mut self, open: Open<'a>) -> Result<(), Fault> {
        let node = match open.kind {
            Kind::Sequence { scalars, merged, .. } => Node::Sequence { scalars, merged },
            Kind::Mapping { twice: Some((at, key)), merged: 0, .. } => {
                return Err(Fault::new(at, format!("the key {key} is there twice")));
            }
            Kind::Mapping { entries, merged, only_key, .. } => {
                Node::Mapping { entries: entries + merged, only_key }
            }
        };
        self.ended(node, open.anchor, open.at)
    }

    /// A node has ended: it is named, and it is a member, a key or a value of what is open around it.
    fn ended(&mut self, node: Node<'a>, anchor: Option<&'a str>, at: usize) -> Result<(), Fault> {
        if let Some(name) = anchor {
            self.anchors.insert(name, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            return Ok(());
        };
        match &mut open.kind {
            Kind::Sequence { scalars, merged, pairs } => {
                match (&mut *pairs, &node) {
                    (Pairs::No, _) | (Pairs::Any, Node::Mapping { entries: 1, .. }) => {}
                    (Pairs::Unique(keys), Node::Mapping { entries: 1, only_key }) => {
                        if only_key.as_ref().is_some_and(|key| !keys.insert(key.clone())) {
                            return Err(Fault::new(at, "a key is there twice in an ordered mapping"));
                        }
                    }
                    _ => return Err(Fault::new(at, "expected a mapping of one entry")),
                }
                *merged = match (&*merged, &node) {
                    (Some(sum), Node::Mapping { entries, .. }) => Some(sum + entries),
                    _ => None,
                };
                match node {
                    Node::Scalar(key) => scalars.iter_mut().for_each(|scalars| scalars.push(key.clone())),
                    _ => *scalars = None,
                }
            }
            Kind::Mapping { keys, twice, entries, merged, pending, only_key } => match pending.take() {
                None if matches!(node, Node::Scalar(Key::Merge)) => {
                    if *merged > 0 {
                        return Err(Fault::new(at, "the key `<<` is there twice"));
                    }
                    *pending = Some(Pending::Merge);
                }
                None => {
                    let key = node.into_key().ok_or_else(|| {
                        Fault::new(at, "a mapping, or a sequence of more than scalars, as a key")
                    })?;
                    if twice.is_none() && keys.contains(&key) {
                        *twice = Some((at, show(&key)));
                    }
                    *only_key = (*entries == 0).then(|| key.clone());
                    keys.insert(key);
                    *entries += 1;
                    *pending = Some(Pending::Plain);
                }
                Some(Pending::Merge) => {
                    *merged += node
                        .merged()
                        .ok_or_else(|| Fault::new(at, "`<<` wants a mapping or a sequence of mappings"))?;
                }
                Some(Pending::Plain) => {}
            },
        }
        Ok(())
    }
}

/// The name of a tag of YAML's own; `None` where there is no tag, or just `!`. Others are refused.
fn core_tag<'p>(properties: &'p Properties, at: usize) -> Result<Option<&'p str>, Fault> {
    let Some(tag) = properties.tag.as_deref().filter(|tag| *tag != "!") else {
        return Ok(None);
    };
    tag.strip_prefix(CORE)
        .filter(|name| KNOWN.contains(name))
        .map(Some)
        .ok_or_else(|| Fault::new(at, format!("the tag `{tag}` is unknown (the option `unsafe` lets it)")))
}

const KNOWN: [&str; 12] =
    ["null", "bool", "int", "float", "binary", "timestamp", "omap", "pairs", "set", "str", "seq", "map"];

fn show(key: &Key) -> String {
    match key {
        Key::Text(text) | Key::Time(text) => format!("{text:?}"),
        Key::Whole(value) => format!("`{value}`"),
        Key::Fraction(bits) => format!("`{}`", f64::from_bits(*bits)),
        Key::Null => "`null`".to_owned(),
        Key::Merge => "`<<`".to_owned(),
        Key::Tuple(_) => "(a sequence)".to_owned(),
    }
}
