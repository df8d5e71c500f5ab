//! Help, version, completions, manual.

use insta::assert_snapshot;
use xtask_tests::Sandbox;

use crate::PROGRAM;

#[test]
fn help_teaches() {
    let sandbox = Sandbox::bare_folder(PROGRAM);
    for command in [
        &["--help"][..],
        &["ci", "--help"],
        &["test", "--help"],
        &["lint", "--help"],
        &["coverage", "--help"],
        &["visual", "--help"],
        &["coverage", "run", "--help"],
        &["coverage", "rust", "--help"],
        &["coverage", "show", "--help"],
        &["coverage", "diff", "--help"],
        &["visual", "compare", "--help"],
        &["visual", "test", "--help"],
        &["completions", "--help"],
        &["man", "--help"],
        &["schema", "--help"],
        &["hooks", "--help"],
        &["hooks", "run", "--help"],
        &["init", "--help"],
        &["doctor", "--help"],
    ] {
        let name = command.join("_").replace("_--help", "").replace("--help", "xtask");
        assert_snapshot!(format!("help_{name}"), sandbox.snapshot(command));
    }
}

#[test]
fn short_help_is_the_command_s_own() {
    let sandbox = Sandbox::bare_folder(PROGRAM);
    let pointer = "Global options (--format, --plan, --color, -C, -j, -q, …): xtask --help";
    for command in [&["doctor"][..], &["hooks"], &["hooks", "run"], &["coverage", "diff"]] {
        let help = |flag: &str| sandbox.run(&[command, &[flag]].concat()).stdout;
        let (short, long) = (help("-h"), help("--help"));
        assert!(short.ends_with(&format!("\n\n{pointer}\n")), "{short}");
        assert!(short.contains("-h, --help") && !short.contains("--report"), "{short}");
        assert!(long.contains("--report") && !long.contains(pointer), "{long}");
        assert!(long.ends_with('\n') && !long.ends_with("\n\n"), "{long}");
    }
    assert!(
        sandbox.run(&["-h"]).stdout.contains("--report"),
        "the program's own -h names the global options"
    );
    assert!(sandbox.run(&["hooks", "run", "-h"]).stdout.contains("Examples:"));
}

#[test]
fn version_completions_and_manual() {
    let sandbox = Sandbox::bare_folder(PROGRAM);
    let version = sandbox.run(&["--version"]);
    assert_eq!((version.code, version.stdout.trim()), (0, concat!("xtask ", env!("CARGO_PKG_VERSION"))));
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = sandbox.run(&["completions", shell]);
        assert_eq!(output.code, 0, "{output}");
        assert!(output.stdout.contains("xtask"), "{shell}");
    }
    let syntax =
        sandbox.command("bash").args(["-n", "/dev/stdin"]).stdin(std::process::Stdio::piped()).spawn();
    if let Ok(mut bash) = syntax {
        let script = sandbox.run(&["completions", "bash"]).stdout;
        std::io::Write::write_all(bash.stdin.as_mut().unwrap(), script.as_bytes()).unwrap();
        drop(bash.stdin.take());
        assert!(bash.wait().unwrap().success(), "bash reads its completions");
    }
    assert!(sandbox.run(&["man"]).stdout.starts_with(".ie"));
    assert!(sandbox.run(&["man", "ci"]).stdout.contains("since"));
    assert_eq!(sandbox.run(&["man", "nothing"]).code, 2);
}

#[test]
fn wrong_usage_is_2() {
    let sandbox = Sandbox::bare_folder(PROGRAM);
    for arguments in [&["nothing"][..], &["ci", "--nothing"], &["--format", "yaml", "ci"], &[]] {
        let output = sandbox.run(arguments);
        assert_eq!(output.code, 2, "{output}");
    }
    assert!(sandbox.run(&["cii"]).stderr.contains("'ci'"), "the nearest command is named");
}
