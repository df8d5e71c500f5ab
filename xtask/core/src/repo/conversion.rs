//! What git does to a file's content between the working tree and the index: line ends (by the rules, here), and filters,
//! `ident` and encodings (by the git program). Where nothing can apply no process is started.

use std::collections::BTreeSet;
use std::path::PathBuf;

use bstr::ByteSlice;

use super::Repo;
use super::git_program::{finish, garbled, run, said};
use super::library::Refusal;
use super::line_endings::{self, Action, AutoCrlf, Settings};
use super::revision::parse_id;
use crate::environment::Environment;
use crate::model::{Problem, RepoPath, Result};

/// What git does to a file's content between the working tree and the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversion {
    /// Nothing: the file holds the blob.
    None,
    /// Line ends may differ.
    LineEndings,
    /// A filter, `ident` or an encoding: the git program does it.
    Filter,
}

/// The attributes that count, in the order in which they are asked for.
const ATTRIBUTES: [&str; 6] = ["text", "crlf", "eol", "ident", "filter", "working-tree-encoding"];
/// A content that a filter makes may be so large.
const MOST_FILTERED: usize = 1 << 30;

/// How one path is converted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) action: Action,
    /// A line of attributes that says what applies, for the git program.
    filter: Option<Vec<u8>>,
}

impl Rule {
    pub(super) fn conversion(&self) -> Conversion {
        match self {
            Self { filter: Some(_), .. } => Conversion::Filter,
            Self { action: Action::Binary, .. } => Conversion::None,
            _ => Conversion::LineEndings,
        }
    }
}

/// The rules of these paths.
pub(super) fn rules(repo: &Repo, paths: &[RepoPath]) -> Result<Vec<Rule>> {
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    let Configured { line_ends: settings, attributes } = configured(repo)?;
    let plain = Rule { action: settings.action(b"", b"", b""), filter: None };
    if !attributes && !attributes_may_apply(repo, paths, plain.action != Action::Binary) {
        return Ok(vec![plain; paths.len()]);
    }
    let input: Vec<u8> = paths.iter().flat_map(|path| path.as_bytes().iter().copied().chain([0])).collect();
    let output = finish(&repo.git().args(["check-attr", "-z", "--stdin"]).args(ATTRIBUTES).input(input))?;
    // `PATH<NUL>ATTRIBUTE<NUL>VALUE<NUL>` for each attribute of each path.
    let values: Vec<&[u8]> = output.split(|&byte| byte == 0).skip(2).step_by(3).collect();
    if values.len() != paths.len() * ATTRIBUTES.len() {
        return Err(garbled("attributes"));
    }
    Ok(values.chunks_exact(ATTRIBUTES.len()).map(|values| rule(settings, values)).collect())
}

fn rule(settings: Settings, values: &[&[u8]]) -> Rule {
    let named = |value: &[u8]| !matches!(value, b"unspecified" | b"unset" | b"set" | b"");
    // `ident` is on or off; the other two are values.
    let filtered = values[3] == b"set" || named(values[4]) || named(values[5]);
    let filter = filtered.then(|| {
        let mut line = b"*".to_vec();
        for (name, value) in ATTRIBUTES.iter().zip(values) {
            match *value {
                b"unspecified" => {}
                b"set" => line.extend_from_slice(format!(" {name}").as_bytes()),
                b"unset" => line.extend_from_slice(format!(" -{name}").as_bytes()),
                value => line.extend_from_slice(&[format!(" {name}=").as_bytes(), value].concat()),
            }
        }
        line.push(b'\n');
        line
    });
    Rule { action: settings.action(values[0], values[1], values[2]), filter }
}

/// Converts the contents of one path. It is as the attributes and settings were when it was made.
#[derive(Clone, Debug)]
pub struct Converter {
    repo: Repo,
    path: RepoPath,
    rule: Rule,
}

/// The converters of these paths, in the same order.
pub(super) fn converters(repo: &Repo, paths: &[RepoPath]) -> Result<Vec<Converter>> {
    let rules = rules(repo, paths)?.into_iter();
    Ok(paths
        .iter()
        .zip(rules)
        .map(|(path, rule)| Converter { repo: repo.clone(), path: path.clone(), rule })
        .collect())
}

/// The converter of one path.
pub(super) fn converter(repo: &Repo, path: &RepoPath) -> Result<Converter> {
    converters(repo, std::slice::from_ref(path))?.pop().ok_or_else(|| garbled("attributes"))
}

