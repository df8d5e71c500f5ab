//! `detect-aws-credentials`: none of the developer's own AWS secrets, which are read from where the AWS command line has them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use memchr::memmem;
use xtask_core::environment::Environment;
use xtask_core::model::{Problem, Result};

use super::{Check, File, Hit, Work};
use crate::options::{AwsOptions, Options, Secrets};

/// The check.
pub(super) static CHECK: Check = Check {
    id: "detect-aws-credentials",
    about: "none of your own AWS credentials",
    version: 1,
    takes: "text",
    work: Work::Bytes(run),
    fix: None,
};

const FILES: [&str; 4] = ["~/.aws/config", "~/.aws/credentials", "/etc/boto.cfg", "~/.boto"];
const FILE_VARIABLES: [&str; 4] =
    ["AWS_CONFIG_FILE", "AWS_CREDENTIAL_FILE", "AWS_SHARED_CREDENTIALS_FILE", "BOTO_CONFIG"];
const SECRET_VARIABLES: [&str; 3] = ["AWS_SECRET_ACCESS_KEY", "AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN"];
const KEYS: [&str; 3] = ["aws_secret_access_key", "aws_security_token", "aws_session_token"];

/// A file of credentials that is larger than this is none.
const LARGEST: u64 = 1 << 20;

fn run(_: &File, bytes: &[u8], options: &Options) -> Vec<Hit> {
    let Some(secrets) = &options.detect_aws_credentials.secrets else {
        return vec![Hit::file("the AWS credentials to look for were not read")];
    };
    let found = secrets.0.iter().filter_map(|secret| memmem::find(bytes, secret));
    let mut lines: Vec<u32> = found.map(|at| super::position::position(bytes, at).0).collect();
    lines.sort_unstable();
    lines.into_iter().map(|line| Hit::line(line, "one of your AWS secrets")).collect()
}

/// Reads the secrets that `options` asks for: from the files that it names (relative to `root`), the known ones, and the environment.
/// A file that isn't there holds none; one that can't be understood is a problem.
pub fn read_secrets(options: &mut AwsOptions, root: &Path, environment: &Environment) -> Result<()> {
    let mut secrets = BTreeSet::new();
    let named = options.credentials_file.iter().map(String::as_str).chain(FILES);
    let named = named.chain(FILE_VARIABLES.iter().filter_map(|name| environment.text(name)));
    for name in named.collect::<BTreeSet<_>>() {
        let Some(text) = read(&expand(name, root, environment)) else {
            continue;
        };
        let found = secrets_of(&text).map_err(|(line, why)| {
            Problem::usage(format!("detect-aws-credentials can't read {name}, line {line}"))
                .why(why)
                .fix(format!("mend {name}, as the AWS command line has it"))
        })?;
        secrets.extend(found.into_iter().map(String::into_bytes));
    }
    let from_environment = SECRET_VARIABLES.iter().filter_map(|name| environment.get(name));
    secrets.extend(from_environment.map(|value| value.as_encoded_bytes().to_vec()));
    options.secrets = Some(Secrets(secrets.into_iter().collect()));
    Ok(())
}

/// `~` is the home folder; other paths are relative to `root`.
fn expand(name: &str, root: &Path, environment: &Environment) -> PathBuf {
    let home = environment.path("HOME").or_else(|| environment.path("USERPROFILE"));
    match (name.strip_prefix('~'), home) {
        (Some(""), Some(home)) => home,
        (Some(rest), Some(home)) if rest.starts_with('/') => home.join(rest.trim_start_matches('/')),
        _ => root.join(name),
    }
}

