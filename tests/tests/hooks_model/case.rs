//! Random commits: what HEAD, the index and the working tree hold, which fixers there are, and how it is committed.

use proptest::collection::vec;
use proptest::prelude::*;

/// The parts of which lines are put together: few, so that they repeat.
const BODIES: [&str; 9] = ["a", "", "b", "token", "{", "}", "import z", "import a", "# head"];
const BLANKS: [&str; 3] = ["", " ", " \t"];

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) crlf: bool,
}

/// Lines, and whether the last one ends in a newline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) lines: Vec<Line>,
    pub(crate) open: bool,
}

impl Content {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (at, line) in self.lines.iter().enumerate() {
            bytes.extend(line.text.as_bytes());
            bytes.extend(match (self.open && at + 1 == self.lines.len(), line.crlf) {
                (true, _) => &b""[..],
                (false, true) => b"\r\n",
                (false, false) => b"\n",
            });
        }
        bytes
    }
}

/// What the user did to a staged line, without staging it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    Keep,
    Delete,
    Replace,
    InsertBefore,
}

/// What lies in the working tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum User {
    /// What is staged.
    Same,
    /// For each staged line what became of it, and whether there are new lines below; and whether the last line stays open.
    Edited(Vec<Edit>, bool, bool),
    /// Nothing.
    Missing,
}

/// A text file.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// `None`: it is new.
    pub(crate) head: Option<Content>,
    pub(crate) staged: Content,
    pub(crate) user: User,
    /// Whether it is checked out with CRLF.
    pub(crate) converted: bool,
    pub(crate) executable: bool,
    /// Whether `git commit -- path` names it.
    pub(crate) named: bool,
}

/// A fixing command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Token,
    Sort,
    Indent,
    Header,
    Drop,
}

impl Command {
    pub(crate) fn run(self) -> &'static str {
        match self {
            Self::Token => "sed -i 's/^token/TOKEN/' {files}",
            Self::Sort => "sh sort.sh {files}",
            Self::Indent => r"sed -i 's/^\([^ \r]\)/  \1/' {files}",
            Self::Header => "sh header.sh {files}",
            Self::Drop => "sed -i '/^{/d' {files}",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Plain,
    All,
    Paths,
    Amend,
}

/// A commit.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) files: Vec<File>,
    pub(crate) checks: Vec<&'static str>,
    pub(crate) command: Option<Command>,
    pub(crate) way: Way,
}

fn line(may_be_crlf: bool) -> impl Strategy<Value = Line> {
    let crlf = if may_be_crlf {
        prop_oneof![3 => Just(false), 1 => Just(true)].boxed()
    } else {
        Just(false).boxed()
    };
    (0..BODIES.len(), prop_oneof![3 => Just(0usize), 1 => 1usize..3], crlf)
        .prop_map(|(body, blanks, crlf)| Line { text: format!("{}{}", BODIES[body], BLANKS[blanks]), crlf })
}

fn content(most: usize, may_be_crlf: bool) -> impl Strategy<Value = Content> {
    (vec(line(may_be_crlf), 0..=most), prop::bool::weighted(0.2)).prop_map(|(lines, open)| {
        // An open empty line is no line.
        let open = open && lines.last().is_some_and(|last| !last.text.is_empty());
        Content { lines, open }
    })
}

fn user(lines: usize) -> impl Strategy<Value = User> {
    let edit = prop_oneof![
        12 => Just(Edit::Keep),
        1 => Just(Edit::Delete),
        1 => Just(Edit::Replace),
        2 => Just(Edit::InsertBefore),
    ];
    prop_oneof![
        4 => Just(User::Same),
        10 => (vec(edit, lines), prop::bool::weighted(0.3), prop::bool::weighted(0.2))
            .prop_map(|(edits, below, open)| User::Edited(edits, below, open)),
        1 => Just(User::Missing),
    ]
}

fn file() -> impl Strategy<Value = File> {
    prop::bool::weighted(0.2).prop_flat_map(|converted| {
        (content(12, !converted), prop::option::weighted(0.7, content(6, !converted))).prop_flat_map(
            move |(staged, head)| {
                (user(staged.lines.len()), prop::bool::weighted(0.2), any::<bool>()).prop_map(
                    move |(user, executable, named)| File {
                        head: head.clone(),
                        staged: staged.clone(),
                        user,
                        converted,
                        executable,
                        named,
                    },
                )
            },
        )
    })
}

/// Any commit.
pub(crate) fn case() -> impl Strategy<Value = Case> {
    let all = vec!["trailing-whitespace", "end-of-file-fixer", "mixed-line-ending"];
    let command = prop::option::weighted(
        0.6,
        prop::sample::select(vec![
            Command::Token,
            Command::Sort,
            Command::Indent,
            Command::Header,
            Command::Drop,
        ]),
    );
    let way = prop_oneof![
        4 => Just(Way::Plain),
        1 => Just(Way::All),
        1 => Just(Way::Paths),
        1 => Just(Way::Amend),
    ];
    (vec(file(), 1..=4), prop::sample::subsequence(all, 0..=3), command, way).prop_map(
        |(files, checks, command, way)| Case {
            files,
            // A stage without anything to run measures nothing.
            checks: if checks.is_empty() && command.is_none() { vec!["trailing-whitespace"] } else { checks },
            command,
            way,
        },
    )
}
