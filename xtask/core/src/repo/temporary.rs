//! Temporary.
use super::Repo;
use crate::model::{RepoPath, Result};
/// T.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversion {
    /// T.
    None,
    /// T.
    LineEndings,
    /// T.
    Filter,
}
impl Repo {
    /// T.
    pub fn unstaged(&self) -> Result<Vec<RepoPath>> {
        let out = self.git_output(["diff", "--no-ext-diff", "--name-only", "-z"])?;
        Ok(out.split(|b| *b == 0).filter(|p| !p.is_empty()).map(RepoPath::new).collect())
    }
    /// T.
    pub fn conversion(&self, _: &RepoPath) -> Result<Conversion> {
        Ok(Conversion::None)
    }
    /// T.
    pub fn to_worktree(&self, _: &RepoPath, b: &[u8]) -> Result<Vec<u8>> {
        Ok(b.to_vec())
    }
    /// T.
    pub fn to_index(&self, _: &RepoPath, b: &[u8]) -> Result<Vec<u8>> {
        Ok(b.to_vec())
    }
}
