//! SARIF 2.1.0, for code-scanning services and editors: a run a gate.
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use std::collections::BTreeMap;

use serde_json::json;
use serde_sarif::sarif::{
    ArtifactLocation, Invocation, Location, Message, MultiformatMessageString, Notification,
    PhysicalLocation, PropertyBag, Region, ReportingConfiguration, ReportingDescriptor,
    Result as SarifResult, ResultKind, ResultLevel, Run, RunAutomationDetails, Sarif, Suppression, Tool,
    ToolComponent,
};

use super::text::one_line;
use super::uri;
use crate::model::{Finding, GateReport, Location as Place, Outcome, Report, Severity, State};

/// The key of our fingerprints: a new way to compute them gets a new key.
const FINGERPRINT: &str = "xtask/v1";

/// What paths are relative to: the top of the working tree. A reader knows where that is; a path of this machine would say
/// nothing to it.
const ROOT: &str = "SRCROOT";

pub(super) fn render(report: &Report) -> String {
    let log = Sarif::builder()
        .version(json!("2.1.0"))
        .schema(serde_sarif::sarif::SCHEMA_URL)
        .runs(report.gates.iter().map(|gate| run(report, gate)).collect::<Vec<_>>())
        .build();
    let mut text = serde_json::to_string_pretty(&log).expect("SARIF is plain data with text keys");
    text.push('\n');
    text
}

fn run(report: &Report, gate: &GateReport) -> Run {
    let mut levels: BTreeMap<String, Severity> = BTreeMap::new();
    for finding in &gate.findings {
        let level = levels.entry(rule_id(finding)).or_insert(finding.severity);
        *level = finding.severity.max(*level);
    }
    let rules: Vec<ReportingDescriptor> = levels.iter().map(|(id, severity)| rule(id, *severity)).collect();
    let indices: BTreeMap<String, i64> =
        levels.keys().enumerate().map(|(at, id)| (id.clone(), i64::try_from(at).unwrap_or(-1))).collect();
    let driver = ToolComponent::builder()
        .name(format!("xtask {}", one_line(&gate.gate)))
        .version(report.program.clone())
        .rules(rules)
        .build();
    let root = ArtifactLocation::builder().description("the top of the working tree").build();
    Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .automation_details(
            RunAutomationDetails::builder().id(format!("xtask/{}/", one_line(&gate.gate))).build(),
        )
        .column_kind(json!("unicodeCodePoints"))
        .original_uri_base_ids(BTreeMap::from([(ROOT.to_owned(), root)]))
        .invocations(vec![invocation(gate)])
        .results(gate.findings.iter().map(|finding| result(finding, &indices)).collect::<Vec<_>>())
        .build()
}

/// The tool's name and the rule's: two tools may use one name for different rules.
fn rule_id(finding: &Finding) -> String {
    let (tool, rule) = (&finding.tool, &finding.rule);
    if rule.starts_with(tool.as_str()) { rule.clone() } else { format!("{tool}/{rule}") }
}

fn rule(id: &str, severity: Severity) -> ReportingDescriptor {
    ReportingDescriptor::builder()
        .id(id)
        .short_description(MultiformatMessageString::builder().text(id).build())
        .default_configuration(ReportingConfiguration::builder().level(json!(severity.to_string())).build())
        .build()
}

fn invocation(gate: &GateReport) -> Invocation {
    let notifications: Vec<Notification> = gate
        .outcome
        .why()
        .map(|why| {
            let fix = gate.outcome.fix().map(|fix| format!(" → {fix}")).unwrap_or_default();
            let level = if matches!(gate.outcome, Outcome::Invalid { .. }) { "error" } else { "note" };
            Notification::builder()
                .message(Message::builder().text(format!("{why}{fix}")).build())
                .level(json!(level))
                .build()
        })
        .into_iter()
        .collect();
    Invocation::builder()
        .execution_successful(!matches!(gate.outcome, Outcome::Invalid { .. }))
        .tool_execution_notifications(notifications)
        .build()
}

fn result(finding: &Finding, indices: &BTreeMap<String, i64>) -> SarifResult {
    let id = rule_id(finding);
    let known = finding.state == State::Known;
    let suppressions = if known {
        let baseline = Suppression::builder().kind(json!("external")).status(json!("accepted"));
        vec![baseline.justification("the baseline holds it").build()]
    } else {
        Vec::new()
    };
    let level = match finding.severity {
        Severity::Error => ResultLevel::Error,
        Severity::Warning => ResultLevel::Warning,
        Severity::Note => ResultLevel::Note,
    };
    let mut more = BTreeMap::from([("tool".to_owned(), json!(finding.tool))]);
    if let Some(fix) = &finding.fix {
        more.insert("fix".to_owned(), json!(fix));
    }
    SarifResult::builder()
        .rule_index(indices.get(&id).copied().unwrap_or(-1))
        .rule_id(id)
        .kind(ResultKind::Fail)
        .level(level)
        .message(Message::builder().text(finding.message.clone()).build())
        .locations(finding.location.iter().map(location).collect::<Vec<_>>())
        .partial_fingerprints(BTreeMap::from([(FINGERPRINT.to_owned(), finding.fingerprint.to_string())]))
        .baseline_state(json!(if known { "unchanged" } else { "new" }))
        .suppressions(suppressions)
        .properties(PropertyBag::builder().additional_properties(more).build())
        .build()
}

