//! `requirements-txt-fixer`: the requirements of pip sorted by name, each once, with the comments above them.

use bstr::ByteSlice;

use super::{Check, File, Hit, Work};
use crate::options::Options;

/// The check.
pub(super) static CHECK: Check = Check {
    id: "requirements-txt-fixer",
    about: "sorted requirements of pip",
    version: 1,
    takes: "file",
    work: Work::Bytes(run),
    fix: Some(fix),
};

/// What a broken pip of Debian writes.
const BROKEN: [&[u8]; 2] = [b"pkg-resources==0.0.0\n", b"pkg_resources==0.0.0\n"];

/// One requirement. Its lines may be continued, and then a comment may stand among them; so neither part is one slice.
#[derive(Default)]
struct Requirement<'a> {
    value: Vec<&'a [u8]>,
    comments: Vec<&'a [u8]>,
    number: u32,
}

/// What stands for the comment at the top of a file, which stays there.
const TOP: &[u8] = b"\n";

impl Requirement<'_> {
    fn is_complete(&self) -> bool {
        let last = self.value.iter().rev().flat_map(|part| part.iter().rev());
        !self.value.is_empty() && last.copied().find(|byte| !matches!(byte, b'\r' | b'\n')) != Some(b'\\')
    }

    fn is_top(&self) -> bool {
        self.value == [TOP]
    }

    /// What it is sorted by; `None` where a line begins with what is no name.
    fn name(&self) -> Option<Vec<u8>> {
        let value = self.value.concat();
        let mut name = value.to_ascii_lowercase();
        for egg in ["#egg=", "&egg="] {
            if value.contains_str(egg) {
                let end = name.find(egg).map_or(name.len(), |at| at + egg.len());
                return Some(name.split_off(end));
            }
        }
        let end = name.iter().position(|&byte| byte == b';' || is_space(byte)).unwrap_or(name.len());
        name.truncate(end);
        if let Some(comparison) = comparison(&name) {
            name.truncate(comparison);
        }
        (end > 0).then_some(name)
    }
}

/// Where the first of `==`, `!=`, `~=`, `<` and `>` is.
fn comparison(name: &[u8]) -> Option<usize> {
    (0..name.len()).find(|&at| matches!(name[at..], [b'<' | b'>', ..] | [b'=' | b'!' | b'~', b'=', ..]))
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ')
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|&byte| is_space(byte))
}

fn is_comment(line: &[u8]) -> bool {
    line.iter().find(|&&byte| !is_space(byte)) == Some(&b'#')
}

/// The requirements of these lines, and the comments after the last one.
fn parse<'a>(lines: impl Iterator<Item = &'a [u8]>) -> (Vec<Requirement<'a>>, Vec<&'a [u8]>) {
    let mut all: Vec<Requirement> = Vec::new();
    for (number, line) in (1..).zip(lines) {
        if all.last().is_none_or(Requirement::is_complete) {
            all.push(Requirement::default());
        }
        let is_first = all.len() == 1;
        let Some(one) = all.last_mut() else { continue };
        if is_first && is_blank(line) {
            if one.comments.first().is_some_and(|comment| comment.starts_with(b"#")) {
                one.value = vec![TOP];
            } else {
                one.comments.push(line);
            }
        } else if is_blank(line) || is_comment(line) {
            one.comments.push(line);
        } else {
            if one.value.is_empty() {
                one.number = number;
            }
            one.value.push(line);
        }
    }
    let rest = match all.pop_if(|last| last.value.is_empty()) {
        Some(last) => last.comments,
        None => Vec::new(),
    };
    (all, rest)
}

/// The sorted file, or the number of the line that has no name to sort by.
fn sort(bytes: &[u8]) -> Result<Option<Vec<u8>>, u32> {
    if is_blank(bytes) {
        return Ok(None);
    }
    let ended;
    let whole = if bytes.ends_with(b"\n") {
        bytes
    } else {
        ended = [bytes, b"\n"].concat();
        &ended
    };
    let (mut all, rest) = parse(whole.lines_with_terminator());
    all.retain(|one| !BROKEN.contains(&one.value.concat().as_slice()));
    let named = all.iter().filter(|one| !one.is_top()).count();
    let mut keyed = Vec::with_capacity(all.len());
    for one in all {
        let key = match one.name() {
            _ if one.is_top() => None,
            Some(name) => Some(name),
            // One alone needs no place.
            None if named < 2 => Some(Vec::new()),
            None => return Err(one.number),
        };
        // Of two with the same name, the one with comments is first, and stays.
        keyed.push((key, one.comments.is_empty(), one));
    }
    keyed.sort_by(|(a, a_bare, _), (b, b_bare, _)| (a, a_bare).cmp(&(b, b_bare)));
    let mut fixed = Vec::with_capacity(whole.len());
    let mut last: Option<Vec<u8>> = None;
    for (_, _, one) in keyed {
        fixed.extend(one.comments.concat());
        let value = one.value.concat();
        if last.as_ref() != Some(&value) {
            fixed.extend_from_slice(&value);
            last = Some(value);
        }
    }
    fixed.extend(rest.concat());
    Ok((fixed != bytes).then_some(fixed))
}

fn run(_: &File, bytes: &[u8], _: &Options) -> Vec<Hit> {
    match sort(bytes) {
        Ok(None) => Vec::new(),
        Ok(Some(fixed)) => {
            let same = bytes.iter().zip(&fixed).take_while(|(a, b)| a == b).count();
            let line = super::position::position(bytes, same).0;
            vec![Hit::line(line, "the requirements are not sorted, each once, with a line ending")]
        }
        Err(line) => vec![Hit::line(line, "a requirement that doesn't begin with its name")],
    }
}

fn fix(_: &File, bytes: &[u8], _: &Options) -> Option<Vec<u8>> {
    sort(bytes).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_are_sorted() {
        for (before, after) in [
            ("", None),
            (" \n\n", None),
            ("a\nb\n", None),
            ("a", Some("a\n")),
            ("b\n# of a\na\n", Some("# of a\na\nb\n")),
            ("# top\n\nb\na\n", Some("# top\n\na\nb\n")),
            ("a==1\na==1\n", Some("a==1\n")),
            ("a==1\na==2\n", None),
            ("b>=1\nA~=2\n", Some("A~=2\nb>=1\n")),
            ("b \\\n  --hash=1\na\n", Some("a\nb \\\n  --hash=1\n")),
            ("pkg-resources==0.0.0\na\n", Some("a\n")),
            ("-e git+x#egg=b\na\nc\n", Some("a\n-e git+x#egg=b\nc\n")),
            ("b\na\n# end\n", Some("a\nb\n# end\n")),
            (" a\n", None),
        ] {
            assert_eq!(sort(before.as_bytes()).unwrap().as_deref(), after.map(str::as_bytes), "{before:?}");
        }
        assert_eq!(sort(b"b\n a\n"), Err(2));
    }
}
