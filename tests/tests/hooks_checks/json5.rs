//! `check-json5` beside the parser of JSON5's own makers.

use xtask_core::model::RepoPath;
use xtask_hooks::checks::{self, File, check_bytes};
use xtask_hooks::options::Options;
use xtask_hooks::types::Tags;

use super::inputs::{made, mutated};
use super::{command, referees, write};

fn inputs() -> Vec<Vec<u8>> {
    let fragments: [&[u8]; 58] = [
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b" ",
        b"\n",
        b"a",
        b"$a",
        b"_",
        b"\"a\"",
        b"'b'",
        b"a:",
        b"'b': ",
        b"1",
        b"0",
        b"-",
        b"+",
        b".",
        b"5.",
        b".5",
        b"0x1F",
        b"0x",
        b"1e3",
        b"e",
        b"E-2",
        b"Infinity",
        b"-Infinity",
        b"NaN",
        b"null",
        b"true",
        b"false",
        b"'",
        b"\"",
        b"\\",
        b"\\n",
        b"\\x41",
        b"\\u0061",
        b"\\u00",
        b"\\0",
        b"\\1",
        b"\\\n",
        b"\\\r\n",
        b"// c\n",
        b"/* c */",
        b"/*",
        b"*/",
        b"/",
        b"\xc2\xa0",
        b"\xef\xbb\xbf",
        b"\xe2\x80\xa8",
        b"\xe2\x80\x8c",
        b"\xc3\xa9",
        b"\xff",
        b"\x0b",
        b"\xf0\x9d\x92\x9c",
        b"\xe3\x80\x80",
    ];
    let texts: [&[u8]; 4] = [
        b"// comment\n{\n  unquoted: 'and you can quote me',\n  singleQuotes: 'I can \"use\"',\n  lineBreaks: 'Look, Mom! \\\nNo \\\\n!',\n  hexadecimal: 0xdecaf,\n  leading: .8675309, andTrailing: 8675309.,\n  positiveSign: +1,\n  trailingComma: 'in objects', andIn: ['arrays',],\n  \"backwardsCompatible\": \"with JSON\",\n}\n",
        b"[null, true, false, -0, 1e5, NaN, -Infinity, 'x\\u00e9\\x41\\0\\v']",
        b"{\\u0061b: {$: [{}, [], {'': 0}]}, /* x */ \xc3\xa9t\xc3\xa9: \"\\\r\n\"}",
        b"'\xe2\x80\xa8'",
    ];
    let mut all = made(&fragments, 7, 12_000);
    all.extend(mutated(&texts, b"{}[],:'\"\\ \n01.eExu+-/*$_IN\t\x01", 1500));
    for depth in [1, 2000] {
        all.push(["[".repeat(depth), "]".repeat(depth)].concat().into());
        all.push(["{a:".repeat(depth), "1".into(), "}".repeat(depth)].concat().into());
    }
    all
}

#[test]
fn json5() {
    let Some(bin) = referees() else { return };
    let modules = bin.join("../../node_modules").canonicalize().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let inputs = inputs();
    for (at, bytes) in inputs.iter().enumerate() {
        write(&folder.path().join(at.to_string()), bytes);
    }
    let script = "const json5 = require(process.argv[1]); const fs = require('fs'); console.warn = () => {};\n\
        const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });\n\
        for (let at = 0; at < Number(process.argv[2]); at++) {\n\
        \x20 let ok = 1;\n\
        \x20 try { json5.parse(decoder.decode(fs.readFileSync(String(at)))); } catch { ok = 0; }\n\
        \x20 console.log(ok);\n\
        }\n";
    let ended = command("node")
        .args(["-e", script])
        .arg(modules.join("json5"))
        .arg(inputs.len().to_string())
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let theirs = String::from_utf8(ended.stdout).unwrap();
    assert_eq!(theirs.lines().count(), inputs.len());

    let check = checks::by_id("check-json5").unwrap();
    let path = RepoPath::from("a.json5");
    let mut differences = Vec::new();
    for (theirs, bytes) in theirs.lines().zip(&inputs) {
        let file = File { path: &path, tags: Tags::of_name(b"a.json5", false), size: bytes.len() as u64 };
        let hits = check_bytes(&[check], &file, bytes, &Options::default());
        if hits.is_empty() != (theirs == "1") {
            differences.push(format!("theirs {theirs}, ours {hits:?}: {:?}", String::from_utf8_lossy(bytes)));
        }
    }
    let good = theirs.lines().filter(|line| *line == "1").count();
    println!("json5: {} files, {good} of them good", inputs.len());
    assert!(good > 100 && good < inputs.len());
    let count = differences.len();
    differences.truncate(25);
    assert!(count == 0, "{count} differences:\n{}", differences.join("\n"));
}
