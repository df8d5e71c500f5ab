//! The report of a run: what every gate yielded, and the exit code that follows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CaseStatus, Finding, Metric, Outcome, Skip, State, TestCase};

/// The exit codes of every command (design: contracts).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitCode {
    /// Passed.
    Passed,
    /// A gate failed: findings, a regression, a difference.
    Failed,
    /// Wrong usage or configuration.
    Usage,
    /// Something needed is missing.
    Missing,
    /// The measurement is invalid or inconclusive.
    Invalid,
    /// Interrupted by SIGINT.
    Interrupted,
    /// Interrupted by SIGTERM.
    Terminated,
}

impl ExitCode {
    /// The number that the process exits with.
    pub fn code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Missing => 3,
            Self::Invalid => 4,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// The code of this number; one that no contract knows counts as [`ExitCode::Invalid`].
    pub fn from_code(code: u8) -> Self {
        let all =
            [Self::Passed, Self::Failed, Self::Usage, Self::Missing, Self::Interrupted, Self::Terminated];
        all.into_iter().find(|known| known.code() == code).unwrap_or(Self::Invalid)
    }

    /// The one that wins where several apply: 130/143, then 2, 4, 3, 1, 0.
    pub fn worst(self, other: Self) -> Self {
        let weight = |code| match code {
            Self::Passed => 0,
            Self::Failed => 1,
            Self::Missing => 2,
            Self::Invalid => 3,
            Self::Usage => 4,
            Self::Interrupted => 5,
            Self::Terminated => 6,
        };
        if weight(other) > weight(self) { other } else { self }
    }
}

/// How a gate came to be in the run, which decides what it means that it can't run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Nobody asked for it; the repository suggests it.
    Detected,
    /// `xtask.toml` or `--only` names it.
    Named,
}

/// A file that a gate left behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Artifact {
    /// What it is: `diff picture`, `coverage map`.
    pub kind: String,
    /// Where it lies, relative to the report folder.
    pub path: String,
}

/// A part of a gate that could not run, where the rest of it did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Missing {
    /// What is missing: "ruff is not installed".
    pub why: String,
    /// The command that mends it.
    pub fix: String,
    /// Whether the configuration requires it: then the run fails with [`ExitCode::Missing`] everywhere.
    pub required: bool,
}

/// One of the programs that a gate started, where it tells them apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Step {
    /// Its name.
    pub name: String,
    /// How it ended.
    pub status: CaseStatus,
    /// How long it took, in milliseconds; absent where it wasn't started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wall_ms: Option<u64>,
    /// What else there is to know, in a few words: where it ran, why it didn't.
    pub note: String,
}

/// What one gate yielded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct GateReport {
    /// The gate.
    pub gate: String,
    /// How it ended.
    pub outcome: Outcome,
    /// How it came to be in the run.
    pub standing: Standing,
    /// One line for people: `2,112 files, 10 checks`.
    pub summary: String,
    /// What it started, where it tells that apart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// What it holds against the code, sorted by place.
    pub findings: Vec<Finding>,
    /// What it measured.
    pub metrics: Vec<Metric>,
    /// The tests it ran, where it ran tests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<TestCase>,
    /// The parts of it that could not run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Missing>,
    /// The files it left behind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artifacts: Vec<Artifact>,
    /// How long it took, in milliseconds.
    pub wall_ms: u64,
}

impl GateReport {
    /// A report with this outcome and nothing else.
    pub fn new(gate: impl Into<String>, outcome: Outcome) -> Self {
        Self {
            gate: gate.into(),
            outcome,
            standing: Standing::Detected,
            summary: String::new(),
            steps: Vec::new(),
            findings: Vec::new(),
            metrics: Vec::new(),
            cases: Vec::new(),
            missing: Vec::new(),
            artifacts: Vec::new(),
            wall_ms: 0,
        }
    }

    /// Judges by findings: failed where one is new, else passed.
    pub fn judged(gate: impl Into<String>, mut findings: Vec<Finding>) -> Self {
        findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        let failed = findings.iter().any(|finding| finding.state == State::New);
        let outcome = if failed { Outcome::Failed } else { Outcome::Passed };
        Self { findings, ..Self::new(gate, outcome) }
    }

    /// The missing parts that the outcome's own reason doesn't tell already.
    pub fn untold_missing(&self) -> impl Iterator<Item = &Missing> {
        let told = |part: &&Missing| self.outcome.why().is_some_and(|why| why.contains(&part.why));
        self.missing.iter().filter(move |part| !told(part))
    }

    /// The exit code of this gate alone. `strict`: what is missing fails, whoever asked for the gate;
    /// `ci`: it fails where the gate is named.
    pub fn exit_code(&self, strict: bool, ci: bool) -> ExitCode {
        let held = strict || (ci && self.standing == Standing::Named);
        let own = match &self.outcome {
            Outcome::Failed => ExitCode::Failed,
            Outcome::Invalid { .. } => ExitCode::Invalid,
            Outcome::Skipped { reason: Skip::Missing, .. } if held => ExitCode::Missing,
            Outcome::Passed | Outcome::Skipped { .. } => ExitCode::Passed,
        };
        let lacks = self.missing.iter().any(|part| held || part.required);
        if lacks { own.worst(ExitCode::Missing) } else { own }
    }
}

