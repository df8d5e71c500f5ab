//! Patterns and the regexes of file rules beside the originals: pre-commit's own `pygrep` on the same files, and Python's `re.search`
//! on the same paths.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::path::{Path, PathBuf};
use std::process::Command;

use xtask_core::config::Keys;
use xtask_core::model::RepoPath;
use xtask_hooks::rules::{PathRegex, Pattern};
use xtask_tests::referee;

#[expect(clippy::disallowed_methods, reason = "the original is another program")]
fn run(python: &Path, folder: &Path, script: &str, arguments: &[&str]) -> String {
    let ended = Command::new(python)
        .args(["-W", "ignore", "-c", script])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    String::from_utf8(ended.stdout).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "an input of a test")]
fn write(path: PathBuf, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
}

const CONTENTS: [&[u8]; 22] = [
    b"",
    b"a",
    b"a\n",
    b"\n",
    b"\n\n",
    b"a\nb\n",
    b"a\r\nb\r\n",
    b"a \n\tb\n ",
    b"TODO\nfoo todo\n",
    b"todo: x",
    b"import pdb; pdb.set_trace()\nx = 1\n",
    b"<<<<<<< a\n=======\n",
    b"caf\xc3\xa9\n",
    b"caf\xe9\n\xff\x00",
    b"\x00\x01\x02\n",
    b"aa bb\nab\nba\n",
    b"x{y}\n{{z}}\n{1,2}\n",
    b"[a]\n-&&~~\n",
    b"foo()\nfoo\n()\n",
    b"begin\nmiddle\nend\nbegin end\n",
    b"\\d+ \x07\x0b\x0c\n1 2\n",
    b"A\x85B\xa0C\n\x1c\n",
];

/// Without a lone `\\B`: on an empty text Python found it never before 3.14, and always since.
const REGEXES: [&str; 63] = [
    "a",
    "",
    "^",
    "$",
    "^$",
    "^a$",
    "a$",
    r"\s+$",
    r"\s",
    "TODO",
    "todo",
    r"\bpdb\b",
    r"\Bd",
    r"\b",
    r"^<<<<<<< ",
    "é",
    "[é]",
    r"\xe9",
    "é?",
    "[^a]",
    "[^\\n]b",
    ".",
    "^.*$",
    r"\A\w",
    r"\w\Z",
    r"\n",
    r"\n\Z",
    r"a\nb",
    r"(?i)TODO",
    r"(.)\1",
    r"(?P<x>a)(?P=x)",
    r"(?<!a)b",
    r"(?<=a)b",
    r"b(?!a)",
    r"(?<!\n)b",
    r"(?=\n)",
    r"(?!\n)$",
    "x{y}",
    "{",
    "}",
    "{{",
    "a{2}",
    "a{,1}b",
    "a{1,}b",
    "[[a]",
    "[a-]",
    "[]a]",
    "[-&&~~]",
    r"[\w-]",
    r"[\d\s]",
    r"foo\(",
    r"begin.*end",
    r"begin(?s:.*)end",
    r"(?x) a b # no",
    r"\x00",
    r"\0",
    r"\141",
    r"[\141]",
    r"\\d",
    r"[\x00-\x08]",
    r"^(a|b)?$",
    r"(a)?(?(1)b|x)",
    r"a|^b",
];

/// The lines that pygrep names of each file, or 0 for the file as a whole; for one regex and its flags.
fn ours(regex: &str, flags: (bool, bool, bool)) -> Option<Vec<Vec<u32>>> {
    let (ignore_case, multiline, negate) = flags;
    let table = xtask_hooks::rules::PatternTable {
        deny: (!negate).then(|| regex.to_owned()),
        require: negate.then(|| regex.to_owned()),
        ignore_case,
        multiline,
        ..Default::default()
    };
    let pattern = Pattern::new(&Keys::of("hooks"), "p", &table).ok()?;
    let lines = |bytes: &&[u8]| {
        let hits = pattern.check(&RepoPath::from("f"), bytes).unwrap();
        hits.iter().map(|hit| hit.line.unwrap_or(0)).collect()
    };
    Some(CONTENTS.iter().map(lines).collect())
}

