//! How far two pixels are apart: distances in YIQ, on colours blended with a background.
//!
//! The formula is that of Kotsarenko and Ramos, "Measuring perceived color difference using YIQ NTSC transmission color
//! space in mobile applications" (2010), with pixelmatch's coefficients. All arithmetic is in `f64` and in pixelmatch's
//! order: another order rounds differently, and pixels at the threshold would fall on the other side.

use super::rules::Background;
use super::source::Pixel;

/// The greatest squared distance that two colours can have; the threshold is relative to it.
const GREATEST: f64 = 35215.0;

/// The squared distance above which a pixel counts.
pub(super) fn limit(threshold: f64) -> f64 {
    GREATEST * threshold * threshold
}

/// The colour behind the pixel whose first byte is at `offset` of the picture's RGBA data. pixelmatch's pattern takes the
/// parity of the offset for red (always even, as a pixel has four bytes) and of its golden sections for green and blue.
fn behind(background: Background, offset: u64) -> [f64; 3] {
    // JavaScript's `x | 0` wraps at 32 bits, which pictures above 800 megapixels reach.
    let parity = |section: f64| f64::from((offset as f64 / section) as i64 as i32 % 2);
    match background {
        Background::White => [255.0; 3],
        Background::Checkerboard => {
            [48.0, 48.0 + 159.0 * parity(1.618_033_988_749_895), 48.0 + 159.0 * parity(2.618_033_988_749_895)]
        }
    }
}

/// The difference of two pixels in red, green and blue, as both would look on the background.
#[inline]
fn channels(one: Pixel, two: Pixel, offset: u64, background: Background) -> [f64; 3] {
    let [r1, g1, b1, a1] = one.map(f64::from);
    let [r2, g2, b2, a2] = two.map(f64::from);
    if one[3] == 255 && two[3] == 255 {
        return [r1 - r2, g1 - g2, b1 - b2];
    }
    let alpha = a1 - a2;
    let [red, green, blue] = behind(background, offset);
    [
        (r1 * a1 - r2 * a2 - red * alpha) / 255.0,
        (g1 * a1 - g2 * a2 - green * alpha) / 255.0,
        (b1 * a1 - b2 * a2 - blue * alpha) / 255.0,
    ]
}

#[inline]
fn luma([red, green, blue]: [f64; 3]) -> f64 {
    red * 0.298_895_31 + green * 0.586_622_47 + blue * 0.114_482_23
}

/// The squared distance of two pixels at the same place.
#[inline]
pub(super) fn distance(one: Pixel, two: Pixel, offset: u64, background: Background) -> f64 {
    let difference = channels(one, two, offset, background);
    let [red, green, blue] = difference;
    let y = luma(difference);
    let i = red * 0.595_977_99 - green * 0.274_176_10 - blue * 0.321_801_89;
    let q = red * 0.211_470_17 - green * 0.522_617_11 + blue * 0.311_146_94;
    0.5053 * y * y + 0.299 * i * i + 0.1957 * q * q
}

/// By how much `centre` is brighter than its neighbour. Both are blended with the background at the centre's `offset`.
#[inline]
pub(super) fn brighter(centre: Pixel, neighbour: Pixel, offset: u64, background: Background) -> f64 {
    if centre == neighbour {
        return 0.0;
    }
    luma(channels(centre, neighbour, offset, background))
}

/// The pixel as a light grey on white, as in pixelmatch's diff picture: a tenth of its brightness.
pub(super) fn dimmed([red, green, blue, alpha]: Pixel) -> u8 {
    let brightness = luma([red, green, blue].map(f64::from));
    (255.0 + (brightness - 255.0) * 0.1 * f64::from(alpha) / 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_and_white_are_farthest_apart() {
        let far = distance([0, 0, 0, 255], [255; 4], 0, Background::White);
        assert!((far / GREATEST - 0.933).abs() < 0.001, "{far}");
        assert!(distance([255, 0, 255, 255], [0, 255, 0, 255], 0, Background::White) <= GREATEST);
    }

    #[test]
    fn the_colour_of_what_is_transparent_does_not_matter() {
        let (red, none) = ([255, 0, 0, 0], [0, 0, 0, 0]);
        for background in [Background::White, Background::Checkerboard] {
            assert!(distance(red, none, 4, background).abs() < 1e-12);
        }
        let white = [255; 4];
        assert!(distance(white, none, 4, Background::White).abs() < 1e-12);
        assert!(distance(white, none, 4, Background::Checkerboard) > 100.0);
    }

    #[test]
    fn the_pattern_wraps_as_javascript_does() {
        // 4,000,000,000 / 1.618… = 2,472,135,954 is above 2³¹: it wraps to -1,822,831,342.
        assert!((behind(Background::Checkerboard, 4_000_000_000)[1] - 48.0).abs() < 1e-9);
        assert!((behind(Background::Checkerboard, 4)[1] - 48.0).abs() < 1e-9);
        assert!((behind(Background::Checkerboard, 4)[2] - 207.0).abs() < 1e-9);
    }

    #[test]
    fn dimming_keeps_a_tenth() {
        assert_eq!(dimmed([255; 4]), 255);
        assert_eq!(dimmed([0, 0, 0, 255]), 229);
        assert_eq!(dimmed([0, 0, 0, 0]), 255);
    }
}
