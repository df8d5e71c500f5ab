//! Panics of parts that must not take the whole run with them: caught, and told in one line instead of on the terminal.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    static CATCHING: Cell<usize> = const { Cell::new(0) };
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs `work`. A panic in it becomes its message and place, and isn't printed; the default report of other panics stays.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    hold_tongue();
    CATCHING.set(CATCHING.get() + 1);
    let end = catch_unwind(AssertUnwindSafe(work));
    CATCHING.set(CATCHING.get() - 1);
    end.map_err(|panic| {
        let place = PLACE.take().map(|place| format!(" ({place})")).unwrap_or_default();
        format!("{}{place}", message(panic.as_ref()))
    })
}

/// Lets the hook of panics note the place, in threads that catch, and do as before in others.
fn hold_tongue() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |panic| {
            if CATCHING.get() == 0 {
                before(panic);
            } else {
                PLACE.set(panic.location().map(|at| format!("{}:{}", at.file(), at.line())));
            }
        }));
    });
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_its_message_and_place() {
        assert_eq!(caught(|| 1), Ok(1));
        let told = caught(|| panic!("out of {}", "cheese")).unwrap_err();
        assert!(told.starts_with("out of cheese (") && told.contains("caught.rs:"), "{told}");
        let inner = caught(|| caught(|| panic!("inner")).unwrap_err()).unwrap();
        assert!(inner.starts_with("inner"), "{inner}");
    }
}
