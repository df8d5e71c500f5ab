//! The rule once more, for tests: plain, on whole pictures, one pixel after the other, sharing nothing with the engine.

use super::{Antialias, Background, Picture, Rules};

/// How many pixels changed, and how many differ by anti-aliasing alone, of two pictures of equal size.
pub(super) fn count(old: &Picture, new: &Picture, rules: &Rules) -> (u64, u64) {
    let (mut changed, mut antialiased) = (0, 0);
    let most = 35215.0 * rules.threshold.get() * rules.threshold.get();
    for y in 0..old.height() {
        for x in 0..old.width() {
            let masked = rules.masks.iter().any(|mask| {
                (mask.x..mask.x + mask.width).contains(&x) && (mask.y..mask.y + mask.height).contains(&y)
            });
            let [red, green, blue] = blended(old, (x, y), new, (x, y), (x, y), rules.background);
            let luma = 0.298_895_31 * red + 0.586_622_47 * green + 0.114_482_23 * blue;
            let i = 0.595_977_99 * red - 0.274_176_10 * green - 0.321_801_89 * blue;
            let q = 0.211_470_17 * red - 0.522_617_11 * green + 0.311_146_94 * blue;
            let far = 0.5053 * luma * luma + 0.299 * i * i + 0.1957 * q * q;
            if masked || old.get(x, y) == new.get(x, y) || far <= most {
                continue;
            }
            let soft =
                soft_edge(old, new, x, y, rules.background) || soft_edge(new, old, x, y, rules.background);
            if soft && rules.antialias == Antialias::Ignore {
                antialiased += 1;
            } else {
                changed += 1;
            }
        }
    }
    (changed, antialiased)
}

fn blended(
    a: &Picture,
    at_a: (u32, u32),
    b: &Picture,
    at_b: (u32, u32),
    place: (u32, u32),
    ground: Background,
) -> [f64; 3] {
    let (a, width, b) = (a.get(at_a.0, at_a.1), f64::from(a.width()), b.get(at_b.0, at_b.1));
    let byte = 4.0 * (f64::from(place.1) * width + f64::from(place.0));
    let even = |value: f64| value.trunc() % 2.0 == 0.0;
    let pattern = |divisor: f64| if even(byte / divisor) { 48.0 } else { 207.0 };
    let ground = match ground {
        Background::White => [255.0, 255.0, 255.0],
        Background::Checkerboard => [48.0, pattern(1.618_033_988_749_895), pattern(2.618_033_988_749_895)],
    };
    std::array::from_fn(|channel| {
        let (one, two) = (f64::from(a[channel]), f64::from(b[channel]));
        let (alpha, beta) = (f64::from(a[3]), f64::from(b[3]));
        if a[3] == 255 && b[3] == 255 {
            one - two
        } else {
            (one * alpha - two * beta - ground[channel] * (alpha - beta)) / 255.0
        }
    })
}

fn neighbours(picture: &Picture, x: u32, y: u32) -> Vec<(u32, u32)> {
    let mut all = Vec::new();
    for nx in x.saturating_sub(1)..=(x + 1).min(picture.width() - 1) {
        for ny in y.saturating_sub(1)..=(y + 1).min(picture.height() - 1) {
            if (nx, ny) != (x, y) {
                all.push((nx, ny));
            }
        }
    }
    all
}

fn soft_edge(own: &Picture, other: &Picture, x: u32, y: u32, ground: Background) -> bool {
    let near = neighbours(own, x, y);
    let deltas: Vec<f64> = near
        .iter()
        .map(|&at| {
            let [red, green, blue] = blended(own, (x, y), own, at, (x, y), ground);
            if own.get(x, y) == own.get(at.0, at.1) {
                0.0
            } else {
                red * 0.298_895_31 + green * 0.586_622_47 + blue * 0.114_482_23
            }
        })
        .collect();
    let equal = deltas.iter().filter(|&&delta| delta == 0.0).count() + usize::from(near.len() < 8);
    let darkest = (0..near.len()).fold(None, |best: Option<usize>, at| match best {
        Some(best) if deltas[best] <= deltas[at] => Some(best),
        _ if deltas[at] < 0.0 => Some(at),
        best => best,
    });
    let brightest = (0..near.len()).fold(None, |best: Option<usize>, at| match best {
        Some(best) if deltas[best] >= deltas[at] => Some(best),
        _ if deltas[at] > 0.0 => Some(at),
        best => best,
    });
    let (Some(darkest), Some(brightest)) = (darkest, brightest) else {
        return false;
    };
    let in_plain_area = |picture: &Picture, (x, y): (u32, u32)| {
        let near = neighbours(picture, x, y);
        let equal = near.iter().filter(|at| picture.get(at.0, at.1) == picture.get(x, y)).count();
        equal + usize::from(near.len() < 8) > 2
    };
    equal <= 2
        && [darkest, brightest]
            .into_iter()
            .any(|at| in_plain_area(own, near[at]) && in_plain_area(other, near[at]))
}
