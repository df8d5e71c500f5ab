//! The checks by Python's parser, each beside its original, under the same interpreter; and what happens without one.

use xtask_hooks::checks::{self, Source, check_python};
use xtask_hooks::options::{BuiltinType, LiteralOptions, Options};

use super::inputs::{made, mutated};
use super::{Pair, referees};

fn sources() -> Vec<Vec<u8>> {
    let fragments: [&[u8]; 52] = [
        b"\"\"\"doc\"\"\"\n",
        b"'doc'\n",
        b"r'''doc\nmore'''\n",
        b"f'{x}'\n",
        b"b'bytes'\n",
        b"    'inner'\n",
        b"# comment\n",
        b"\n",
        b"import os\n",
        b"import pdb\n",
        b"import os, ipdb as i\n",
        b"import pdb.x\n",
        b"from pudb import set_trace\n",
        b"from . import q\n",
        b"from q import *\n",
        b"import wdb; wdb.set_trace()\n",
        b"breakpoint()\n",
        b"f(breakpoint())\n",
        b"x.breakpoint()\n",
        b"x = list()\n",
        b"x = dict(a=1)\n",
        b"x = dict()\n",
        b"x = dict({})\n",
        b"x = f(tuple())\n",
        b"x = [str(), int(0)]\n",
        b"x = builtins.list()\n",
        b"x = list()()\n",
        b"x = list(**{})\n",
        b"x = complex(), float()\n",
        b"def f():\n",
        b"    pass\n",
        b"    return list()\n",
        b"class A:\n",
        b"    '''doc'''\n",
        b"if x:\n",
        b"else:\n",
        b"async def g(): await x\n",
        b"print 'two'\n",
        b"x = (1,\n",
        b")\n",
        b"\\\n",
        b"\t",
        b"  ",
        b"x = 1; 'text'\n",
        b"\xef\xbb\xbf",
        b"# -*- coding: latin-1 -*-\n",
        b"# coding: nonsense\n",
        b"\xe9 = 1\n",
        b"s = '\xc3\xa9'; breakpoint()\n",
        b"\0",
        b"x = '\\d'\n",
        b"\r\n",
    ];
    let texts: [&[u8]; 3] = [
        b"#!/usr/bin/env python\n\"\"\"Doc.\"\"\"\nfrom __future__ import annotations\nimport os\n\n\ndef f(a, *, b=None):\n    '''Inner.'''\n    return [list(), dict(a=1), {**a}]\n\n\nclass A(B):\n    x: int = int()\n",
        b"import os\n'late'\nmatch x:\n    case [1, *rest]:\n        breakpoint()\n    case _:\n        pass\ntry:\n    pass\nexcept* E as e:\n    raise\n",
        b"x = lambda: (yield)\nwith open(str()) as f, g():\n    print(f'{x!r:>{w}}', end='')\nimport pdb; pdb.set_trace()\nasync def h():\n    return [i async for i in j if tuple()]\n",
    ];
    let mut all = made(&fragments, 5, 3000);
    all.extend(mutated(&texts, b"()[]{}:,'\"\\ \n=.#x1", 300));
    all.push(format!("x = {}1{}\n", "(".repeat(500), ")".repeat(500)).into_bytes());
    all
}

