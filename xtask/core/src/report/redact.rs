//! Secrets never reach a report: the values of secret-looking environment variables, and passwords in URLs, are replaced in
//! everything that is shown.

use std::borrow::Cow;

use crate::environment::Environment;
use crate::model::{
    Artifact, Finding, GateReport, Location, Metric, Missing, Outcome, RepoPath, Report, Step, TestCase,
};

/// The shortest value that is taken for a secret, in bytes. Shorter ones are no secret, and occur everywhere.
const SHORTEST: usize = 6;

/// The shortest user name of a URL that is taken for a token (`https://TOKEN@host`), in bytes.
const SHORTEST_URL_TOKEN: usize = 16;

/// Parts of a variable's name that say "secret" wherever they stand.
const ANYWHERE: [&str; 17] = [
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "API_KEY",
    "APIKEY",
    "PRIVATE_KEY",
    "ACCESS_KEY",
    "SIGNING_KEY",
    "ENCRYPTION_KEY",
    "MASTER_KEY",
    "DEPLOY_KEY",
    "CREDENTIAL",
    "AUTHORIZATION",
    "BEARER",
    "WEBHOOK",
];

/// Words of a variable's name, between underscores, that say "secret". `AUTHOR` is not `AUTH`.
const WORDS: [&str; 10] = ["AUTH", "OAUTH", "AUTHTOKEN", "PASS", "PWD", "PW", "JWT", "COOKIE", "PSK", "DSN"];

/// Last words of a variable's name that say that its value is a place, not a secret: `SSH_AUTH_SOCK`.
const PLACES: [&str; 6] = ["SOCK", "SOCKET", "FILE", "PATH", "DIR", "HOME"];

/// Values that are settings or stand-ins, and words of the language: replacing them would spoil the report and hide nothing.
const HARMLESS: [&str; 15] = [
    "enabled",
    "disabled",
    "always",
    "never",
    "required",
    "optional",
    "default",
    "password",
    "secret",
    "changeme",
    "change-me",
    "example",
    "undefined",
    "localhost",
    "unlimited",
];

/// One value that must not be shown.
#[derive(Clone)]
struct Secret {
    value: String,
    mark: String,
    /// A word such as `postgres`: it is replaced in text, and left in the names of files, which are no secret.
    word: bool,
}

/// Replaces secrets in text. Cheap to clone for few secrets; made once a run.
#[derive(Clone, Default)]
pub struct Redactor {
    /// Longest first, so that a secret that holds another is replaced whole.
    secrets: Vec<Secret>,
}

impl Redactor {
    /// The secrets of this environment.
    pub fn new(environment: &Environment) -> Self {
        let mut secrets = Vec::new();
        for (name, value) in environment.iter() {
            let (name, value) = (name.to_string_lossy(), value.to_string_lossy());
            let mark = format!("[{name} redacted]");
            let mut add = |value: &str| {
                let value = value.trim();
                if value.len() >= SHORTEST && !is_harmless(value) {
                    secrets.push(Secret {
                        value: value.to_owned(),
                        mark: mark.clone(),
                        word: value.bytes().all(|byte| byte.is_ascii_lowercase()),
                    });
                }
            };
            if is_secret_name(&name) {
                add(&value);
                // Output comes line by line: of a key in many lines each is a secret.
                if value.trim().contains('\n') {
                    value.lines().filter(|line| !line.starts_with("-----")).for_each(&mut add);
                }
                let encoded = percent_encode(&value);
                if encoded != value {
                    add(&encoded);
                }
            }
            // `DATABASE_URL` and its kin, whatever their name.
            if let Some(found) = url_secret(&value, 0) {
                add(&value[found]);
            }
        }
        secrets.sort_by(|a, b| b.value.len().cmp(&a.value.len()).then_with(|| a.mark.cmp(&b.mark)));
        secrets.dedup_by(|a, b| a.value == b.value);
        Self { secrets }
    }

    /// `text` without secrets.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let known = self.secrets.iter().any(|secret| text.contains(&secret.value));
        if !known && !text.contains("://") {
            return Cow::Borrowed(text);
        }
        let mut clean = String::with_capacity(text.len());
        replace(text, &self.secrets, &mut clean);
        Cow::Owned(without_url_secrets(&clean))
    }

    fn edit(&self, text: &mut String) {
        if let Cow::Owned(clean) = self.text(text) {
            *text = clean;
        }
    }

    fn edit_some(&self, text: &mut Option<String>) {
        if let Some(text) = text {
            self.edit(text);
        }
    }

    fn edit_path(&self, path: &mut RepoPath) {
        let Ok(text) = std::str::from_utf8(path.as_bytes()) else {
            return self.edit_bytes(path);
        };
        let strong = || self.secrets.iter().filter(|secret| !secret.word);
        if strong().any(|secret| text.contains(&secret.value)) {
            let strong: Vec<Secret> = strong().cloned().collect();
            let mut clean = String::new();
            replace(text, &strong, &mut clean);
            *path = RepoPath::from(clean.as_str());
        }
    }

    /// A path that is no text.
    fn edit_bytes(&self, path: &mut RepoPath) {
        use bstr::ByteSlice;
        for secret in self.secrets.iter().filter(|secret| !secret.word) {
            if path.as_bstr().contains_str(&secret.value) {
                *path = RepoPath::new(path.as_bytes().replace(&secret.value, &secret.mark));
            }
        }
    }
}

