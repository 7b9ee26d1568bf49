"""Real papers, small ones: what a carrier of good will sends."""

import io

from PIL import Image
from reportlab.pdfgen import canvas

ZPL = b"^XA^FO50,50^A0N,40,40^FDHello^FS^XZ"


def a_pdf(*texts, size=(298, 420), **options):
    """Return a PDF with a page for each text; `options` are those of reportlab's canvas."""
    file = io.BytesIO()
    drawing = canvas.Canvas(file, pagesize=size, invariant=True, **options)
    for text in texts or ("A label",):
        drawing.drawString(50, 50, text)
        drawing.showPage()
    drawing.save()
    return file.getvalue()


def a_png(width=40, height=60, mode="1"):
    """Return a white picture."""
    file = io.BytesIO()
    Image.new(mode, (width, height), 1 if mode == "1" else "white").save(file, "PNG")
    return file.getvalue()


PDF = a_pdf()
PNG = a_png()
