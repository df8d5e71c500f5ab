//! `xtask ci`: the verdicts, the exit codes, the reports, the selection of gates.

use insta::assert_snapshot;

use crate::{PROGRAM, repository};
use xtask_tests::Sandbox;

#[test]
fn a_clean_repository_passes_and_leaves_the_reports() {
    let sandbox = repository();
    assert_snapshot!(sandbox.snapshot(&["ci"]));
    for name in ["report.json", "report.html", "report.sarif", "junit.xml", "summary.md"] {
        assert!(sandbox.root().join(".xtask").join(name).is_file(), "{name}");
    }
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "", "the report folder ignores itself");
}

#[test]
fn a_finding_fails_with_its_place() {
    let sandbox = repository();
    sandbox.write("notes.txt", "good\nbad \n").commit("notes");
    assert_snapshot!(sandbox.snapshot(&["ci"]));
}

#[test]
fn json_is_the_report_file() {
    let sandbox = repository();
    sandbox.write("notes.txt", "bad \n").commit("notes");
    let output = sandbox.run(&["ci", "--format", "json", "-q"]);
    assert_eq!(output.code, 1);
    assert_eq!(output.stderr, "");
    let json = output.json();
    assert_eq!(json["exit-code"], 1);
    assert_eq!(json["gates"][0]["gate"], "hooks");
    assert_eq!(json["gates"][0]["findings"][0]["location"]["line"], 1);
    let file: serde_json::Value = serde_json::from_str(&sandbox.read(".xtask/report.json")).unwrap();
    assert_eq!(file, json);
}

#[test]
fn the_plan_says_why_each_gate_is_in_or_out() {
    let sandbox = repository();
    assert_snapshot!(sandbox.snapshot(&["ci", "--plan"]));
    assert!(!sandbox.root().join(".xtask").exists(), "a plan does nothing");
    let json = sandbox.run(&["ci", "--plan", "--format", "json"]).json();
    assert_eq!(json["gates"][0]["decision"], "in");
    assert_eq!(json["gates"][1]["decision"], "out");
}

/// Every command that does something shows its plan instead, and touches nothing.
#[test]
fn a_plan_changes_nothing() {
    let sandbox = repository();
    sandbox
        .write("bad.txt", "bad \n")
        .write("a/x.png", PIXEL)
        .write("b/x.png", PIXEL)
        .write(
            "xtask.toml",
            "[hooks.pre-commit.commands.touch]\nrun = \"touch touched\"\n[test]\nrun = \"touch touched\"\n",
        )
        .commit("begin");
    for arguments in [
        &["ci"][..],
        &["test"],
        &["lint"],
        &["coverage"],
        &["coverage", "rust"],
        &["visual", "test"],
        &["visual", "compare", "a", "b", "--out", "c"],
        &["hooks", "run", "pre-commit", "--all-files", "--fix"],
        &["init", "--yes"],
    ] {
        let output = sandbox.run(&[arguments, &["--plan"]].concat());
        assert_eq!(output.code, 0, "{output}");
        assert!(!output.stdout.is_empty(), "{output}");
        assert_eq!(sandbox.git(&["status", "--porcelain", "--ignored"]), "", "{output}");
    }
}

/// The sample of the contract, whole: it must be read, whatever of it this version acts on.
#[test]
fn the_sample_configuration_is_read() {
    let sandbox = repository();
    sandbox.write("xtask.toml", include_str!("sample.toml")).commit("configure");
    let output = sandbox.run(&["ci", "--plan"]);
    assert_eq!(output.code, 0, "{output}");
    assert!(output.stdout.contains("ruff"), "{output}");
    // A typo anywhere in it is told with its line.
    for (right, wrong) in [
        ("on-fix", "on-fxi"),
        ("fixes = true", "fixs = true"),
        ("ready-timeout", "ready-timout"),
        ("action = \"restart\"", "action = \"restrat\""),
        ("baseline = \"lint", "basline = \"lint"),
        ("patch-min", "pach-min"),
        ("viewports", "viewport"),
    ] {
        sandbox.write("xtask.toml", include_str!("sample.toml").replacen(right, wrong, 1));
        let output = sandbox.run(&["ci", "--plan"]);
        assert_eq!(output.code, 2, "{wrong}: {output}");
        assert!(output.stderr.contains("did you mean"), "{wrong}: {output}");
    }
}

