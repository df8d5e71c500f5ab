//! `check-vcs-permalinks`: links to lines on GitHub name a commit, since a branch moves on.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use memchr::{memchr3, memrchr, memrchr3};

use super::lines::Faults;
use super::{Check, File, Hit, Work};
use crate::options::{Domain, Options};

/// The check.
pub(super) static CHECK: Check = Check {
    id: "check-vcs-permalinks",
    about: "links to lines on GitHub that name a commit",
    version: 1,
    takes: "text",
    work: Work::Bytes(run),
    fix: None,
};

const GITHUB: &str = "github.com";

static BLOB: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("/blob/"));

fn run(_: &File, bytes: &[u8], options: &Options) -> Vec<Hit> {
    let domains = &options.check_vcs_permalinks.additional_github_domain;
    let mut faults = Faults::default();
    let (mut counted, mut line, mut last) = (0, 1_u32, 0);
    for at in BLOB.find_iter(bytes) {
        if !is_moving(bytes, at, domains) {
            continue;
        }
        line = line.saturating_add(memchr::memchr_iter(b'\n', &bytes[counted..at]).count() as u32);
        counted = at;
        if line != last {
            faults.add(line);
            last = line;
        }
    }
    faults
        .hits("a link to a line on a branch, which moves on: on the page, press `y` for the link that stays")
}

/// Whether the `/blob/` at `at` is part of `https://DOMAIN/OWNER/NAME/blob/BRANCH/PATH#LNUMBER`.
fn is_moving(bytes: &[u8], at: usize, domains: &[Domain]) -> bool {
    let before = &bytes[..at];
    let Some(server) = without_segment(before).and_then(without_segment) else {
        return false;
    };
    let named = |domain: &str| {
        server.strip_suffix(domain.as_bytes()).is_some_and(|before| before.ends_with(b"https://"))
    };
    (named(GITHUB) || domains.iter().any(|domain| named(domain.as_str())))
        && is_branch_and_line(&bytes[at + b"/blob/".len()..])
}

/// What comes before the last `/` and the segment after it; that is not empty, and within a line and a word.
fn without_segment(text: &[u8]) -> Option<&[u8]> {
    let slash = memrchr3(b'/', b' ', b'\n', text).filter(|&at| text[at] == b'/')?;
    (slash + 1 < text.len()).then(|| &text[..slash])
}

/// `BRANCH/PATH#LNUMBER`, where the branch isn't a commit's id.
fn is_branch_and_line(text: &[u8]) -> bool {
    let Some(slash) = memchr3(b'/', b' ', b'\n', text).filter(|&at| text[at] == b'/') else {
        return false;
    };
    let (branch, path) = (&text[..slash], &text[slash + 1..]);
    if branch.is_empty() || memrchr(b'.', branch).is_some() || is_commit(branch) {
        return false;
    }
    let Some(hash) = memchr3(b'#', b' ', b'\n', path).filter(|&at| at > 0) else {
        return false;
    };
    matches!(path[hash..], [b'#', b'L', b'0'..=b'9', ..])
}

fn is_commit(name: &[u8]) -> bool {
    (4..=64).contains(&name.len()) && name.iter().all(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use xtask_core::model::RepoPath;

    use super::*;
    use crate::types::Tags;

    fn lines(text: &str, domains: &[&str]) -> Vec<Option<u32>> {
        let path = RepoPath::from("a.md");
        let file = File { path: &path, tags: Tags::default(), size: 0 };
        let mut options = Options::default();
        options.check_vcs_permalinks.additional_github_domain =
            domains.iter().map(|domain| Domain::try_from((*domain).to_owned()).unwrap()).collect();
        run(&file, text.as_bytes(), &options).into_iter().map(|hit| hit.line).collect()
    }

    #[test]
    fn links_to_branches_are_found() {
        let link = "https://github.com/owner/name/blob/main/src/a.rs#L10";
        assert_eq!(lines(link, &[]), [Some(1)]);
        assert_eq!(lines(&format!("x\n\n({link}, {link})\n{link}"), &[]), [Some(3), Some(4)]);
        for (text, found) in [
            ("https://github.com/o/n/blob/0123abcd/a#L1", 0),
            ("https://github.com/o/n/blob/abc/a#L1", 1),
            ("https://github.com/o/n/blob/v1.0/a#L1", 0),
            ("https://github.com/o/n/blob/main/a", 0),
            ("https://github.com/o/n/blob/main/a#l1", 0),
            ("https://github.com/o/n/blob/main/a#L", 0),
            ("https://github.com/o/n/blob/main/#L1", 0),
            ("https://github.com/o/blob/main/a#L1", 0),
            ("https://github.com//n/blob/main/a#L1", 0),
            ("http://github.com/o/n/blob/main/a#L1", 0),
            ("https://git.example.com/o/n/blob/main/a#L1", 0),
            ("https://github.com/o/n/blob/\nmain/a#L1", 0),
            ("https://github.com/o n/x/blob/main/a#L1", 0),
        ] {
            assert_eq!(lines(text, &[]).len(), found, "{text}");
        }
        let elsewhere = "https://git.example.com/o/n/blob/main/a#L1";
        assert_eq!(lines(elsewhere, &["other.org", "git.example.com"]).len(), 1);
    }
}
