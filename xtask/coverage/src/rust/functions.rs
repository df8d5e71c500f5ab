//! The functions of instrumented programs: where their regions lie, and how their counters add up to counts. Read from the
//! coverage sections of each program, one program at a time, since a bad one must not hide the others.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use llvm_profparser::coverage_mapping::{SectionReadError, read_object_file};
use llvm_profparser::{
    Counter, CounterMappingRegion, CounterType, ExprKind, Expression, FunctionRecordV3, RegionKind,
};
use xtask_core::caught::caught;
use xtask_core::model::{Problem, RepoPath, Result};

use super::lines::{Kind, Region};

/// LLVM marks a gap in the highest bit of the end's column.
const GAP: usize = 1 << 31;

/// One function of a program.
#[derive(Debug)]
pub(super) struct Function {
    /// The hash of its name, by which profiles name it.
    pub name: u64,
    /// The hash of its shape; a profile of another shape speaks of another build. 0 where the program never calls it.
    pub shape: u64,
    /// The files of its regions by their number; `None` for those that don't count.
    files: Arc<[Option<RepoPath>]>,
    regions: Vec<CounterMappingRegion>,
    expressions: Vec<Expression>,
}

/// Reads the functions of `program` that lie in files for which `place` has a path.
pub(super) fn read(
    program: &Path,
    version: u64,
    place: &(dyn Fn(&Path) -> Option<RepoPath> + Sync),
) -> Result<Vec<Function>> {
    let wrong = |why: String| {
        Problem::invalid(format!("can't read the coverage map of {}", program.display()))
            .why(why)
            .fix("remove the folder `coverage/build` of the reports, and run again")
    };
    // The reader trusts the linker; a damaged program makes it panic.
    let read = caught(|| read_object_file(program, version));
    let mut info = match read {
        Ok(Ok(info)) => info,
        // A program of crates without any function has no such sections.
        Ok(Err(cause)) if matches!(cause.downcast_ref(), Some(SectionReadError::MissingSection(_))) => {
            return Ok(Vec::new());
        }
        Ok(Err(cause)) => return Err(wrong(format!("{cause:#}"))),
        Err(_) => {
            return Err(wrong("its coverage sections are damaged, or of a newer compiler".into()));
        }
    };
    let mut lists: HashMap<u64, Option<Arc<[Option<RepoPath>]>>> = HashMap::new();
    let mut functions: Vec<Function> = Vec::new();
    let mut known: HashMap<u64, usize> = HashMap::new();
    for record in std::mem::take(&mut info.cov_fun) {
        let files_hash = record.header.filenames_ref;
        let files = lists.entry(files_hash).or_insert_with(|| {
            let files: Arc<[Option<RepoPath>]> =
                info.get_files_from_id(files_hash).iter().map(|path: &PathBuf| place(path)).collect();
            files.iter().any(Option::is_some).then_some(files)
        });
        let Some(files) = files.clone() else { continue };
        let dummy = is_dummy(&record);
        let function = Function {
            name: record.header.name_hash,
            shape: record.header.fn_hash,
            files,
            regions: record.regions,
            expressions: record.expressions,
        };
        // Units that never use a function hold an empty stand-in of it; the real one, where there is one, counts.
        match known.get(&function.name) {
            None => {
                known.insert(function.name, functions.len());
                functions.push(function);
            }
            Some(&at) if functions[at].is_dummy() && !dummy => functions[at] = function,
            Some(_) => {}
        }
    }
    Ok(functions)
}

fn is_dummy(record: &FunctionRecordV3) -> bool {
    record.header.fn_hash == 0 && all_zero(&record.regions)
}

fn all_zero(regions: &[CounterMappingRegion]) -> bool {
    regions.iter().all(|region| region.count.is_zero())
}

impl Function {
    fn is_dummy(&self) -> bool {
        self.shape == 0 && all_zero(&self.regions)
    }

    /// What tells it from the functions of other programs: its name and its own files. The same one in two programs counts
    /// once; the lists of files that they hold differ, what its regions name in them doesn't.
    pub(super) fn identity(&self) -> (u64, Vec<&RepoPath>) {
        let mut numbers: Vec<usize> = self.regions.iter().map(|region| region.file_id).collect();
        numbers.dedup();
        let files = numbers.into_iter().filter_map(|number| self.files.get(number)?.as_ref());
        (self.name, files.collect())
    }

    /// The regions with their counts, by file, given the function's counters; nothing where its map makes no sense.
    pub(super) fn count(&self, counters: &[u64]) -> Vec<(&RepoPath, Region)> {
        let one_zero = matches!(&self.regions[..], [only] if only.count.is_zero());
        if one_zero && counters.first().is_some_and(|&count| count > 0) {
            return Vec::new();
        }
        let mut values = Values::new(&self.expressions, counters);
        let mut counted = Vec::new();
        for region in &self.regions {
            let Some(kind) = kind(region) else { continue };
            let Some(count) = values.of(region.count) else {
                return Vec::new();
            };
            let Some(Some(path)) = self.files.get(region.file_id) else {
                continue;
            };
            let at = |line: usize, column: usize| {
                (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
            };
            let column_end = match region.loc.column_end {
                usize::MAX => usize::MAX,
                column => column & !GAP,
            };
            let region = Region {
                start: at(region.loc.line_start, region.loc.column_start),
                end: at(region.loc.line_end, column_end),
                kind,
                count,
            };
            if region.start.0 > 0 && region.start <= region.end {
                counted.push((path, region));
            }
        }
        counted
    }
}

fn kind(region: &CounterMappingRegion) -> Option<Kind> {
    match region.kind {
        RegionKind::Code if region.loc.column_end != usize::MAX && region.loc.column_end & GAP != 0 => {
            Some(Kind::Gap)
        }
        RegionKind::Code => Some(Kind::Code),
        RegionKind::Expansion => Some(Kind::Expansion),
        RegionKind::Skipped => Some(Kind::Skipped),
        RegionKind::Gap => Some(Kind::Gap),
        RegionKind::Branch | RegionKind::MCDCDecision | RegionKind::MCDCBranch => None,
    }
}

/// The values of a function's counter expressions, each computed once.
struct Values<'a> {
    expressions: &'a [Expression],
    counters: &'a [u64],
    known: Vec<Option<i128>>,
}

