//! stub
use crate::model::Report;
pub(super) fn render(report: &Report) -> String {
    super::markdown::render(report).replace('<', "&lt;")
}
