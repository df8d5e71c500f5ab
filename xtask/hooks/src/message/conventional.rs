//! `conventional-commit`: the message is `type(scope)!: description`, as Conventional Commits 1.0.0 has it.

use std::borrow::Cow;

use super::text::is_trailer;
use super::{Message, MessageLine, shown};
use crate::checks::{Check, Hit, Work};
use crate::options::{ConventionalCommitOptions, Options};

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "conventional-commit",
    about: "messages as Conventional Commits 1.0.0 has them",
    version: 1,
    takes: "text",
    work: Work::Message(run),
    fix: None,
};

/// What people write for a type, and the type that is meant.
const MEANT: [(&str, &str); 22] = [
    ("feature", "feat"),
    ("features", "feat"),
    ("add", "feat"),
    ("new", "feat"),
    ("bug", "fix"),
    ("bugfix", "fix"),
    ("hotfix", "fix"),
    ("fixes", "fix"),
    ("fixed", "fix"),
    ("doc", "docs"),
    ("documentation", "docs"),
    ("readme", "docs"),
    ("tests", "test"),
    ("testing", "test"),
    ("performance", "perf"),
    ("refactoring", "refactor"),
    ("format", "style"),
    ("formatting", "style"),
    ("dep", "build"),
    ("deps", "build"),
    ("release", "chore"),
    ("misc", "chore"),
];

fn run(message: &Message, options: &Options) -> Vec<Hit> {
    let options = &options.conventional_commit;
    let Some(subject) = message.subject() else {
        return vec![Hit::file("the message is empty; expected for example `feat: say what is new`")];
    };
    match written_by_git(&subject.text) {
        Some(Written::Merge) if options.allow_merge => return Vec::new(),
        Some(Written::Revert) if options.allow_revert => return Vec::new(),
        Some(Written::Fixup) if options.allow_fixup => return Vec::new(),
        Some(Written::Fixup) => {
            let length = subject.text.find(' ').unwrap_or(0);
            let expected = "squash it first: git rebase -i --autosquash";
            return vec![shown(subject, 1, length, "a commit that is meant to be squashed", expected)];
        }
        _ => {}
    }
    let mut hits: Vec<Hit> = header(subject, options).err().into_iter().collect();
    if let Some(second) = message.lines.get(1).filter(|line| !line.is_blank()) {
        let expected = "expected a blank line between the subject and what follows";
        hits.push(shown(second, 1, 1, "no blank line after the subject", expected));
    }
    hits.extend(breaking_changes(&message.lines[1..]));
    hits
}

/// Messages that git and forges write themselves.
enum Written {
    Merge,
    Revert,
    Fixup,
}

fn written_by_git(subject: &str) -> Option<Written> {
    let merged =
        ["branch", "branches", "remote-tracking", "tag", "tags", "commit", "commits", "pull", "pull-request"];
    if let Some(what) = subject.strip_prefix("Merge ") {
        let first = what.split(' ').next().unwrap_or_default();
        return (merged.contains(&first) || what.contains(" into ")).then_some(Written::Merge);
    }
    if subject.starts_with("Revert \"") || subject.starts_with("Reapply \"") {
        return Some(Written::Revert);
    }
    let squashed = ["fixup! ", "squash! ", "amend! "];
    squashed.iter().any(|mark| subject.starts_with(mark)).then_some(Written::Fixup)
}

/// The type that is nearest to what was written.
fn nearest<'a>(written: &str, types: &'a [String]) -> Option<&'a str> {
    let written = written.to_lowercase();
    let meant = MEANT.iter().find(|(alias, _)| *alias == written).map(|(_, meant)| *meant);
    let known = |name: &str| types.iter().find(|known| *known == name).map(|known| &**known);
    meant.and_then(known).or_else(|| xtask_core::config::nearest(&written, types.iter().map(|name| &**name)))
}

/// The subject with its first character in lower case, as descriptions have it; acronyms stay.
fn lowered(text: &str) -> Cow<'_, str> {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(text.chars().skip(1)).collect::<String>().into()
        }
        _ => text.into(),
    }
}

fn listed(names: &[String]) -> String {
    names.join(", ")
}

