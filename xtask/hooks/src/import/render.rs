//! The draft as TOML that a person reads: a stable order, defaults left out, a comment where the origin matters.

use toml_edit::{Array, InlineTable, Key, Value};

use super::draft::{CommandDraft, Draft, PatternDraft, Rules, Setting, StageDraft};

/// The TOML. Commands that may fetch a program and that `accepted` doesn't take are written as comments.
pub(super) fn toml(draft: &Draft, accepted: &dyn Fn(&str) -> bool) -> String {
    let mut out = Lines::default();
    for comment in &draft.comments {
        out.comment(comment);
    }
    // They stand right above the first table, as a part of it.
    out.joined = true;
    if draft.stop_on_fix || draft.fail_fast {
        out.table(&["hooks"]);
        if draft.stop_on_fix {
            out.set("on-fix", "stop");
        }
        if draft.fail_fast {
            out.set("fail-fast", true);
        }
    }
    for (stage, table) in &draft.stages {
        render_stage(&mut out, stage.name(), table, accepted);
    }
    out.text
}

fn render_stage(out: &mut Lines, stage: &str, table: &StageDraft, accepted: &dyn Fn(&str) -> bool) {
    let general = !table.checks.is_empty() || !table.exclude.is_empty() || table.exclude_regex.is_some();
    // A stage whose only commands wait for acceptance is there all the same: pre-commit without a table has the default checks.
    if general || table.commands.iter().all(|one| one.fetched && !accepted(&one.name)) {
        out.table(&["hooks", stage]);
    }
    if !table.checks.is_empty() {
        out.list("checks", &table.checks.iter().map(|check| check.id.clone()).collect::<Vec<_>>());
    }
    out.list("exclude", &table.exclude);
    out.optional("exclude-regex", table.exclude_regex.as_deref());
    for check in &table.checks {
        if !check.options.is_empty() {
            out.table(&["hooks", stage, "options", &check.id]);
            for (key, setting) in &check.options {
                match setting {
                    Setting::Flag => out.set(key, true),
                    Setting::Text(text) => out.set(key, text.as_str()),
                    Setting::Number(number) => out.set(key, *number),
                    Setting::List(list) => out.set(key, list.iter().collect::<Array>()),
                }
            }
        }
        if check.rules != Rules::default() {
            out.table(&["hooks", stage, "files", &check.id]);
            rules(out, &check.rules);
        }
    }
    for pattern in &table.patterns {
        render_pattern(out, stage, pattern);
    }
    for command in &table.commands {
        let mut one = Lines::default();
        render_command(&mut one, stage, command);
        if command.fetched && !accepted(&command.name) {
            out.gap();
            out.comment(&format!(
                "not accepted yet: uncomment it, or import again with --write --replace --accept {}",
                command.name
            ));
            for line in one.text.lines() {
                out.text.push_str(if line.is_empty() { "#" } else { "# " });
                out.text.push_str(line);
                out.text.push('\n');
            }
        } else {
            out.gap();
            out.text.push_str(&one.text);
        }
    }
}

fn render_command(out: &mut Lines, stage: &str, command: &CommandDraft) {
    for comment in &command.comments {
        out.comment(comment);
    }
    out.header(&["hooks", stage, "commands", &command.name]);
    out.set("run", command.run.as_str());
    rules(out, &command.rules);
    for (key, flag) in [("fixes", command.fixes), ("always", command.always), ("serial", command.serial)] {
        if flag {
            out.set(key, true);
        }
    }
    out.optional("folder", command.folder.as_deref());
    out.optional("timeout", command.timeout.as_deref());
    if !command.env.is_empty() {
        let env: InlineTable =
            command.env.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        out.set("env", env);
    }
}

fn render_pattern(out: &mut Lines, stage: &str, pattern: &PatternDraft) {
    out.gap();
    for comment in &pattern.comments {
        out.comment(comment);
    }
    out.header(&["hooks", stage, "patterns", &pattern.name]);
    out.optional("deny", pattern.deny.as_deref());
    out.optional("require", pattern.require.as_deref());
    out.optional("message", pattern.message.as_deref());
    for (key, flag) in [("ignore-case", pattern.ignore_case), ("multiline", pattern.multiline)] {
        if flag {
            out.set(key, true);
        }
    }
    rules(out, &pattern.rules);
}

fn rules(out: &mut Lines, rules: &Rules) {
    out.list("types", &rules.types);
    out.list("types-all", &rules.types_all);
    out.list("exclude-types", &rules.exclude_types);
    out.list("glob", &rules.glob);
    out.list("exclude", &rules.exclude);
    out.optional("regex", rules.regex.as_deref());
    out.optional("exclude-regex", rules.exclude_regex.as_deref());
}

/// The text so far.
#[derive(Default)]
struct Lines {
    text: String,
    /// Whether the next table follows without an empty line.
    joined: bool,
}

impl Lines {
    /// An empty line, unless it is the beginning or the comments that belong to the beginning.
    fn gap(&mut self) {
        if !std::mem::take(&mut self.joined) && !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    fn comment(&mut self, text: &str) {
        for line in text.lines() {
            // Control characters have no place in a comment.
            let line: String = line.chars().map(|one| if one.is_control() { ' ' } else { one }).collect();
            self.text.push_str(format!("# {line}").trim_end());
            self.text.push('\n');
        }
    }

    fn table(&mut self, path: &[&str]) {
        self.gap();
        self.header(path);
    }

    fn header(&mut self, path: &[&str]) {
        let path: Vec<String> = path.iter().map(|part| Key::new(*part).to_string()).collect();
        self.text.extend(["[", &path.join("."), "]\n"]);
    }

    fn set(&mut self, key: &str, value: impl Into<Value>) {
        let value: Value = value.into();
        let value = value.decorated("", "").to_string();
        self.text.extend([&Key::new(key).to_string(), " = ", &value, "\n"]);
    }

    fn optional(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.set(key, value);
        }
    }

    /// A list, one entry a line where it is long; left out where empty.
    fn list(&mut self, key: &str, values: &[String]) {
        let mut array: Array = values.iter().collect();
        if values.is_empty() {
            return;
        }
        if values.iter().map(|value| value.len() + 4).sum::<usize>() > 90 {
            for value in array.iter_mut() {
                value.decor_mut().set_prefix("\n    ");
            }
            array.set_trailing("\n");
            array.set_trailing_comma(true);
        }
        self.set(key, array);
    }
}
