#!/usr/bin/env python3
"""Looks at the files that pages are made of: the stylesheet is CSS, has the classes that templates name and no others,
and templates hold nothing that the sites' policy or their escaping would undo."""

import pathlib
import re
import sys

import tinycss2

SOURCES = pathlib.Path(__file__).resolve().parent.parent / "Sources/Sites"
# Where a template puts HTML into a page.
RAW = {("layout", "heading"), ("layout", "main")}

faults = []


def rules(found, path):
    for rule in found:
        if rule.type == "error":
            faults.append(f"{path}:{rule.source_line}: {rule.message}")
        elif rule.type == "at-rule":
            yield from rules(tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True), path)
        else:
            yield rule


def classes_of_stylesheet(path):
    classes = set()
    text = path.read_text(encoding="utf-8")
    for rule in rules(tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True), path):
        classes.update(re.findall(r"\.([a-z][a-z-]*)", re.sub(r"\"[^\"]*\"", "", tinycss2.serialize(rule.prelude))))
        names = set()
        for item in tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True):
            if item.type == "error":
                faults.append(f"{path}:{item.source_line}: {item.message}")
            elif item.type == "declaration":
                if item.name in names:
                    faults.append(f"{path}:{item.source_line}: {item.name} stands twice in one rule")
                names.add(item.name)
    return classes


def classes_of_template(path):
    text = path.read_text(encoding="utf-8")
    for number, line in enumerate(text.split("\n"), 1):
        for pattern, reason in (
            (r" style=", "a style of its own, which the policy forbids"),
            (r" on[a-z]+=", "a script of its own, which the policy forbids"),
            (r"<script(?! src=)", "a script of its own, which the policy forbids"),
            (r"[ \t]$", "white space at its end"),
            (r"\{\{&", "a value that is not escaped"),
        ):
            if re.search(pattern, line):
                faults.append(f"{path}:{number}: {reason}")
        for name in re.findall(r"\{\{\{(\w+)\}\}\}", line):
            if (path.stem, name) not in RAW:
                faults.append(f"{path}:{number}: {name} is not escaped")
    plain = re.sub(r"\{\{[^}]*\}\}", " ", text)
    return {name for value in re.findall(r'class="([^"]*)"', plain) for name in value.split()}


styled, named = set(), set()
for path in sorted(SOURCES.glob("*/Pages/*")):
    if path.suffix == ".css":
        styled |= classes_of_stylesheet(path)
    elif path.suffix == ".mustache":
        named |= classes_of_template(path)
# Those of notices, which `SiteRenderer` names.
named |= {"error", "note"}
for name in sorted(styled - named):
    faults.append(f"the class {name} is in the stylesheet and in no template")
for name in sorted(named - styled):
    faults.append(f"the class {name} is in a template and not in the stylesheet")
if faults:
    sys.exit("\n".join(faults))
