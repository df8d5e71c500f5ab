//! From `[hooks]` to what a stage runs: checks without repeats, compiled globs, `XTASK_SKIP` taken into account.

use std::collections::BTreeMap;
use std::time::Duration;

use xtask_core::config::{Fault, Globs, Keys, nearest};
use xtask_core::environment::Environment;
use xtask_core::model::{Problem, RepoPath, Result};

use crate::checks::{self, Check, File};
use crate::commands::FILES;
use crate::message::misplaced;
use crate::options::Options;
use crate::rules::{FileRules, FileRulesTable, Pattern};
use crate::section::{CheckName, CommandTable, HooksSection, OnFix, Place, StageTable};
use crate::stage::Stage;
use crate::types::Tags;

/// The variable that skips checks and commands by name, separated by commas.
pub const SKIP: &str = "XTASK_SKIP";

/// What a stage runs.
#[derive(Clone, Debug)]
pub struct StagePlan {
    /// The stage.
    pub stage: Stage,
    /// The checks, in the order in which they are listed.
    pub checks: Vec<&'static Check>,
    /// What is set on them.
    pub options: Options,
    /// The files that nothing of the stage gets.
    pub exclude: FileRules,
    /// Which files a check gets beyond its own choice, by its id.
    pub check_rules: BTreeMap<&'static str, FileRules>,
    /// What lines or files must not, or must, hold.
    pub patterns: Vec<Pattern>,
    /// The commands, by name.
    pub commands: Vec<Command>,
    /// What `XTASK_SKIP` took out.
    pub skipped: Vec<String>,
    /// Whether the first failure stops the rest.
    pub fail_fast: bool,
    /// What happens to a commit that a fixer changed.
    pub on_fix: OnFix,
    /// What is linked into the snapshot.
    pub link: Vec<String>,
}

/// One command of a stage.
#[derive(Clone, Debug)]
pub struct Command {
    /// Its name.
    pub name: String,
    /// What `sh -c` gets, with `{files}`.
    pub run: String,
    /// Which files it gets.
    pub rules: FileRules,
    /// Whether rules choose its files at all.
    pub chooses: bool,
    /// Whether it changes files to mend them.
    pub fixes: bool,
    /// How long it may run.
    pub timeout: Option<Duration>,
    /// Where it runs, where that is said.
    pub place: Option<Place>,
    /// Whether it runs where no file matches, too.
    pub always: bool,
    /// Whether just one process of it may run at a time.
    pub serial: bool,
    /// The folder in which it runs.
    pub folder: Option<RepoPath>,
    /// Variables of its environment.
    pub env: Vec<(String, String)>,
    /// What else its verdict depends on, where passing may be remembered.
    pub inputs: Option<Globs>,
}

impl Command {
    fn new(keys: &Keys, name: &str, table: &CommandTable) -> Result<Self, Fault> {
        let wrong = |key: &str, what: String| Err(keys.key(key).fault(Problem::usage(what)));
        let folder = match table.folder.as_deref().map(|folder| folder.trim_end_matches('/')) {
            None | Some("" | ".") => None,
            Some(folder) if leaves(folder) => {
                let problem = Problem::usage(format!("{folder:?} lies outside the repository"));
                return Err(keys.key("folder").fault(problem.fix("name a folder below its top")));
            }
            Some(folder) => Some(RepoPath::from(folder.strip_prefix("./").unwrap_or(folder))),
        };
        if table.run.trim().is_empty() {
            return wrong(
                "run",
                "`run` is empty, which would pass without having looked at anything".to_owned(),
            );
        }
        if table.timeout.is_some_and(|span| span.0.is_zero()) {
            let what = "`timeout` is zero, and no command is as fast; leave it out for no limit";
            return wrong("timeout", what.to_owned());
        }
        if let Some((name, _)) = table
            .env
            .iter()
            .find(|(name, value)| name.is_empty() || name.contains(['=', '\0']) || value.contains('\0'))
        {
            return wrong("env", format!("`env` sets {name:?}, which can be no variable"));
        }
        let inputs = table.inputs.as_ref().map(|inputs| keys.key("inputs").globs(inputs)).transpose()?;
        Ok(Self {
            name: name.to_owned(),
            run: table.run.clone(),
            rules: FileRules::new(keys, &table.file_rules(), table.fixes)?,
            chooses: folder.is_some() || table.file_rules() != FileRulesTable::default(),
            fixes: table.fixes,
            timeout: table.timeout.map(|span| span.0),
            place: table.place,
            always: table.always,
            serial: table.serial,
            folder,
            env: table.env.clone().into_iter().collect(),
            inputs,
        })
    }

