//! Line endings between blob and working tree, by git's rules (gitattributes(5), `core.autocrlf`, `core.eol`): pure.

/// What happens to a file's line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Nothing.
    Binary,
    /// Text, whatever it holds.
    Text {
        /// The working tree has CRLF.
        crlf: bool,
    },
    /// Text if it looks so.
    Auto {
        /// The working tree has CRLF.
        crlf: bool,
    },
}

/// `core.autocrlf`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) enum AutoCrlf {
    #[default]
    False,
    True,
    Input,
}

/// What the configuration says of line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) struct Settings {
    pub(super) auto: AutoCrlf,
    /// `core.eol`: whether it is `crlf` or `lf`; `None`: the system's.
    pub(super) eol_crlf: Option<bool>,
}

impl Settings {
    /// Whether text without more said has CRLF in the working tree.
    fn text_is_crlf(self) -> bool {
        match self.auto {
            AutoCrlf::True => true,
            AutoCrlf::Input => false,
            AutoCrlf::False => self.eol_crlf.unwrap_or(cfg!(windows)),
        }
    }

    /// The action for the values of the attributes `text`, `crlf` (its old name) and `eol`.
    pub(super) fn action(self, text: &[u8], crlf: &[u8], eol: &[u8]) -> Action {
        #[derive(PartialEq)]
        enum Said {
            Text,
            Input,
            Auto,
            Nothing,
        }
        let said = |value: &[u8]| match value {
            b"set" => Some(Said::Text),
            b"unset" => None,
            b"input" => Some(Said::Input),
            b"auto" => Some(Said::Auto),
            _ => Some(Said::Nothing),
        };
        let said = match said(text) {
            Some(Said::Nothing) => said(crlf),
            other => other,
        };
        let Some(said) = said else { return Action::Binary };
        let eol = match eol {
            b"lf" => Some(false),
            b"crlf" => Some(true),
            _ => None,
        };
        match (said, eol) {
            (Said::Input, None) => Action::Text { crlf: false },
            (Said::Auto, eol) => Action::Auto { crlf: eol.unwrap_or_else(|| self.text_is_crlf()) },
            (_, Some(crlf)) => Action::Text { crlf },
            (Said::Text, None) => Action::Text { crlf: self.text_is_crlf() },
            (Said::Nothing, None) => match self.auto {
                AutoCrlf::False => Action::Binary,
                AutoCrlf::True => Action::Auto { crlf: true },
                AutoCrlf::Input => Action::Auto { crlf: false },
            },
        }
    }
}

/// What a content is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
struct Counts {
    zero: usize,
    lone_cr: usize,
    lone_lf: usize,
    crlf: usize,
    printable: usize,
    other: usize,
}

fn count(bytes: &[u8]) -> Counts {
    let mut counts = Counts::default();
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b'\r' if bytes.get(at + 1) == Some(&b'\n') => counts.crlf += 1,
            b'\r' => counts.lone_cr += 1,
            b'\n' if at > 0 && bytes[at - 1] == b'\r' => {}
            b'\n' => counts.lone_lf += 1,
            0 => {
                counts.zero += 1;
                counts.other += 1;
            }
            // Backspace, tab, escape, form feed.
            8 | 9 | 27 | 12 => counts.printable += 1,
            1..32 | 127 => counts.other += 1,
            _ => counts.printable += 1,
        }
    }
    // The end-of-file mark of DOS.
    if bytes.last() == Some(&26) {
        counts.other -= 1;
    }
    counts
}

impl Counts {
    fn is_binary(self) -> bool {
        self.lone_cr > 0 || self.zero > 0 || self.printable >> 7 < self.other
    }
}

/// Whether git takes it for text with CRLF.
pub(super) fn is_crlf_text(bytes: &[u8]) -> bool {
    let counts = count(bytes);
    !counts.is_binary() && counts.crlf > 0
}

/// From the working tree to the blob. `staged_crlf` says whether what is staged under this path is text with CRLF: then git
/// leaves an `auto` file as it is.
pub(super) fn to_blob(action: Action, bytes: Vec<u8>, staged_crlf: impl FnOnce() -> bool) -> Vec<u8> {
    if action == Action::Binary || !bytes.contains(&b'\r') {
        return bytes;
    }
    let counts = count(&bytes);
    if counts.crlf == 0 || matches!(action, Action::Auto { .. }) && (counts.is_binary() || staged_crlf()) {
        return bytes;
    }
    let next = bytes.iter().skip(1).copied().map(Some).chain([None]);
    bytes
        .iter()
        .zip(next)
        .filter(|&(&byte, next)| byte != b'\r' || next != Some(b'\n'))
        .map(|(&byte, _)| byte)
        .collect()
}

/// From the blob to the working tree.
pub(super) fn to_worktree(action: Action, bytes: Vec<u8>) -> Vec<u8> {
    let (Action::Text { crlf: true } | Action::Auto { crlf: true }) = action else { return bytes };
    let counts = count(&bytes);
    let mixed = counts.lone_cr > 0 || counts.crlf > 0 || counts.is_binary();
    if counts.lone_lf == 0 || matches!(action, Action::Auto { .. }) && mixed {
        return bytes;
    }
    let mut converted = Vec::with_capacity(bytes.len() + counts.lone_lf);
    for (at, &byte) in bytes.iter().enumerate() {
        if byte == b'\n' && (at == 0 || bytes[at - 1] != b'\r') {
            converted.push(b'\r');
        }
        converted.push(byte);
    }
    converted
}
