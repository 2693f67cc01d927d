#!/usr/bin/env python3
"""Compares each Chinese page with its English one: `X.zh-CN.md` beside `X.md`, in the root and in `docs/`.

Both must have, in the same order: headings of the same levels; code blocks with the same lines, comments aside (a block
marked `text` is a drawing: the same number of lines); tables with as many rows and columns; list items. Between two
headings both must name the same things in `code spans`, give the same numbers of two digits and more, and link to the
same places; a page that exists in both languages is linked in the reader's own, and an anchor must exist. The two pages
must link to each other. What differs is named with file and line, and the exit status is 1.

Usage: check-translations.py [FOLDER]"""

import collections
import pathlib
import re
import sys

SUFFIX = ".zh-CN.md"

Section = collections.namedtuple("Section", "line level title")
Block = collections.namedtuple("Block", "line info lines")
Table = collections.namedtuple("Table", "line rows")


class Page:
    def __init__(self, path, name):
        self.name = name
        self.sections, self.blocks, self.tables, self.items = [], [], [], []
        # By the number of the heading that stands before: the first line of each thing, and how often it is there.
        self.spans = collections.defaultdict(dict)
        self.links = collections.defaultdict(dict)
        self.numbers = collections.defaultdict(dict)
        self.anchors = set()
        self.faults = []
        block, table = None, None
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            if block is not None:
                if line.startswith("```"):
                    block = None
                else:
                    block.lines.append(line)
                continue
            if line.startswith("```"):
                block = Block(number, line[3:].strip(), [])
                self.blocks.append(block)
                continue
            if line.startswith("|"):
                if table is None:
                    table = Table(number, [])
                    self.tables.append(table)
                table.rows.append((number, len(re.findall(r"(?<!\\)\|", re.sub(r"`[^`]*`", "", line))) - 1))
            else:
                table = None
            if heading := re.match(r"(#+) (.*)", line):
                self.sections.append(Section(number, len(heading[1]), heading[2]))
                self.anchors.add(anchor(heading[2]))
            if item := re.match(r" *([*-]|[0-9]+\.) ", line):
                self.items.append((number, "*" if item[1] in "*-" else "1."))
            self.read_inline(line, number)
        if block is not None:
            self.faults.append(f"{name}:{block.line}: this code block does not end")

    def read_inline(self, line, number):
        section = len(self.sections)
        if re.sub(r"`[^`]*`", "", line).count("`"):
            self.faults.append(f"{self.name}:{number}: a ` has no partner")
        for span in re.findall(r"`([^`]+)`", line):
            self.spans[section].setdefault(span, number)
        text = re.sub(r"`[^`]*`", "", line)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            self.links[section].setdefault(target, number)
        # 10,000 in the one language is 10000 in the other; digits within a word, such as a name of a cipher, count too.
        for digits in re.findall(r"[0-9](?:[0-9]|,(?=[0-9]{3}))+", re.sub(r"\]\([^)]*\)", "", text)):
            self.numbers[section].setdefault(digits.replace(",", ""), number)


def anchor(title):
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", title).lower()).replace(" ", "-")


def without_comment(line):
    """What is left of a line of a code block without a comment of a shell, YAML or unit file."""
    return re.sub(r"(^|\s)#\s.*$", "", line).rstrip()


def compare(english, chinese, folder):
    yield from english.faults + chinese.faults
    yield from compare_lists(english, chinese, "heading", *([(s.line, f"level {s.level}", s.title) for s in page.sections]
                                                            for page in (english, chinese)))
    yield from compare_blocks(english, chinese)
    yield from compare_tables(english, chinese)
    yield from compare_lists(english, chinese, "list item", [(*item, "") for item in english.items],
                             [(*item, "") for item in chinese.items])
    if [s.level for s in english.sections] == [s.level for s in chinese.sections]:
        yield from compare_sections(english, chinese, folder)


def compare_lists(english, chinese, what, left, right):
    """Each thing is (line, kind, title); the kinds must be the same."""
    for (line, kind, title), (other_line, other_kind, _) in zip(left, right):
        if kind != other_kind:
            yield (f"{chinese.name}:{other_line}: {what} of {other_kind}, where {english.name}:{line} has {kind}"
                   + (f" ({title})" if title else ""))
            return
    if len(left) != len(right):
        longer, page, other = (left, english, chinese) if len(left) > len(right) else (right, chinese, english)
        line, _, title = longer[min(len(left), len(right))]
        yield (f"{page.name}:{line}: this {what} is missing from {other.name}, or one before it: {len(left)} in "
               f"{english.name}, {len(right)} in {chinese.name}" + (f" ({title})" if title else ""))


