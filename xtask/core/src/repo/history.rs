//! Which commits another repository doesn't have yet.

use super::revision::parse_id;
use super::{ObjectId, Repo};
use crate::model::Result;

/// What the other side is known to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// All that the branches of this remote hold, as last fetched.
    Remote(String),
    /// All that this repository's own refs hold.
    Refs,
}

impl Repo {
    /// The first of the commits on the way to `tip` that the other side doesn't have, in topological order; `None` where it has all of
    /// them.
    pub fn oldest_unknown(&self, tip: &ObjectId, known: &Known) -> Result<Option<ObjectId>> {
        let known = match known {
            Known::Remote(name) => format!("--remotes={name}"),
            Known::Refs => "--all".to_owned(),
        };
        let listed =
            self.git_output(["rev-list", "--topo-order", "--reverse", &tip.to_string(), "--not", &known])?;
        Ok(listed.split(|&byte| byte == b'\n').next().and_then(parse_id))
    }
}
