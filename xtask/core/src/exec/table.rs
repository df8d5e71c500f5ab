//! The system's table of processes, where it shows one as files (Linux's `/proc`); empty elsewhere.

use std::fs;

/// One process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) pid: i32,
    pub(super) parent: i32,
    pub(super) group: i32,
    /// When it started, in clock ticks since boot: with the number this names a process for good.
    pub(super) start: u64,
    /// It ended and waits to be reaped.
    pub(super) zombie: bool,
}

/// All processes that can be seen.
pub(super) fn all() -> Vec<Entry> {
    let Ok(folder) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let pids = folder.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(one).collect()
}

/// The process of this number.
pub(super) fn one(pid: i32) -> Option<Entry> {
    parse(pid, &fs::read(format!("/proc/{pid}/stat")).ok()?)
}

/// Fields 3 to 5 and 22 of `/proc/PID/stat` (proc(5)); the name before them, in parentheses, may itself hold any byte.
fn parse(pid: i32, stat: &[u8]) -> Option<Entry> {
    let name_end = stat.iter().rposition(|&byte| byte == b')')?;
    let fields: Vec<&str> = str::from_utf8(&stat[name_end + 1..]).ok()?.split_ascii_whitespace().collect();
    Some(Entry {
        pid,
        parent: fields.get(1)?.parse().ok()?,
        group: fields.get(2)?.parse().ok()?,
        start: fields.get(19)?.parse().ok()?,
        zombie: matches!(*fields.first()?, "Z" | "X"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_whatever_the_name() {
        let rest = "0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 777 100 200";
        for (line, expected) in [
            (format!("7 (sh) S 3 5 5 {rest}"), Some((3, 5, 777, false))),
            (format!("7 (a) Z 1 (b) Z 3 5 5 {rest}"), Some((3, 5, 777, true))),
            ("7 (sh) S 3".to_owned(), None),
            ("7 sh S 3 5".to_owned(), None),
            (String::new(), None),
        ] {
            let entry = parse(7, line.as_bytes());
            let entry = entry.map(|entry| (entry.parent, entry.group, entry.start, entry.zombie));
            assert_eq!(entry, expected, "{line}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_is_in_the_table() {
        let pid = std::process::id().cast_signed();
        let entry = one(pid).expect("it runs");
        assert!(!entry.zombie);
        assert!(all().contains(&entry));
    }
}
