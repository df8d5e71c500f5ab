//! Keys of pre-commit, lefthook and their like, and what is written in `[hooks]` instead.

/// The other's key, with `_` between words, and what to write.
pub(super) const TERMS: &[(&str, &str)] = &[
    (
        "additional_dependencies",
        "install what the command needs, or write it into `run`: `uvx --with PACKAGE …`",
    ),
    ("always_run", "write `always = true`"),
    ("args", "write the arguments into `run`"),
    ("entry", "write `run = \"…\"`, with {files} where the files go"),
    ("exclude_types", "write `exclude-types = […]`"),
    ("fail_fast", "write `fail-fast = true` in [hooks]"),
    ("fail_text", "a pattern has `message`; a command prints its own"),
    ("file_types", "write `types = […]`"),
    ("files", "write `glob = [\"*.py\"]`, or `regex = \"…\"` for an expression as pre-commit's"),
    ("id", "the name stands in the table's head: [hooks.STAGE.commands.NAME]"),
    ("jobs", "give each job a table: [hooks.STAGE.commands.NAME]"),
    ("language", "leave it out: `run` goes to sh -c, and finds programs on PATH"),
    ("minimum_pre_commit_version", "write `min-version = \"…\"` at the top of the file, for xtask"),
    ("name", "the name stands in the table's head: [hooks.STAGE.commands.NAME]"),
    ("parallel", "leave it out: commands that share no files run side by side"),
    ("pass_filenames", "leave it out: files are passed where {files} stands in `run`"),
    ("piped", "leave it out: `fail-fast = true` in [hooks] stops at the first failure"),
    ("priority", "leave it out: commands that share files run in the order in which they are written"),
    ("require_serial", "write `serial = true`"),
    ("root", "write `folder = \"…\"`"),
    ("scripts", "write [hooks.STAGE.commands.NAME] with `run = \"path/of/the/script {files}\"`"),
    ("skip", "`XTASK_SKIP=NAME git commit` leaves a command out"),
    ("stage_fixed", "write `fixes = true`"),
    ("stages", "write the command below each stage: [hooks.STAGE.commands.NAME]"),
    ("types_or", "write `types = […]`: a file of any of them matches; `types-all` wants all of them"),
];
