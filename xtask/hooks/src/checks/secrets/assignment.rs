//! Literals that are given to a name which says that they are secret: `api_key = "…"`, `"client_secret": "…"`, `TOKEN=…`.
//!
//! Names alone say little (most such literals are names of fields, messages, test data), so the literal has to look drawn by
//! chance: even use of its alphabet, letters and digits mixed at short distances. A password made of words isn't found.

use std::ops::Range;

use super::alphabet::{Alphabet, BASE64, HEX, evenness};
use super::placeholder;

/// What a name that holds a secret has in it, without the first letter where its case varies. None is a part of another.
pub(super) static NAMES: &[&str] = &[
    "assword",
    "ASSWORD",
    "asswd",
    "ASSWD",
    "ecret",
    "ECRET",
    "oken",
    "OKEN",
    "pi_key",
    "PI_KEY",
    "pi-key",
    "PI-KEY",
    "pikey",
    "piKey",
    "PIKEY",
    "piKEY",
    "pi_Key",
    "ccess_key",
    "CCESS_KEY",
    "ccessKey",
    "ccess-key",
    "uth_key",
    "UTH_KEY",
    "uthKey",
    "ncryption_key",
    "NCRYPTION_KEY",
    "ncryptionKey",
    "igning_key",
    "IGNING_KEY",
    "igningKey",
];

/// Words that may follow it in the name. Others say that the value is something about the secret: `token_type`, `password_field`.
const FOLLOWERS: [&str; 33] = [
    "key",
    "keys",
    "base",
    "value",
    "token",
    "secret",
    "password",
    "access",
    "auth",
    "api",
    "prod",
    "production",
    "dev",
    "development",
    "staging",
    "live",
    "main",
    "primary",
    "secondary",
    "old",
    "new",
    "master",
    "root",
    "admin",
    "user",
    "db",
    "app",
    "client",
    "bot",
    "env",
    "s",
    "str",
    "string",
];

/// Words that may not stand in the name: what they name is public, or no secret at all.
const PUBLIC: [&str; 12] = [
    "public",
    "pub",
    "site",
    "csrf",
    "page",
    "next",
    "cancel",
    "continuation",
    "example",
    "fake",
    "mock",
    "dummy",
];

/// Bytes of names; `.` as in `aws.secret.key`.
static NAME: Alphabet =
    Alphabet::of(&[(b'0', b'9'), (b'A', b'Z'), (b'a', b'z'), (b'_', b'_'), (b'-', b'-'), (b'.', b'.')]);

/// Bytes of unquoted values.
static BARE: Alphabet = Alphabet::of(&[
    (b'0', b'9'),
    (b'A', b'Z'),
    (b'a', b'z'),
    (b'+', b'+'),
    (b'/', b'/'),
    (b'=', b'='),
    (b'_', b'_'),
    (b'-', b'-'),
    (b'~', b'~'),
]);

/// A longer name isn't one.
const LONGEST_NAME: usize = 48;
/// A longer literal is data.
const LONGEST: usize = 160;
/// 16 characters of base 62 are 95 bits; shorter ones are too often words.
const SHORTEST: usize = 16;
/// Shorter runs of hexadecimal digits are hashes and colours; 128 bits are 32 digits.
const SHORTEST_HEX: usize = 32;
/// The share of the highest entropy: random strings of base 62 or 64 fall below it once in some thousands; see [`evenness`].
const EVEN: f64 = 0.78;
/// A share of `EVEN` is too much for hexadecimal digits, of which a random string repeats more.
const EVEN_HEX: f64 = 0.72;
/// The AWS example of its own: 40 characters of base 64.
const AWS_SECRET: usize = 40;

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Assigned {
    /// The literal.
    pub(super) value: Range<usize>,
    /// Whether name and literal are those of an AWS secret access key.
    pub(super) aws: bool,
}

