//! Whether a pixel is an edge's anti-aliasing, by its neighbours.
//!
//! The rule is pixelmatch's, after Vyšniauskas, "Anti-aliased Pixel and Intensity Slope Detector" (2009): the pixel lies
//! between a darker and a brighter neighbour, and the darkest or the brightest of them belongs to a plain area in both
//! pictures.

use super::pixel::brighter;
use super::rules::Background;
use super::window::Band;

/// The columns next to `x`, itself included, in a row so wide.
fn around(x: usize, width: usize) -> std::ops::RangeInclusive<usize> {
    x.saturating_sub(1)..=(x + 1).min(width - 1)
}

/// Whether the pixel in column `x` of the band's middle row looks anti-aliased in `own`. `own` and `other` are the two
/// pictures' bands of the same rows.
pub(super) fn is_antialiased(own: &Band<'_>, other: &Band<'_>, x: usize, background: Background) -> bool {
    let centre = own.pixel(x, 0);
    let offset = own.offset(x);
    let mut equal = u32::from(own.at_border(x, 0));
    let (mut darkest, mut brightest) = ((0.0, x, 0), (0.0, x, 0));

    for column in around(x, own.width()) {
        for row in own.rows_around(0) {
            if column == x && row == 0 {
                continue;
            }
            let delta = brighter(centre, own.pixel(column, row), offset, background);
            if delta == 0.0 {
                equal += 1;
                if equal > 2 {
                    return false;
                }
            } else if delta < darkest.0 {
                darkest = (delta, column, row);
            } else if delta > brightest.0 {
                brightest = (delta, column, row);
            }
        }
    }

    if darkest.0 == 0.0 || brightest.0 == 0.0 {
        return false;
    }
    let plain = |(_, x, row): (f64, usize, i8)| is_plain(own, x, row) && is_plain(other, x, row);
    plain(darkest) || plain(brightest)
}

/// Whether three or more neighbours of the pixel have its very colour; the picture's edge counts as one.
fn is_plain(band: &Band<'_>, x: usize, row: i8) -> bool {
    let centre = band.pixel(x, row);
    let mut equal = u32::from(band.at_border(x, row));
    for column in around(x, band.width()) {
        for near in band.rows_around(row) {
            if column == x && near == row {
                continue;
            }
            equal += u32::from(band.pixel(column, near) == centre);
            if equal > 2 {
                return true;
            }
        }
    }
    false
}
