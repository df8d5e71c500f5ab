//! What every area offers to `ci`, `doctor` and its own command: a [`Gate`], planned first and then run.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use serde::Serialize;

use crate::config::{Config, Ports, Project, interpolate};
use crate::environment::Environment;
use crate::exec::{Cancel, Weight};
use crate::model::{Events, GateReport, RepoPath, Result, Standing};
use crate::repo::{IndexEntry, Repo};

/// One gate: it says what it would do, and does it.
pub trait Gate: Send + Sync {
    /// Its name, as in `--only`: `lint`.
    fn name(&self) -> &'static str;

    /// Whether it is in the run, why, and what it would do. Fast: it reads the index and the configuration, and starts
    /// nothing.
    fn plan(&self, cx: &Context) -> Result<Planned>;

    /// What it needs on this machine, for `doctor`: probes may start programs.
    fn needs(&self, cx: &Context) -> Vec<Need>;
}

/// The work of a planned gate.
pub type Job = Box<dyn FnOnce(&Context) -> Result<GateReport> + Send>;

/// A plan and the work that carries it out.
pub struct Planned {
    /// What would be done, as data.
    pub plan: GatePlan,
    /// The work; absent where the gate is out, or can't run.
    pub job: Option<Job>,
}

impl Planned {
    /// The gate is in: `job` does what `plan` says.
    pub fn run(plan: GatePlan, job: impl FnOnce(&Context) -> Result<GateReport> + Send + 'static) -> Self {
        Self { plan, job: Some(Box::new(job)) }
    }

    /// The gate is out, or can't run.
    pub fn idle(plan: GatePlan) -> Self {
        Self { plan, job: None }
    }
}

/// Whether a gate is in the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "decision", rename_all = "kebab-case")]
pub enum Decision {
    /// It runs.
    In {
        /// Why: `Cargo.toml is here`.
        why: String,
    },
    /// Nothing configures or suggests it; it isn't listed in the results.
    Out {
        /// Why.
        why: String,
    },
    /// It should run and can't.
    Missing {
        /// What is missing.
        why: String,
        /// The command that mends it.
        fix: String,
    },
}

/// What a gate would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct GatePlan {
    /// The gate.
    pub gate: &'static str,
    /// Whether it is in.
    #[serde(flatten)]
    pub decision: Decision,
    /// How it came to be in.
    pub standing: Standing,
    /// What it would do, a line each: commands as they would be started, checks with their number of files.
    pub steps: Vec<String>,
    /// Gates whose result it uses: it starts after them.
    pub after: Vec<&'static str>,
    /// Gates whose work this one does as well: its report's `cases` are theirs, and they don't run on their own.
    pub provides: Vec<&'static str>,
    /// How many of the machine's processors it keeps busy.
    pub weight: Weight,
}

impl GatePlan {
    /// A light gate that is in.
    pub fn new(gate: &'static str, standing: Standing, why: impl Into<String>) -> Self {
        Self {
            gate,
            decision: Decision::In { why: why.into() },
            standing,
            steps: Vec::new(),
            after: Vec::new(),
            provides: Vec::new(),
            weight: Weight::Light,
        }
    }

    /// A gate that is out.
    pub fn out(gate: &'static str, why: impl Into<String>) -> Self {
        Self { decision: Decision::Out { why: why.into() }, ..Self::new(gate, Standing::Detected, "") }
    }

    /// A gate that should run and can't.
    pub fn missing(
        gate: &'static str,
        standing: Standing,
        why: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self {
            decision: Decision::Missing { why: why.into(), fix: fix.into() },
            ..Self::new(gate, standing, "")
        }
    }
}

/// What a command looks at.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Scope {
    /// Everything that is tracked.
    #[default]
    All,
    /// What changed since this revision (its merge base with HEAD), the working tree included.
    Since(String),
}

