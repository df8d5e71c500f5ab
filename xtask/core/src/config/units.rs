//! Values with units: durations (`60s`, `1h30m`) and sizes (`500kB`, `2MiB`).

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A length of time, written with its units: `250ms`, `60s`, `5m`, `1h30m`. A bare number is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Duration);

/// A number of bytes, written with its unit: `500B`, `500kB` (1000), `2MiB` (1024²). A bare number is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(pub u64);

const TIMES: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];
const SIZES: [(&str, u64); 7] = [
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("kB", 1000),
    ("B", 1),
];

/// Splits `12ms` into 12 and `ms`, and gives what follows.
fn number_and_unit(text: &str) -> Option<(u64, &str, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, rest) = text.split_at(digits);
    let unit = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
    Some((number.parse().ok()?, &rest[..unit], &rest[unit..]))
}

fn sum_of(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let mut rest = text.trim();
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (number, unit, after) = number_and_unit(rest)?;
        let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
        total = total.checked_add(number.checked_mul(*factor)?)?;
        rest = after.trim_start();
    }
    (!text.trim().is_empty()).then_some(total)
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        sum_of(text, &TIMES).map(|milliseconds| Self(Duration::from_millis(milliseconds))).ok_or_else(|| {
            format!(
                "`{text}` is no length of time; write it with its unit, such as `60s`, `250ms` or `1h30m`"
            )
        })
    }
}

impl fmt::Display for Span {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        if left == 0 {
            return out.write_str("0s");
        }
        for (unit, factor) in TIMES {
            if left >= factor {
                write!(out, "{}{unit}", left / factor)?;
                left %= factor;
            }
        }
        Ok(())
    }
}

impl FromStr for ByteSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let one = |text: &str| {
            let (number, unit, rest) = number_and_unit(text.trim())?;
            let (_, factor) = SIZES.iter().find(|(name, _)| *name == unit)?;
            rest.is_empty().then_some(number.checked_mul(*factor)?)
        };
        one(text).map(Self).ok_or_else(|| {
            format!("`{text}` is no size; write it with its unit, such as `500kB`, `2MiB` or `800B`")
        })
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fits = |(_, factor): &&(&str, u64)| self.0 >= *factor && self.0.is_multiple_of(*factor);
        match SIZES.iter().find(fits) {
            Some((unit, factor)) => write!(out, "{}{unit}", self.0 / factor),
            None => write!(out, "{}B", self.0),
        }
    }
}

macro_rules! as_text {
    ($type:ty, $name:literal, $description:literal, $pattern:literal) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <Cow<'de, str>>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl schemars::JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "description": $description, "pattern": $pattern })
            }
        }
    };
}

as_text!(
    Span,
    "Duration",
    "A length of time with its unit: `60s`, `250ms`, `1h30m`.",
    r"^(\s*\d+(ms|s|m|h))+\s*$"
);
as_text!(
    ByteSize,
    "Size",
    "A number of bytes with its unit: `500kB` (1000), `2MiB` (1024²).",
    r"^\s*\d+(B|kB|KiB|MB|MiB|GB|GiB)\s*$"
);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spans() {
        for (text, milliseconds) in
            [("60s", 60_000), ("250ms", 250), ("1h30m", 5_400_000), ("0s", 0), (" 2m ", 120_000)]
        {
            assert_eq!(text.parse::<Span>(), Ok(Span(Duration::from_millis(milliseconds))), "{text}");
        }
        for text in ["", "60", "s", "60 s", "-1s", "1.5s", "60sec", "99999999999999999999s"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }

    #[test]
    fn sizes() {
        for (text, bytes) in [("500kB", 500_000), ("2MiB", 2 << 20), ("0B", 0), ("1GiB", 1 << 30)] {
            assert_eq!(text.parse::<ByteSize>(), Ok(ByteSize(bytes)), "{text}");
        }
        for text in ["", "500", "kB", "1kB1B", "500 kB", "5KB"] {
            assert!(text.parse::<ByteSize>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(milliseconds in 0_u64..1 << 50, bytes in any::<u64>()) {
            let span = Span(Duration::from_millis(milliseconds));
            prop_assert_eq!(span.to_string().parse::<Span>(), Ok(span));
            let size = ByteSize(bytes);
            prop_assert_eq!(size.to_string().parse::<ByteSize>(), Ok(size));
        }
    }
}