/// Replaces the secrets of `environment` in every string of the report.
pub fn redact(report: &mut Report, environment: &Environment) {
    Redactor::new(environment).report(report);
}

// Each of these takes its type apart by name: a new field doesn't compile until somebody decides about it.
impl Redactor {
    /// Replaces secrets in every string of the report.
    pub fn report(&self, report: &mut Report) {
        let Report { version: _, command, program, exit_code: _, gates, wall_ms: _ } = report;
        self.edit(command);
        self.edit(program);
        for gate in gates {
            self.gate(gate);
        }
    }

    fn gate(&self, report: &mut GateReport) {
        let GateReport {
            gate,
            outcome,
            standing: _,
            summary,
            steps,
            findings,
            metrics,
            cases,
            missing,
            artifacts,
            wall_ms: _,
        } = report;
        self.edit(gate);
        self.edit(summary);
        for Step { name, status: _, wall_ms: _, note } in steps {
            self.edit(name);
            self.edit(note);
        }
        self.outcome(outcome);
        for finding in findings {
            self.finding(finding);
        }
        for Metric { name, value: _, unit: _, better: _, limit: _ } in metrics {
            self.edit(name);
        }
        for case in cases {
            self.case(case);
        }
        for Missing { why, fix, required: _ } in missing {
            self.edit(why);
            self.edit(fix);
        }
        for Artifact { kind, path } in artifacts {
            self.edit(kind);
            self.edit(path);
        }
    }

    /// Replaces secrets in the reasons of an outcome.
    pub(super) fn outcome(&self, outcome: &mut Outcome) {
        match outcome {
            Outcome::Passed | Outcome::Failed => {}
            Outcome::Skipped { reason: _, why, fix } | Outcome::Invalid { why, fix } => {
                self.edit(why);
                self.edit_some(fix);
            }
        }
    }

    fn finding(&self, finding: &mut Finding) {
        // A fingerprint is a hash.
        let Finding { tool, rule, severity: _, location, message, fix, fingerprint: _, state: _ } = finding;
        self.edit(tool);
        self.edit(rule);
        self.edit(message);
        self.edit_some(fix);
        self.location(location);
    }

    fn case(&self, case: &mut TestCase) {
        let TestCase { suite, name, status: _, wall_ms: _, message, location } = case;
        self.edit(suite);
        self.edit(name);
        self.edit_some(message);
        self.location(location);
    }

    fn location(&self, location: &mut Option<Location>) {
        if let Some(Location { path, line: _, column: _, end_line: _, end_column: _ }) = location {
            self.edit_path(path);
        }
    }
}

/// Whether a variable of this name holds a secret.
fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let words: Vec<&str> = name.split(['_', '-', '.']).collect();
    let place = words.last().is_some_and(|last| PLACES.contains(last)) || matches!(&*name, "PWD" | "OLDPWD");
    !place
        && (ANYWHERE.iter().any(|part| name.contains(part)) || words.iter().any(|word| WORDS.contains(word)))
}

/// Whether a value is a setting, a number or a stand-in.
fn is_harmless(value: &str) -> bool {
    let small = value.to_ascii_lowercase();
    let short_number =
        value.len() < 10 && value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    let one_sign = value.bytes().all(|byte| Some(&byte) == value.as_bytes().first());
    short_number || one_sign || HARMLESS.contains(&&*small)
}

/// Writes `text` to `out` with each secret replaced: the first one (the longest) first, the others in what lies between.
fn replace(text: &str, secrets: &[Secret], out: &mut String) {
    let Some(at) = secrets.iter().position(|secret| text.contains(&secret.value)) else {
        out.push_str(text);
        return;
    };
    for (turn, between) in text.split(&secrets[at].value).enumerate() {
        if turn > 0 {
            out.push_str(&secrets[at].mark);
        }
        replace(between, &secrets[at + 1..], out);
    }
}

/// `text` with the passwords of its URLs replaced.
fn without_url_secrets(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut copied = 0;
    let mut from = 0;
    while let Some(scheme) = text[from..].find("://") {
        from += scheme + 3;
        if let Some(found) = url_secret(text, from - 3) {
            clean.push_str(&text[copied..found.start]);
            clean.push_str("[redacted]");
            copied = found.end;
            from = found.end;
        }
    }
    clean.push_str(&text[copied..]);
    clean
}

/// Where the password of the first URL after `from` is: `scheme://user:PASSWORD@host`, or a long user name that stands alone.
fn url_secret(text: &str, from: usize) -> Option<std::ops::Range<usize>> {
    let start = from + text.get(from..)?.find("://")? + 3;
    let ends =
        |c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'' | '<' | '>' | '`' | '\\');
    let length = text[start..].find(ends).unwrap_or(text.len() - start);
    let user = text[start..start + length].rfind('@')?;
    match text[start..start + user].find(':') {
        Some(colon) if colon + 1 < user => Some(start + colon + 1..start + user),
        None if user >= SHORTEST_URL_TOKEN => Some(start..start + user),
        _ => None,
    }
}

