//! The generated references in `docs/reference/` are what the program prints. `UPDATE=1` writes them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use xtask_tests::Sandbox;

use crate::PROGRAM;

#[expect(clippy::disallowed_methods, reason = "UPDATE=1 is this test's own switch")]
fn hold(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference").join(file);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "docs/reference/{file} is not what the program prints; run `UPDATE=1 cargo test -p xtask-tests --test cli reference`"
    );
}

#[test]
fn the_schema_of_the_configuration() {
    hold("xtask.schema.json", &Sandbox::bare_folder(PROGRAM).run(&["schema"]).stdout);
}

#[test]
fn the_schema_of_the_report() {
    hold("report.schema.json", &Sandbox::bare_folder(PROGRAM).run(&["schema", "report"]).stdout);
}

#[test]
fn the_page_of_the_configuration() {
    let schema = Sandbox::bare_folder(PROGRAM).run(&["schema"]).json();
    let mut page = String::from(
        "# xtask.toml\n\nGenerated from the program's own types. The same as JSON Schema: [xtask.schema.json](xtask.schema.json).\n",
    );
    table(&schema, &schema, "", &mut page, &mut BTreeMap::new());
    hold("xtask-toml.md", &page);
}

/// The keys of an object of the schema, as a table, and a section for each of its tables. A kind of table is laid out once: `laid_out` says
/// under which name.
fn table(
    root: &serde_json::Value,
    object: &serde_json::Value,
    name: &str,
    page: &mut String,
    laid_out: &mut BTreeMap<String, String>,
) {
    let object = resolve(root, object);
    let Some(properties) = object["properties"].as_object() else {
        return;
    };
    let mut rows = String::new();
    let mut inner = Vec::new();
    for (key, value) in properties {
        let resolved = resolve(root, value);
        let text =
            |value: &serde_json::Value| value["description"].as_str().map(|text| text.replace('\n', " "));
        let about = text(value).or_else(|| text(resolved)).unwrap_or_default().replace('|', "\\|");
        let path = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
        for (nested, nested_name) in [
            (resolved, path.clone()),
            (resolve(root, &resolved["additionalProperties"]), format!("{path}.NAME")),
            (resolve(root, &resolved["items"]), format!("[{path}]")),
        ] {
            if nested["properties"].is_object() {
                inner.push((nested, nested_name));
            }
        }
        let _ = writeln!(rows, "| `{key}` | {} | {about} |", kind(root, value));
    }
    if !rows.is_empty() {
        if !name.is_empty() {
            let _ = write!(page, "\n## [{name}]\n");
            if let Some(about) = object["description"].as_str() {
                let _ = write!(page, "\n{about}\n");
            }
        }
        let _ = write!(page, "\n| key | type | |\n| --- | --- | --- |\n{rows}");
    }
    for (nested, nested_name) in inner {
        let kind = nested.to_string();
        if let Some(first) = laid_out.get(&kind) {
            let _ = write!(page, "\n## [{nested_name}]\n\nThe keys are those of `[{first}]`.\n");
        } else {
            laid_out.insert(kind, nested_name.clone());
            table(root, nested, &nested_name, page, laid_out);
        }
    }
}

/// Follows a reference, and takes what is not null of a choice.
fn resolve<'a>(root: &'a serde_json::Value, value: &'a serde_json::Value) -> &'a serde_json::Value {
    if let Some(reference) = value["$ref"].as_str() {
        return resolve(root, root.pointer(reference.trim_start_matches('#')).unwrap_or(value));
    }
    let choice = value["anyOf"].as_array().and_then(|all| all.iter().find(|one| one["type"] != "null"));
    choice.map_or(value, |choice| resolve(root, choice))
}

fn kind(root: &serde_json::Value, value: &serde_json::Value) -> String {
    let value = resolve(root, value);
    if let Some(values) = value["enum"].as_array() {
        return values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
    }
    if let Some(values) = value["oneOf"].as_array() {
        let each = values
            .iter()
            .map(|one| one.get("const").map_or_else(|| kind(root, one), |value| format!("`{value}`")));
        return each.collect::<Vec<_>>().join(", ");
    }
    let plain = match &value["type"] {
        serde_json::Value::String(kind) => kind.clone(),
        serde_json::Value::Array(kinds) => kinds
            .iter()
            .filter_map(|kind| kind.as_str())
            .filter(|kind| *kind != "null")
            .collect::<Vec<_>>()
            .join(" or "),
        _ => "any".to_owned(),
    };
    match plain.as_str() {
        "array" => format!("list of {}", kind(root, &value["items"])),
        "object" => "table".to_owned(),
        _ => plain,
    }
}
