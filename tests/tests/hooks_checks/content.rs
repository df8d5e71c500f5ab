//! The checks on content beyond the default ones, each beside its original.

use xtask_hooks::options::{Domain, Indent, PrettyJsonOptions, SorterOptions, TestNameOptions, TestNames};

use super::inputs::{self, made};
use super::{Pair, referees};

#[test]
fn byte_order_markers() {
    let Some(bin) = referees() else { return };
    let fragments: [&[u8]; 8] =
        [b"\xef\xbb\xbf", b"\xef", b"\xbb", b"\xbf", b"a\r\n", b"\xc3\xa9\n", b"\xff", b"b"];
    for id in ["fix-byte-order-marker", "check-byte-order-marker"] {
        let pair = Pair::new(
            if id.starts_with("fix") { "fix-byte-order-marker" } else { "check-byte-order-marker" },
            &[],
            id,
        );
        pair.compare(&bin, "txt", made(&fragments, 5, 1500));
    }
}

#[test]
fn permalinks() {
    let Some(bin) = referees() else { return };
    let fragments: [&[u8]; 26] = [
        b"https://github.com/",
        b"https://github.com/o/n/blob/main/a.rs#L1",
        b"https://github.com/o/n/blob/",
        b"https://git.example.com/o/n/blob/",
        b"http://",
        b"o/",
        b"n/",
        b"/",
        b"blob/",
        b"/blob/",
        b"main/",
        b"0123abcd/",
        b"0123ABCD",
        b"abc/",
        b"v1.0/",
        b"a b",
        b" ",
        b"\n",
        b"\r\n",
        b"a.rs",
        b"#L",
        b"#",
        b"1",
        b"L10",
        b"\xff",
        b"tree/",
    ];
    let long =
        |count: usize| format!("https://github.com/o/n/blob/{}/a#L1\n", "a".repeat(count)).into_bytes();
    let mut all = made(&fragments, 7, 6000);
    all.extend([3, 4, 64, 65].map(long));
    Pair::new("check-vcs-permalinks", &[], "check-vcs-permalinks").compare(&bin, "txt", all.clone());
    Pair::new(
        "check-vcs-permalinks",
        &["--additional-github-domain", "git.example.com"],
        "check-vcs-permalinks",
    )
    .with(|options| {
        options.check_vcs_permalinks.additional_github_domain =
            vec![Domain::try_from("git.example.com".to_owned()).unwrap()];
    })
    .compare(&bin, "txt", all);
}

#[test]
fn sorted_lines() {
    let Some(bin) = referees() else { return };
    let fragments: [&[u8]; 14] = [
        b"a",
        b"B",
        b"b",
        b"A\n",
        b"a\n",
        b"b\n",
        b"\n",
        b"\r\n",
        b"\r",
        b" ",
        b"\x0b\n",
        b"\xff\n",
        b"c\r\r\n",
        b"\xc3\x89\n",
    ];
    for (arguments, ignore_case, unique) in
        [(&[][..], false, false), (&["--ignore-case"], true, false), (&["--unique"], false, true)]
    {
        Pair::new("file-contents-sorter", arguments, "file-contents-sorter")
            .with(|options| options.file_contents_sorter = SorterOptions { ignore_case, unique })
            .compare(&bin, "txt", made(&fragments, 9, 3000));
    }
}

#[test]
fn requirements() {
    let Some(bin) = referees() else { return };
    let fragments: [&[u8]; 34] = [
        b"a\n",
        b"b==1.0\n",
        b"B>=2\n",
        b"a==1\n",
        b"a==1\n",
        b"c~=1 ; python_version < '3'\n",
        b"d[extra]!=2\n",
        b"# comment\n",
        b"  # indented\n",
        b"\n",
        b"\r\n",
        b" \n",
        b"e \\\n",
        b"    --hash=sha256:00\n",
        b"-r other.txt\n",
        b"-e git+https://x/y.git#egg=f\n",
        b"git+https://x/y.git@z#a=b&egg=g\n",
        b"git+https://x/y.git#EGG=h\n",
        b"pkg-resources==0.0.0\n",
        b"pkg_resources==0.0.0\n",
        b"pkg-resources==0.0.0",
        b"f",
        b"a==1",
        b" g\n",
        b";h\n",
        b"i===1\n",
        b"j<2\n",
        b"k\xff\n",
        b"l\r\n",
        b"#\n",
        b"\\\n",
        b"m\\\r\n",
        b"a # why\n",
        b"A\n",
    ];
    Pair::new("requirements-txt-fixer", &[], "requirements-txt-fixer").compare(
        &bin,
        "requirements.txt",
        made(&fragments, 7, 9000),
    );
}

#[test]
fn names_of_tests() {
    let Some(bin) = referees() else { return };
    let names = [
        "tests/a_test.py",
        "tests/_test.py",
        "tests/test_a.py",
        "tests/test_.py",
        "tests/testa.py",
        "tests/test.py",
        "tests/a.py",
        "tests/conftest.py",
        "tests/__init__.py",
        "tests/x/a_test.py",
        "tests/x/b_tests.py",
        "tests/Test_a.py",
        "a/tests/tes.py",
    ];
    let files: Vec<(String, Vec<u8>)> = names.iter().map(|name| ((*name).to_owned(), Vec::new())).collect();
    for (arguments, names) in [
        (&[][..], TestNames::Last),
        (&["--pytest"], TestNames::Last),
        (&["--pytest-test-first"], TestNames::First),
        (&["--django"], TestNames::Prefix),
        (&["--unittest"], TestNames::Prefix),
    ] {
        Pair::new("name-tests-test", arguments, "name-tests-test")
            .with(|options| options.name_tests_test = TestNameOptions { names })
            .compare_named(&bin, &files);
    }
}

