//! The Rust toolchain, against the `rust-version` and the toolchain file of the repository.

use toml::{Table, Value};
use xtask_core::gate::{Context, Need, NeedState};

use crate::probe::{Answer, ask};
use crate::version::Version;

/// What a repository asks of the toolchain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Wanted {
    /// `rust-version` of the manifest at the top.
    least: Option<String>,
    /// The toolchain file and its channel.
    channel: Option<(&'static str, String)>,
}

/// Whether the toolchain is there and new enough, where `Cargo.toml` lies at the top.
pub(crate) fn needs(cx: &Context) -> Vec<Need> {
    let Some(manifest) = text(cx, "Cargo.toml") else {
        return Vec::new();
    };
    let wanted = Wanted { least: rust_version(&manifest), channel: toolchain_file(cx) };
    // Both answer at once in most cases; cargo alone may be missing where rustc comes from a distribution.
    let rustc = judge_rustc(&wanted, &ask(cx, "rustc", &["--version"]));
    let cargo = judge_cargo(&ask(cx, "cargo", &["--version"]));
    vec![
        Need {
            name: match &wanted.least {
                Some(least) => format!("rustc {least} or later"),
                None => "rustc".to_owned(),
            },
            by: "Cargo.toml".to_owned(),
            state: rustc,
        },
        Need { name: "cargo".to_owned(), by: "Cargo.toml".to_owned(), state: cargo },
    ]
}

fn text(cx: &Context, name: &str) -> Option<String> {
    let path = cx.root.join(name);
    let bytes = path.is_file().then(|| xtask_core::files::read(&path).ok())??;
    String::from_utf8(bytes).ok()
}

/// `rust-version` of a package, or of the workspace's packages.
fn rust_version(manifest: &str) -> Option<String> {
    let manifest: Table = manifest.parse().ok()?;
    let of = |table: Option<&Value>| Some(table?.get("rust-version")?.as_str()?.to_owned());
    of(manifest.get("package")).or_else(|| of(manifest.get("workspace")?.get("package")))
}

/// The channel that `rust-toolchain.toml` (or the older `rust-toolchain`, which rustup prefers) names.
fn toolchain_file(cx: &Context) -> Option<(&'static str, String)> {
    ["rust-toolchain", "rust-toolchain.toml"]
        .into_iter()
        .find_map(|name| Some((name, channel(&text(cx, name)?)?)))
}

fn channel(file: &str) -> Option<String> {
    if let Ok(table) = file.parse::<Table>() {
        return Some(table.get("toolchain")?.get("channel")?.as_str()?.to_owned());
    }
    let mut lines = file.lines().map(str::trim).filter(|line| !line.is_empty());
    let only = lines.next()?;
    lines.next().is_none().then(|| only.to_owned())
}

fn judge_rustc(wanted: &Wanted, answer: &Answer) -> NeedState {
    let unmet = |why: String, fix: String| NeedState::Unmet { why, fix };
    let said = match answer {
        Answer::Said(said) => said,
        Answer::Absent => return absent("rustc"),
        Answer::Failed(why) => return unmet(why.clone(), "rustup toolchain install".to_owned()),
    };
    let Some(version) = Version::find(said) else {
        return unmet(format!("`rustc --version` says `{said}`"), "rustc --version".to_owned());
    };
    if let Some((file, channel)) = &wanted.channel
        && let Some(pinned) = Version::parse(channel)
        && (pinned.0, pinned.1) != (version.0, version.1)
    {
        return unmet(
            format!(
                "{file} names {channel}, and rustc is {version}: the one on PATH doesn't follow that file"
            ),
            format!("rustup toolchain install {channel}, with ~/.cargo/bin first on PATH"),
        );
    }
    match wanted.least.as_deref().and_then(Version::parse) {
        Some(least) if version < least => unmet(format!("rustc is {version}"), "rustup update".to_owned()),
        _ => NeedState::Met { found: version.to_string() },
    }
}

fn judge_cargo(answer: &Answer) -> NeedState {
    match answer {
        Answer::Said(said) => NeedState::Met {
            found: Version::find(said).map_or_else(|| said.clone(), |version| version.to_string()),
        },
        Answer::Absent => absent("cargo"),
        Answer::Failed(why) => {
            NeedState::Unmet { why: why.clone(), fix: "rustup toolchain install".to_owned() }
        }
    }
}

fn absent(program: &str) -> NeedState {
    NeedState::Unmet {
        why: format!("{program} is not on PATH"),
        fix: "install Rust by rustup (https://rustup.rs), or add ~/.cargo/bin to PATH".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_repository_asks_for_is_read() {
        for (manifest, expected) in [
            ("[package]\nrust-version = \"1.80\"\n", Some("1.80")),
            ("[workspace.package]\nrust-version = \"1.95\"\n", Some("1.95")),
            (
                "[package]\nrust-version.workspace = true\n[workspace.package]\nrust-version = \"1.9\"\n",
                Some("1.9"),
            ),
            ("[package]\nname = \"x\"\n", None),
            ("not toml [", None),
        ] {
            assert_eq!(rust_version(manifest).as_deref(), expected, "{manifest}");
        }
        for (file, expected) in [
            ("[toolchain]\nchannel = \"1.80.1\"\n", Some("1.80.1")),
            ("stable\n", Some("stable")),
            ("[toolchain]\nprofile = \"minimal\"\n", None),
            ("", None),
            ("two\nlines\n", None),
        ] {
            assert_eq!(channel(file).as_deref(), expected, "{file}");
        }
    }

    #[test]
    fn the_toolchain_is_judged() {
        let said = |text: &str| Answer::Said(text.to_owned());
        let channel = |channel: &str| Some(("rust-toolchain.toml", channel.to_owned()));
        for (least, channel, answer, met) in [
            (None, None, said("rustc 1.95.0 (x 2026-01-01)"), true),
            (Some("1.95"), None, said("rustc 1.95.0"), true),
            (Some("1.96"), None, said("rustc 1.95.0"), false),
            (Some("1.80"), channel("1.80"), said("rustc 1.80.1"), true),
            (Some("1.80"), channel("1.80"), said("rustc 1.95.0"), false),
            (None, channel("stable"), said("rustc 1.95.0"), true),
            (None, channel("nightly-2026-01-01"), said("rustc 1.97.0-nightly"), true),
            (None, None, Answer::Absent, false),
            (None, None, Answer::Failed("error: toolchain 'x' is not installed".to_owned()), false),
        ] {
            let wanted = Wanted { least: least.map(str::to_owned), channel };
            let state = judge_rustc(&wanted, &answer);
            assert_eq!(matches!(state, NeedState::Met { .. }), met, "{wanted:?} {answer:?}: {state:?}");
        }
    }
}
