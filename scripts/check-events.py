#!/usr/bin/env python3
"""Compares the table of log messages in docs/operating.md with the code: each message stands in `Sources` as a text, and
each message that the code logs as critical stands in the table. What differs is named, and the exit status is 1."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = "docs/operating.md"

sources = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "Sources").rglob("*.swift"))}
code = "\n".join(sources.values())

events = {}
section = False
for number, line in enumerate((ROOT / PAGE).read_text(encoding="utf-8").split("\n"), 1):
    if line.startswith("## "):
        section = line == "## Logs"
    if section and line.startswith("| `"):
        for event in re.findall(r"`([^`]+)`", line.split(" | ")[0]):
            events[event] = number

faults = []
if len(events) < 50:
    faults.append(f"{PAGE}: {len(events)} messages under “## Logs”; the table is not where it was")
for event, number in events.items():
    # `… failed`: what comes before is put in where it is logged.
    literal = f'"{event}"' if not event.startswith("…") else event[1:] + '"'
    if literal not in code:
        faults.append(f"{PAGE}:{number}: no text of Sources is “{event}”")
for path, text in sources.items():
    for found in re.finditer(r"\.critical\(\s*\"([^\"\\]+)\"", text):
        if found[1] not in events:
            line = text.count("\n", 0, found.start(1)) + 1
            faults.append(f"{path.relative_to(ROOT)}:{line}: “{found[1]}” is not in the table of {PAGE}")
if faults:
    sys.exit("\n".join(faults))
