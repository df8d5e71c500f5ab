"""Walks through report.html by keyboard in a real browser, over the WebDriver protocol, with Python's own library alone.

Arguments: chromedriver, the browser, the page of the usual report, the page of a large one.
"""
import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

driver, browser, usual, large = sys.argv[1:]
process = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, text=True)
port = None
while port is None:
    line = process.stdout.readline()
    if not line:
        sys.exit("chromedriver did not start")
    found = re.search(r"successfully on port (\d+)", line)
    port = found and found.group(1)


def call(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, {"Content-Type": "application/json"}, method=method)
    return json.load(urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60))["value"]


profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
options = {"binary": browser, "args": ["--headless", "--no-sandbox", "--disable-gpu", "--window-size=1280,900", f"--user-data-dir={profile.name}"]}
session = call("POST", "/session", {"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}})["sessionId"]
KEYS = {"Enter": "\ue007", "Esc": "\ue00c", "Tab": "\ue004"}


def press(*keys):
    actions = []
    for key in keys:
        key = KEYS.get(key, key)
        actions += [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
    call("POST", f"/session/{session}/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})


def ask(script):
    return call("POST", f"/session/{session}/execute/sync", {"script": "return " + script, "args": []})


def expect(what, got, wanted):
    if got != wanted:
        raise SystemExit(f"{what}: got {got!r}, not {wanted!r}")
    print("ok", what)


FOCUSED = "document.activeElement.textContent"
SHOWN = "document.getElementById('shown').textContent"
try:
    call("POST", f"/session/{session}/url", {"url": "file://" + usual})
    expect("known findings are hidden at first", ask(SHOWN), "7 of 9")
    press("j")
    first = ask(FOCUSED)
    press("j")
    expect("j moves on", ask(FOCUSED) != first, True)
    press("k")
    expect("k moves back", ask(FOCUSED), first)
    expect("it is closed", ask("document.activeElement.parentElement.open"), False)
    press("Enter")
    expect("Enter opens", ask("document.activeElement.parentElement.open"), True)
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    expect("focus is seen", ask(outline) != "none", True)
    press("/")
    expect("/ goes to the filter", ask("document.activeElement.id"), "text")
    press(*"e501")
    expect("typing filters", ask(SHOWN), "1 of 9")
    press("Enter")
    expect("Enter goes to the first that fits", "line too long" in ask(FOCUSED), True)
    press("/", "Esc")
    expect("Esc clears the filter", ask(SHOWN), "7 of 9")
    press("Esc")
    expect("Esc leaves it", ask("document.activeElement.id") != "text", True)
    press("?")
    expect("? opens the help", ask("document.getElementById('help').open"), True)
    press("j")
    expect("keys rest meanwhile", ask("document.getElementById('help').open"), True)
    press("Esc")
    expect("Esc closes the help", ask("document.getElementById('help').open"), False)
    press("n", "n")
    expect("n goes to a gate", ask("scrollY > 0"), True)
    ask("(document.querySelector('[value=error]').click(), 1)")
    expect("severities filter", ask(SHOWN), "3 of 9")
    ask("(document.getElementById('known').click(), 1)")
    expect("known ones can be shown", ask(SHOWN), "5 of 9")

    started = time.monotonic()
    call("POST", f"/session/{session}/url", {"url": "file://" + large})
    print(f"large: opened in {time.monotonic() - started:.2f} s")
    expect("large: all are counted", ask(SHOWN), "10000 of 10000")
    started = time.monotonic()
    press("/", *"9999")
    expect("large: filtered", ask(SHOWN), "1 of 10000")
    print(f"large: four letters in {time.monotonic() - started:.2f} s")
    started = time.monotonic()
    press("Esc", "Esc", *"jjjjj")
    print(f"large: cleared, five steps in {time.monotonic() - started:.2f} s")
finally:
    call("DELETE", f"/session/{session}")
    process.terminate()
    process.wait()
