"""Pages of a typeset document, read from its PDF (through pdftocairo) and from its OFD (through its XML), in millimetres."""

import dataclasses
import re
import subprocess
import xml.etree.ElementTree as ET
import zipfile

OFD = "{http://www.ofdspec.org/2016}"
POINT = 25.4 / 72


@dataclasses.dataclass
class Glyph:
    character: str
    x: float
    y: float
    face: str
    size: float
    colour: tuple


@dataclasses.dataclass
class Box:
    left: float
    top: float
    right: float
    bottom: float
    colour: tuple

    @property
    def width(self):
        return self.right - self.left

    @property
    def height(self):
        return self.bottom - self.top


class OFDPages:
    def __init__(self, path):
        with zipfile.ZipFile(path) as archive:
            self.files = {name: archive.read(name) for name in archive.namelist()}
        resources = ET.fromstring(self.files["Doc_0/PublicRes.xml"])
        self.faces = {font.get("ID"): font.get("FontName") for font in resources.iter(OFD + "Font")}
        document = ET.fromstring(self.files["Doc_0/Document.xml"])
        names = [page.get("BaseLoc") for page in document.iter(OFD + "Page")]
        self.trees = [ET.fromstring(self.files["Doc_0/" + name]) for name in names]

    def glyphs(self, page):
        glyphs = []
        for run in self.trees[page].iter(OFD + "TextObject"):
            left, top, _, _ = map(float, run.get("Boundary").split())
            stretch = float((run.get("CTM") or "1").split()[0])
            code = run.find(OFD + "TextCode")
            x, y = float(code.get("X")), float(code.get("Y"))
            steps = [0.0, *map(float, (code.get("DeltaX") or "").split())]
            assert len(steps) == len(code.text), "a step for each character but the first"
            for character, step in zip(code.text, steps):
                x += step
                glyphs.append(Glyph(character, left + x * stretch, top + y, self.faces[run.get("Font")],
                                    float(run.get("Size")), colour(run)))
        return glyphs

    def rules(self, page):
        boxes = []
        for path in self.trees[page].iter(OFD + "PathObject"):
            left, top, width, height = map(float, path.get("Boundary").split())
            boxes.append(Box(left, top, left + width, top + height, colour(path)))
        return boxes

    def text(self, page):
        return "".join(glyph.character for glyph in self.glyphs(page))


def colour(element):
    return tuple(map(int, element.find(OFD + "FillColor").get("Value").split()))


class PDFPage:
    """What pdftocairo draws of a page: where each glyph's origin is, what is black of it, and the filled boxes."""

    def __init__(self, path, page):
        drawn = subprocess.run(
            ["pdftocairo", "-svg", "-noshrink", "-nocenter", "-f", str(page + 1), "-l", str(page + 1), path, "-"],
            capture_output=True, text=True, check=True).stdout
        self.shapes = {}
        for name, path_data in re.findall(r'<symbol overflow="visible" id="([^"]*)">\s*<path [^>]*d="([^"]*)"', drawn):
            numbers = [float(number) * POINT for number in re.findall(r"-?\d+(?:\.\d+)?", path_data)]
            self.shapes[name] = (numbers[0::2], numbers[1::2])
        self.uses = [(name, float(x) * POINT, float(y) * POINT) for name, x, y in
                     re.findall(r'<use xlink:href="#([^"]*)" x="([^"]*)" y="([^"]*)"', drawn)]
        self.boxes = []
        for fill, path_data in re.findall(r'fill:rgb\(([^)]*)\)[^>]*d="(M [^"]*)"', drawn):
            numbers = [float(number) * POINT for number in re.findall(r"-?\d+(?:\.\d+)?", path_data)]
            xs, ys = numbers[0::2], numbers[1::2]
            red, green, blue = (round(float(part.strip(" %")) * 2.55) for part in fill.split(","))
            self.boxes.append(Box(min(xs), min(ys), max(xs), max(ys), (red, green, blue)))

    def origins(self):
        return [(x, y) for _, x, y in self.uses]

    def ink(self, first, last):
        """The box of what is black in some glyphs, by their places in the order of reading."""
        boxes = [(x + min(self.shapes[name][0]), y + min(self.shapes[name][1]), x + max(self.shapes[name][0]),
                  y + max(self.shapes[name][1])) for name, x, y in self.uses[first:last] if self.shapes[name][0]]
        left, top, right, bottom = zip(*boxes)
        return Box(min(left), min(top), max(right), max(bottom), None)


def lines(glyphs):
    """Glyphs of the same baseline, from the left; in the order of the baselines."""
    found = {}
    for glyph in glyphs:
        found.setdefault(round(glyph.y, 1), []).append(glyph)
    return [sorted(found[y], key=lambda glyph: glyph.x) for y in sorted(found)]


def written(line):
    return "".join(glyph.character for glyph in line)
