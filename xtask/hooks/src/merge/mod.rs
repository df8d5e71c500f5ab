//! Brings a fix to the user's file: a three-way merge of the staged content, what the fixers made of it, and the file on disk.
//! Pure functions over bytes; reading, writing and telling the user are left to others.
//!
//! A line is three things that change on their own: its *body*, its *trailing blanks*, and its *ending*. Lines are aligned by their
//! bodies; blanks and endings then follow the line that they belong to. So a fixer that strips blanks never disturbs what the user
//! wrote elsewhere in that line, and a working tree with CRLF over blobs with LF keeps its CRLF.

mod align;
mod combine;
mod endings;
mod line;
mod overlap;
#[cfg(test)]
mod tests;

pub use overlap::{Lines, Overlap, OverlapAt};

use align::{Align, Side};
use line::{Ending, Line, split};

/// The mark that some editors put before UTF-8 text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What a change by lines can't be told of.
const BINARY: u8 = 0;

/// Applies to `user` what turned `base` into `fixed`.
///
/// `base` is the staged content and `fixed` what the fixers made of it, both in the form of the blob; `user` is the user's file as it
/// lies on disk, whose line endings may be others.
///
/// - A line's body or blanks that only one side changed are that side's; changes to neighbouring lines don't disturb each other.
/// - Where the fixer changed a line's ending the fixer's counts, else the user's stays. An ending that the fixer brings is written as the
///   user's file writes it nearby: LF becomes CRLF where the blob's LF lines are CRLF on disk.
/// - Blanks that the fixer stripped from a line that the user has deleted or rewritten have nothing to go to, and are no overlap; a line
///   of the user's is never given up.
///
/// # Errors
/// [`Overlap`] where both changed the same line differently, inserted differently at the same place, or where one deleted what the other
/// changed; and for binary content that both changed.
pub fn merge(base: &[u8], fixed: &[u8], user: &[u8]) -> Result<Vec<u8>, Overlap> {
    if fixed == base || fixed == user {
        return Ok(user.to_vec());
    }
    if user == base {
        return Ok(fixed.to_vec());
    }
    if [base, fixed, user].iter().any(|content| memchr::memchr(BINARY, content).is_some()) {
        return Err(Overlap::whole(base, user));
    }
    merge_lines(base, fixed, user)
}

/// [`merge`] by lines, without its short ways.
fn merge_lines(base: &[u8], fixed: &[u8], user: &[u8]) -> Result<Vec<u8>, Overlap> {
    let ([base_marked, fixed_marked, user_marked], [base, fixed, user]) = unmarked([base, fixed, user]);
    let marked = if fixed_marked == base_marked { user_marked } else { fixed_marked };
    let (base, fixed, user) = (split(base), split(fixed), split(user));
    let merged = merge_aligned(&base, &fixed, &user, Align::Surroundings)
        .or_else(|overlap| merge_aligned(&base, &fixed, &user, Align::FewestChanges).map_err(|_| overlap))?;
    Ok(if marked { [BYTE_ORDER_MARK, &merged].concat() } else { merged })
}

/// The contents without their byte order marks, and which had one.
fn unmarked(contents: [&[u8]; 3]) -> ([bool; 3], [&[u8]; 3]) {
    let marked = contents.map(|content| content.starts_with(BYTE_ORDER_MARK));
    (marked, contents.map(|content| content.strip_prefix(BYTE_ORDER_MARK).unwrap_or(content)))
}

fn merge_aligned(
    base: &[Line<'_>],
    fixed: &[Line<'_>],
    user: &[Line<'_>],
    by: Align,
) -> Result<Vec<u8>, Overlap> {
    combine::combine(base, &Side::new(base, fixed, by), &Side::new(base, user, by))
}
