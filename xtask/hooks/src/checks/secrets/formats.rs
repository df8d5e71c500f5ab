//! The formats of tokens that begin with letters of their own, as data: what follows them, and what proves that a string is one.

use super::alphabet::{
    Alphabet, BASE32, BASE62, BASE64, BASE64URL, BECH32, DIGITS, HEX, UPPER, WORD, evenness,
};
use super::{placeholder, verify};

/// A token format.
pub(super) struct Format {
    /// What it is called in findings and in `ignore`.
    pub(super) kind: &'static str,
    /// What its tokens begin with.
    pub(super) prefixes: &'static [&'static str],
    /// What follows.
    pub(super) rest: &'static [Part],
    /// What tells a token from a string that looks like one.
    pub(super) proof: Proof,
    /// Where the format is documented.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "for those who read the table; a test holds that each has one")
    )]
    pub(super) source: &'static str,
}

/// A piece of a token.
pub(super) enum Part {
    /// These bytes.
    Text(&'static str),
    /// From so many to so many bytes of an alphabet. No part begins with a byte of the run before it, so reading as many as
    /// there are is right, and nothing is read twice.
    Run(&'static Alphabet, usize, usize),
}

/// What tells a token from a string that looks like one.
pub(super) enum Proof {
    /// Its last six characters are a CRC-32 in base 62.
    Crc32,
    /// It uses its alphabet as evenly as random strings do, and is no placeholder.
    Even,
    /// As `Even`, and it holds the number of an AWS account.
    AwsAccount,
}

/// The share of the highest entropy that a token must have; [`evenness`] says where it comes from.
const EVEN: f64 = 0.6;

/// Where nothing is said about the most.
const LONG: usize = 400;

use Part::{Run, Text};
use Proof::{AwsAccount, Crc32, Even};

const fn format(
    kind: &'static str,
    prefixes: &'static [&'static str],
    rest: &'static [Part],
    proof: Proof,
    source: &'static str,
) -> Format {
    Format { kind, prefixes, rest, proof, source }
}

/// The table.
#[rustfmt::skip]
pub(super) static FORMATS: &[Format] = &[
    format("age-secret-key", &["AGE-SEC"], &[Text("RET-KEY-1"), Run(&BECH32, 58, 58)], Even, "age-encryption.org/v1, X25519 identities"),
    format("anthropic-api-key", &["sk-ant-"], &[Run(&WORD, 4, 12), Text("-"), Run(&BASE64URL, 80, 140)], Even, "docs.anthropic.com, API keys"),
    format("atlassian-api-token", &["ATATT3xFfGF0"], &[Run(&BASE64URL, 150, LONG), Text("="), Run(&UPPER, 8, 8)], Even, "support.atlassian.com, API tokens"),
    format("aws-access-key-id", &["AKIA", "ASIA", "ABIA", "ACCA"], &[Run(&BASE32, 16, 16)], AwsAccount, "AWS IAM user guide, unique identifiers"),
    format("crates-io-token", &["cio"], &[Run(&BASE62, 32, 32)], Even, "rust-lang/crates.io, src/util/token.rs"),
    format("databricks-token", &["dapi"], &[Run(&HEX, 32, 32)], Even, "docs.databricks.com, personal access tokens"),
    format("digitalocean-token", &["dop_v1_", "doo_v1_", "dor_v1_"], &[Run(&HEX, 64, 64)], Even, "docs.digitalocean.com, API tokens"),
    format("discord-webhook", &["discord.com/api/webhooks/", "discordapp.com/api/webhooks/"], &[Run(&DIGITS, 17, 20), Text("/"), Run(&BASE64URL, 60, 80)], Even, "discord.com/developers, webhooks"),
    format("docker-hub-token", &["dckr_pat_", "dckr_oat_"], &[Run(&BASE64URL, 27, 40)], Even, "docs.docker.com, access tokens"),
    format("doppler-token", &["dp.pt.", "dp.st.", "dp.sa.", "dp.scim.", "dp.audit."], &[Run(&BASE62, 40, 44)], Even, "docs.doppler.com, token formats"),
    format("figma-token", &["figd_"], &[Run(&BASE64URL, 38, 44)], Even, "figma.com/developers, access tokens"),
    format("github-token", &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], &[Run(&BASE62, 36, 36)], Crc32, "github.blog 2021-04-05, Behind GitHub's new authentication token formats"),
    format("github-fine-grained-token", &["github_pat_"], &[Run(&BASE62, 22, 22), Text("_"), Run(&BASE62, 59, 59)], Even, "docs.github.com, token types"),
    format("gitlab-token", &["glpat-", "gldt-", "glrt-", "glrtr-", "glcbt-", "glptt-", "glft-", "glimt-", "glagent-", "glsoat-", "gloas-", "glffct-"], &[Run(&BASE64URL, 20, 310)], Even, "docs.gitlab.com, token overview, prefixes"),
    format("google-api-key", &["AIza"], &[Run(&BASE64URL, 35, 35)], Even, "cloud.google.com, API keys"),
    format("google-oauth-secret", &["GOCSPX-"], &[Run(&BASE64URL, 28, 28)], Even, "cloud.google.com, OAuth clients"),
    format("grafana-token", &["glsa_"], &[Run(&BASE62, 32, 32), Text("_"), Run(&HEX, 8, 8)], Even, "grafana.com/docs, service accounts"),
    format("groq-api-key", &["gsk_"], &[Run(&BASE62, 52, 52)], Even, "console.groq.com, API keys"),
    format("hugging-face-token", &["hf_", "api_org_"], &[Run(&BASE62, 34, 37)], Even, "huggingface.co/docs/hub, security tokens"),
    format("linear-api-key", &["lin_api_"], &[Run(&BASE62, 40, 40)], Even, "linear.app/developers"),
    format("mailgun-api-key", &["key-"], &[Run(&HEX, 32, 32)], Even, "documentation.mailgun.com, authentication"),
    format("new-relic-user-key", &["NRAK-"], &[Run(&UPPER, 27, 27)], Even, "docs.newrelic.com, API keys"),
    format("npm-token", &["npm_"], &[Run(&BASE62, 36, 36)], Crc32, "github.blog 2021-09-23, Announcing npm's new access token format"),
    format("openrouter-api-key", &["sk-or-v1-"], &[Run(&HEX, 64, 64)], Even, "openrouter.ai/docs, authentication"),
    format("planetscale-token", &["pscale_tkn_", "pscale_pw_", "pscale_oauth_"], &[Run(&BASE64URL, 32, 64)], Even, "planetscale.com/docs, service tokens"),
    format("postman-api-key", &["PMAK-"], &[Run(&HEX, 24, 24), Text("-"), Run(&HEX, 34, 34)], Even, "learning.postman.com, API keys"),
    format("pulumi-token", &["pul-"], &[Run(&HEX, 40, 40)], Even, "pulumi.com/docs, access tokens"),
    // A macaroon: version 2, then its location, `pypi.org` or `test.pypi.org`, in base 64.
    format("pypi-token", &["pypi-AgEIcHlwaS5vcmc", "pypi-AgENdGVzdC5weXBpLm9yZw"], &[Run(&BASE64URL, 50, 1000)], Even, "warehouse.pypa.io, secret reporting; pypitoken"),
    format("rubygems-key", &["rubygems_"], &[Run(&HEX, 48, 48)], Even, "guides.rubygems.org, API key scopes"),
    format("sendgrid-api-key", &["SG."], &[Run(&BASE64URL, 22, 22), Text("."), Run(&BASE64URL, 43, 43)], Even, "twilio.com/docs/sendgrid, API keys"),
    format("sentry-token", &["sntryu_"], &[Run(&HEX, 64, 64)], Even, "getsentry/rfcs 0091, token format"),
    format("shopify-token", &["shpat_", "shpca_", "shppa_", "shpss_"], &[Run(&HEX, 32, 32)], Even, "shopify.dev, access tokens"),
    format("slack-token", &["xoxb-", "xoxp-", "xoxa-", "xoxo-"], &[Run(&DIGITS, 9, 15), Text("-"), Run(&BASE64URL, 24, 120)], Even, "docs.slack.dev, token types"),
    format("slack-token", &["xapp-"], &[Run(&DIGITS, 1, 1), Text("-"), Run(&UPPER, 9, 15), Text("-"), Run(&DIGITS, 9, 15), Text("-"), Run(&HEX, 64, 64)], Even, "docs.slack.dev, app-level tokens"),
    format("slack-webhook", &["hooks.slack.com/services/"], &[Run(&UPPER, 8, 14), Text("/"), Run(&UPPER, 8, 14), Text("/"), Run(&BASE62, 23, 26)], Even, "docs.slack.dev, incoming webhooks"),
    format("sonarqube-token", &["squ_", "sqp_", "sqa_"], &[Run(&HEX, 40, 40)], Even, "docs.sonarsource.com, tokens"),
    format("square-token", &["sq0atp-"], &[Run(&BASE64URL, 22, 22)], Even, "developer.squareup.com, access tokens"),
    format("square-secret", &["sq0csp-"], &[Run(&BASE64URL, 43, 43)], Even, "developer.squareup.com, OAuth"),
    format("stripe-key", &["sk_live_", "rk_live_"], &[Run(&BASE62, 24, 128)], Even, "docs.stripe.com, API keys"),
    format("stripe-webhook-secret", &["whsec_"], &[Run(&BASE64, 32, 64)], Even, "docs.stripe.com, webhooks"),
    format("twilio-api-key", &["SK0", "SK1", "SK2", "SK3", "SK4", "SK5", "SK6", "SK7", "SK8", "SK9", "SKa", "SKb", "SKc", "SKd", "SKe", "SKf"], &[Run(&HEX, 31, 31)], Even, "twilio.com/docs, string identifiers"),
    format("vault-token", &["hvs.", "hvb.", "hvr."], &[Run(&BASE64URL, 24, LONG)], Even, "developer.hashicorp.com/vault, token prefixes"),
];

