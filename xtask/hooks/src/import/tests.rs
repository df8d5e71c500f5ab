//! Whatever a configuration holds, importing it ends, with TOML that can be read or with a problem that says where.

use proptest::prelude::*;
use xtask_core::files;

use super::*;

/// Texts that break writers: quotes, controls, braces, several lines.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        r#"[a-z ./*{}\[\]()!|?+^$\\'"\x7f\x01\n\té🥊-]{0,16}"#,
        Just("'''".to_owned()),
        Just("\"\"\"".to_owned()),
        Just("{files}".to_owned()),
        Just("true".to_owned()),
    ]
}

fn is_toml(imported: &Imported) {
    for toml in [&imported.toml, &imported.accepting::<&str>(&[]).unwrap()] {
        if let Err(wrong) = toml.parse::<toml_edit::DocumentMut>() {
            panic!("{wrong}\n{toml}");
        }
    }
}

/// Imports a folder with one file.
fn of(file: &str, text: &str) -> Result<Imported> {
    let folder = tempfile::tempdir().unwrap();
    files::write(&folder.path().join(file), text.as_bytes()).unwrap();
    import(folder.path(), None)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn pre_commit_values_survive(texts in prop::collection::vec(text(), 9)) {
        let [id, name, entry, arg, files, exclude, alias, url, rev] = texts.as_slice() else { unreachable!() };
        let config = serde_json::json!({ "repos": [
            { "repo": "local", "hooks": [
                { "id": id, "name": name, "entry": entry, "language": "system", "args": [arg], "files": files, "alias": alias },
                { "id": id, "name": name, "entry": entry, "language": "pygrep", "exclude": exclude },
            ] },
            { "repo": url, "rev": rev, "hooks": [{ "id": "black", "args": [arg] }] },
            { "repo": "https://github.com/psf/black", "rev": "1.0", "hooks": [{ "id": "black", "args": [arg], "files": files }] },
        ] });
        match of(".pre-commit-config.yaml", &config.to_string()) {
            Ok(imported) => {
                is_toml(&imported);
                let read: toml_edit::DocumentMut = imported.toml.parse().unwrap();
                let patterns = read["hooks"]["pre-commit"]["patterns"].as_table().unwrap();
                let deny = patterns.iter().next().unwrap().1["deny"].as_str().unwrap();
                prop_assert_eq!(deny, entry.trim_end());
            }
            Err(problem) => prop_assert!(problem.what.starts_with(".pre-commit-config.yaml"), "{problem}"),
        }
    }

    #[test]
    fn lefthook_and_lint_staged_values_survive(texts in prop::collection::vec(text(), 5)) {
        let [run, glob, exclude, name, root] = texts.as_slice() else { unreachable!() };
        let lefthook = serde_json::json!({ "pre-commit": { "jobs": [
            { "run": run, "glob": glob, "exclude": [exclude], "name": name, "root": root, "fail_text": run },
        ] } });
        let staged = serde_json::json!({ glob.as_str(): run, exclude.as_str(): [name] });
        for (file, value) in [("lefthook.json", lefthook), (".lintstagedrc.json", staged)] {
            match of(file, &value.to_string()) {
                Ok(imported) => is_toml(&imported),
                Err(problem) => prop_assert!(problem.what.starts_with(file), "{problem}"),
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in r#"[a-z:|>&*!'"{}\[\],# \n\t-]{0,60}"#) {
        for file in [".pre-commit-config.yaml", "lefthook.yml", ".lintstagedrc"] {
            match of(file, &text) {
                Ok(imported) => is_toml(&imported),
                Err(problem) => prop_assert!(problem.what.starts_with(file), "{problem}"),
            }
        }
    }
}
