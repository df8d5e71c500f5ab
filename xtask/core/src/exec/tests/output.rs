//! What children write and read.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::super::{Cancel, Ended, Process, RunError};
use crate::model::{Event, Events, Stream};

fn run(process: &Process) -> Ended {
    process.run(&Cancel::new()).expect("it runs")
}

/// The lines of both streams, in the order of each.
fn lines(process: &Process) -> (Vec<String>, Vec<String>) {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    process
        .stream(&Cancel::new(), |stream, line| {
            let line = String::from_utf8_lossy(line).into_owned();
            match stream {
                Stream::Stdout => stdout.push(line),
                Stream::Stderr => stderr.push(line),
            }
        })
        .expect("it runs");
    (stdout, stderr)
}

#[test]
fn the_end_of_a_child_is_told() {
    for (script, code, signal) in [
        ("exit 0", Some(0), None),
        ("exit 3", Some(3), None),
        ("kill -9 $$", None, Some(9)),
        ("kill -15 $$", None, Some(15)),
    ] {
        let ended = run(&Process::shell(script));
        assert_eq!((ended.code, ended.signal), (code, signal), "{script}");
        assert_eq!(ended.is_success(), code == Some(0));
    }
}

#[test]
fn lines_come_without_their_endings() {
    for (written, expected) in [
        ("", vec![]),
        ("\\n", vec![""]),
        ("a\\nb\\n", vec!["a", "b"]),
        ("a\\r\\n\\r\\nb", vec!["a", "", "b"]),
        ("a\\rb\\n\\n", vec!["a\rb", ""]),
        ("\\377\\n", vec!["\u{fffd}"]),
    ] {
        let script = format!("printf '{written}'; printf '{written}' >&2");
        let (stdout, stderr) = lines(&Process::shell(&script));
        assert_eq!(stdout, expected, "{written}");
        assert_eq!(stderr, expected, "{written}");
    }
}

#[test]
fn bytes_stay_as_they_are() {
    let ended = run(&Process::shell("printf 'a\\377\\r\\nb'; printf '\\000' >&2"));
    assert_eq!(ended.stdout, b"a\xff\r\nb");
    assert_eq!(ended.stderr, b"\0");
}

#[test]
fn lines_come_while_the_child_runs() {
    // The child goes on only when its first line has been seen.
    let folder = tempfile::tempdir().unwrap();
    let seen = folder.path().join("seen");
    let script = "echo first; while [ ! -e \"$SEEN\" ]; do sleep 0.01; done; echo second";
    let process = Process::shell(script).variable("SEEN", &seen).timeout(super::DEADLINE);
    let ended = process.stream(&Cancel::new(), |_, _| {
        std::fs::File::create(&seen).unwrap();
    });
    assert_eq!(ended.unwrap().stdout, b"first\nsecond\n");
}

#[test]
fn lines_are_events_of_their_task() {
    let (sender, events) = mpsc::channel();
    let process = Process::shell("printf 'a\\377\\n'; echo b >&2");
    process.stream_events(&Cancel::new(), &Events::to(sender), "lint").unwrap();
    let mut got: Vec<String> = events
        .iter()
        .map(|event| match event {
            Event::Line { task, stream, text } => format!("{task} {stream:?} {text}"),
            other => panic!("{other:?}"),
        })
        .collect();
    got.sort();
    assert_eq!(got, ["lint Stderr b", "lint Stdout a\u{fffd}"]);
}

#[test]
fn ten_megabytes_on_both_streams_come_whole() {
    let script = "head -c 10485760 /dev/zero & head -c 10485760 /dev/zero >&2; wait";
    let ended = run(&Process::shell(script));
    assert_eq!((ended.stdout.len(), ended.stderr.len()), (10_485_760, 10_485_760));
    assert!(!ended.is_cut());
    let mut longest = 0;
    let mut sum = 0;
    let process = Process::shell(script).capture_limit(1000);
    let ended = process.stream(&Cancel::new(), |_, line| {
        longest = longest.max(line.len());
        sum += line.len();
    });
    let ended = ended.unwrap();
    assert!(ended.is_cut() && ended.stdout.len() < 1100 && ended.stderr.len() < 1100);
    assert_eq!(sum, 20_971_520, "lines are given whole, in pieces");
    assert!(longest < 2 * 1024 * 1024, "{longest}");
}

