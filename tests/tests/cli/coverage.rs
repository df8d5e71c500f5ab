//! `coverage` through the built program: the numbers of reports, limits, and what changed.

use serde_json::json;
use xtask_tests::Sandbox;

use crate::PROGRAM;

/// Two sources and a report of one of them, which the branch `base` holds.
fn covered() -> Sandbox {
    let sandbox = Sandbox::repository(PROGRAM);
    sandbox
        .write("src/a.py", "one = 1\ntwo = 2\nthree = 3\n")
        .write("src/b.py", "four = 4\n")
        .write("lcov.info", "SF:src/a.py\nDA:1,1\nDA:2,0\nDA:3,2\nend_of_record\n")
        .write("xtask.toml", "[coverage]\ninputs = [\"lcov.info\"]\nmin = 60\npatch-min = 90\n")
        .commit("begin");
    sandbox.git(&["branch", "base"]);
    sandbox
}

#[test]
fn the_numbers_of_a_report_have_their_shape() {
    let sandbox = covered();
    let output = sandbox.run(&["coverage", "show", "--input", "lcov.info", "--format", "json"]);
    assert_eq!(output.code, 0, "{output}");
    let percent = 2.0 * 100.0 / 3.0;
    assert_eq!(
        output.json(),
        json!({
            "total": {"lines": 3, "covered": 2, "percent": percent},
            "files": [{"path": "src/a.py", "lines": 3, "covered": 2, "percent": percent}],
        })
    );
}

#[test]
fn every_way_to_write_a_path_is_the_same_file() {
    let sandbox = covered();
    let absolute = format!("{}/src/a.py", sandbox.root().display());
    for path in ["./src/a.py", r"src\a.py", absolute.as_str()] {
        sandbox.write("lcov.info", format!("SF:{path}\nDA:1,1\nend_of_record\n"));
        let output = sandbox.run(&["coverage", "show", "--format", "json"]);
        assert_eq!(output.code, 0, "{output}");
        assert_eq!(output.json()["files"][0]["path"], "src/a.py", "{path}");
    }
}

#[test]
fn limits_pass_and_fail() {
    let sandbox = covered();
    assert_eq!(sandbox.run(&["coverage"]).code, 0);
    for (keys, code, part) in [
        ("min = 66.7\n", 1, "below the minimum of 66.7 %"),
        ("[coverage.paths.\"src/**\"]\nmin = 70\n", 1, "below its minimum of 70 %"),
        ("[coverage.paths.\"lib/**\"]\nmin = 70\n", 4, "holds for no coverable line"),
        ("min = nan\n", 2, "is no percentage"),
    ] {
        sandbox.write("xtask.toml", format!("[coverage]\ninputs = [\"lcov.info\"]\n{keys}"));
        let output = sandbox.run(&["coverage"]);
        assert_eq!(output.code, code, "{output}");
        assert!(format!("{}{}", output.stdout, output.stderr).contains(part), "{output}");
    }
}

#[test]
fn what_is_no_report_is_no_measurement() {
    let sandbox = covered();
    for text in [
        "",
        "TN:\n",
        "SF:src/a.py\nDA:1,1\n",
        "SF:src/a.py\nDA:1,NaN\nend_of_record\n",
        "SF:gone.py\nDA:1,1\nend_of_record\n",
    ] {
        sandbox.write("lcov.info", text);
        for arguments in [&["coverage"][..], &["coverage", "show"], &["coverage", "diff", "--base", "base"]] {
            let output = sandbox.run(arguments);
            assert_eq!(output.code, 4, "{text:?}: {output}");
        }
    }
    let output = sandbox.run(&["coverage", "show", "--input", "none.info"]);
    assert_eq!(output.code, 4, "{output}");
}

#[test]
fn a_change_is_held_against_its_limit() {
    let sandbox = covered();
    let diff = ["coverage", "diff", "--base", "base", "--format", "json"];
    let output = sandbox.run(&diff);
    assert_eq!(output.code, 0, "{output}");
    let nothing = json!({"lines": 0, "covered": 0, "percent": 100.0});
    assert_eq!(output.json(), json!({"total": nothing, "files": [], "uncovered": []}));
    assert!(sandbox.run(&diff[..4]).stdout.contains("no coverable line changed"));

    sandbox.write("src/a.py", "one = 1\ntwo = 22\nthree = 33\n");
    let output = sandbox.run(&diff);
    assert_eq!(output.code, 1, "{output}");
    let half = json!({"lines": 2, "covered": 1, "percent": 50.0});
    assert_eq!(output.json()["total"], half);
    assert_eq!(output.json()["uncovered"], json!([{"path": "src/a.py", "lines": [[2, 2]]}]));

    sandbox.write("src/a.py", "one = 11\n");
    let output = sandbox.run(&diff);
    assert_eq!(output.code, 4, "the report speaks of lines that have gone: {output}");
}

#[test]
fn a_changed_source_that_no_report_covers_is_no_measurement() {
    let sandbox = covered();
    for path in ["src/b.py", "src/new.py"] {
        sandbox.write(path, "five = 5\n");
        let output = sandbox.run(&["coverage", "diff", "--base", "base"]);
        assert_eq!(output.code, 4, "{output}");
        assert!(output.stdout.contains(path), "{output}");
        sandbox.git(&["checkout", "--quiet", "--", "."]);
    }
    let output = sandbox.run(&["coverage", "diff", "--base", "nowhere"]);
    assert_eq!(output.code, 2, "{output}");
}