/// Takes the subject apart.
fn header(line: &MessageLine, options: &ConventionalCommitOptions) -> Result<(), Hit> {
    let text = &*line.text;
    let column = |at: usize| text[..at].chars().count() + 1;
    let fail = |at: usize, length: usize, what: &str, expected: &str| {
        Err(shown(line, column(at), length, what, expected))
    };
    let word = |name: &str| options.types.iter().any(|known| known.eq_ignore_ascii_case(name));
    let usual = options.types.iter().find(|name| *name == "feat").or(options.types.first());
    let usual = usual.map_or("feat", |name| &**name);
    let Some(colon) = text.find(':') else {
        let first = text.split([' ', '(']).next().unwrap_or_default();
        // `feat add login` only lacks the colon.
        let example = match text.split_once(' ') {
            Some((name, rest)) if word(name) => format!("{}: {rest}", name.to_lowercase()),
            _ => format!("{usual}: {}", lowered(text.trim())),
        };
        let expected =
            format!("expected `type: description` or `type(scope): description`, for example: {example}");
        return fail(0, first.chars().count(), "no type: the subject has no colon", &expected);
    };
    let end = text.find(['(', '!', ':', ' ', '\t']).unwrap_or(colon);
    let name = &text[..end];
    let description = text[colon + 1..].trim();
    let example = |kind: &str| {
        let description = if description.is_empty() { "say what changes" } else { description };
        format!("for example: {kind}: {description}")
    };
    let rest = &text[end..];
    if name.is_empty() {
        return fail(0, 1, "no type before the colon", &example(usual));
    }
    if !options.types.is_empty() && !word(name) {
        let meant = nearest(name, &options.types).unwrap_or(usual);
        let expected = format!("expected one of {}; {}", listed(&options.types), example(meant));
        return fail(0, name.chars().count(), &format!("unknown type `{name}`"), &expected);
    }
    let mut at = end;
    if rest.starts_with('(') {
        let Some(close) = rest.find(')') else {
            return fail(at, 1, "a scope that isn't closed", &example(&format!("{name}(scope)")));
        };
        scope(line, at, &rest[..=close], options)?;
        at += close + 1;
    } else if options.require_scope {
        let scope = options.scopes.first().map_or("scope", |scope| &**scope);
        let allowed = if options.scopes.is_empty() {
            String::new()
        } else {
            format!("expected one of {}; ", listed(&options.scopes))
        };
        let expected = format!("{allowed}{}", example(&format!("{name}({scope})")));
        return fail(end, 1, "no scope", &expected);
    }
    let mark = if text[at..].starts_with('!') { "!" } else { "" };
    at += mark.len();
    let head = format!("{}{mark}", &text[..at - mark.len()]);
    if !text[at..].starts_with(':') {
        let found = text[at..].chars().next();
        let what = match found {
            Some(' ' | '\t') => "a space before the colon".to_owned(),
            Some('(') if mark.is_empty() => "a second scope".to_owned(),
            Some('(') => "`!` before the scope: it stands before the colon".to_owned(),
            Some(other) => format!("`{other}` where the colon belongs"),
            None => "no colon after the type".to_owned(),
        };
        return fail(at, 1, &what, &example(&head));
    }
    let after = &text[at + 1..];
    if after.trim().is_empty() {
        return fail(at + 1, 1, "no description after the colon", &example(&head));
    }
    if !after.starts_with(' ') {
        let expected = format!("expected a space: {head}: {}", after.trim());
        return fail(at + 1, 1, "no space after the colon", &expected);
    }
    Ok(())
}

