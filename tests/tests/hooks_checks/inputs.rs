//! Inputs for the comparison: written edge cases, and seeded random ones made of fragments that matter to each format.

/// A small generator of numbers (xorshift), so that every run sees the same inputs.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % count
    }
}

/// `count` texts of up to `most` of these fragments each.
pub(crate) fn made(fragments: &[&[u8]], most: usize, count: usize) -> Vec<Vec<u8>> {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    (0..count)
        .map(|_| {
            let length = dice.below(most + 1);
            (0..length).flat_map(|_| fragments[dice.below(fragments.len())].to_vec()).collect()
        })
        .collect()
}

/// Each text with one thing removed, doubled or exchanged.
pub(crate) fn mutated(texts: &[&[u8]], marks: &[u8], each: usize) -> Vec<Vec<u8>> {
    let mut dice = Dice(0xdead_beef_cafe_f00d);
    let mut all: Vec<Vec<u8>> = Vec::new();
    for text in texts {
        all.push(text.to_vec());
        for _ in 0..each {
            let mut changed = text.to_vec();
            for _ in 0..=dice.below(2) {
                if changed.is_empty() {
                    break;
                }
                let at = dice.below(changed.len());
                match dice.below(3) {
                    0 => drop(changed.remove(at)),
                    1 => changed.insert(at, marks[dice.below(marks.len())]),
                    _ => changed[at] = marks[dice.below(marks.len())],
                }
            }
            all.push(changed);
        }
    }
    all
}

/// Lines, for the fixers.
pub(crate) fn lines() -> Vec<Vec<u8>> {
    let fragments: [&[u8]; 14] = [
        b"a",
        b" ",
        b"  ",
        b"\t",
        b"\n",
        b"\r\n",
        b"\r",
        b"\n\n",
        b"b  \n",
        b"\x0b",
        b"\x0c",
        b"\xc2\xa0",
        b"\xff",
        b"\0",
    ];
    let mut all = made(&fragments, 10, 4000);
    all.extend(
        [&b""[..], b"\n", b"\r", b"\r\n", b" ", b"\n\r", b"a\n\r\n\r", b"a \r\r\n", b"\xef\xbb\xbfa \n"]
            .map(<[u8]>::to_vec),
    );
    all
}

/// JSON, good and bad.
pub(crate) fn json() -> Vec<Vec<u8>> {
    let fragments: [&[u8]; 40] = [
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b" ",
        b"\n",
        b"\"a\"",
        b"\"b\"",
        b"\"\\u0061\"",
        b"1",
        b"-1.5e3",
        b"0",
        b"01",
        b"true",
        b"null",
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"\"",
        b"\\",
        b"-",
        b".",
        b"e1",
        b"\"\\ud800\"",
        b"\"\\x\"",
        b"\"\xc3\xa9\"",
        b"\"\xff\"",
        b"\"\xed\xa0\x80\"",
        b"\"\t\"",
        b"/* c */",
        b"\xef\xbb\xbf",
        b"{\"a\":1}",
        b"[1,2]",
        b"\"a\":",
        b"\"b\": 2",
        b"\"\\/\"",
        b"\x0c",
        b"'a'",
    ];
    let texts: [&[u8]; 6] = [
        b"{\"a\": [1, 2.5, {\"b\": null}], \"c\": \"d\\n\\u00e9\"}\n",
        b"[[], {}, \"\", 0, -0, 1e5, true, false]\n",
        b"{\"k\": {\"k\": {\"k\": [{\"k\": 1}]}}, \"l\": \"k\"}",
        b"\"just text\"",
        b"[1.0, 2E+3, -4e-5, 123456789012345678901234567890]",
        b"{\"\": 1, \" \": 2, \"\\u0000\": 3}",
    ];
    let mut all = made(&fragments, 9, 4000);
    all.extend(mutated(&texts, b"{}[],:\"\\ \n01.eE+-xnN\t\x01\x80", 400));
    let wide = |text: &str, little: bool| -> Vec<u8> {
        let units = text.encode_utf16();
        units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    };
    let wider = |text: &str| -> Vec<u8> { text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect() };
    for text in ["{}", "\u{feff}{\"a\": \"\u{1f600}\"}", "1", "12", "[", "\u{feff}"] {
        all.extend([wide(text, true), wide(text, false), wider(text), text.into()]);
    }
    for depth in [1, 500, 3000] {
        all.push(["[".repeat(depth), "]".repeat(depth)].concat().into());
        all.push(["{\"a\":".repeat(depth), "1".into(), "}".repeat(depth)].concat().into());
    }
    all.push("1".repeat(4300).into());
    all.push("1".repeat(4301).into());
    all.push(format!("-{}", "1".repeat(4301)).into());
    all.push(format!("{}e1", "1".repeat(4301)).into());
    let many = (0..50).map(|at| format!("\"{at}\": {at}")).collect::<Vec<_>>().join(", ");
    all.push(format!("{{{many}}}").into());
    all.push(format!("{{{many}, \"7\": 7}}").into());
    all
}

