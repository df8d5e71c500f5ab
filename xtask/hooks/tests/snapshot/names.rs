//! Names that other tools trip over.

use std::collections::BTreeMap;

use xtask_core::model::RepoPath;
use xtask_hooks::snapshot::Change;

use crate::fixture::{Fixture, path, run};

const NAMES: [&[u8]; 14] = [
    b"with space",
    b"-n",
    b":colon",
    b":(top)magic",
    b"\"quoted\"",
    b"it's",
    b"new\nline",
    b"tab\t",
    b"back\\slash",
    b"*.glob[a]",
    b"caf\xe9",
    "schön".as_bytes(),
    b"dir with space/-x",
    b"#hash",
];

#[test]
fn any_name_comes_and_goes() {
    let fixture = Fixture::new();
    for name in NAMES {
        fixture.write(name, "one\n");
    }
    fixture.commit();
    let mut snapshot = fixture.prepare();
    for name in NAMES {
        let file = snapshot.root().join(path(name));
        assert_eq!(xtask_core::files::read(&file).unwrap(), b"one\n", "{}", file.display());
        xtask_core::files::write(&file, b"two\n").unwrap();
        let created = [name, b".new"].concat();
        xtask_core::files::write(&snapshot.root().join(path(created)), b"new\n").unwrap();
    }
    let changes = snapshot.changes().unwrap();
    assert_eq!(changes.len(), 2 * NAMES.len());
    let (two, new, three) = (fixture.content("two\n"), fixture.content("new\n"), fixture.content("three\n"));
    let mut update = BTreeMap::new();
    for name in NAMES {
        assert_eq!(changes[&RepoPath::new(name)], Change::Modified { content: two, staged: false });
        let created = RepoPath::new([name, b".new"].concat());
        assert_eq!(changes[&created], Change::Created { content: new, staged: false });
        update.insert(RepoPath::new(name), three);
    }
    snapshot.update(&update).unwrap();
    for name in NAMES {
        let file = snapshot.root().join(path(name));
        assert_eq!(xtask_core::files::read(&file).unwrap(), b"three\n", "{}", file.display());
    }
    drop(snapshot);
    let snapshot = fixture.prepare();
    assert_eq!(run(&snapshot, "git status --porcelain"), "");
    assert_eq!(run(&snapshot, "git ls-files -z | tr -dc '\\0' | wc -c"), NAMES.len().to_string());
    for name in NAMES {
        fixture.git([b"rm", b"-q", b"--", &[b":(literal)", name].concat()[..]].map(path));
    }
    drop(snapshot);
    let snapshot = fixture.prepare();
    assert_eq!(run(&snapshot, "ls -A"), ".git");
}