/// Judges a scope, given with its parentheses.
fn scope(line: &MessageLine, at: usize, scope: &str, options: &ConventionalCommitOptions) -> Result<(), Hit> {
    let inner = &scope[1..scope.len() - 1];
    let column = line.text[..at].chars().count() + 2;
    let length = inner.chars().count();
    let fail = |what: &str, expected: &str| Err(shown(line, column, length, what, expected));
    if inner.trim().is_empty() {
        return fail("an empty scope", "expected a name between the parentheses, or no parentheses");
    }
    if inner.contains('(') || inner.trim() != inner {
        return fail("a scope that is no name", "expected one name, without blanks or parentheses around it");
    }
    let known = |name: &str| options.scopes.iter().any(|known| known.eq_ignore_ascii_case(name.trim()));
    // As conventional-pre-commit separates several.
    let all = |names: &str| known(names) || names.split([':', '-', '.', '#']).all(known);
    if options.scopes.is_empty() || known(inner) || inner.split([',', '/']).all(all) {
        return Ok(());
    }
    let near = xtask_core::config::nearest(inner, options.scopes.iter().map(|name| &**name));
    let near = near.map_or(String::new(), |near| format!("; do you mean `{near}`?"));
    fail(&format!("unknown scope `{inner}`"), &format!("expected one of {}{near}", listed(&options.scopes)))
}

