//! Follows the events of a YAML parser as a safe loader would, and tells what it would refuse: tags that it doesn't know,
//! duplicate or unhashable keys, merges of what is no mapping. Nesting is on the heap.

use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Marker, ScalarStyle, Tag};

use super::Fault;
use super::node::Node;
use super::scalar::{Key, resolve, tagged};

/// A collection that has begun and not yet ended.
struct Open<'a> {
    at: Marker,
    anchor: usize,
    kind: Kind<'a>,
}

enum Kind<'a> {
    Sequence {
        scalars: Option<Vec<Key<'a>>>,
        merged: Option<usize>,
        /// Every member is a mapping of one entry (`!!omap`, `!!pairs`).
        pairs: bool,
    },
    Mapping {
        keys: HashSet<Key<'a>>,
        /// The first key that was there before.
        twice: Option<(Marker, String)>,
        entries: usize,
        /// What came by way of `<<`.
        merged: usize,
        /// The key whose value comes next.
        pending: Option<Pending>,
    },
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
    anchors: HashMap<usize, Node<'a>>,
}

impl<'a> Loader<'a> {
    /// The next event.
    pub(super) fn event(&mut self, event: Event<'a>, at: Marker) -> Result<(), Fault> {
        match event {
            Event::DocumentStart(_) => self.anchors.clear(),
            Event::Scalar(text, style, anchor, tag) => {
                let key = match core_tag(tag.as_deref(), at)? {
                    Some(tag) => tagged(tag, text),
                    None if style == ScalarStyle::Plain || tag.is_some() => resolve(text),
                    None => Ok(Key::Text(text)),
                };
                let key = key.map_err(|what| Fault::new(at, what))?;
                self.ended(Node::Scalar(key), anchor, at)?;
            }
            Event::Alias(anchor) => {
                // An alias within its own anchor means a collection that is still open.
                let node = self
                    .anchors
                    .get(&anchor)
                    .cloned()
                    .unwrap_or(Node::Mapping { entries: 1 });
                self.ended(node, 0, at)?;
            }
            Event::SequenceStart(anchor, tag) => {
                let pairs = match core_tag(tag.as_deref(), at)? {
                    None | Some("seq") => false,
                    Some("omap" | "pairs") => true,
                    Some(_) => return Err(Fault::new(at, "a tag that doesn't fit a sequence")),
                };
                self.open.push(Open {
                    at,
                    anchor,
                    kind: Kind::Sequence {
                        scalars: Some(Vec::new()),
                        merged: Some(0),
                        pairs,
                    },
                });
            }
            Event::MappingStart(anchor, tag) => {
                if !matches!(core_tag(tag.as_deref(), at)?, None | Some("map" | "set")) {
                    return Err(Fault::new(at, "a tag that doesn't fit a mapping"));
                }
                self.open.push(Open {
                    at,
                    anchor,
                    kind: Kind::Mapping {
                        keys: HashSet::new(),
                        twice: None,
                        entries: 0,
                        merged: 0,
                        pending: None,
                    },
                });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    self.close(open)?;
                }
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn close(&mut self, open: Open<'a>) -> Result<(), Fault> {
        let node = match open.kind {
            Kind::Sequence { scalars, merged, .. } => Node::Sequence { scalars, merged },
            Kind::Mapping {
                twice: Some((at, key)),
                merged: 0,
                ..
            } => return Err(Fault::new(at, format!("the key {key} is there twice"))),
            Kind::Mapping { entries, merged, .. } => Node::Mapping {
                entries: entries + merged,
            },
        };
        self.ended(node, open.anchor, open.at)
    }

    /// A node has ended: it is named, and it is a member, a key or a value of what is open around it.
    fn ended(&mut self, node: Node<'a>, anchor: usize, at: Marker) -> Result<(), Fault> {
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            return Ok(());
        };
        match &mut open.kind {
            Kind::Sequence {
                scalars,
                merged,
                pairs,
            } => {
                if *pairs && !matches!(node, Node::Mapping { entries: 1 }) {
                    return Err(Fault::new(at, "expected a mapping of one entry"));
                }
                *merged = match (&*merged, &node) {
                    (Some(sum), Node::Mapping { entries }) => Some(sum + entries),
                    _ => None,
                };
                match node {
                    Node::Scalar(key) => scalars.iter_mut().for_each(|scalars| scalars.push(key.clone())),
                    _ => *scalars = None,
                }
            }
            Kind::Mapping {
                keys,
                twice,
                entries,
                merged,
                pending,
            } => match pending.take() {
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
fn core_tag(tag: Option<&Tag>, at: Marker) -> Result<Option<&str>, Fault> {
    const CORE: &str = "tag:yaml.org,2002:";
    let Some(tag) = tag else {
        return Ok(None);
    };
    let name = match (tag.handle.as_str(), tag.suffix.as_str()) {
        (CORE, suffix) => Some(suffix),
        ("!", "") | ("", "!") => return Ok(None),
        ("", suffix) => suffix.strip_prefix(CORE),
        _ => None,
    };
    name.filter(|name| KNOWN.contains(name))
        .map(Some)
        .ok_or_else(|| Fault::new(at, format!("the tag `{tag}` is unknown (`unsafe` lets it)")))
}

const KNOWN: [&str; 12] = [
    "null",
    "bool",
    "int",
    "float",
    "binary",
    "timestamp",
    "omap",
    "pairs",
    "set",
    "str",
    "seq",
    "map",
];

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