impl<'a> Values<'a> {
    fn new(expressions: &'a [Expression], counters: &'a [u64]) -> Self {
        Self { expressions, counters, known: vec![None; expressions.len()] }
    }

    /// The count of a counter; `None` where it leads nowhere, or round in a circle. Threads that count at the same time can
    /// lose counts, which makes a difference negative: that is 0.
    fn of(&mut self, counter: Counter) -> Option<u64> {
        let value = self.value(counter)?;
        Some(u64::try_from(value.max(0)).unwrap_or(u64::MAX))
    }

    /// Chains of expressions grow with the function: a list of what is still to do, and no recursion.
    fn value(&mut self, counter: Counter) -> Option<i128> {
        let mut pending = vec![counter];
        let mut steps = 0;
        while let Some(&next) = pending.last() {
            steps += 1;
            if steps > 4 * self.expressions.len() + 4 {
                return None;
            }
            let Some(index) = self.open(next)? else {
                pending.pop();
                continue;
            };
            let Expression { kind, lhs, rhs } = self.expressions[index];
            let before = pending.len();
            for side in [lhs, rhs] {
                if self.open(side)?.is_some() {
                    pending.push(side);
                }
            }
            if pending.len() == before {
                let (left, right) = (self.known(lhs)?, self.known(rhs)?);
                self.known[index] = Some(match kind {
                    ExprKind::Add => left.saturating_add(right),
                    ExprKind::Subtract => left.saturating_sub(right),
                });
            }
        }
        self.known(counter)
    }

    /// The number of the expression that the counter stands for, where its value is still to be computed.
    #[expect(clippy::option_option, reason = "the outer one is the way out: there is no such expression")]
    fn open(&self, counter: Counter) -> Option<Option<usize>> {
        if !counter.is_expression() {
            return Some(None);
        }
        let index = usize::try_from(counter.id).ok()?;
        let known = self.known.get(index)?;
        Some(known.is_none().then_some(index))
    }

    /// The value, where it is known by now.
    fn known(&self, counter: Counter) -> Option<i128> {
        let index = usize::try_from(counter.id).ok()?;
        match counter.kind {
            CounterType::Zero => Some(0),
            // Counters that the optimiser removed are beyond the end: nothing counts them.
            CounterType::ProfileInstrumentation => {
                Some(self.counters.get(index).map_or(0, |&count| i128::from(count)))
            }
            CounterType::Expression(_) => *self.known.get(index)?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expression(id: u64) -> Counter {
        Counter { kind: CounterType::Expression(ExprKind::Add), id }
    }

    fn joined(kind: ExprKind, lhs: Counter, rhs: Counter) -> Expression {
        Expression { kind, lhs, rhs }
    }

    #[test]
    fn expressions_are_sums_and_differences_of_counters() {
        let c = Counter::instrumentation;
        let expressions = [
            joined(ExprKind::Subtract, c(0), c(1)),
            joined(ExprKind::Add, expression(0), expression(2)),
            joined(ExprKind::Add, c(1), Counter::default()),
            joined(ExprKind::Subtract, c(1), c(0)),
        ];
        let mut values = Values::new(&expressions, &[10, 3]);
        assert_eq!(values.of(expression(1)), Some(10));
        assert_eq!(values.of(expression(0)), Some(7));
        assert_eq!(values.of(expression(3)), Some(0), "lost counts are no hits");
        assert_eq!(values.of(c(9)), Some(0));
    }

    #[test]
    fn circles_and_dead_ends_have_no_value() {
        let expressions = [
            joined(ExprKind::Add, expression(1), Counter::default()),
            joined(ExprKind::Add, expression(0), Counter::default()),
            joined(ExprKind::Add, expression(7), Counter::default()),
        ];
        let mut values = Values::new(&expressions, &[]);
        assert_eq!(values.of(expression(0)), None);
        assert_eq!(values.of(expression(2)), None);
    }

    #[test]
    fn a_long_chain_needs_no_deep_stack() {
        let length = 200_000;
        let mut expressions: Vec<Expression> = (1..=length)
            .map(|next| joined(ExprKind::Add, expression(next), Counter::instrumentation(0)))
            .collect();
        expressions.push(joined(ExprKind::Add, Counter::default(), Counter::default()));
        let mut values = Values::new(&expressions, &[1]);
        assert_eq!(values.of(expression(0)), Some(length));
    }

    #[test]
    fn a_file_that_is_no_program_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("program");
        for bytes in [&b""[..], b"text", b"\x7fELF\x02\x01\x01 and no more"] {
            xtask_core::files::write(&path, bytes).unwrap();
            let problem = read(&path, 10, &|_| None).unwrap_err();
            assert!(problem.what.contains("can't read the coverage map of"), "{problem}");
        }
        assert!(read(&folder.path().join("none"), 10, &|_| None).is_err());
    }
}