/// What is wrong about the footers that tell of breaking changes. They decide versions, so one that tools don't see does harm.
fn breaking_changes(lines: &[MessageLine]) -> Vec<Hit> {
    let token = "BREAKING CHANGE".len();
    let expected = "expected, after a blank line: BREAKING CHANGE: say what breaks";
    let mut hits = Vec::new();
    // Whether this paragraph is one of footers.
    let mut footers = false;
    let mut after_blank = true;
    for line in lines {
        if line.is_blank() {
            after_blank = true;
            continue;
        }
        footers = if after_blank { is_trailer(&line.text) } else { footers };
        let begins =
            |word: &str| line.text.get(..token).is_some_and(|start| start.eq_ignore_ascii_case(word));
        if begins("BREAKING CHANGE") || begins("BREAKING-CHANGE") {
            let (name, value) = line.text.split_at(token);
            let upper = name.bytes().all(|byte| !byte.is_ascii_lowercase());
            let what = match value {
                _ if value.starts_with(':') && !upper => "it has to be in upper case",
                _ if value.starts_with(':') && value.trim() == ":" => "nothing is said to break",
                _ if value.starts_with(':') && !value.starts_with(": ") => "no space after the colon",
                _ if value.starts_with(": ") && !after_blank && !footers => {
                    "no blank line before the footers"
                }
                _ => "",
            };
            if !what.is_empty() {
                hits.push(shown(line, 1, token, what, expected));
            }
        }
        after_blank = false;
    }
    hits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Cleanup;

    fn judge(raw: &str, set: impl FnOnce(&mut ConventionalCommitOptions)) -> Vec<String> {
        let mut options = Options::default();
        set(&mut options.conventional_commit);
        let message = Message::new(raw.as_bytes(), &Cleanup::default());
        run(&message, &options).into_iter().map(|hit| hit.message).collect()
    }

    /// The first lines of what is found.
    fn what(raw: &str, set: impl FnOnce(&mut ConventionalCommitOptions)) -> Vec<String> {
        judge(raw, set).iter().map(|message| message.lines().next().unwrap().to_owned()).collect()
    }

    #[test]
    fn the_specifications_examples_pass() {
        for raw in [
            "feat: allow provided config object to extend other configs\n\nBREAKING CHANGE: `extends` key in config file is now used\n",
            "feat!: send an email to the customer when a product is shipped",
            "feat(api)!: send an email to the customer when a product is shipped",
            "chore!: drop support for Node 6\n\nBREAKING CHANGE: use JavaScript features not available in Node 6.",
            "docs: correct spelling of CHANGELOG",
            "feat(lang): add Polish language",
            "fix: prevent racing of requests\n\nIntroduce a request id and a reference to latest request.\n\nRemove timeouts\nwhich were used.\n\nReviewed-by: Z\nRefs: #123",
            "FEAT: upper case is the same type",
            "fix: text\n\nbody\n\nRefs #1\nBREAKING-CHANGE: x\n  and more",
            "fix(a,b/c): x",
            "Merge branch 'a' into b",
            "Merge pull request #1 from a/b",
            "Revert \"feat: x\"",
            "fixup! feat: x",
            "amend! feat: x",
            "# comment\nfeat: x\n# comment\n",
        ] {
            assert_eq!(judge(raw, |_| {}), [""; 0], "{raw}");
        }
    }

    #[test]
    fn faults_are_told_apart() {
        for (raw, expected) in [
            ("", "the message is empty; expected for example `feat: say what is new`"),
            ("add login", "no type: the subject has no colon"),
            ("feature: add login", "unknown type `feature`"),
            ("Update the docs: more", "unknown type `Update`"),
            (": add", "no type before the colon"),
            ("feat add: x", "a space before the colon"),
            ("feat : x", "a space before the colon"),
            ("feat(: x", "a scope that isn't closed"),
            ("feat(): x", "an empty scope"),
            ("feat( a ): x", "a scope that is no name"),
            ("feat!(a): x", "`!` before the scope: it stands before the colon"),
            ("feat(a)(b): x", "a second scope"),
            ("feat(a)b: x", "`b` where the colon belongs"),
            ("feat:", "no description after the colon"),
            ("feat: \n\nbody", "no description after the colon"),
            ("feat:x", "no space after the colon"),
            ("feat(a:b)", "no colon after the type"),
            ("feat: x\nbody", "no blank line after the subject"),
            ("feat: x\n\nbreaking change: y", "it has to be in upper case"),
            ("feat: x\n\nBREAKING CHANGE:", "nothing is said to break"),
            ("feat: x\n\nBREAKING CHANGE:y", "no space after the colon"),
            ("feat: x\n\nbody\nBREAKING CHANGE: y", "no blank line before the footers"),
            ("Merge the two parsers", "no type: the subject has no colon"),
        ] {
            assert_eq!(what(raw, |_| {}), [expected], "{raw}");
        }
    }

    #[test]
    fn options_are_followed() {
        let none = [""; 0];
        let types = |options: &mut ConventionalCommitOptions| options.types = vec!["wip".to_owned()];
        assert_eq!(what("wip: x", types), none);
        assert_eq!(what("feat: x", types), ["unknown type `feat`"]);
        assert_eq!(what("anything: x", |options| options.types.clear()), none);
        let scopes =
            |options: &mut ConventionalCommitOptions| options.scopes = vec!["api".into(), "web".into()];
        for (raw, expected) in [
            ("feat: x", ""),
            ("feat(api): x", ""),
            ("feat(api,web): x", ""),
            ("feat(API-web/api): x", ""),
            ("feat(apo): x", "unknown scope `apo`"),
        ] {
            assert_eq!(what(raw, scopes).concat(), expected, "{raw}");
        }
        assert_eq!(what("feat: x", |options| options.require_scope = true), ["no scope"]);
        assert_eq!(
            what("fixup! feat: x", |options| options.allow_fixup = false),
            ["a commit that is meant to be squashed"]
        );
        assert_eq!(what("Merge branch 'a'", |options| options.allow_merge = false).len(), 1);
        assert_eq!(what("Revert \"x\"", |options| options.allow_revert = false).len(), 1);
    }

    #[test]
    fn errors_show_what_would_be_right() {
        for (raw, expected) in [
            (
                "Added login",
                "no type: the subject has no colon\n  Added login\n  ^^^^^\nexpected `type: description` or `type(scope): description`, for example: feat: added login",
            ),
            (
                "bugfix: crash",
                "unknown type `bugfix`\n  bugfix: crash\n  ^^^^^^\nexpected one of build, chore, ci, docs, feat, fix, perf, refactor, revert, style, test; for example: fix: crash",
            ),
            ("fix:crash", "no space after the colon\n  fix:crash\n      ^\nexpected a space: fix: crash"),
            (
                "fix add login",
                "no type: the subject has no colon\n  fix add login\n  ^^^\nexpected `type: description` or `type(scope): description`, for example: fix: add login",
            ),
        ] {
            assert_eq!(judge(raw, |_| {}), [expected]);
        }
    }

    proptest::proptest! {
        /// Whatever the message: no panic, and a header of the right shape passes.
        #[test]
        fn any_message_is_judged(raw in "[a-z():! \u{e9}\n#]{0,40}", name in "[a-z]{1,8}", text in "[a-z\u{e9}][a-z ()!:]{0,20}") {
            let _ = judge(&raw, |_| {});
            let found = judge(&format!("fix({name})!: {text}"), |_| {});
            proptest::prop_assert!(found.is_empty(), "{:?}", found);
        }
    }
}
