"""Is a document what it says it is, and does it nothing but print? It comes from outside.

Two looks. The first is at the outside of the file: its kind, its two ends, its size, and words
that a label has no use for. What passes is taken apart by ``document_judge``, in a process that
may die of it. Only what passes both is kept.
"""

import base64
import binascii
import re

from . import document_judge
from .dto import Document
from .errors import FieldProblem

#: Largest document in bytes. A label has some 50 kB.
SIZE_LIMIT = 5 * 1024 * 1024
#: The most labels, or copies of one, that a file may have the printer print.
PRINTS_LIMIT = 50

_PDF_ACTIONS = re.compile(
    rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|GoToE|XFA|Encrypt)"
    rb"(?![A-Za-z0-9])"
)
#: An escaped letter of a PDF name: ``/J#61vaScript`` is ``/JavaScript`` (ISO 32000-1, 7.3.5).
_PDF_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
#: What makes a browser or a mail client take the file for a page.
_MARKUP = re.compile(rb"<\s*(?:!doctype|html|head|body|script|iframe|svg|object)\b", re.IGNORECASE)
_STREAM_START = re.compile(rb"stream\r?\n")
_STREAM_END = b"endstream"
#: Commands that change the printer instead of printing: stored files, resets, settings, another
#: prefix for commands (ZPL II Programming Guide).
_ZPL_ACTIONS = (
    *(b"~DY", b"~DG", b"~DB", b"~DS", b"~DT", b"~DU", b"~DE", b"~DN", b"^ID", b"^DF", b"^TO"),
    *(b"^EF", b"~EF", b"~EG", b"^EG", b"~JR", b"^JU", b"~JB", b"~JI", b"^JI", b"~JF", b"~JG"),
    *(b"^CC", b"~CC", b"^CD", b"~CD", b"^CT", b"~CT", b"^KP", b"^KN", b"^NS", b"^NB", b"^ND"),
    *(b"~NR", b"^SZ", b"^SX", b"~JX", b"~PL", b"^JS", b"~JS", b"~WC", b"^WX", b"^WP", b"^WA"),
    *(b"^MW", b"^JZ", b"^JT", b"~JC", b"~HM", b"^HZ", b"^HW", b"^HF", b"^HG", b"^HY", b"~HU"),
)
_ZPL_COPIES = re.compile(rb"\^PQ\s*(\d+)")
_CONTROLS = bytes(range(0x20))


def decode(text: str) -> bytes:
    """Return the file out of its base64 text, or nothing if it is no base64."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def sort_out(
    documents: list[Document],
) -> tuple[tuple[Document, ...], tuple[FieldProblem, ...]]:
    """Split documents into the usable ones and a warning for each of the others.

    A booking with a bad label is still a booking, so this never fails.
    """
    usable, warnings = [], []
    for document in documents:
        if is_usable(document):
            usable.append(document)
        else:
            warnings.append(_warning(document))
    return tuple(usable), tuple(warnings)


def is_usable(document: Document) -> bool:
    """Tell whether the content fits its format and does nothing but print. Touches no record."""
    content = document.content.strip()
    look = _LOOKS.get(document.format)
    if not look or len(document.content) > SIZE_LIMIT or not look(content):
        return False
    # ZPL has no inside that a program takes apart: the first look has seen all of it.
    return document.format == "zpl" or document_judge.passes(document.format, document.content)


def _looks_like_pdf(content: bytes) -> bool:
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-1024:]:
        return False
    outside = _without_streams(content)
    plain = _PDF_ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), outside)
    return not (_PDF_ACTIONS.search(plain) or _MARKUP.search(outside))


def _looks_like_png(content: bytes) -> bool:
    return content.startswith(b"\x89PNG\r\n\x1a\n") and content.endswith(b"IEND\xaeB`\x82")


def _looks_like_zpl(content: bytes) -> bool:
    # A printer skips line breaks inside a command; so does whoever looks for one.
    text = content.translate(None, _CONTROLS).upper()
    copies = [int(number[:9]) for number in _ZPL_COPIES.findall(text)]
    return (
        text.startswith(b"^XA")
        and text.endswith(b"^XZ")
        and text.count(b"^XA") <= PRINTS_LIMIT
        and max(copies, default=1) <= PRINTS_LIMIT
        and not any(word in text for word in _ZPL_ACTIONS)
    )


_LOOKS = {"pdf": _looks_like_pdf, "png": _looks_like_png, "zpl": _looks_like_zpl}


def _without_streams(content: bytes) -> bytes:
    """Leave out packed pictures and fonts: any short word turns up in them by chance.

    In one pass: a file that opens a thousand streams and ends none must not cost a thousand looks.
    """
    kept, position = [], 0
    while start := _STREAM_START.search(content, position):
        end = content.find(_STREAM_END, start.end())
        if end < 0:
            break
        kept.append(content[position : start.start()])
        position = end + len(_STREAM_END)
    return b" ".join([*kept, content[position:]])


def _warning(document: Document) -> FieldProblem:
    what = document.kind.replace("_", " ")
    return FieldProblem(
        field=document.parcel_reference,
        code="document_unusable",
        text=f"The {what} that the carrier sent is no usable {document.format.upper()} file. "
        "The shipment is booked; ask for its documents again.",
    )
