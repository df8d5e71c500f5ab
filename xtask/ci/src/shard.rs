//! `--shard K/N`: the gates dealt out to N machines.

use std::fmt;
use std::str::FromStr;

use xtask_core::exec::Weight;
use xtask_core::gate::GatePlan;

/// One of several parts of a run, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which, from 1.
    pub number: usize,
    /// Of how many.
    pub of: usize,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts =
            text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match parts {
            Some((number, of)) if number >= 1 && number <= of => Ok(Self { number, of }),
            _ => Err(format!("`{text}` is no shard; write K/N with 1 ≤ K ≤ N, such as 2/3")),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.number, self.of)
    }
}

/// Which gates fall to `shard`. Gates that use or give each other's results stay together; the heavy groups are dealt
/// out first, each to the shard with the least so far. The same gates give the same answer on every machine.
pub(crate) fn members(plans: &[&GatePlan], shard: Shard) -> Vec<&'static str> {
    let mut groups: Vec<Vec<&GatePlan>> = Vec::new();
    for plan in plans {
        let linked = |other: &GatePlan| {
            let uses = |one: &GatePlan, two: &GatePlan| {
                one.after.contains(&two.gate) || one.provides.contains(&two.gate)
            };
            uses(plan, other) || uses(other, plan)
        };
        let (with, without): (Vec<_>, Vec<_>) =
            groups.into_iter().partition(|group: &Vec<&GatePlan>| group.iter().any(|other| linked(other)));
        groups = without;
        let mut group: Vec<&GatePlan> = with.into_iter().flatten().collect();
        group.push(plan);
        groups.push(group);
    }
    let cost = |group: &[&GatePlan]| -> usize {
        group.iter().map(|plan| if plan.weight == Weight::Heavy { 10 } else { 1 }).sum()
    };
    for group in &mut groups {
        group.sort_by_key(|plan| plan.gate);
    }
    groups.sort_by(|a, b| cost(b).cmp(&cost(a)).then_with(|| a[0].gate.cmp(b[0].gate)));
    let mut loads = vec![0; shard.of];
    let mut mine = Vec::new();
    for group in groups {
        let least = (0..shard.of).min_by_key(|&at| loads[at]).unwrap_or(0);
        loads[least] += cost(&group);
        if least + 1 == shard.number {
            mine.extend(group.iter().map(|plan| plan.gate));
        }
    }
    mine
}

#[cfg(test)]
mod tests {
    use xtask_core::model::Standing;

    use super::*;

    #[test]
    fn shards_are_read_and_refused() {
        assert_eq!("2/3".parse(), Ok(Shard { number: 2, of: 3 }));
        for text in ["0/3", "4/3", "3", "a/b", "1/0", ""] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_gate_falls_to_one_shard_and_linked_gates_stay_together() {
        let gate = |name, weight| GatePlan { weight, ..GatePlan::new(name, Standing::Detected, "") };
        let coverage = GatePlan { provides: vec!["test"], ..gate("coverage", Weight::Heavy) };
        let plans = [
            gate("hooks", Weight::Light),
            gate("test", Weight::Heavy),
            gate("lint", Weight::Heavy),
            coverage,
            gate("visual", Weight::Light),
        ];
        let plans: Vec<&GatePlan> = plans.iter().collect();
        for of in 1..=6 {
            let shards: Vec<_> = (1..=of).map(|number| members(&plans, Shard { number, of })).collect();
            let mut all: Vec<_> = shards.iter().flatten().copied().collect();
            all.sort_unstable();
            assert_eq!(all, ["coverage", "hooks", "lint", "test", "visual"]);
            assert!(shards.iter().any(|shard| shard.contains(&"test") && shard.contains(&"coverage")));
        }
    }
}
