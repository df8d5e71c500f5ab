//! Putting an imported `[hooks]` into an `xtask.toml` that is there, with everything else of it as it was.

use toml_edit::DocumentMut;
use xtask_core::config::Config;
use xtask_core::environment::Environment;
use xtask_core::model::{Problem, Result};

use super::comments;
use crate::resolve::StagePlan;
use crate::section::HooksSection;
use crate::stage::Stage;

/// What happens to a `[hooks]` that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It is a problem.
    Refuse,
    /// It is replaced, with the comments that are about it.
    Replace,
}

/// The text of an `xtask.toml` with the tables of `hooks` (as an import gives them) in it. Comments, order and spelling of the rest
/// stay.
pub fn merge(text: &str, hooks: &str, existing: Existing) -> Result<String> {
    let unreadable = |cause: toml_edit::TomlError| {
        Problem::usage("can't add [hooks] to xtask.toml").why(cause).fix("mend the file, then import again")
    };
    let mut document: DocumentMut = text.parse().map_err(unreadable)?;
    let mut kept = text.to_owned();
    if document.get("hooks").is_some() {
        if existing == Existing::Refuse {
            return Err(Problem::usage("xtask.toml has [hooks] already")
                .why("an import would replace what is written there")
                .fix("--replace writes the import in its place; without --write it is shown, to copy from"));
        }
        let above = comments::take_out(&mut document, "hooks");
        document.to_string().trim_start_matches('\n').clone_into(&mut kept);
        // What stands above the file's first table is often about the file.
        kept = if text.starts_with(&above) { format!("{above}{kept}") } else { format!("{kept}{above}") };
    }
    let kept = kept.trim_end();
    let merged = if kept.is_empty() { hooks.to_owned() } else { format!("{kept}\n\n{hooks}") };
    merged.parse::<DocumentMut>().map_err(unreadable)?;
    loads(&merged).map_err(|problem| {
        Problem::usage("the imported [hooks] would not load, so that nothing is written")
            .why(problem)
            .fix("what the other manager is given there can't run: mend it there, then import again")
    })?;
    Ok(merged)
}

/// Whether every stage of this `xtask.toml` can run: a regex that the other manager never came to, or options that exclude each other,
/// can't.
fn loads(text: &str) -> Result<()> {
    let section: HooksSection = Config::parse("xtask.toml", text)?.section_or_default()?;
    for stage in Stage::ALL {
        StagePlan::new(stage, &section, &Environment::default())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: &str = "[hooks]\non-fix = \"stop\"\n";

    #[test]
    fn the_rest_stays() {
        let text = "# ours\nmin-version = \"0.1\" # why\n\n[lint] # lint\nx = [1,2 ]\n";
        assert_eq!(merge(text, NEW, Existing::Refuse).unwrap(), format!("{text}\n{NEW}"));
        assert_eq!(merge("", NEW, Existing::Refuse).unwrap(), NEW);
        assert_eq!(merge("# only\n", NEW, Existing::Refuse).unwrap(), format!("# only\n\n{NEW}"));
    }

    #[test]
    fn an_old_table_is_replaced_only_when_asked() {
        let text = "# the file\n\n# our hooks\n[hooks.pre-commit]\nchecks = []\n\n# lint\n[lint]\na = 1\n\n[hooks.pre-push.commands.x]\nrun = \"x\"\n";
        let problem = merge(text, NEW, Existing::Refuse).unwrap_err();
        assert!(problem.what.contains("already"), "{problem}");
        let expected = format!("# the file\n\n# lint\n[lint]\na = 1\n\n{NEW}");
        assert_eq!(merge(text, NEW, Existing::Replace).unwrap(), expected);
        // A comment below is about the old one where it belongs to its last line, or is one of its tables, commented out.
        for (text, expected) in [
            (
                "[hooks]\non-fix = \"stop\" # x\n# fail-fast = true\n\n# of us all\n\n# lint\n[lint]\n",
                "# of us all\n\n# lint\n[lint]\n",
            ),
            ("[hooks.pre-commit]\n# of hooks\n\n# [test]\n# run = []\n", "# [test]\n# run = []\n"),
            ("[lint]\n\n[hooks]\n\n# later\n# # [hooks.pre-push]\n# a\n\n# end", "[lint]\n\n# end\n"),
            ("[hooks]\n# lint\n[lint]\n", "# lint\n[lint]\n"),
            ("[hooks]\r\n# ours\r\n\r\n# lint\r\n[lint]\r\n", "# lint\n[lint]\n"),
            (
                "# ours\n[hooks]\n[hooks.pre-push]\n# x\n[[watch]]\npaths = []\n",
                "# x\n[[watch]]\npaths = []\n",
            ),
        ] {
            assert_eq!(merge(text, NEW, Existing::Replace).unwrap(), format!("{expected}\n{NEW}"), "{text}");
        }
        for text in ["hooks = {}\n[lint]\na = 1\n", "hooks.on-fix = \"stop\"\n[lint]\na = 1\n"] {
            assert!(merge(text, NEW, Existing::Refuse).is_err());
            assert_eq!(merge(text, NEW, Existing::Replace).unwrap(), format!("[lint]\na = 1\n\n{NEW}"));
        }
    }

    #[test]
    fn what_would_not_load_is_not_written() {
        for (hooks, said) in [
            ("[hooks.pre-commit.patterns.p]\ndeny = '('\n", "no regex"),
            (
                "[hooks.pre-push]\nchecks = ['file-contents-sorter']\n[hooks.pre-push.options.file-contents-sorter]\nunique = true\nignore-case = true\n",
                "can't be set together",
            ),
            ("[hooks.pre-commit.commands.c]\nrun = ''\n", "`run` is empty"),
        ] {
            let problem = merge("[lint]\n", hooks, Existing::Refuse).unwrap_err();
            assert!(problem.why.contains(said), "{problem}");
        }
    }

    #[test]
    fn a_broken_file_is_a_problem() {
        assert!(merge("[lint\n", NEW, Existing::Refuse).unwrap_err().why.contains("line 1"));
    }
}
