"""Official documents: `guandu document typeset`, held to GB/T 9704-2012 by what its PDF and its OFD say."""

import json
import os
import pathlib
import re
import subprocess
import warnings

import ofdkit
import pytest

from deployment import BINARIES, ROOT
from typeset_pages import OFDPages, PDFPage, lines, written

LEFT, TOP, RIGHT, BOTTOM = 28, 37, 184, 262
PITCH, LINE = 156 / 28, 225 / 22
SIZE2, SIZE3, SIZE4 = (points * 25.4 / 72 for points in (21, 15.75, 14))
RED, BLACK = (255, 0, 0), (0, 0, 0)
EXAMPLES = ROOT / "zones/documents"
SCHEMA = ROOT / "../shared/vectors/ofd/xsd"


def must(actual, expected, what, tolerance=0.3):
    assert abs(actual - expected) <= tolerance, f"{what}: {actual:.2f} mm, not {expected:.2f}"


def usual(actual, expected, what):
    if abs(actual - expected) > 0.3:
        warnings.warn(f"{what}: {actual:.2f} mm, usually {expected:.2f}")


def typeset(source, out, *arguments, **environment):
    return subprocess.run(
        [BINARIES / "guandu", "document", "typeset", source, "--pdf", f"{out}.pdf", "--ofd", f"{out}.ofd", *arguments],
        capture_output=True, text=True, env={**os.environ, **environment})


class Document:
    """One of the examples, typeset and read back."""

    def __init__(self, source, out):
        self.source, self.pdf, self.ofd = source, f"{out}.pdf", f"{out}.ofd"
        made = typeset(source, out, "--json")
        assert made.returncode == 0, made.stderr
        self.report = json.loads(made.stdout)
        self.pages = OFDPages(self.ofd)
        self.count = len(self.pages.trees)
        self.drawn = [PDFPage(self.pdf, page) for page in range(self.count)]

    def lines(self, page):
        return lines(self.pages.glyphs(page))

    def line(self, page, beginning):
        """The line that begins so."""
        found = [line for line in self.lines(page) if written(line).startswith(beginning)]
        assert found, f"no line of page {page + 1} begins with {beginning}"
        return found[0]

    def ink(self, page, line):
        places = [index for index, glyph in enumerate(self.pages.glyphs(page)) if glyph in line]
        return self.drawn[page].ink(places[0], places[-1] + 1)

    def rules(self, page):
        """Of the PDF, held against the OFD's."""
        drawn, told = self.drawn[page].boxes, self.pages.rules(page)
        assert len(drawn) == len(told)
        for one, other in zip(drawn, told):
            assert one.colour == other.colour
            for side in ("left", "top", "right", "bottom"):
                must(getattr(one, side), getattr(other, side), f"{side} of a rule", 0.01)
        return drawn


@pytest.fixture(scope="module", params=["notice", "report", "letter"])
def example(request, tmp_path_factory):
    return Document(EXAMPLES / f"{request.param}.txt", tmp_path_factory.mktemp("typeset") / request.param)


def made(tmp_path_factory, name):
    return Document(EXAMPLES / f"{name}.txt", tmp_path_factory.mktemp(name) / name)


@pytest.fixture(scope="module")
def notice(tmp_path_factory):
    return made(tmp_path_factory, "notice")


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return made(tmp_path_factory, "report")


@pytest.fixture(scope="module")
def unsealed(tmp_path_factory):
    """The report without a seal, and with more than one signer."""
    folder = tmp_path_factory.mktemp("unsealed")
    text = (EXAMPLES / "report.txt").read_text()
    changed = text.replace("sealed: yes", "sealed: no").replace("周建国", "周建国、李敏、欧阳文静")
    (folder / "report.txt").write_text(changed)
    return Document(folder / "report.txt", folder / "out")


@pytest.fixture(scope="module")
def letter(tmp_path_factory):
    return made(tmp_path_factory, "letter")


def top(line):
    """Of the em square's upper edge; in Chinese faces 0.88 of it lie above the baseline."""
    return line[0].y - 0.88 * line[0].size


def bottom(line):
    return line[0].y + 0.12 * line[0].size


def end(line):
    """Where the last character's em square ends."""
    last = line[-1]
    return last.x + last.size


def row(line):
    """The upper edge of the line that text stands in the middle of: a character and 7/8 of one (3.2)."""
    return line[0].y - 0.88 * line[0].size - (LINE - line[0].size) / 2


