//! The quick look against the parser.

use proptest::prelude::*;

use super::is_fine;
use crate::checks::yaml::{YamlOptions, parse, unprintable};

/// Pieces that texts are put together from.
const PIECES: [&str; 65] = [
    "&x\n",
    "<<: *x\n",
    " *x\n",
    "a",
    "b",
    "a: ",
    "b: ",
    "a:",
    ": ",
    ":",
    "- ",
    "-",
    "--- ",
    "---\n",
    "...\n",
    "\n",
    "\n",
    "\n",
    "\n ",
    "\n  ",
    "\n    ",
    "\r\n",
    "\r",
    " ",
    "  ",
    "\t",
    "#",
    " # c\n",
    "'",
    "''",
    "\"",
    "\\",
    "\\n",
    "\\u00e9",
    "'x'",
    "\"y\": ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    ",",
    "|\n",
    ">-\n",
    "| # c\n",
    "&x ",
    "*x",
    "!!str ",
    "? ",
    "<<: ",
    "1",
    "0x1",
    "true",
    "~",
    "null",
    "1.0",
    "0x_",
    "2001-02-30",
    "%",
    "@",
    "\u{e9}",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "x y",
];

/// Lines that texts are put together from.
const LINES: [&str; 63] = [
    "a: &x\n",
    "b: &x 1\n",
    "  b: &y\n",
    "- &x a\n",
    "- &x\n",
    "- &x a: b\n",
    "c: *x\n",
    "  <<: *x\n",
    "  <<: *y\n",
    "<<: *x\n",
    "- *x\n",
    "  c: &y {}\n",
    "  more text\n",
    "    more: text\n",
    "   and # c\n",
    "a: 'x\n",
    "  y'\n",
    "b: \"x \\\n",
    "  'z\n",
    "a: 1\n",
    "b: 2\n",
    "a:\n",
    "b:\n",
    "  a: 1\n",
    "  b: x y\n",
    "  a:\n",
    "  c:\n",
    "    a: 1\n",
    "    b:\n",
    "- a\n",
    "- a: 1\n",
    "  - b\n",
    "  - a: 1\n",
    "  - - c\n",
    "    - d\n",
    "-\n",
    "  -\n",
    "- - a: b\n",
    "a: |\n",
    "  b: >-\n",
    "- |+\n",
    "    text\n",
    "  text: no\n",
    "   odd\n",
    "\n",
    "   \n",
    "# c\n",
    "  # c\n",
    "---\n",
    "a: [b, {c: d},\n",
    "  e]\n",
    "]\n",
    "a: {b: 1, b: 2}\n",
    "a: 'x' # c\n",
    "\"a\": \"b\\n\"\n",
    "'b' : c\n",
    "1: x\n",
    "true: y\n",
    "1.0: z\n",
    "a : b\n",
    "\ttab\n",
    "    \tx\n",
    "a: b",
];

fn agrees(text: &str) -> Result<(), TestCaseError> {
    for many in [false, true] {
        if unprintable(text.as_bytes()).is_none() && is_fine(text, many) {
            let options = YamlOptions { allow_multiple_documents: many, ..YamlOptions::default() };
            prop_assert_eq!(parse(text, &options), Ok(()), "{:?}", text);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn it_is_never_wrong_on_pieces(pieces in proptest::collection::vec(0..PIECES.len(), 0..16)) {
        agrees(&pieces.into_iter().map(|at| PIECES[at]).collect::<String>())?;
    }

    #[test]
    fn nor_on_lines(lines in proptest::collection::vec(0..LINES.len(), 0..10)) {
        agrees(&lines.into_iter().map(|at| LINES[at]).collect::<String>())?;
    }
}

#[test]
fn what_the_parser_refuses_is_not_fine() {
    for text in [
        "  - - c\n   and # c\n",
        "- &x\n-\n  <<: *x\n",
        "a: b\n c: d\n",
        "a: 'x\n---\n'\n",
        "a: 1\n\"a\": 2\n",
    ] {
        assert!(parse(text, &YamlOptions::default()).is_err(), "{text}");
        assert!(!is_fine(text, false), "{text}");
    }
}

#[test]
fn several_documents_are_fine_where_they_may_be() {
    let text = "a: &x\n  b: c\n---\na: 1\n--- # c\n- d\n  e\n";
    assert!(is_fine(text, true) && !is_fine(text, false));
    assert!(!is_fine("a: &x 1\n---\nb: *x\n", true), "an anchor ends with its document");
}

/// What files hold is told without the parser: a change that sends them to it would go unseen.
#[test]
fn it_knows_most() {
    for text in [
        "on:\n  push:\n    branches: [main, \"release/**\"]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n        with: {fetch-depth: 0}\n      - name: Test\n        run: |\n          cargo test\n\n          echo done\n      # why\n      - run: echo 'it''s'\n",
        "---\napiVersion: apps/v1\nkind: Deployment\nspec:\n  containers:\n  - name: web\n    image: \"nginx:1.25\"\n    args: [\n      \"--a\",  # c\n      --b,\n    ]\n  - name: b\n",
        "# c\r\na: b\r\nresponses:\r\n  200: ok\r\n  404: gone\r\n  default:\r\n",
        "- - a\n  - b\n-\n  c: d\n- {}\n- []\n",
        "x-base: &base\n  image: a\n  env: &env\n    A: 1\nb:\n  <<: *base\n  env: *env\n  list:\n  - &one first\n  - *one\n",
        "text: some words that\n  go on, and [on]\n\n  to the end\nquoted: \"one\n  two \\\n  three\"\nlist:\n- a\n  b\n- 'c\n  d'\n",
        "version: 1.5.0\ntime: 12:30\ndate: 2001-12-14\nempty:\ntext: >-\n  folded\n  text\nkey with spaces: value \u{e9}\n",
    ] {
        assert!(is_fine(text, false), "{text}");
        assert_eq!(parse(text, &YamlOptions::default()), Ok(()), "{text}");
    }
}
