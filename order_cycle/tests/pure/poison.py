"""Sixty files that a carrier, or whoever speaks in its name, could send instead of a label.

Each is (name, format it claims to have, content). All are made here, small, and hurt nobody
who only keeps them.
"""

import base64
import io
import struct
import zlib

from hand_made_pdf import (
    a_packed_page,
    a_page,
    a_stream,
    by_hand,
    packed_objects,
    updated,
    with_packed_table,
)
from papers import PDF, PNG, ZPL, a_pdf, a_png
from PIL import Image
from PyPDF2 import PdfReader, PdfWriter

MEGABYTE = 1024 * 1024
HTML = b"<!DOCTYPE html><html><body><script>alert(document.cookie)</script></body></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def corpus(decode):
    """Return all poison files.

    :param decode: what reads base64 in our answers
    """
    files = [
        *_no_files(decode),
        *_broken_pdfs(),
        *_active_pdfs(),
        *_hidden_actions(),
        *_bombs(),
        *_loops(),
        *_pictures(),
        *_printer_commands(),
    ]
    names = [name for name, _format, _content in files]
    assert len(set(names)) == len(names)
    return files


# === THE FILES === #


def _no_files(decode):
    yield "nothing", "pdf", b""
    yield "spaces only", "pdf", b" \n" * 50
    yield "wrong base64", "pdf", decode("this is *not* base64")
    yield "base64 cut off", "pdf", decode(base64.b64encode(PDF).decode()[:-3])
    yield "base64 of base64", "pdf", base64.b64encode(PDF)
    yield "a page of a web site", "pdf", HTML
    yield "a page before the label", "pdf", HTML + PDF
    yield "a picture with a script", "png", SVG
    yield "a picture with a script called svg", "svg", SVG
    yield "a program", "exe", b"MZ" + bytes(100)
    yield "an archive", "pdf", b"PK\x03\x04" + bytes(100)
    yield "another format than it claims", "png", PDF
    yield "a picture that claims to be a PDF", "pdf", PNG


