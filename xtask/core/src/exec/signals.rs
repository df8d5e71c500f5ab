//! Signals that ask this program to end.

use std::time::Duration;

use super::Cancel;

/// Sets the flag when SIGINT, SIGTERM or SIGHUP (unless `nohup` has it ignored) arrives (Windows: Ctrl-C). Call once, at the start of a command that starts
/// children; further calls give the same flag.
///
/// A SIGINT after that, at least 300 ms later, hurries: all child groups are killed, and the program exits with 130 at once,
/// without cleaning up. (Earlier ones are taken for the same key press, which the terminal and a wrapper like npm both pass on.)
pub fn watch_signals() -> Cancel {
    use std::sync::OnceLock;
    static WATCHED: OnceLock<Cancel> = OnceLock::new();
    WATCHED
        .get_or_init(|| {
            let cancel = Cancel::new();
            watch(&cancel);
            cancel
        })
        .clone()
}

/// Signals within this time after the first are copies of it.
const SAME: Duration = Duration::from_millis(300);

#[cfg(unix)]
fn watch(cancel: &Cancel) {
    use std::time::Instant;

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    use super::{Interrupt, live};

    // Without handlers signals end the program as they would any other; nothing better can be done then.
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else {
        return;
    };
    if !hangup_is_ignored() {
        let _ = signals.add_signal(SIGHUP);
    }
    let cancel = cancel.clone();
    let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        let mut first: Option<Instant> = None;
        for signal in signals.forever() {
            let again = first.is_some_and(|first| first.elapsed() >= SAME);
            if signal == SIGINT && again {
                live::kill_all(|| signal_hook::low_level::exit(130));
            }
            first.get_or_insert_with(Instant::now);
            cancel.stop(if signal == SIGINT { Interrupt::Interrupted } else { Interrupt::Terminated });
        }
    });
}

/// Whether this program was started by `nohup`, to outlive the terminal. (SIGINT is taken also where it was ignored: a script
/// that starts us in the background and sends SIGINT means it.)
#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| ignores_hangup(&status))
}

/// Reads proc(5)'s mask of ignored signals, in which bit 0 is signal 1, SIGHUP.
#[cfg(unix)]
fn ignores_hangup(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

#[cfg(windows)]
fn watch(cancel: &Cancel) {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use signal_hook::consts::SIGINT;

    use super::{Interrupt, live};

    // The system's own thread runs the handler: a flag is all it may set.
    let arrived = Arc::new(AtomicBool::new(false));
    if signal_hook::flag::register(SIGINT, Arc::clone(&arrived)).is_err() {
        return;
    }
    let cancel = cancel.clone();
    let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        let wait = || {
            while !arrived.swap(false, Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(20));
            }
        };
        wait();
        cancel.stop(Interrupt::Interrupted);
        std::thread::sleep(SAME);
        arrived.store(false, Ordering::SeqCst);
        wait();
        live::kill_all(|| signal_hook::low_level::exit(130));
    });
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn nohup_is_seen() {
        for (status, expected) in [
            ("Name:\tx\nSigIgn:\t0000000000000001\n", true),
            ("SigIgn:\t0000000000001003", true),
            ("SigIgn:\t0000000000001002", false),
            ("SigIgn:\tnonsense", false),
            ("SigBlk:\t0000000000000001\n", false),
            ("", false),
        ] {
            assert_eq!(ignores_hangup(status), expected, "{status}");
        }
    }
}
