//! What `.gitattributes` says of files, asked of git in one process for many files.

use xtask_core::exec::Cancel;
use xtask_core::model::{Problem, RepoPath, Result};
use xtask_core::repo::Repo;

/// So many paths a process gets: what it answers stays far below what is kept of its output.
const SHARE: usize = 50_000;

/// Which `.gitattributes` count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attributes<'a> {
    /// Those of the working tree.
    Worktree,
    /// Those of the index.
    Index,
    /// Those of this commit's tree (git 2.40 and later; before, those of the index).
    Commit(&'a str),
}

/// What attribute `name` is for each of `paths`: `set`, `unset`, `unspecified`, or its value.
pub(crate) fn values(
    repo: &Repo,
    attributes: Attributes<'_>,
    name: &str,
    paths: &[&RepoPath],
    cancel: &Cancel,
) -> Result<Vec<(RepoPath, Vec<u8>)>> {
    let mut told = Vec::with_capacity(paths.len());
    for share in paths.chunks(SHARE) {
        let answer = match attributes {
            Attributes::Worktree => ask(repo, &[], name, share, cancel),
            Attributes::Index => ask(repo, &["--cached"], name, share, cancel),
            Attributes::Commit(commit) => ask(repo, &["--source", commit], name, share, cancel)
                .or_else(|_| ask(repo, &["--cached"], name, share, cancel)),
        };
        told.extend(answer?);
    }
    Ok(told)
}

fn ask(
    repo: &Repo,
    arguments: &[&str],
    name: &str,
    paths: &[&RepoPath],
    cancel: &Cancel,
) -> Result<Vec<(RepoPath, Vec<u8>)>> {
    let input: Vec<u8> = paths.iter().flat_map(|path| path.as_bytes().iter().copied().chain([0])).collect();
    let git = repo.git().args(["check-attr", "-z", "--stdin"]).args(arguments).arg(name).input(input);
    let failed = || Problem::invalid(format!("can't learn the attribute {name} of files")).fix(git.show());
    let ended = git.run(cancel).map_err(|cause| failed().why(cause))?;
    if ended.code != Some(0) {
        return Err(failed().why(String::from_utf8_lossy(&ended.stderr).trim()));
    }
    // `PATH<NUL>NAME<NUL>VALUE<NUL>` for each.
    let fields: Vec<&[u8]> = ended.stdout.split(|&byte| byte == 0).collect();
    let told: Vec<_> = fields.chunks_exact(3).map(|row| (RepoPath::new(row[0]), row[2].to_vec())).collect();
    if told.len() == paths.len() {
        Ok(told)
    } else {
        Err(failed().why("git's answer has another form than it documents"))
    }
}
