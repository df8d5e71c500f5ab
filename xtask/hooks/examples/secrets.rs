//! Runs `detect-secrets` over folders: what it finds (never the secrets themselves), how many a hundred megabytes, how fast.
//! `cargo run --release -p xtask-hooks --example secrets -- FOLDER…`.
#![expect(clippy::print_stdout, reason = "it shows what it measures")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use xtask_core::model::RepoPath;
use xtask_hooks::checks::{File, by_id, check_bytes};
use xtask_hooks::options::Options;
use xtask_hooks::types::Tags;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => files(&entry.path(), found),
            Ok(kind) if kind.is_file() => found.push(entry.path()),
            _ => {}
        }
    }
}

fn main() {
    let Some(check) = by_id("detect-secrets") else { return };
    let options = Options::default();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let (mut bytes, mut count, mut quiet_bytes) = (0.0, 0_usize, 0.0);
    let (mut seconds, mut quiet) = (0.0, 0.0);
    let mut paths = Vec::new();
    std::env::args_os().skip(1).for_each(|folder| files(Path::new(&folder), &mut paths));
    paths.sort_unstable();
    for path in paths {
        let Ok(content) = std::fs::read(&path) else { continue };
        let name = RepoPath::from(&*path.to_string_lossy());
        let tags = Tags::of_name(name.file_name(), false).with_content(&content);
        if !tags.has(check.takes) {
            continue;
        }
        let file = File { path: &name, tags, size: content.len() as u64 };
        let started = Instant::now();
        let found = check_bytes(&[check], &file, &content, &options);
        let took = started.elapsed().as_secs_f64();
        count += 1;
        bytes += content.len() as f64 / 1e6;
        seconds += took;
        if found.is_empty() {
            quiet_bytes += content.len() as f64 / 1e6;
            quiet += took;
        }
        for one in found {
            let kind = one.hit.message.split(' ').next().unwrap_or_default().to_owned();
            *kinds.entry(kind).or_default() += 1;
            println!(
                "{name}:{}:{}: {}",
                one.hit.line.unwrap_or(0),
                one.hit.column.unwrap_or(0),
                one.hit.message
            );
        }
    }
    let total: usize = kinds.values().sum();
    println!(
        "{count} files, {bytes:.1} MB: {total} findings, {:.1} in 100 MB: {kinds:?}",
        total as f64 / bytes * 100.0
    );
    println!("{:.0} MB/s in all, {:.0} MB/s in files without findings", bytes / seconds, quiet_bytes / quiet);
}
