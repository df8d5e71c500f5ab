//! What a program printed, and how it ended, in a form that snapshots can hold.

use std::fmt;
use std::path::Path;

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its arguments.
    pub command: String,
    /// Its exit code; negative: the signal that ended it.
    pub code: i32,
    /// What it printed on standard output.
    pub stdout: String,
    /// What it printed on standard error.
    pub stderr: String,
}

impl Output {
    /// The same with what differs between runs and machines taken out: the sandbox's folder becomes `[ROOT]`, times `[TIME]`; blanks
    /// at the ends of lines go.
    pub fn redacted(&self, root: &Path) -> Self {
        let clean = |text: &str| {
            let text = without_times(&text.replace(&root.display().to_string(), "[ROOT]"));
            text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
        };
        Self { stdout: clean(&self.stdout), stderr: clean(&self.stderr), ..self.clone() }
    }

    /// Standard output as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|wrong| panic!("{wrong} in the output of {}:\n{self}", self.command))
    }
}

impl fmt::Display for Output {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "$ xtask {}\n[exit {}]\n", self.command, self.code)?;
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                write!(out, "--- {name}\n{}\n", text.trim_end_matches('\n'))?;
            }
        }
        Ok(())
    }
}

/// Durations as the reports write them (`12 ms`, `1.3 s`, `2m 04s`) become `[TIME]`; blanks before them fold to one, since a
/// column's width follows its content.
fn without_times(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let words: Vec<&str> = line.split_inclusive(' ').collect();
        let mut at = 0;
        while at < words.len() {
            let number = words[at].trim_matches([' ', '(', '\n']);
            let unit = words.get(at + 1).map(|word| word.trim_matches([' ', ')', '\n', ',']));
            let is_number = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit() || c == '.');
            if is_number && matches!(unit, Some("ms" | "s")) {
                if words[at].starts_with('(') {
                    out.push('(');
                }
                let folded = out.trim_end_matches(' ').len();
                if folded < out.len() {
                    out.truncate(folded);
                    out.push(' ');
                }
                out.push_str("[TIME]");
                let tail = words[at + 1].trim_start_matches(char::is_alphabetic);
                out.push_str(tail);
                at += 2;
            } else {
                out.push_str(words[at]);
                at += 1;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_taken_out() {
        assert_eq!(without_times("lint  passed   12 ms  2 files\n"), "lint  passed [TIME]  2 files\n");
        assert_eq!(without_times("done (1.3 s)\n"), "done ([TIME])\n");
        assert_eq!(without_times("took 5 ms\nnext\n"), "took [TIME]\nnext\n");
        assert_eq!(without_times("5 files\n"), "5 files\n");
    }
}
