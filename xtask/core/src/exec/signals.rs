//! Signals that ask this program to end.

use super::Cancel;

/// Sets the flag when SIGINT, SIGTERM or SIGHUP arrives (Windows: Ctrl-C). Call once, at the start of a command that starts
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

#[cfg(unix)]
fn watch(cancel: &Cancel) {
    use std::time::{Duration, Instant};

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    use super::{Interrupt, live};

    /// Signals within this time after the first are copies of it.
    const SAME: Duration = Duration::from_millis(300);

    // Without handlers signals end the program as they would any other; nothing better can be done then.
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) else {
        return;
    };
    let cancel = cancel.clone();
    let _ = std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            let mut first: Option<Instant> = None;
            for signal in signals.forever() {
                let again = first.is_some_and(|first| first.elapsed() >= SAME);
                if signal == SIGINT && again {
                    live::kill_all(|| signal_hook::low_level::exit(130));
                }
                first.get_or_insert_with(Instant::now);
                cancel.stop(if signal == SIGINT {
                    Interrupt::Interrupted
                } else {
                    Interrupt::Terminated
                });
            }
        });
}

#[cfg(windows)]
fn watch(cancel: &Cancel) {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use signal_hook::consts::SIGINT;

    use super::Interrupt;

    // The system's own thread runs the handler: a flag is all it may set.
    let arrived = Arc::new(AtomicBool::new(false));
    if signal_hook::flag::register(SIGINT, Arc::clone(&arrived)).is_err() {
        return;
    }
    let cancel = cancel.clone();
    let _ = std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            while !arrived.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(20));
            }
            cancel.stop(Interrupt::Interrupted);
        });
}