/// The value as it stands in a URL.
fn percent_encode(value: &str) -> String {
    use std::fmt::Write;
    value.bytes().fold(String::with_capacity(value.len()), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            text.push(byte as char);
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Format, Style, render, samples};
    use super::*;

    #[test]
    fn secret_names() {
        for (name, secret) in [
            ("GITHUB_TOKEN", true),
            ("npm_config__authToken", true),
            ("AWS_SECRET_ACCESS_KEY", true),
            ("MYSQL_PWD", true),
            ("PGPASSWORD", true),
            ("DB_PASS", true),
            ("STRIPE_API_KEY", true),
            ("SLACK_WEBHOOK_URL", true),
            ("PIP_AUTH", true),
            ("PATH", false),
            ("PWD", false),
            ("OLDPWD", false),
            ("GIT_AUTHOR_NAME", false),
            ("SSH_AUTH_SOCK", false),
            ("GOOGLE_CREDENTIALS_FILE", false),
            ("COMPASS", false),
            ("HOME", false),
        ] {
            assert_eq!(is_secret_name(name), secret, "{name}");
        }
    }

    #[test]
    fn values_are_replaced_where_they_are_secret() {
        let environment = Environment::from_pairs([
            ("A_TOKEN", "abcdef123"),
            ("LONG_TOKEN", "abcdef123-and-more"),
            ("SHORT_TOKEN", "abc"),
            ("TOKENIZERS_PARALLELISM", "false"),
            ("USE_TOKEN", "enabled"),
            ("TOKEN_COUNT", "1234567"),
            ("PATH", "/usr/bin:/bin"),
            (
                "PRIVATE_KEY",
                "-----BEGIN PRIVATE\x20KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQE\n-----END PRIVATE KEY-----",
            ),
            ("ODD_PASSWORD", "p@ss/w rd"),
            ("DATABASE_URL", "postgres://app:hunter22@db/app"),
        ]);
        let redactor = Redactor::new(&environment);
        for (text, shown) in [
            ("abcdef123", "[A_TOKEN redacted]"),
            ("x=abcdef123-and-more;", "x=[LONG_TOKEN redacted];"),
            ("abcdef123abcdef123", "[A_TOKEN redacted][A_TOKEN redacted]"),
            ("abc false enabled 1234567 /usr/bin:/bin", "abc false enabled 1234567 /usr/bin:/bin"),
            ("key MIIEvQIBADANBg", "key [PRIVATE_KEY redacted]"),
            ("p%40ss%2Fw%20rd", "[ODD_PASSWORD redacted]"),
            ("password is hunter22", "password is [DATABASE_URL redacted]"),
            (
                "http://me:other@host/x and https://host:80/@y",
                "http://me:[redacted]@host/x and https://host:80/@y",
            ),
            (
                "git clone https://ghp_0123456789abcdef@github.com/x",
                "git clone https://[redacted]@github.com/x",
            ),
            ("ssh://git@github.com/x", "ssh://git@github.com/x"),
            ("http://a:@b http://", "http://a:@b http://"),
            ("nothing here", "nothing here"),
        ] {
            assert_eq!(redactor.text(text), shown);
        }
    }

    #[test]
    fn a_word_stays_in_the_names_of_files() {
        let mut report = samples::of_text("db/postgres/init.sql");
        redact(&mut report, &Environment::from_pairs([("POSTGRES_PASSWORD", "postgres")]));
        let finding = &report.gates[0].findings[0];
        assert_eq!(finding.message, "db/[POSTGRES_PASSWORD redacted]/init.sql");
        assert_eq!(finding.location.as_ref().unwrap().path, RepoPath::from("db/postgres/init.sql"));
    }

    #[test]
    fn no_format_shows_a_secret_whatever_holds_it() {
        let secret = "s3cr3t-'<&>\"-value";
        let environment = Environment::from_pairs([("DEPLOY_TOKEN", secret)]);
        let mut report = samples::of_text(&format!("before {secret} after"));
        let mut bytes = secret.as_bytes().to_vec();
        bytes.push(0xff);
        report.gates[0].findings[0].location = Some(Location::line(RepoPath::new(bytes), 1));
        redact(&mut report, &environment);
        for format in Format::ALL {
            let style = Style { verbose: true, ..Style::PLAIN };
            let text = render(&report, format, style);
            assert!(!text.contains("s3cr3t") && !text.contains("-value"), "{format}: {text}");
            assert!(text.contains("DEPLOY"), "{format}");
        }
    }

    proptest! {
        #[test]
        fn a_secret_never_survives(secret in "[A-Za-z0-9/+@:%]{8,20}", before in ".{0,20}", after in ".{0,20}") {
            let redactor = Redactor::new(&Environment::from_pairs([("X_TOKEN", secret.as_str())]));
            prop_assume!(!is_harmless(&secret));
            let shown = redactor.text(&format!("{before}{secret}{after}")).into_owned();
            prop_assert!(!shown.contains(&secret));
        }
    }
}
