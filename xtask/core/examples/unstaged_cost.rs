//! What `Repo::unstaged` costs in the repository of a folder, beside `git diff`:
//! `cargo run --release -p xtask-core --example unstaged_cost FOLDER`.
#![expect(clippy::print_stdout, reason = "a measurement, printed")]

use std::path::PathBuf;
use std::time::Instant;

use xtask_core::exec::{Cancel, Process};
use xtask_core::repo::Repo;

fn main() {
    let folder = PathBuf::from(std::env::args_os().nth(1).unwrap_or_else(|| ".".into()));
    let repo = Repo::discover(&folder).expect("git opens it").expect("there is a repository");
    let git = Process::new("git").args(["--no-optional-locks", "diff", "--name-only"]).folder(&folder);
    // By turns, so that what else the machine does falls on both.
    let (mut ours, mut gits, mut count) = (Vec::new(), Vec::new(), 0);
    for _ in 0..40 {
        let begun = Instant::now();
        count = repo.unstaged().expect("an answer").len();
        ours.push(begun.elapsed());
        let begun = Instant::now();
        assert!(git.run(&Cancel::new()).is_ok_and(|ended| ended.code == Some(0)), "git answers");
        gits.push(begun.elapsed());
    }
    ours.sort();
    gits.sort();
    println!("{count} differ: Repo::unstaged median {:?}, git diff {:?}", ours[20], gits[20]);
}
