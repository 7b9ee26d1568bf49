"""Is a document what it says it is? The first look; it comes from outside.

Only the outside of a file is judged here: its kind, its two ends, its size, and words that a
label has no use for. A file that passes can still be damaged inside.
"""

import base64
import binascii
import re

from .dto import Document
from .errors import FieldProblem

#: Largest document in bytes. A label has some 50 kB.
SIZE_LIMIT = 5 * 1024 * 1024

_PDF_ACTIONS = re.compile(
    rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData)(?![A-Za-z0-9])"
)
_STREAM_START = re.compile(rb"stream\r?\n")
_STREAM_END = b"endstream"
#: Commands that change the printer instead of printing: stored files, resets, settings.
_ZPL_ACTIONS = (b"~DY", b"~DG", b"^ID", b"~JR", b"^JU", b"^DF")


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
    usable = tuple(document for document in documents if is_usable(document))
    warnings = tuple(_warning(document) for document in documents if not is_usable(document))
    return usable, warnings


def is_usable(document: Document) -> bool:
    """Tell whether the content fits its format and does nothing but print."""
    content = document.content.strip()
    if len(content) > SIZE_LIMIT:
        return False
    if document.format == "pdf":
        return (
            content.startswith(b"%PDF-")
            and b"%%EOF" in content[-1024:]
            and not _PDF_ACTIONS.search(_without_streams(content))
        )
    if document.format == "zpl":
        upper = content.upper()
        has_ends = upper.startswith(b"^XA") and upper.endswith(b"^XZ")
        return has_ends and not any(word in upper for word in _ZPL_ACTIONS)
    return (
        document.format == "png"
        and content.startswith(b"\x89PNG\r\n\x1a\n")
        and content.endswith(b"IEND\xaeB`\x82")
    )


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
