//! Flow collections for the quick look: `[a, "b"]` and `{a: 1, b: [c]}`, over several lines where breaks stand between members.

use super::scalar::{Scalar, key_of, means_something};
use super::{Quick, Unsure};

/// A flow collection that is open.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Sequence,
    Mapping,
}

impl Quick<'_> {
    /// The flow collection that begins here.
    pub(super) fn flow(&mut self) -> Result<(), Unsure> {
        self.flow.clear();
        loop {
            // A member: a collection that opens, or a scalar.
            match self.byte(self.at) {
                b'[' => self.open_flow(Flow::Sequence),
                b'{' => {
                    self.open_flow(Flow::Mapping);
                    self.keys.open();
                }
                _ => {
                    if let Scalar::Plain(text) = self.scalar(true)? {
                        means_something(text)?;
                        self.skip_spaces();
                        // It might go on in the next line, or be a key.
                        if !matches!(self.byte(self.at), b',' | b']' | b'}') {
                            return Err(Unsure);
                        }
                    }
                    if self.after_member()? {
                        return Ok(());
                    }
                    continue;
                }
            }
            self.gap()?;
            if matches!(self.byte(self.at), b']' | b'}') {
                if self.after_member()? {
                    return Ok(());
                }
            } else {
                self.flow_key()?;
            }
        }
    }

    fn open_flow(&mut self, kind: Flow) {
        self.flow.push(kind);
        self.at += 1;
    }

    /// Closes what ends here, up to the next member; gives whether all is closed.
    fn after_member(&mut self) -> Result<bool, Unsure> {
        loop {
            self.gap()?;
            match (self.byte(self.at), self.flow.last()) {
                (b']', Some(Flow::Sequence)) => {}
                (b'}', Some(Flow::Mapping)) if self.keys.close().is_none() => {}
                (b',', _) => {
                    self.at += 1;
                    self.gap()?;
                    if !matches!(self.byte(self.at), b']' | b'}') {
                        self.flow_key()?;
                        return Ok(false);
                    }
                    continue;
                }
                _ => return Err(Unsure),
            }
            self.flow.pop();
            self.at += 1;
            if self.flow.is_empty() {
                return Ok(true);
            }
        }
    }

    /// In a mapping, the key and its `:`.
    fn flow_key(&mut self) -> Result<(), Unsure> {
        if self.flow.last() != Some(&Flow::Mapping) {
            return Ok(());
        }
        let start = self.at;
        let key = self.scalar(true)?;
        if self.byte(self.at) != b':' || self.byte(self.at + 1) != b' ' || self.at - start > 1000 {
            return Err(Unsure);
        }
        self.keys.add(key_of(key)?, start);
        self.at += 1;
        self.skip_spaces();
        Ok(())
    }

    /// Spaces, comments and line ends between members.
    fn gap(&mut self) -> Result<(), Unsure> {
        let mut broken = false;
        while self.end_line()? {
            broken = true;
            if self.at >= self.bytes.len() {
                return Err(Unsure);
            }
        }
        // At the start of a line, `---` and the like would count.
        let first = broken && self.at > 0 && self.bytes[self.at - 1] == b'\n';
        if first && matches!(self.byte(self.at), b'-' | b'.' | b'%') { Err(Unsure) } else { Ok(()) }
    }
}
