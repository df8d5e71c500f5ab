//! Values that stand in a secret's place: `changeme`, `xxxx`, `<token>`, `${TOKEN}`, the examples of vendors' manuals.

/// Words that no secret has by chance: five of these letters in a row happen once in ten million characters.
const WORDS: [&[u8]; 21] = [
    b"example",
    b"placeholder",
    b"changeme",
    b"change_me",
    b"change-me",
    b"change_this",
    b"dummy",
    b"sample",
    b"redacted",
    b"replace",
    b"insert",
    b"censored",
    b"secret",
    b"password",
    b"your_",
    b"your-",
    b"token",
    b"testing",
    b"foobar",
    b"notreal",
    b"invalid",
];

/// As many equal characters, or neighbours of the alphabet (`abcdef`, `123456`), are no chance.
const ROW: usize = 6;

/// Keys that are published, of local emulators with which everybody's tests run.
const PUBLISHED: [&str; 2] = [
    // Azurite, documented as the key of its one account.
    concat!("Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsu", "Fq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="),
    // The Cosmos DB emulator.
    concat!("C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9n", "DuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw=="),
];

/// Whether `value` stands in a secret's place.
pub(super) fn stands_in(value: &[u8]) -> bool {
    has_row(value) || has_word(value) || PUBLISHED.iter().any(|known| known.as_bytes() == value)
}

fn has_word(value: &[u8]) -> bool {
    let starts = |at: usize| {
        WORDS
            .iter()
            .any(|word| value.get(at..at + word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word)))
    };
    (0..value.len()).any(starts)
}

/// Whether the same or the next character comes six times in a row: `xxxxxx`, `......`, `012345`.
fn has_row(value: &[u8]) -> bool {
    let (mut equal, mut rising) = (1, 1);
    value.windows(2).any(|pair| {
        equal = if pair[0] == pair[1] { equal + 1 } else { 1 };
        rising = if pair[0].checked_add(1) == Some(pair[1]) { rising + 1 } else { 1 };
        equal >= ROW || rising >= ROW
    })
}

/// Whether `value` is filled in later: a variable, a tag or an expression of a template.
pub(super) fn is_template(value: &[u8]) -> bool {
    value.iter().any(|byte| b"${}<>()[]|`\\\"'".contains(byte)) || {
        // `%s`, `%(name)`, `%NAME%`; but `%2F` is how a URL writes a slash.
        let hex = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_hexdigit);
        let mut percents = value.iter().enumerate().filter(|(_, byte)| **byte == b'%');
        percents.any(|(at, _)| !(hex(value.get(at + 1)) && hex(value.get(at + 2))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_known() {
        for value in [
            "AKIAIOSFODNN7EXAMPLE",
            "xxxxxxxxxxxx",
            "my-Example-key",
            "CHANGEME",
            "a123456b",
            "a..........",
            "your_api_key",
        ] {
            assert!(stands_in(value.as_bytes()), "{value}");
        }
        for value in ["", "x", "aaaaabcd", "k3Jx9QpL2mZv", "12345"] {
            assert!(!stands_in(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn templates_are_known() {
        for value in ["${PASSWORD}", "$PASSWORD", "<password>", "%s", "%(pw)s", "{pw}", "a%2", "%PW%"] {
            assert!(is_template(value.as_bytes()), "{value}");
        }
        for value in ["", "k3Jx9", "p%40ss%2F", "a:b-c"] {
            assert!(!is_template(value.as_bytes()), "{value}");
        }
    }
}
