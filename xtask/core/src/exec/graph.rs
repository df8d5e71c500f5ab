//! The job graph: tasks that wait for each other, run in parallel up to a limit.

use std::num::NonZeroUsize;
use std::sync::mpsc;
use std::thread;

use serde::Serialize;

use crate::caught::caught;

use super::schedule::{Item, Schedule};
use super::{Cancel, Interrupt};

/// How much of the machine a task uses while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// About one processor.
    Light,
    /// All of them (a compiler, a test run): never two of these at once.
    Heavy,
}

/// How a task ended.
#[derive(Debug)]
pub enum NodeEnd<T> {
    /// It returned this.
    Done(T),
    /// It panicked with this message.
    Panicked(String),
    /// It was not started: the run was stopped before its turn.
    NotStarted,
}

/// Tasks and what they wait for. `T` is what each returns.
pub struct Graph<'a, T> {
    nodes: Vec<Node<'a, T>>,
}

struct Node<'a, T> {
    name: String,
    after: Vec<String>,
    weight: Weight,
    task: Box<dyn FnOnce() -> T + Send + 'a>,
}

impl<T> Default for Graph<'_, T> {
    fn default() -> Self {
        Self { nodes: Vec::new() }
    }
}

impl<'a, T: Send> Graph<'a, T> {
    /// Adds a task. Names in `after` that no task has are ignored; a circle is broken at the task
    /// added last: it doesn't wait for those that wait for it. Where tasks share a name, who waits for it waits for all of them.
    pub fn add(
        &mut self,
        name: impl Into<String>,
        after: impl IntoIterator<Item = String>,
        weight: Weight,
        task: impl FnOnce() -> T + Send + 'a,
    ) {
        self.nodes.push(Node {
            name: name.into(),
            after: after.into_iter().collect(),
            weight,
            task: Box::new(task),
        });
    }

    /// Runs all tasks, at most `limit` at once and never two heavy ones, and returns how each ended, in the order in
    /// which they were added. Of those that may start, the one added first starts first; each gets a thread of its own.
    ///
    /// `failed` decides after each whether the run stops there: then `cancel` is set with `FailFast`, for the tasks that run,
    /// and no other is started. (Give a `Cancel::child`, and the tasks the same, where that isn't to stop more than this run.)
    ///
    /// A task that panics doesn't take the run along: those after it run. Its message also goes where the program's panic
    /// hook sends it, since a hook is the whole program's.
    pub fn run(
        self,
        limit: NonZeroUsize,
        cancel: &Cancel,
        failed: impl Fn(&T) -> bool + Sync,
    ) -> Vec<(String, NodeEnd<T>)> {
        let items: Vec<Item<'_>> = self
            .nodes
            .iter()
            .map(|node| Item { name: &node.name, after: &node.after, weight: node.weight })
            .collect();
        let mut schedule = Schedule::new(&items);
        drop(items);
        let mut tasks = Vec::with_capacity(self.nodes.len());
        let mut ends = Vec::with_capacity(self.nodes.len());
        for node in self.nodes {
            tasks.push(Some(node.task));
            ends.push((node.name, NodeEnd::NotStarted));
        }

        let (sender, ended) = mpsc::channel();
        thread::scope(|scope| {
            let mut running = 0;
            loop {
                while !cancel.is_stopped()
                    && let Some(index) = schedule.start(limit.get())
                {
                    let Some(task) = tasks[index].take() else { continue };
                    let to = sender.clone();
                    let started = thread::Builder::new().name(ends[index].0.replace('\0', " ")).spawn_scoped(
                        scope,
                        move || {
                            let end = caught(task);
                            let _ = to.send((index, end));
                        },
                    );
                    if let Err(cause) = started {
                        let _ = sender.send((index, Err(format!("can't start a thread: {cause}"))));
                    }
                    running += 1;
                }
                if running == 0 {
                    break;
                }
                // `sender` lives, so there is no other end than this loop's.
                let Ok((index, end)) = ended.recv() else { break };
                running -= 1;
                schedule.finish(index);
                ends[index].1 = match end {
                    Ok(value) => {
                        if failed(&value) {
                            cancel.stop(Interrupt::FailFast);
                        }
                        NodeEnd::Done(value)
                    }
                    Err(panic) => NodeEnd::Panicked(panic),
                };
            }
        });
        ends
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Barrier, Mutex};

