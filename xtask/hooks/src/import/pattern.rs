//! Globs of other managers, as ours or as regular expressions.

/// A pattern with each `{a,b}` written out; `None` where that is too many or the braces don't close.
pub(super) fn expand_braces(pattern: &str) -> Option<Vec<String>> {
    const MOST: usize = 64;
    let mut done = Vec::new();
    let mut open = vec![pattern.to_owned()];
    while let Some(next) = open.pop() {
        if open.len() + done.len() > MOST {
            return None;
        }
        let Some(start) = next.find('{') else {
            done.push(next);
            continue;
        };
        let mut depth = 0;
        let mut cuts = vec![start];
        let mut end = None;
        for (at, one) in next.char_indices().skip_while(|(at, _)| *at < start) {
            match one {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => cuts.push(at),
                _ => {}
            }
            if depth == 0 {
                end = Some(at);
                break;
            }
        }
        let end = end?;
        cuts.push(end);
        let (before, after) = (&next[..start], &next[end + 1..]);
        let all: Vec<String> =
            cuts.windows(2).map(|cut| format!("{before}{}{after}", &next[cut[0] + 1..cut[1]])).collect();
        open.extend(all.into_iter().rev());
    }
    Some(done)
}

/// Whether it is `*.ext`, which all managers read alike: files of that extension, at any depth.
fn is_extension(pattern: &str) -> bool {
    pattern
        .strip_prefix("*.")
        .is_some_and(|rest| !rest.is_empty() && !rest.contains(['*', '?', '[', '/', '!', '(', '\\', '{']))
}

/// What a pattern becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Translated {
    /// Globs that read as in `.gitignore`.
    Globs(Vec<String>),
    /// A regular expression over the path.
    Regex(String),
}

/// A pattern of lefthook's own matcher: over the whole path, case set aside, and `*` goes past `/`.
pub(super) fn of_lefthook(pattern: &str) -> Option<Translated> {
    let all = expand_braces(pattern)?;
    if all.iter().all(|one| is_extension(one)) {
        return Some(Translated::Globs(all));
    }
    let bodies: Vec<String> = all.iter().map(|one| regex_of(one, ".*", ".*", ".")).collect::<Option<_>>()?;
    Some(Translated::Regex(format!("(?i)^{}$", alternatives(&bodies))))
}

/// A pattern of a matcher in which `*` stays within a folder and `**` is any number of folders, over the whole path below `folder`.
pub(super) fn of_paths(pattern: &str) -> Option<Translated> {
    let all = expand_braces(pattern)?;
    let simple = |one: &String| !one.contains(['(', '!', '\\', '+', '@']);
    if all.iter().all(|one| is_simple_path(one)) && all.iter().all(simple) {
        let rooted = |one: &String| {
            let one = one.trim_start_matches("./").trim_start_matches('/');
            format!("/{one}")
        };
        return Some(Translated::Globs(all.iter().map(rooted).collect()));
    }
    None
}

fn is_simple_path(pattern: &str) -> bool {
    !pattern.is_empty() && !pattern.ends_with('/')
}

/// A pattern of micromatch, as lint-staged uses it: without a slash it is about names at any depth.
pub(super) fn of_lint_staged(pattern: &str) -> Option<Translated> {
    if pattern.contains('/') {
        return of_paths(pattern);
    }
    let all = expand_braces(pattern)?;
    if all.iter().all(|one| !one.is_empty() && !one.contains(['(', '!', '\\'])) {
        return Some(Translated::Globs(all));
    }
    // `!(*.min).js`: names that end in the rest, but for those.
    let inner = pattern.strip_prefix("!(")?;
    let (not, rest) = inner.split_once(')')?;
    let not: Vec<String> =
        not.split('|').map(|one| regex_of(one, "[^/]*", "[^/]*", "[^/]")).collect::<Option<_>>()?;
    let rest: Vec<String> = expand_braces(rest)?
        .iter()
        .map(|one| regex_of(one, "[^/]*", "[^/]*", "[^/]"))
        .collect::<Option<_>>()?;
    let rest = alternatives(&rest);
    Some(Translated::Regex(format!("(^|/)(?!{}{rest}$)[^/]*{rest}$", alternatives(&not))))
}

fn alternatives(bodies: &[String]) -> String {
    match bodies {
        [one] => one.clone(),
        many => format!("(?:{})", many.join("|")),
    }
}

/// The regular expression of a glob without braces, given what `*`, `**` and `?` stand for.
fn regex_of(glob: &str, star: &str, stars: &str, one: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = glob.chars().peekable();
    while let Some(next) = rest.next() {
        match next {
            '*' if rest.peek() == Some(&'*') => {
                while rest.next_if_eq(&'*').is_some() {}
                out.push_str(stars);
            }
            '*' => out.push_str(star),
            '?' => out.push_str(one),
            '[' => {
                out.push('[');
                if rest.next_if(|next| matches!(next, '!' | '^')).is_some() {
                    out.push('^');
                }
                loop {
                    match rest.next()? {
                        ']' => break,
                        other if "\\[&~".contains(other) => out.extend(['\\', other]),
                        other => out.push(other),
                    }
                }
                out.push(']');
            }
            '\\' => escape(&mut out, rest.next()?),
            other => escape(&mut out, other),
        }
    }
    Some(out)
}

fn escape(out: &mut String, one: char) {
    if r"\.+*?()|[]{}^$".contains(one) {
        out.push('\\');
    }
    out.push(one);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn globs(all: &[&str]) -> Translated {
        Translated::Globs(all.iter().map(|&one| one.to_owned()).collect())
    }

    fn regex(text: &str) -> Translated {
        Translated::Regex(text.to_owned())
    }

    #[test]
    fn braces_are_written_out() {
        for (pattern, all) in [
            ("*.js", Some(vec!["*.js"])),
            ("*.{js,ts}", Some(vec!["*.js", "*.ts"])),
            ("{a,b}/*.{c,{d,e}f}", Some(vec!["a/*.c", "a/*.df", "a/*.ef", "b/*.c", "b/*.df", "b/*.ef"])),
            ("a{}", Some(vec!["a"])),
            ("a{b", None),
        ] {
            let all = all.map(|all| all.into_iter().map(str::to_owned).collect());
            assert_eq!(expand_braces(pattern), all, "{pattern}");
        }
        assert_eq!(expand_braces(&"{a,b}".repeat(30)), None);
    }

    #[test]
    fn of_each_matcher() {
        assert_eq!(of_lefthook("*.{js,ts}"), Some(globs(&["*.js", "*.ts"])));
        assert_eq!(of_lefthook("src/**/*.rb"), Some(regex(r"(?i)^src/.*/.*\.rb$")));
        assert_eq!(of_lefthook("Gemfile"), Some(regex("(?i)^Gemfile$")));
        assert_eq!(of_lefthook("a[!x]?"), Some(regex("(?i)^a[^x].$")));
        assert_eq!(of_lefthook("a[x"), None);
        assert_eq!(of_paths("./src/**/*.{ts,tsx}"), Some(globs(&["/src/**/*.ts", "/src/**/*.tsx"])));
        assert_eq!(of_lint_staged("*.md"), Some(globs(&["*.md"])));
        assert_eq!(of_lint_staged("src/*.md"), Some(globs(&["/src/*.md"])));
        assert_eq!(of_lint_staged("package.json"), Some(globs(&["package.json"])));
        assert_eq!(of_lint_staged("!(*test).js"), Some(regex(r"(^|/)(?![^/]*test\.js$)[^/]*\.js$")));
        assert_eq!(of_lint_staged("+(a).js"), None);
    }
}
