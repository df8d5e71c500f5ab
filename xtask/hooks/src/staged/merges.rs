//! What the user's file becomes when a fix reaches it.

use xtask_core::model::Result;
use xtask_core::repo::{Conversion, Converter};

use crate::merge::{Overlap, merge};

/// The bytes that the user's file gets, or where the fix and the user's own edit meet.
///
/// `staged` and `fixed` have git's form, `user` is the file as it is on disk. Where nothing was edited since staging, the file is what
/// git would check out of the fix. Otherwise lines are merged; where a filter makes the file's bytes something else than lines of the
/// blob, they are merged in git's form, if the way there and back is exact. Where it isn't (the filter leaves something out), the file
/// itself is merged, if git would take in of it what it must.
pub(super) fn to_user(
    converter: &Converter,
    staged: &[u8],
    fixed: &[u8],
    user: &[u8],
) -> Result<std::result::Result<Vec<u8>, Overlap>> {
    let conversion = converter.conversion();
    if conversion == Conversion::None {
        return Ok(merge(staged, fixed, user));
    }
    if converter.to_worktree(staged.to_vec())? == user {
        return converter.to_worktree(fixed.to_vec()).map(Ok);
    }
    if conversion == Conversion::LineEndings {
        return Ok(merge(staged, fixed, user));
    }
    let clean = converter.to_index(user.to_vec())?;
    let is_exact = converter.to_worktree(clean.clone())? == user;
    let wanted = match merge(staged, fixed, &clean) {
        Ok(wanted) => wanted,
        Err(overlap) if is_exact => return Ok(Err(overlap)),
        Err(_) => return Ok(Err(Overlap::whole(staged, user))),
    };
    if is_exact {
        return converter.to_worktree(wanted).map(Ok);
    }
    Ok(match merge(staged, fixed, user) {
        Ok(merged) if converter.to_index(merged.clone())? == wanted => Ok(merged),
        _ => Err(Overlap::whole(staged, user)),
    })
}
