"""Checks of Python sources, by the interpreter's own parser: check-ast, check-builtin-literals, check-docstring-first,
debug-statements. Started by xtask, one process for many files.

Standard input: a line of JSON with the options, then for each file a line `NUMBER LENGTH CHECK,CHECK` and its bytes.
Standard output: a line of JSON for each finding, and `{"done": FILES}` at the end.
"""
import ast
import io
import json
import sys
import tokenize

LITERALS = {
    "complex": "0j",
    "dict": "{}",
    "float": "0.0",
    "int": "0",
    "list": "[]",
    "str": "''",
    "tuple": "()",
}
DEBUGGERS = {
    "bpdb",
    "ipdb",
    "pdb",
    "pdbr",
    "pudb",
    "pydevd_pycharm",
    "q",
    "rdb",
    "rpdb",
    "wdb",
}
SILENT = {
    tokenize.COMMENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
    tokenize.NEWLINE,
    tokenize.NL,
}


def why(error):
    if isinstance(error, SyntaxError):
        return error.lineno, error.offset, error.msg
    if isinstance(error, tokenize.TokenError) and len(error.args) == 2:
        return error.args[1][0], None, error.args[0]
    return None, None, str(error) or type(error).__name__


def place(source, node):
    """Line and column from 1, in characters; the parser counts bytes of UTF-8."""
    lines = source.split(b"\n")
    line = lines[node.lineno - 1] if node.lineno <= len(lines) else b""
    before = line[: node.col_offset]
    return node.lineno, sum(byte & 0xC0 != 0x80 for byte in before) + 1


def called(node):
    """The plain name that a call calls, or None."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id
    return None


def debug_statements(source, tree):
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module]
        for name in names:
            if name in DEBUGGERS:
                yield (*place(source, node), "the debugger `%s` is imported" % name)
        if called(node) == "breakpoint":
            yield (*place(source, node), "`breakpoint()` is called")


def builtin_literals(source, tree, ignored, keywords_allowed):
    """What stands within a call isn't looked at, as the original doesn't."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, ast.Call):
            waiting.extend(ast.iter_child_nodes(node))
            continue
        name = called(node)
        if name not in LITERALS or name in ignored or node.args:
            continue
        if name == "dict" and keywords_allowed and node.keywords:
            continue
        message = "`%s()` can be written `%s`" % (name, LITERALS[name])
        yield (*place(source, node), message)


def docstring_first(source):
    docstring = code = None
    for kind, _, (line, column), _, _ in tokenize.tokenize(io.BytesIO(source).readline):
        if kind == tokenize.STRING and column == 0:
            if docstring is not None:
                return line, 1, "a second docstring of the module (the first is on line %d)" % docstring
            if code is not None:
                return line, 1, "the docstring of the module comes after code (on line %d)" % code
            docstring = line
        elif code is None and kind not in SILENT:
            code = line
    return None


def check(source, checks, options):
    """All findings as (check, line, column, message)."""
    if "check-docstring-first" in checks:
        try:
            found = docstring_first(source)
            if found:
                yield ("check-docstring-first", *found)
        except Exception as error:
            line, column, message = why(error)
            yield "check-docstring-first", line, column, "no valid Python: %s" % message
    parsing = [name for name in checks if name != "check-docstring-first"]
    if not parsing:
        return
    try:
        tree = ast.parse(source)
    except Exception as error:
        line, column, message = why(error)
        for name in parsing:
            yield name, line, column, "no valid Python: %s" % message
        return
    if "debug-statements" in parsing:
        for found in debug_statements(source, tree):
            yield ("debug-statements", *found)
    if "check-builtin-literals" in parsing:
        literals = options["check-builtin-literals"]
        allowed = not literals["no-allow-dict-kwargs"]
        for found in builtin_literals(source, tree, literals["ignore"], allowed):
            yield ("check-builtin-literals", *found)


def main():
    given, told = sys.stdin.buffer, sys.stdout
    options = json.loads(given.readline().decode("ascii"))
    done = 0
    for head in iter(given.readline, b""):
        number, length, checks = head.decode("ascii").split()
        source = given.read(int(length))
        for name, line, column, message in check(source, checks.split(","), options):
            finding = {"file": int(number), "check": name, "line": line, "column": column, "message": message}
            told.write(json.dumps(finding) + "\n")
        done += 1
    told.write(json.dumps({"done": done}) + "\n")


main()
