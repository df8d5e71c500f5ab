//! One pass: a file's bytes are offered to every check that takes the file, and its lines are cut once for all of them.

use super::{Check, File, Hit, Work, lines};
use crate::options::Options;

/// A hit, and the check that found it.
#[derive(Clone, Debug)]
pub struct Found {
    /// The check.
    pub check: &'static Check,
    /// What it found.
    pub hit: Hit,
}

/// How often a fix may make room for another before the rest is left to the next run.
const ROUNDS: usize = 3;

/// What `checks` hold against a file of these bytes. Those that don't take the file, those on the whole tree and those of Python are
/// passed over.
pub fn check_bytes(checks: &[&'static Check], file: &File, bytes: &[u8], options: &Options) -> Vec<Found> {
    let taking: Vec<&'static Check> =
        checks.iter().copied().filter(|check| check.takes_by_default(file)).collect();
    check_chosen(&taking, file, bytes, options)
}

/// The same with checks that were chosen for this file, whatever they take by themselves.
pub fn check_chosen(checks: &[&'static Check], file: &File, bytes: &[u8], options: &Options) -> Vec<Found> {
    let mut found = Vec::new();
    let mut named = Vec::new();
    let mut scanning = Vec::new();
    for &check in checks {
        let hits = match check.work {
            Work::Lines(start) => {
                named.push(check);
                scanning.push(start(file, options));
                continue;
            }
            Work::Bytes(run) => run(file, bytes, options),
            Work::Size(run) | Work::Name(run) => run(file, options),
            Work::Tree(_) | Work::Python | Work::Message(_) => continue,
        };
        found.extend(hits.into_iter().map(|hit| Found { check, hit }));
    }
    lines::scan(bytes, &mut scanning);
    for (check, scanned) in named.into_iter().zip(scanning) {
        found.extend(scanned.finish().into_iter().map(|hit| Found { check, hit }));
    }
    found
}

/// The bytes after all fixes, or `None` where nothing is to be fixed. One fix may uncover another (a stripped last line
/// leaves an empty one), so they are made in turn until nothing changes.
pub fn fix_bytes(checks: &[&'static Check], file: &File, bytes: &[u8], options: &Options) -> Option<Vec<u8>> {
    let taking: Vec<&'static Check> =
        checks.iter().copied().filter(|check| check.takes_by_default(file)).collect();
    fix_chosen(&taking, file, bytes, options)
}

/// The same with checks that were chosen for this file, whatever they take by themselves.
pub fn fix_chosen(
    checks: &[&'static Check],
    file: &File,
    bytes: &[u8],
    options: &Options,
) -> Option<Vec<u8>> {
    let mut fixed: Option<Vec<u8>> = None;
    for _ in 0..ROUNDS {
        let mut changed = false;
        for check in checks {
            let current = fixed.as_deref().unwrap_or(bytes);
            if let Some(next) = check.fix.and_then(|fix| fix(file, current, options)) {
                fixed = Some(next);
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    fixed.filter(|fixed| fixed != bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use xtask_core::model::RepoPath;

    use super::*;
    use crate::checks::DEFAULT;
    use crate::types::Tags;

    fn with<T>(name: &str, bytes: &[u8], act: impl FnOnce(&File) -> T) -> T {
        let path = RepoPath::from(name);
        act(&File {
            path: &path,
            tags: Tags::of_name(path.file_name(), false).with_content(bytes),
            size: bytes.len() as u64,
        })
    }

    fn ids(name: &str, bytes: &[u8]) -> Vec<&'static str> {
        with(name, bytes, |file| {
            let found = check_bytes(&DEFAULT, file, bytes, &Options::default());
            found.iter().map(|found| found.check.id).collect()
        })
    }

    #[test]
    fn every_check_that_takes_the_file_sees_it() {
        assert_eq!(ids("a.txt", b"fine\n"), [""; 0]);
        assert_eq!(
            ids("a.json", b"{} \r\n<<<<<<< a\n"),
            ["mixed-line-ending", "check-json", "trailing-whitespace", "check-merge-conflict"]
        );
        assert_eq!(ids("a.png", b"\x89PNG \r\n\n\n"), [""; 0]);
    }

    #[test]
    fn fixes_meet() {
        let fixed = with("a.txt", b"a \r\nb\n\n \t", |file| {
            fix_bytes(&DEFAULT, file, b"a \r\nb\n\n \t", &Options::default())
        });
        assert_eq!(fixed.as_deref(), Some(&b"a\nb\n"[..]));
    }

    proptest! {
        /// But for lone `\r`: one fixer takes it for an ending, another for whitespace, as the originals do.
        #[test]
        fn what_is_fixed_needs_no_fix(bytes in "([ab \t]|\r?\n){0,30}") {
            let bytes = bytes.as_bytes();
            with("a.txt", bytes, |file| {
                let options = Options::default();
                let found = check_bytes(&DEFAULT, file, bytes, &options);
                let fixed = fix_bytes(&DEFAULT, file, bytes, &options);
                prop_assert_eq!(found.is_empty(), fixed.is_none());
                if let Some(fixed) = fixed {
                    prop_assert!(check_bytes(&DEFAULT, file, &fixed, &options).is_empty());
                    prop_assert!(fix_bytes(&DEFAULT, file, &fixed, &options).is_none());
                }
                Ok(())
            })?;
        }
    }
}
