//! Tables of tokens and of what looks like them. Tokens are drawn and put together here: no file holds one, so no scanner
//! takes these tests for a leak.

use super::alphabet::{Alphabet, BASE62, BASE64, BASE64URL, DIGITS, HEX};
use super::formats::{FORMATS, Part, Proof};
use super::*;
use xtask_core::model::RepoPath;

/// A stream of digits that looks random and is always the same.
pub(super) struct Draw(u64);

impl Draw {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33
    }

    pub(super) fn of(&mut self, alphabet: &Alphabet, length: usize) -> String {
        let members: Vec<u8> = (0..=255).filter(|&byte| alphabet.has(byte)).collect();
        (0..length).map(|_| char::from(members[self.next() as usize % members.len()])).collect()
    }
}

/// The tokens of a format: with every prefix, with the shortest runs and with the longest.
fn tokens(format: &formats::Format, draw: &mut Draw) -> Vec<String> {
    let mut tokens = Vec::new();
    for prefix in format.prefixes {
        for longest in [false, true] {
            let mut token = (*prefix).to_owned();
            for part in format.rest {
                match part {
                    Part::Text(text) => token.push_str(text),
                    Part::Run(alphabet, least, most) => {
                        token.push_str(&draw.of(alphabet, if longest { *most } else { *least }));
                    }
                }
            }
            match format.proof {
                Proof::Crc32 => {
                    let body = &token[prefix.len()..token.len() - 6];
                    let checksum = verify::base62(crc32fast::hash(body.as_bytes()));
                    token = [prefix, body, std::str::from_utf8(&checksum).unwrap()].concat();
                }
                // An old id, which holds no account.
                Proof::AwsAccount => token.replace_range(4..5, "J"),
                Proof::Even => {}
            }
            tokens.push(token);
        }
    }
    tokens
}

fn kinds(text: &[u8]) -> Vec<&'static str> {
    secrets(text).into_iter().map(|secret| secret.kind).collect()
}

fn hits(text: &str, options: &Options) -> Vec<Hit> {
    let path = RepoPath::from("a.py");
    let tags = crate::types::Tags::of_name(path.file_name(), false);
    run(&File { path: &path, tags, size: text.len() as u64 }, text.as_bytes(), options)
}

#[test]
fn tokens_of_every_format_are_found_wherever_they_lie() {
    let mut draw = Draw::new(1);
    for format in FORMATS {
        for token in tokens(format, &mut draw) {
            for (before, after) in [
                ("", ""),
                ("x = \"", "\"\n"),
                ("TOKEN=", "\r\n"),
                ("\"a\\n", "\\n\""),
                ("https://x/?t%3D", "&y"),
                ("<key>", "</key>"),
                ("x\0\u{e9}", ";"),
                ("secret: '", "',"),
            ] {
                let text = [before, &token, after].concat();
                let expected =
                    [Secret { kind: format.kind, place: before.len()..before.len() + token.len() }];
                assert_eq!(secrets(text.as_bytes()), expected, "{} in {before}…{after}", format.kind);
            }
            let latin = [&b"\xe9 "[..], token.as_bytes(), b" \xff"].concat();
            assert_eq!(kinds(&latin), [format.kind], "{} among bytes that aren't UTF-8", format.kind);
        }
    }
}

#[test]
fn near_misses_are_not() {
    let mut draw = Draw::new(2);
    for format in FORMATS {
        let Some(Part::Run(_, least, most)) = format.rest.last() else { panic!() };
        for token in tokens(format, &mut draw) {
            let miss = |text: &str, why: &str| {
                let found = kinds(text.as_bytes());
                assert!(!found.contains(&format.kind), "{} {why}: {text}", format.kind);
            };
            miss(&format!("a{token}"), "inside a word");
            miss(&format!("_{token}"), "inside a word");
            if least == most {
                miss(&format!("{token}_"), "inside a word");
                miss(&token[..token.len() - 1], "one character too few");
                let last = &token[token.len() - 1..];
                miss(&format!("{token}{last}"), "one character too many");
            }
            let prefix = format.prefixes.iter().filter(|prefix| token.starts_with(**prefix));
            let prefix = prefix.max_by_key(|prefix| prefix.len()).unwrap();
            let filled: String = token[prefix.len()..]
                .bytes()
                .map(|byte| {
                    if byte.is_ascii_alphanumeric() {
                        if byte.is_ascii_uppercase() { 'A' } else { 'a' }
                    } else {
                        byte.into()
                    }
                })
                .collect();
            miss(&[prefix, &*filled].concat(), "a placeholder");
            if matches!(format.proof, Proof::Crc32) {
                let other = if token.ends_with('0') { "1" } else { "0" };
                miss(&[&token[..token.len() - 1], other].concat(), "a wrong checksum");
            }
        }
    }
    for text in [
        "AKIAIOSFODNN7EXAMPLE",
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "sk-ant-api03-...",
        "sk_live_your_key_goes_here_please",
        "AIzaSyEXAMPLEEXAMPLEEXAMPLEEXAMPLE12345",
        "xoxb-not-a-real-token",
        "hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
        "precious precision cio",
    ] {
        assert_eq!(kinds(text.as_bytes()), [""; 0], "{text}");
    }
}