    /// Whether it asks for files by `{files}`.
    pub fn wants_files(&self) -> bool {
        self.run.contains(FILES)
    }

    /// Whether it gets this file.
    pub fn takes(&self, path: &RepoPath, tags: Tags) -> Result<bool> {
        Ok(self.is_below_folder(path) && self.rules.matches(path, tags)?.is_yes())
    }

    /// Whether the file lies below the command's folder.
    pub fn is_below_folder(&self, path: &RepoPath) -> bool {
        let inside = |folder: &RepoPath| {
            path.as_bytes().strip_prefix(folder.as_bytes()).is_some_and(|rest| rest.starts_with(b"/"))
        };
        self.folder.as_ref().is_none_or(inside)
    }
}

/// Whether a folder is no folder below the top.
fn leaves(folder: &str) -> bool {
    folder.starts_with('/') || folder.contains('\\') || folder.split('/').any(|part| part == "..")
}

fn unknown_check(id: &str) -> Problem {
    let ids: Vec<&str> = checks::all().iter().map(|check| check.id).collect();
    let near = nearest(id, ids.iter().copied());
    Problem::usage(format!("there is no check `{id}`"))
        .why(format!("the checks are {}", ids.join(", ")))
        .fix(near.map(|near| format!("did you mean `{near}`?")).unwrap_or_default())
}

impl StagePlan {
    /// What `section` says of `stage`.
    pub fn new(stage: Stage, section: &HooksSection, environment: &Environment) -> Result<Self> {
        Ok(Self::resolve(stage, section, environment)?)
    }

    /// The same, with the keys that lead to what is wrong.
    pub(crate) fn resolve(
        stage: Stage,
        section: &HooksSection,
        environment: &Environment,
    ) -> Result<Self, Fault> {
        let default = StageTable {
            checks: match stage {
                Stage::PreCommit => vec![CheckName::Default],
                _ => Vec::new(),
            },
            ..StageTable::default()
        };
        let table = section.stage(stage).unwrap_or(&default);
        let mut listed: Vec<&'static Check> = Vec::new();
        for name in &table.checks {
            let named: &[&'static Check] = match name {
                CheckName::Default => &checks::DEFAULT,
                CheckName::One(check) => &[check],
            };
            for &check in named {
                if !listed.iter().any(|known| known.id == check.id) {
                    listed.push(check);
                }
            }
        }
        let keys = Keys::of("hooks").key(stage.name());
        let of = keys.key("commands");
        let commands = table.commands.0.iter();
        let mut commands = commands
            .map(|(name, table)| Command::new(&of.key(name), name, table))
            .collect::<Result<Vec<_>, _>>()?;
        let of = keys.key("files");
        let mut check_rules = BTreeMap::new();
        for (id, rules) in &table.files {
            let check = checks::by_id(id).ok_or_else(|| of.key(id).fault(unknown_check(id)))?;
            let rules = FileRules::new(&of.key(id), rules, check.fix.is_some())?;
            let of_files = !matches!(check.takes, "symlink" | "directory");
            check_rules.insert(check.id, if of_files { rules } else { rules.of_any_kind() });
        }
        if let Some(check) = misplaced(stage, &listed).first() {
            let problem = Problem::usage(format!("{} checks a commit's message", check.id))
                .why(format!("{} has none", stage.name()))
                .fix("list it in `[hooks.commit-msg] checks`");
            return Err(keys.key("checks").fault(problem));
        }
        for check in listed.iter().filter(|check| !check_rules.contains_key(check.id)) {
            if let Some(problem) = check.files_not_named(stage.name()) {
                return Err(keys.key("checks").fault(problem));
            }
        }
        let of = keys.key("patterns");
        let patterns = table.patterns.iter();
        let mut patterns = patterns
            .map(|(name, table)| Pattern::new(&of.key(name), name, table))
            .collect::<Result<Vec<_>, _>>()?;
        let mut skipped = Vec::new();
        for name in environment.text(SKIP).unwrap_or_default().split(',').map(str::trim) {
            let before = (listed.len(), patterns.len(), commands.len());
            patterns.retain(|pattern| pattern.name != name);
            listed.retain(|check| check.id != name);
            commands.retain(|command| command.name != name);
            if (listed.len(), patterns.len(), commands.len()) != before {
                skipped.push(name.to_owned());
            }
        }
        Ok(Self {
            stage,
            checks: listed,
            options: table.options.clone(),
            exclude: FileRules::new(
                &keys,
                &FileRulesTable {
                    exclude: table.exclude.clone(),
                    exclude_regex: table.exclude_regex.clone(),
                    ..FileRulesTable::default()
                },
                false,
            )?
            .of_any_kind(),
            check_rules,
            patterns,
            commands,
            skipped,
            fail_fast: section.fail_fast,
            on_fix: section.on_fix,
            link: section.link.clone(),
        })
    }

