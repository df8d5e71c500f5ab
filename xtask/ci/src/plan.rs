//! The plan of a run: each gate's own plan, with those the user left out taken away.

use xtask_core::caught::caught;
use xtask_core::gate::{Context, Decision, Gate, GatePlan, Planned};
use xtask_core::model::{Outcome, ProblemKind, Result};

use crate::{Options, shard};

/// What a run would do.
pub struct CiPlan {
    pub(crate) entries: Vec<Entry>,
    pub(crate) options: Options,
    /// Whether `--shard` gave gates to another machine.
    pub(crate) in_other_part: bool,
}

pub(crate) struct Entry {
    pub(crate) planned: Planned,
    /// The user left it out, by this option.
    pub(crate) left_out: Option<String>,
    /// It could not even be planned.
    pub(crate) broken: Option<Outcome>,
    /// The gate that does its work as well.
    pub(crate) provider: Option<&'static str>,
}

impl Entry {
    pub(crate) fn name(&self) -> &'static str {
        self.planned.plan.gate
    }

    /// Whether it belongs to the run and to its results.
    pub(crate) fn is_listed(&self) -> bool {
        self.left_out.is_none() && !matches!(self.planned.plan.decision, Decision::Out { .. })
    }
}

impl CiPlan {
    /// Whether no gate is in the run. A part of a run (`--shard`) that holds no gate counts as a run where another part
    /// holds one.
    pub fn is_empty(&self) -> bool {
        !self.in_other_part && !self.entries.iter().any(Entry::is_listed)
    }
}

/// Plans all `gates`. A wrong configuration or a name that no gate has is a problem; a gate that can't be planned for
/// another reason is in the plan as what it will be: invalid, or missing something.
pub fn plan(cx: &Context, gates: &[Box<dyn Gate>], options: Options) -> Result<CiPlan> {
    let names: Vec<&'static str> = gates.iter().map(|gate| gate.name()).collect();
    options.check(&names)?;
    let mut entries = Vec::with_capacity(gates.len());
    for gate in gates {
        let left_out = (!options.wants(gate.name()))
            .then(|| if options.only.is_empty() { "--skip" } else { "--only" }.to_owned());
        if left_out.is_some() {
            let planned = Planned::idle(GatePlan::new(gate.name(), cx.standing(gate.name()), ""));
            entries.push(Entry { planned, left_out, broken: None, provider: None });
            continue;
        }
        let (mut planned, broken) = plan_one(cx, gate.as_ref())?;
        if let (true, Decision::Out { why }) = (options.names(gate.name()), &planned.plan.decision) {
            // Named, and yet there is nothing for it here: that must not pass in silence.
            let fix = format!("configure [{}] in xtask.toml, or leave it out of --only", gate.name());
            planned =
                Planned::idle(GatePlan::missing(gate.name(), cx.standing(gate.name()), why.clone(), fix));
        }
        entries.push(Entry { planned, left_out, broken, provider: None });
    }
    let mut in_other_part = false;
    if let Some(part) = options.shard {
        let listed: Vec<&GatePlan> =
            entries.iter().filter(|entry| entry.is_listed()).map(|entry| &entry.planned.plan).collect();
        let mine = shard::members(&listed, part);
        for entry in entries.iter_mut().filter(|entry| entry.is_listed()) {
            if !mine.contains(&entry.planned.plan.gate) {
                entry.left_out = Some(format!("--shard {part}"));
                in_other_part = true;
            }
        }
    }
    link_providers(&mut entries);
    Ok(CiPlan { entries, options, in_other_part })
}

fn plan_one(cx: &Context, gate: &dyn Gate) -> Result<(Planned, Option<Outcome>)> {
    let name = gate.name();
    let broken = |outcome| {
        (Planned::idle(GatePlan::new(name, cx.standing(name), "it could not be planned")), Some(outcome))
    };
    match caught(|| gate.plan(cx)) {
        Ok(Ok(planned)) => Ok((planned, None)),
        Ok(Err(problem)) => match problem.kind {
            ProblemKind::Invalid | ProblemKind::Missing => Ok(broken(Outcome::of(&problem))),
            ProblemKind::Usage | ProblemKind::Interrupted | ProblemKind::Terminated => Err(problem),
        },
        Err(panic) => Ok(broken(Outcome::Invalid {
            why: format!("the gate panicked while planning: {panic}"),
            fix: Some("this is a defect of xtask: please report it".to_owned()),
        })),
    }
}

/// Lets each gate whose work another one does wait for that one.
fn link_providers(entries: &mut [Entry]) {
    let provided: Vec<(&'static str, &'static str)> = entries
        .iter()
        .filter(|entry| entry.is_listed() && entry.planned.job.is_some())
        .flat_map(|entry| entry.planned.plan.provides.iter().map(|gate| (*gate, entry.name())))
        .collect();
    for (gate, by) in provided {
        if let Some(entry) = entries.iter_mut().find(|entry| entry.name() == gate && entry.is_listed()) {
            entry.provider = Some(by);
            entry.planned.plan.after.push(by);
            entry.planned.plan.steps = vec![format!("takes its result from {by}, which runs the tests")];
        }
    }
}