/// Base 64 in the alphabet for URLs, by a second way than the product's.
fn base64(text: &str) -> String {
    let bit = |byte: u8, at: u8| if byte >> at & 1 == 1 { '1' } else { '0' };
    let bits: String = text.bytes().flat_map(|byte| (0..8).rev().map(move |at| bit(byte, at))).collect();
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let digit = |chunk: &[u8]| {
        let chunk = format!("{:0<6}", std::str::from_utf8(chunk).unwrap());
        char::from(digits[usize::from_str_radix(&chunk, 2).unwrap()])
    };
    bits.as_bytes().chunks(6).map(digit).collect()
}

#[test]
fn secrets_known_by_their_middle_or_surroundings_are_found() {
    let mut draw = Draw::new(3);
    let mut of = |alphabet: &'static Alphabet, length| draw.of(alphabet, length);
    let jwt = |header: &str, payload: &str, signature: &str| {
        [base64(header), base64(payload), signature.to_owned()].join(".")
    };
    let signature = of(&BASE64URL, 43);
    let header = r#"{"alg":"HS256","typ":"JWT"}"#;
    let key = of(&HEX, 40);
    let bot = format!("{}:AA{}", of(&DIGITS, 10), of(&BASE64URL, 33));
    for (kind, text, found) in [
        ("openai-api-key", format!("sk-{}T3BlbkFJ{}", of(&BASE62, 20), of(&BASE62, 20)), true),
        ("openai-api-key", format!("sk-proj-{}T3BlbkFJ{}", of(&BASE64URL, 74), of(&BASE64URL, 74)), true),
        ("openai-api-key", format!("sk-{}T3BlbkFJ{}", of(&BASE62, 12), of(&BASE62, 20)), false),
        ("openai-api-key", format!("pk-{}T3BlbkFJ{}", of(&BASE62, 20), of(&BASE62, 20)), false),
        ("azure-storage-key", format!("AccountName=a;AccountKey={}==;", of(&BASE64, 86)), true),
        ("azure-storage-key", format!("AccountKey={}==", of(&BASE64, 85)), false),
        ("azure-storage-key", format!("AccountKey={}==", "A".repeat(86)), false),
        ("telegram-bot-token", format!("x = '{bot}'"), true),
        ("telegram-bot-token", format!("https://api.telegram.org/bot{bot}/getMe"), true),
        ("telegram-bot-token", format!("{bot}x"), false),
        ("telegram-bot-token", format!("12:AA{}", of(&BASE64URL, 33)), false),
        ("terraform-cloud-token", format!("'{}.atlasv1.{}'", of(&BASE62, 14), of(&BASE64URL, 67)), true),
        ("terraform-cloud-token", format!("'{}.atlasv1.{}'", of(&BASE62, 13), of(&BASE64URL, 67)), false),
        (
            "gcp-service-account",
            format!(
                "{{\"type\": \"service_account\",\n \"private_key_id\": \"{key}\",\n \"private_key\": \"-----BEGIN PRIVATE{}KEY-----\"}}",
                ' '
            ),
            true,
        ),
        (
            "gcp-service-account",
            format!("{{\"type\": \"service_account\", \"private_key_id\": \"{key}\"}}"),
            false,
        ),
        ("jwt", jwt(header, r#"{"sub":"42","admin":true}"#, &signature), true),
        ("jwt", jwt(header, r#"{"sub":"1234567890","name":"John Doe","iat":1516239022}"#, &signature), false),
        ("jwt", jwt(r#"{"typ":"JWT"}"#, r#"{"sub":"42"}"#, &signature), false),
        ("jwt", jwt(header, r#"{"sub":"42""#, &signature), false),
        ("jwt", jwt(header, r#"{"sub":"42"}"#, &signature[..20]), false),
        ("jwt", jwt(header, r#"{"iss":"supabase","role":"anon"}"#, &signature), false),
        ("jwt", format!("{}.{}", base64(header), base64(r#"{"sub":"42"}"#)), false),
        ("aws-secret-key", format!("AWS_SECRET_ACCESS_KEY={}\n", of(&BASE64, 40)), true),
        ("aws-secret-key", format!("\"SecretAccessKey\": \"{}\"", of(&BASE64, 40)), true),
        ("aws-secret-key", format!("aws_secret_access_key = \"{}\"", of(&BASE64, 39)), false),
    ] {
        assert_eq!(kinds(text.as_bytes()).contains(&kind), found, "{kind}: {text}");
    }
}

#[test]
fn one_secret_is_one_finding() {
    let mut draw = Draw::new(4);
    let token =
        tokens(FORMATS.iter().find(|format| format.kind == "github-token").unwrap(), &mut draw).remove(0);
    let text = format!("api_token = \"{token}\"\nhttps://x-access-token:{token}@github.com/a/b\n");
    assert_eq!(kinds(text.as_bytes()), ["github-token", "github-token"]);
}

#[test]
fn findings_never_hold_the_secret() {
    let mut draw = Draw::new(5);
    let value = draw.of(&BASE62, 32);
    let token = tokens(&FORMATS[0], &mut draw).remove(0);
    let text = format!("# first\n\u{e9} = 1\n  password = \"{value}\"\nx = {token}\n");
    let found = hits(&text, &Options::default());
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].line, found[0].column), (Some(3), Some(15)));
    assert_eq!((found[1].line, found[1].column), (Some(4), Some(5)));
    for hit in &found {
        assert!(!hit.message.contains(&value) && !hit.message.contains(&token[..5]), "{}", hit.message);
    }
    assert!(found[1].message.contains("`AGE-…`"), "{}", found[1].message);
    assert!(!found[0].message.contains(&value[..2]), "{}", found[0].message);
}

#[test]
fn findings_are_accepted_by_fingerprint_kind_or_marker() {
    let mut draw = Draw::new(6);
    let token = tokens(&FORMATS[0], &mut draw).remove(0);
    let text = format!("x = {token}");
    let mut options = Options::default();
    let message = hits(&text, &options).remove(0).message;
    let fingerprint = message.split("fingerprint ").nth(1).unwrap().trim_end_matches(')').to_owned();
    options.detect_secrets.accept = vec![fingerprint];
    assert!(hits(&text, &options).is_empty());
    assert!(hits(&format!("moved = '{token}'"), &options).is_empty());
    let other = tokens(&FORMATS[0], &mut draw).remove(0);
    assert_eq!(hits(&format!("x = {other}"), &options).len(), 1);
    options.detect_secrets = toml::from_str("ignore = [\"age-secret-key\"]").unwrap();
    assert!(hits(&text, &options).is_empty());
    assert!(toml::from_str::<crate::options::SecretsOptions>("ignore = [\"age\"]").is_err());
    let marked = |end: &str| hits(&format!("{text} # xtask: allow {}{end}\n", CHECK.id), &Options::default());
    assert!(marked(" key of the test server").is_empty());
    assert!(marked("")[0].message.contains("reason"));
}

#[test]
fn a_dump_is_counted() {
    let mut draw = Draw::new(7);
    let dump: String = (0..NAMED + 3).map(|_| tokens(&FORMATS[0], &mut draw).remove(0) + "\n").collect();
    let found = hits(&dump, &Options::default());
    assert_eq!(found.len(), NAMED);
    assert!(found[NAMED - 1].message.ends_with("(and 3 more)"));
}

proptest::proptest! {
    /// Whatever the bytes: no panic, and findings in order, inside the file and apart.
    #[test]
    fn any_bytes_are_read(parts in proptest::collection::vec(
        proptest::sample::select(vec![
            "eyJ", "AccountKey=", "://", "@", ":", "a", "=", "\"", "ghp_", ":AA", "1234567890", "T3BlbkFJ", "\n", ".",
            "private_key_id", "token", "[", " ", "\\", "k3Jx9QpL2mZv8RtY", "b", "\u{e9}", ".atlasv1.", "secret", "'",
        ]), 0..40))
    {
        let text = parts.concat();
        let mut end = 0;
        for secret in secrets(text.as_bytes()) {
            proptest::prop_assert!(secret.place.start >= end && secret.place.end <= text.len());
            proptest::prop_assert!(!secret.place.is_empty());
            end = secret.place.end;
        }
    }
}