fn location(place: &Place) -> Location {
    let file = ArtifactLocation::builder().uri(uri::of_path(place.path.as_bytes())).uri_base_id(ROOT).build();
    let physical = PhysicalLocation::builder().artifact_location(file);
    let physical = match region(place) {
        Some(region) => physical.region(region).build(),
        None => physical.build(),
    };
    Location::builder().physical_location(physical).build()
}

/// The lines and columns, as far as they make sense together; none for a whole file.
fn region(place: &Place) -> Option<Region> {
    let line = place.line.filter(|&line| line > 0)?;
    let column = place.column.filter(|&column| column > 0);
    let end_line = place.end_line.filter(|&end| end >= line);
    let same_line = end_line.unwrap_or(line) == line;
    let end_column =
        place.end_column.filter(|&end| end > 0 && column.is_some_and(|start| !same_line || end > start));
    let wide = |value: Option<u32>| value.map(i64::from);
    Some(Region {
        start_line: Some(i64::from(line)),
        start_column: wide(column),
        end_line: wide(end_line),
        end_column: wide(end_column),
        ..Region::default()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::super::samples;
    use super::*;
    use crate::model::RepoPath;

    fn parsed(report: &Report) -> Value {
        serde_json::from_str(&render(report)).unwrap()
    }

    #[test]
    fn a_run_a_gate_with_rules_and_results() {
        let log = parsed(&samples::mixed());
        let lint = &log["runs"][1];
        assert_eq!(lint["tool"]["driver"]["name"], "xtask lint");
        assert_eq!(lint["automationDetails"]["id"], "xtask/lint/");
        let results = lint["results"].as_array().unwrap();
        assert_eq!(results.len(), 4);
        for result in results {
            let at = usize::try_from(result["ruleIndex"].as_i64().unwrap()).unwrap();
            assert_eq!(lint["tool"]["driver"]["rules"][at]["id"], result["ruleId"]);
            assert_eq!(result["partialFingerprints"][FINGERPRINT].as_str().unwrap().len(), 32);
        }
        let whole_file = results.iter().find(|result| result["ruleId"] == "rustfmt").unwrap();
        let place = &whole_file["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"], json!({"uri": "src/main.rs", "uriBaseId": "SRCROOT"}));
        assert_eq!(place["region"], Value::Null);
        let ranged = results.iter().find(|result| result["ruleId"] == "clippy::needless_return").unwrap();
        assert_eq!(
            ranged["locations"][0]["physicalLocation"],
            json!({"artifactLocation": {"uri": "src/caf%C3%A9.rs", "uriBaseId": "SRCROOT"},
                   "region": {"startLine": 12, "startColumn": 5, "endLine": 12, "endColumn": 31}})
        );
        assert_eq!(ranged["baselineState"], "new");
        assert_eq!(ranged["suppressions"], json!([]));
        let known = results.iter().find(|result| result["baselineState"] == "unchanged").unwrap();
        assert_eq!(known["suppressions"][0]["kind"], "external");
        assert!(
            results
                .iter()
                .any(|result| result["ruleId"] == "deny/advisory" && result["locations"] == json!([]))
        );
        assert_eq!(log["runs"][3]["invocations"][0]["executionSuccessful"], false);
        assert_eq!(log["runs"][4]["invocations"][0]["executionSuccessful"], true);
    }

    #[test]
    fn regions_make_sense() {
        let place = |line, column, end_line, end_column| Place {
            path: RepoPath::from("a"),
            line,
            column,
            end_line,
            end_column,
        };
        let read =
            |region: Region| (region.start_line, region.start_column, region.end_line, region.end_column);
        assert!(region(&place(None, Some(1), None, None)).is_none());
        assert!(region(&place(Some(0), None, None, None)).is_none());
        for (given, expected) in [
            (place(Some(5), None, Some(3), Some(1)), (Some(5), None, None, None)),
            (place(Some(5), Some(4), Some(5), Some(4)), (Some(5), Some(4), Some(5), None)),
            (place(Some(5), Some(4), Some(6), Some(1)), (Some(5), Some(4), Some(6), Some(1))),
            (place(Some(5), Some(0), None, Some(0)), (Some(5), None, None, None)),
        ] {
            assert_eq!(read(region(&given).unwrap()), expected);
        }
    }

    proptest! {
        #[test]
        fn any_report_is_read_back(report in samples::any_report()) {
            let log: Sarif = serde_json::from_str(&render(&report)).unwrap();
            prop_assert_eq!(log.runs.len(), report.gates.len());
        }
    }
}
