//! What a comparison of folders is asked for.

use std::path::PathBuf;

use crate::diff::{Difference, Ratio, Rules};

/// How two files or folders are compared.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What counts as a change.
    pub rules: Rules,
    /// How much change is excused in a pair.
    pub limits: Limits,
    /// The folder for diff pictures; none are written without it.
    pub out: Option<PathBuf>,
}

/// How much change is excused in a pair: nothing, unless one of these is given; where both are, both must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limits {
    /// The most pixels that may change.
    pub max_pixels: Option<u64>,
    /// The largest share of the picture that may change.
    pub max_ratio: Option<Ratio>,
}

impl Limits {
    /// Whether so much change is excused. A changed size never is.
    pub fn excuse(&self, difference: &Difference) -> bool {
        let pixels = self.max_pixels.is_none_or(|most| difference.changed <= most);
        let ratio = self.max_ratio.is_none_or(|most| difference.ratio() <= most.get());
        let is_given = self.max_pixels.is_some() || self.max_ratio.is_some();
        !difference.is_resized() && (difference.changed == 0 || is_given && pixels && ratio)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::Size;

    #[test]
    fn limits_excuse_pixels_up_to_them() {
        let ratio = |value: f64| Some(Ratio::try_from(value).unwrap());
        for (changed, max_pixels, max_ratio, excused) in [
            (0, None, None, true),
            (1, None, None, false),
            (1, Some(0), None, false),
            (1, Some(1), None, true),
            (2, Some(1), None, false),
            (1, None, ratio(0.01), true),
            (2, None, ratio(0.01), false),
            (2, Some(5), ratio(0.01), false),
            (2, Some(1), ratio(0.5), false),
            (2, Some(2), ratio(0.02), true),
        ] {
            let size = Size { width: 10, height: 10 };
            let difference = Difference { changed, ..Difference::none(size) };
            let limits = Limits { max_pixels, max_ratio };
            assert_eq!(limits.excuse(&difference), excused, "{changed} under {limits:?}");
        }
        let resized = Difference {
            new: Size { width: 9, height: 10 },
            ..Difference::none(Size { width: 10, height: 10 })
        };
        assert!(!Limits { max_pixels: Some(1000), max_ratio: ratio(1.0) }.excuse(&resized));
    }
}