#[test]
fn gates_are_chosen_by_only_and_skip() {
    let sandbox = repository();
    let gates = |arguments: &[&str]| -> Vec<String> {
        let mut all = vec!["ci", "--format", "json"];
        all.extend(arguments);
        let gates = sandbox.run(&all).json()["gates"].as_array().unwrap().clone();
        gates.iter().map(|gate| gate["gate"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(gates(&["--only", "hooks"]), ["hooks"]);
    assert_eq!(gates(&["--skip", "lint,test"]), ["hooks"]);
}

#[test]
fn a_gate_that_is_named_and_cannot_run_is_missing_something() {
    let sandbox = repository();
    let output = sandbox.run(&["ci", "--only", "lint"]);
    assert_eq!(output.code, 3, "{output}");
    assert!(output.stdout.contains("skipped"), "{output}");
}

#[test]
fn a_configured_gate_that_cannot_run_fails_in_ci_or_when_strict() {
    for (variables, arguments, code) in
        [(None, &["ci"][..], 0), (Some("true"), &["ci"], 3), (None, &["ci", "--strict"], 3)]
    {
        let mut sandbox = Sandbox::repository(PROGRAM);
        if let Some(value) = variables {
            sandbox = sandbox.variable("CI", value);
        }
        sandbox
            .write("xtask.toml", "[visual]\nbaseline = \"shots\"\n")
            .write("shots/a.png", PIXEL)
            .commit("begin");
        let output = sandbox.run(arguments);
        assert_eq!(output.code, code, "{output}");
    }
}

#[test]
fn since_looks_at_what_changed() {
    let sandbox = repository();
    sandbox.write("old.txt", "bad \n").commit("old sin");
    sandbox.write("new.txt", "good\n").commit("new virtue");
    assert_eq!(sandbox.run(&["ci"]).code, 1);
    assert_eq!(sandbox.run(&["ci", "--since", "HEAD~1"]).code, 0);
    assert_eq!(sandbox.run(&["ci", "--since", "HEAD~2"]).code, 1);
    let unknown = sandbox.run(&["ci", "--since", "nowhere"]);
    assert_eq!(unknown.code, 2, "{unknown}");
    assert!(unknown.stderr.contains("nowhere"), "{unknown}");
}

#[test]
fn shards_share_the_gates_and_an_empty_one_passes() {
    let sandbox = repository();
    let mut seen = Vec::new();
    for shard in ["1/3", "2/3", "3/3"] {
        let output = sandbox.run(&["ci", "--shard", shard, "--format", "json"]);
        assert_eq!(output.code, 0, "{output}");
        for gate in output.json()["gates"].as_array().unwrap() {
            seen.push(gate["gate"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(seen, ["hooks"]);
    assert_eq!(sandbox.run(&["ci", "--shard", "4/3"]).code, 2);
}

#[test]
fn reports_go_where_they_are_asked_to_go() {
    let sandbox = repository();
    let output = sandbox.run(&["ci", "--report", "sarif=out/x.sarif", "--report", "markdown=-"]);
    assert_eq!(output.code, 0, "{output}");
    assert!(sandbox.read("out/x.sarif").contains("\"2.1.0\""));
    assert!(output.stdout.contains("| hooks"), "{output}");
    assert_eq!(sandbox.run(&["ci", "--report", "yaml=x"]).code, 2);
}

#[test]
fn github_gets_annotations_and_a_step_summary() {
    let sandbox = Sandbox::repository(PROGRAM);
    let summary = sandbox.outside().join("summary.md");
    let sandbox = sandbox.variable("GITHUB_STEP_SUMMARY", summary.to_str().unwrap());
    sandbox.write("notes.txt", "bad \n").commit("notes");
    let output = sandbox.run(&["ci", "--format", "github"]);
    assert!(output.stdout.contains("::error file=notes.txt,line=1"), "{output}");
    assert!(std::fs::read_to_string(summary).unwrap().contains("hooks"));
}

#[test]
fn secrets_do_not_reach_a_report() {
    let sandbox = Sandbox::repository(PROGRAM).variable("DEPLOY_TOKEN", "s3cr3t-value-42");
    sandbox
        .write("xtask.toml", "[test]\nrun = \"echo leaking $DEPLOY_TOKEN; exit 1\"\n")
        .write("a.txt", "s3cr3t-value-42\n")
        .commit("begin");
    let output = sandbox.run(&["ci", "-v"]);
    assert_eq!(output.code, 1, "{output}");
    assert!(!output.to_string().contains("s3cr3t-value-42"), "{output}");
    for name in ["report.json", "report.html", "report.sarif", "junit.xml", "summary.md"] {
        assert!(!sandbox.read(&format!(".xtask/{name}")).contains("s3cr3t-value-42"), "{name}");
    }
    // A command's own JSON, and a problem that has a path in it.
    for arguments in [
        &["visual", "compare", "a", "b", "--format", "json"][..],
        &["visual", "compare", "a", "s3cr3t-value-42"],
    ] {
        sandbox.write("a/s3cr3t-value-42.png", "no picture").write("b/x.png", "no picture");
        let output = sandbox.run(arguments);
        assert_ne!(output.code, 0);
        let told = format!("{}{}", output.stdout, output.stderr);
        assert!(!told.contains("s3cr3t-value-42"), "{told}");
    }
}

/// A PNG of one grey pixel.
const PIXEL: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0,
    1, 8, 0, 0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 10, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0x68, 0,
    0, 0, 0x82, 0, 0x81, 0x77, 0xcd, 0x72, 0xb6, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];