fn read(path: &Path) -> Option<String> {
    let metadata = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    if metadata.len() > LARGEST {
        return None;
    }
    let bytes = xtask_core::files::read(path).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

type Section = BTreeMap<String, String>;

/// The secrets of all sections of an INI file, as Python's `configparser` reads it; else the line that is wrong, and how.
fn secrets_of(text: &str) -> std::result::Result<BTreeSet<String>, (usize, &'static str)> {
    let Some(sections) = sections(text)? else {
        return Ok(BTreeSet::new());
    };
    let default = sections.get("DEFAULT");
    let mut secrets = BTreeSet::new();
    for (_, section) in sections.iter().filter(|(name, _)| *name != "DEFAULT") {
        for key in KEYS {
            let value = section.get(key).or_else(|| default.and_then(|default| default.get(key)));
            let Some(value) = value else { continue };
            let plain = value.replace("%%", "\0");
            if plain.contains('%') {
                return Err((1, "a `%` in a value is written `%%`"));
            }
            let secret = plain.replace('\0', "%").trim().to_owned();
            if !secret.is_empty() {
                secrets.insert(secret);
            }
        }
    }
    Ok(secrets)
}

/// `None` where something stands before the first section: then it is no such file.
fn sections(text: &str) -> std::result::Result<Option<BTreeMap<String, Section>>, (usize, &'static str)> {
    let mut sections: BTreeMap<String, Section> = BTreeMap::new();
    let mut current: Option<String> = None;
    let mut option: Option<String> = None;
    let mut indent = 0;
    let mut unreadable = None;
    for (number, line) in (1..).zip(text.lines()) {
        let value = line.trim();
        let is_comment = value.starts_with(['#', ';']);
        let last = current.as_ref().and_then(|name| sections.get_mut(name));
        let last = last.zip(option.as_ref()).and_then(|(section, option)| section.get_mut(option));
        if value.is_empty() || is_comment {
            if let Some(last) = last.filter(|_| !is_comment) {
                last.push('\n');
            }
            continue;
        }
        let depth = line.len() - line.trim_start().len();
        if let Some(last) = last.filter(|_| depth > indent) {
            last.push('\n');
            last.push_str(value);
            continue;
        }
        indent = depth;
        let header = value.strip_prefix('[').and_then(|rest| rest.rfind(']').map(|end| &rest[..end]));
        if let Some(header) = header.filter(|header| !header.is_empty()) {
            if sections.contains_key(header) && header != "DEFAULT" {
                return Err((number, "a section that is there twice"));
            }
            sections.entry(header.to_owned()).or_default();
            current = Some(header.to_owned());
            option = None;
            continue;
        }
        let Some(section) = current.as_ref().and_then(|name| sections.get_mut(name)) else {
            return Ok(None);
        };
        match value.split_once(['=', ':']) {
            Some((name, value)) if !name.trim().is_empty() => {
                let name = name.trim().to_lowercase();
                if section.insert(name.clone(), value.trim().to_owned()).is_some() {
                    return Err((number, "an option that is there twice in its section"));
                }
                option = Some(name);
            }
            _ => unreadable = unreadable.or(Some((number, "neither a section nor an option with its value"))),
        }
    }
    unreadable.map_or(Ok(Some(sections)), Err)
}

#[cfg(test)]
mod tests {
    use xtask_core::model::RepoPath;

    use super::*;
    use crate::types::Tags;

    #[test]
    fn files_of_credentials_are_read() {
        for (text, expected) in [
            ("", Ok(&[][..])),
            ("nonsense\n[a]\naws_secret_access_key = x\n", Ok(&[])),
            ("[a]\nAWS_Secret_Access_Key=x\n[b]\naws_session_token : y \n", Ok(&["x", "y"])),
            ("[DEFAULT]\naws_security_token = z\n[a]\n[b]\nother = 1\n", Ok(&["z"])),
            ("[a]\n# c\ns3 =\n  aws_secret_access_key = no\naws_session_token =\n", Ok(&[])),
            ("[a]\naws_session_token = x%%y\n", Ok(&["x%y"])),
            ("[a]\naws_session_token = x%y\n", Err(1)),
            ("[a]\nb = 1\nb = 2\n", Err(3)),
            ("[a]\n[a]\n", Err(2)),
            ("[a]\nword\n", Err(2)),
            ("[a]\n= x\n", Err(2)),
        ] {
            let found = secrets_of(text);
            let found = found.as_ref().map(|found| found.iter().map(String::as_str).collect::<Vec<_>>());
            assert_eq!(found.as_deref().map_err(|(line, _)| *line), expected, "{text:?}");
        }
    }

    #[test]
    fn secrets_are_found_and_not_shown() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join(".aws")).unwrap();
        xtask_core::files::write(
            &home.path().join(".aws/credentials"),
            b"[default]\naws_secret_access_key = fromfile\n",
        )
        .unwrap();
        let environment = Environment::from_pairs([
            ("HOME", home.path().to_str().unwrap()),
            ("AWS_SESSION_TOKEN", "fromenvironment"),
        ]);
        let mut options = Options::default();
        let path = RepoPath::from("a.txt");
        let file = File { path: &path, tags: Tags::default(), size: 0 };
        assert_eq!(run(&file, b"x", &options).len(), 1, "unread secrets let nothing pass");
        read_secrets(&mut options.detect_aws_credentials, home.path(), &environment).unwrap();
        let hits = run(&file, b"x\nfromenvironment\nfromfile\n", &options);
        assert_eq!(hits.iter().map(|hit| hit.line).collect::<Vec<_>>(), [Some(2), Some(3)]);
        assert!(!format!("{hits:?}{options:?}").contains("from"));
        assert!(run(&file, b"fromnowhere\n", &options).is_empty());
        assert!(options.detect_aws_credentials.why_nothing_is_checked().is_none());

        let nothing = Environment::from_pairs([("HOME", "/nonexistent")]);
        let aws = &mut options.detect_aws_credentials;
        read_secrets(aws, home.path(), &nothing).unwrap();
        if !Path::new("/etc/boto.cfg").exists() {
            assert!(aws.why_nothing_is_checked().is_some());
        }
        aws.allow_missing_credentials = true;
        assert!(aws.why_nothing_is_checked().is_none());
    }
}