impl Converter {
    /// What is done.
    pub fn conversion(&self) -> Conversion {
        self.rule.conversion()
    }

    /// The content that a checkout would write for this blob (smudge). A filter is run by git.
    pub fn to_worktree(&self, blob: Vec<u8>) -> Result<Vec<u8>> {
        let Some(line) = &self.rule.filter else {
            return Ok(line_endings::to_worktree(self.rule.action, blob));
        };
        let id = self.repo.write_blob(&blob)?.to_string();
        filtered(&self.repo, line, &["cat-file", "--filters"], &self.path, &[&id], None)
    }

    /// The content that `git add` would stage for this file (clean). A filter is run by git, and its result is written as a
    /// blob.
    pub fn to_index(&self, file: Vec<u8>) -> Result<Vec<u8>> {
        to_index_by(&self.repo, &self.path, &self.rule, file)
    }
}

pub(super) fn to_index_by(repo: &Repo, path: &RepoPath, rule: &Rule, bytes: Vec<u8>) -> Result<Vec<u8>> {
    let Some(line) = &rule.filter else {
        let staged = || staged_is_crlf(repo, path).unwrap_or(false);
        return Ok(line_endings::to_blob(rule.action, bytes, staged));
    };
    let output = filtered(repo, line, &["hash-object", "-w", "--stdin"], path, &[], Some(bytes))?;
    let id = parse_id(&output).ok_or_else(|| garbled("a new blob"))?;
    repo.blobs()?.read(&id)
}

/// Whether what is staged under this path is text with CRLF.
fn staged_is_crlf(repo: &Repo, path: &RepoPath) -> Result<bool> {
    let entries = repo.index()?;
    // In a conflict it is our side.
    let Some(entry) = entries.iter().find(|entry| entry.path == *path && matches!(entry.stage, 0 | 2)) else {
        return Ok(false);
    };
    Ok(line_endings::is_crlf_text(&repo.blobs()?.read(&entry.id)?))
}

/// Runs git with these attributes, whatever of them lies in the index alone: these commands don't look there.
fn filtered(
    repo: &Repo,
    line: &[u8],
    command: &[&str],
    path: &RepoPath,
    rest: &[&str],
    input: Option<Vec<u8>>,
) -> Result<Vec<u8>> {
    let failed = |why: &dyn std::fmt::Display| {
        Problem::invalid(format!("can't convert {path} as .gitattributes says"))
            .why(why)
            .fix("look at the filters: git config --get-regexp '^filter\\.'")
    };
    let file = repo.git_dir.join("xtask").join(format!("attributes-{}", super::index_lock::unique()));
    crate::files::write(&file, line)?;
    let attributes = [b"core.attributesFile=", <[u8]>::from_path(&file).unwrap_or_default()].concat();
    let option = [b"--path=", path.as_bytes()].concat();
    let mut git = repo
        .git()
        .args(["-c", "core.safecrlf=false", "-c"])
        .arg(attributes.to_os_str_lossy())
        .args(command)
        .arg(option.to_os_str_lossy())
        .args(rest)
        .capture_limit(MOST_FILTERED);
    if let Some(input) = input {
        git = git.input(input);
    }
    let ended = run(&git);
    let _ = std::fs::remove_file(&file);
    let ended = ended?;
    if ended.code != Some(0) {
        return Err(failed(&said(&ended)));
    }
    if ended.is_cut() {
        return Err(failed(&format!("the result is larger than {} MB", MOST_FILTERED >> 20)));
    }
    Ok(ended.stdout)
}

