//! Patterns: what no file may hold, what each must hold, or files that may not be there (pre-commit's `pygrep` and `fail`).

use xtask_core::config::{Fault, Keys};
use xtask_core::model::{Problem, RepoPath, Result};

use super::{ContentRegex, FileRules, Runaway, with_file_rules};
use crate::checks::Hit;

with_file_rules! {
    /// `[hooks.STAGE.patterns.NAME]`: with `deny` or `require` on what the files hold; without them the files themselves are refused.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct PatternTable {
        /// A regular expression as in Python that no line of a file may match.
        pub deny: Option<String>,
        /// A regular expression as in Python that some line of each file must match.
        pub require: Option<String>,
        /// What a finding says.
        pub message: Option<String>,
        /// Whether upper and lower case are the same.
        #[serde(default)]
        pub ignore_case: bool,
        /// Whether the expression is searched in a file as a whole: `.` is any character then, `^` and `$` are at every line.
        #[serde(default)]
        pub multiline: bool,
    }
}

/// One pattern, ready to be asked.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// Its name.
    pub name: String,
    /// The files it is about.
    pub files: FileRules,
    /// Whether upper and lower case are the same to it.
    pub ignore_case: bool,
    message: Option<String>,
    rule: Rule,
}

#[derive(Clone, Debug)]
enum Rule {
    Deny(ContentRegex),
    Require(ContentRegex),
    Refuse,
}

impl Pattern {
    /// The pattern `name` of `table`, to which `keys` lead: `hooks.pre-commit.patterns.name`.
    pub fn new(keys: &Keys, name: &str, table: &PatternTable) -> Result<Self, Fault> {
        let regex = |key: &str, source: &str| {
            ContentRegex::new(source, table.ignore_case, table.multiline).map_err(|why| {
                keys.key(key).fault(
                    Problem::usage(format!("`{source}` is no regex as in Python")).why(why).fix(
                        "mend the expression; `python3 -c 'import re; re.compile(…)'` shows where it breaks",
                    ),
                )
            })
        };
        let rule = match (&table.deny, &table.require) {
            (Some(deny), None) => Rule::Deny(regex("deny", deny)?),
            (None, Some(require)) => Rule::Require(regex("require", require)?),
            (None, None) => Rule::Refuse,
            (Some(_), Some(_)) => {
                let problem = Problem::usage("`deny` and `require` exclude each other");
                return Err(keys.fault(problem.fix("make two patterns of it")));
            }
        };
        Ok(Self {
            files: FileRules::new(keys, &table.file_rules(), false)?,
            name: name.to_owned(),
            ignore_case: table.ignore_case,
            message: table.message.clone(),
            rule,
        })
    }

    /// Whether it looks at what files hold.
    pub fn needs_bytes(&self) -> bool {
        !matches!(self.rule, Rule::Refuse)
    }

    /// What it holds against a file that is one of [`Pattern::files`]. A regex that runs away is a problem.
    pub fn check(&self, path: &RepoPath, bytes: &[u8]) -> Result<Vec<Hit>> {
        let runaway = |cause: Runaway| {
            Problem::invalid(format!("can't check {path} with the pattern {}", self.name))
                .why(cause)
                .fix("write the regex without nested repeats")
        };
        let say = |otherwise: String| self.message.clone().unwrap_or(otherwise);
        Ok(match &self.rule {
            Rule::Deny(regex) => {
                let message = say(format!("matches `{}`", regex.as_str()));
                let lines = regex.lines(bytes).map_err(runaway)?;
                lines.into_iter().map(|line| Hit::line(line, message.clone())).collect()
            }
            Rule::Require(regex) if regex.is_found(bytes).map_err(runaway)? => Vec::new(),
            Rule::Require(regex) => vec![Hit::file(say(format!("nothing matches `{}`", regex.as_str())))],
            Rule::Refuse => vec![Hit::file(say(format!("{} refuses this file", self.name)))],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Result<Pattern> {
        let keys = Keys::of("hooks").key("pre-commit").key("patterns").key("p");
        Ok(Pattern::new(&keys, "p", &toml::from_str(text).unwrap())?)
    }

    fn hits(text: &str, bytes: &[u8]) -> Vec<(Option<u32>, String)> {
        let hits = pattern(text).unwrap().check(&"a".into(), bytes).unwrap();
        hits.into_iter().map(|hit| (hit.line, hit.message)).collect()
    }

    #[test]
    fn denied_required_and_refused() {
        let at = |line: u32, message: &str| (Some(line), message.to_owned());
        let whole = |message: &str| (None, message.to_owned());
        let text = b"a\nB todo\nTODO\n";
        for (table, expected) in [
            ("deny = 'TODO'", vec![at(3, "matches `TODO`")]),
            ("deny = 'TODO'\nignore-case = true\nmessage = 'later'", vec![at(2, "later"), at(3, "later")]),
            ("deny = 'a.B'\nmultiline = true", vec![at(1, "matches `a.B`")]),
            ("deny = 'a.B'", vec![]),
            ("require = '^a$'", vec![]),
            ("require = '^b$'", vec![whole("nothing matches `^b$`")]),
            ("require = 'a.B'\nmultiline = true", vec![]),
            ("", vec![whole("p refuses this file")]),
            ("message = 'no such files'", vec![whole("no such files")]),
        ] {
            assert_eq!(hits(table, text), expected, "{table}");
        }
        assert_eq!(hits("require = ''", b"").len(), 1, "an empty file has no line");
        assert!(!pattern("").unwrap().needs_bytes() && pattern("deny = 'a'").unwrap().needs_bytes());
    }

    #[test]
    fn mistakes_name_their_key() {
        for (table, what) in [
            ("deny = 'a('", "hooks.pre-commit.patterns.p.deny: `a(` is no regex as in Python"),
            ("require = '*a'", "hooks.pre-commit.patterns.p.require: `*a` is no regex as in Python"),
            (
                "deny = 'a'\nrequire = 'b'",
                "hooks.pre-commit.patterns.p: `deny` and `require` exclude each other",
            ),
            ("glob = ['a{']", "hooks.pre-commit.patterns.p.glob.0: `a{` is no glob"),
        ] {
            assert_eq!(pattern(table).unwrap_err().what, what);
        }
        let problem = pattern("deny = '^(?:(?=a)a+)+$'")
            .unwrap()
            .check(&"f".into(), format!("{}b", "a".repeat(60)).as_bytes());
        assert_eq!(problem.unwrap_err().what, "can't check f with the pattern p");
    }
}