/// YAML, good and bad.
pub(crate) fn yaml() -> Vec<Vec<u8>> {
    let fragments: [&[u8]; 48] = [
        b"a: 1\n",
        b"b: 2\n",
        b"- x\n",
        b"  ",
        b"\n",
        b"a:\n",
        b"  b: 1\n",
        b"  - y\n",
        b"    c: d\n",
        b"# comment\n",
        b"'q': 1\n",
        b"\"d\": 2\n",
        b"---\n",
        b"...\n",
        b"[1, 2]\n",
        b"{a: 1}\n",
        b"? k\n",
        b": v\n",
        b"&x ",
        b"*x\n",
        b"!t ",
        b"!!str ",
        b"<<: {z: 1}\n",
        b"<<: *x\n",
        b"|\n",
        b">-\n",
        b"\t",
        b" text\n",
        b"key: |\n  block\n",
        b"key: [a, b]\n",
        b"1: x\n",
        b"0x1: x\n",
        b"true: x\n",
        b"null: x\n",
        b"~: x\n",
        b"a: b: c\n",
        b"a: 'it''s'\n",
        b"%YAML 1.2\n",
        b"- - z\n",
        b"- a: 1\n",
        b"  b: 2\n",
        b"e: {f: [g, {h: i}]}\n",
        b"'open",
        b"\"",
        b"@",
        b"x: @y\n",
        b"\r\n",
        b"u: \xc3\xa9\n",
    ];
    let texts: [&[u8]; 10] = [
        b"version: '3'\nservices:\n  web:\n    image: \"nginx:1.25\"\n    ports:\n      - 80:80\n      - \"443:443\"\n    environment:\n      A: 1\n      B: ~\n",
        b"on:\n  push:\n    branches: [main]\njobs:\n  test:\n    runs-on: ubuntu\n    steps:\n      - uses: actions/checkout@v4\n      - name: Run\n        run: |\n          cargo test\n          echo done\n",
        b"base: &base\n  a: 1\n  b: [x, y]\nderived:\n  <<: *base\n  b: 3\nlist:\n  - *base\n  - c: *base\n",
        b"folded: >\n  some text\n  goes on\n\n  here\nkeep: |+\n  text\n\nstrip: |-\n  text\nindent: |2\n    two\n",
        b"{a: 1, b: [1, 2, {c: d}], \"e\": 'f', g: , h}\n",
        b"? complex\n: value\n? [a, b]\n: seq\n? |\n  block\n: x\n",
        b"%YAML 1.2\n---\na: !!str 1\nb: !!int '2'\nc: !!float 1.5\nd: !!set {x, y}\ne: !!omap [f: 1]\ng: !!binary aGk=\n...\n",
        b"- 2001-12-14\n- 2001-12-14t21:59:43.10-05:00\n- 1_000\n- 0o17\n- .inf\n- -.5\n- 1e3\n- yes\n",
        b"plain: text with spaces, and: no # comment\n",
        b"a: \"esc \\\" \\n \\x41 \\u00e9\"\nb: 'single '' quote'\nc: \"multi\n  line\"\nd: plain\n  goes on\n",
    ];
    let mut all = made(&fragments, 6, 4000);
    all.extend(mutated(&texts, b" \n:-#[]{},'\"|>&*!%@`?\tab1\\", 300));
    let single: [&[u8]; 46] = [
        b"",
        b"\n",
        b"a",
        b"\xef\xbb\xbfa: 1\n",
        b"a: \x01\n",
        b"a: \x7f\n",
        b"a: \xc2\x80\n",
        b"a: \xc2\x85b\n",
        b"a: \xef\xbf\xbe\n",
        b"\xff",
        b"1: a\n1.0: b\n",
        b"1: a\n0b1: b\n",
        b"true: a\n1: b\n",
        b"a: 1\n'a': 2\n",
        b"? {a: 1}\n: b\n",
        b"? [a, [b]]\n: c\n",
        b"[a, b]: 1\n[a, b]: 2\n",
        b"a: 2001-02-30\n",
        b"a: 2001-13-01\n",
        b"a: 1234567_\n",
        b"a: 0x_\n",
        b"a: +_\n",
        b"a: ._\n",
        b"a: !!int x\n",
        b"a: !!bool maybe\n",
        b"a: !!null x\n",
        b"a: !!seq x\n",
        b"a: !!str [x]\n",
        b"a: !!map {}\n",
        b"a: ! x\n",
        b"a: !<tag:yaml.org,2002:str> x\n",
        b"a: !foo x\n",
        b"a: !!python/name:os.system\n",
        b"%TAG !e! tag:e,2000:\n---\n!e!x a\n",
        b"<<: 1\n",
        b"<<: [1]\n",
        b"<<: {a: 1}\n<<: {b: 1}\n",
        b"<<: {}\na: 1\na: 2\n",
        b"<<: {a: 1}\nb: 1\nb: 2\n",
        b"a: &x [*x]\n",
        b"*x : 1\n",
        b"a: &x 1\nb: &x 2\nc: *x\n",
        b"=: 1\n",
        b"- !!omap [a: 1, a: 2]\n",
        b"!!set {a, a}\n",
        b"a: 08\n010: x\n10: y\n",
    ];
    all.extend(single.map(<[u8]>::to_vec));
    all
}