/// A random value, laid out in a random way.
fn write_value(dice: &mut inputs::Dice, depth: usize, scalars: &[&str], texts: &[&str], out: &mut String) {
    let space = |dice: &mut inputs::Dice| ["", "", " ", "\n", "\r\n  "][dice.below(5)];
    match dice.below(if depth == 0 { 2 } else { 5 }) {
        0 => out.push_str(scalars[dice.below(scalars.len())]),
        1 => out.push_str(texts[dice.below(texts.len())]),
        kind => {
            let (open, close) = if kind == 2 { ('[', ']') } else { ('{', '}') };
            out.push(open);
            for at in 0..dice.below(4) {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(space(dice));
                if open == '{' {
                    out.push_str(texts[dice.below(texts.len())]);
                    out.push(':');
                    out.push_str(space(dice));
                }
                write_value(dice, depth - 1, scalars, texts, out);
            }
            out.push(close);
        }
    }
}

/// JSON that is valid, most of it not pretty, with all kinds of numbers and strings.
fn layouts() -> Vec<Vec<u8>> {
    let mut dice = inputs::Dice(0x1234_5678_9abc_def1);
    let scalars: [&str; 30] = [
        "1",
        "-0",
        "0",
        "-12",
        "1.0",
        "1.50",
        "-0.0",
        "1e0",
        "1E5",
        "1e15",
        "1e16",
        "123456789.123456789",
        "0.0001",
        "0.00001",
        "1e-7",
        "5e-324",
        "1.7976931348623157e308",
        "1e309",
        "-1e999",
        "9007199254740993",
        "9007199254740993.0",
        "NaN",
        "-Infinity",
        "true",
        "null",
        "123456789012345678901234567890",
        "2.5e-310",
        "0.1e1",
        "1e22",
        "1e21",
    ];
    let texts: [&str; 12] = [
        "\"a\"",
        "\"b\"",
        "\"B\"",
        "\"\\u00e9\"",
        "\"\u{e9}\"",
        "\"\u{1f600}\"",
        "\"\\ud83d\\ude00\"",
        "\"\\n\\t\\b\\f\\r\"",
        "\"\\/\"",
        "\"\u{7f}\"",
        "\"\\u0000\\u001f\"",
        "\"\u{fffd}\"",
    ];
    let mut all: Vec<Vec<u8>> = (0..1200)
        .map(|_| {
            let mut text = String::new();
            write_value(&mut dice, 4, &scalars, &texts, &mut text);
            text.into_bytes()
        })
        .collect();
    for _ in 0..1500 {
        // Any bits make a number of the kind that is hard to write.
        let bits = (dice.below(1 << 32) as u64) << 32 | dice.below(1 << 32) as u64;
        let value = f64::from_bits(bits);
        if value.is_finite() {
            all.push(format!("{value:e}").into_bytes());
        }
    }
    let pretty = "{\n  \"a\": [\n    1,\n    2.5\n  ],\n  \"b\": {}\n}\n";
    for text in
        [pretty.to_owned(), pretty.replace('\n', "\r\n"), pretty.replace('\n', "\r"), format!("{pretty}\n")]
    {
        all.push(text.into_bytes());
    }
    all
}

#[test]
fn pretty_json() {
    let Some(bin) = referees() else { return };
    let all = || {
        let mut all = layouts();
        all.extend(inputs::json().into_iter().take(1500));
        all
    };
    let pair = |arguments, options: PrettyJsonOptions| {
        Pair::new("pretty-format-json", arguments, "pretty-format-json")
            .with(|all| all.pretty_format_json = options)
    };
    let autofix = || PrettyJsonOptions { autofix: true, ..PrettyJsonOptions::default() };
    pair(&[], PrettyJsonOptions::default()).compare(&bin, "json", all());
    pair(&["--autofix"], autofix()).compare(&bin, "json", all());
    pair(
        &["--autofix", "--indent=4", "--no-ensure-ascii", "--no-sort-keys"],
        PrettyJsonOptions {
            indent: Indent("    ".to_owned()),
            no_ensure_ascii: true,
            no_sort_keys: true,
            ..autofix()
        },
    )
    .compare(&bin, "json", layouts());
    pair(
        &["--autofix", "--indent=\t", "--top-keys=b,\u{e9}"],
        PrettyJsonOptions {
            indent: Indent("\t".to_owned()),
            top_keys: vec!["b".to_owned(), "\u{e9}".to_owned()],
            ..autofix()
        },
    )
    .compare(&bin, "json", layouts());
    for (argument, indent) in [("--indent=0", ""), ("--indent=", ""), ("--indent=->", "->")] {
        let arguments: &'static [&'static str] = match argument {
            "--indent=0" => &["--autofix", "--indent=0"],
            "--indent=" => &["--autofix", "--indent="],
            _ => &["--autofix", "--indent=->"],
        };
        pair(arguments, PrettyJsonOptions { indent: Indent(indent.to_owned()), ..autofix() }).compare(
            &bin,
            "json",
            layouts(),
        );
    }
}
