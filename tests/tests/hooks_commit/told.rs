//! What a run tells whoever commits: the output of commands, what was done, and how to go on.

use crate::commands::command;
use crate::repo::Repo;

/// A tool's drawing keeps its columns, and its paths are those of the user's files.
#[test]
fn a_commands_output_is_shown_as_it_would_be_in_the_working_tree() {
    let run = r#"printf '%s\n' "error: $PWD/src/a.rs:4:7" '  |' '4 |     let x = "a";' '  |         ---   ^^^ here' "$PWD-2/x"; printf '\033[1m%s/b\033[0m\n' "$(pwd -P)"; exit 1"#;
    for (more, elsewhere) in [("", false), ("in = \"snapshot\"", true)] {
        let repo = Repo::new(&command("draw", run, more));
        repo.stage("a.txt", "a\n");
        let root = repo.root();
        let root = root.to_str().unwrap();
        let ended = repo.commit().fails(&["exit code 1"]);
        let told = format!(
            "    error: {root}/src/a.rs:4:7\n      |\n    4 |     let x = \"a\";\n      |         ---   ^^^ here\n"
        );
        assert!(ended.told.contains(&told), "{more}: {}", ended.told);
        assert!(ended.told.contains(&format!("    {root}/b\n")), "{more}: {}", ended.told);
        assert_eq!(ended.told.contains(&format!("{root}-2/x")), !elsewhere, "{}", ended.told);
    }
}