/// Whether attributes could make a difference for these paths. A false alarm only costs a process.
fn attributes_may_apply(repo: &Repo, paths: &[RepoPath], auto: bool) -> bool {
    let environment = Environment::of_process();
    if cfg!(windows) || environment.get("GIT_ATTR_SOURCE").is_some() {
        return true;
    }
    let home = environment.path("HOME").map(|home| home.join(".config"));
    let user = environment.path("XDG_CONFIG_HOME").or(home).map(|folder| folder.join("git/attributes"));
    let mut files: Vec<PathBuf> = ["/etc", "/usr/local/etc", "/opt/homebrew/etc"]
        .iter()
        .map(|folder| PathBuf::from(folder).join("gitattributes"))
        .chain(user)
        .chain([repo.common_dir.join("info/attributes")])
        .collect();
    let Ok(index) = std::fs::read(&repo.index_file).or_else(|cause| match cause.kind() {
        std::io::ErrorKind::NotFound => Ok(Vec::new()),
        _ => Err(cause),
    }) else {
        return true;
    };
    // Paths are whole in versions 2 and 3; those of a split or a sparse index may lie elsewhere.
    let version = index.get(7).copied().unwrap_or(2);
    if version > 3 || [&b"link\0"[..], b"sdir\0"].iter().any(|name| index.find(name).is_some()) {
        return true;
    }
    let tracked = index.find(b".gitattributes\0").is_some();
    let mut folders: BTreeSet<&[u8]> = BTreeSet::from([&b""[..]]);
    for path in paths {
        let mut folder = path.as_bytes();
        while let Some(slash) = folder.rfind_byte(b'/') {
            folder = &folder[..slash];
            if !folders.insert(folder) {
                break;
            }
        }
    }
    let Some(top) = &repo.work_dir else { return true };
    for folder in folders {
        let path = if folder.is_empty() { Vec::new() } else { [folder, b"/"].concat() };
        let path = RepoPath::new([&path[..], b".gitattributes"].concat());
        let file = path.below(top);
        if file.symlink_metadata().is_ok() {
            files.push(file);
        } else if tracked && index.find([path.as_bytes(), b"\0"].concat()).is_some() {
            return true;
        }
    }
    files.iter().any(|file| match std::fs::read(file) {
        Ok(_) if auto => true,
        Ok(text) => ["text", "crlf", "eol", "ident", "filter", "encoding"]
            .iter()
            .any(|word| text.find(word).is_some()),
        Err(cause) => {
            !matches!(cause.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
        }
    })
}

/// What is configured.
struct Configured {
    line_ends: Settings,
    /// A file or a tree with attributes.
    attributes: bool,
}

fn configured(repo: &Repo) -> Result<Configured> {
    let [auto, eol, file, tree] =
        settings(repo, ["core.autocrlf", "core.eol", "core.attributesfile", "attr.tree"])?;
    let auto = match auto.as_deref() {
        Some("input") => AutoCrlf::Input,
        Some(value) if is_true(value) => AutoCrlf::True,
        _ => AutoCrlf::False,
    };
    let eol_crlf = match eol.as_deref() {
        Some("crlf") => Some(true),
        Some("lf") => Some(false),
        _ => None,
    };
    Ok(Configured { line_ends: Settings { auto, eol_crlf }, attributes: file.is_some() || tree.is_some() })
}

/// The values of settings as git would see them. libgit2 knows nothing of configuration by environment (`git -c`).
pub(super) fn settings<const N: usize>(repo: &Repo, names: [&str; N]) -> Result<[Option<String>; N]> {
    let by_environment = || {
        let mut names = Environment::of_process().iter().map(|(name, _)| name);
        names.any(|name| name.to_string_lossy().starts_with("GIT_CONFIG"))
    };
    repo.ask(
        |repository| {
            if by_environment() {
                return Err(Refusal::NotMine);
            }
            let mut values = [const { None }; N];
            let config = repository.config()?.snapshot()?;
            for (value, name) in values.iter_mut().zip(names) {
                *value = match config.get_bytes(name) {
                    Ok(bytes) => Some(bytes.to_str_lossy().into_owned()),
                    Err(error) if error.code() == git2::ErrorCode::NotFound => None,
                    Err(error) => return Err(error.into()),
                };
            }
            Ok(values)
        },
        || {
            let mut values = [const { None }; N];
            for (value, name) in values.iter_mut().zip(names) {
                let ended = run(&repo.git().args(["config", "-z", "--get", name]))?;
                let bytes = ended.stdout.strip_suffix(b"\0").unwrap_or(&ended.stdout);
                *value = match ended.code {
                    Some(0) => Some(bytes.to_str_lossy().into_owned()),
                    Some(1) => None,
                    _ => {
                        return Err(
                            Problem::invalid(format!("can't read the setting {name}")).why(said(&ended))
                        );
                    }
                };
            }
            Ok(values)
        },
    )
}

/// A truth value of git's configuration; a name without a value is true, and comes as nothing.
pub(super) fn is_true(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    matches!(value.as_str(), "" | "true" | "yes" | "on")
        || value.parse::<i64>().is_ok_and(|number| number != 0)
}
