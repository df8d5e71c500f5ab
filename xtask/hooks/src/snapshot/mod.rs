//! The snapshot: a scratch checkout in which hook commands run when the working tree isn't what is being committed (or
//! pushed). It lies in the user's cache folder, one for each working tree, and stays between runs: files that are right
//! already keep their times, and ignored build output stays, so that build caches are warm. Nothing of the user's is
//! changed: not the working tree, not the index.

mod changes;
mod fill;
mod git;
mod git_dir;
mod links;
mod lock;
mod place;
mod refs;
mod remove;
mod state;

use std::collections::BTreeMap;
use std::path::Path;

use xtask_core::exec::Process;
use xtask_core::gate::Context;
use xtask_core::model::{Problem, ProblemKind, RepoPath, Result};
use xtask_core::repo::{EntryMode, ObjectId, Repo};

use changes::Delta;
pub use changes::{Change, Changes};
use fill::Fill;
pub use git::in_place;
use git::{At, Git};
use git_dir::Head;
use links::Trees;
pub(crate) use links::goes_through_link;
pub(crate) use links::normal as checked_link;
use lock::{Lock, Running};
use place::Place;
use refs::Refs;
use state::State;

/// Whether the context's working tree is a snapshot itself: a hook command uses git there, and its hooks would never end.
pub fn is_snapshot(cx: &Context) -> bool {
    place::is_inside(cx)
}

/// What the snapshot shall hold.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// What this index file has staged.
    Index(&'a Path),
    /// What this index file has staged, but for these paths: they are as in the working tree, or gone as there. Those that the index
    /// doesn't have count, too.
    Worktree {
        /// The index file.
        index: &'a Path,
        /// What isn't as it is staged.
        paths: &'a [RepoPath],
    },
    /// A commit.
    Commit(ObjectId),
}

/// The content of a file, as git keeps it: for a symbolic link its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Content {
    /// What it is.
    pub mode: EntryMode,
    /// Its blob.
    pub id: ObjectId,
}

impl Content {
    fn git_mode(self) -> u32 {
        match self.mode {
            EntryMode::File => 0o100_644,
            EntryMode::Executable => 0o100_755,
            EntryMode::Symlink => 0o120_000,
            EntryMode::Submodule => 0o160_000,
        }
    }
}

/// The snapshot of one working tree, locked while this value lives.
pub struct Snapshot {
    cx: Context,
    place: Place,
    /// The tree that it was filled with.
    tree: String,
    state: State,
    /// What `changes` and `update` have made of it since.
    told: BTreeMap<RepoPath, Delta>,
    notices: Vec<String>,
    /// Its own refs at the start; none where it shares the repository's.
    refs: Option<Refs>,
    _running: Running,
    _lock: Lock,
}

impl Snapshot {
    /// Brings the snapshot of this context's working tree up to date with `source`, and `changed` on top of it, and links
    /// what is ignored and needed: dependency folders, and `links` (the paths of `[hooks] link`). Waits while another run
    /// uses it. One that is damaged is built anew.
    pub fn prepare(
        cx: &Context,
        source: Source,
        changed: &BTreeMap<RepoPath, Content>,
        links: &[String],
    ) -> Result<Self> {
        let repo = cx.repo.as_ref().ok_or_else(|| {
            Problem::usage(format!("{} is in no git repository", cx.root.display())).fix("git init")
        })?;
        let wanted = links::wanted(cx, links)?;
        let place = Place::of(cx)?;
        let (running, lock) = place.open(cx)?;
        place.prune();
        let (tree, settings) = std::thread::scope(|scope| {
            let settings = scope.spawn(|| fill::settings(cx, repo));
            let tree = fill::wanted_tree(cx, repo, &place, source, changed);
            let settings = settings.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            Ok::<_, Problem>((tree?.to_string(), settings?))
        })?;
        let head = head(repo, source);
        let mut snapshot = Self {
            cx: cx.clone(),
            state: State::load(&place.folder.join("state.json")),
            place,
            tree,
            told: BTreeMap::new(),
            notices: Vec::new(),
            refs: None,
            _running: running,
            _lock: lock,
        };
        snapshot.fill(repo, &head, &settings, &wanted)?;
        Ok(snapshot)
    }