#[test]
fn nothing_is_lost_when_the_child_is_faster_than_its_reader() {
    let process = Process::shell("i=0; while [ $i -lt 60 ]; do echo $i; i=$((i+1)); done");
    let mut count = 0;
    let ended = process.stream(&Cancel::new(), |_, line| {
        assert_eq!(line, count.to_string().as_bytes());
        count += 1;
        std::thread::sleep(Duration::from_millis(10));
    });
    assert_eq!(ended.unwrap().code, Some(0));
    assert_eq!(count, 60);
}

#[test]
fn input_is_given_or_empty() {
    assert_eq!(run(&Process::new("cat")).stdout, b"");
    assert_eq!(run(&Process::new("cat").input("text")).stdout, b"text");
    assert_eq!(run(&Process::new("cat").input("")).stdout, b"");
    let much = vec![b'x'; 3_000_000];
    assert_eq!(run(&Process::new("cat").input(much.clone())).stdout, much);
    // It ends without having read it.
    assert_eq!(run(&Process::new("true").input(much.clone())).code, Some(0));
    // It closes its input and goes on.
    assert_eq!(run(&Process::shell("exec <&-; echo done").input(much)).stdout, b"done\n");
}

#[test]
fn folder_and_variables_are_set() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::shell("pwd -P; echo \"$SET\"; echo \"${HOME-none}\"")
        .folder(folder.path())
        .variable("SET", "value")
        .without_variable("HOME");
    let expected = format!("{}\nvalue\nnone\n", folder.path().canonicalize().unwrap().display());
    assert_eq!(String::from_utf8_lossy(&run(&process).stdout), expected);
}

#[test]
fn what_cannot_start_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script");
    std::fs::File::create(&script).unwrap();
    let start = |process: Process| process.run(&Cancel::new()).unwrap_err();

    let error = start(Process::new("no-such-program-anywhere"));
    assert!(matches!(error, RunError::NotFound { .. }), "{error}");
    let error = start(Process::new(folder.path().join("missing")));
    assert!(matches!(error, RunError::NotFound { .. }), "{error}");
    let error = start(Process::new("true").folder(folder.path().join("missing")));
    assert!(error.to_string().contains("there is no folder"), "{error}");
    let error = start(Process::new(&script));
    assert!(matches!(error, RunError::NotStarted { .. }), "{error}");
    let error = start(Process::new("echo").arg("x".repeat(4 * 1024 * 1024)));
    assert!(matches!(error, RunError::NotStarted { .. }), "{error}");
    let error = start(Process::new("echo").arg("a\0b"));
    assert!(matches!(error, RunError::NotStarted { .. }), "{error}");

    // Written by a child: a file that this process had open for writing can be "busy" where another test forks just then.
    let write = "echo '#!/no/such/interpreter' >\"$0\"; chmod +x \"$0\"";
    run(&Process::new("sh").args(["-c", write]).arg(&script));
    let error = start(Process::new(&script));
    assert!(error.to_string().contains("interpreter"), "{error}");
}

#[test]
fn a_panic_in_the_reader_ends_the_child() {
    let (sender, pid) = mpsc::channel();
    let process = Process::shell("echo $$; exec sleep 100");
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        process.stream(&Cancel::new(), |_, line| {
            let pid: i32 = String::from_utf8_lossy(line).parse().unwrap();
            sender.send(pid).unwrap();
            panic!("on purpose");
        })
    }));
    assert!(result.is_err());
    assert!(!super::runs(pid.recv().unwrap()));
}

#[test]
fn short_commands_are_not_delayed() {
    // A poll of 10 ms in the way would show: a child takes about 1 ms.
    let quickest = (0..20).map(|_| {
        let started = Instant::now();
        run(&Process::new("true"));
        started.elapsed()
    });
    let quickest = quickest.min().unwrap();
    assert!(quickest < Duration::from_millis(9), "{quickest:?}");
}
