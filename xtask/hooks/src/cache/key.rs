//! What a result is remembered by.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};

use xtask_core::model::{Fingerprint, RepoPath};
use xtask_core::repo::ObjectId;

use crate::checks::Check;
use crate::options::Options;

/// The name of a result: 128 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(u128);

impl Key {
    /// The key of these parts.
    pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        // A fingerprint is 32 hexadecimal digits.
        Self(u128::from_str_radix(Fingerprint::of(parts).as_str(), 16).unwrap_or_default())
    }

    pub(super) fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_le_bytes(bytes))
    }

    pub(super) fn to_bytes(self) -> [u8; 16] {
        self.0.to_le_bytes()
    }
}

/// What all results of a plan depend on: this program's version, the checks in their versions, their options, and `more`: what
/// else decides which checks a file gets.
pub fn plan_fingerprint(checks: &[&'static Check], options: &Options, more: &[u8]) -> Fingerprint {
    let mut text = format!("{} {options:?}", env!("CARGO_PKG_VERSION"));
    for check in checks {
        let _ = write!(text, " {}={}:{}", check.id, check.version, check.takes);
    }
    Fingerprint::of([text.as_bytes(), more])
}

/// The key of a file: the blob, its path and mode (which decide what it is, and which checks it gets), and the size of the bytes
/// that were looked at, which is another where line endings were converted on the way out of git. `more` is what else the
/// verdict on this one file depends on, as its attributes.
pub fn blob_key(id: &ObjectId, path: &RepoPath, executable: bool, size: u64, more: u64) -> Key {
    let context = |salt: u64| {
        let mut hash = DefaultHasher::new();
        (salt, path.as_bytes(), executable, size, more).hash(&mut hash);
        u128::from(hash.finish())
    };
    let mut start = [0; 16];
    start.copy_from_slice(&id.as_bytes()[..16]);
    // The blob's name is a strong hash by itself; the rest tells apart what happens to have the same content.
    Key(u128::from_le_bytes(start) ^ (context(1) << 64 | context(2)))
}

/// What a command's verdict depends on, where it says so by `inputs`.
#[derive(Clone, Debug)]
pub struct CommandInputs<'a> {
    /// Its line, with `{files}`, and where it runs.
    pub run: &'a str,
    /// The folder that it runs in, below the top.
    pub folder: &'a str,
    /// The variables that are set for it.
    pub environment: &'a BTreeMap<String, String>,
    /// The files that it is given.
    pub files: &'a [(&'a RepoPath, ObjectId, bool)],
    /// The files that match `inputs`, each with whether it is executable.
    pub inputs: &'a [(&'a RepoPath, ObjectId, bool)],
}

/// The key of a command's result. The files' order counts, since the command sees it; that of the inputs doesn't.
pub fn command_key(command: &CommandInputs) -> Key {
    let mut bytes: Vec<u8> = Vec::new();
    let mut add = |part: &[u8]| {
        bytes.extend((part.len() as u64).to_le_bytes());
        bytes.extend(part);
    };
    add(env!("CARGO_PKG_VERSION").as_bytes());
    add(command.run.as_bytes());
    add(command.folder.as_bytes());
    add(&command.environment.len().to_le_bytes());
    for (name, value) in command.environment {
        add(name.as_bytes());
        add(value.as_bytes());
    }
    let mut inputs: Vec<_> = command.inputs.iter().collect();
    inputs.sort_unstable();
    inputs.dedup();
    add(&command.files.len().to_le_bytes());
    for (path, id, executable) in command.files.iter().chain(inputs) {
        add(path.as_bytes());
        add(id.as_bytes());
        add(&[u8::from(*executable)]);
    }
    Key::of_parts([&bytes[..]])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::DEFAULT;

    fn id(byte: u8) -> ObjectId {
        ObjectId::from_bytes(&[byte; 20]).unwrap()
    }

    #[test]
    fn whatever_a_verdict_depends_on_makes_another_key() {
        let path = RepoPath::from("a/b.py");
        let base = || blob_key(&id(1), &path, false, 10, 0);
        assert_eq!(base(), base());
        for other in [
            blob_key(&id(2), &path, false, 10, 0),
            blob_key(&id(1), &"a/b.md".into(), false, 10, 0),
            blob_key(&id(1), &"a".into(), false, 10, 0),
            blob_key(&id(1), &path, true, 10, 0),
            blob_key(&id(1), &path, false, 11, 0),
            blob_key(&id(1), &path, false, 10, 1),
            blob_key(&ObjectId::from_bytes(&[2; 32]).unwrap(), &path, false, 10, 0),
        ] {
            assert_ne!(other, base());
        }
    }

    #[test]
    fn a_plan_is_its_checks_and_their_options() {
        let base = plan_fingerprint(&DEFAULT, &Options::default(), b"");
        assert_eq!(base, plan_fingerprint(&DEFAULT, &Options::default(), b""));
        let mut options = Options::default();
        options.check_yaml.syntax_only = true;
        for other in [
            plan_fingerprint(&DEFAULT[1..], &Options::default(), b""),
            plan_fingerprint(&DEFAULT, &options, b""),
            plan_fingerprint(&DEFAULT, &Options::default(), b"x"),
        ] {
            assert_ne!(other, base);
        }
    }

    #[test]
    fn a_command_is_its_line_its_environment_and_its_files() {
        let (a, b) = (RepoPath::from("a"), RepoPath::from("b"));
        let none = BTreeMap::new();
        let set = BTreeMap::from([("A".to_owned(), "1".to_owned())]);
        let (one, two) = ((&a, id(1), false), (&b, id(2), false));
        let key = |run, folder, environment, files: &[_], inputs: &[_]| {
            command_key(&CommandInputs { run, folder, environment, files, inputs })
        };
        let base = key("x {files}", "", &none, &[one], &[two]);
        assert_eq!(base, key("x {files}", "", &none, &[one], &[two, two]));
        assert_eq!(key("x", "", &none, &[], &[one, two]), key("x", "", &none, &[], &[two, one]));
        for other in [
            key("y {files}", "", &none, &[one], &[two]),
            key("x {files}", "d", &none, &[one], &[two]),
            key("x {files}", "", &set, &[one], &[two]),
            key("x {files}", "", &none, &[one, two], &[]),
            key("x {files}", "", &none, &[], &[one, two]),
            key("x {files}", "", &none, &[(&a, id(1), true)], &[two]),
            key("x {files}", "", &none, &[(&a, id(3), false)], &[two]),
            key("x {files}", "", &none, &[one], &[(&b, id(3), false)]),
        ] {
            assert_ne!(other, base);
        }
    }
}
