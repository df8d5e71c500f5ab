//! `visual compare`: two files or two folders, pair by pair, in parallel.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use xtask_core::exec::Interrupt;
use xtask_core::gate::Context;
use xtask_core::model::{Problem, ProblemKind, RepoPath, Result};

use crate::comparison::Comparison;
use crate::folder::{self, Couple};
use crate::options::Options;
use crate::pair;

/// Compares two PNG files, or the pictures of two folders; `old` is the baseline. As many pairs as the context has jobs are
/// compared at once; a picture that can't be read doesn't keep the others from it.
///
/// Errors: a path that doesn't exist, a folder against a file, an `out` that could overwrite a picture (usage); a diff picture
/// that can't be written (invalid); a stopped run.
pub fn compare_paths(cx: &Context, old: &Path, new: &Path, options: &Options) -> Result<Comparison> {
    compare_couples(cx, old, new, &folder::couples(old, new)?, options)
}

/// Compares these couples of the files or folders `old` and `new`.
pub(crate) fn compare_couples(
    cx: &Context,
    old: &Path,
    new: &Path,
    couples: &[Couple],
    options: &Options,
) -> Result<Comparison> {
    if let Some(out) = &options.out {
        check_out(out, old, new, couples)?;
    }
    let is_file = old.is_file();
    let baseline = |couple: &Couple| {
        let path = if is_file { old.to_owned() } else { couple.name.below(old) };
        std::path::absolute(&path).unwrap_or(path)
    };
    let (done, total) = (AtomicU64::new(0), couples.len() as u64);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(cx.jobs.get().min(couples.len().max(1)))
        .build()
        .map_err(|cause| Problem::invalid("can't start threads to compare pictures").why(cause))?;
    let pairs = pool.install(|| {
        couples
            .par_iter()
            .map(|couple| {
                if let Some(why) = cx.cancel.reason() {
                    return Err(stopped(why));
                }
                let diff = options.out.as_ref().map(|out| diff_path(out, &couple.name));
                let pair = pair::judge(couple, baseline(couple), options, diff)?;
                let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                cx.events.progress("visual", done, total, couple.name.to_string());
                Ok(pair)
            })
            .collect::<Result<Vec<_>>>()
    })?;
    Ok(Comparison { pairs, root: cx.root.clone(), report_dir: cx.report_dir() })
}

/// The problem of a run that was asked to stop.
pub(crate) fn stopped(why: Interrupt) -> Problem {
    let kind = match why {
        Interrupt::Terminated => ProblemKind::Terminated,
        Interrupt::Interrupted | Interrupt::FailFast => ProblemKind::Interrupted,
    };
    Problem::new(kind, "the comparison of pictures was stopped")
}

/// Where the diff picture of `name` goes: `login.png` gives `login.diff.png`.
fn diff_path(out: &Path, name: &RepoPath) -> PathBuf {
    let bytes = name.as_bytes();
    let stem = bytes.strip_suffix(b".png").unwrap_or(bytes);
    RepoPath::new([stem, b".diff.png"].concat()).below(out)
}

/// Refuses a folder for diff pictures that is or lies in one of the inputs, or in which a diff picture would take the place of
/// an input.
fn check_out(out: &Path, old: &Path, new: &Path, couples: &[Couple]) -> Result<()> {
    let refuse = |why: String| {
        Err(Problem::usage(format!("diff pictures can't be written to {}", out.display()))
            .why(why)
            .fix("give --out a folder of its own"))
    };
    if out.exists() && !out.is_dir() {
        return refuse("it is a file".to_owned());
    }
    let place = resolved(out);
    for input in [old, new] {
        if input.is_dir() && place.starts_with(resolved(input)) {
            return refuse(format!("it would mix them with the pictures in {}", input.display()));
        }
    }
    let inputs: BTreeSet<PathBuf> = couples
        .iter()
        .flat_map(|couple| [couple.old.file(), couple.new.file()])
        .flatten()
        .map(resolved)
        .collect();
    for couple in couples {
        let diff = diff_path(out, &couple.name);
        if inputs.contains(&resolved(&diff)) {
            return refuse(format!("{} is one of the pictures that are compared", diff.display()));
        }
    }
    Ok(())
}

/// The path without links and `..`, as far as it exists.
pub(crate) fn resolved(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut result = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                result.pop();
            }
            other => result.push(other),
        }
        if let Ok(real) = result.canonicalize() {
            result = real;
        }
    }
    result
}

#[cfg(test)]
pub(crate) mod tests {

    use xtask_core::config::Config;
    use xtask_core::files::{read, write};

    use super::*;
    use crate::diff::{Picture, Rect, Rules};
    use crate::options::Limits;
    use crate::pair::Status;

    pub(crate) fn context(root: &Path) -> Context {
        Context { jobs: 2.try_into().unwrap(), ..Context::new(root.to_owned(), None, Config::default()) }
    }

    /// A white picture with `changed` black pixels far from each other's anti-aliasing.
    fn picture(changed: u32) -> Vec<u8> {
        let mut picture = Picture::filled(50, 50, [255; 4]);
        for at in 0..changed {
            picture.set(10 + at % 20, 10 + at / 20, [0, 0, 0, 255]);
        }
        picture.to_png()
    }

