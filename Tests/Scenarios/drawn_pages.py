"""Pages of a PDF as pictures, as Poppler draws them."""

import subprocess

import numpy


def picture_of_pdf(path, page):
    """The page at 300 dots an inch, as grey values."""
    drawn = subprocess.run(
        ["pdftoppm", "-gray", "-r", "300", "-f", str(page), "-l", str(page), path], check=True,
        capture_output=True).stdout
    kind, width, height, most, rest = drawn.split(maxsplit=4)
    assert (kind, most) == (b"P5", b"255")
    # One white space ends the head.
    pixels = drawn[len(drawn) - int(width) * int(height):]
    return numpy.frombuffer(pixels, numpy.uint8).reshape(int(height), int(width))
