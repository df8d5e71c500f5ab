//! Which task starts next: a function of what waits for what, what runs, and the limit. `graph` runs them.

use super::Weight;

/// A task as the schedule sees it.
pub(super) struct Item<'a> {
    pub(super) name: &'a str,
    pub(super) after: &'a [String],
    pub(super) weight: Weight,
}

/// The state of a run.
pub(super) struct Schedule {
    /// For each task the tasks that it still waits for.
    waits: Vec<Vec<usize>>,
    weights: Vec<Weight>,
    started: Vec<bool>,
    running: usize,
    heavy_runs: bool,
}

impl Schedule {
    /// Nothing runs yet. Names of no task are ignored, circles broken.
    pub(super) fn new(items: &[Item<'_>]) -> Self {
        let mut waits: Vec<Vec<usize>> = items
            .iter()
            .map(|item| {
                (0..items.len())
                    .filter(|&other| item.after.iter().any(|name| name == items[other].name))
                    .collect()
            })
            .collect();
        break_circles(&mut waits);
        Self {
            waits,
            weights: items.iter().map(|item| item.weight).collect(),
            started: vec![false; items.len()],
            running: 0,
            heavy_runs: false,
        }
    }

    /// Starts the first task, in the order of adding, that may run now beside the others.
    pub(super) fn start(&mut self, limit: usize) -> Option<usize> {
        if self.running >= limit {
            return None;
        }
        let next = (0..self.waits.len()).find(|&task| {
            let heavy = self.weights[task] == Weight::Heavy;
            !self.started[task] && self.waits[task].is_empty() && !(heavy && self.heavy_runs)
        })?;
        self.started[next] = true;
        self.running += 1;
        self.heavy_runs |= self.weights[next] == Weight::Heavy;
        Some(next)
    }

    /// A task that was started has ended.
    pub(super) fn finish(&mut self, task: usize) {
        self.running -= 1;
        if self.weights[task] == Weight::Heavy {
            self.heavy_runs = false;
        }
        for waits in &mut self.waits {
            waits.retain(|&other| other != task);
        }
    }
}

/// Until there is no circle: of all tasks in one, the one added last no longer waits for those that wait for it.
fn break_circles(waits: &mut [Vec<usize>]) {
    for last in (0..waits.len()).rev() {
        let mut index = 0;
        while let Some(&other) = waits[last].get(index) {
            if reaches(waits, other, last) {
                waits[last].remove(index);
            } else {
                index += 1;
            }
        }
    }
}

/// Whether `from` is `to`, or waits for it, directly or through others.
fn reaches(waits: &[Vec<usize>], from: usize, to: usize) -> bool {
    let mut seen = vec![false; waits.len()];
    let mut stack = vec![from];
    while let Some(task) = stack.pop() {
        if task == to {
            return true;
        }
        if !std::mem::replace(&mut seen[task], true) {
            stack.extend(&waits[task]);
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Runs the schedule with tasks that end in the order of their start, and gives that order.
    fn order(tasks: &[(&str, &[&str])], limit: usize) -> String {
        let after: Vec<Vec<String>> =
            tasks.iter().map(|(_, after)| after.iter().map(ToString::to_string).collect()).collect();
        let items: Vec<Item<'_>> = tasks
            .iter()
            .zip(&after)
            .map(|((name, _), after)| Item { name, after, weight: Weight::Light })
            .collect();
        let mut schedule = Schedule::new(&items);
        let mut running = std::collections::VecDeque::new();
        let mut order = String::new();
        loop {
            while let Some(task) = schedule.start(limit) {
                order.push_str(tasks[task].0);
                running.push_back(task);
            }
            let Some(task) = running.pop_front() else {
                return order;
            };
            schedule.finish(task);
        }
    }

    #[test]
    fn tasks_start_in_the_order_of_adding_once_they_may() {
        for (tasks, expected) in [
            (vec![], ""),
            (vec![("a", &[] as &[&str]), ("b", &[]), ("c", &[])], "abc"),
            (vec![("a", &["c"]), ("b", &[]), ("c", &["b"])], "bca"),
            (vec![("a", &["unknown"])], "a"),
            (vec![("a", &["a"])], "a"),
            // The circle is broken at b, the last one in it; c, added later, is in none.
            (vec![("a", &["b"]), ("b", &["a"]), ("c", &["a"])], "bac"),
            (vec![("a", &["c"]), ("b", &["a"]), ("c", &["b"])], "cab"),
            // Two of one name: c waits for both.
            (vec![("c", &["a"]), ("a", &[]), ("a", &[])], "aac"),
        ] {
            assert_eq!(order(&tasks, 1), expected, "{tasks:?}");
        }
    }

    #[derive(Debug, Clone)]
    struct Task {
        after: Vec<usize>,
        heavy: bool,
    }

    fn tasks() -> impl Strategy<Value = Vec<Task>> {
        let task = (prop::collection::vec(0_usize..14, 0..4), any::<bool>());
        prop::collection::vec(task.prop_map(|(after, heavy)| Task { after, heavy }), 0..12)
    }

    proptest! {
        #[test]
        fn every_task_runs_once_within_the_limits(
            tasks in tasks(),
            limit in 1_usize..5,
            picks in prop::collection::vec(any::<prop::sample::Index>(), 12),
            acyclic in any::<bool>(),
        ) {
            let names: Vec<String> = (0..tasks.len()).map(|index| index.to_string()).collect();
            let after: Vec<Vec<String>> = tasks
                .iter()
                .enumerate()
                .map(|(index, task)| {
                    task.after.iter().filter(|&&other| !acyclic || other < index).map(usize::to_string).collect()
                })
                .collect();
            let items: Vec<Item<'_>> = tasks
                .iter()
                .enumerate()
                .map(|(index, task)| Item {
                    name: &names[index],
                    after: &after[index],
                    weight: if task.heavy { Weight::Heavy } else { Weight::Light },
                })
                .collect();
            let mut schedule = Schedule::new(&items);
            let (mut running, mut ended): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
            loop {
                while let Some(task) = schedule.start(limit) {
                    prop_assert!(!running.contains(&task) && !ended.contains(&task));
                    if acyclic {
                        for other in &after[task] {
                            prop_assert!(ended.contains(&other.parse().unwrap()));
                        }
                    }
                    running.push(task);
                    prop_assert!(running.len() <= limit);
                    prop_assert!(running.iter().filter(|&&task| tasks[task].heavy).count() <= 1);
                }
                if running.is_empty() {
                    break;
                }
                let pick = picks[ended.len()].index(running.len());
                let task = running.remove(pick);
                schedule.finish(task);
                ended.push(task);
            }
            prop_assert_eq!(ended.len(), tasks.len());
        }
    }
}
