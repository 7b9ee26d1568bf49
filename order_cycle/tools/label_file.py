"""Many labels as few files, ready for the printers. No record is touched here."""

import io
import zipfile

from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from odoo.tools.pdf import merge_pdf

MIMETYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "zpl": "application/x-zpl",
    "zip": "application/zip",
}
POINTS_PER_INCH = 72
#: The width of a label, in inches, for a picture that does not say how large it is.
LABEL_INCHES = 4


def label_files(labels):
    """Return the labels as one PDF and one ZPL file, or as many as there are kinds: {format: file}.

    Pictures become pages of the PDF. The order is kept.

    :param labels: [(format, content)]
    """
    pages = [
        picture_page(content) if file_format == "png" else content
        for file_format, content in labels
        if file_format in ("pdf", "png")
    ]
    commands = [content.strip() for file_format, content in labels if file_format == "zpl"]
    files = {}
    if pages:
        files["pdf"] = pages[0] if len(pages) == 1 else merge_pdf(pages)
    if commands:
        files["zpl"] = b"\n".join(commands) + b"\n"
    return files


def zipped(files, name):
    """Return one archive of several files.

    :param dict files: {format: content}
    :param str name: of each file, without its ending
    """
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as holder:
        for file_format, content in files.items():
            holder.writestr(f"{name}.{file_format}", content)
    return archive.getvalue()


def picture_page(content):
    """Return a picture as a PDF of one page, without a loss: bars must stay sharp."""
    with Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
        dots = picture.info.get("dpi", (0, 0))[0] or picture.width / LABEL_INCHES
        size = [side * POINTS_PER_INCH / dots for side in picture.size]
        page = io.BytesIO()
        canvas = Canvas(page, pagesize=size, invariant=True)
        canvas.drawImage(ImageReader(picture.convert("RGB")), 0, 0, *size)
        canvas.showPage()
        canvas.save()
    return page.getvalue()