def compare_blocks(english, chinese):
    yield from compare_lists(english, chinese, "code block", *([(b.line, b.info or "no language", "") for b in page.blocks]
                                                               for page in (english, chinese)))
    for left, right in zip(english.blocks, chinese.blocks):
        if left.info != right.info:
            return
        if len(left.lines) != len(right.lines):
            yield (f"{chinese.name}:{right.line}: a code block of {len(right.lines)} lines, where {english.name}:{left.line} "
                   f"has {len(left.lines)}")
        if left.info == "text":
            continue
        for place, (one, other) in enumerate(zip(left.lines, right.lines), 1):
            if without_comment(one) != without_comment(other):
                yield (f"{chinese.name}:{right.line + place}: “{without_comment(other)}”, where "
                       f"{english.name}:{left.line + place} has “{without_comment(one)}”")
                break


def compare_tables(english, chinese):
    yield from compare_lists(english, chinese, "table", [(t.line, "", "") for t in english.tables],
                             [(t.line, "", "") for t in chinese.tables])
    for left, right in zip(english.tables, chinese.tables):
        if len(left.rows) != len(right.rows):
            yield (f"{chinese.name}:{right.line}: a table of {len(right.rows)} lines, where {english.name}:{left.line} has "
                   f"{len(left.rows)}")
            continue
        for (line, columns), (other_line, other_columns) in zip(left.rows, right.rows):
            if columns != other_columns:
                yield (f"{chinese.name}:{other_line}: {other_columns} columns, where {english.name}:{line} has {columns}")


def compare_sections(english, chinese, folder):
    for section in range(len(english.sections) + 1):
        yield from missing(english.spans[section], chinese.spans[section], english, chinese, "`{}`")
        yield from missing(english.numbers[section], chinese.numbers[section], english, chinese, "the number {}")
        left = {english_target(t): n for t, n in english.links[section].items() if not t.startswith("#")}
        right = {english_target(t): n for t, n in chinese.links[section].items() if not t.startswith("#")}
        if section <= 1:
            # The links to the other language stand under the title.
            for page, links, own in ((english, english.links, chinese), (chinese, chinese.links, english)):
                name = pathlib.PurePath(own.name).name
                if not any(name in links[first] for first in (0, 1)):
                    yield f"{page.name}:1: there is no link to {name} under the title"
            for links in (left, right):
                links.pop(pathlib.PurePath(english.name).name, None)
        yield from missing(left, right, english, chinese, "the link to {}")
    for page, is_chinese in ((english, False), (chinese, True)):
        for links in page.links.values():
            for target, line in links.items():
                yield from check_target(page, target, line, is_chinese, folder)


def missing(left, right, english, chinese, form):
    for page, things, other, others in ((english, left, chinese, right), (chinese, right, english, left)):
        for thing, line in things.items():
            if thing not in others:
                yield f"{page.name}:{line}: {form.format(thing)} is not in the same section of {other.name}"


def english_target(target):
    """A link to a Chinese page counts as one to the English page, whatever the anchor: that is another word there."""
    return re.sub(r"#.*$", "", target).replace(SUFFIX, ".md")


def check_target(page, target, line, is_chinese, folder):
    path, _, name = target.partition("#")
    if not path:
        if name and name not in page.anchors:
            yield f"{page.name}:{line}: no heading has the anchor #{name}"
        return
    here = folder / pathlib.PurePath(page.name).parent
    if ":" in path or not path.endswith(".md"):
        return
    own = {pathlib.PurePath(page.name).name, pathlib.PurePath(page.name).name.replace(SUFFIX, ".md"),
           pathlib.PurePath(page.name).name.replace(".md", SUFFIX) if not is_chinese else ""}
    if not (here / path).is_file():
        yield f"{page.name}:{line}: there is no {path}"
    elif path in own:
        return
    elif is_chinese and not path.endswith(SUFFIX) and (here / path.replace(".md", SUFFIX)).is_file():
        yield f"{page.name}:{line}: links to {path}; {path.replace('.md', SUFFIX)} is in Chinese"
    elif not is_chinese and path.endswith(SUFFIX):
        yield f"{page.name}:{line}: links to {path}; {path.replace(SUFFIX, '.md')} is in English"


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent)
    found = sorted([*folder.glob("*" + SUFFIX), *folder.glob("docs/*" + SUFFIX)])
    if not found:
        sys.exit(f"{folder}: no page ends in {SUFFIX}")
    faults = []
    for path in found:
        original = path.with_name(path.name.replace(SUFFIX, ".md"))
        name = str(path.relative_to(folder))
        if not original.is_file():
            faults.append(f"{name}:1: there is no {original.name} beside it")
            continue
        pages = Page(original, str(original.relative_to(folder))), Page(path, name)
        faults.extend(compare(*pages, folder))
    if faults:
        sys.exit("\n".join(faults))


main()
