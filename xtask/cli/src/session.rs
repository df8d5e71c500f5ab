//! What a command runs in, made from the global options: repository, configuration, reporter, signals.

use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use xtask_core::config::Config;
use xtask_core::environment::Environment;
use xtask_core::exec::watch_signals;
use xtask_core::gate::{Context, Scope};
use xtask_core::model::{Events, Problem, Result};
use xtask_core::repo::Repo;
use xtask_core::report::Style;

use crate::areas;
use crate::arguments::{ColorWhen, Global};

/// The global options, resolved.
pub(crate) struct Session {
    pub(crate) global: Global,
    pub(crate) environment: &'static Environment,
    pub(crate) folder: PathBuf,
}

impl Session {
    /// Goes to the folder of `-C`.
    pub(crate) fn new(global: Global) -> Result<Self> {
        if let Some(folder) = &global.directory {
            std::env::set_current_dir(folder)
                .map_err(|cause| Problem::usage(format!("can't go to -C {}", folder.display())).why(cause))?;
        }
        let folder = std::env::current_dir()
            .map_err(|cause| Problem::usage("the current folder can't be told").why(cause))?;
        Ok(Self { global, environment: Environment::of_process(), folder })
    }

    /// How to render for people on standard output.
    pub(crate) fn style(&self) -> Style {
        self.style_for(std::io::stdout().is_terminal())
    }

    /// How to render for people on standard error.
    pub(crate) fn error_style(&self) -> Style {
        self.style_for(std::io::stderr().is_terminal())
    }

    fn style_for(&self, terminal: bool) -> Style {
        let colour = match self.global.color {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => {
                terminal
                    && self.environment.get("NO_COLOR").is_none()
                    && self.environment.text("TERM") != Some("dumb")
            }
        };
        let width = self.environment.text("COLUMNS").and_then(|columns| columns.parse().ok());
        let width = width.filter(|width| *width > 0);
        let measured = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        let width = width.or_else(measured).unwrap_or(100);
        Style { colour, width, verbose: self.global.verbose, brief: false }
    }

    /// Whether what is missing fails the gates that are named.
    pub(crate) fn is_ci(&self) -> bool {
        self.environment.is_ci()
    }

    /// The context of a command that looks at a working tree.
    pub(crate) fn context(&self, scope: Scope, only: Vec<String>, events: Events) -> Result<Context> {
        let (root, repo) = self.working_tree()?;
        if let Scope::Since(revision) = &scope {
            match &repo {
                Some(repo) => drop(repo.resolve(revision)?),
                None => {
                    return Err(Problem::usage("--since needs a git repository")
                        .why(format!("{} lies in none", self.folder.display())));
                }
            }
        }
        let config = self.config(&root)?;
        Ok(Context { scope, events, jobs: self.jobs(), only, ..Context::new(root, repo, config) })
    }

    /// The context of a command that goes on where the configuration can't be read: with the defaults then, and what is wrong.
    pub(crate) fn context_anyway(
        &self,
        only: Vec<String>,
        events: Events,
    ) -> Result<(Context, Option<Problem>)> {
        let (root, repo) = self.working_tree()?;
        let (config, wrong) = or_default(self.config(&root));
        Ok((Context { events, jobs: self.jobs(), only, ..Context::new(root, repo, config) }, wrong))
    }

    fn working_tree(&self) -> Result<(PathBuf, Option<Repo>)> {
        let repo = Repo::discover(&self.folder)?;
        let root = match &repo {
            Some(repo) => repo
                .work_dir()
                .ok_or_else(|| {
                    Problem::usage("this is a bare repository: it has no files to look at")
                        .fix("run it in a clone or a linked worktree of it")
                })?
                .to_owned(),
            None => self.folder.clone(),
        };
        Ok((root, repo))
    }

    /// The context of a command that a server runs, too: in a bare repository the git folder stands for the top, and the configuration
    /// is that of HEAD (what is pushed must not choose its own checks).
    #[cfg(feature = "hooks")]
    pub(crate) fn server_context(&self, only: Vec<String>, events: Events) -> Result<Context> {
        match self.server_context_anyway(only, events)? {
            (cx, None) => Ok(cx),
            (_, Some(wrong)) => Err(wrong),
        }
    }

    /// The same of a command that goes on where the configuration can't be read: with the defaults then, and what is wrong.
    #[cfg(feature = "hooks")]
    pub(crate) fn server_context_anyway(
        &self,
        only: Vec<String>,
        events: Events,
    ) -> Result<(Context, Option<Problem>)> {
        let repo = Repo::discover(&self.folder)?.ok_or_else(|| {
            Problem::usage("this is no git repository").fix("run it in one; `git init` makes one")
        })?;
        if repo.work_dir().is_some() {
            return self.context_anyway(only, events);
        }
        let root = repo.git_dir().to_owned();
        let sections = areas::sections();
        let (config, wrong) = or_default(if let Some(path) = &self.global.config {
            Config::load(&root, Some(path), &sections)
        } else {
            let text = repo.file_at("HEAD", &"xtask.toml".into())?.unwrap_or_default();
            Config::parse_checked("HEAD:xtask.toml", String::from_utf8_lossy(&text), &sections)
        });
        Ok((Context { events, jobs: self.jobs(), only, ..Context::new(root, Some(repo), config) }, wrong))
    }

    /// The configuration of the repository at `root`.
    pub(crate) fn config(&self, root: &Path) -> Result<Config> {
        Config::load(root, self.global.config.as_deref(), &areas::sections())
    }

    fn jobs(&self) -> NonZeroUsize {
        self.global.jobs.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN)
    }
}

fn or_default(config: Result<Config>) -> (Config, Option<Problem>) {
    match config {
        Ok(config) => (config, None),
        Err(wrong) => (Config::default(), Some(wrong)),
    }
}

/// `cx`, stopped by the signals that end a run.
pub(crate) fn with_signals(cx: Context) -> Context {
    Context { cancel: watch_signals(), ..cx }
}