/// Something that a gate needs on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Need {
    /// What: `rustfmt`, `git 2.30 or later`.
    pub name: String,
    /// The gate or area that needs it.
    pub by: String,
    /// Whether it is there.
    #[serde(flatten)]
    pub state: NeedState,
}

/// Whether a need is met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum NeedState {
    /// It is there.
    Met {
        /// Its version or place.
        found: String,
    },
    /// It isn't, and some gate is skipped for it.
    Unmet {
        /// What is wrong.
        why: String,
        /// The command that mends it.
        fix: String,
    },
}

/// What a command runs in: the repository, its configuration, and the ways to tell and to stop. Shared by all gates of a
/// run, on several threads.
#[derive(Clone)]
pub struct Context {
    /// The top of the working tree, or the folder itself where there is no git repository.
    pub root: PathBuf,
    /// The git repository, where there is one.
    pub repo: Option<Repo>,
    /// `xtask.toml`, or the defaults.
    pub config: Arc<Config>,
    /// What the command looks at.
    pub scope: Scope,
    /// The process's environment.
    pub environment: &'static Environment,
    /// Where work tells what it does.
    pub events: Events,
    /// Whether to stop.
    pub cancel: Cancel,
    /// How many things may run at once.
    pub jobs: NonZeroUsize,
    /// The gates that `--only` names.
    pub only: Vec<String>,
    /// Looked up once, at the first use.
    pub cached: Arc<Cached>,
}

/// What a context looks up at most once.
#[derive(Default)]
pub struct Cached {
    tracked: OnceLock<Result<Vec<IndexEntry>>>,
    project: OnceLock<Project>,
}

impl Context {
    /// A context of `root` that looks at everything, tells nobody, and uses all processors; its fields say what else there is.
    pub fn new(root: PathBuf, repo: Option<Repo>, config: Config) -> Self {
        Self {
            root,
            repo,
            config: Arc::new(config),
            scope: Scope::All,
            environment: Environment::of_process(),
            events: Events::none(),
            cancel: Cancel::new(),
            jobs: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            only: Vec::new(),
            cached: Arc::default(),
        }
    }

    /// The entries of the index; empty where there is no git repository.
    pub fn tracked(&self) -> Result<&[IndexEntry]> {
        let read = || self.repo.as_ref().map_or(Ok(Vec::new()), Repo::index);
        self.cached.tracked.get_or_init(read).as_deref().map_err(Clone::clone)
    }

    /// The languages, manifests and CI of this repository.
    pub fn project(&self) -> Result<&Project> {
        let paths = match &self.repo {
            Some(_) => self.tracked()?.iter().map(|entry| entry.path.clone()).collect(),
            None => crate::repo::walk(&self.root)?,
        };
        Ok(self.cached.project.get_or_init(|| Project::detect(&paths)))
    }

    /// The folder of reports: `target/xtask` where the repository has a Cargo target folder, else `.xtask`.
    pub fn report_dir(&self) -> PathBuf {
        report_dir(&self.root)
    }

    /// The standing of `gate`: named where `--only` names it or xtask.toml has its table.
    pub fn standing(&self, gate: &str) -> Standing {
        let named = self.only.iter().any(|name| name == gate) || self.config.has(gate);
        if named { Standing::Named } else { Standing::Detected }
    }

    /// A value of the configuration with each `${env.SERVICE.PORT}` in it replaced by the host port that the development environment
    /// gave. The environment tells no port yet, so that such a value is a problem of its own kind (something is missing).
    pub fn resolve(&self, value: &str) -> Result<String> {
        interpolate(value, &Ports::default())
    }

    /// The path below the root, on disk.
    pub fn on_disk(&self, path: &RepoPath) -> PathBuf {
        path.below(&self.root)
    }
}

/// The folder of reports below `root`: `target/xtask` where Cargo builds there, else `.xtask`.
pub fn report_dir(root: &Path) -> PathBuf {
    if root.join("Cargo.toml").is_file() || root.join("target").is_dir() {
        root.join("target/xtask")
    } else {
        root.join(".xtask")
    }
}