#[test]
fn patterns_agree_with_pygrep() {
    let python = match referee::python() {
        Ok(python) => python,
        Err(why) => return referee::skip("patterns_agree_with_pygrep", &why),
    };
    let folder = tempfile::tempdir().unwrap();
    for (at, bytes) in CONTENTS.iter().enumerate() {
        write(folder.path().join(format!("{at:02}")), bytes);
    }
    let invalid =
        ["(", "*a", r"\p{L}", r"\z", "a(?i)b", "[", r"\", "(?P<a", "a{3,2}", r"\u00e9", r"[z-a]", r"\1"];
    let regexes: Vec<&str> = REGEXES.into_iter().chain(invalid).collect();
    write(folder.path().join("regexes"), serde_json::to_string(&regexes).unwrap().as_bytes());
    // Its `main`, file by file; `null` where it refuses the expression.
    let script = "import io, json, re, sys\n\
        from pre_commit.languages import pygrep\n\
        out = []\n\
        for regex in json.load(open('regexes', encoding='utf-8')):\n\
        \x20   for n in range(8):\n\
        \x20       args = [f for b, f in ((1, '--ignore-case'), (2, '--multiline'), (4, '--negate')) if n & b]\n\
        \x20       told = []\n\
        \x20       for i in range(int(sys.argv[1])):\n\
        \x20           name = f'{i:02}'\n\
        \x20           lines = []\n\
        \x20           keep = pygrep.output.write, pygrep.output.write_line, pygrep.output.write_line_b\n\
        \x20           pygrep.output.write = lambda s: lines.append(int(s.split(':')[1]))\n\
        \x20           pygrep.output.write_line = lambda s=None: lines.append(0)\n\
        \x20           pygrep.output.write_line_b = lambda s=None: None\n\
        \x20           try:\n\
        \x20               code = pygrep.main([*args, '--', regex, name])\n\
        \x20               assert bool(code) == bool(lines)\n\
        \x20               told.append(lines)\n\
        \x20           except re.error:\n\
        \x20               told = None\n\
        \x20               break\n\
        \x20           finally:\n\
        \x20               pygrep.output.write, pygrep.output.write_line, pygrep.output.write_line_b = keep\n\
        \x20       out.append(told)\n\
        print(json.dumps(out))\n";
    let told = run(&python, folder.path(), script, &[&CONTENTS.len().to_string()]);
    let theirs: Vec<Option<Vec<Vec<u32>>>> = serde_json::from_str(&told).unwrap();
    assert_eq!(theirs.len(), regexes.len() * 8);
    let mut differences = Vec::new();
    let mut found = 0;
    for (at, regex) in regexes.iter().enumerate() {
        for n in 0..8 {
            let flags = (n & 1 > 0, n & 2 > 0, n & 4 > 0);
            let (ours, theirs) = (ours(regex, flags), &theirs[at * 8 + n]);
            found += ours.iter().flatten().filter(|lines| !lines.is_empty()).count();
            if ours != *theirs {
                differences.push(format!("{regex:?} {flags:?}:\n  ours   {ours:?}\n  theirs {theirs:?}"));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(found > 1000, "{found}");
}

/// But for the Turkish letters `İ` and `ı`, which Python takes for an `i` where case is ignored, and Unicode's simple folding doesn't.
#[test]
fn path_regexes_agree_with_re_search() {
    let python = match referee::python() {
        Ok(python) => python,
        Err(why) => return referee::skip("path_regexes_agree_with_re_search", &why),
    };
    let paths = [
        "a.py",
        "src/a.py",
        "src/gen/a_pb2.py",
        "README.md",
        "docs/é.rst",
        "a b",
        "a\nb",
        "a.py\n",
        "x\ny.py\n",
        "İ/ı",
        "ſ",
        "K",
        "vendor/x.js",
        "test_a.py",
        "a_test.py",
        "tests/x/conftest.py",
        "{{x}}",
        "١.txt",
        "a\u{a0}b",
        "",
    ];
    let more = [
        r"\.py$",
        r"^src/",
        r"^(?!vendor/).*\.js$",
        r"(^|/)tests/.+\.py$",
        r"(?i)readme",
        "(?x)^(\n  src/ |\n  docs/ # both\n)",
        r"^\w+\.txt$",
        r"^\d",
        r"\s",
        "k",
        "(?i)k",
        "(?i)s",
        r"^.$",
        r"[^\x00-\x7f]",
        r"\u00e9",
        r"_pb2\.py\Z",
        r"^(src|docs)/(?!gen)",
        r"\.(py|js)$",
        r"(?:a|\.py)\n?$",
    ];
    let regexes: Vec<&str> = REGEXES.into_iter().chain(more).collect();
    let folder = tempfile::tempdir().unwrap();
    write(folder.path().join("input"), serde_json::to_string(&(&regexes, &paths)).unwrap().as_bytes());
    let script = "import json, re\n\
        regexes, paths = json.load(open('input', encoding='utf-8'))\n\
        print(json.dumps([[bool(re.search(r, p)) for p in paths] for r in regexes]))\n";
    let theirs: Vec<Vec<bool>> = serde_json::from_str(&run(&python, folder.path(), script, &[])).unwrap();
    let mut differences = Vec::new();
    for (regex, theirs) in regexes.iter().zip(theirs) {
        let ours = PathRegex::new(regex).unwrap();
        for (path, theirs) in paths.iter().zip(theirs) {
            if ours.finds(&RepoPath::from(*path)) != Ok(theirs) {
                differences.push(format!("{regex:?} in {path:?}: theirs {theirs}"));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
