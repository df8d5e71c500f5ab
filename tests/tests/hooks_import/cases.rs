//! The commits: what each has, and which hooks refuse it.

/// A project of the fixtures.
pub(crate) struct Project {
    pub(crate) name: &'static str,
    /// What is there before.
    pub(crate) base: &'static [(&'static str, &'static str)],
    pub(crate) cases: &'static [Case],
}

/// A commit.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) files: &'static [(&'static str, &'static str)],
    /// The hooks that fail, by both managers.
    pub(crate) fails: &'static [&'static str],
    /// Those that fail here alone: the originals look at what is staged as new, or during a merge, and over a range of commits
    /// neither is there.
    pub(crate) ours_alone: &'static [&'static str],
}

const fn case(
    name: &'static str,
    files: &'static [(&'static str, &'static str)],
    fails: &'static [&'static str],
) -> Case {
    Case { name, files, fails, ours_alone: &[] }
}

/// 65 KiB.
static LARGE: [u8; 65 << 10] = {
    let mut bytes = [b'a'; 65 << 10];
    bytes[(65 << 10) - 1] = b'\n';
    bytes
};

static LARGE_TEXT: &str = match std::str::from_utf8(&LARGE) {
    Ok(text) => text,
    Err(_) => panic!("it is ASCII"),
};

pub(crate) static PYTHON_LIBRARY: Project = Project {
    name: "python-library",
    base: &[
        ("pyproject.toml", "[project]\nname = \"lib\"\nversion = \"1\"\n"),
        ("README.md", "# lib\n"),
        ("src/lib.py", "X = 1\n"),
    ],
    cases: &[
        case("clean", &[("src/a.py", "A = 1\n"), ("data.json", "{\"a\": 1}\n"), ("c.yaml", "a: 1\n")], &[]),
        case("whitespace", &[("src/a.py", "A = 1  \n")], &["trailing-whitespace"]),
        case("a line break in Markdown", &[("README.md", "one  \ntwo\n")], &[]),
        case("too many blanks in Markdown", &[("README.md", "one   \ntwo\t\n")], &["trailing-whitespace"]),
        case("no newline at the end", &[("a.txt", "a"), ("b.txt", "b\n\n\n")], &["end-of-file-fixer"]),
        case("CRLF", &[("a.txt", "a\r\nb\r\n")], &["mixed-line-ending"]),
        case("mixed endings", &[("a.txt", "a\r\nb\n")], &["mixed-line-ending"]),
        case("YAML", &[("a.yaml", "a: [1\n")], &["check-yaml"]),
        case("two YAML documents", &[("a.yaml", "a: 1\n---\nb: 1\n")], &["check-yaml"]),
        case(
            "TOML and JSON",
            &[("a.toml", "a = \n"), ("b.json", "{,}\n")],
            &["check-json", "check-toml", "trailing-whitespace"],
        ),
        Case {
            name: "markers without a merge",
            files: &[("a.txt", "<<<<<<< ours\n=======\n>>>>>>> theirs\n")],
            fails: &[],
            ours_alone: &["check-merge-conflict"],
        },
        case(
            "a private key",
            &[("k.txt", concat!("-----BEGIN RSA ", "PRIVATE KEY-----\n"))],
            &["detect-private-key"],
        ),
        case("letter case", &[("Readme.md", "# lib\n")], &["check-case-conflict"]),
        case("Python that doesn't compile", &[("src/a.py", "def f(:\n")], &["compiles"]),
        case(
            "two versions",
            &[("pyproject.toml", "[project]\nname = \"lib\"\nversion = \"1\"\n[x]\nversion = \"2\"\n")],
            &["version"],
        ),
        Case {
            name: "large",
            files: &[("a.txt", LARGE_TEXT)],
            fails: &[],
            ours_alone: &["check-added-large-files"],
        },
        case(
            "several",
            &[("a.txt", "a \r\n"), ("src/a.py", "x = \n")],
            &["compiles", "mixed-line-ending", "trailing-whitespace"],
        ),
    ],
};

pub(crate) static DJANGO_APP: Project = Project {
    name: "django-app",
    base: &[
        ("app/views.py", "\"\"\"Views.\"\"\"\n"),
        ("+x scripts/check_templates.sh", "#!/bin/sh\n! grep -n 'autoescape off' \"$@\"\n"),
    ],
    cases: &[
        case("clean", &[("app/a.py", "\"\"\"A.\"\"\"\nA = 1\n"), ("templates/a.html", "<p>\n")], &[]),
        case("print", &[("app/a.py", "print(1)\n")], &["no-print"]),
        case("print elsewhere", &[("tools/a.py", "print(1)\n")], &[]),
        case(
            "migrations are excluded",
            &[("app/migrations/0001.py", "print(1)  \n"), ("static/vendor/a.js", "a ")],
            &[],
        ),
        case("a script", &[("templates/x/a.html", "{% autoescape off %}\n")], &["templates-have-autoescape"]),
        case("no template", &[("docs/a.html", "{% autoescape off %}\n")], &[]),
        case(
            "syntax",
            &[("app/a.py", "def f(:\n")],
            &["check-ast", "check-builtin-literals", "check-docstring-first", "debug-statements"],
        ),
        case("a debugger", &[("app/a.py", "import pdb\n")], &["debug-statements"]),
        case("a late docstring", &[("app/a.py", "X = 1\n\"\"\"Late.\"\"\"\n")], &["check-docstring-first"]),
        case("literals", &[("app/a.py", "X = list()\n")], &["check-builtin-literals"]),
        case("XML", &[("a.xml", "<a>\n")], &["check-xml"]),
        case("custom tags", &[("a.yaml", "a: !Ref b\n"), ("deploy/templates/a.yaml", "a: [\n")], &[]),
        case(
            "names of tests",
            &[("app/tests/helper.py", ""), ("app/tests/test_a.py", "")],
            &["name-tests-test"],
        ),
        case("requirements", &[("requirements.txt", "b\na\n")], &["requirements-txt-fixer"]),
        case(
            "excluded by ending",
            &[("a.svg", "<svg/> "), ("b.txt", "b ")],
            &["end-of-file-fixer", "trailing-whitespace"],
        ),
    ],
};

