//! Times the snapshot of what is staged in a repository, so many times in turn. The cache folder is the one of `XDG_CACHE_HOME`:
//! `cargo run --release -p xtask-hooks --example snapshot -- REPOSITORY ROUNDS`.

#![expect(clippy::print_stdout, reason = "a measurement prints")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use xtask_core::config::Config;
use xtask_core::gate::Context;
use xtask_core::model::{Problem, Result};
use xtask_core::repo::Repo;
use xtask_hooks::snapshot::{Snapshot, Source};

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let root = PathBuf::from(arguments.next().unwrap_or_else(|| ".".to_owned()));
    let rounds: usize = arguments.next().and_then(|rounds| rounds.parse().ok()).unwrap_or(1);
    let repo = Repo::discover(&root)?.ok_or_else(|| Problem::usage("no repository there"))?;
    let index = repo.index_file().to_owned();
    for _ in 0..rounds {
        let cx = Context::new(root.clone(), Some(repo.clone()), Config::default());
        cx.tracked()?;
        let start = Instant::now();
        let mut snapshot = Snapshot::prepare(&cx, Source::Index(&index), &BTreeMap::new(), &[])?;
        let prepared = start.elapsed();
        let start = Instant::now();
        let changes = snapshot.changes()?.len();
        let told = start.elapsed();
        println!(
            "prepare {:.1} ms, changes {:.1} ms ({changes})",
            prepared.as_secs_f64() * 1e3,
            told.as_secs_f64() * 1e3
        );
    }
    Ok(())
}