    /// Whether there is nothing to run.
    pub fn is_empty(&self) -> bool {
        self.checks.is_empty() && self.patterns.is_empty() && self.commands.is_empty()
    }

    /// The checks that a file gets: those that mend leave generated files alone, unless their rules say otherwise.
    pub(crate) fn checks_of(&self, file: &File<'_>) -> Result<Vec<&'static Check>> {
        let mut checks = Vec::with_capacity(self.checks.len());
        for &check in &self.checks {
            if self.check_takes(check, file)? {
                checks.push(check);
            }
        }
        Ok(checks)
    }

    /// Whether a check gets this file: rules of the configuration on paths and types stand in for the check's own.
    pub(crate) fn check_takes(&self, check: &Check, file: &File<'_>) -> Result<bool> {
        let Some(rules) = self.check_rules.get(check.id) else {
            return Ok(check.takes_by_default(file) && (check.fix.is_none() || !file.tags.is_generated()));
        };
        Ok(rules.matches(file.path, file.tags)?.is_yes()
            && (rules.ask_types() || file.tags.has(check.takes))
            && (rules.chooses_paths() || check.takes_path(file.path)))
    }

    /// Whether a check on the whole tree gets this path, by what the configuration says of it: without rules it chooses itself.
    pub(crate) fn tree_takes(&self, check: &Check, path: &RepoPath, tags: Tags) -> Result<bool> {
        let rules = self.check_rules.get(check.id);
        rules.map_or(Ok(true), |rules| rules.matches(path, tags).map(|matched| matched.is_yes()))
    }

    /// A line for each name in `XTASK_SKIP` that nothing has, in no stage: one variable may skip in several of them.
    pub fn unknown_skips(section: &HooksSection, environment: &Environment) -> Vec<String> {
        let mut names: Vec<&str> = checks::all().iter().map(|check| check.id).collect();
        for table in Stage::ALL.into_iter().filter_map(|stage| section.stage(stage)) {
            names.extend(table.commands.0.iter().map(|(name, _)| name.as_str()));
            names.extend(table.patterns.keys().map(String::as_str));
        }
        let skipped = environment.text(SKIP).unwrap_or_default().split(',').map(str::trim);
        let unknown = skipped.filter(|name| !name.is_empty() && !names.contains(name));
        unknown
            .map(|name| {
                let near = nearest(name, names.iter().copied());
                let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                format!("{SKIP} names `{name}`, and no check, pattern or command is called so{near}")
            })
            .collect()
    }

    /// A line for each name that `XTASK_SKIP` took out, for `--plan`.
    pub fn skipped_lines(&self) -> impl Iterator<Item = String> {
        self.skipped.iter().map(|name| format!("{name}: skipped by XTASK_SKIP"))
    }

    /// Whether somebody needs to know what every file is, content included.
    pub(crate) fn asks_types(&self) -> bool {
        let commands = self.commands.iter().map(|command| &command.rules);
        let patterns = self.patterns.iter().map(|pattern| &pattern.files);
        // What the interpreter gets is chosen after the pass, by what each file is then known to be.
        self.checks.iter().any(|check| matches!(check.work, checks::Work::Python))
            || self.check_rules.values().chain(commands).chain(patterns).any(FileRules::ask_types)
    }

    /// Whether somebody needs to know which files are generated.
    pub(crate) fn asks_generated(&self) -> bool {
        let commands = self.commands.iter().map(|command| &command.rules);
        let patterns = self.patterns.iter().map(|pattern| &pattern.files);
        self.checks.iter().any(|check| check.fix.is_some())
            || self.check_rules.values().chain(commands).chain(patterns).any(FileRules::ask_generated)
    }

    /// Whether the stage's own rules let a file through.
    pub(crate) fn looks_at(&self, path: &RepoPath, tags: Tags) -> Result<bool> {
        self.exclude.matches(path, tags).map(|matched| matched.is_yes())
    }
}

#[cfg(test)]
mod tests {
    use xtask_core::config::Config;
    use xtask_core::model::RepoPath;

