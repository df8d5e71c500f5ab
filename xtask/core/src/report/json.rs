//! JSON: the report as it is, and the JSON Schema that `docs/reference/report.schema.json` publishes.

use serde_json::Value;

use crate::model::Report;

/// The report as JSON, a field a line, with a line end.
pub(super) fn render(report: &Report) -> String {
    let mut text = serde_json::to_string_pretty(report).expect("a report is plain data with text keys");
    text.push('\n');
    text
}

/// The JSON Schema (2020-12) of what [`super::Format::Json`] prints.
pub fn json_schema() -> Value {
    let mut schema = schemars::schema_for!(Report);
    schema.insert("title".to_owned(), "Report of xtask".into());
    schema.to_value()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::samples;
    use super::*;

    #[test]
    fn keys_are_kebab_case() {
        let value: Value = serde_json::from_str(&render(&samples::mixed())).unwrap();
        assert_eq!(value["exit-code"], 4);
        assert_eq!(value["gates"][1]["findings"][1]["location"]["path"], "src/café.rs");
        assert_eq!(value["gates"][3]["outcome"]["status"], "invalid");
    }

    proptest! {
        #[test]
        fn any_report_comes_back(report in samples::any_report()) {
            prop_assert_eq!(serde_json::from_str::<Report>(&render(&report)).unwrap(), report);
        }
    }
}
