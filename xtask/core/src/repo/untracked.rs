//! Files of the working tree that aren't tracked, and aren't ignored.

use std::io::{BufRead, BufReader, ErrorKind};
use std::path::Path;

use bstr::ByteSlice;

use super::git_program::{finish, garbled};
use super::{LineRange, Repo};
use crate::model::{Problem, RepoPath, Result};

/// git takes a file for binary that has a zero byte among its first so many.
const BINARY_PROBE: usize = 8000;

/// The untracked files; other repositories below this one are left out.
pub(super) fn list(repo: &Repo) -> Result<Vec<RepoPath>> {
    let output = repo.git_output(["ls-files", "--others", "--exclude-standard", "-z"])?;
    Ok(output
        .split(|&byte| byte == b'\0')
        .filter(|path| !path.is_empty() && !path.ends_with(b"/"))
        .map(RepoPath::new)
        .collect())
}

/// What is ignored: files, and folders (without what is in them) of which nothing is tracked.
pub(super) fn ignored(repo: &Repo) -> Result<Vec<RepoPath>> {
    let output =
        repo.git_output(["ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z"])?;
    let paths = output.split(|&byte| byte == b'\0').filter(|path| !path.is_empty());
    Ok(paths.map(|path| RepoPath::new(path.strip_suffix(b"/").unwrap_or(path))).collect())
}

/// All lines of each of these files; those without any are left out: empty, binary, no regular file, or just gone.
pub(super) fn lines(repo: &Repo, paths: &[RepoPath]) -> Result<Vec<(RepoPath, LineRange)>> {
    let Some(top) = &repo.work_dir else {
        return Ok(Vec::new());
    };
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    let kinds = kinds(repo, paths)?;
    let mut found = Vec::new();
    for (path, kind) in paths.iter().zip(kinds) {
        found.extend(lines_of(top, path, kind)?.map(|lines| (path.clone(), lines)));
    }
    Ok(found)
}

/// What the `diff` attribute says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// `diff`: text, whatever it holds.
    Text,
    /// `-diff`: binary.
    Binary,
    /// Its content decides.
    Unsaid,
}

fn kinds(repo: &Repo, paths: &[RepoPath]) -> Result<Vec<Kind>> {
    let input: Vec<u8> = paths.iter().flat_map(|path| path.as_bytes().iter().copied().chain([0])).collect();
    let output = finish(&repo.git().args(["check-attr", "-z", "--stdin", "diff"]).input(input))?;
    // `PATH<NUL>diff<NUL>VALUE<NUL>` for each.
    let fields: Vec<&[u8]> = output.split(|&byte| byte == 0).collect();
    let kinds: Vec<Kind> = fields
        .chunks_exact(3)
        .map(|field| match field[2] {
            b"set" => Kind::Text,
            b"unset" => Kind::Binary,
            _ => Kind::Unsaid,
        })
        .collect();
    if kinds.len() == paths.len() { Ok(kinds) } else { Err(garbled("attributes")) }
}

fn lines_of(top: &Path, path: &RepoPath, kind: Kind) -> Result<Option<LineRange>> {
    let file = path.below(top);
    let count = || -> std::io::Result<u32> {
        if kind == Kind::Binary || !file.symlink_metadata()?.is_file() {
            return Ok(0);
        }
        count_lines(&mut BufReader::with_capacity(1 << 16, std::fs::File::open(&file)?), kind)
    };
    match count() {
        Ok(0) => Ok(None),
        Ok(to) => Ok(Some(LineRange { from: 1, to })),
        Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(Problem::invalid(format!("can't read {path}"))
            .why(cause)
            .fix("give read permission, or ignore the file in .gitignore")),
    }
}

/// The number of lines; 0 for binary content.
fn count_lines(reader: &mut impl BufRead, kind: Kind) -> std::io::Result<u32> {
    let mut lines = 0_u32;
    let mut seen = 0;
    let mut last = b'\n';
    loop {
        let block = match reader.fill_buf() {
            Ok(block) => block,
            Err(cause) if cause.kind() == ErrorKind::Interrupted => continue,
            Err(cause) => return Err(cause),
        };
        let Some(&end) = block.last() else { break };
        let probe = BINARY_PROBE.saturating_sub(seen).min(block.len());
        if kind != Kind::Text && block[..probe].contains(&0) {
            return Ok(0);
        }
        let ends = block.find_iter(b"\n").count();
        lines = lines.saturating_add(u32::try_from(ends).unwrap_or(u32::MAX));
        last = end;
        seen += block.len();
        let taken = block.len();
        reader.consume(taken);
    }
    Ok(lines.saturating_add(u32::from(last != b'\n')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_as_git_counts() {
        let late = [vec![b'a'; BINARY_PROBE], vec![0, b'\n']].concat();
        for (content, expected) in [
            (&b""[..], 0),
            (b"\n", 1),
            (b"a", 1),
            (b"a\nb", 2),
            (b"a\r\nb\r\n", 2),
            (b"a\0\n", 0),
            (&late, 1),
            (&late[1..], 0),
        ] {
            for capacity in [1, 7, 1 << 16] {
                let mut reader = BufReader::with_capacity(capacity, content);
                assert_eq!(
                    count_lines(&mut reader, Kind::Unsaid).unwrap(),
                    expected,
                    "{} bytes",
                    content.len()
                );
            }
        }
        assert_eq!(count_lines(&mut &b"a\0\nb"[..], Kind::Text).unwrap(), 2);
    }
}