    fn folders() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        for (name, before, after) in [
            ("same.png", Some(picture(0)), Some(picture(0))),
            ("changed.png", Some(picture(0)), Some(picture(100))),
            ("deep/new.png", None, Some(picture(0))),
            ("gone.png", Some(picture(0)), None),
            ("resized.png", Some(picture(0)), Some(Picture::filled(50, 60, [255; 4]).to_png())),
            ("bad-old.png", Some(Vec::new()), Some(picture(0))),
            ("bad-new.png", Some(picture(0)), Some(picture(0)[..60].to_vec())),
            ("bad-both.png", Some(b"GIF89a".to_vec()), Some(b"GIF89a".to_vec())),
            ("cut-both.png", Some(picture(0)[..60].to_vec()), Some(picture(0)[..60].to_vec())),
        ] {
            for (side, bytes) in [(&old, before), (&new, after)] {
                if let Some(bytes) = bytes {
                    write(&side.join(name), &bytes).unwrap();
                }
            }
        }
        (folder, old, new)
    }

    #[test]
    fn every_pair_gets_its_status_and_the_bad_ones_stop_nobody() {
        let (folder, old, new) = folders();
        let cx = context(folder.path());
        for max_pixels in [None, Some(100_000)] {
            let options = Options { limits: Limits { max_pixels, max_ratio: None }, ..Options::default() };
            let all = compare_paths(&cx, &old, &new, &options).unwrap();
            let told: Vec<_> =
                all.pairs.iter().map(|pair| (pair.name.to_string(), pair.status, pair.passes)).collect();
            let excused = max_pixels.is_some();
            let expected = [
                ("bad-both.png", Status::Unreadable, false),
                ("bad-new.png", Status::Unreadable, false),
                ("bad-old.png", Status::Unreadable, false),
                ("changed.png", Status::Changed, excused),
                ("cut-both.png", Status::Unreadable, false),
                ("deep/new.png", Status::New, false),
                ("gone.png", Status::Missing, false),
                ("resized.png", Status::Resized, false),
                ("same.png", Status::Same, true),
            ];
            assert_eq!(told, expected.map(|(name, status, passes)| (name.to_owned(), status, passes)));
            assert_eq!(all.pairs[3].difference.as_ref().unwrap().changed, 100);
            assert_eq!(all.pairs[7].difference.as_ref().unwrap().changed, 500);
            assert_eq!(all.report().findings.len(), 8);
        }
    }

    #[test]
    fn diff_pictures_are_written_for_what_changed_and_are_always_the_same() {
        let (folder, old, new) = folders();
        let cx = context(folder.path());
        let out = folder.path().join("target/xtask/visual/diff");
        write(&folder.path().join("Cargo.toml"), b"").unwrap();
        let options = Options { out: Some(out.clone()), ..Options::default() };
        let first = compare_paths(&cx, &old, &new, &options).unwrap();
        let mut written: Vec<_> =
            std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        written.sort();
        assert_eq!(written, ["changed.diff.png", "resized.diff.png"]);
        let artifacts: Vec<_> = first.report().artifacts.into_iter().map(|it| it.path).collect();
        assert_eq!(artifacts, ["visual/diff/changed.diff.png", "visual/diff/resized.diff.png"]);
        let bytes = read(&out.join("changed.diff.png")).unwrap();
        let painted = Picture::from_png(&bytes).unwrap();
        assert_eq!(painted.pixels().iter().filter(|pixel| **pixel == [255, 0, 0, 255]).count(), 100);
        compare_paths(&cx, &old, &new, &options).unwrap();
        assert_eq!(read(&out.join("changed.diff.png")).unwrap(), bytes);
    }

    #[test]
    fn out_never_touches_an_input() {
        let (folder, old, new) = folders();
        let cx = context(folder.path());
        write(&new.join("x.diff.png"), &picture(3)).unwrap();
        write(&old.join("x.png"), &picture(0)).unwrap();
        let try_out = |old: &Path, new: &Path, out: PathBuf| {
            compare_paths(&cx, old, new, &Options { out: Some(out), ..Options::default() })
                .map_err(|problem| problem.kind)
        };
        let missing = folder.path().join("missing");
        for out in [
            old.clone(),
            new.join("deep"),
            new.join("not/there"),
            missing.join("../new/."),
            new.join("same.png"),
        ] {
            assert_eq!(
                try_out(&old, &new, out.clone()).unwrap_err(),
                ProblemKind::Usage,
                "{}",
                out.display()
            );
        }
        let files = try_out(&new.join("x.diff.png"), &old.join("x.png"), new.clone());
        assert_eq!(files.unwrap_err(), ProblemKind::Usage, "new/x.diff.png is compared");
        assert!(try_out(&old.join("changed.png"), &new.join("changed.png"), new.clone()).is_ok());
        assert!(new.join("changed.diff.png").exists());
        assert_eq!(read(&new.join("x.diff.png")).unwrap(), picture(3));
    }

    #[test]
    fn masks_hide_and_a_stopped_run_says_so() {
        let (folder, old, new) = folders();
        let cx = context(folder.path());
        let masks = vec![Rect { x: 0, y: 0, width: 50, height: 12 }];
        let options = Options { rules: Rules { masks, ..Rules::default() }, ..Options::default() };
        let one = compare_paths(&cx, &old.join("changed.png"), &new.join("changed.png"), &options).unwrap();
        assert_eq!(one.pairs[0].difference.as_ref().unwrap().changed, 60);
        cx.cancel.stop(Interrupt::Terminated);
        assert_eq!(compare_paths(&cx, &old, &new, &options).unwrap_err().kind, ProblemKind::Terminated);
    }
}
