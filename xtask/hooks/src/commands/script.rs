//! The scripts that a command makes of its files, for `sh -c`.

use std::ffi::OsString;

use bstr::{BString, ByteSlice, ByteVec};
use xtask_core::exec::Process;
use xtask_core::model::RepoPath;

/// What stands for the files in a command.
pub(crate) const FILES: &str = "{files}";

/// The most that the files of one script may take: Linux takes 128 KiB for one argument, of which the rest of the script gets the
/// remainder.
const MOST: usize = 96 << 10;

/// The scripts that run `run` on `files`: several where the files are many; one without files where it doesn't ask for them.
pub(crate) fn scripts(run: &str, files: &[&RepoPath]) -> Vec<BString> {
    let places = run.matches(FILES).count();
    if places == 0 {
        return vec![run.into()];
    }
    let mut scripts = Vec::new();
    let mut list = BString::default();
    let mut finish = |list: &mut BString| {
        if !list.is_empty() {
            scripts.push(BString::from(run.as_bytes().replace(FILES, std::mem::take(list))));
        }
    };
    for file in files {
        let quoted = quote(file);
        if (list.len() + quoted.len() + 1) * places > MOST {
            finish(&mut list);
        }
        if !list.is_empty() {
            list.push_byte(b' ');
        }
        list.push_str(&quoted);
    }
    finish(&mut list);
    scripts
}

/// The path as one word of `sh`; a leading `-` is kept from being an option.
pub(crate) fn quote(path: &RepoPath) -> BString {
    let bytes = path.as_bytes();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+@%,:=".contains(byte);
    let mut word = BString::default();
    if bytes.starts_with(b"-") {
        word.push_str("./");
    }
    if bytes.iter().all(plain) {
        word.push_str(bytes);
    } else if cfg!(windows) {
        word.push_byte(b'"');
        word.push_str(bytes);
        word.push_byte(b'"');
    } else {
        word.push_byte(b'\'');
        word.push_str(bytes.replace("'", r"'\''"));
        word.push_byte(b'\'');
    }
    word
}

/// The process that runs a script; `arguments` are its `$1`, `$2` ….
pub(super) fn shell(script: BString, arguments: &[OsString]) -> Process {
    let script: OsString = Vec::from(script).into_os_string().unwrap_or_else(|script| {
        // Only where the system's arguments are text.
        script.as_bytes().to_str_lossy().into_owned().into()
    });
    if cfg!(windows) {
        Process::new("cmd").arg("/C").arg(script)
    } else {
        Process::new("sh").arg("-c").arg(script).arg("hook").args(arguments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(run: &str, files: &[&[u8]]) -> Vec<String> {
        let files: Vec<RepoPath> = files.iter().map(|path| RepoPath::new(*path)).collect();
        let scripts = scripts(run, &files.iter().collect::<Vec<_>>());
        scripts.iter().map(ToString::to_string).collect()
    }

    #[cfg(unix)]
    #[test]
    fn files_are_put_in_quoted() {
        assert_eq!(show("make", &[b"a"]), ["make"]);
        assert_eq!(show("x {files} -v", &[b"a/b.py", b"c d"]), ["x a/b.py 'c d' -v"]);
        assert_eq!(
            show("x {files}", &[b"it's", b"-n", b"$(rm)", b"a\nb"]),
            ["x 'it'\\''s' ./-n '$(rm)' 'a\nb'"]
        );
        assert_eq!(show("x {files}", &[]), [""; 0]);
    }

    #[test]
    fn many_files_make_several_scripts() {
        let names: Vec<Vec<u8>> = (0..5000).map(|at| format!("{at:050}").into_bytes()).collect();
        let names: Vec<&[u8]> = names.iter().map(Vec::as_slice).collect();
        let scripts = show("x {files}", &names);
        assert_eq!(scripts.len(), 3);
        assert!(scripts.iter().all(|script| script.len() <= MOST + 2));
        assert_eq!(scripts.iter().map(|script| script.split(' ').count() - 1).sum::<usize>(), 5000);
    }
}
