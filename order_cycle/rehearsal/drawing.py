"""Text on paper in any script, with the fonts at hand."""

import threading
from functools import lru_cache

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont

#: Every PDF reader has these two; they know Western European letters only.
_BASE = {"regular": "Helvetica", "bold": "Helvetica-Bold"}
#: Known to Latin, Greek and Cyrillic if DejaVu is installed; Vera comes with reportlab.
_WIDE = {
    "regular": ("DejaVuSans.ttf", "Vera.ttf"),
    "bold": ("DejaVuSans-Bold.ttf", "VeraBd.ttf"),
}
#: Chinese; not embedded, the reader brings it.
_CHINESE = "STSong-Light"
_SMALLEST = 5.0


#: reportlab keeps one state for all threads: one paper at a time.
PRESS = threading.Lock()


class Pen:
    """Writes on a reportlab canvas. Sizes and places are in points, from the lower left."""

    def __init__(self, canvas):
        self.canvas = canvas

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        weight: str = "regular",
        width: float | None = None,
    ):
        """Write one line; if ``width`` is given the letters shrink and the end is cut to fit it."""
        size, text = _fitted(text, size, weight, width)
        for font, run in _runs(text, weight):
            self.canvas.setFont(font, size)
            self.canvas.drawString(x, y, run)
            x += pdfmetrics.stringWidth(run, font, size)

    def caption(self, x: float, y: float, text: str):
        """Write the small grey name of a field."""
        self.canvas.setFillGray(0.35)
        self.text(x, y, text.upper(), size=5.5)
        self.canvas.setFillGray(0)

    def centred(self, x: float, y: float, text: str, *, size: float, weight: str = "regular"):
        """Write one line around ``x``."""
        self.text(x - _width(text, size, weight) / 2, y, text, size=size, weight=weight)


def _fitted(text: str, size: float, weight: str, width: float | None) -> tuple[float, str]:
    while width and size > _SMALLEST and _width(text, size, weight) > width:
        size -= 0.5
    while width and text and _width(text, size, weight) > width:
        text = text[:-1]
    return size, text


def _width(text: str, size: float, weight: str) -> float:
    return sum(pdfmetrics.stringWidth(run, font, size) for font, run in _runs(text, weight))


def _runs(text: str, weight: str) -> list[tuple[str, str]]:
    """Split the text into runs of one font; a single font for all of it if one has all letters."""
    if _is_western(text):
        return [(_BASE[weight], text)]
    wide, letters = _wide_font(weight)
    runs: list[tuple[str, str]] = []
    for char in text:
        font = wide if ord(char) in letters else _chinese_font()
        if runs and runs[-1][0] == font:
            runs[-1] = (font, runs[-1][1] + char)
        else:
            runs.append((font, char))
    return runs


def _is_western(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=2)
def _wide_font(weight: str) -> tuple[str, frozenset[int]]:
    name = f"Rehearsal-{weight}"
    for file in _WIDE[weight]:
        try:
            font = TTFont(name, file)
        except TTFError:
            continue
        pdfmetrics.registerFont(font)
        return name, frozenset(font.face.charToGlyph)
    return _BASE[weight], frozenset(range(256))


@lru_cache(maxsize=1)
def _chinese_font() -> str:
    pdfmetrics.registerFont(UnicodeCIDFont(_CHINESE))
    return _CHINESE
