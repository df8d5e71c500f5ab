//! The secrets that `detect-aws-credentials` looks for: read from where AWS's own programs keep them, once a run.

use std::borrow::Cow;

use xtask_core::gate::Context;
use xtask_core::model::{Finding, Result};

use super::Run;
use crate::checks::{Check, File, read_aws_secrets};
use crate::resolve::StagePlan;

/// The check of credentials, where it runs.
pub(super) fn check(plan: &StagePlan) -> Option<&'static Check> {
    plan.checks.iter().copied().find(|check| check.id == "detect-aws-credentials")
}

/// The plan with the secrets that the check looks for.
pub(super) fn with_secrets<'a>(cx: &Context, plan: &'a StagePlan) -> Result<Cow<'a, StagePlan>> {
    if check(plan).is_none() {
        return Ok(Cow::Borrowed(plan));
    }
    let mut plan = plan.clone();
    read_aws_secrets(&mut plan.options.detect_aws_credentials, &cx.root, cx.environment)?;
    Ok(Cow::Owned(plan))
}

impl Run<'_> {
    /// Without secrets to look for, the check fails once, as the original does.
    pub(super) fn unchecked_credentials(&self) -> Result<Option<Finding>> {
        let super::Request { plan, files, .. } = self.request;
        let Some(check) = check(plan) else { return Ok(None) };
        let Some(why) = plan.options.detect_aws_credentials.why_nothing_is_checked() else {
            return Ok(None);
        };
        for one in self.seen.iter() {
            let file = File { path: &files[one.at].path, tags: one.tags, size: one.size };
            if plan.check_takes(check, &file)? {
                let options = format!("hooks.{}.options.{}", plan.stage.name(), check.id);
                let set = format!("set `[{options}]` allow-missing-credentials = true, or credentials-file");
                return Ok(Some(Finding::new(check.id, check.id, None, why).fix(set)));
            }
        }
        Ok(None)
    }
}