    use super::*;

    fn plan(text: &str, skip: &str) -> StagePlan {
        let section: HooksSection = Config::parse("xtask.toml", text).unwrap().section_or_default().unwrap();
        StagePlan::new(Stage::PreCommit, &section, &Environment::from_pairs([(SKIP, skip)])).unwrap()
    }

    fn ids(plan: &StagePlan) -> Vec<&str> {
        plan.checks.iter().map(|check| check.id).collect()
    }

    #[test]
    fn without_a_table_the_ten_run_and_with_one_what_it_lists() {
        assert_eq!(plan("", "").checks.len(), 10);
        assert!(plan("[hooks.pre-commit]\nexclude = [\"a\"]\n", "").is_empty());
        let listed =
            plan("[hooks.pre-commit]\nchecks = [\"check-yaml\", \"check-json\", \"check-yaml\"]\n", "");
        assert_eq!(ids(&listed), ["check-yaml", "check-json"]);
        let both = plan("[hooks.pre-commit]\nchecks = [\"check-yaml\", \"default\"]\n", "");
        assert_eq!((both.checks.len(), both.checks[0].id), (10, "check-yaml"));
        let section = HooksSection::default();
        assert!(StagePlan::new(Stage::PrePush, &section, &Environment::default()).unwrap().is_empty());
    }

    #[test]
    fn a_check_that_knows_no_files_wants_them_named() {
        let text = "[hooks.pre-commit]\nchecks = [\"file-contents-sorter\"]\n";
        let section: HooksSection = Config::parse("xtask.toml", text).unwrap().section_or_default().unwrap();
        let problem = StagePlan::new(Stage::PreCommit, &section, &Environment::default()).unwrap_err();
        assert!(problem.fix.contains("[hooks.pre-commit.files.file-contents-sorter]"), "{problem}");
    }

    #[test]
    fn a_check_whose_files_are_named_gets_them() {
        let plan = plan(
            "[hooks.pre-commit]\nchecks = ['file-contents-sorter']\nfiles.file-contents-sorter.glob = ['a.txt']\n",
            "",
        );
        for (name, expected) in [("a.txt", true), ("b.txt", false)] {
            let path = RepoPath::from(name);
            let file = File { path: &path, tags: Tags::of_name(path.file_name(), false), size: 1 };
            assert_eq!(plan.checks_of(&file).unwrap().len(), usize::from(expected), "{name}");
        }
    }

    #[test]
    fn links_and_submodules_are_looked_at_unless_they_are_excluded() {
        let plan = plan(
            "[hooks.pre-commit]\nchecks = ['check-symlinks']\nexclude = ['no*']\nfiles.check-symlinks.exclude = ['a']\n",
            "",
        );
        for tags in [Tags::symlink(), Tags::submodule(), Tags::of_name(b"x", false)] {
            assert_eq!(plan.looks_at(&"yes".into(), tags), Ok(true));
            assert_eq!(plan.looks_at(&"no".into(), tags), Ok(false));
        }
        let takes = |path: &str| plan.tree_takes(plan.checks[0], &path.into(), Tags::symlink());
        assert_eq!((takes("a"), takes("b")), (Ok(false), Ok(true)));
    }

