"""The code with the address at which a document can be checked, read back by zxing from the PDF's picture and from the OFD's
rectangles."""

import json

import numpy
import pytest
import zxingcpp

from drawn_pages import picture_of_pdf
from test_documents import EXAMPLES, typeset
from typeset_pages import OFDPages

DOTS_PER_MILLIMETRE = 300 / 25.4
ADDRESSES = ["https://an.example.cn/", "https://an.example.cn/check?number=2026-12&day=2026-11-28",
             "https://an.example.cn/" + "a" * 178]


def picture_of_ofd(path, page):
    """What the page's filled rectangles make black, at 300 dots an inch."""
    picture = numpy.full((round(297 * DOTS_PER_MILLIMETRE), round(210 * DOTS_PER_MILLIMETRE)), 255, numpy.uint8)
    for box in OFDPages(path).rules(page - 1):
        left, top, right, bottom = (round(value * DOTS_PER_MILLIMETRE) for value in (box.left, box.top, box.right, box.bottom))
        if box.colour == (0, 0, 0):
            picture[top:bottom, left:right] = 0
    return picture


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("example", ["notice", "report", "letter"])
def test_the_code_is_read_from_both_files(tmp_path, example, address):
    source = tmp_path / "document.txt"
    text = next(EXAMPLES.glob(f"*{example}*.txt")).read_text()
    source.write_text(text.replace("\n\n", f"\n查验地址: {address}\n\n", 1))
    made = typeset(source, tmp_path / "out", "--json")
    assert made.returncode == 0, made.stderr
    report = json.loads(made.stdout)
    code = report["check_code"]
    assert code["page"] == report["pages"]
    assert 20_000 <= code["side_micrometres"] <= 25_000
    for picture in (picture_of_pdf(tmp_path / "out.pdf", code["page"]), picture_of_ofd(tmp_path / "out.ofd", code["page"])):
        found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
        assert [one.text for one in found] == [address]
        corner = found[0].position.top_left
        assert abs(corner.x / DOTS_PER_MILLIMETRE - code["left_micrometres"] / 1000) < 0.5
        assert abs(corner.y / DOTS_PER_MILLIMETRE - code["top_micrometres"] / 1000) < 0.5
        assert found[0].ec_level == "M"


def test_an_address_that_is_refused_is_named_in_both_languages(tmp_path):
    source = tmp_path / "document.txt"
    text = next(EXAMPLES.glob("*notice*.txt")).read_text()
    source.write_text(text.replace("\n\n", "\ncheck-address: http://an.example.cn/\n\n", 1))
    made = typeset(source, tmp_path / "out")
    assert made.returncode == 65
    assert "is written as https://host/" in made.stderr and "查验地址写作https://主机/" in made.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["document.txt"]
