"""The label of a parcel in other forms than PDF: for a label printer, and as a picture."""

import io

from PIL import Image, ImageDraw

from .label import LabelFacts

#: A6 at 203 dots an inch, which most label printers have.
_DOTS = 203
_SIZE = (840, 1183)


def label_zpl(facts: LabelFacts) -> bytes:
    """Return the label in ZPL II, one ``^XA ... ^XZ``."""
    receiver = facts.shipment["receiver"]
    lines = [
        "^XA^CI28^PW840^LL1183",
        *_zpl_text(40, 40, 50, "REHEARSAL PARCEL"),
        *_zpl_text(40, 110, 30, f"{facts.number} of {facts.count}"),
        *_zpl_text(40, 200, 40, receiver["name"]),
        *_zpl_text(40, 250, 40, receiver["street"]),
        *_zpl_text(40, 300, 40, f"{receiver['postalCode']} {receiver['city']}"),
        *_zpl_text(40, 350, 60, receiver["country"]),
        f"^FO40,600^BY3^BCN,200,Y,N,N^FD{facts.tracking_number}^FS",
        *_zpl_text(40, 1100, 30, "REHEARSAL - NO REAL SHIPMENT"),
        "^XZ",
    ]
    return "\n".join(lines).encode()


def _zpl_text(x: int, y: int, height: int, text: str) -> list[str]:
    # A caret or a tilde in a name would be a command.
    safe = "".join(" " if char in "^~\\" or not char.isprintable() else char for char in text)
    return [f"^FO{x},{y}^A0N,{height},{height}^FD{safe}^FS"]


def label_png(facts: LabelFacts) -> bytes:
    """Return the label as a black and white picture."""
    receiver = facts.shipment["receiver"]
    picture = Image.new("1", _SIZE, 1)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((10, 10, _SIZE[0] - 10, _SIZE[1] - 10), outline=0, width=3)
    texts = (
        f"REHEARSAL PARCEL   {facts.number} of {facts.count}",
        receiver["name"],
        receiver["street"],
        f"{receiver['postalCode']} {receiver['city']} {receiver['country']}",
        facts.tracking_number,
        "REHEARSAL - NO REAL SHIPMENT",
    )
    for row, text in enumerate(texts):
        picture.paste(_large(text), (40, 60 + 80 * row))
    for index, char in enumerate(facts.tracking_number):
        width = 4 + ord(char) % 8
        pen.rectangle((60 + 45 * index, 700, 60 + 45 * index + width, 950), fill=0)
    file = io.BytesIO()
    picture.save(file, "PNG", dpi=(_DOTS, _DOTS))
    return file.getvalue()


def _large(text: str) -> Image.Image:
    """Return a line of text in the one font that every Pillow has, three times as large."""
    line = Image.new("1", (250, 16), 1)
    ImageDraw.Draw(line).text((0, 0), text.encode("ascii", "replace").decode(), fill=0)
    return line.resize((750, 48))