    use super::*;

    const TWO: NonZeroUsize = NonZeroUsize::new(2).unwrap();

    fn after(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_empty_graph_ends() {
        let ends = Graph::<()>::default().run(TWO, &Cancel::new(), |()| false);
        assert!(ends.is_empty());
    }

    #[test]
    fn tasks_run_beside_each_other_and_after_what_they_wait_for() {
        // Both must be there for either to go on: this hangs where they don't run at once.
        let both = Barrier::new(2);
        let seen = Mutex::new(Vec::new());
        let mut graph = Graph::default();
        graph.add("last", after(&["heavy", "light"]), Weight::Light, || {
            seen.lock().unwrap().push("last");
        });
        graph.add("heavy", [], Weight::Heavy, || {
            both.wait();
            seen.lock().unwrap().push("first");
        });
        graph.add("light", [], Weight::Light, || {
            both.wait();
            seen.lock().unwrap().push("first");
        });
        let ends = graph.run(TWO, &Cancel::new(), |()| false);
        let names: Vec<&str> = ends.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["last", "heavy", "light"]);
        assert_eq!(seen.into_inner().unwrap(), ["first", "first", "last"]);
    }

    #[test]
    fn two_heavy_tasks_never_meet() {
        let running = AtomicUsize::new(0);
        let mut graph = Graph::default();
        for index in 0..20 {
            graph.add(index.to_string(), [], Weight::Heavy, || {
                let others = running.fetch_add(1, Ordering::SeqCst);
                thread::yield_now();
                running.fetch_sub(1, Ordering::SeqCst);
                others
            });
        }
        let limit = NonZeroUsize::new(8).unwrap();
        for (_, end) in graph.run(limit, &Cancel::new(), |_| false) {
            assert!(matches!(end, NodeEnd::Done(0)));
        }
    }

    #[test]
    fn a_panic_is_told_and_takes_nobody_along() {
        let mut graph = Graph::default();
        let number = 7;
        graph.add("text", [], Weight::Light, || panic!("plain"));
        graph.add("format", after(&["text"]), Weight::Heavy, || panic!("number {number}"));
        graph.add("other", after(&["format"]), Weight::Heavy, || std::panic::panic_any(3));
        graph.add("good", after(&["other"]), Weight::Heavy, || 1);
        let ends = graph.run(TWO, &Cancel::new(), |_: &i32| false);
        let told: Vec<String> = ends.iter().map(|(_, end)| format!("{end:?}")).collect();
        let expected = ["Panicked(\"plain (", "Panicked(\"number 7 (", "Panicked(\"no message (", "Done(1)"];
        for (told, expected) in told.iter().zip(expected) {
            assert!(told.starts_with(expected), "{told}");
        }
    }

    #[test]
    fn a_failure_stops_the_run() {
        let cancel = Cancel::new();
        let of_run = cancel.child();
        let mut graph = Graph::default();
        graph.add("waits", [], Weight::Light, || {
            while !of_run.is_stopped() {
                thread::yield_now();
            }
            true
        });
        graph.add("fails", [], Weight::Light, || false);
        graph.add("later", [], Weight::Light, || true);
        let ends = graph.run(TWO, &of_run, |&passed| !passed);
        let told: Vec<String> = ends.iter().map(|(_, end)| format!("{end:?}")).collect();
        assert_eq!(told, ["Done(true)", "Done(false)", "NotStarted"]);
        assert_eq!(of_run.reason(), Some(Interrupt::FailFast));
        assert_eq!(cancel.reason(), None);
    }

    #[test]
    fn a_run_that_was_stopped_before_starts_nothing() {
        let cancel = Cancel::new();
        cancel.stop(Interrupt::Interrupted);
        let mut graph = Graph::default();
        graph.add("a", [], Weight::Light, || ());
        let ends = graph.run(TWO, &cancel, |()| false);
        assert!(matches!(ends[0].1, NodeEnd::NotStarted));
    }
}
