//! What a file is, by its name, its first line or its first kilobyte: the tags that pre-commit's users know from the
//! *identify* library (`text`, `python`, `yaml`, …). Files are only told apart here; nothing is read.

use std::collections::HashMap;
use std::sync::LazyLock;

use bstr::ByteSlice;

mod shebang;

use shebang::interpreter;

/// What the tables hold: of each key, which of [`WORDS`] its tags are.
type Table = HashMap<&'static [u8], Words>;

const TEXTS: [&str; 3] =
    [include_str!("extensions.txt"), include_str!("names.txt"), include_str!("interpreters.txt")];

static EXTENSIONS: LazyLock<Table> = LazyLock::new(|| table(TEXTS[0]));
static NAMES: LazyLock<Table> = LazyLock::new(|| table(TEXTS[1]));
static INTERPRETERS: LazyLock<Table> = LazyLock::new(|| table(TEXTS[2]));

/// The tags of every line of the tables, sorted; the first of them are none.
static WORDS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut words: Vec<&str> = TEXTS.into_iter().flat_map(lines).map(|(tags, _)| tags).chain([""]).collect();
    words.sort_unstable();
    words.dedup();
    words
});

/// Tags as a place in [`WORDS`]: every file of a run has some, and a text would be eight times as large.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Words(u16);

impl Words {
    fn of(tags: &str) -> Self {
        Self(WORDS.binary_search(&tags).map_or(0, |at| at as u16))
    }

    fn is_empty(self) -> bool {
        self == Self::default()
    }

    fn iter(self) -> impl Iterator<Item = &'static str> {
        WORDS[usize::from(self.0)].split(' ')
    }
}

/// The bytes at a file's start that decide between text and binary, and that hold its first line.
pub const SNIFFED: usize = 1024;

/// Reads lines of `tag tag: key key key`.
fn lines(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(": "))
}

fn table(text: &'static str) -> Table {
    lines(text)
        .flat_map(|(tags, keys)| keys.split(' ').map(move |key| (key.as_bytes(), Words::of(tags))))
        .collect()
}

/// What an entry of a tree is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    #[default]
    File,
    /// A symbolic link.
    Symlink,
    /// A submodule: a folder on disk.
    Directory,
}

/// The tags of one entry. As in *identify*, a link or a submodule has one tag alone: `symlink`, `directory`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    kind: Kind,
    generated: bool,
    by_name: Words,
    by_extension: Words,
    by_shebang: Words,
    text: Option<bool>,
    executable: bool,
}

impl Tags {
    /// The tags of a symbolic link.
    pub fn symlink() -> Self {
        Self { kind: Kind::Symlink, ..Self::default() }
    }

    /// The tags of a submodule.
    pub fn submodule() -> Self {
        Self { kind: Kind::Directory, ..Self::default() }
    }

    /// What the entry is.
    pub fn kind(self) -> Kind {
        self.kind
    }

    /// The same, knowing whether `.gitattributes` marks the file as generated.
    pub fn with_generated(self, generated: bool) -> Self {
        Self { generated, ..self }
    }

    /// Whether it is known that `.gitattributes` marks the file as generated.
    pub fn is_generated(self) -> bool {
        self.generated
    }

    /// Whether the file is executable.
    pub fn is_executable(self) -> bool {
        self.executable
    }

    /// The tags that the name alone gives.
    pub fn of_name(name: &[u8], executable: bool) -> Self {
        let by_name = std::iter::once(name)
            .chain(name.split_str("."))
            .find_map(|part| NAMES.get(part).copied())
            .unwrap_or_default();
        let by_extension = extension(name)
            .and_then(|extension| EXTENSIONS.get(extension.to_ascii_lowercase().as_slice()).copied())
            .unwrap_or_default();
        let mut tags = Self { by_name, by_extension, executable, ..Self::default() };
        tags.text = tags.encoding();
        tags
    }

    /// The same once the file's first [`SNIFFED`] bytes are known.
    pub fn with_content(mut self, start: &[u8]) -> Self {
        if self.kind != Kind::File {
            return self;
        }
        if self.executable && self.by_name.is_empty() && self.by_extension.is_empty() {
            self.by_shebang =
                interpreter(start).and_then(|name| known_interpreter(&name)).unwrap_or_default();
        }
        if self.text.is_none() {
            self.text = Some(is_text(&start[..start.len().min(SNIFFED)]));
        }
        self
    }

    /// Whether content could still change the tags.
    pub fn is_certain(self) -> bool {
        self.text.is_some() || self.kind != Kind::File
    }

    /// Whether the file is text; `None` while only content could tell.
    pub fn is_text(self) -> Option<bool> {
        self.text
    }