/// The literal that is given to the name of which `mark` is a part.
pub(super) fn literal(bytes: &[u8], mark: Range<usize>) -> Option<Assigned> {
    let start = mark.start - NAME.run_back(&bytes[..mark.start], LONGEST_NAME);
    let end = mark.end + NAME.run(&bytes[mark.end..], LONGEST_NAME);
    if end - start > LONGEST_NAME || !is_secret_name(bytes, &(start..end), &mark) {
        return None;
    }
    let value = value(bytes, start, end)?;
    let text = &bytes[value.clone()];
    let name = squeezed(&bytes[start..end]);
    let is = |part: &str| name.windows(part.len()).any(|window| window == part.as_bytes());
    if text.len() == AWS_SECRET && (is("secretaccesskey") || is("awssecret")) {
        let bits = text.iter().all(|&byte| BASE64.has(byte)) && evenness(text, BASE64.size()) >= EVEN;
        return (bits && !placeholder::stands_in(text)).then_some(Assigned { value, aws: true });
    }
    looks_drawn(text).then_some(Assigned { value, aws: false })
}

/// The name in lower case, without what separates its words.
fn squeezed(name: &[u8]) -> Vec<u8> {
    name.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect()
}

/// The words of a name: `clientSecret_KEY2` is `client`, `secret`, `key`, `2`.
fn words(name: &[u8]) -> impl Iterator<Item = String> + '_ {
    let begins = |before: u8, this: u8| {
        before.is_ascii_lowercase() && this.is_ascii_uppercase()
            || before.is_ascii_digit() != this.is_ascii_digit()
    };
    name.chunk_by(move |&before, &this| {
        before.is_ascii_alphanumeric() && this.is_ascii_alphanumeric() && !begins(before, this)
    })
    .filter(|word| word[0].is_ascii_alphanumeric())
    .map(|word| String::from_utf8_lossy(word).to_lowercase())
}

/// Whether the name says that its value is secret.
fn is_secret_name(bytes: &[u8], name: &Range<usize>, mark: &Range<usize>) -> bool {
    let first = |letter: u8| mark.start > name.start && bytes[mark.start - 1].eq_ignore_ascii_case(&letter);
    let begins = match bytes[mark.start].to_ascii_lowercase() {
        b'a' => first(b'p'),
        b'e' | b'i' => first(b's'),
        b'o' => first(b't'),
        b'n' => first(b'e'),
        _ => first(b'a'),
    };
    begins
        && words(&bytes[mark.end..name.end]).all(|word| {
            FOLLOWERS.contains(&&*word) || word.bytes().all(|byte| byte.is_ascii_digit()) || word == "v"
        })
        && !words(&bytes[name.start..mark.start]).any(|word| PUBLIC.contains(&&*word))
}

/// The literal that follows a name, without its quotes.
fn value(bytes: &[u8], start: usize, end: usize) -> Option<Range<usize>> {
    let blank = |at: usize| at + bytes[at..].iter().take(64).take_while(|byte| b" \t".contains(byte)).count();
    let is = |at: usize, text: &[u8]| bytes[at.min(bytes.len())..].starts_with(text);
    let quote = |at: usize| -> Option<usize> {
        let escape = usize::from(is(at, b"\\"));
        bytes.get(at + escape).filter(|byte| b"\"'`".contains(byte)).map(|_| at + escape + 1)
    };
    // The name's own closing quote and bracket: `"token": `, `config["token"] = `.
    let closed = quote(end);
    let mut at = closed.unwrap_or(end);
    if is(at, b"]") {
        at += 1;
    }
    at = blank(at);
    let sign = at;
    at += match bytes.get(at)? {
        b'=' if is(at, b"==") || is(at, b"=~") => return None,
        b'=' if is(at, b"=>") => 2,
        b':' if is(at, b":=") => 2,
        b':' if is(at, b"::") => return None,
        b'=' | b':' => 1,
        b',' if closed.is_some() => 1,
        _ => return None,
    };
    at = blank(at);
    // A type: `token: &str = `, `api_key: Optional[str] = `.
    if bytes[sign] == b':' && quote(at).is_none() {
        let named = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_.&'<>[] |?:".contains(byte);
        let typed = at + bytes[at..].iter().take(LONGEST_NAME).take_while(named).count();
        if is(typed, b"=") && !is(typed, b"==") && quote(blank(typed + 1)).is_some() {
            at = blank(typed + 1);
        }
    }
    // `b"…"`, `r"…"`, `u"…"`.
    if bytes.get(at).is_some_and(|byte| b"bBrRuU".contains(byte)) && quote(at + 1).is_some() {
        at += 1;
    }
    match quote(at) {
        Some(from) => {
            let mark = bytes[from - 1];
            let stop = |&byte: &u8| byte == mark || matches!(byte, b'\\' | b'\n');
            let length = bytes[from..].iter().take(LONGEST + 1).position(stop)?;
            (bytes[from + length] != b'\n').then_some(from..from + length)
        }
        None => bare(bytes, start, at).filter(|_| bytes[sign] != b','),
    }
}