# What both files say


def test_every_glyph_has_the_same_origin_in_both_files(example):
    for page in range(example.count):
        told = [(glyph.x, glyph.y) for glyph in example.pages.glyphs(page)]
        drawn = example.drawn[page].origins()
        assert len(told) == len(drawn)
        for (x, y), (u, v) in zip(told, drawn):
            assert abs(x - u) <= 0.01 and abs(y - v) <= 0.01, f"page {page + 1}: {x}, {y} and {u}, {v}"
        example.rules(page)


def test_both_files_give_their_text_in_the_order_of_reading(example):
    for page in range(example.count):
        number = str(page + 1)
        extracted = subprocess.run(
            ["pdftotext", "-raw", "-f", number, "-l", number, example.pdf, "-"], capture_output=True, text=True,
            check=True).stdout
        assert "".join(extracted.split()) == "".join(example.pages.text(page).split())
    with ofdkit.open(example.ofd) as document:
        read = ["".join(page.text().split()) for page in document.pages]
    for page, text in enumerate(read):
        told = "".join(example.pages.text(page).split())
        # Cells of more than one line are read line by line across the table.
        assert text == told if len(example.rules(page)) < 5 else sorted(text) == sorted(told)
    body = [line for line in example.source.read_text().split("\n\n", 1)[1].split("\n")
            if line and not line.startswith(("|", "==="))]
    for paragraph in body:
        assert "".join(paragraph.split()) in re.sub(r"—\d+—", "", "".join(read))


@pytest.mark.skipif(not SCHEMA.exists(), reason="no ../shared/vectors/ofd/xsd beside the project")
def test_the_ofd_is_valid_by_the_standards_schema(example, tmp_path):
    schemas = {"OFD.xml": "OFD", "Doc_0/Document.xml": "Document", "Doc_0/PublicRes.xml": "Res"}
    for name, content in example.pages.files.items():
        if not name.endswith(".xml"):
            continue
        file = tmp_path / name.replace("/", "_")
        file.write_bytes(content)
        checked = subprocess.run(
            ["xmllint", "--nonet", "--noout", "--schema", SCHEMA / f"{schemas.get(name, 'Page')}.xsd", file],
            capture_output=True, text=True)
        assert checked.returncode == 0, checked.stderr


def test_the_ofd_holds_nothing_that_it_does_not_refer_to(example):
    told = {"OFD.xml", "Doc_0/Document.xml", "Doc_0/PublicRes.xml"}
    told |= {f"Doc_0/Pages/Page_{page}/Content.xml" for page in range(example.count)}
    fonts = example.pages.files["Doc_0/PublicRes.xml"].decode()
    told |= {name for name in example.pages.files
             if name.startswith("Doc_0/Res/") and f"<ofd:FontFile>{name.split('/')[-1]}</ofd:FontFile>" in fonts}
    assert set(example.pages.files) == told


@pytest.mark.parametrize("environment", [
    {"LC_ALL": "C", "TZ": "UTC"}, {"LC_ALL": "tr_TR.UTF-8", "LANG": "ar_EG.UTF-8", "TZ": "Asia/Shanghai"},
    {"FONTCONFIG_FILE": "/dev/null", "HOME": "/nonexistent", "TZ": "America/St_Johns"},
])
def test_the_same_document_gives_the_same_bytes_everywhere(example, environment, tmp_path):
    again = typeset(example.source, tmp_path / "again", **environment)
    assert again.returncode == 0, again.stderr
    for kind, before in (("pdf", example.pdf), ("ofd", example.ofd)):
        assert (tmp_path / f"again.{kind}").read_bytes() == pathlib.Path(before).read_bytes(), kind


