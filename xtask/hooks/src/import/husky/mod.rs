//! husky.
use std::path::Path;
use xtask_core::model::Result;
use super::Notes;
use super::draft::Draft;
pub(super) fn import(_: &Path, _: &mut Notes) -> Result<Option<Draft>> { Ok(None) }
