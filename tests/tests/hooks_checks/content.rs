//! The checks on content beyond the default ones, each beside its original.

use xtask_hooks::options::{Domain, SorterOptions, TestNameOptions, TestNames};

use super::inputs::made;
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
