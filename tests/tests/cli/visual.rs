//! `xtask visual`: what no comparison may do.

use crate::{PROGRAM, repository};
use xtask_tests::Sandbox;
use xtask_visual::diff::Picture;

/// Opening a named pipe waits for a writer that never comes.
#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_unreadable_at_once() {
    let sandbox = Sandbox::bare_folder(PROGRAM);
    let made = sandbox.command("mkfifo").arg("pipe.png").status().unwrap();
    assert!(made.success());
    let output = sandbox.run(&["visual", "compare", "pipe.png", "pipe.png", "--format", "json"]);
    assert_eq!(output.code, 1, "{output}");
    assert_eq!(output.json()["pairs"][0]["status"], "unreadable");
}

/// A command that links the baseline in place of what it draws would have it compared with itself.
#[cfg(unix)]
#[test]
fn a_baseline_is_not_compared_with_itself() {
    let sandbox = repository();
    sandbox.write("tests/visual/baseline/a.png", "no picture").commit("baseline");
    let run = "rmdir $XTASK_VISUAL_CURRENT && ln -s $PWD/tests/visual/baseline $XTASK_VISUAL_CURRENT";
    sandbox.write("xtask.toml", format!("[visual]\nrun = '{run}'\n"));
    for _ in 0..2 {
        let output = sandbox.run(&["visual", "test"]);
        assert_eq!(output.code, 4, "{output}");
    }
    assert_eq!(sandbox.read("tests/visual/baseline/a.png"), "no picture");
}

/// Text-like rows, with a banner of so many rows above row 100.
fn page(banner: u32) -> Vec<u8> {
    let mut page = Picture::filled(320, 400, [255; 4]);
    for y in 0..400_u32 {
        let from = if y < 100 { y } else { y.wrapping_sub(banner) };
        for x in 0..320 {
            if banner > 0 && (100..100 + banner).contains(&y) {
                page.set(x, y, [200, 30, 30, 255]);
            } else if from % 16 < 9 && (x * 7 + from * from * 13 + x * from) % 11 < 4 {
                page.set(x, y, [0, 0, 0, 255]);
            }
        }
    }
    page.to_png()
}

#[test]
fn what_only_moved_is_told_and_painted_blue() {
    let sandbox = Sandbox::bare_folder(PROGRAM);
    sandbox.write("old.png", page(0)).write("new.png", page(30));
    let output =
        sandbox.run(&["visual", "compare", "old.png", "new.png", "--out", "diff", "--format", "json"]);
    assert_eq!(output.code, 1, "{output}");
    let pair = &output.json()["pairs"][0];
    assert_eq!(pair["moved"], serde_json::json!([{ "y": 100, "height": 270, "by": 30 }]));
    let banner = serde_json::json!([{ "x": 0, "y": 100, "width": 320, "height": 30, "pixels": 9600 }]);
    assert_eq!(pair["regions"], banner);
    assert!(pair["pixels"].as_u64() > Some(9600), "the plain count: {pair}");
    let words = sandbox.run(&["visual", "compare", "old.png", "new.png"]);
    assert!(words.to_string().contains("content below y=100 moved down 30 px"), "{words}");
    let painted =
        Picture::from_png(&std::fs::read(sandbox.root().join("diff/new.diff.png")).unwrap()).unwrap();
    assert_eq!(painted.get(5, 110), [255, 0, 0, 255]);
    let [red, _, blue, _] = painted.get(5, 300);
    assert!(blue == 255 && red < 200, "{:?}", painted.get(5, 300));
    let [red, green, blue, _] = painted.get(5, 50);
    assert!(red == green && green == blue, "what stayed is grey");
}
