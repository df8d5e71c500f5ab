//! The checks that need Python's own parser: one interpreter for all files of the run.

use std::collections::BTreeMap;

use xtask_core::model::Result;

use super::Run;
use crate::checks::{Check, File, NotChecked, Source, Work, check_python};

impl Run<'_> {
    /// Offers the Python files to the interpreter, and adds what it finds to what was seen.
    pub(super) fn look_with_python(&mut self) -> Result<()> {
        let super::Request { plan, files, .. } = self.request;
        let checks: Vec<&'static Check> =
            plan.checks.iter().copied().filter(|check| matches!(check.work, Work::Python)).collect();
        if checks.is_empty() {
            return Ok(());
        }
        let mut taken = BTreeMap::new();
        for one in self.seen.iter().filter(|one| one.trouble().is_none()) {
            let file = File { path: &files[one.at].path, tags: one.tags, size: one.size };
            let mut taking = Vec::new();
            for &check in &checks {
                if plan.check_takes(check, &file)? {
                    taking.push(check);
                }
            }
            if !taking.is_empty() {
                taken.insert(one.at, taking);
            }
        }
        let sources = taken.into_iter().filter_map(|(at, checks)| {
            // A file that has gone since the pass is no file of this run any more.
            let bytes = self.bytes(&files[at]).ok()??;
            Some(Source { at, checks, bytes })
        });
        match check_python(&self.cx.root, &self.cx.cancel, &plan.options, sources) {
            Ok(found) => {
                for (at, found) in found {
                    if let Some(one) = self.seen.get_mut(at) {
                        one.add(found);
                    }
                }
            }
            Err(NotChecked::Missing(missing)) => {
                self.without_python = true;
                self.missing.push(missing);
            }
            // The caller sees that the run was stopped.
            Err(NotChecked::Stopped) => {}
            Err(NotChecked::Failed(problem)) => return Err(problem),
        }
        Ok(())
    }
}
