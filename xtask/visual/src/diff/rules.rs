//! What counts as a change: the options of the comparison, in the ranges they may have.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::Deserialize;

/// The rules of a comparison. The default is pixelmatch's.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Rules {
    /// How different two colours may be.
    pub threshold: Threshold,
    /// What happens to pixels that differ by anti-aliasing alone.
    pub antialias: Antialias,
    /// What shows through transparent pixels.
    pub background: Background,
    /// Rectangles in which nothing counts.
    pub masks: Vec<Rect>,
}

/// A number was outside 0 to 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a number from 0 to 1")]
pub struct OutOfRange(String);

macro_rules! fraction {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Deserialize)]
        #[serde(try_from = "f64")]
        pub struct $name(f64);

        impl $name {
            /// The number.
            pub fn get(self) -> f64 {
                self.0
            }
        }

        impl TryFrom<f64> for $name {
            type Error = OutOfRange;

            fn try_from(value: f64) -> Result<Self, OutOfRange> {
                if (0.0..=1.0).contains(&value) {
                    Ok(Self(value))
                } else {
                    Err(OutOfRange(value.to_string()))
                }
            }
        }

        impl FromStr for $name {
            type Err = OutOfRange;

            fn from_str(text: &str) -> Result<Self, OutOfRange> {
                let value: f64 = text.trim().parse().map_err(|_| OutOfRange(text.to_owned()))?;
                Self::try_from(value).map_err(|_| OutOfRange(text.to_owned()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(out)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "number", "minimum": 0, "maximum": 1 })
            }
        }
    };
}

fraction! {
    /// How different two colours may be before a pixel counts, from 0 (every difference counts) to 1 (none does).
    /// It is relative to the greatest distance there is, that of black and white. Default: 0.1, as in pixelmatch.
    Threshold
}

fraction! {
    /// A share of a picture's pixels, from 0 to 1.
    Ratio
}

impl Default for Threshold {
    fn default() -> Self {
        Self(0.1)
    }
}

/// What happens to pixels that differ by anti-aliasing alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Antialias {
    /// They don't count (pixelmatch's default).
    #[default]
    Ignore,
    /// They count as changed (pixelmatch's `includeAA`).
    Count,
}

impl FromStr for Antialias {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "ignore" => Ok(Self::Ignore),
            "count" => Ok(Self::Count),
            other => Err(format!("`{other}` is neither `ignore` nor `count`")),
        }
    }
}

/// What shows through transparent pixels while they are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Background {
    /// A pattern of colours that depends on the place, so that transparency equals no plain colour (pixelmatch's default
    /// since version 7).
    #[default]
    Checkerboard,
    /// White.
    White,
}

/// A rectangle of pixels. It may reach past the picture's edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rect {
    /// The leftmost column, from 0.
    pub x: u32,
    /// The topmost row, from 0.
    pub y: u32,
    /// How many columns.
    pub width: u32,
    /// How many rows.
    pub height: u32,
}

impl Rect {
    /// The columns that it covers in row `y` of a picture so wide.
    pub(super) fn columns(&self, y: u32, width: u32) -> std::ops::Range<usize> {
        let inside = y >= self.y && u64::from(y) < u64::from(self.y) + u64::from(self.height);
        if !inside {
            return 0..0;
        }
        let from = self.x.min(width);
        let to = self.x.saturating_add(self.width).min(width);
        from as usize..to as usize
    }
}

/// Reads `X,Y,WIDTH,HEIGHT`.
impl FromStr for Rect {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!("`{text}` is no rectangle; write it as X,Y,WIDTH,HEIGHT in pixels, such as `0,0,320,48`")
        };
        let parts: Vec<u32> =
            text.split(',').map(|part| part.trim().parse()).collect::<Result<_, _>>().map_err(|_| wrong())?;
        match parts[..] {
            [x, y, width, height] if width > 0 && height > 0 => Ok(Self { x, y, width, height }),
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_from_0_to_1() {
        for (text, value) in [
            ("0", Some(0.0)),
            ("0.1", Some(0.1)),
            ("1", Some(1.0)),
            ("1.0000001", None),
            ("-0.1", None),
            ("NaN", None),
            ("inf", None),
            ("", None),
            ("ten", None),
        ] {
            assert_eq!(text.parse().ok().map(Threshold::get), value, "{text}");
        }
    }

    #[test]
    fn rectangles_are_four_numbers() {
        let rect = |x, y, width, height| Some(Rect { x, y, width, height });
        for (text, expected) in [
            ("1,2,3,4", rect(1, 2, 3, 4)),
            (" 0, 0, 1, 1 ", rect(0, 0, 1, 1)),
            ("1,2,3", None),
            ("1,2,3,4,5", None),
            ("-1,2,3,4", None),
            ("1,2,0,4", None),
            ("1,2,3,4294967296", None),
            ("", None),
        ] {
            assert_eq!(text.parse().ok(), expected, "{text}");
        }
    }

    #[test]
    fn a_rectangle_past_the_edge_covers_what_is_there() {
        let rect = Rect { x: 3, y: u32::MAX, width: u32::MAX, height: 2 };
        assert_eq!(rect.columns(u32::MAX, 10), 3..10);
        assert_eq!(rect.columns(0, 10), 0..0);
        assert_eq!(Rect { x: 20, y: 0, width: 1, height: 1 }.columns(0, 10), 10..10);
    }
}