def test_the_pdf_says_its_title_and_language_and_is_whole(example):
    told = subprocess.run(["pdfinfo", example.pdf], capture_output=True, text=True, check=True)
    assert told.stderr == "", "nothing had to be repaired"
    assert "".join(example.report["title_lines"]) in told.stdout
    content = pathlib.Path(example.pdf).read_bytes()
    assert b"/Lang (zh-CN)" in content
    place = int(content.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    assert content[place:place + 5] == b"xref\n"


def test_fonts_are_inside_and_cut_down_to_what_is_used(example):
    listed = subprocess.run(["pdffonts", example.pdf], capture_output=True, text=True, check=True).stdout
    for font in listed.split("\n")[2:-1]:
        assert font.split()[-5:-2] == ["yes", "yes", "yes"], font
    for name, content in example.pages.files.items():
        if name.startswith("Doc_0/Res/"):
            assert len(content) < 200_000, name


# GB/T 9704-2012


def test_paper_and_type_area(example):
    size = subprocess.run(["pdfinfo", example.pdf], capture_output=True, text=True, check=True).stdout
    assert "(A4)" in size
    within_type_area(example)


def within_type_area(document):
    """Every glyph but those of the mark and the page numbers."""
    for page in range(document.count):
        for line in document.lines(page):
            if written(line).startswith("— ") or line[0].colour == RED:
                continue
            ink = document.ink(page, line)
            assert ink.left > LEFT - 0.3 and ink.right < RIGHT + 0.3, written(line)
            assert ink.top > TOP - 0.3 and ink.bottom < BOTTOM + 0.3, written(line)


def test_twenty_two_lines_of_twenty_eight_characters(notice):
    body = [line for line in notice.lines(1) if line[0].size > SIZE4 + 0.1]
    usual(len(body), 22, "lines on a page")
    for number, line in enumerate(body):
        must(row(line), TOP + number * LINE, f"line {number + 1}")
    line = notice.line(1, "（二）压实")
    full = notice.line(0, "人民政府同意")
    for index, glyph in enumerate(full):
        must(glyph.x, LEFT + index * PITCH, f"character {index + 1}", 0.02)
    must(end(line), RIGHT, "a line's end")


def test_no_line_begins_or_ends_with_a_mark_that_may_not(example):
    for page in range(example.count):
        for line in example.lines(page):
            text = written(line)
            assert text[0] not in "，。、；：？！）》”’" and text[-1] not in "（《“‘", text


def test_copy_number_classification_and_urgency_stand_at_the_upper_left(tmp_path):
    source = (EXAMPLES / "notice.txt").read_text().replace(
        "urgency: 加急", "urgency: 特急\ncopy-number: 000012\nclassification: 秘密★1年")
    (tmp_path / "marked.txt").write_text(source)
    document = Document(tmp_path / "marked.txt", tmp_path / "out")
    for index, (text, face) in enumerate([("000012", "FandolFang"), ("秘密★1年", "FandolHei"), ("特急", "FandolHei")]):
        line = document.line(0, text)
        must(line[0].x, LEFT, text)
        must(row(line), TOP + index * LINE, text)
        assert line[0].face.startswith(face) and line[0].colour == BLACK


def test_mark_number_and_red_rule(notice):
    mark = notice.line(0, "安澜市人民政府文件")
    assert {glyph.colour for glyph in mark} == {RED} and mark[0].face == "FandolSong-Bold"
    ink = notice.ink(0, mark)
    must(ink.top, TOP + 35, "the mark's upper edge")
    must((ink.left + ink.right) / 2, (LEFT + RIGHT) / 2, "the mark's middle", 0.5)
    number = notice.line(0, "安政发〔2026〕12号")
    must(row(number) - ink.bottom, 2 * LINE, "from mark to number")
    must((number[0].x + end(number)) / 2, (LEFT + RIGHT) / 2, "the number's middle", 0.5)
    [rule] = notice.rules(0)
    assert rule.colour == RED
    must(rule.top - bottom(number), 4, "from number to red rule")
    must(rule.left, LEFT, "the red rule's left")
    must(rule.width, 156, "the red rule's width")
    usual(rule.height, 0.4, "the red rule's thickness")


def test_title_and_addressees(notice):
    [rule] = notice.rules(0)
    first, second = notice.line(0, "安澜市人民政府"), notice.line(0, "关于进一步")
    first = [line for line in notice.lines(0) if written(line) == "安澜市人民政府"][0]
    must(top(first) - rule.bottom, 2 * LINE, "from red rule to title")
    for line in (first, second):
        assert line[0].face == "FandolSong-Bold" and line[0].colour == BLACK
        must(line[0].size, SIZE2, "the title's size", 0.01)
        must((line[0].x + end(line)) / 2, (LEFT + RIGHT) / 2, "the title's middle")
    addressees = notice.line(0, "各镇人民政府")
    must(row(addressees) - row(second), 2 * LINE, "one free line between title and addressees")
    must(addressees[0].x, LEFT, "addressees begin at the left")
    assert written(addressees).endswith("：")
    assert len(notice.lines(0)) > 8, "page 1 shows text"


def test_paragraphs_and_levels(notice):
    for page, beginning, face in [
            (0, "为进一步", "FandolFang"), (0, "一、明确", "FandolHei"), (0, "（一）落实", "FandolKai"),
            (1, "1.答复", "FandolFang"), (1, "（1）由承办人", "FandolFang")]:
        line = notice.line(page, beginning)
        # A bracket's or a digit's own form need not fill its cell.
        is_wide = beginning[0] not in "（123"
        must(line[0].x, LEFT + 2 * PITCH, f"{beginning}: two characters in", 0.3 if is_wide else 1)
        assert line[0].face.startswith(face), beginning
        must(line[0].size, SIZE3, f"{beginning}: size", 0.01)
    line = notice.line(0, "（一）落实")
    faces = {glyph.face.split("-")[0] for glyph in line[10:]}
    assert faces == {"FandolFang"}, "what follows the heading's sentence is text"


def test_attachment_note(notice):
    note = notice.line(2, "附件：1.来信")
    text = notice.lines(2)[0]
    must(row(note) - row(text), 2 * LINE, "one free line between text and note")
    must(note[0].x, LEFT + 2 * PITCH, "the note is two characters in")
    second = notice.line(2, "2.市长信箱")
    must(second[2].x, note[5].x, "names stand under each other")
    assert written(note)[-1] not in "。；，"


def test_name_date_and_the_place_of_the_seal(notice):
    name, date = notice.line(2, "安澜市人民政府"), notice.line(2, "2026年11月28日")
    must(RIGHT - end(date), 4 * PITCH, "the date is four characters from the right")
    middle = (date[0].x + end(date)) / 2
    must((name[0].x + end(name)) / 2, middle, "the name's middle is the date's", 0.5)
    must(row(date) - row(name), LINE, "the date is in the next line")
    [seal] = notice.report["seals"]
    assert seal["page"] == 3 and seal["diameter_micrometres"] == 45_000
    left, above, width = (seal[key] / 1000 for key in ("left_micrometres", "top_micrometres", "diameter_micrometres"))
    radius = width / 2
    x, y = left + radius, above + radius
    must(x, middle, "the seal's middle", 0.5)
    assert y < row(date) < y + radius / 2, "name and date lie a little below the seal's centre"
    text = notice.line(2, "2.市长信箱")
    assert 0 <= above - bottom(text) <= LINE, "the seal's top lies within a line of the text"
    assert y + radius < BOTTOM
    note = notice.line(2, "（此件公开发布）")
    must(row(note) - row(date), LINE, "附注 is below the date")
    must(note[0].x, LEFT + 2 * PITCH, "附注 is two characters in")


def test_unsealed_name_and_date(unsealed):
    text, name, date = (unsealed.line(1, begin) for begin in ("妥否", "安澜市交通运输局", "2026年11月28日"))
    must(row(name) - row(text), 2 * LINE, "one free line above the name")
    must(RIGHT - end(name), 2 * PITCH, "the name is two characters from the right")
    must(date[0].x - name[0].x, 2 * PITCH, "the date is two characters right of the name")
    assert unsealed.report["seals"] == []


def test_attachments(notice):
    for page, label, title in [(3, "附件1", "来信办理情况月报表"), (4, "附件2", "市长信箱来信答复样式")]:
        first, second = notice.lines(page)[:2]
        assert written(first) == label and first[0].face.startswith("FandolHei")
        must(first[0].x, LEFT, label)
        must(row(first), TOP, label)
        assert written(second) == title
        must(row(second), TOP + 2 * LINE, "the title is in the third line")
        must((second[0].x + end(second)) / 2, (LEFT + RIGHT) / 2, "the title's middle")


def test_tables_keep_to_the_type_area(notice):
    rules = notice.rules(3)
    must(min(rule.left for rule in rules), LEFT, "the table's left", 0.01)
    must(max(rule.right for rule in rules), RIGHT, "the table's right", 0.01)
    uprights = sorted({round(rule.left, 2) for rule in rules if rule.height > rule.width})
    assert len(uprights) == 6, "five columns"
    head = [glyph for glyph in notice.pages.glyphs(3) if glyph.character == "单" and glyph.face.startswith("FandolHei")]
    assert len(head) == 1


def test_imprint(notice):
    rules = notice.rules(4)
    assert [round(rule.height, 2) for rule in rules] == [0.35, 0.25, 0.35]
    for rule in rules:
        must(rule.left, LEFT, "a rule's left")
        must(rule.width, 156, "a rule's width")
    must((rules[-1].top + rules[-1].bottom) / 2, BOTTOM, "the last rule lies on the type area's edge")
    copies, more, printing = notice.line(4, "抄送："), notice.line(4, "市检察院"), notice.line(4, "安澜市人民政府办公室")
    usual(copies[0].size, SIZE4, "size")
    must(copies[0].x, LEFT + SIZE4, "one character in")
    must(more[0].x, copies[3].x, "what wraps hangs")
    assert written(more).endswith("。")
    must(printing[0].x, LEFT + SIZE4, "the printer is one character in")
    must(end(printing), RIGHT - SIZE4, "the day of printing is one character in")
    assert written(printing).endswith("2026年11月28日印发")


def test_page_numbers(notice):
    for page in range(notice.count):
        [line] = [line for line in notice.lines(page) if written(line).startswith("—")]
        assert written(line) == f"— {page + 1} —" and line[0].face.startswith("FandolSong")
        usual(line[0].size, SIZE4, "size")
        dash = notice.ink(page, line[:1])
        must((dash.top + dash.bottom) / 2 - BOTTOM, 7, "the dash lies below the type area")
        if page % 2 == 0:
            must(RIGHT - end(line), SIZE4, "odd pages: at the right")
        else:
            must(line[0].x - LEFT, SIZE4, "even pages: at the left")


def test_signer_of_an_upward_document(report):
    line = report.line(0, "安交报")
    assert written(line) == "安交报〔2026〕7号签发人：周建国"
    must(line[0].x, LEFT + PITCH, "the number is one character in")
    must(end(line), RIGHT - PITCH, "the signer ends one character from the right")
    assert line[-4].face.startswith("FandolFang") and line[-1].face.startswith("FandolKai")
    [rule] = report.rules(0)
    must(rule.top - bottom(line), 4, "from number to red rule")


def test_signers_of_an_upward_document(unsealed):
    report = unsealed
    first, last = report.line(0, "签发人："), report.line(0, "安交报")
    assert written(first) == "签发人：周建国李敏" and written(last) == "安交报〔2026〕7号欧阳文静"
    must(last[0].x, LEFT + PITCH, "the number is one character in")
    must(end(first), RIGHT - PITCH, "signers end one character from the right", 0.6)
    assert first[0].face.startswith("FandolFang") and first[4].face.startswith("FandolKai")
    must(first[4].x, [glyph for glyph in last if glyph.character == "欧"][0].x, "signers stand under each other", 0.1)
    [rule] = report.rules(0)
    must(rule.top - bottom(last), 4, "from the last line to the red rule")


def test_letter(letter):
    mark = letter.line(0, "安澜市水务局")
    ink = letter.ink(0, mark)
    must(ink.top, 30, "the mark's upper edge")
    rules = letter.rules(0)
    assert len(rules) == 4 and {rule.colour for rule in rules} == {RED}
    for rule in rules:
        must(rule.width, 170, "a rule's width")
        must(rule.left, 20, "a rule's left")
    assert rules[0].height > rules[1].height and rules[2].height < rules[3].height
    must(rules[0].top - ink.bottom, 4, "from mark to rule")
    must(297 - rules[3].bottom, 20, "from the paper's lower edge")
    number = letter.line(0, "安水函〔2026〕31号")
    must(end(number), RIGHT, "the number ends at the right")
    must(top(number) - rules[1].bottom, SIZE3 * 7 / 8, "from rule to number")
    title = letter.line(0, "关于商请")
    must(row(title) - row(number), 3 * LINE, "two free lines above the title")
    assert not any(written(line).startswith("—") for line in letter.lines(0)), "page 1 has no number"
    copies = letter.line(0, "抄送：")
    must(row(copies) + LINE, BOTTOM, "copies stand in the last line")


# Characters


def test_rare_characters_are_drawn_and_named(notice):
    told = {entry["character"]: entry for entry in notice.report["substitutions"]}
    assert set(told) == set("𠮷䶮㛃")
    glyphs = notice.pages.glyphs(1)
    shapes = set()
    for index, glyph in enumerate(glyphs):
        if glyph.character in told:
            assert glyph.face == told[glyph.character]["face"] != "FandolFang-Regular"
            name = notice.drawn[1].uses[index][0]
            assert notice.drawn[1].shapes[name][0], "something is black"
            shapes.add(tuple(notice.drawn[1].shapes[name][0]))
    assert len(shapes) == 3, "and not the same box for all"


def test_the_plain_output_says_what_to_look_at(tmp_path):
    out = typeset(EXAMPLES / "notice.txt", tmp_path / "out")
    assert "substituted: 𠮷 U+20BB7 by NotoSerifCJKsc-Regular, first in line 19, column 51" in out.stdout
    assert "seal: page 3, 45 mm wide" in out.stdout
    assert "look:" not in out.stdout
    (tmp_path / "doubtful.txt").write_text(GOOD.replace("正文。", "(一)正文。").replace("2026〕", "1999〕"))
    out = typeset(tmp_path / "doubtful.txt", tmp_path / "doubtful")
    assert "look: line 3, column 13: the number's year, 1999" in out.stdout
    assert "look: line 10, column 1: “(一)” begins no level, so that this is plain text; write “（一）”" in out.stdout


# What is refused

GOOD = """form: general
mark: 安澜市人民政府文件
number: 安政发〔2026〕12号
title: 关于测试的通知
to: 各单位
issuer: 安澜市人民政府
date: 2026-11-28
printer: 安澜市人民政府办公室

正文。
"""
WIDE = "| " + " | ".join("甲乙丙丁戊己庚辛" for _ in range(20)) + " |\n"


@pytest.mark.parametrize("change, expected", [
    (("form: general", "form: order"), "line 1, column 7: documents of the form “order” are not set yet"),
    (("form: general", "form: poster"), "line 1, column 7: “form” is general, upward or letter"),
    (("number: 安政发〔2026〕12号", "number: 安政发[2026]12号"), "line 3, column 9: a document's number is written as"),
    (("〕12号", "〕012号"), "line 3, column 9"),
    (("〕12号", "〕第12号"), "line 3, column 9"),
    (("date: 2026-11-28", "date: 2026-02-30"), "line 7, column 7: “2026-02-30” is no day"),
    (("to: 各单位", "too: 各单位"), "line 5, column 1: unknown key “too”"),
    (("to: 各单位", "to: 各单位\nto: 各单位"), "line 6, column 1: “to” is here a second time"),
    (("to: 各单位", "各单位"), "line 5: a line of the head is “key: value”"),
    (("title: 关于测试的通知\n", ""), "the head has no “title”"),
    (("title: 关于测试的通知", "title: " + "长" * 201), "at most 200: shorten it"),
    (("title: 关于测试的通知", "title: " + "长" * 30 + "|通知"), "line 4, column 8: this line of the title is longer"),
    (("mark: 安澜市人民政府文件", "mark: " + "长" * 19), "at most 18 fit a line"),
    (("to: 各单位", "classification: 机密"), "line 5, column 17: documents above 秘密 are not made with this software"),
    (("to: 各单位", "classification: 内部"), "a classification is written as 秘密"),
    (("to: 各单位", "urgency: 快"), "“urgency” is 特急 or 加急"),
    (("to: 各单位", "copy-number: 12"), "a copy number has six digits"),
    (("to: 各单位", "signers: 张三"), "stand on documents of the form “upward” alone"),
    (("to: 各单位", "seal-millimetres: 300"), "a seal's diameter is a whole number of millimetres from 30 to 60"),
    (("正文。", "正\u202e文。"), "line 10, column 2: U+202E RIGHT-TO-LEFT OVERRIDE"),
    (("正文。", "正文\u05d0。"), "line 10, column 3: U+05D0 HEBREW LETTER ALEF is written from right to left"),
    (("正文。", "正\x07文。"), "line 10, column 2: U+0007"),
    (("正文。", "正\t文。"), "line 10, column 2: U+0009"),
    (("正文。", "正\u200b文。"), "line 10, column 2: U+200B ZERO WIDTH SPACE is invisible"),
    (("正文。", "e\u0301。"), "line 10, column 2: U+0301 COMBINING ACUTE ACCENT joins with the character before it"),
    (("正文。", "正\ue000文。"), "line 10, column 2: U+E000 is a private character"),
    (("正文。", "正文𓀀。"), "line 10, column 3: no typeface has “𓀀” (U+13000)"),
    (("printer: ", f"copies: {'，'.join(['市人力资源和社会保障局'] * 60)}\nprinter: "), "line 8, column 9: the imprint has 29"),
    (("to: 各单位", "note: " + "长" * 450), "line 5, column 7: the note has 450 characters; at most 200"),
    (("title: 关于测试的通知", "title: " + "长" * 200), "line 4, column 8: the title"),
    (("正文。\n", ""), "the document has no text"),
    (("正文。", WIDE + "|" + " --- |" * 20 + "\n" + WIDE), "line 10: this table is too wide: its 20 columns"),
    (("正文。", "| 甲 | 乙 |\n| --- |\n| 1 | 2 |"), "line 11, column 1: 1 cells in this row; the table's head has 2"),
    (("正文。", "| 甲 |\n| -- |\n| 1 |"), "below a table's head stands ---"),
    (("正文。", "| 甲 |\n| --- |\n| 1"), "line 12, column 4: a row of a table ends with |"),
    (("正文。", "| 甲 |\n| --- |\n| " + "长" * 15_000 + " |"), "line 12: this row does not fit a page"),
    (("正文。", "正文。\n=== 附表。\n内容"), "no punctuation stands after an attachment's name"),
    (("正文。", "正文。\n=== 附表"), "line 11, column 5: this attachment has no text"),
    (("正文。", "正文。\n" * 12_500), "pages; at most 500"),
    (("正文。", "长" * 20_001), "20001 characters in a line; at most 20000"),
    (("正文。", ("长" * 10_000 + "\n") * 80), "at most 2097152 bytes"),
])
def test_what_cannot_be_set_is_refused_with_its_place_and_leaves_nothing(change, expected, tmp_path):
    source = tmp_path / "bad.txt"
    text = GOOD.replace(*change)
    assert text != GOOD
    source.write_text(text)
    refused = typeset(source, tmp_path / "out")
    assert refused.returncode == 65 and expected in refused.stderr, refused.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.txt"]
    assert not any(character in refused.stderr for character in "\u202e\u0301\x07")


def test_what_is_no_utf_8_is_refused(tmp_path):
    (tmp_path / "bad.txt").write_bytes(GOOD.encode("gb18030"))
    refused = typeset(tmp_path / "bad.txt", tmp_path / "out")
    assert refused.returncode == 65 and "line 2, column 7: this is not UTF-8" in refused.stderr


def test_a_missing_typeface_is_named_with_its_package(tmp_path):
    # A file of that name that is no font; then none at all.
    (tmp_path / "faces").mkdir()
    (tmp_path / "faces/FandolFang-Regular.otf").write_text("no font")
    refused = typeset(EXAMPLES / "letter.txt", tmp_path / "out", "--faces", tmp_path / "faces")
    assert refused.returncode == 78 and "FandolFang-Regular.otf: holds no typeface" in refused.stderr
    again = typeset(EXAMPLES / "letter.txt", tmp_path / "out", GUANDU_FACES=str(tmp_path / "faces"))
    assert again.returncode == 78


def test_a_typeface_is_a_regular_file_of_a_size_that_typefaces_have(tmp_path):
    faces = tmp_path / "faces"
    def large(path):
        path.touch()
        os.truncate(path, 268_435_457)

    for spoil in [os.mkfifo, lambda path: path.symlink_to("/dev/zero"), large]:
        faces.mkdir()
        spoil(faces / "FandolFang-Regular.otf")
        refused = typeset(EXAMPLES / "letter.txt", tmp_path / "out", "--faces", str(faces))
        assert refused.returncode == 78 and "no regular file" in refused.stderr, refused.stderr
        assert not (tmp_path / "out.pdf").exists()
        (faces / "FandolFang-Regular.otf").unlink()
        faces.rmdir()


def test_files_that_are_there_are_kept_unless_said_otherwise(tmp_path):
    (tmp_path / "out.ofd").write_text("mine")
    kept = typeset(EXAMPLES / "letter.txt", tmp_path / "out")
    assert kept.returncode == 73 and "out.ofd is there already" in kept.stderr
    assert (tmp_path / "out.ofd").read_text() == "mine" and not (tmp_path / "out.pdf").exists()
    replaced = typeset(EXAMPLES / "letter.txt", tmp_path / "out", "--replace")
    assert replaced.returncode == 0 and (tmp_path / "out.ofd").read_bytes()[:2] == b"PK"


def test_what_is_no_file_is_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "out.ofd")
    refused = typeset(EXAMPLES / "letter.txt", tmp_path / "out", "--replace")
    assert refused.returncode == 73 and "no regular file" in refused.stderr
    assert (tmp_path / "out.ofd").is_fifo() and not (tmp_path / "out.pdf").exists()