/// TOML, good and bad.
pub(crate) fn toml() -> Vec<Vec<u8>> {
    let fragments: [&[u8]; 44] = [
        b"a = 1\n",
        b"b = 2\n",
        b"a.b = 1\n",
        b"[a]\n",
        b"[a.b]\n",
        b"[[a]]\n",
        b"[[a.b]]\n",
        b"c = [1, 2]\n",
        b"c = { d = 1 }\n",
        b"c.d = 1\n",
        b"# comment\n",
        b"\n",
        b"\r\n",
        b"\r",
        b" ",
        b"\"q\" = 'l'\n",
        b"'q' = 1\n",
        b"s = \"\"\"\nx\"\"\"\n",
        b"s = '''\nx'''\n",
        b"d = 1979-05-27\n",
        b"t = 07:32:00\n",
        b"t = 07:32\n",
        b"dt = 1979-05-27T07:32:00Z\n",
        b"dt = 1979-05-27 07:32\n",
        b"f = 1.5\n",
        b"f = 1.\n",
        b"i = 0x1F\n",
        b"i = 01\n",
        b"i = 1_000\n",
        b"i = 1__0\n",
        b"n = nan\n",
        b"n = -inf\n",
        b"x = \"\\e\"\n",
        b"x = \"\\x41\"\n",
        b"x = \"\\u00e9\"\n",
        b"x = \"\\q\"\n",
        b"y = [\n1,\n]\n",
        b"z = {\n}\n",
        b"z = { a = 1, }\n",
        b"w = { a.b = 1 }\n",
        b"w.a = 2\n",
        b"k\n",
        b"= 1\n",
        b"b = true\n",
    ];
    let texts: [&[u8]; 5] = [
        b"[package]\nname = \"x\"\nversion = \"0.1.0\"\n\n[dependencies]\nserde = { version = \"1\", features = [\"derive\"] }\n\n[[bin]]\nname = \"x\"\n",
        b"title = 'T'\n[owner]\ndob = 1979-05-27T07:32:00-08:00\n[db]\nports = [ 8000, 8001, [1, \"2\"] ]\ntemp = { cpu = 79.5, case = 72.0 }\n",
        b"a = \"\"\"\n  multi \\\n  line \\u00e9 \"\" \"\"\"\nb = '''raw \\ '' '''\n",
        b"i = [0, +1, -2, 0xdead_beef, 0o17, 0b11, 1e3, -1.5E-2, inf, nan, true]\n",
        b"[a.\"b.c\".'d']\ne.f = 1\n[a.\"b.c\"]\ng = 2\n[[h.i]]\nj = 1\n[[h.i]]\nj = 2\n",
    ];
    let mut all = made(&fragments, 5, 4000);
    all.extend(mutated(&texts, b" \n=.,[]{}\"'#\\_+-01ex:TZ\t\r\x01\x7f", 500));
    let single: [&[u8]; 24] = [
        b"",
        b"a = 1",
        b"\xef\xbb\xbfa = 1\n",
        b"a = \"\xff\"\n",
        b"a = 99999999999999999999\n",
        b"d = 2021-02-30\n",
        b"d = 2021-02-29\n",
        b"d = 2020-02-29\n",
        b"t = 24:00:00\n",
        b"t = 23:59:60\n",
        b"d = 0000-01-01\n",
        b"dt = 2021-01-01T00:00:00+24:00\n",
        b"dt = 2021-01-01T00:00:00+23:59\n",
        b"dt = 2021-01-01T00:00:00.123456789Z\n",
        b"dt = 2021-01-01t00:00:00z\n",
        b"a = \"\x7f\"\n",
        b"# \x01\n",
        b"# \x7f\n",
        b"a = '''\x0b'''\n",
        b"a = \"\\ud800\"\n",
        b"a = \"\\U00110000\"\n",
        b"a = 0xg\n",
        b"a = +0x1\n",
        b"a = 1 b = 2\n",
    ];
    all.extend(single.map(<[u8]>::to_vec));
    for depth in [10, 60] {
        all.push(format!("a = {}{}\n", "[".repeat(depth), "]".repeat(depth)).into());
    }
    all
}

