//! `check-merge-conflict`: no conflict markers left behind. Unlike the original, which sleeps outside a merge, it always looks; so
//! that a heading underlined with `=======` is no conflict, a separator counts only after a start marker.

use std::sync::LazyLock;

use super::{Check, File, Hit, Line, LineCheck, Wanted, Work};
use crate::options::Options;

/// The check.
pub(super) static CHECK: Check = Check {
    id: "check-merge-conflict",
    about: "no merge conflict markers",
    version: 1,
    takes: "text",
    work: Work::Lines(start),
    fix: None,
};

#[derive(Default)]
struct Scan {
    /// Whether a start marker came before, and no end marker since.
    open: bool,
    hits: Vec<Hit>,
}

impl LineCheck for Scan {
    fn line(&mut self, line: Line) {
        let marker = match line.bytes.first() {
            Some(b'<') if line.bytes.starts_with(b"<<<<<<< ") => {
                self.open = true;
                "<<<<<<<"
            }
            Some(b'>') if line.bytes.starts_with(b">>>>>>> ") => {
                self.open = false;
                ">>>>>>>"
            }
            Some(b'=') if self.open && is_separator(line.bytes) => "=======",
            _ => return,
        };
        if self.hits.len() < MOST {
            self.hits.push(Hit::line(line.number, format!("merge conflict marker `{marker}`")));
        }
    }

    fn wanted(&self) -> &'static Wanted {
        static MARKS: LazyLock<Wanted> =
            LazyLock::new(|| Wanted::new(|byte| matches!(byte, b'<' | b'=' | b'>'), |_| false));
        &MARKS
    }

    fn finish(self: Box<Self>) -> Vec<Hit> {
        self.hits
    }
}

/// More markers than this in one file tell nothing new.
const MOST: usize = 30;

fn is_separator(line: &[u8]) -> bool {
    let rest = line.strip_prefix(b"=======");
    rest.is_some_and(|rest| rest.starts_with(b" ") || rest == b"\n" || rest == b"\r\n")
}

fn start(_: &File, _: &Options) -> Box<dyn LineCheck> {
    Box::<Scan>::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8]) -> Vec<u32> {
        let mut scan: [Box<dyn LineCheck>; 1] = [Box::<Scan>::default()];
        super::super::lines::scan(bytes, &mut scan);
        let [scan] = scan;
        scan.finish().iter().filter_map(|hit| hit.line).collect()
    }

    #[test]
    fn markers_are_found_at_the_start_of_a_line() {
        for (bytes, expected) in [
            (&b"<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n"[..], &[1, 3, 5][..]),
            (b"<<<<<<< HEAD\r\na\r\n=======\r\nb\r\n>>>>>>> o\r\n", &[1, 3, 5]),
            (b"<<<<<<< a\n||||||| b\n======= c\n", &[1, 3]),
            (b"Title\n=======\n\ntext\n", &[]),
            (b">>>>>>> other\n", &[1]),
            (b" <<<<<<< HEAD\n<<<<<<<\n<<<<<<<<\n", &[]),
            (b"<<<<<<< a\n========\n=======", &[1]),
            (b"", &[]),
        ] {
            assert_eq!(lines(bytes), expected, "{bytes:?}");
        }
    }
}
