//! A child and all processes that it starts: a process group on Unix, a job on Windows. Starting, asking, ending.
//!
//! `process-wrap` makes the group or job. On Unix its `wait` and `try_wait` are left aside: they reap the leader before the
//! rest of the group can be signalled (a reaped leader's number can be given to a stranger), and where this program is the
//! one that orphans fall to (process 1 of a container) `wait` has no time limit.

use std::io;
use std::process::{ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus};

use process_wrap::std::{ChildWrapper, CommandWrap};
#[cfg(unix)]
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, WaitOptions};

use super::live;
use super::strays::Strays;
#[cfg(unix)]
use super::table;

/// A child with a group of its own. Dropping it ends the group.
#[derive(Debug)]
pub(super) struct Group {
    child: Box<dyn ChildWrapper>,
    strays: Strays,
    status: Option<ExitStatus>,
    gone: bool,
}

impl Group {
    /// Starts the command as the leader of a new group.
    pub(super) fn start(command: Command) -> io::Result<Self> {
        let mut command = CommandWrap::from(command);
        #[cfg(unix)]
        command.wrap(process_wrap::std::ProcessGroup::leader());
        #[cfg(windows)]
        command.wrap(process_wrap::std::JobObject);
        let child = live::enter(|| command.spawn(), |child| child.id())?;
        Ok(Self { child, strays: Strays::default(), status: None, gone: false })
    }

    /// Takes the pipe to its standard input.
    pub(super) fn stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin().take()
    }

    /// Takes the pipes from its standard output and error.
    pub(super) fn outputs(&mut self) -> (Option<ChildStdout>, Option<ChildStderr>) {
        (self.child.stdout().take(), self.child.stderr().take())
    }

    /// How the leader ended, once it is reaped.
    pub(super) fn status(&self) -> Option<ExitStatus> {
        self.status
    }
}

#[cfg(unix)]
impl Group {
    fn id(&self) -> Option<Pid> {
        i32::try_from(self.child.id()).ok().and_then(Pid::from_raw)
    }

    fn signal(&self, signal: Signal) {
        if let Some(id) = self.id() {
            // It may be gone already, or belong to another user by now: nothing more can be done then.
            let _ = rustix::process::kill_process_group(id, signal);
        }
    }

    /// Whether the leader ended. It stays a zombie, which keeps the group's number taken.
    pub(super) fn leader_ended(&mut self) -> bool {
        let Some(id) = self.id() else { return true };
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        // An error means that there is nothing to wait for (a parent that ignores SIGCHLD).
        self.status.is_some() || !matches!(rustix::process::waitid(WaitId::Pid(id), options), Ok(None))
    }

    /// Whether the system stopped the group because one of it reads from the terminal or sets it. That goes to the whole
    /// group, so the leader tells.
    pub(super) fn asks_terminal(&self) -> bool {
        let Some(id) = self.id() else { return false };
        let options = WaitIdOptions::STOPPED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let Ok(Some(status)) = rustix::process::waitid(WaitId::Pid(id), options) else {
            return false;
        };
        let signal = status.stopping_signal();
        signal == Some(Signal::TTIN.as_raw()) || signal == Some(Signal::TTOU.as_raw())
    }

    /// Asks all of the group to end. Those that are stopped are woken, so that they can. Where the leader still runs, its
    /// descendants in other groups are asked as well: when it ended by itself, what left its group left on purpose.
    pub(super) fn terminate(&mut self) {
        if !self.leader_ended() {
            self.strays.find(self.child.id());
            self.strays.terminate();
        }
        self.signal(Signal::TERM);
        self.signal(Signal::CONT);
    }

    /// Ends all of the group at once, and its leader's descendants in other groups.
    pub(super) fn kill(&mut self) {
        self.strays.find(self.child.id());
        self.strays.kill();
        self.signal(Signal::KILL);
    }

    /// Takes the status of a leader that ended.
    pub(super) fn reap(&mut self) -> io::Result<()> {
        if self.status.is_none() {
            self.status = self.child.inner_mut().try_wait()?;
        }
        Ok(())
    }

    /// Whether no process of the group runs any more. Ask when the leader is reaped.
    pub(super) fn is_gone(&mut self) -> bool {
        if !self.gone {
            self.gone = self.id().is_none_or(|id| {
                // Where orphans fall to this program they are its to reap.
                while let Ok(Some(_)) = rustix::process::waitpgid(id, WaitOptions::NOHANG) {}
                // Any error: no such group, or (macOS) zombies alone, or processes of another user.
                rustix::process::test_kill_process_group(id).is_err() || zombies_alone(id)
            }) && self.strays.are_gone();
            if self.gone {
                live::leave(self.child.id());
            }
        }
        self.gone
    }
}

/// Whether a group that still has a number holds nothing that runs: a container's process 1 may never reap its orphans.
#[cfg(unix)]
fn zombies_alone(group: Pid) -> bool {
    let mut members = table::all();
    members.retain(|entry| entry.group == group.as_raw_pid());
    !members.is_empty() && members.iter().all(|entry| entry.zombie)
}

#[cfg(windows)]
impl Group {
    /// Whether the leader ended.
    pub(super) fn leader_ended(&mut self) -> bool {
        if self.status.is_none() {
            self.status = self.child.try_wait().ok().flatten();
        }
        self.status.is_some()
    }

    /// A child shares the console.
    #[expect(clippy::unused_self, reason = "the face that Unix has")]
    pub(super) fn asks_terminal(&self) -> bool {
        false
    }

    /// Ends the whole job: there is no way to ask.
    pub(super) fn terminate(&mut self) {
        self.kill();
    }

    /// Ends the whole job, which holds all descendants.
    pub(super) fn kill(&mut self) {
        let _ = self.child.start_kill();
    }

    /// Takes the status of a leader that ended.
    pub(super) fn reap(&mut self) -> io::Result<()> {
        if self.status.is_none() {
            self.status = self.child.try_wait()?;
        }
        Ok(())
    }

    /// Whether no process of the job runs any more: it was ended whole before the leader was reaped.
    pub(super) fn is_gone(&mut self) -> bool {
        if !self.gone {
            self.gone = self.strays.are_gone();
            live::leave(self.child.id());
        }
        self.gone
    }
}

impl Drop for Group {
    /// For the way out through a panic; `run` has ended the group by then otherwise.
    fn drop(&mut self) {
        if !self.gone {
            self.kill();
            if self.status.is_none() {
                let _ = self.child.inner_mut().wait();
            }
            live::leave(self.child.id());
        }
    }
}

/// Kills the group of this number, and its leader's descendants in other groups.
pub(super) fn kill_by_id(id: u32) {
    let mut strays = Strays::default();
    strays.find(id);
    strays.kill();
    #[cfg(unix)]
    if let Some(id) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        let _ = rustix::process::kill_process_group(id, Signal::KILL);
    }
    // On Windows a job can be ended by its handle alone, which its own thread holds.
    #[cfg(windows)]
    let _ = id;
}