def command(*arguments, folder):
    return subprocess.run(
        [BINARIES / "guandu", "document", "typeset", *arguments], capture_output=True, text=True, cwd=folder)


def test_the_document_itself_is_never_written_over(tmp_path):
    source = tmp_path / "n.txt"
    source.write_text(GOOD)
    (tmp_path / "sub").mkdir()
    (tmp_path / "soft").symlink_to("n.txt")
    (tmp_path / "hard").hardlink_to(source)
    (tmp_path / "folder").symlink_to(".")
    for name in ["n.txt", "./n.txt", "sub/../n.txt", str(source), "soft", "hard", "folder/n.txt"]:
        for option in ["--pdf", "--ofd"]:
            refused = command("n.txt", option, name, "--replace", folder=tmp_path)
            assert refused.returncode == 64 and "is the document itself" in refused.stderr, (name, refused.stderr)
    assert source.read_text() == GOOD and (tmp_path / "soft").is_symlink()


def test_pdf_and_ofd_are_never_one_file(tmp_path):
    (tmp_path / "n.txt").write_text(GOOD)
    (tmp_path / "folder").symlink_to(".")
    (tmp_path / "elsewhere/sub").mkdir(parents=True)
    (tmp_path / "sub").symlink_to("elsewhere/sub")
    refused = command("n.txt", "--pdf", "sub/../out", "--ofd", "elsewhere/out", folder=tmp_path)
    assert refused.returncode == 64 and "are one file" in refused.stderr, refused.stderr
    for other in ["out", "./out", "folder/out", str(tmp_path / "out"), "elsewhere/.././folder/out"]:
        refused = command("n.txt", "--pdf", "out", "--ofd", other, folder=tmp_path)
        assert refused.returncode == 64 and "are one file" in refused.stderr, (other, refused.stderr)
        assert not (tmp_path / "out").exists()
    (tmp_path / "out").write_text("mine")
    (tmp_path / "hard").hardlink_to(tmp_path / "out")
    for other in ["./out", "hard"]:
        refused = command("n.txt", "--pdf", "out", "--ofd", other, "--replace", folder=tmp_path)
        assert refused.returncode == 64 and "are one file" in refused.stderr, (other, refused.stderr)
    assert (tmp_path / "out").read_text() == "mine"


