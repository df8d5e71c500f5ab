//! `detect-aws-credentials` beside its original: in homes with files of credentials and variables of all kinds.

use std::path::Path;

use xtask_core::environment::Environment;
use xtask_core::model::RepoPath;
use xtask_hooks::checks::{self, File, check_bytes, read_aws_secrets};
use xtask_hooks::options::Options;
use xtask_hooks::types::Tags;

use super::inputs::{Dice, made};
use super::{command, referees, write};

/// A home, the variables beside `HOME`, the additional file, and whether missing credentials are allowed.
struct Case {
    files: Vec<(&'static str, Vec<u8>)>,
    variables: Vec<(&'static str, &'static str)>,
    additional: Option<&'static str>,
    allow_missing: bool,
    text: &'static [u8],
}

fn cases() -> Vec<Case> {
    let lines: [&[u8]; 28] = [
        b"[default]\n",
        b"[profile b]\n",
        b"[DEFAULT]\n",
        b"[x]]\n",
        b"[]\n",
        b"aws_secret_access_key = one\n",
        b"AWS_SECRET_ACCESS_KEY=one\n",
        b"aws_session_token: two\n",
        b"aws_security_token = three\n",
        b"aws_session_token =\n",
        b"aws_session_token = \n  two\n",
        b"  indented = 1\n",
        b"aws_access_key_id = four\n",
        b"region = five\n",
        b"# comment\n",
        b"; comment\n",
        b"  # comment\n",
        b"\n",
        b"s3 =\n  aws_session_token = two\n",
        b"word\n",
        b"= one\n",
        b"aws_secret_access_key = o%%ne\n",
        b"aws_secret_access_key = o%ne\n",
        b"{\"json\": \"one\"}\n",
        b"aws_secret_access_key one\n",
        b"a = 1\n",
        b"a: 2\r\n",
        b"aws_secret_access_key = one two \n",
    ];
    let texts: [&[u8]; 6] =
        [b"nothing\n", b"x one y\n", b"a\ntwo", b"three", b"four five\n", b"o%ne and one two\n"];
    let mut dice = Dice(0x0bad_cafe_1234_5678);
    let mut made = made(&lines, 5, 3000).into_iter();
    let mut all = Vec::new();
    while let Some(content) = made.next() {
        let places = [".aws/config", ".aws/credentials", ".boto", "elsewhere", "repository/relative"];
        let mut files = vec![(places[dice.below(places.len())], content)];
        if dice.below(3) == 0 {
            files.extend(made.next().map(|more| ("elsewhere", more)));
        }
        let mut variables = Vec::new();
        match dice.below(8) {
            0 => variables.push(("AWS_CONFIG_FILE", "~/elsewhere")),
            1 => variables.push(("AWS_SHARED_CREDENTIALS_FILE", "~/elsewhere")),
            2 => variables.push(("AWS_CREDENTIAL_FILE", "relative")),
            3 => variables.push(("BOTO_CONFIG", "/nonexistent")),
            4 => variables.push(("AWS_SECRET_ACCESS_KEY", "two")),
            5 => variables.push(("AWS_SESSION_TOKEN", "")),
            6 => variables.push(("AWS_SECURITY_TOKEN", "one")),
            _ => {}
        }
        all.push(Case {
            files,
            variables,
            additional: [None, Some("relative"), Some("~/elsewhere")][dice.below(3)],
            allow_missing: dice.below(2) == 0,
            text: texts[dice.below(texts.len())],
        });
    }
    all
}

fn ours(case: &Case, home: &Path) -> bool {
    let mut options = Options::default();
    let aws = &mut options.detect_aws_credentials;
    aws.allow_missing_credentials = case.allow_missing;
    aws.credentials_file.extend(case.additional.map(str::to_owned));
    let home_text = home.to_str().unwrap();
    let variables = case.variables.iter().copied().chain([("HOME", home_text)]);
    if read_aws_secrets(aws, &home.join("repository"), &Environment::from_pairs(variables)).is_err() {
        return true;
    }
    if aws.why_nothing_is_checked().is_some() {
        return true;
    }
    let path = RepoPath::from("a.txt");
    let file = File { path: &path, tags: Tags::of_name(b"a.txt", false), size: 0 };
    let check = checks::by_id("detect-aws-credentials").unwrap();
    !check_bytes(&[check], &file, case.text, &options).is_empty()
}

#[test]
fn credentials() {
    let Some(bin) = referees() else { return };
    let folder = tempfile::tempdir().unwrap();
    let cases = cases();
    for (at, case) in cases.iter().enumerate() {
        let home = folder.path().join(at.to_string());
        for (path, content) in &case.files {
            write(&home.join(path), content);
        }
        write(&home.join("repository/a.txt"), case.text);
        let variables: Vec<String> =
            case.variables.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        write(&home.join("variables"), variables.concat().as_bytes());
        let mut arguments: Vec<String> =
            case.additional.map(|file| format!("--credentials-file={file}\n")).into_iter().collect();
        if case.allow_missing {
            arguments.push("--allow-missing-credentials\n".to_owned());
        }
        write(&home.join("arguments"), arguments.concat().as_bytes());
    }
    let script = "import contextlib, io, os, sys\n\
        from pre_commit_hooks.detect_aws_credentials import main\n\
        top = os.getcwd()\n\
        plain = {k: v for k, v in os.environ.items() if not k.startswith(('AWS', 'BOTO'))}\n\
        for at in range(int(sys.argv[1])):\n\
        \x20   home = os.path.join(top, str(at))\n\
        \x20   os.chdir(os.path.join(home, 'repository'))\n\
        \x20   os.environ.clear()\n\
        \x20   os.environ.update(plain, HOME=home)\n\
        \x20   os.environ.update(line.split('=', 1) for line in open('../variables').read().splitlines())\n\
        \x20   with contextlib.redirect_stdout(io.StringIO()):\n\
        \x20       try:\n\
        \x20           code = main([*open('../arguments').read().splitlines(), 'a.txt'])\n\
        \x20       except Exception:\n\
        \x20           code = 1\n\
        \x20   print(int(bool(code)))\n";
    let ended = command(bin.join("python"))
        .args(["-c", script, &cases.len().to_string()])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let theirs = String::from_utf8(ended.stdout).unwrap();
    assert_eq!(theirs.lines().count(), cases.len());
    let mut differences = Vec::new();
    for (at, (case, theirs)) in cases.iter().zip(theirs.lines()).enumerate() {
        let ours = ours(case, &folder.path().join(at.to_string()));
        if ours != (theirs == "1") {
            let files: Vec<_> =
                case.files.iter().map(|(path, content)| (path, String::from_utf8_lossy(content))).collect();
            differences.push(format!(
                "theirs {theirs}, ours {ours}: {files:?} {:?} {:?} {} {:?}",
                case.variables,
                case.additional,
                case.allow_missing,
                String::from_utf8_lossy(case.text)
            ));
        }
    }
    let failures = theirs.lines().filter(|code| *code == "1").count();
    println!("detect-aws-credentials: {} cases, {failures} bad for the original", cases.len());
    assert!(failures > 0 && failures < cases.len());
    let count = differences.len();
    differences.truncate(15);
    assert!(count == 0, "{count} differences:\n{}", differences.join("\n"));
}
