//! The interpreter that a script's first line names.

use bstr::ByteSlice;

/// The interpreter of a file that begins with these bytes: `/bin/sh`, or `python3` where `env` finds it.
pub(super) fn interpreter(start: &[u8]) -> Option<Vec<u8>> {
    let rest = start.strip_prefix(b"#!")?;
    let line = rest.lines().next().unwrap_or_default();
    if !line.iter().all(|&byte| matches!(byte, b'\t'..=b'\r' | b' '..=b'~')) {
        return None;
    }
    let words = words(line);
    let mut words = words.iter().map(Vec::as_slice);
    let first = words.next()?;
    let command = match first {
        b"/usr/bin/env" => match words.next() {
            Some(b"-S") => words.next(),
            next => next,
        }?,
        first => first,
    };
    if command == b"nix-shell" && words.next().is_none() {
        return Some(nix_interpreter(rest).unwrap_or_else(|| command.to_vec()));
    }
    Some(command.to_vec())
}

/// The words of a line; a quoted part is one word, as some installers write it.
fn words(line: &[u8]) -> Vec<Vec<u8>> {
    let mut words = Vec::new();
    let mut word: Option<Vec<u8>> = None;
    let mut quote = None;
    for &byte in line {
        match (quote, byte) {
            (Some(open), byte) if byte == open => quote = None,
            (None, b'"' | b'\'') => {
                quote = Some(byte);
                word.get_or_insert_default();
            }
            (None, byte) if byte.is_ascii_whitespace() || byte == 0x0b => words.extend(word.take()),
            (_, byte) => word.get_or_insert_default().push(byte),
        }
    }
    if quote.is_some() {
        return line.fields().map(<[u8]>::to_vec).collect();
    }
    words.extend(word);
    words
}

/// What follows `-i` in the `#!` lines after the first, the last one counting.
fn nix_interpreter(rest: &[u8]) -> Option<Vec<u8>> {
    let more = rest.lines().skip(1).map_while(|line| line.strip_prefix(b"#!"));
    more.filter_map(|line| {
        words(line).windows(2).rev().find(|pair| pair[0] == b"-i").map(|pair| pair[1].clone())
    })
    .last()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_lines() {
        for (start, expected) in [
            (&b"#!/bin/sh\n"[..], Some(&b"/bin/sh"[..])),
            (b"#! /usr/bin/env -S node --flag\n", Some(b"node")),
            (b"#!/usr/bin/env bash", Some(b"bash")),
            (b"#!'/opt/my tools/python'\n", Some(b"/opt/my tools/python")),
            (b"#!/bin/o'neil\n", Some(b"/bin/o'neil")),
            (b"#!/usr/bin/env nix-shell\n#! nix-shell -i python3 -p x\nimport os\n", Some(b"python3")),
            (b"#!\n", None),
            (b"#!/usr/bin/env\n", None),
            (b"#!/bin/\xff\n", None),
            (b"# /bin/sh\n", None),
            (b"", None),
        ] {
            assert_eq!(interpreter(start).as_deref(), expected, "{}", start.as_bstr());
        }
    }
}
