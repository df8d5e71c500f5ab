//! `detect-private-key`: no private keys, known by the lines that begin their files.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::{Check, File, Hit, Work};
use crate::options::Options;

/// The check.
pub(super) static CHECK: Check = Check {
    id: "detect-private-key",
    about: "no private keys",
    version: 1,
    takes: "text",
    work: Work::Bytes(run),
    fix: None,
};

/// What most markers share, to look for once; with the markers it is part of, and how far before it they begin.
const KEY: &str = "PRIVATE KEY";
const WITH_KEY: [(&str, usize); 6] = [
    ("BEGIN RSA PRIVATE\x20KEY", 10),
    ("BEGIN DSA PRIVATE\x20KEY", 10),
    ("BEGIN EC PRIVATE\x20KEY", 9),
    ("BEGIN OPENSSH PRIVATE\x20KEY", 14),
    ("BEGIN PRIVATE\x20KEY", 6),
    ("BEGIN ENCRYPTED PRIVATE\x20KEY", 16),
];
const LONGER: [(&str, usize); 2] =
    [("BEGIN PGP PRIVATE\x20KEY BLOCK", 10), ("BEGIN SSH2 ENCRYPTED PRIVATE\x20KEY", 21)];
const OTHERS: [&str; 2] = ["PuTTY-User-Key-File\x2d2", "BEGIN OpenVPN Static\x20key V1"];

static KEY_FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(KEY));
static OTHER_FINDERS: LazyLock<[Finder<'static>; 2]> = LazyLock::new(|| OTHERS.map(Finder::new));

/// The first marker and its offset.
fn find(bytes: &[u8]) -> Option<(usize, &'static str)> {
    let with_key = KEY_FINDER.find_iter(bytes).find_map(|at| {
        WITH_KEY.iter().chain(&LONGER).find_map(|&(marker, before)| {
            let start = at.checked_sub(before)?;
            bytes[start..].starts_with(marker.as_bytes()).then_some((start, marker))
        })
    });
    let others = OTHER_FINDERS.iter().zip(OTHERS);
    let others = others.filter_map(|(finder, marker)| Some((finder.find(bytes)?, marker)));
    with_key.into_iter().chain(others).min()
}

fn run(_: &File, bytes: &[u8], _: &Options) -> Vec<Hit> {
    let found = find(bytes);
    let hit =
        |(at, marker)| Hit::line(super::position::position(bytes, at).0, format!("private key (`{marker}`)"));
    found.map(hit).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_marker_is_found_where_it_begins() {
        for marker in WITH_KEY.iter().chain(&LONGER).map(|(marker, _)| *marker).chain(OTHERS) {
            let text = format!("PRIVATE KEY\n-----{marker}-----\n");
            assert_eq!(find(text.as_bytes()), Some((17, marker)));
            assert_eq!(find(&text.as_bytes()[..16 + marker.len()]), None, "{marker} cut");
        }
        for (marker, before) in WITH_KEY.iter().chain(&LONGER) {
            assert_eq!(marker.find(KEY), Some(*before));
        }
        for text in ["", "BEGIN PUBLIC KEY", "PRIVATE KEY", "BEGIN PGP PRIVATE\x20KEY"] {
            assert_eq!(find(text.as_bytes()), None, "{text}");
        }
    }
}
