//! Secrets that are known by something in their middle or beside them: what lies before and after is read from there.

use std::ops::Range;

use memchr::memmem;
use serde_json::Value;

use super::alphabet::{BASE62, BASE64, BASE64URL, DIGITS, HEX, WORD, evenness};
use super::{Reader, formats, placeholder, verify};

/// What to look for, and how to read what is around it.
pub(super) static READERS: &[(&str, &[&str], Reader)] = &[
    // The middle of the key is `OpenAI` in base 64.
    ("openai-api-key", &["T3BlbkFJ"], openai),
    ("azure-storage-key", &["AccountKey="], azure),
    ("telegram-bot-token", &[":AA"], telegram),
    ("terraform-cloud-token", &[".atlasv1."], terraform),
    ("gcp-service-account", &["private_key_id"], service_account),
    ("jwt", &["eyJ"], jwt),
];

/// As in the table of formats.
const EVEN: f64 = 0.6;

/// `sk-`, at least 20 characters, the mark, at least 20 (platform.openai.com, API keys: `sk-proj-`, `sk-svcacct-`, `sk-admin-`).
fn openai(bytes: &[u8], mark: Range<usize>) -> Option<Range<usize>> {
    let before = BASE64URL.run_back(&bytes[..mark.start], 170);
    let after = BASE64URL.run(&bytes[mark.end..], 170);
    let found = mark.start - before..mark.end + after;
    let key = &bytes[found.clone()];
    let holds = key.starts_with(b"sk-") && before >= 23 && (20..170).contains(&after);
    (holds && !placeholder::stands_in(key)).then_some(found)
}

/// 64 bytes in base 64, as in a connection string (learn.microsoft.com, storage account keys).
fn azure(bytes: &[u8], mark: Range<usize>) -> Option<Range<usize>> {
    let left = &bytes[mark.end..];
    if BASE64.run(left, 87) != 86 || !left[86..].starts_with(b"==") {
        return None;
    }
    let key = &left[..88];
    let holds = evenness(key, BASE64.size()) >= EVEN && !placeholder::stands_in(key);
    holds.then_some(mark.end..mark.end + 88)
}

/// The bot's number, a colon, 35 characters of which the first two are `AA` (core.telegram.org, bots).
fn telegram(bytes: &[u8], mark: Range<usize>) -> Option<Range<usize>> {
    let number = DIGITS.run_back(&bytes[..mark.start], 11);
    let start = mark.start - number;
    let end = mark.end + BASE64URL.run(&bytes[mark.end..], 34);
    // In a request's address the number follows the word `bot`.
    let begins = formats::begins(bytes, start) || bytes[..start].ends_with(b"/bot");
    if !(8..=10).contains(&number) || end - mark.end != 33 || !begins {
        return None;
    }
    let body = &bytes[mark.end..end];
    (evenness(body, BASE64URL.size()) >= EVEN && !placeholder::stands_in(body)).then_some(start..end)
}

/// 14 characters, the mark, at least 60 (developer.hashicorp.com/terraform, API tokens).
fn terraform(bytes: &[u8], mark: Range<usize>) -> Option<Range<usize>> {
    let before = BASE62.run_back(&bytes[..mark.start], 15);
    let after = BASE64URL.run(&bytes[mark.end..], 80);
    let found = mark.start - 14.min(before)..mark.end + after;
    let holds = before == 14 && (60..=76).contains(&after) && !placeholder::stands_in(&bytes[found.clone()]);
    holds.then_some(found)
}

/// How far apart the fields of a key file lie at most; its key takes 1.7 kB.
const KEY_FILE: usize = 4096;

/// The id of a private key in a key file (cloud.google.com/iam, service account keys).
fn service_account(bytes: &[u8], mark: Range<usize>) -> Option<Range<usize>> {
    let after = &bytes[mark.end..bytes.len().min(mark.end + 16)];
    let to_value = after.iter().take_while(|byte| b"\"\\: \t".contains(byte)).count();
    let start = mark.end + to_value;
    let found = start..start + HEX.run(&bytes[start..], 41);
    let around = &bytes[mark.start.saturating_sub(KEY_FILE)..bytes.len().min(mark.end + KEY_FILE)];
    let has = |text: &[u8]| memmem::find(around, text).is_some();
    let holds = found.len() == 40
        && has(b"service_account")
        && has(b"BEGIN PRIVATE\x20KEY")
        && evenness(&bytes[found.clone()], HEX.size()) >= EVEN;
    holds.then_some(found)
}

/// The longest header and the longest payload that are read.
const LONGEST_PART: usize = 8 << 10;

/// Header, payload and signature (RFC 7519, compact JWS): the first is an object with `alg`, the second an object.
fn jwt(bytes: &[u8], mark: Range<usize>) -> Option<Range<usize>> {
    if !formats::begins(bytes, mark.start) {
        return None;
    }
    let part = |at: usize| at..at + BASE64URL.run(&bytes[at..], LONGEST_PART);
    let header = part(mark.start);
    let dot = |at: usize| bytes.get(at) == Some(&b'.');
    if !dot(header.end) || !bytes[header.end + 1..].starts_with(b"eyJ") {
        return None;
    }
    let payload = part(header.end + 1);
    if !dot(payload.end) {
        return None;
    }
    let signature = part(payload.end + 1);
    // HS256, the shortest in use, gives 43 characters.
    let ends = bytes.get(signature.end).is_none_or(|&next| !WORD.has(next));
    if signature.len() < 43 || !ends || evenness(&bytes[signature.clone()], BASE64URL.size()) < EVEN {
        return None;
    }
    let object = |range: Range<usize>| -> Option<Value> {
        serde_json::from_slice(&verify::base64url(&bytes[range])?).ok().filter(Value::is_object)
    };
    object(header).filter(|header| header["alg"].is_string())?;
    (!is_public(&object(payload)?)).then_some(mark.start..signature.end)
}

/// Tokens that are no secret: the one that jwt.io shows, and those that are meant to lie in a web page.
fn is_public(payload: &Value) -> bool {
    (payload["sub"] == "1234567890" && payload["name"] == "John Doe")
        || (payload["iss"] == "supabase" && payload["role"] == "anon")
        || payload["iss"] == "supabase-demo"
}
