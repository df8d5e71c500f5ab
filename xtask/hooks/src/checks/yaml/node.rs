//! What is known of a node once it has ended: as much as keys, merges and aliases ask for.

use super::scalar::Key;

/// A node that has ended.
#[derive(Clone, Debug)]
pub(super) enum Node<'a> {
    /// A scalar, by its meaning.
    Scalar(Key<'a>),
    Sequence {
        /// Its members, where all of them are scalars and someone may ask.
        scalars: Option<Vec<Key<'a>>>,
        /// What merging it would bring; `None` where a member is no mapping.
        merged: Option<usize>,
    },
    Mapping {
        /// How many entries it has, those merged in included.
        entries: usize,
        /// The key, where there is just one.
        only_key: Option<Key<'a>>,
    },
}

impl<'a> Node<'a> {
    /// The node as a key, where it can be one.
    pub(super) fn into_key(self) -> Option<Key<'a>> {
        match self {
            Self::Scalar(Key::Merge) => Some(Key::Text("<<".into())),
            Self::Scalar(key) => Some(key),
            Self::Sequence { scalars, .. } => scalars.map(Key::Tuple),
            Self::Mapping { .. } => None,
        }
    }

    /// How many entries merging the node brings; `None` where it can't be merged.
    pub(super) fn merged(&self) -> Option<usize> {
        match self {
            Self::Mapping { entries, .. } => Some(*entries),
            Self::Sequence { merged, .. } => *merged,
            Self::Scalar(_) => None,
        }
    }
}