/// The version of the shape of [`Report`], for programs that read it.
pub const REPORT_VERSION: u32 = 1;

/// What a run yielded. This is `report.json`, and what `--format json` prints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Report {
    /// The version of this shape.
    pub version: u32,
    /// The command that ran: `ci`, `lint`.
    pub command: String,
    /// The version of the program.
    pub program: String,
    /// The exit code of the run.
    pub exit_code: u8,
    /// One entry a gate, in the order in which they are listed.
    pub gates: Vec<GateReport>,
    /// How long it took, in milliseconds.
    pub wall_ms: u64,
}

impl Report {
    /// The report of these gates. A run in which something was missing and no gate measured anything is
    /// [`ExitCode::Missing`], even where each skip alone would pass.
    pub fn new(
        command: impl Into<String>,
        gates: Vec<GateReport>,
        strict: bool,
        ci: bool,
        wall_ms: u64,
    ) -> Self {
        let mut code =
            gates.iter().map(|gate| gate.exit_code(strict, ci)).fold(ExitCode::Passed, ExitCode::worst);
        let missing =
            |gate: &GateReport| matches!(&gate.outcome, Outcome::Skipped { reason: Skip::Missing, .. });
        let measured = |gate: &GateReport| !matches!(&gate.outcome, Outcome::Skipped { .. });
        if gates.iter().any(missing) && !gates.iter().any(measured) {
            code = code.worst(ExitCode::Missing);
        }
        Self {
            version: REPORT_VERSION,
            command: command.into(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            exit_code: code.code(),
            gates,
            wall_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(outcome: Outcome, standing: Standing) -> GateReport {
        GateReport { standing, ..GateReport::new("g", outcome) }
    }

    #[test]
    fn the_worst_code_wins_in_the_order_of_the_contract() {
        let order = [
            ExitCode::Passed,
            ExitCode::Failed,
            ExitCode::Missing,
            ExitCode::Invalid,
            ExitCode::Usage,
            ExitCode::Interrupted,
        ];
        for pair in order.windows(2) {
            assert_eq!(pair[0].worst(pair[1]), pair[1]);
            assert_eq!(pair[1].worst(pair[0]), pair[1]);
        }
    }

    #[test]
    fn what_is_missing_fails_by_standing_and_strictness() {
        let passed = gate(Outcome::Passed, Standing::Detected);
        for (standing, strict, ci, code) in [
            (Standing::Detected, false, false, 0),
            (Standing::Detected, false, true, 0),
            (Standing::Detected, true, false, 3),
            (Standing::Named, false, false, 0),
            (Standing::Named, false, true, 3),
            (Standing::Named, true, false, 3),
        ] {
            let missing = gate(Outcome::missing("no ruff", "pip install ruff"), standing);
            let report = Report::new("ci", vec![passed.clone(), missing], strict, ci, 0);
            assert_eq!(report.exit_code, code, "{standing:?} strict={strict} ci={ci}");
        }
    }

    #[test]
    fn a_missing_part_counts_beside_what_was_found() {
        let part = |required| Missing { why: "no ruff".into(), fix: "pip install ruff".into(), required };
        for (outcome, required, strict, code) in [
            (Outcome::Passed, false, false, 0),
            (Outcome::Passed, true, false, 3),
            (Outcome::Failed, false, false, 1),
            (Outcome::Failed, false, true, 3),
            (Outcome::Failed, true, false, 3),
            (Outcome::invalid("crash"), true, true, 4),
        ] {
            let report = GateReport { missing: vec![part(required)], ..gate(outcome, Standing::Detected) };
            assert_eq!(Report::new("ci", vec![report], strict, false, 0).exit_code, code);
        }
    }

    #[test]
    fn a_run_that_measured_nothing_does_not_pass() {
        let missing = gate(Outcome::missing("no ruff", "pip install ruff"), Standing::Detected);
        assert_eq!(Report::new("ci", vec![missing], false, false, 0).exit_code, 3);
        let missing = gate(Outcome::missing("no ruff", "pip install ruff"), Standing::Detected);
        let idle = gate(Outcome::nothing_to_do("no change"), Standing::Detected);
        assert_eq!(Report::new("ci", vec![missing, idle.clone()], false, false, 0).exit_code, 3);
        assert_eq!(Report::new("ci", vec![idle], false, false, 0).exit_code, 0);
        let invalid = gate(Outcome::invalid("empty report"), Standing::Detected);
        let failed = gate(Outcome::Failed, Standing::Detected);
        assert_eq!(Report::new("ci", vec![invalid, failed], false, false, 0).exit_code, 4);
    }
}
