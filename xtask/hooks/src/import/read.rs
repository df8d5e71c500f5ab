//! Reading a configuration file of any of the formats that hook managers take.

use std::path::Path;

use xtask_core::files;
use xtask_core::model::{Problem, Result};

use super::value::{Data, Value};
use super::yaml;

/// The largest file that is read, in bytes: configurations by hand come to a few kilobytes.
const LARGEST: u64 = 4 << 20;

/// The text of `name` below `root`; `None` where there is no such file.
pub(super) fn text(root: &Path, name: &str) -> Result<Option<String>> {
    let path = root.join(name);
    match path.symlink_metadata() {
        Err(_) => return Ok(None),
        Ok(there) if there.is_dir() => return Ok(None),
        Ok(_) => {}
    }
    let bytes = files::read_limited(&path, LARGEST).map_err(|cause| {
        Problem::usage(format!("can't read {name}")).why(cause).fix("make it a plain file that can be read")
    })?;
    String::from_utf8(bytes).map(Some).map_err(|wrong| {
        let good = wrong.utf8_error().valid_up_to();
        let line = wrong.as_bytes()[..good].iter().filter(|&&byte| byte == b'\n').count() + 1;
        Problem::usage(format!("{name}:{line}: the file is not UTF-8"))
            .why(format!("byte {} begins no character", good + 1))
            .fix("save it as UTF-8")
    })
}

/// The value of a file, by its extension; without one it is YAML, of which JSON is a part.
pub(super) fn value(name: &str, text: &str) -> Result<Value> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("json") => json(name, text),
        Some("toml") => toml(name, text),
        _ if text.trim_start().starts_with('{') => json(name, text).or_else(|_| yaml::parse(name, text)),
        _ => yaml::parse(name, text),
    }
}

fn json(name: &str, text: &str) -> Result<Value> {
    let value: serde_json::Value = serde_json::from_str(text).map_err(|wrong| {
        Problem::usage(format!("{name}:{}: it is no JSON", wrong.line()))
            .why(wrong.to_string())
            .fix("mend it there, then import again")
    })?;
    Ok(of_json(value))
}

/// `serde_json` bounds the nesting.
fn of_json(value: serde_json::Value) -> Value {
    let plain = |text: String| Data::Scalar { text, plain: true };
    let data = match value {
        serde_json::Value::Null => plain(String::new()),
        serde_json::Value::Bool(flag) => plain(flag.to_string()),
        serde_json::Value::Number(number) => plain(number.to_string()),
        serde_json::Value::String(text) => Data::Scalar { text, plain: false },
        serde_json::Value::Array(values) => Data::List(values.into_iter().map(of_json).collect()),
        serde_json::Value::Object(map) => {
            Data::Map(map.into_iter().map(|(key, value)| (key, of_json(value))).collect())
        }
    };
    Value { line: 0, data }
}

fn toml(name: &str, text: &str) -> Result<Value> {
    let value: serde_json::Value = toml::from_str(text).map_err(|wrong| {
        let line =
            wrong.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        Problem::usage(format!("{name}:{line}: it is no TOML"))
            .why(wrong.message().to_owned())
            .fix("mend it there, then import again")
    })?;
    Ok(of_json(value))
}

#[cfg(test)]
mod tests {
    use super::super::value::Node;
    use super::*;

    #[test]
    fn formats_agree() {
        for (name, text) in [
            ("a.json", "{\"k\":{\"x\":true,\"y\":[1,\"b\"]}}"),
            ("a.toml", "[k]\nx = true\ny = [1, \"b\"]\n"),
            ("a.yml", "k:\n  x: true\n  y: [1, b]\n"),
            (".rc", "{\"k\":{\"x\":true,\n\t\"y\":[1,\"b\"]}}"),
        ] {
            let value = value(name, text).unwrap();
            let top = Node::top(name, &value);
            let inner = top.get("k").unwrap();
            assert_eq!(inner.flag_of("x").unwrap(), Some(true), "{name}");
            assert_eq!(inner.get("y").unwrap().texts().unwrap(), ["1", "b"], "{name}");
        }
        for (name, text, place) in [
            ("a.json", "{\n\"k\":}", "a.json:2"),
            ("a.toml", "a = 1\nb =\n", "a.toml:2"),
            ("a.yaml", "a: [\n", "a.yaml:2"),
        ] {
            let problem = value(name, text).unwrap_err();
            assert!(problem.what.starts_with(place), "{problem}");
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        files::write(&folder.path().join("a.yml"), b"a: 1\nb: \xff\n").unwrap();
        assert!(text(folder.path(), "a.yml").unwrap_err().what.starts_with("a.yml:2"));
        files::write(&folder.path().join("b.yml"), &vec![b' '; 5 << 20]).unwrap();
        assert!(text(folder.path(), "b.yml").unwrap_err().why.contains("larger"));
        assert_eq!(text(folder.path(), "c.yml").unwrap(), None);
    }
}