    #[test]
    fn commands_that_could_not_run_are_refused() {
        for (keys, said) in [
            ("run = '  '", "`run` is empty"),
            ("run = 'x'\ntimeout = '0s'", "`timeout` is zero"),
            ("run = 'x'\nenv = { 'A=B' = 'c' }", "can be no variable"),
            ("run = 'x'\nenv = { '' = 'c' }", "can be no variable"),
            ("run = 'x'\nenv = { A = \"c\\u0000\" }", "can be no variable"),
            ("run = 'x'\nfolder = '../x'", "outside the repository"),
        ] {
            let text = format!("[hooks.pre-commit.commands.lint]\n{keys}\n");
            let section: HooksSection =
                Config::parse("xtask.toml", &text).unwrap().section_or_default().unwrap();
            let problem = StagePlan::new(Stage::PreCommit, &section, &Environment::default()).unwrap_err();
            assert!(problem.what.contains(said) && problem.what.contains("commands.lint"), "{problem}");
        }
    }

    #[test]
    fn names_to_skip_that_nothing_has_are_told() {
        let text = "[hooks.pre-push.commands.pytest]\nrun = \"x\"\n[hooks.pre-commit.patterns.marks]\ndeny = \"x\"\n";
        let section: HooksSection = Config::parse("xtask.toml", text).unwrap().section_or_default().unwrap();
        for (skip, told) in [
            ("", ""),
            ("pytest, marks,check-yaml,", ""),
            (
                "pytset",
                "XTASK_SKIP names `pytset`, and no check, pattern or command is called so; did you mean `pytest`?",
            ),
            ("quux", "XTASK_SKIP names `quux`, and no check, pattern or command is called so"),
        ] {
            let environment = Environment::from_pairs([(SKIP, skip)]);
            assert_eq!(StagePlan::unknown_skips(&section, &environment).join("\n"), told);
        }
    }

    #[test]
    fn names_are_skipped() {
        let text =
            "[hooks.pre-commit]\nchecks = [\"check-yaml\"]\n[hooks.pre-commit.commands.lint]\nrun = \"x\"\n";
        let plan = plan(text, "lint, nothing,check-yaml");
        assert!(plan.is_empty());
        assert_eq!(plan.skipped, ["lint", "check-yaml"]);
    }

    #[test]
    fn what_every_file_is_must_be_known_for_types_and_for_checks_by_the_interpreter() {
        for (text, expected) in [
            ("checks = ['trailing-whitespace', 'check-json']", false),
            ("checks = ['trailing-whitespace', 'check-ast']", true),
            ("commands.x = { run = 'x {files}' }", false),
            ("commands.x = { run = 'x {files}', types = ['python'] }", true),
            ("files.check-json.glob = ['*.j']", false),
            ("files.check-json.types = ['json']", true),
            ("patterns.x = { deny = 'x', exclude-types = ['python'] }", true),
        ] {
            assert_eq!(plan(&format!("[hooks.pre-commit]\n{text}\n"), "").asks_types(), expected, "{text}");
        }
    }

    #[test]
    fn commands_take_files() {
        let text = "[hooks.pre-commit.commands.x]\nrun = \"x\"\ntypes = [\"python\", \"pyi\"]\nglob = [\"/src/**\"]\nexclude = [\"gen_*\"]\n";
        let plan = plan(text, "");
        for (path, expected) in [
            ("src/a.py", true),
            ("src/a.pyi", true),
            ("src/a.rs", false),
            ("a.py", false),
            ("src/gen_a.py", false),
        ] {
            let path = RepoPath::from(path);
            assert_eq!(
                plan.commands[0].takes(&path, Tags::of_name(path.file_name(), false)),
                Ok(expected),
                "{path}"
            );
        }
    }
}
