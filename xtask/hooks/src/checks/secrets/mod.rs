//! `detect-secrets`: no passwords, keys and tokens. One pass looks for the letters by which they are known, and what surrounds a
//! match is read by hand, so the time is linear in the size of the file. Private keys are left to `detect-private-key`.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::{Check, File, Hit, Work, position};
use crate::options::Options;
use accept::Marker;

mod accept;
mod alphabet;
mod assignment;
mod finder;
mod formats;
mod inner;
mod placeholder;
#[cfg(test)]
mod tests;
mod url;
mod verify;

/// The check.
pub(super) static CHECK: Check = Check {
    id: "detect-secrets",
    about: "no passwords, keys and tokens",
    version: 1,
    takes: "text",
    work: Work::Bytes(run),
    fix: None,
};

/// Reads what is around a mark; gives where the secret lies.
type Reader = fn(&[u8], Range<usize>) -> Option<Range<usize>>;

const ASSIGNED: &str = "secret-assignment";
const AWS_SECRET: &str = "aws-secret-key";
const PASSWORD: &str = "password-in-url";

/// Every kind of secret, sorted: what `ignore` takes.
static KINDS: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let formats = formats::FORMATS.iter().map(|format| format.kind);
    let inner = inner::READERS.iter().map(|(kind, _, _)| *kind);
    formats.chain(inner).chain([ASSIGNED, AWS_SECRET, PASSWORD]).collect()
});

/// The name of a kind of secret, such as `jwt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretKind(&'static str);

impl<'de> Deserialize<'de> for SecretKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        static NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| KINDS.iter().copied().collect());
        let name = <Cow<'de, str>>::deserialize(deserializer)?;
        KINDS
            .get(&*name)
            .map(|known| Self(known))
            .ok_or_else(|| serde::de::Error::unknown_variant(&name, &NAMES))
    }
}

impl JsonSchema for SecretKind {
    fn schema_name() -> Cow<'static, str> {
        "SecretKind".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "enum": *KINDS, "description": "A kind of secret." })
    }
}

/// What a mark belongs to.
#[derive(Clone, Copy)]
enum Mark {
    Format(&'static formats::Format),
    Inner(&'static str, Reader),
    Name,
    Address,
}

/// All marks, and the automaton that finds them.
struct Marks {
    marks: Vec<Mark>,
    finder: finder::Finder,
}

static MARKS: LazyLock<Marks> = LazyLock::new(|| {
    let formats = formats::FORMATS
        .iter()
        .flat_map(|format| format.prefixes.iter().map(move |prefix| (*prefix, Mark::Format(format))));
    let inner = inner::READERS
        .iter()
        .flat_map(|&(kind, texts, reader)| texts.iter().map(move |text| (*text, Mark::Inner(kind, reader))));
    let names = assignment::NAMES.iter().map(|name| (*name, Mark::Name));
    let all = formats.chain(inner).chain(names).chain([("://", Mark::Address)]);
    let (texts, marks): (Vec<&str>, Vec<Mark>) = all.unzip();
    let finder = finder::Finder::new(&texts);
    Marks { marks, finder }
});

/// A secret, and where it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Secret {
    kind: &'static str,
    place: Range<usize>,
}

/// A file that holds more is a dump; what is beyond is told as a number.
const NAMED: usize = 50;

/// How much of a file is searched at a time, so that the matches of a large one needn't be held at once.
const BLOCK: usize = 1 << 18;

/// All secrets in the order in which they lie, none within another.
fn secrets(bytes: &[u8]) -> Vec<Secret> {
    let Marks { marks, finder } = &*MARKS;
    let mut found: Vec<Secret> = Vec::new();
    // Where the last token of a known format ends. What lies within it is part of it.
    let mut taken = 0;
    let blocks = (0..bytes.len()).step_by(BLOCK);
    for hit in blocks.flat_map(|from| finder.find(bytes, from..bytes.len().min(from + BLOCK))) {
        let mark = hit.start..hit.end;
        if mark.start < taken {
            continue;
        }
        let secret = match marks[hit.literal] {
            Mark::Format(format) => {
                let end = format.token(bytes, mark.start, mark.end);
                end.map(|end| Secret { kind: format.kind, place: mark.start..end })
            }
            Mark::Inner(kind, reader) => reader(bytes, mark).map(|place| Secret { kind, place }),
            Mark::Name => assignment::literal(bytes, mark).map(|assigned| Secret {
                kind: if assigned.aws { AWS_SECRET } else { ASSIGNED },
                place: assigned.value,
            }),
            Mark::Address => url::password(bytes, mark).map(|place| Secret { kind: PASSWORD, place }),
        };
        let Some(secret) = secret else { continue };
        if is_known_format(&secret) {
            taken = secret.place.end;
        }
        add(&mut found, secret);
    }
    found
}

/// Whether its own form tells what it is, not the place where it lies.
fn is_known_format(secret: &Secret) -> bool {
    secret.kind != ASSIGNED && secret.kind != PASSWORD
}

/// Adds a secret; of two that overlap, the one stays whose form is known.
fn add(found: &mut Vec<Secret>, secret: Secret) {
    while let Some(last) = found.last() {
        if last.place.end <= secret.place.start {
            break;
        }
        if is_known_format(last) || !is_known_format(&secret) {
            return;
        }
        found.pop();
    }
    found.push(secret);
}

/// As much of a secret as may be shown: its first four characters, which tokens have in common; of what has no such prefix, and
/// of short ones, nothing.
fn redacted(secret: &Secret, bytes: &[u8]) -> String {
    let shown = if is_known_format(secret) && secret.kind != AWS_SECRET { 4 } else { 0 };
    let text = &bytes[secret.place.clone()];
    format!("{}…", String::from_utf8_lossy(&text[..shown.min(text.len() / 4)]))
}

fn run(_: &File, bytes: &[u8], options: &Options) -> Vec<Hit> {
    let options = &options.detect_secrets;
    let mut hits = Vec::new();
    let mut more = 0_usize;
    for secret in secrets(bytes) {
        if options.ignore.iter().any(|kind| kind.0 == secret.kind) {
            continue;
        }
        let fingerprint = accept::fingerprint(secret.kind, &bytes[secret.place.clone()]);
        if options.accept.iter().any(|accepted| accepted.eq_ignore_ascii_case(&fingerprint)) {
            continue;
        }
        let hint = match accept::marker(bytes, secret.place.start) {
            Marker::Accepted => continue,
            Marker::NoReason => "; the marker on its line accepts it once it gives a reason",
            Marker::None => "",
        };
        if hits.len() == NAMED {
            more += 1;
            continue;
        }
        let (line, column) = position::position(bytes, secret.place.start);
        let shown = redacted(&secret, bytes);
        let message = format!("{} `{shown}` (fingerprint {fingerprint}){hint}", secret.kind);
        hits.push(Hit { line: Some(line), column: Some(column), message });
    }
    if let Some(last) = hits.last_mut()
        && more > 0
    {
        use std::fmt::Write;
        let _ = write!(last.message, " (and {more} more)");
    }
    hits
}
