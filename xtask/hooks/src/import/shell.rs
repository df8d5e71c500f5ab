//! Commands as words and as lines of `sh`.

/// The words of a command line that a manager splits without a shell; `None` where a quote isn't closed.
pub(super) fn split(line: &str) -> Option<Vec<String>> {
    shlex::split(line)
}

/// The word, quoted where `sh` would read it otherwise.
pub(super) fn quote(word: &str) -> String {
    let plain = |one: char| one.is_ascii_alphanumeric() || "/._-+@%,:=^".contains(one);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// The words as one line.
pub(super) fn join<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| quote(word.as_ref())).collect();
    words.join(" ")
}

/// A short name for a command line: its program, or the script of a package that it runs.
pub(super) fn name_of(line: &str) -> String {
    let words = split(line).unwrap_or_else(|| line.split_whitespace().map(str::to_owned).collect());
    let mut words = words.iter().map(String::as_str).filter(|word| !is_assignment(word)).peekable();
    let mut name = String::new();
    while let Some(word) = words.next() {
        let runner = match word {
            "npx" | "pnpx" | "bunx" | "uvx" | "pipx" | "env" => true,
            "npm" | "pnpm" | "yarn" | "bun" | "uv" | "poetry" | "pdm" | "hatch" | "pipenv" | "rye"
            | "bundle" | "composer" | "dotnet" | "docker" | "docker-compose" => {
                while words.peek().is_some_and(|next| {
                    matches!(*next, "run" | "exec" | "dlx" | "x" | "compose") || next.starts_with('-')
                }) {
                    words.next();
                }
                words.peek().is_some()
            }
            _ => word.starts_with('-'),
        };
        if !runner {
            word.clone_into(&mut name);
            break;
        }
    }
    // `cargo clippy`, `go vet`, `git diff`: the second word tells more.
    let file = name.rsplit('/').next().unwrap_or(&name);
    // `prettier@3`
    let file = file.split('@').find(|part| !part.is_empty()).unwrap_or(file).to_owned();
    let mut parts = vec![file];
    if matches!(parts[0].as_str(), "cargo" | "go" | "git" | "make" | "just" | "mix" | "rails" | "rake") {
        parts.extend(words.next().filter(|word| !word.starts_with('-')).map(str::to_owned));
    }
    let name = parts.join("-");
    let name: String = name
        .chars()
        .map(|one| if one.is_ascii_alphanumeric() || "_-.".contains(one) { one } else { '-' })
        .collect();
    let name = name.trim_matches('-');
    name.strip_suffix(".sh").unwrap_or(name).chars().take(40).collect()
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|one| one.is_ascii_alphanumeric() || one == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_runs() {
        for (line, name) in [
            ("eslint --fix", "eslint"),
            ("npx --no -- commitlint --edit $1", "commitlint"),
            ("npm test", "test"),
            ("npx prettier@3 -w", "prettier"),
            ("npx @biomejs/biome@1 ci", "biome"),
            ("npm run lint:css", "lint-css"),
            ("yarn lint", "lint"),
            ("uv run pytest -q", "pytest"),
            ("poetry run mypy .", "mypy"),
            ("cargo clippy -- -D warnings", "cargo-clippy"),
            ("cargo --version", "cargo"),
            ("./scripts/check.sh", "check"),
            ("CI=1 make lint", "make-lint"),
            ("docker compose run --rm web", "web"),
            ("'unclosed", "unclosed"),
            ("", ""),
        ] {
            assert_eq!(name_of(line), name, "{line}");
        }
    }

    #[test]
    fn words_survive() {
        for words in [vec!["a", "b c", "it's", "", "$x", "*", "{files}", "~", "a=b"], vec!["-x"]] {
            assert_eq!(split(&join(&words)).unwrap(), words);
        }
    }
}
