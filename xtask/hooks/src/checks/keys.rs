//! The keys of the mappings that are open, and whether one of them is there twice.

use std::borrow::Cow;
use std::collections::HashSet;

/// A key, and where it stands.
type Key<'a> = (Cow<'a, [u8]>, usize);

/// Up to this many keys, comparing each with each is faster than hashing.
const FEW: usize = 12;

/// The keys of all open mappings, the innermost one's last.
#[derive(Default)]
pub(super) struct Keys<'a> {
    keys: Vec<Key<'a>>,
    starts: Vec<usize>,
}

impl<'a> Keys<'a> {
    pub(super) fn open(&mut self) {
        self.starts.push(self.keys.len());
    }

    pub(super) fn add(&mut self, key: Cow<'a, [u8]>, offset: usize) {
        self.keys.push((key, offset));
    }

    /// Closes the innermost mapping; gives the first key that was there before.
    pub(super) fn close(&mut self) -> Option<Key<'a>> {
        let start = self.starts.pop().unwrap_or_default();
        let keys = &self.keys[start..];
        let twice = if keys.len() <= FEW {
            (1..keys.len()).find(|&at| keys[..at].iter().any(|(key, _)| *key == keys[at].0))
        } else {
            let mut seen = HashSet::with_capacity(keys.len());
            keys.iter().position(|(key, _)| !seen.insert(&**key))
        };
        let twice = twice.map(|at| keys[at].clone());
        self.keys.truncate(start);
        twice
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many() {
        for count in [0, 1, FEW, FEW + 1, 1000] {
            let mut keys = Keys::default();
            keys.open();
            keys.add(b"0"[..].into(), 0);
            keys.open();
            for at in 0..count {
                keys.add(at.to_string().into_bytes().into(), at);
            }
            if count > 0 {
                keys.add(b"0"[..].into(), 7777);
            }
            assert_eq!(keys.close().map(|(_, at)| at), (count > 0).then_some(7777));
            assert!(keys.close().is_none());
        }
    }
}
