//! Passwords in addresses: `postgres://user:password@host`.

use std::ops::Range;

use super::placeholder;

/// An address longer than this isn't read to its end.
const LONGEST: usize = 256;

/// Shorter ones are stand-ins: databases and brokers that can be reached from outside ask for more.
const SHORTEST: usize = 6;

/// Words that stand in a password's place, or are the first password of a local service.
const USUAL: [&str; 42] = [
    "pass",
    "passwd",
    "password",
    "passw0rd",
    "password1",
    "password123",
    "pass123",
    "pass1234",
    "passphrase",
    "pwd",
    "pw",
    "secret",
    "secrets",
    "secret123",
    "mysecret",
    "mypass",
    "mypassword",
    "user",
    "username",
    "login",
    "admin",
    "admin123",
    "root",
    "rootpass",
    "guest",
    "postgres",
    "postgresql",
    "mysql",
    "mongo",
    "mongodb",
    "redis",
    "rabbitmq",
    "airflow",
    "minioadmin",
    "changeit",
    "hunter2",
    "letmein",
    "123456",
    "12345678",
    "dbpass",
    "userpass",
    "qwerty",
];

/// What may not lie in the part before `@`, unless it is encoded.
const STOPS: &[u8] = b"/?# \t\r\n\"'`<>\\,;";

/// The password of the address whose `://` lies at `mark`, if it has one that isn't a stand-in.
pub(super) fn password(bytes: &[u8], mark: Range<usize>) -> Option<Range<usize>> {
    let scheme = bytes[..mark.start].iter().rev().take(32);
    let scheme = scheme.take_while(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(byte)).count();
    if scheme < 2 {
        return None;
    }
    let left = &bytes[mark.end..bytes.len().min(mark.end + LONGEST)];
    let authority = left.iter().position(|byte| STOPS.contains(byte) || !byte.is_ascii_graphic());
    let authority = &left[..authority.unwrap_or(left.len())];
    let at = authority.iter().rposition(|&byte| byte == b'@')?;
    let (login, host) = (&authority[..at], &authority[at + 1..]);
    let colon = login.iter().position(|&byte| byte == b':')?;
    let (user, password) = (&login[..colon], &login[colon + 1..]);
    let start = mark.end + colon + 1;
    (is_outside(host) && is_real(user, password)).then_some(start..start + password.len())
}

/// Whether the host can be another machine: not this one, and not one of the names that are kept for examples (RFC 2606, RFC 6761).
fn is_outside(host: &[u8]) -> bool {
    let Ok(host) = std::str::from_utf8(host) else { return false };
    let host = host.to_ascii_lowercase();
    let name = host.rsplit_once(':').map_or(&*host, |(name, port)| {
        if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { &*host }
    });
    let name = name.trim_end_matches(['.', ')', ']', '*']);
    let first = name.bytes().next();
    let labels: Vec<&str> = name.split('.').collect();
    let reserved = |label: &&str| {
        matches!(
            *label,
            "localhost" | "example" | "test" | "invalid" | "domain" | "hostname" | "host" | "server"
        ) || label.starts_with("example")
    };
    first.is_some_and(|byte| byte.is_ascii_alphanumeric())
        && !placeholder::is_template(name.as_bytes())
        && !name.starts_with("127.")
        && name != "0.0.0.0"
        && !labels.iter().any(reserved)
}

/// Whether this is a password that somebody chose or drew.
fn is_real(user: &[u8], password: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(password) else { return false };
    let text = text.to_ascii_lowercase();
    let mut seen = [false; 256];
    for &byte in password {
        seen[usize::from(byte)] = true;
    }
    let different = seen.iter().filter(|seen| **seen).count();
    // A word alone is what examples have; a digit or a sign shows a password that is meant.
    let mixed = password.iter().any(|byte| !byte.is_ascii_lowercase() && !b"_-.".contains(byte));
    password.len() >= SHORTEST
        && different >= 5
        && mixed
        && !password.eq_ignore_ascii_case(user)
        && !USUAL.contains(&&*text)
        && !placeholder::is_template(password)
        && !placeholder::stands_in(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&str> {
        let mark = text.find("://").unwrap();
        password(text.as_bytes(), mark..mark + 3).map(|range| &text[range])
    }

    /// Put together here, so that no scanner takes the test for a leak.
    fn address(user: &str, password: &str, host: &str) -> String {
        format!("x = \"postgres://{user}:{password}@{host}/app\"")
    }

    #[test]
    fn passwords_of_other_machines_are_found() {
        for (user, password, host) in [
            ("app", "k3Jx9QpL", "db.internal"),
            ("", "k3Jx9QpL", "redis:6379"),
            ("app", "Correct-Horse7", "10.0.0.5"),
            ("app", "p%40ss4ord%2F", "db.internal"),
            ("app", "a@b4c@d", "db.internal"),
            ("app", "a:b4c:d", "db.internal"),
        ] {
            assert_eq!(found(&address(user, password, host)), Some(password));
        }
    }

    #[test]
    fn stand_ins_are_not() {
        for (user, password, host) in [
            ("user", "password", "db.internal"),
            ("user", "Password1", "db.internal"),
            ("app1234", "app1234", "db.internal"),
            ("app", "${PASSWORD1}", "db.internal"),
            ("app", "<Password2>", "db.internal"),
            ("app", "{pw123456}", "db.internal"),
            ("app", "%(Password)s", "db.internal"),
            ("app", "xxxxxxxx9", "db.internal"),
            ("app", "XXXXXXXX", "db.internal"),
            ("app", "my-example-1", "db.internal"),
            ("app", "a1b2", "db.internal"),
            ("app", "dbpassword", "db.internal"),
            ("app", "swordfish", "db.internal"),
            ("app", "", "db.internal"),
            ("app", "k3Jx9QpL", "localhost:5432"),
            ("app", "k3Jx9QpL", "127.0.0.1"),
            ("app", "k3Jx9QpL", "db.example.com"),
            ("app", "k3Jx9QpL", "$HOST"),
            ("app", "k3Jx9QpL", ""),
        ] {
            assert_eq!(found(&address(user, password, host)), None, "{user} {password} {host}");
        }
        for text in [
            "://",
            "https://host/a:b@c",
            "https://host:8080/",
            "://a:k3Jx9QpL@b",
            "https://user@host",
            "git@github.com:a/b.git https://x",
            "http://[::1]:80/@",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
