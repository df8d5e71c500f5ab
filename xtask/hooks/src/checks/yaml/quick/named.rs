//! Anchors, aliases and merges for the quick look, in their plain forms.

use super::{Quick, Sure, Unsure};

/// With more anchors than this, looking them up one by one takes long; the parser has a table.
const MOST: usize = 64;

/// A name that was given to a node.
pub(super) struct Anchor<'a> {
    name: &'a [u8],
    /// Whether the node is a block mapping, which has entries to merge.
    mapping: bool,
}

impl<'a> Quick<'a> {
    /// A collection begins: where an anchor waits for its node, this is it.
    pub(super) fn names(&mut self, mapping: bool) {
        if std::mem::take(&mut self.anchored)
            && let Some(anchor) = self.anchors.last_mut()
        {
            anchor.mapping = mapping;
        }
    }

    /// Goes over an anchor or an alias, where one is; gives whether a value follows on this line.
    pub(super) fn named(&mut self) -> Sure<bool> {
        match self.byte(self.at) {
            b'&' => {
                let name = self.name()?;
                if self.anchors.len() == MOST {
                    return Err(Unsure);
                }
                self.anchors.push(Anchor { name, mapping: false });
                self.anchored = self.end_line()?;
                Ok(!self.anchored)
            }
            b'*' => {
                let name = self.name()?;
                if !self.anchors.iter().any(|anchor| anchor.name == name) {
                    return Err(Unsure);
                }
                self.ended(false)?;
                Ok(false)
            }
            _ => Ok(true),
        }
    }

    /// What follows `<<:`, an alias of a mapping.
    pub(super) fn merge(&mut self) -> Sure<()> {
        self.skip_spaces();
        if self.byte(self.at) != b'*' {
            return Err(Unsure);
        }
        let name = self.name()?;
        // A name that was given twice is that of the later node.
        if self.anchors.iter().rev().find(|anchor| anchor.name == name).is_some_and(|anchor| anchor.mapping) {
            self.ended(false)
        } else {
            Err(Unsure)
        }
    }

    /// The name after `&` or `*`.
    fn name(&mut self) -> Sure<&'a [u8]> {
        let start = self.at + 1;
        let length = self.bytes[start..]
            .iter()
            .position(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'_' | b'-'))
            .unwrap_or(self.bytes.len() - start);
        self.at = start + length;
        if length > 0 && self.is_blank(self.at) { Ok(&self.bytes[start..self.at]) } else { Err(Unsure) }
    }
}
