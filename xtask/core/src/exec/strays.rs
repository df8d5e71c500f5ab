//! Descendants of a child that run in a group of their own: `timeout` makes one, so does a nested xtask or an interactive
//! shell. A signal to the child's group doesn't reach them. Found while their ancestors live, on Linux; elsewhere they are left.

#[cfg(target_os = "linux")]
pub(super) use linux::Strays;
#[cfg(not(target_os = "linux"))]
pub(super) use none::Strays;

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeSet;
    use std::os::fd::OwnedFd;

    use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

    use super::super::table::{self, Entry};

    /// The strays of one group.
    #[derive(Debug, Default)]
    pub(in super::super) struct Strays(Vec<Stray>);

    #[derive(Debug)]
    struct Stray {
        entry: Entry,
        /// Stands for this very process, also when its number is given to another.
        handle: OwnedFd,
    }

    impl Strays {
        /// Adds the descendants of the group's leader, and of the strays that are known, as they are now.
        pub(in super::super) fn find(&mut self, group: u32) {
            let group = group.cast_signed();
            let known = self.0.iter().filter(|stray| stray.runs()).map(|stray| stray.entry.pid);
            let roots: BTreeSet<i32> = known.chain([group]).collect();
            for entry in outside(&table::all(), group, &roots) {
                let handle =
                    Pid::from_raw(entry.pid).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
                // Between the look at the table and the opening the number may have been given to another.
                if let Some(handle) = handle
                    && table::one(entry.pid).is_some_and(|now| now.start == entry.start)
                {
                    self.0.push(Stray { entry, handle });
                }
            }
        }

        /// Asks all to end. Those that are stopped are woken, so that they can.
        pub(in super::super) fn terminate(&self) {
            self.signal(Signal::TERM);
            self.signal(Signal::CONT);
        }

        /// Ends all at once.
        pub(in super::super) fn kill(&self) {
            self.signal(Signal::KILL);
        }

        /// Whether none runs any more.
        pub(in super::super) fn are_gone(&self) -> bool {
            !self.0.iter().any(Stray::runs)
        }

        fn signal(&self, signal: Signal) {
            for stray in &self.0 {
                // It may be gone already, or belong to another user.
                let _ = pidfd_send_signal(&stray.handle, signal);
            }
        }
    }

    impl Stray {
        fn runs(&self) -> bool {
            table::one(self.entry.pid).is_some_and(|now| now.start == self.entry.start && !now.zombie)
        }
    }

    /// The descendants of `roots` that are none of them, and not in `group`.
    fn outside(table: &[Entry], group: i32, roots: &BTreeSet<i32>) -> Vec<Entry> {
        let mut family = roots.clone();
        loop {
            let before = family.len();
            family.extend(
                table
                    .iter()
                    .filter(|entry| family.contains(&entry.parent) || entry.group == group)
                    .map(|entry| entry.pid)
                    .collect::<Vec<i32>>(),
            );
            if family.len() == before {
                break;
            }
        }
        let mut found: Vec<Entry> = table.to_vec();
        found.retain(|entry| {
            family.contains(&entry.pid)
                && !roots.contains(&entry.pid)
                && entry.group != group
                && !entry.zombie
        });
        found
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn descendants_in_other_groups_are_found() {
            let entry = |(pid, parent, group)| Entry { pid, parent, group, start: 0, zombie: pid == 15 };
            // 10 leads the group; 11 is in it; 12 is 11's, in its own; 13 is 12's; 14 is in the group, but its parent is gone;
            // 16 is 14's; 15 is a zombie; 20 has nothing to do with it.
            let table = [
                (13, 12, 12),
                (10, 1, 10),
                (11, 10, 10),
                (12, 11, 12),
                (14, 1, 10),
                (15, 10, 15),
                (16, 14, 16),
                (20, 1, 20),
            ]
            .map(entry);
            let pids = |roots: &[i32]| -> Vec<i32> {
                let found = outside(&table, 10, &roots.iter().copied().collect());
                found.iter().map(|entry| entry.pid).collect()
            };
            assert_eq!(pids(&[10]), [13, 12, 16]);
            assert_eq!(pids(&[10, 12]), [13, 16]);
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod none {
    /// Nobody: there is no table to look them up in.
    #[derive(Debug, Default)]
    pub(in super::super) struct Strays;

    #[allow(clippy::unused_self, dead_code, reason = "the face that Linux has; Windows uses less of it")]
    impl Strays {
        pub(in super::super) fn find(&mut self, _group: u32) {}

        pub(in super::super) fn terminate(&self) {}

        pub(in super::super) fn kill(&self) {}

        pub(in super::super) fn are_gone(&self) -> bool {
            true
        }
    }
}
