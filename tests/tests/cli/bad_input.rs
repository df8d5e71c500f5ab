//! Bad input and faults: each has a clear error, the right exit code, and loses nothing.

use std::io::Read;
use std::process::Stdio;

use insta::assert_snapshot;
use xtask_tests::Sandbox;

use crate::{PROGRAM, repository};

#[test]
fn an_empty_folder_has_nothing_to_measure() {
    let sandbox = Sandbox::bare_folder(PROGRAM);
    assert_snapshot!(sandbox.snapshot(&["ci"]));
}

#[test]
fn a_repository_without_commits_or_files() {
    let sandbox = Sandbox::repository(PROGRAM);
    let output = sandbox.run(&["ci"]);
    assert_eq!(output.code, 0, "{output}");
    assert!(output.stdout.contains("nothing measured"), "{output}");
}

/// A device is written to, never replaced by a file; where it is full, that is told and counts.
#[cfg(unix)]
#[test]
fn a_full_device_is_told_and_stays_a_device() {
    use std::os::unix::fs::FileTypeExt;
    let sandbox = repository();
    let output = sandbox.run(&["ci", "--report", "json=/dev/full"]);
    assert_eq!(output.code, 4, "{output}");
    assert!(output.stderr.contains("can't write /dev/full"), "{output}");
    assert!(std::fs::metadata("/dev/full").unwrap().file_type().is_char_device());
    for arguments in [&["--version"][..], &["--help"], &["schema"], &["ci"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let ended = sandbox.program().args(arguments).stdout(full).output().unwrap();
        assert_eq!(ended.status.code(), Some(4), "{arguments:?}");
    }
}

/// The line of xtask.toml that an error shows may hold what no log should.
#[test]
fn an_error_shows_no_secret() {
    let sandbox = repository().variable("DEPLOY_TOKEN", "s3cr3t-value");
    sandbox.write("xtask.toml", "[lint]\nbaselin = \"s3cr3t-value\"\n");
    let output = sandbox.run(&["ci"]);
    assert_eq!(output.code, 2, "{output}");
    assert!(output.stderr.contains("[DEPLOY_TOKEN redacted]"), "{output}");
    assert!(!output.stderr.contains("s3cr3t"), "{output}");
}

/// Widths that no screen has.
#[test]
fn an_odd_width_breaks_nothing() {
    for columns in ["0", "1", "100000", "-5", "x"] {
        let sandbox = repository().variable("COLUMNS", columns);
        let output = sandbox.run(&["ci"]);
        assert_eq!(output.code, 0, "COLUMNS={columns}: {output}");
        assert!(output.stdout.lines().all(|line| line.len() < 1200), "COLUMNS={columns}: {output}");
    }
}

/// A part of a run may hold no gate; a run that holds none in any part is a mistake.
#[test]
fn no_part_of_nothing_passes() {
    assert_eq!(Sandbox::bare_folder(PROGRAM).run(&["ci", "--shard", "1/2"]).code, 2);
    let output = repository().run(&["ci", "--shard", "2/2", "--only", "hooks"]);
    assert_eq!(output.code, 0, "{output}");
    assert!(output.stdout.contains("nothing measured"), "{output}");
}

#[test]
fn a_bare_repository_has_no_files() {
    let sandbox = Sandbox::bare_folder(PROGRAM);
    sandbox.git(&["init", "--quiet", "--bare", "."]);
    assert_snapshot!(sandbox.snapshot(&["ci"]));
}

#[test]
fn a_wrong_key_is_shown_where_it_is() {
    let sandbox = repository();
    sandbox.write("xtask.toml", "[hooks.pre-commit]\nchekcs = [\"default\"]\n");
    assert_snapshot!(sandbox.snapshot(&["ci"]));
}

#[test]
fn a_malformed_file_is_shown_where_it_breaks() {
    let sandbox = repository();
    sandbox.write("xtask.toml", "[hooks\nfail-fast = true\n");
    assert_snapshot!(sandbox.snapshot(&["ci"]));
}

#[test]
fn a_file_that_is_not_utf8_names_the_line() {
    let sandbox = repository();
    sandbox.write("xtask.toml", b"[hooks]\nfail-fast = \xff\n");
    assert_snapshot!(sandbox.snapshot(&["ci"]));
}

#[test]
fn a_newer_file_is_refused() {
    let sandbox = repository();
    sandbox.write("xtask.toml", "min-version = \"99.0\"\n[of-the-future]\n");
    assert_snapshot!(sandbox.snapshot(&["ci"]));
}

#[test]
fn a_configuration_that_is_named_must_exist() {
    let sandbox = repository();
    let output = sandbox.run(&["ci", "--config", "none.toml"]);
    assert_eq!(output.code, 2, "{output}");
    assert!(output.stderr.contains("none.toml"), "{output}");
    assert_eq!(sandbox.run(&["-C", "nowhere", "ci"]).code, 2);
}

#[test]
fn an_unknown_gate_is_refused_with_the_nearest() {
    let sandbox = repository();
    assert_snapshot!(sandbox.snapshot(&["ci", "--only", "hoks"]));
}

#[test]
fn a_report_folder_that_cannot_be_written_is_told_and_the_results_are_printed() {
    let sandbox = repository();
    sandbox.write(".xtask", "a file where the folder should be\n");
    let output = sandbox.run(&["ci"]);
    assert_eq!(output.code, 4, "{output}");
    assert!(output.stdout.contains("hooks"), "{output}");
    assert!(output.stderr.contains(".xtask"), "{output}");
}

/// Files that can't grow past 4 KiB, as on a disk that fills up: the old report survives, and the run says that it could not write.
#[cfg(unix)]
#[test]
fn a_disk_that_fills_up_leaves_the_old_report() {
    let sandbox = repository();
    assert_eq!(sandbox.run(&["ci"]).code, 0);
    let old = sandbox.read(".xtask/report.html");
    assert!(old.len() > 4096, "the page must not fit");
    sandbox.write("new.txt", "new\n").commit("new");
    let limited = "trap '' XFSZ; ulimit -f 8; exec \"$0\" ci";
    let output = sandbox.command("sh").args(["-c", limited, PROGRAM]).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{stderr}");
    assert!(stderr.contains("can't write") && stderr.contains("report.html"), "{stderr}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("hooks"), "the results are printed");
    assert_eq!(sandbox.read(".xtask/report.html"), old);
}

/// A small file system that is full, where one can be mounted.
#[test]
fn a_full_disk_leaves_the_old_report() {
    let sandbox = repository();
    assert_eq!(sandbox.run(&["ci"]).code, 0);
    let folder = sandbox.root().join(".xtask");
    let old = sandbox.read(".xtask/report.json");
    let copy = sandbox.outside().join("copy");
    std::fs::rename(&folder, &copy).unwrap();
    std::fs::create_dir(&folder).unwrap();
    let target = folder.to_str().unwrap();
    let mounted = sandbox.command("mount").args(["-t", "tmpfs", "-o", "size=128k", "tmpfs", target]).output();
    if !mounted.is_ok_and(|output| output.status.success()) {
        // Only the superuser mounts; the test above has the same fault without.
        return;
    }
    sandbox.write(".xtask/report.json", &old);
    let mut filler = std::fs::File::create(folder.join("filler")).unwrap();
    while std::io::Write::write_all(&mut filler, &[0; 4096]).is_ok() {}
    let output = sandbox.run(&["ci"]);
    let survived = sandbox.read(".xtask/report.json");
    drop(filler);
    let unmounted = sandbox.command("umount").arg(target).output().unwrap();
    assert!(unmounted.status.success());
    assert_eq!(output.code, 4, "{output}");
    assert!(output.stderr.contains("can't write"), "{output}");
    assert_eq!(survived, old);
}

/// `xtask ci | head -0`: the reader is gone before anything is written.
#[test]
fn a_reader_that_has_gone_changes_nothing() {
    let sandbox = repository();
    sandbox.write("notes.txt", "bad \n").commit("notes");
    let mut child =
        sandbox.program().arg("ci").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(1), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_is_no_pass() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = repository();
    sandbox.write("locked.txt", "x\n").commit("locked");
    let path = sandbox.root().join("locked.txt");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o0)).unwrap();
    if std::fs::read(&path).is_ok() {
        // The superuser reads everything; a folder in the file's place can't be read as a file by anyone.
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        let output = sandbox.run(&["ci"]);
        assert!(!output.stderr.contains("panicked"), "{output}");
        return;
    }
    let output = sandbox.run(&["ci"]);
    assert_ne!(output.code, 0, "{output}");
    assert!(output.stdout.contains("locked.txt"), "{output}");
}

/// What a command can't give is refused, not left out in silence.
#[test]
fn a_report_that_a_command_does_not_yield_is_refused() {
    let sandbox = repository();
    for arguments in [
        &["doctor", "--report", "json=d.json"][..],
        &["doctor", "--format", "sarif"],
        &["init", "--dry-run", "--format", "junit"],
    ] {
        let output = sandbox.run(arguments);
        assert_eq!(output.code, 2, "{output}");
    }
    assert!(!sandbox.root().join("d.json").exists());
}