    /// The folder where commands run: the top of the checkout.
    pub fn root(&self) -> &Path {
        &self.place.tree
    }

    /// A process for a command that runs there, in its own repository: none of git's variables of the hook reach it.
    pub fn environment(&self, process: Process) -> Process {
        git::in_folder(self.root(), process)
    }

    /// The branches and other refs that commands moved in the snapshot since it was prepared. They are the snapshot's own.
    pub fn moved_refs(&self) -> Vec<String> {
        self.refs.as_ref().map_or_else(Vec::new, |refs| refs.moved(&Refs::of(&self.place.git)))
    }

    /// What the user should know: links that lead back to the working tree.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// Fills it; where something is odd, once more without the index, and then from nothing.
    fn fill(&mut self, repo: &Repo, head: &Head, settings: &str, wanted: &[links::Link]) -> Result<()> {
        let first = self.fill_once(repo, head, settings, wanted);
        let Err(problem) = first else { return Ok(()) };
        self.may_go_on(problem)?;
        remove::remove_all(&self.place.git).map_err(|cause| {
            Problem::invalid(format!("can't rebuild {}", self.place.git.display())).why(cause)
        })?;
        let place = self.place.clone();
        place.make_folders()?;
        self.state = State { links: std::mem::take(&mut self.state.links), ..State::default() };
        let second = self.fill_once(repo, head, settings, wanted);
        let Err(problem) = second else { return Ok(()) };
        self.may_go_on(problem)?;
        place.wipe()?;
        self.state = State::default();
        self.fill_once(repo, head, settings, wanted)
    }

    /// The problem, where another attempt is of no use.
    fn may_go_on(&self, problem: Problem) -> Result<()> {
        // Where git blames a filter (git-lfs isn't installed, say), building anew would only throw the builds away.
        let is_filter = problem.what.starts_with("git read-tree") && problem.why.contains("filter");
        let useless = problem.kind != ProblemKind::Invalid || is_filter || self.cx.cancel.is_stopped();
        if useless { Err(problem) } else { Ok(()) }
    }

    fn fill_once(&mut self, repo: &Repo, head: &Head, settings: &str, wanted: &[links::Link]) -> Result<()> {
        let cx = self.cx.clone();
        self.refs = git_dir::bring_up(&cx, repo, &self.place, head)?;
        links::remove_stale(&self.place.tree, &self.state.links, wanted);
        // Both the old and the new ones, should the run end here.
        let paths: Vec<RepoPath> = wanted.iter().map(|link| link.path.clone()).collect();
        if self.state.links != paths {
            self.state.links.extend(paths.iter().cloned());
            self.state.save(&self.place.folder.join("state.json"))?;
        }
        self.state.links.clone_from(&paths);
        let place = self.place.clone();
        let git = Git::new(&cx, at(&place));
        let fill = Fill { cx: &cx, place: &place, git: &git, tree: &self.tree, settings };
        fill.run(&mut self.state)?;
        self.state.save(&self.place.folder.join("state.json"))?;
        if let Some(working) = repo.work_dir() {
            let working = working.canonicalize().unwrap_or_else(|_| working.to_owned());
            let trees = Trees { working: &working, snapshot: &self.place.tree };
            let is_tracked = |path: &RepoPath| {
                let listed = git.output(&["ls-files", "-z", "--", &path.to_path().to_string_lossy()]);
                listed.map_or(true, |listed| !listed.is_empty())
            };
            self.notices = links::make(trees, wanted, is_tracked);
        }
        Ok(())
    }

    fn at(&self) -> At<'_> {
        at(&self.place)
    }

    fn git(&self) -> Git<'_> {
        Git::new(&self.cx, self.at())
    }
}

fn at(place: &Place) -> At<'_> {
    At { git_dir: &place.git, work_tree: Some(&place.tree), index: None }
}

/// What HEAD says there: as in the working tree, but for a commit that isn't the one checked out.
fn head(repo: &Repo, source: Source) -> Head {
    match source {
        Source::Commit(commit) if repo.resolve("HEAD").ok() != Some(commit) => Head::Detached(commit),
        _ => Head::AsInWorktree,
    }
}