/// Conflict markers and what looks like them.
pub(crate) fn conflicts() -> Vec<Vec<u8>> {
    let fragments: [&[u8]; 16] = [
        b"<<<<<<< HEAD\n",
        b"=======\n",
        b"=======\r\n",
        b"======= x\n",
        b">>>>>>> b\n",
        b"========\n",
        b"<<<<<<<\n",
        b">>>>>>>\n",
        b" ",
        b"a\n",
        b"||||||| c\n",
        b"<<<<<<< ",
        b"=======",
        b">>>>>>> ",
        b"\r",
        b"\n",
    ];
    made(&fragments, 6, 4000)
}

/// Private keys and what looks like them.
pub(crate) fn keys() -> Vec<Vec<u8>> {
    let fragments: [&[u8]; 22] = [
        b"BEGIN ",
        b"RSA ",
        b"DSA ",
        b"EC ",
        b"OPENSSH ",
        b"PGP ",
        b"SSH2 ",
        b"ENCRYPTED ",
        b"PRIVATE KEY",
        b" BLOCK",
        b"PuTTY-User-Key-File-",
        b"2",
        b"3",
        b"BEGIN OpenVPN Static key ",
        b"V1",
        b"-----",
        b"\n",
        b"BEGIN RSA PRIVATE\x20KEY",
        b"BEGIN PGP PRIVATE\x20KEY BLOCK",
        b"BEGIN SSH2 ENCRYPTED PRIVATE\x20KEY",
        b"PRIVATE ",
        b"KEY",
    ];
    made(&fragments, 6, 4000)
}

/// Whether we differ from the original on these bytes by decision.
pub(crate) fn decided(check: &str, bytes: &[u8]) -> bool {
    match check {
        // A separator alone is a heading's underline in reStructuredText and Markdown: it counts only after a start marker.
        "check-merge-conflict" => {
            let (mut open, mut alone, mut others) = (false, false, false);
            for line in bytes.split_inclusive(|&byte| byte == b'\n') {
                let start = line.starts_with(b"<<<<<<< ");
                let end = line.starts_with(b">>>>>>> ");
                let separator =
                    line.starts_with(b"======= ") || line == b"=======\n" || line == b"=======\r\n";
                alone |= separator && !open;
                others |= start || end || separator && open;
                open = start || open && !end;
            }
            // With any other marker the file is bad for both.
            alone && !others
        }
        // Of encodings with one byte a character, beside ISO-8859-1, it isn't known which bytes are letters: a name that begins
        // with a mark of Thai passes.
        "check-xml" => {
            let has = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
            has(b"'tis-620'") && has(b"<\xe9")
        }
        // Where a key is there twice, the original drops a value, and where half of a surrogate pair can't be written, it
        // leaves an empty file: we leave the file as it is. Both fail.
        "pretty-format-json" => {
            let path = xtask_core::model::RepoPath::from("a.json");
            let tags = xtask_hooks::types::Tags::of_name(b"a.json", false);
            let file = xtask_hooks::checks::File { path: &path, tags, size: 0 };
            let check = xtask_hooks::checks::by_id("check-json");
            let hits = xtask_hooks::checks::check_bytes(
                &check.into_iter().collect::<Vec<_>>(),
                &file,
                bytes,
                &xtask_hooks::options::Options::default(),
            );
            hits.iter().any(|found| found.hit.message.contains("is there twice"))
        }
        _ => false,
    }
}