def _broken_pdfs():
    yield "cut off in the middle", "pdf", PDF[: len(PDF) // 2]
    yield "without its end", "pdf", PDF[: PDF.rindex(b"%%EOF")]
    yield "ends only", "pdf", b"%PDF-1.4\n%%EOF\n"
    yield "catalogue only", "pdf", by_hand({1: b"<< /Type /Catalog >>"})
    yield (
        "no page",
        "pdf",
        by_hand(
            {
                1: b"<< /Type /Catalog /Pages 2 0 R >>",
                2: b"<< /Type /Pages /Kids [] /Count 0 >>",
            }
        ),
    )
    yield "51 pages", "pdf", a_pdf(*["page"] * 51)
    yield "garbage between the ends", "pdf", b"%PDF-1.4\n" + bytes(range(256)) * 20 + b"\n%%EOF\n"
    yield "huge", "pdf", a_page(more={9: a_stream(b"x" * (200 * MEGABYTE // 40))})
    yield "locked with a password", "pdf", _locked(PDF, "secret")
    yield "locked with an empty password", "pdf", _locked(PDF, "")


def _locked(content, password):
    writer = PdfWriter()
    for page in PdfReader(io.BytesIO(content)).pages:
        writer.add_page(page)
    writer.encrypt(password, "owner")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def _active_pdfs():
    script = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
    yield "script at opening", "pdf", a_page(b"/OpenAction %s" % script)
    yield "script in the names", "pdf", a_page(b"/Names << /JavaScript << /Names [(a) 9 0 R] >> >>")
    yield "program at opening", "pdf", a_page(b"/OpenAction << /S /Launch /F (calc.exe) >>")
    yield "program on a page", "pdf", a_page(page=b"/AA << /O << /S /Launch /F (sh) >> >>")
    yield (
        "a file inside",
        "pdf",
        a_page(
            b"/Names << /EmbeddedFiles << /Names [(a.exe) 9 0 R] >> >>",
            more={9: a_stream(b"MZ", b"/Type /EmbeddedFile")},
        ),
    )
    yield "a file beside", "pdf", a_page(b"/AF [<< /Type /Filespec /F (a) /EF << /F 9 0 R >> >>]")
    yield "a form that is sent", "pdf", a_page(b"/OpenAction << /S /SubmitForm /F (http://a) >>")
    yield "data that are fetched", "pdf", a_page(b"/OpenAction << /S /ImportData /F (a.fdf) >>")
    yield "a form with its own programs", "pdf", a_page(b"/AcroForm << /XFA (x) >>")
    yield "a film", "pdf", a_page(page=b"/Annots [<< /Subtype /RichMedia >>]")
    yield "also a web page, as a comment", "pdf", PDF.replace(b"\n", b"\n%" + HTML + b"\n", 1)
    yield "also a web page, at the end", "pdf", PDF + b"%" + HTML + b"\n"
    yield "an older version with a script", "pdf", updated(a_page(b"/OpenAction %s" % script))


def _hidden_actions():
    script = b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"
    escaped = b"/OpenAction << /S /J#61vaScript /#4a#53 (app.alert\\(1\\)) >>"
    yield "an escaped name", "pdf", a_page(escaped)
    yield "an escaped program", "pdf", a_page(b"/OpenAction << /S /L#61unch /F (sh) >>")
    yield "a script in an object stream", "pdf", a_packed_page(script)
    yield "an escaped name in an object stream", "pdf", a_packed_page(escaped)
    yield (
        "a program in an object stream",
        "pdf",
        a_packed_page(b"/OpenAction << /S /Launch /F (sh) >>"),
    )
    yield (
        "a file in an object stream",
        "pdf",
        a_packed_page(b"/Names << /EmbeddedFiles << /Names [(a) 9 0 R] >> >>"),
    )
    yield (
        "an object stream that no table lists",
        "pdf",
        a_page(more={9: packed_objects({10: b"<< %s >>" % script})}).replace(
            b"9 0 obj", b"8 0 obj"
        ),
    )
    # What names a stream's packing may itself be written with escapes.
    yield (
        "an object stream under an escaped name",
        "pdf",
        a_page(
            more={9: packed_objects({10: b"<< %s >>" % script}).replace(b"/ObjStm", b"/Obj#53tm")}
        ),
    )


def _bombs():
    zeros = zlib.compress(bytes(200 * MEGABYTE), 9)
    yield "200 MB in one stream", "pdf", a_page(more={9: a_stream(zeros, b"/Filter /FlateDecode")})
    twice = zlib.compress(zeros, 9)
    yield (
        "packed twice",
        "pdf",
        a_page(more={9: a_stream(twice, b"/Filter [/FlateDecode /FlateDecode]")}),
    )
    yield (
        "packed, and written as letters",
        "pdf",
        a_page(
            more={
                9: a_stream(
                    base64.a85encode(zeros) + b"~>", b"/Filter [/ASCII85Decode /FlateDecode]"
                )
            }
        ),
    )
    yield (
        "200 MB of objects",
        "pdf",
        with_packed_table(
            {
                2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 298 420] >>",
            },
            {1: b"<< /Type /Catalog /Pages 2 0 R >>" + b" " * (200 * MEGABYTE)},
            holder=4,
        ),
    )
    yield (
        "a picture as large as a field",
        "pdf",
        a_page(more={9: a_stream(b"x", b"/Subtype /Image /Width 90000 /Height 90000")}),
    )


def _loops():
    yield (
        "pages inside themselves",
        "pdf",
        by_hand(
            {
                1: b"<< /Type /Catalog /Pages 2 0 R >>",
                2: b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>",
            }
        ),
    )
    start = a_page().rindex(b"xref\n0")
    yield "a table that leads to itself", "pdf", a_page(trailer=b"/Prev %d" % start)
    yield "brackets without end", "pdf", a_page(b"/A " + b"[" * 200_000 + b"]" * 200_000)


def _pictures():
    yield "a picture cut off", "png", PNG[:-1]
    yield "a picture without its middle", "png", PNG[:40] + PNG[-12:]
    yield "a picture with wrong sums", "png", PNG.replace(b"IDAT", b"IDAT\x00", 1)
    yield "a picture of 100,000 by 100,000", "png", _png_of(100_000, 100_000)
    yield "a picture of 20,000 by 20,000", "png", a_png(20_000, 20_000)
    yield "a picture of nothing", "png", _png_of(0, 0)
    yield (
        "200 MB of text in a picture",
        "png",
        _with_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(200 * MEGABYTE), 9)),
    )
    yield "a GIF", "png", _saved("GIF")
    yield "a GIF that says so", "gif", _saved("GIF")
    yield (
        "a film of pictures",
        "png",
        _saved(
            "PNG", save_all=True, append_images=[Image.new("1", (9, 9), n % 2) for n in range(20)]
        ),
    )


def _saved(file_format, **options):
    file = io.BytesIO()
    Image.new("1", (9, 9)).save(file, file_format, **options)
    return file.getvalue()


def _chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png_of(width, height):
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return PNG[:8] + head + _chunk(b"IDAT", zlib.compress(b"\0")) + _chunk(b"IEND", b"")


def _with_chunk(kind, data):
    """Return a picture with another chunk right after its head."""
    return PNG[:33] + _chunk(kind, data) + PNG[33:]


def _printer_commands():
    yield "no end", "zpl", ZPL[:-3]
    yield "a stored program", "zpl", ZPL.replace(b"^FO", b"~DYR:EVIL,A,B,4,,00^FO", 1)
    yield "everything erased", "zpl", ZPL.replace(b"^FO", b"^IDR:*.*^FO", 1)
    yield "everything erased, in small letters", "zpl", ZPL.replace(b"^FO", b"^idr:*.*^fo", 1)
    yield "a reset", "zpl", ZPL.replace(b"^FO", b"~JR^FO", 1)
    yield "settings kept", "zpl", ZPL.replace(b"^FO", b"^JUS^FO", 1)
    yield "another prefix for commands", "zpl", ZPL.replace(b"^FO", b"^CC+^FO", 1)
    yield "a command over two lines", "zpl", ZPL.replace(b"^FO", b"~D\r\nYR:EVIL^FO", 1)
    yield "a million copies", "zpl", ZPL.replace(b"^XZ", b"^PQ1000000^XZ")
    yield "a thousand labels", "zpl", ZPL * 1000
    yield "a web page that claims to be ZPL", "zpl", HTML