    /// Whether the entry has this tag. `file` is had by all regular files.
    pub fn has(self, tag: &str) -> bool {
        match self.kind {
            Kind::File => {}
            Kind::Symlink => return tag == "symlink",
            Kind::Directory => return tag == "directory",
        }
        match tag {
            "file" => true,
            "text" => self.text == Some(true),
            "binary" => self.text == Some(false),
            "executable" => self.executable,
            "non-executable" => !self.executable,
            "symlink" | "directory" => false,
            _ => self.words().any(|word| word == tag),
        }
    }

    /// Whether the name says that it is text.
    fn encoding(self) -> Option<bool> {
        self.words().find_map(|word| match word {
            "text" => Some(true),
            "binary" => Some(false),
            _ => None,
        })
    }

    fn words(self) -> impl Iterator<Item = &'static str> {
        [self.by_name, self.by_extension, self.by_shebang].into_iter().flat_map(Words::iter)
    }
}

/// Every tag that a file can have, sorted: for checking what a configuration names.
pub fn known_tags() -> Vec<&'static str> {
    let mut tags: Vec<&str> = WORDS
        .iter()
        .filter(|tags| !tags.is_empty())
        .flat_map(|tags| tags.split(' '))
        .chain(["file", "symlink", "directory", "text", "binary", "executable", "non-executable"])
        .collect();
    tags.sort_unstable();
    tags.dedup();
    tags
}

/// What follows the last dot, unless only dots come before it.
fn extension(name: &[u8]) -> Option<&[u8]> {
    let dot = name.rfind_byte(b'.')?;
    let inside = name[..dot].iter().any(|&byte| byte != b'.');
    (inside && dot + 1 < name.len()).then(|| &name[dot + 1..])
}

/// `python3.5.2` is looked up as such, then as `python3.5`, then as `python3`.
fn known_interpreter(path: &[u8]) -> Option<Words> {
    let mut name = path.rsplit_str("/").next().unwrap_or(path);
    loop {
        if let Some(tags) = INTERPRETERS.get(name) {
            return Some(*tags);
        }
        name = &name[..name.rfind_byte(b'.')?];
    }
}

/// No control characters but those of text. Bytes from 0x80 count as text, whatever the encoding.
fn is_text(start: &[u8]) -> bool {
    start.iter().all(|&byte| matches!(byte, 7..=13 | 27 | 0x20..=0x7e | 0x80..))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_extensions_tell() {
        for (name, has, has_not) in [
            ("a.py", &["text", "python"][..], &["binary", "json"][..]),
            ("A.JSON", &["text", "json"], &["python"]),
            ("Cargo.toml", &["toml", "cargo", "text"], &[]),
            ("Dockerfile.xenial", &["dockerfile", "text"], &[]),
            ("Pipfile.lock", &["json", "pipfile-lock"], &[]),
            (".clang-format", &["yaml", "text"], &[]),
            ("logo.svg", &["text", "image", "xml"], &["binary"]),
            ("x.png", &["binary", "image"], &["text"]),
            ("notebook.ipynb", &["json", "jupyter"], &[]),
        ] {
            let tags = Tags::of_name(name.as_bytes(), false);
            assert!(tags.is_certain(), "{name}");
            for tag in has {
                assert!(tags.has(tag), "{name} is {tag}");
            }
            for tag in has_not {
                assert!(!tags.has(tag), "{name} is not {tag}");
            }
        }
        for name in ["", ".json", "...json", "json", "a.", "a.unknown", "x.plist"] {
            assert!(!Tags::of_name(name.as_bytes(), false).is_certain(), "{name}");
        }
    }

    #[test]
    fn content_tells_where_the_name_does_not() {
        let plain = Tags::of_name(b"run", false).with_content(b"#!/bin/sh\n");
        assert!(plain.has("text") && !plain.has("shell"));
        let script = Tags::of_name(b"run", true).with_content(b"#!/usr/bin/env python3.11\n");
        assert!(script.has("python3") && script.has("python") && script.has("text"));
        assert!(Tags::of_name(b"data", false).with_content(b"a\0b").has("binary"));
        assert!(Tags::of_name(b"data", false).with_content(b"").has("text"));
        assert!(Tags::of_name(b"data", false).with_content(b"caf\xe9").has("text"));
        let mut late = vec![b'a'; SNIFFED];
        late.push(0);
        assert!(Tags::of_name(b"data", false).with_content(&late).has("text"));
    }

    #[test]
    fn links_and_submodules_have_one_tag() {
        for (tags, tag) in [(Tags::symlink(), "symlink"), (Tags::submodule(), "directory")] {
            let tags = tags.with_content(b"#!/bin/sh\n");
            assert!(tags.is_certain());
            let had: Vec<&str> = known_tags().into_iter().filter(|tag| tags.has(tag)).collect();
            assert_eq!(had, [tag]);
        }
        assert!(!Tags::of_name(b"a.py", false).has("symlink"));
    }

    #[test]
    fn the_known_tags_are_listed() {
        let tags = known_tags();
        assert!(tags.contains(&"python") && tags.contains(&"executable") && !tags.contains(&""));
    }
}
