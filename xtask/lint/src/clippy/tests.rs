//! Real lines of `cargo clippy --message-format=json`, shortened.

use super::*;

const FINISHED: &str = r#"{"reason":"build-finished","success":true}"#;
const FAILED: &str = r#"{"reason":"build-finished","success":false}"#;
const RETURN: &str = r#"{"reason":"compiler-message","package_id":"path+file:///repo/rust#tiny@0.1.0","manifest_path":"/repo/rust/Cargo.toml","target":{"kind":["lib"],"name":"tiny","src_path":"/repo/rust/src/lib.rs"},"message":{"rendered":"…","$message_type":"diagnostic","children":[{"children":[],"code":null,"level":"help","message":"for further information visit https://rust-lang.github.io/rust-clippy/rust-1.95.0/index.html#needless_return","rendered":null,"spans":[]},{"children":[],"code":null,"level":"note","message":"`#[warn(clippy::needless_return)]` on by default","rendered":null,"spans":[]},{"children":[],"code":null,"level":"help","message":"remove `return`","rendered":null,"spans":[{"byte_end":180,"byte_start":168,"column_end":17,"column_start":5,"expansion":null,"file_name":"src/lib.rs","is_primary":true,"label":null,"line_end":11,"line_start":11,"suggested_replacement":"a + b","text":[]},{"byte_end":181,"byte_start":180,"column_end":18,"column_start":17,"expansion":null,"file_name":"src/lib.rs","is_primary":true,"label":null,"line_end":11,"line_start":11,"suggested_replacement":"","text":[]}]}],"level":"warning","message":"unneeded `return` statement","spans":[{"byte_end":180,"byte_start":168,"column_end":17,"column_start":5,"expansion":null,"file_name":"src/lib.rs","is_primary":true,"label":null,"line_end":11,"line_start":11,"suggested_replacement":null,"text":[]}],"code":{"code":"clippy::needless_return","explanation":null}}}"#;
const SUM: &str = r#"{"reason":"compiler-message","manifest_path":"/repo/rust/Cargo.toml","message":{"children":[],"code":null,"level":"warning","message":"1 warning emitted","rendered":"","spans":[]}}"#;
const ERROR: &str = r#"{"reason":"compiler-message","manifest_path":"/repo/rust/Cargo.toml","message":{"children":[],"code":{"code":"E0425","explanation":""},"level":"error","message":"cannot find function `nope`","rendered":"","spans":[{"column_end":9,"column_start":1,"expansion":{"span":{"column_end":3,"column_start":2,"expansion":null,"file_name":"src/m.rs","is_primary":false,"line_end":5,"line_start":4,"suggested_replacement":null},"macro_decl_name":"m!"},"file_name":"/home/u/.cargo/registry/src/x/lib.rs","is_primary":true,"line_end":1,"line_start":1,"suggested_replacement":null}]}}"#;
const NOWHERE: &str = r#"{"reason":"compiler-message","manifest_path":"/repo/rust/a/Cargo.toml","message":{"children":[],"code":null,"level":"error","message":"linking with `cc` failed","rendered":"","spans":[]}}"#;
const CRASH: &str = r#"{"reason":"compiler-message","message":{"children":[],"code":null,"level":"error: internal compiler error","message":"oops","rendered":"","spans":[]}}"#;

fn parsed(lines: &[&str], stderr: &str) -> Parsed {
    let ended = Ended {
        code: Some(0),
        signal: None,
        stdout: lines.join("\n").into_bytes(),
        stderr: stderr.into(),
        wall: std::time::Duration::ZERO,
    };
    parse(Path::new("/repo"), &RepoPath::from("rust"), &ended)
}

#[test]
fn a_lint_of_two_targets_is_one_finding() {
    let Parsed::Findings { found, complete } = parsed(&[RETURN, SUM, RETURN, FINISHED], "") else { panic!() };
    assert!(complete);
    assert_eq!(
        found,
        [Raw {
            location: Some(Location {
                path: "rust/src/lib.rs".into(),
                line: Some(11),
                column: Some(5),
                end_line: Some(11),
                end_column: Some(17),
            }),
            rule: "clippy::needless_return".into(),
            severity: Severity::Warning,
            message: "unneeded `return` statement".into(),
            fix: Some("remove `return`: `a + b`".into()),
            blocks: false,
        }]
    );
}

#[test]
fn compile_errors_are_findings_at_the_place_in_the_repository() {
    let Parsed::Findings { found, complete } = parsed(&[ERROR, NOWHERE, FAILED], "") else { panic!() };
    assert!(!complete);
    let shown: Vec<String> = found
        .iter()
        .map(|raw| format!("{} {} {} {}", raw.location.as_ref().unwrap(), raw.rule, raw.severity, raw.blocks))
        .collect();
    assert_eq!(shown, ["rust/a/Cargo.toml rustc error true", "rust/src/m.rs:4:2 E0425 error true"]);
}

#[test]
fn what_is_no_measurement_is_not_passed() {
    for (lines, stderr) in [
        (&[][..], ""),
        (&[RETURN], "killed"),
        (&[FAILED], "error: build script failed"),
        (&[RETURN, FAILED], ""),
        (&[CRASH, FINISHED], ""),
        (&["{\"reason\":", FINISHED], ""),
        (&["{\"reason\":\"compiler-message\",\"message\":{}}", FINISHED], ""),
    ] {
        assert!(matches!(parsed(lines, stderr), Parsed::Invalid(_)), "{lines:?} {stderr}");
    }
    for stderr in [
        "error: no such command: `clippy`",
        "error: 'cargo-clippy' is not installed for the toolchain 'stable'.",
    ] {
        assert!(matches!(parsed(&[], stderr), Parsed::Missing { .. }));
    }
    assert!(
        matches!(parsed(&[FINISHED], ""), Parsed::Findings { found, complete: true } if found.is_empty())
    );
}