/// Runs both over all sources; ours in one go.
fn compare(id: &str, program: &'static str, arguments: &'static [&'static str], options: &Options) {
    let Some(bin) = referees() else { return };
    let folder = tempfile::tempdir().unwrap();
    let named = |(at, bytes)| (format!("{at:05}.py"), bytes);
    let files: Vec<(String, Vec<u8>)> = sources().into_iter().enumerate().map(named).collect();
    let pair = Pair::new(program, arguments, "check-ast");
    let theirs = pair.theirs(&bin, folder.path(), &files);

    // Both under the same interpreter, which is the repository's own for ours.
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(root.path().join(".venv/bin")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(bin.join("python"), root.path().join(".venv/bin/python")).unwrap();
    let check = checks::by_id(id).unwrap();
    let given = files.iter().enumerate().map(|(at, (_, bytes))| Source {
        at,
        checks: vec![check],
        bytes: bytes.clone(),
    });
    let found = check_python(root.path(), &xtask_core::exec::Cancel::new(), options, given).unwrap();
    let mut ours = vec![false; files.len()];
    for (at, found) in &found {
        assert_eq!(found.check.id, id);
        ours[*at] = true;
    }
    let mut differences = Vec::new();
    for ((ours, (theirs, _)), (name, bytes)) in ours.iter().zip(&theirs).zip(&files) {
        if ours != theirs {
            differences
                .push(format!("{name}: theirs {theirs}, ours {ours}: {:?}", String::from_utf8_lossy(bytes)));
        }
    }
    let failures = theirs.iter().filter(|(failed, _)| *failed).count();
    println!("{program} {arguments:?}: {} files, {failures} bad for the original", files.len());
    assert!(failures > 0 && failures < files.len());
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

#[test]
fn syntax() {
    compare("check-ast", "check-ast", &[], &Options::default());
}

#[test]
fn docstrings() {
    compare("check-docstring-first", "check-docstring-first", &[], &Options::default());
}

#[test]
fn debug_statements() {
    compare("debug-statements", "debug-statement-hook", &[], &Options::default());
}

#[test]
fn literals() {
    let id = "check-builtin-literals";
    compare(id, id, &[], &Options::default());
    let with = |literals: LiteralOptions| Options { check_builtin_literals: literals, ..Options::default() };
    compare(
        id,
        id,
        &["--ignore=dict,str", "--no-allow-dict-kwargs"],
        &with(LiteralOptions {
            ignore: vec![BuiltinType::Dict, BuiltinType::Str],
            no_allow_dict_kwargs: true,
        }),
    );
    compare(
        id,
        id,
        &["--no-allow-dict-kwargs"],
        &with(LiteralOptions { ignore: Vec::new(), no_allow_dict_kwargs: true }),
    );
}

/// Decided: where an expression is so deep that the original crashes on its way through it, ours goes through.
#[test]
fn deep_expressions() {
    let Some(bin) = referees() else { return };
    let folder = tempfile::tempdir().unwrap();
    let deep = format!("x = {}1\n", "1 + ".repeat(1500)).into_bytes();
    let pair = Pair::new("debug-statement-hook", &[], "debug-statements");
    let theirs = pair.theirs(&bin, folder.path(), &[("deep.py".to_owned(), deep.clone())]);
    assert!(theirs[0].0, "the original goes through, too: then this is no difference any more");
    let checks =
        ["check-ast", "check-builtin-literals", "debug-statements"].map(|id| checks::by_id(id).unwrap());
    let source = Source { at: 0, checks: checks.to_vec(), bytes: deep };
    let found = check_python(folder.path(), &xtask_core::exec::Cancel::new(), &Options::default(), [source]);
    assert!(found.unwrap().is_empty());
}

/// The place and the words of a finding, through the program; and that the checks are missing where there is no interpreter.
#[cfg(unix)]
#[test]
fn through_the_program() {
    let program = env!("CARGO_BIN_EXE_xtask-under-test");
    let fill = |sandbox: &xtask_tests::Sandbox| {
        sandbox
            .write(
                "xtask.toml",
                "[hooks.pre-commit]\nchecks = [\"end-of-file-fixer\", \"check-ast\", \"debug-statements\"]\n",
            )
            .write("a.py", "x = '\u{e9}'; breakpoint()\n")
            .write("b.py", "x = (\n")
            .write("c.txt", "breakpoint()")
            .commit("begin");
    };
    let arguments = ["hooks", "run", "pre-commit", "--all-files", "--format", "json"];
    let sandbox = xtask_tests::Sandbox::repository(program);
    fill(&sandbox);
    let output = sandbox.run(&arguments);
    assert_eq!(output.code, 1, "{output}");
    for told in ["`breakpoint()` is called", "no valid Python", "no line ending at the end"] {
        assert!(output.stdout.contains(told), "{told}: {output}");
    }

    let tools = tempfile::tempdir().unwrap();
    let git = which_git();
    std::os::unix::fs::symlink(git, tools.path().join("git")).unwrap();
    let sandbox = xtask_tests::Sandbox::repository(program).variable("PATH", tools.path().to_str().unwrap());
    fill(&sandbox);
    let output = sandbox.run(&arguments);
    assert_eq!(output.code, 1, "what the others found counts: {output}");
    assert!(output.stdout.contains("no Python interpreter"), "{output}");
    let output = sandbox.run(&["ci", "--only", "hooks", "--strict"]);
    assert_eq!(output.code, 3, "{output}");
}

#[cfg(unix)]
fn which_git() -> std::path::PathBuf {
    let found = super::command("sh").args(["-c", "command -v git"]).output().unwrap();
    std::path::PathBuf::from(String::from_utf8(found.stdout).unwrap().trim())
}
