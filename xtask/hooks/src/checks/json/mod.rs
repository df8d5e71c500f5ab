//! `check-json`: JSON as Python's `json` reads it (`NaN` and `Infinity` too), and no key twice in an object.

use super::fault::Fault;
use super::{Check, File, Hit, Work};
use crate::options::Options;

mod encoding;
mod number;
mod parse;
pub(super) mod pretty;
mod string;

/// The check.
pub(super) static CHECK: Check = Check {
    id: "check-json",
    about: "JSON files that parse, without duplicate keys",
    version: 1,
    takes: "json",
    work: Work::Bytes(run),
    fix: None,
};

fn run(_: &File, bytes: &[u8], _: &Options) -> Vec<Hit> {
    let (text, result) = match encoding::to_utf8(bytes) {
        Ok(text) => {
            let result = parse::check(&text);
            (text, result)
        }
        Err(fault) => (bytes.into(), Err(fault)),
    };
    let Err(fault) = result else {
        return Vec::new();
    };
    let (line, column) = super::position::position(&text, fault.offset);
    vec![Hit { line: Some(line), column: Some(column), message: format!("no valid JSON: {}", fault.message) }]
}

#[cfg(test)]
mod tests {
    use xtask_core::model::RepoPath;

    use super::*;
    use crate::types::Tags;

    #[test]
    fn the_place_is_told() {
        let path = RepoPath::from("a.json");
        let file = File { path: &path, tags: Tags::default(), size: 0 };
        let hits = run(&file, b"{\"a\": 1,\n \"a\": 2}\n", &Options::default());
        assert_eq!(
            hits,
            [Hit {
                line: Some(2),
                column: Some(2),
                message: "no valid JSON: the key \"a\" is there twice".to_owned(),
            }]
        );
        let hits = run(&file, b"\"\xff\"", &Options::default());
        assert_eq!(hits[0].column, Some(2));
    }
}
