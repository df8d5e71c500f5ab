//! The merge by tables of what people and fixers do.

mod git;
mod properties;
mod reference;

use super::{merge, merge_lines};

fn text(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

fn check(cases: &[(&str, &str, &str, Result<&str, &str>)]) {
    for (base, fixed, user, expected) in cases {
        let merged = merge(base.as_bytes(), fixed.as_bytes(), user.as_bytes());
        let told = merged.map(|merged| text(&merged)).map_err(|overlap| overlap.to_string());
        let expected = expected.map(|expected| text(expected.as_bytes())).map_err(str::to_owned);
        assert_eq!(told, expected, "{base:?} {fixed:?} {user:?}");
    }
}

#[test]
fn one_side_alone_and_both_alike() {
    check(&[
        ("", "", "", Ok("")),
        ("a\n", "b\n", "a\n", Ok("b\n")),
        ("a\n", "a\n", "x\r\ny\rz", Ok("x\r\ny\rz")),
        ("a\nb\n", "a\nc\n", "a\nc\n", Ok("a\nc\n")),
        // The same change among others.
        ("a\nb\nc\nd\ne\n", "A\nb\nC\nd\ne\n", "a\nb\nC\nd\nE\n", Ok("A\nb\nC\nd\nE\n")),
        ("a\nb\nc\n", "a\nx\ny\nc\nd\n", "z\na\nx\ny\nc\n", Ok("z\na\nx\ny\nc\nd\n")),
        ("a\n", "", "a\nb\n", Ok("b\n")),
        ("", "a\n", "", Ok("a\n")),
    ]);
}

#[test]
fn neighbours_are_no_overlap() {
    check(&[
        ("a\nb\nc\n", "A\nb\nc\n", "a\nB\nc\n", Ok("A\nB\nc\n")),
        ("a\nb\nc\n", "a\nc\n", "a\nb\nC\n", Ok("a\nC\n")),
        // Above and below what the other changed, one line or several.
        ("a\nb\n", "a\nB\n", "a\nx\ny\nb\n", Ok("a\nx\ny\nB\n")),
        ("a\nb\n", "A\nb\n", "a\nx\nb\n", Ok("A\nx\nb\n")),
        ("a\nb\n", "A\nB\nC\n", "x\na\nb\ny\n", Ok("x\nA\nB\nC\ny\n")),
        // Above an insertion that isn't staged.
        ("b\n", "import x\n\nb\n", "b\nmore\n", Ok("import x\n\nb\nmore\n")),
        ("a\nb\n", "new\na\nb\n", "a\nmine\nb\n", Ok("new\na\nmine\nb\n")),
    ]);
}

#[test]
fn a_formatter_sets_lines_elsewhere_around_what_is_typed_between() {
    check(&[
        ("a\nb\nc\n", "  a\n  b\n  c\n", "a\nmine\nb\nc\n", Ok("  a\nmine\n  b\n  c\n")),
        ("a\nb\nc\n", "  a\n  b\n  c\n", "a\nb\nmine\nc\nlast\n", Ok("  a\n  b\nmine\n  c\nlast\n")),
        ("a\nb\nc\n", "  a\n  b\n  c\n", "a\nB\nc\n", Err("line 2")),
        ("a\nb\nc\n", "  a\n  b\n  c\n", "a\nc\n", Err("after line 1")),
        // The user set them elsewhere, and the fixer removes one.
        ("a\nb\nc\n", "a\nc\n", "  a\n  b\n  c\n", Err("line 2")),
        ("a\nb\nc\n", "a\nnew\nb\nc\n", "  a\n  b\n  c\n", Ok("  a\nnew\n  b\n  c\n")),
    ]);
}

#[test]
fn what_collides_is_named_in_the_users_file() {
    check(&[
        ("a\n", "b\n", "c\n", Err("line 1")),
        ("a\nb\n", "a\nx\nb\n", "a\ny\nb\n", Err("line 2")),
        ("a\nb\n", "a\nb\nx\n", "a\nb\ny\nz\n", Err("lines 3 to 4")),
        // Deleted here, changed there.
        ("a\nb\nc\n", "a\nc\n", "a\nB\nc\n", Err("line 2")),
        ("a\nb\nc\nd\n", "a\nB\nc\nd\n", "a\nd\n", Err("after line 1")),
        ("a\nb\nc\nd\n", "a\nd\n", "a\nb\nx\nc\nd\n", Err("lines 2 to 4")),
        // Several, each on its own, and none of the lines that agree.
        ("a\nb\nc\nd\n", "1\nb\n3\nd\n", "0\nx\na1\nb\nc1\nd\n", Err("lines 1 to 3, line 5")),
        ("a\nb\nc\n", "1\n2\n3\n", "1\nx\n3\n", Err("line 2")),
        ("", "a\n", "b\n", Err("line 1")),
    ]);
}

#[test]
fn places_in_the_staged_file_are_told_too() {
    let overlap = merge(b"a\nb\nc\n", b"a\nB\nc\n", b"new\na\n!\nc\n").unwrap_err();
    let [at] = &overlap.lines[..] else { panic!("{overlap:?}") };
    assert_eq!((at.user.first, at.user.count, at.staged.first, at.staged.count), (3, 1, 2, 1));
}

#[test]
fn stripped_blanks_go_with_their_line() {
    check(&[
        // Edited elsewhere in the line.
        ("a = 1  \nb\n", "a = 1\nb\n", "a = 2  \nb\n", Ok("a = 2\nb\n")),
        ("a  \nb  \nc  \n", "a\nb\nc\n", "a  \nbb  \nnew  \nc  \n", Ok("a\nbb  \nnew  \nc\n")),
        // Markdown keeps a line break.
        ("a   \n", "a  \n", "aa   \n", Ok("aa  \n")),
        // Stripped by both, deleted or rewritten by the user.
        ("a  \nb\n", "a\nb\n", "a\nb\nc\n", Ok("a\nb\nc\n")),
        ("a\nb  \nc\n", "a\nb\nc\n", "a\nc\n", Ok("a\nc\n")),
        ("a\nb  \nc\n", "a\nb\nc\n", "a\nx \ny \nc\n", Ok("a\nx \ny \nc\n")),
        ("a\nb  \nc\n", "a\nb\nc\n", "a\nx \nc\n", Ok("a\nx \nc\n")),
        // Changed by both; and a change of the user's in a line that the fixer gave up.
        ("a  \n", "a\n", "a   \n", Err("line 1")),
        ("a\nb \nc\n", "a\nc\n", "a\nb  \nc\n", Err("line 2")),
        // Empty lines with blanks, and one of many like it.
        ("{\n}  \n{\n}\n", "{\n}\n{\n}\n", "{\n}\n\n{\n}  \n{\n}\n", Ok("{\n}\n\n{\n}\n{\n}\n")),
        ("a\n  \nb\n", "a\n\nb\n", "a\n  \nb2\n", Ok("a\n\nb2\n")),
    ]);
}

/// Of equal lines one is taken for another that was written anew, which keeps its blanks; no line is lost, and none overlaps.
#[test]
fn of_equal_lines_none_is_lost() {
    let (base, fixed) = ("b  \n}  \n\nb  \n}  \n\n", "b\n}\n\nb\n}\n\n");
    check(&[(base, fixed, "}  \nb  \n}  \n", Ok("}  \nb\n}\n"))]);
}

#[test]
fn the_end_of_the_file() {
    check(&[
        // A newline only.
        ("a\nb", "a\nb\n", "x\na\nb", Ok("x\na\nb\n")),
        ("a\nb", "a\nb\n", "a\nbb", Ok("a\nbb\n")),
        ("a", "a\n", "a\nb", Ok("a\nb")),
        ("a\n", "a", "a\nb\n", Ok("a\nb\n")),
        ("a\nb\n", "a\nb", "A\nb\n", Ok("A\nb")),
        // Empty lines at the end.
        ("a\n\n\n", "a\n", "A\n\n\n", Ok("A\n")),
        ("a\n\n\n", "a\n", "a\n\n\nb\n", Ok("a\nb\n")),
        ("a\n\n\n", "a\n", "b\na\n", Ok("b\na\n")),
        ("a\n\n\n", "a\n", "a\n", Ok("a\n")),
        // Lines that are gone, lines that are new.
        ("a\nb", "a\nb\n", "a", Ok("a")),
        ("a\nb", "a\nb\nc", "A\nb", Ok("A\nb\nc")),
        ("a\nb", "a\nb\nc", "a\nx\ny", Ok("a\nx\ny\nc")),
        ("a\nb", "b\n", "a\nb\nc", Ok("b\nc")),
        ("\n\n", "", "x\n\n\n", Ok("x\n")),
    ]);
}

#[test]
fn endings_on_disk_are_the_users() {
    check(&[
        // core.autocrlf: LF in the blob, CRLF on disk.
        ("a  \nb\n", "a\nb\n", "a  \r\nb\r\n", Ok("a\r\nb\r\n")),
        ("a\nb\n", "a\nnew\nb\n", "a\r\nb\r\nc\r\n", Ok("a\r\nnew\r\nb\r\nc\r\n")),
        ("a\nb", "a\nb\n", "a\r\nb", Ok("a\r\nb\r\n")),
        ("a\nb\nc\n", "A\nB\nb\nc\n", "a\r\nb\r\nC\r\n", Ok("A\r\nB\r\nb\r\nC\r\n")),
        ("a", "a\n", "x\r\na", Ok("x\r\na\r\n")),
        // Mixed: each line keeps its own, a new one does as its neighbours do.
        ("a\nb\nc\nd\n", "a\nb\nc\nD\n", "a\r\nb\nc\r\nd\n", Ok("a\r\nb\nc\r\nD\n")),
        ("a\nb\nc\nd\n", "a\n1\nb\nc\n2\nd\n", "a\r\nb\r\nc\nd\n", Ok("a\r\n1\r\nb\r\nc\n2\nd\n")),
        ("a\nb\r\n", "A\nb\r\n", "a\nb\r\nc\r\nd\n", Ok("A\nb\r\nc\r\nd\n")),
        // The fixer's, where it changed them.
        ("a\r\nb\nc\n", "a\nb\nc\n", "a\r\nb\nC\n", Ok("a\nb\nC\n")),
        ("a\r\nb\nc\n", "a\nb\nc\n", "a1\r\nb\nc\r\n", Ok("a1\nb\nc\r\n")),
        ("a\nb\n", "a\r\nb\r\n", "a\nB\n", Ok("a\r\nB\r\n")),
        ("a\r\nb\n", "a\nb\n", "b\n", Ok("b\n")),
        // As the disk has it: its CRLF is the blob's LF.
        ("a\nb\r\nc\n", "a\nb\nc\n", "a\r\nb\r\nC\r\n", Ok("a\r\nb\r\nC\r\n")),
    ]);
}

#[test]
fn the_byte_order_mark_is_the_files() {
    check(&[
        ("\u{feff}a\nb\n", "a\nb\n", "\u{feff}A\nb\n", Ok("A\nb\n")),
        ("\u{feff}a\n", "a\n", "\u{feff}x\na\n", Ok("x\na\n")),
        ("a\n", "A\n", "\u{feff}a\nb\n", Ok("\u{feff}A\nb\n")),
        ("\u{feff}", "", "\u{feff}x\n", Ok("x\n")),
    ]);
}

#[test]
fn bytes_are_bytes() {
    let merged = merge(b"\xff \n\xfe\n", b"\xff\n\xfe\n", b"\xff \n\xfe\xfd\n").unwrap();
    assert_eq!(merged, b"\xff\n\xfe\xfd\n");
    // A lone CR is content.
    assert_eq!(merge(b"a\rb\nc\n", b"a\nb\nc\n", b"a\rb\nC\n").unwrap(), b"a\nb\nC\n");
}

#[test]
fn binary_content_is_one_piece() {
    assert_eq!(merge(b"\0a", b"\0b", b"\0a").unwrap(), b"\0b");
    assert_eq!(merge(b"\0a", b"\0a", b"c").unwrap(), b"c");
    assert_eq!(merge(b"\0a", b"c", b"c").unwrap(), b"c");
    for [base, fixed, user] in
        [["a\n\n", "A\n\n", "a\n\0\n"], ["a\n\0\n", "A\nx\n", "a\nb\n"], ["a\n\n", "A\n\0", "a\nb\n"]]
    {
        let overlap = merge(base.as_bytes(), fixed.as_bytes(), user.as_bytes()).unwrap_err();
        assert_eq!(overlap.to_string(), "lines 1 to 2");
    }
}

/// Whatever the lines are, the work is bounded: the search for the fewest changes alone would take hours here.
#[test]
fn large_and_hostile_contents_come_to_an_end() {
    let mut state = 1_u32;
    let mut random = |count: u32, below: u32| -> String {
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % below
        };
        (0..count).flat_map(|_| [next().to_string(), "\n".to_owned()]).collect()
    };
    for below in [2, 10, 1_000] {
        let contents = [random(10_000, below), random(10_000, below), random(10_000, below)];
        let [base, fixed, user] = contents.each_ref().map(String::as_bytes);
        assert!(merge(base, fixed, user).is_err());
        // Nothing between the first and the last line tells one place from another.
        let base = random(100_000, below);
        let merged =
            merge(base.as_bytes(), format!("top\n{base}").as_bytes(), format!("{base}bottom\n").as_bytes());
        assert!(merged == Ok(format!("top\n{base}bottom\n").into_bytes()));
    }
    // Each line once, stripped and reversed.
    let lines: Vec<_> = (0..100_000).map(|line| format!("{line}  \n")).collect();
    let reversed: String = lines.iter().rev().map(String::as_str).collect();
    let base = lines.concat();
    let fixed = base.replace("  \n", "\n");
    assert!(merge(base.as_bytes(), fixed.as_bytes(), reversed.as_bytes()).is_ok());
    assert!(merge(base.as_bytes(), reversed.as_bytes(), fixed.as_bytes()).is_err());
}

#[test]
fn the_short_ways_are_only_short() {
    for (base, fixed, user) in
        [("a\n", "b\n", "a\n"), ("a", "a\n", "a\n"), ("a\r\n", "a\r\n", "b\nc\r\n"), ("", "\u{feff}", "")]
    {
        let all = [base, fixed, user].map(str::as_bytes);
        assert_eq!(merge(all[0], all[1], all[2]), merge_lines(all[0], all[1], all[2]));
    }
}
