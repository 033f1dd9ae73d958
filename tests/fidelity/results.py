"""Reads what `python3 -m test -v` printed, and prints one line a test: its name and its result.

Results only: reasons of a skip and times are left out. Lines in which a test printed something between its
name and its result are put together again.
"""
import re
import sys

NAME = re.compile(r"^(test_\w+) \(([\w.]+)\)")
RESULT = re.compile(r"(?:^|\.\.\. )(ok|FAIL|ERROR|skipped|expected failure|unexpected success)\b[^\n]*$")
results = {}
current = None
for line in open(sys.argv[1], encoding="utf-8", errors="replace"):
    name = NAME.match(line)
    if name and line[:2] != "==":
        current = name.group(2)
        if not current.endswith(name.group(1)):
            current += "." + name.group(1)
    found = RESULT.search(line.rstrip("\n"))
    if current and found and current not in results:
        results[current] = found.group(1)
        current = None
for name in sorted(results):
    print(name, results[name])