impl Format {
    /// Where the token ends whose prefix lies at `start..after`, if it is one.
    pub(super) fn token(&self, bytes: &[u8], start: usize, after: usize) -> Option<usize> {
        if !begins(bytes, start) {
            return None;
        }
        let mut at = after;
        let mut last = None;
        for part in self.rest {
            let left = &bytes[at..];
            match *part {
                Text(text) => {
                    if !left.starts_with(text.as_bytes()) {
                        return None;
                    }
                    at += text.len();
                }
                Run(alphabet, least, most) => {
                    let length = alphabet.run(left, most);
                    if length < least {
                        return None;
                    }
                    last = Some((at, length, alphabet));
                    at += length;
                }
            }
        }
        let (from, length, alphabet) = last?;
        if bytes.get(at).is_some_and(|&next| alphabet.has(next) || WORD.has(next)) {
            return None;
        }
        let body = &bytes[from..from + length];
        let even = || evenness(body, alphabet.size()) >= EVEN && !placeholder::stands_in(&bytes[after..at]);
        let holds = match self.proof {
            Crc32 => verify::ends_with_crc32(body),
            Even => even(),
            AwsAccount => even() && verify::holds_aws_account(body),
        };
        holds.then_some(at)
    }
}

/// Whether a token can begin at `at`: not inside a word, but after an escape such as `\n` or `%3D`.
pub(super) fn begins(bytes: &[u8], at: usize) -> bool {
    let before = &bytes[..at];
    match *before {
        [.., last] if !WORD.has(last) => true,
        [] | [.., b'\\', b'n' | b'r' | b't'] => true,
        [.., b'%', high, low] => high.is_ascii_hexdigit() && low.is_ascii_hexdigit(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_begins_where_the_run_before_it_goes_on() {
        for format in FORMATS {
            assert!(!format.source.is_empty() && !format.prefixes.is_empty(), "{}", format.kind);
            assert!(matches!(format.rest.last(), Some(Run(..))), "{}", format.kind);
            for pair in format.rest.windows(2) {
                if let [Run(alphabet, least, most), next] = pair {
                    let Text(text) = next else { panic!("{}: a run after a run", format.kind) };
                    // A run of one length only stops by itself.
                    assert!(least == most || !alphabet.has(text.as_bytes()[0]), "{}", format.kind);
                }
            }
        }
    }

    #[test]
    fn tokens_begin_words() {
        for (before, expected) in [
            ("", true),
            ("\"", true),
            ("=", true),
            ("\\n", true),
            ("%3D", true),
            ("a", false),
            ("_", false),
            ("n", false),
        ] {
            let text = format!("{before}ghp_");
            assert_eq!(begins(text.as_bytes(), before.len()), expected, "{before}");
        }
    }
}
