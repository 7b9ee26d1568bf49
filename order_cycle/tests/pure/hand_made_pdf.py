"""PDF files written by hand, so that they can have what no program of good will writes."""

import re
import struct
import zlib


def by_hand(objects, trailer=b""):
    """Return a PDF of numbered objects: {number: body}. Object 1 is the catalogue."""
    out, offsets = bytearray(b"%PDF-1.5\n"), {}
    for number, body in objects.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (max(offsets) + 1)
    for number in range(1, max(offsets) + 1):
        if number in offsets:
            out += b"%010d 00000 n \n" % offsets[number]
        else:
            out += b"0000000000 65535 f \n"
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (max(offsets) + 1, trailer)
    out += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def a_page(catalogue=b"", page=b"", more=None, trailer=b""):
    """Return a PDF with one page, and something extra in the catalogue or on the page."""
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalogue,
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 298 420] %s >>" % page,
        **(more or {}),
    }
    return by_hand(objects, trailer)


def a_stream(data, head=b""):
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), head, data)


def packed_objects(bodies, head=b"/Filter /FlateDecode"):
    """Return an object stream that holds {number: body}."""
    index, text = [], b""
    for number, body in bodies.items():
        index.append(b"%d %d" % (number, len(text)))
        text += body + b" "
    first = b" ".join(index) + b" "
    data = zlib.compress(first + text)
    return a_stream(data, b"/Type /ObjStm /N %d /First %d %s" % (len(bodies), len(first), head))


def with_packed_table(objects, packed, holder, root=1, head=b"/Filter /FlateDecode"):
    """Return a PDF 1.5 file whose objects `packed` are inside the object stream `holder`.

    The table that lists them is a packed stream, too, as many programs write it.
    """
    out, offsets = bytearray(b"%PDF-1.5\n"), {}
    everything = {**objects, holder: packed_objects(packed, head)}
    for number, body in everything.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table_number = max([*everything, *packed]) + 1
    start = len(out)
    offsets[table_number] = start
    rows = bytearray()
    for number in range(table_number + 1):
        if number in packed:
            rows += struct.pack(">BIH", 2, holder, list(packed).index(number))
        elif number in offsets:
            rows += struct.pack(">BIH", 1, offsets[number], 0)
        else:
            rows += struct.pack(">BIH", 0, 0, 65535)
    body = a_stream(
        zlib.compress(bytes(rows)),
        b"/Type /XRef /Size %d /W [1 4 2] /Root %d 0 R /Filter /FlateDecode"
        % (table_number + 1, root),
    )
    out += b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table_number, body, start)
    return bytes(out)


def a_packed_page(catalogue):
    """Return a good-looking PDF whose catalogue is inside an object stream."""
    objects = {
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 298 420] >>",
    }
    return with_packed_table(
        objects, {1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalogue}, holder=4
    )


def updated(content):
    """Return the file with a newer catalogue at its end; the old one stays inside, unseen."""
    start = int(re.findall(rb"startxref\n(\d+)", content)[-1])
    offset = len(content)
    newer = b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    table = b"xref\n1 1\n%010d 00000 n \ntrailer\n<< /Size 4 /Root 1 0 R /Prev %d >>\n" % (
        offset,
        start,
    )
    return content + newer + table + b"startxref\n%d\n%%%%EOF\n" % (offset + len(newer))
