//! A metric: one number that a gate measured, with its unit and its limit.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a metric's value counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Things: files, findings, pixels.
    Count,
    /// Hundredths of a whole, 0 to 100.
    Percent,
    /// Thousandths of a second.
    Milliseconds,
    /// Bytes.
    Bytes,
}

/// The direction in which a metric improves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Neither: it describes the run.
    Neither,
}

/// One number that a gate measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Metric {
    /// Its name within the gate: `lines-covered`.
    pub name: String,
    /// The value; never NaN (a gate that has no number is `invalid`).
    pub value: f64,
    /// What the value counts.
    pub unit: Unit,
    /// The direction in which it improves.
    pub better: Better,
    /// The bound it is held to, in the same unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<f64>,
}

impl Metric {
    /// A number that describes the run.
    pub fn count(name: impl Into<String>, value: usize) -> Self {
        Self {
            name: name.into(),
            value: value as f64,
            unit: Unit::Count,
            better: Better::Neither,
            limit: None,
        }
    }

    /// The value with its unit, for people: `87.3 %`, `1,024`.
    pub fn show(&self) -> String {
        let plain = match self.unit {
            Unit::Count => group_thousands(self.value.round() as i64),
            Unit::Percent => format!("{:.1} %", floor_to_tenth(self.value)),
            Unit::Milliseconds => format!("{:.0} ms", self.value),
            Unit::Bytes => format!("{} B", group_thousands(self.value.round() as i64)),
        };
        match self.limit {
            Some(limit) if self.unit == Unit::Percent => format!("{plain} (limit {limit:.1} %)"),
            Some(limit) => format!("{plain} (limit {})", group_thousands(limit.round() as i64)),
            None => plain,
        }
    }
}

/// Down, never up: 84.96 % must not read as the 85.0 % that it falls short of.
fn floor_to_tenth(value: f64) -> f64 {
    (value * 10.0 + 1e-9).floor() / 10.0
}

/// `1234567` as `1,234,567`.
pub(crate) fn group_thousands(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if value < 0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_with_units() {
        let metric = Metric { unit: Unit::Percent, limit: Some(85.0), ..Metric::count("covered", 0) };
        assert_eq!(Metric { value: 84.96, ..metric.clone() }.show(), "84.9 % (limit 85.0 %)");
        assert_eq!(Metric { value: 100.0, limit: None, ..metric }.show(), "100.0 %");
        assert_eq!(Metric::count("files", 1_234_567).show(), "1,234,567");
        assert_eq!(group_thousands(-1000), "-1,000");
        assert_eq!(group_thousands(999), "999");
    }
}