pub(crate) static RUST_WORKSPACE: Project = Project {
    name: "rust-workspace",
    base: &[("Cargo.toml", "[package]\nname = \"a\"\n")],
    cases: &[
        case("clean", &[("src/a.rs", "// SPDX-License-Identifier: MIT\nfn a() {}\n")], &[]),
        case("format", &[("src/a.rs", "// SPDX-License-Identifier: MIT\nfn a( ) {}\n")], &["rustfmt"]),
        case("bindings", &[("sys/bindings.rs", "fn a( ) {}\n")], &[]),
        case(
            "dbg",
            &[("src/a.rs", "// SPDX-License-Identifier: MIT\nfn a() {\n    dbg\u{21}(1);\n}\n")],
            &["no-dbg"],
        ),
        case("no licence", &[("src/a.rs", "fn a() {}\n"), ("build.rs", "fn main() {}\n")], &["licence"]),
        case("a name that Windows refuses", &[("docs/aux.txt", "a\n")], &["check-illegal-windows-names"]),
        case("TOML", &[("Cargo.toml", "[package\n")], &["check-toml"]),
    ],
};

pub(crate) static INFRASTRUCTURE: Project = Project {
    name: "infrastructure",
    base: &[("docs/index.md", "# Index\n")],
    cases: &[
        case(
            "clean",
            &[
                ("docs/a.md", "# A\n"),
                ("roles/a.yaml", "a: 1\n---\nb: 1\n"),
                ("+x scripts/a.sh", "#!/bin/sh\ntrue\n"),
            ],
            &[],
        ),
        case("outside", &[("src/a.yml", "a: [\n"), ("src/a.md", "todo")], &[]),
        case("vendored", &[("roles/vendor/a.yml", "a: [\n")], &[]),
        case("a name", &[("roles/a.yml", "a: 1\n"), (".github/b.yml", "a: 1\n")], &["no-yml"]),
        case("an image", &[("roles/a.yaml", "image: nginx:latest\n")], &["no-latest"]),
        case("letter case is set aside", &[("docs/a.md", "# A\n\nTo-Do: b\n")], &["no-todo"]),
        case("drafts", &[("docs/drafts/a.md", "# A\n\nTODO\n"), ("docs/roadmap.md", "# R\n\nTODO\n")], &[]),
        case("no title", &[("docs/a.md", "text\n\n# A\n")], &["title"]),
        case("scripts", &[("+x scripts/a.sh", "#!/bin/sh\nif\n")], &["scripts-parse"]),
        case("executables", &[("+x scripts/a", "true\n")], &["check-executables-have-shebangs"]),
        case("shebangs", &[("scripts/a.sh", "#!/bin/sh\ntrue\n")], &["check-shebang-scripts-are-executable"]),
        case("a byte-order mark", &[("docs/a.txt", "\u{feff}a\n")], &["fix-byte-order-marker"]),
        case(
            "sorting",
            &[("docs/words.txt", "b\na\n"), ("docs/other.txt", "b\na\n")],
            &["file-contents-sorter"],
        ),
        case(
            "JSON",
            &[("docs/data/a.json", "{\"a\":1}\n"), ("docs/a.json", "{\"a\":1}\n")],
            &["pretty-format-json"],
        ),
        case(
            "permalinks",
            &[("docs/a.md", "# A\n\nhttps://github.com/a/b/blob/main/c#L1\n")],
            &["check-vcs-permalinks"],
        ),
        case(
            "the end of files of some types",
            &[("docs/a.md", "# A"), ("docs/a.txt", "a")],
            &["end-of-file-fixer"],
        ),
        case("templates", &[("charts/a/templates/a.yaml", "{{ a }}: [\n")], &[]),
        case("YAML", &[("charts/a/values.yaml", "a: [\n")], &["check-yaml"]),
    ],
};

pub(crate) static MONOREPO_LEFTHOOK: Project = Project {
    name: "monorepo-lefthook",
    base: &[("packages/web/src/a.js", "export const a = 1;\n"), ("package.json", "{\"type\": \"module\"}\n")],
    cases: &[
        case("clean", &[("packages/web/src/b.js", "export const b = 1;\n"), ("a.json", "{}\n")], &[]),
        case("syntax", &[("tools/a.mjs", "const = 1;\n")], &["syntax"]),
        case("generated", &[("tools/a.generated.js", "const = 1;\n")], &[]),
        case("console", &[("packages/web/src/b.js", "console.log(1);\n")], &["no-console"]),
        case(
            "console too high up",
            &[("packages/b.js", "console.log(1);\n"), ("b.js", "console.log(1);\n")],
            &[],
        ),
        case("console in a test", &[("packages/web/src/b.test.js", "console.log(1);\n")], &[]),
        case("JSON", &[("packages/web/a.json", "{,}\n")], &["json"]),
        case("nothing of interest", &[("a.txt", "a\n")], &[]),
        case("both", &[("packages/web/src/b.js", "console.log(;\n")], &["no-console", "syntax"]),
    ],
};
