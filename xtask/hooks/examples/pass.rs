//! Times the pass of the ten default checks over a seeded folder of files:
//! `cargo run --release -p xtask-hooks --example pass -- 10000`.
#![expect(clippy::print_stdout, reason = "it shows what it measures")]

use std::fmt::Write;
use std::path::Path;
use std::time::Instant;

use xtask_core::config::Config;
use xtask_core::environment::Environment;
use xtask_core::gate::Context;
use xtask_core::model::{RepoPath, Result};
use xtask_hooks::{HooksSection, Selection, Stage, StagePlan, run_all_files};

fn main() -> Result<()> {
    let count = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(10_000);
    let root = std::env::temp_dir().join(format!("xtask-hooks-pass-{}", std::process::id()));
    let kinds = [("py", 55), ("md", 15), ("yaml", 10), ("json", 10), ("toml", 5), ("png", 5)];
    for (only, share) in std::iter::once(("", 100)).chain(kinds) {
        let names = make(&root, count * share / 100, only)?;
        let cx = context(&root);
        let plan = StagePlan::new(Stage::PreCommit, &HooksSection::default(), &Environment::default())?;
        let selection = Selection::Files(names);
        let mut best = f64::INFINITY;
        let mut summary = String::new();
        for _ in 0..5 {
            let started = Instant::now();
            let report = run_all_files(&cx, &plan, &selection, false)?;
            best = best.min(started.elapsed().as_secs_f64());
            let megabytes = report.metrics.iter().find(|metric| metric.name == "bytes");
            let megabytes = megabytes.map_or(0.0, |metric| metric.value / 1e6);
            summary = format!("{megabytes:.1} MB, {} findings", report.findings.len());
        }
        let name = if only.is_empty() { "mixed" } else { only };
        println!("{name:6} {:7.1} ms wall on {} threads: {summary}", best * 1e3, cx.jobs);
        let _ = std::fs::remove_dir_all(&root);
    }
    Ok(())
}

fn context(root: &Path) -> Context {
    Context::new(root.to_owned(), None, Config::default())
}

/// Writes `count` files of some 6.7 kB, of one kind or mixed.
#[expect(clippy::disallowed_methods, reason = "inputs that nobody keeps")]
fn make(root: &Path, count: usize, only: &str) -> Result<Vec<RepoPath>> {
    let mut names = Vec::with_capacity(count);
    for at in 0..count {
        let kind = match (only, at % 20) {
            ("", 0..=10) => "py",
            ("", 11..=13) => "md",
            ("", 14 | 15) => "yaml",
            ("", 16 | 17) => "json",
            ("", 18) => "toml",
            ("", _) => "png",
            (only, _) => only,
        };
        let name = format!("d{:03}/f{at:05}.{kind}", at % 200);
        let mut text = String::new();
        if kind == "json" {
            text.push_str("{\n");
        }
        for line in 0.. {
            let _ = match kind {
                "yaml" => writeln!(
                    text,
                    "key-{line}:\n  - name: \"value {line}\"\n    run: echo {at} # why\n    list: [a, 2, {{b: c}}]"
                ),
                "json" => writeln!(
                    text,
                    "  \"key-{line}\": {{\"name\": \"value\", \"list\": [1, 2.5, null, true], \"at\": {at}}},"
                ),
                "toml" => writeln!(
                    text,
                    "[table-{line}]\nname = \"value {line}\"\nlist = [1, 2, {{ a = 1 }}]\nat = 07:32:{:02}",
                    line % 60
                ),
                _ => writeln!(text, "    result_{line} = compute({at}, \"some text that fills the line\")"),
            };
            if text.len() > 6700 {
                break;
            }
        }
        if kind == "json" {
            text.push_str("  \"last\": 0\n}\n");
        }
        let path = root.join(&name);
        let made =
            std::fs::create_dir_all(path.parent().unwrap_or(root)).and_then(|()| std::fs::write(&path, text));
        made.map_err(|cause| xtask_core::model::Problem::invalid("can't write the inputs").why(cause))?;
        names.push(RepoPath::new(name));
    }
    Ok(names)
}