/// An unquoted value, as settings files have it: the name begins its line, the value ends it.
fn bare(bytes: &[u8], start: usize, at: usize) -> Option<Range<usize>> {
    let before = &bytes[start.saturating_sub(32)..start];
    let line = memchr::memrchr(b'\n', before).map(|newline| &before[newline + 1..]);
    let line = line.or((start <= 32).then_some(before))?;
    let known = [&b""[..], b"export", b"-", b"ENV", b"ARG", b"set"];
    if !known.contains(&line.trim_ascii()) {
        return None;
    }
    let end = at + BARE.run(&bytes[at..], LONGEST + 1);
    let after = &bytes[end..];
    let ends =
        after.is_empty() || after.starts_with(b"\n") || after.starts_with(b"\r") || after.starts_with(b" #");
    ends.then_some(at..end)
}

/// Whether a literal looks drawn by chance.
fn looks_drawn(text: &[u8]) -> bool {
    let graphic = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=_-.~!@#%^&*?:".contains(byte);
    let has = |is: fn(&u8) -> bool| text.iter().any(is);
    if !(SHORTEST..=LONGEST).contains(&text.len())
        || !text.iter().all(graphic)
        || !has(u8::is_ascii_digit)
        || !has(u8::is_ascii_alphabetic)
        || placeholder::stands_in(text)
    {
        return false;
    }
    let hex = text.iter().all(|byte| HEX.has(byte.to_ascii_lowercase()));
    if hex {
        let folded = text.to_ascii_lowercase();
        return text.len() >= SHORTEST_HEX && evenness(&folded, HEX.size()) >= EVEN_HEX;
    }
    // A UUID names things more often than it keeps them.
    let groups: Vec<usize> = text.split(|&byte| byte == b'-').map(<[u8]>::len).collect();
    if groups == [8, 4, 4, 4, 12] {
        return false;
    }
    evenness(text, alphabet_size(text)) >= EVEN && is_mixed(text)
}

/// Lower case, upper case, digits and signs, as numbers.
fn class(byte: u8) -> usize {
    match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    }
}

/// How many characters there are of the classes that `text` uses.
fn alphabet_size(text: &[u8]) -> u32 {
    let uses = |number: usize| text.iter().any(|&byte| class(byte) == number);
    [26, 26, 10, 2].into_iter().enumerate().filter(|&(number, _)| uses(number)).map(|(_, size)| size).sum()
}

