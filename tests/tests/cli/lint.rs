//! `lint` through the built program: findings, the baseline, and what it refuses.

use xtask_tests::Sandbox;

use crate::{PROGRAM, repository};

/// A crate with one badly formatted line.
fn untidy() -> Sandbox {
    let sandbox = Sandbox::repository(PROGRAM);
    sandbox
        .write("Cargo.toml", "[package]\nname = \"tiny\"\nversion = \"0.1.0\"\nedition = \"2021\"\n")
        .write("src/lib.rs", "//! Tiny.\n\n/// Nothing.\npub fn wide( ) {}\n")
        .write("xtask.toml", "[lint.tools.clippy]\nenabled = false\n")
        .commit("begin");
    sandbox
}

#[test]
fn a_finding_is_told_accepted_and_mended() {
    let sandbox = untidy();
    let output = sandbox.run(&["lint", "--format", "json"]);
    assert_eq!(output.code, 1, "{output}");
    let json = output.json();
    let finding = &json["findings"][0];
    for (key, value) in [("tool", "rustfmt"), ("rule", "rustfmt"), ("path", "src/lib.rs"), ("state", "new")] {
        assert_eq!(finding[key], value, "{json:#}");
    }
    assert_eq!((&finding["line"], &json["fixed"]), (&4.into(), &0.into()), "{json:#}");
    assert!(finding["fingerprint"].is_string() && finding.get("whole-file").is_none(), "{json:#}");

    assert_eq!(sandbox.run(&["lint", "--update-baseline"]).code, 0);
    let json = sandbox.run(&["lint", "--format", "json"]).json();
    assert_eq!(json["findings"][0]["state"], "known", "{json:#}");

    // The same line once more is new, and so is none of it elsewhere.
    let text = sandbox.read("src/lib.rs");
    sandbox.write("src/lib.rs", format!("{text}\n/// Nothing.\npub mod a {{}}\n\npub fn wide( ) {{}}\n"));
    let output = sandbox.run(&["lint", "--format", "json"]);
    assert_eq!(output.code, 1, "{output}");
    let states: Vec<String> = output.json()["findings"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|finding| finding["state"].to_string())
        .collect();
    assert_eq!(states, ["\"known\"", "\"new\""]);

    let output = sandbox.run(&["lint", "--fix", "--format", "json"]);
    assert_eq!((output.code, &output.json()["fixed"]), (0, &2.into()), "{output}");
    assert!(sandbox.read("src/lib.rs").contains("pub fn wide() {}"));
}

#[test]
fn a_baseline_that_cannot_be_read_is_told_and_written_anew() {
    let sandbox = untidy();
    for text in ["", "{", "{\"version\":2,\"findings\":[]}", "<<<<<<< HEAD\n=======\n>>>>>>> other\n"] {
        sandbox.write("lint-baseline.json", text);
        let output = sandbox.run(&["lint"]);
        assert_eq!(output.code, 4, "{output}");
        assert!(output.stdout.contains("lint-baseline.json"), "{output}");
        assert_eq!(sandbox.read("lint-baseline.json"), text);
    }
    // What the message says to do is what works.
    let output = sandbox.run(&["lint", "--update-baseline"]);
    assert_eq!(output.code, 0, "{output}");
    assert!(sandbox.read("lint-baseline.json").contains("src/lib.rs"));
    assert_eq!(sandbox.run(&["lint"]).code, 0);
}

#[test]
fn nothing_to_look_at_is_no_success() {
    let sandbox = repository();
    let output = sandbox.run(&["lint"]);
    assert_eq!(output.code, 3, "{output}");
}