def test_addressees_that_would_push_the_text_off_page_1_go_into_the_imprint(tmp_path):
    long = "，".join(f"市第{number}人民医院" for number in range(10, 50))
    (tmp_path / "many.txt").write_text(GOOD.replace("to: 各单位", f"to: {long}"))
    document = Document(tmp_path / "many.txt", tmp_path / "out")
    document.line(0, "正文。")
    assert written(document.line(document.count - 1, "主送：")).startswith("主送：市第10人民医院")


@pytest.mark.parametrize("form", ["general", "upward", "letter"])
@pytest.mark.parametrize("key, count", [("copies", 60), ("to", 50)])
def test_an_imprint_of_many_bodies_stays_on_its_page(form, key, count, tmp_path):
    listed = "，".join(f"市第{number}人民医院" for number in range(10, 10 + count))
    text = GOOD.replace("form: general", f"form: {form}")
    text = text.replace("to: 各单位", f"to: {listed}" if key == "to" else f"to: 各单位\ncopies: {listed}")
    if form == "upward":
        text = text.replace("date:", "signers: 周建国\ndate:")
    if form == "letter":
        text = text.replace("printer: 安澜市人民政府办公室\n", "")
    source = tmp_path / "many.txt"
    source.write_text(text.replace("正文。\n", "正文。\n" * 4))
    document = Document(source, tmp_path / "out")
    within_type_area(document)
    if form != "letter":
        document.line(document.count - 1, "主送：" if key == "to" else "抄送：")


def test_name_and_date_never_stand_without_text(tmp_path):
    for count in range(1, 24):
        source = tmp_path / f"{count}.txt"
        source.write_text(GOOD.replace("正文。\n", "".join(f"第{number}段。\n" for number in range(count))))
        document = Document(source, tmp_path / f"out{count}")
        page = document.report["seals"][0]["page"] - 1
        assert any(written(line).startswith("第") for line in document.lines(page)), count
        assert any(written(line).startswith("第") for line in document.lines(0)), count