/// Whether the classes change at short distances. In a random string of base 62 they do at six of ten places, of lower case and
/// digits at four; in names (`sha256_password2`) at one or two.
fn is_mixed(text: &[u8]) -> bool {
    let changes = text.windows(2).filter(|pair| class(pair[0]) != class(pair[1])).count();
    let signs = text.iter().filter(|&&byte| class(byte) == 3).count();
    let longest = text.chunk_by(|&a, &b| class(a) == class(b) && class(a) < 3).map(<[u8]>::len).max();
    changes * 4 >= text.len() - 1 && signs * 4 <= text.len() && longest.unwrap_or(0) <= 8 + text.len() / 8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&str> {
        let mark = NAMES.iter().filter_map(|name| Some((text.find(name)?, name.len()))).min()?;
        literal(text.as_bytes(), mark.0..mark.0 + mark.1).map(|assigned| &text[assigned.value])
    }

    const DRAWN: &str = "k3Jx9QpL2mZv8RtY";

    #[test]
    fn no_name_is_part_of_another() {
        for one in NAMES {
            assert!(!NAMES.iter().any(|other| one != other && other.contains(one)), "{one}");
        }
    }

    #[test]
    fn assignments_of_many_languages_are_read() {
        for form in [
            "api_key = \"_\"",
            "API_KEY=\"_\"",
            "apiKey: '_',",
            "\"api_key\": \"_\"",
            "\\\"api_key\\\": \\\"_\\\"",
            "'client_secret' => '_',",
            "config[\"token\"] = '_'",
            "token := `_`",
            "const TOKEN: &str = \"_\";",
            "api_key: Optional[str] = \"_\"",
            "password=b'_'",
            "SECRET_KEY_BASE: _\n",
            "export AUTH_TOKEN=_",
            "  - DB_PASSWORD=_ # the database\n",
            "getenv(\"APP_SECRET\", \"_\")",
            "x-api-key: _\r\n",
            "secret2 = \"_\"",
            "app.auth.token=_",
        ] {
            let at = form.rfind('_').unwrap();
            let text = [&form[..at], DRAWN, &form[at + 1..]].concat();
            assert_eq!(found(&text), Some(DRAWN), "{text}");
        }
    }

    #[test]
    fn other_names_and_other_places_are_not() {
        for form in [
            "token_type = \"@\"",
            "passwordField: '@'",
            "public_token = \"@\"",
            "csrfToken = \"@\"",
            "broken = \"@\"",
            "if token == \"@\"",
            "token::new(\"@\")",
            "token(\"@\")",
            "token = f(@)",
            "token = @;",
            "let token = @\n",
            "token = \"@",
            "token = \"@\n\"",
            "token = \"a @\"",
            "token = \"${@}\"",
        ] {
            let text = form.replace('@', DRAWN);
            assert_eq!(found(&text), None, "{text}");
        }
    }

    #[test]
    fn only_what_looks_drawn_is_held_a_secret() {
        for (value, expected) in [
            (DRAWN, true),
            ("k3Jx9QpL2mZv8Rt", false),
            ("9f86d081884c7d659a2feaa0c55ad015", true),
            ("9f86d081884c7d65", false),
            ("00000000000000000000000000000000", false),
            ("123e4567-e89b-12d3-a456-426614174000", false),
            ("correct-horse-battery-staple-1", false),
            ("getAccessTokenV2FromHeader", false),
            ("caching_sha2_authentication", false),
            ("your_api_key_goes_here_1", false),
            ("k3jx9qpl2mzv8rty4w", true),
            ("Xk9#mQ2!vL7@pR4z", true),
            ("", false),
        ] {
            assert_eq!(looks_drawn(value.as_bytes()), expected, "{value}");
        }
    }

    /// What is drawn evenly looks drawn: the bounds cost one in seven at most, most of them short and without upper case.
    #[test]
    fn few_drawn_strings_are_passed_over() {
        use super::super::alphabet::{BASE62, BASE64URL, UPPER};
        use super::super::tests::Draw;
        let mut draw = Draw::new(9);
        for (name, alphabet) in [("62", &BASE62), ("36", &UPPER), ("64", &BASE64URL), ("hex", &HEX)] {
            for length in [20, 32, 40, 64] {
                let missed = (0..500).filter(|_| !looks_drawn(draw.of(alphabet, length).as_bytes())).count();
                let bound = if name == "hex" && length < SHORTEST_HEX { 500 } else { 75 };
                assert!(missed <= bound, "base {name}, {length} characters: {missed} of 500");
            }
        }
    }

    #[test]
    fn aws_keys_are_told_apart() {
        let key = ["wJb7rX9tnF3MI+K7MDa", "NG1bPx2fi4Yq8sT0Lz6V5"].concat();
        let text = format!("aws_secret_access_key = {key}\n");
        let mark = text.find("ecret").unwrap();
        let assigned = literal(text.as_bytes(), mark..mark + 5).unwrap();
        assert!(assigned.aws && text[assigned.value] == key);
    }
}
