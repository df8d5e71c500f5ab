//! `ci --plan`: the plan for people and for programs.

use std::fmt::Write;

use xtask_core::config::Project;
use xtask_core::exec::Weight;
use xtask_core::gate::Decision;

use crate::CiPlan;
use crate::plan::Entry;

/// The plan in words: what was found, and for each gate why it is in or out, and what it would do.
pub fn show(plan: &CiPlan, project: &Project) -> String {
    let mut out = String::new();
    let languages: Vec<String> = project
        .languages
        .iter()
        .map(|(language, files)| {
            format!("{language:?} ({files} {})", if *files == 1 { "file" } else { "files" })
        })
        .collect();
    let found =
        if languages.is_empty() { "no language that a gate knows".to_owned() } else { languages.join(", ") };
    let _ = writeln!(out, "Found: {found}");
    if !project.ci.is_empty() {
        let services: Vec<&str> = project.ci.iter().map(|service| service.name()).collect();
        let _ = writeln!(out, "CI:    {}", services.join(", "));
    }
    // With --only, what is left out is what nobody asked for.
    let asked = |entry: &&Entry| plan.options.only.is_empty() || entry.left_out.is_none();
    for entry in plan.entries.iter().filter(asked) {
        let plan = &entry.planned.plan;
        let (mark, why) = reason(entry);
        let _ = writeln!(out, "\n{mark} {:<9} {why}", plan.gate);
        if let Decision::Missing { fix, .. } = &plan.decision
            && entry.left_out.is_none()
        {
            let _ = writeln!(out, "            → {fix}");
        }
        if mark == "+" {
            // A step may have a command below it.
            for line in plan.steps.iter().flat_map(|step| step.lines()) {
                let _ = writeln!(out, "            {line}");
            }
            if !plan.after.is_empty() {
                let _ = writeln!(out, "            after {}", plan.after.join(", "));
            }
        }
    }
    out.push_str("\n+ runs   ! can't run   - left out\n");
    out
}

fn reason(entry: &Entry) -> (&'static str, String) {
    if let Some(by) = &entry.left_out {
        return ("-", format!("left out by {by}"));
    }
    if let Some(outcome) = &entry.broken {
        return ("!", outcome.why().unwrap_or("it could not be planned").to_owned());
    }
    match &entry.planned.plan.decision {
        Decision::In { why } => ("+", why.clone()),
        Decision::Out { why } => ("-", why.clone()),
        Decision::Missing { why, .. } => ("!", why.clone()),
    }
}

/// The plan as JSON: `{"project":{…},"gates":[{"gate","decision":"in|out|missing|left-out|invalid","why",…}]}`.
pub fn json(plan: &CiPlan, project: &Project) -> serde_json::Value {
    let gates: Vec<serde_json::Value> = plan
        .entries
        .iter()
        .map(|entry| {
            let plan = &entry.planned.plan;
            let (_, why) = reason(entry);
            let decision = match (&entry.left_out, &entry.broken, &plan.decision) {
                (Some(_), _, _) => "left-out",
                (_, Some(_), _) => "invalid",
                (_, _, Decision::In { .. }) => "in",
                (_, _, Decision::Out { .. }) => "out",
                (_, _, Decision::Missing { .. }) => "missing",
            };
            let fix = match &plan.decision {
                Decision::Missing { fix, .. } => Some(fix),
                Decision::In { .. } | Decision::Out { .. } => None,
            };
            serde_json::json!({
                "gate": plan.gate,
                "decision": decision,
                "why": why,
                "fix": fix,
                "standing": plan.standing,
                "steps": plan.steps,
                "after": plan.after,
                "heavy": plan.weight == Weight::Heavy,
            })
        })
        .collect();
    serde_json::json!({ "project": project, "gates": gates })
}
