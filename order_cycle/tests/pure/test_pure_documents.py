"""The first look at a document."""

import base64

import pytest
from carriers import documents
from carriers.dto import Document

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40) + b"IEND\xaeB`\x82"
ZPL = b"^XA^FO50,50^FDHello^FS^XZ"


def a_document(content, file_format="pdf", kind="label"):
    return Document(kind=kind, format=file_format, content=content, parcel_reference="P1")


@pytest.mark.parametrize(
    ("content", "file_format"),
    [
        (PDF, "pdf"),
        (b"\n" + PDF, "pdf"),
        (PDF.replace(b"endobj", b"stream\n<~ab/JS/Launch~>\nendstream endobj"), "pdf"),
        (PDF.replace(b"/Catalog", b"/JSomething"), "pdf"),
        (PNG, "png"),
        (ZPL, "zpl"),
        (ZPL.lower() + b"\n", "zpl"),
    ],
)
def test_a_good_file_is_usable(content, file_format):
    assert documents.is_usable(a_document(content, file_format))


@pytest.mark.parametrize(
    ("content", "file_format"),
    [
        (b"", "pdf"),
        (PDF[:-8], "pdf"),
        (b"<html><script>alert(1)</script></html>", "pdf"),
        (b"<html>" + PDF, "pdf"),
        (PDF.replace(b"/Catalog", b"/Catalog /OpenAction << /S /JavaScript >>"), "pdf"),
        (PDF.replace(b"/Catalog", b"/Catalog /S /Launch"), "pdf"),
        (PDF.replace(b"/Catalog", b"/EmbeddedFile"), "pdf"),
        (PDF.replace(b"endobj", bytes(documents.SIZE_LIMIT)), "pdf"),
        (PDF, "png"),
        (PNG[:-1], "png"),
        (PNG, "pdf"),
        (ZPL[3:], "zpl"),
        (ZPL.replace(b"^FO", b"~DYR:EVIL,^FO"), "zpl"),
        (ZPL.replace(b"^FO", b"^idr:*.*^FO"), "zpl"),
        (PDF, "exe"),
        (b"<svg/>", "svg"),
    ],
)
def test_another_file_is_not(content, file_format):
    assert not documents.is_usable(a_document(content, file_format))


def test_the_bad_ones_are_named_and_the_good_ones_kept():
    good, bad = a_document(PDF), a_document(b"", kind="bill_of_lading")
    usable, warnings = documents.sort_out([good, bad])
    assert usable == (good,)
    assert [(one.field, one.code) for one in warnings] == [("P1", "document_unusable")]
    assert "The bill of lading" in warnings[0].text


@pytest.mark.parametrize("text", ["not base64", "Zm9", "żó"])
def test_what_is_no_base64_is_nothing(text):
    assert documents.decode(text) == b""


def test_base64_may_have_line_breaks():
    text = base64.encodebytes(PDF).decode().replace("\n", "\r\n")
    assert documents.decode(text) == PDF


def test_a_document_does_not_print_its_content():
    assert "PDF-1.4" not in repr(a_document(PDF))
