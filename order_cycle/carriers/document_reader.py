"""Takes documents apart: the program of ``document_judge``. Imports nothing of this package.

Reads ``pdf 1234`` and as many bytes from its input, again and again, and answers ``ok`` or ``bad``
with a reason. A PDF that is ``ok`` was read, walked through and merged once, so whoever merges it
later meets no surprise.
"""

import base64
import binascii
import io
import re
import sys
import warnings
import zlib

from PIL import Image, PngImagePlugin

try:
    import resource
except ImportError:  # not on Windows; there the judge's clock is the only limit
    resource = None

# As Odoo chooses, which merges the labels later.
try:
    from PyPDF2 import PdfReader, PdfWriter
    from PyPDF2.generic import IndirectObject, NameObject
except ImportError:
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import IndirectObject, NameObject

#: Processor seconds for one document, and bytes of address space for the process.
SECONDS = 4
MEMORY = 768 * 1024 * 1024
PAGES_LIMIT = 50
OBJECTS_LIMIT = 20_000
DEPTH_LIMIT = 60
#: All streams of a document, unpacked.
UNPACKED_LIMIT = 48 * 1024 * 1024
#: A sheet of A4 with 600 dots an inch has 35 million.
PICTURE_LIMIT = 40_000_000
#: A picture that is a label is drawn by us later: A6 with 600 dots an inch has 9 million.
LABEL_PIXELS_LIMIT = 16_000_000

FORBIDDEN = frozenset(
    ("/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/EF", "/RichMedia")
    + ("/SubmitForm", "/ImportData", "/GoToE", "/XFA", "/Encrypt", "/AA", "/Rendition")
    + ("/Movie", "/Sound", "/3D")
)
_ACTIONS = re.compile(
    rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|GoToE|XFA)"
    rb"(?![A-Za-z0-9])"
)
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_BRACKET = re.compile(rb"\[|<<|\]|>>")
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)


class Poison(Exception):
    """Why a document is not usable."""


# === PDF === #


def check_pdf(content: bytes) -> None:
    """Raise `Poison`, or whatever the library raises, unless this is a plain document."""
    _check_depth(content)
    _check_hidden_objects(content)
    reader = PdfReader(io.BytesIO(content.strip()), strict=False)
    if reader.is_encrypted:
        raise Poison("encrypted")
    pages = len(reader.pages)
    if not 1 <= pages <= PAGES_LIMIT:
        raise Poison("pages")
    Walk(reader).check()
    writer = PdfWriter()
    for page in reader.pages:
        writer.add_page(page)
    writer.write(io.BytesIO())


def _check_depth(content: bytes) -> None:
    """Refuse brackets within brackets: the library leaves out what is too deep for it."""
    depth = 0
    for match in _BRACKET.finditer(_STREAM.sub(b"", content)):
        depth = max(depth + (1 if match[0] in (b"[", b"<<") else -1), 0)
        if depth > DEPTH_LIMIT:
            raise Poison("depth")


def _check_hidden_objects(content: bytes) -> None:
    """Look into the packed objects that no table lists: a viewer that mends files finds them."""
    unpacked = 0
    for match in _STREAM.finditer(content):
        head = content[max(match.start() - 600, 0) : match.start()]
        if b"ObjStm" not in _plain(head):
            continue
        text = _inflate(match[1], UNPACKED_LIMIT - unpacked)
        unpacked += len(text)
        if _ACTIONS.search(_plain(text)):
            raise Poison("action in an object stream")


def _plain(text: bytes) -> bytes:
    return _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), text)


class Walk:
    """Goes through every object that the document lists."""

    def __init__(self, reader):
        self._reader = reader
        self._unpacked = 0

    def check(self) -> None:
        numbers = {
            (number, generation)
            for generation, table in self._reader.xref.items()
            for number in table
        }
        numbers |= {(number, 0) for number in self._reader.xref_objStm}
        if len(numbers) > OBJECTS_LIMIT:
            raise Poison("objects")
        self._look(self._reader.trailer, 0)
        for number, generation in sorted(numbers):
            if number:
                self._look(self._object(number, generation), 0)

    def _object(self, number, generation):
        # An object that is listed and cannot be read makes the document a broken one.
        return self._reader.get_object(IndirectObject(number, generation, self._reader))

    def _look(self, value, depth) -> None:
        if depth > DEPTH_LIMIT:
            raise Poison("depth")
        if isinstance(value, dict):
            self._look_at_dictionary(value, depth)
        elif isinstance(value, list):
            for item in list.__iter__(value):
                self._look(item, depth + 1)
        elif isinstance(value, NameObject) and value in FORBIDDEN:
            raise Poison(value)

    def _look_at_dictionary(self, value, depth) -> None:
        for key, item in dict.items(value):
            if str(key) in FORBIDDEN:
                raise Poison(str(key))
            self._look(item, depth + 1)
        if hasattr(value, "_data"):
            self._look_at_stream(value)

    def _look_at_stream(self, stream) -> None:
        width, height = (_number(stream, key) for key in ("/Width", "/Height"))
        if width * height > PICTURE_LIMIT:
            raise Poison("picture")
        data = stream._data if isinstance(stream._data, bytes) else b""
        for name in _filters(stream):
            data = self._unpack(name, data)
            if data is None:
                return
            self._unpacked += len(data)
            if self._unpacked > UNPACKED_LIMIT:
                raise Poison("bomb")

    def _unpack(self, name, data):
        """Return the data without one layer, or None for the packings of pictures."""
        if name in ("/FlateDecode", "/Fl"):
            return _inflate(data, UNPACKED_LIMIT - self._unpacked)
        if name in ("/ASCIIHexDecode", "/AHx"):
            return binascii.unhexlify(re.sub(rb"[^0-9A-Fa-f]", b"", data[: len(data) // 2 * 2]))
        if name in ("/ASCII85Decode", "/A85"):
            return _base85(data)
        return None


def _filters(stream) -> list[str]:
    try:
        found = stream["/Filter"]
    except KeyError:
        return []
    names = found if isinstance(found, list) else [found]
    return [str(name) for name in names]


def _number(stream, key) -> int:
    try:
        return abs(int(stream[key]))
    except (KeyError, TypeError, ValueError):
        return 0


def _inflate(data: bytes, limit: int) -> bytes:
    """Unpack, up to the limit; a stream that is no packed one is nothing."""
    machine = zlib.decompressobj()
    try:
        text = machine.decompress(data.lstrip(b"\r\n"), max(limit, 1) + 1)
    except zlib.error:
        return b""
    if len(text) > limit:
        raise Poison("bomb")
    return text


def _base85(data: bytes) -> bytes:
    text = b"".join(data.split()).removeprefix(b"<~").partition(b"~>")[0]
    try:
        return base64.a85decode(text)
    except ValueError:
        return b""


# === PNG === #


def check_png(content: bytes) -> None:
    """Raise `Poison`, or whatever Pillow raises, unless this is a picture that can be drawn."""
    Image.MAX_IMAGE_PIXELS = LABEL_PIXELS_LIMIT
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with Image.open(
        io.BytesIO(content.strip()), formats=[PngImagePlugin.PngImageFile.format]
    ) as picture:
        if picture.width * picture.height > LABEL_PIXELS_LIMIT or not picture.width:
            raise Poison("pixels")
        if getattr(picture, "n_frames", 1) != 1:
            raise Poison("frames")
        picture.verify()
    with Image.open(
        io.BytesIO(content.strip()), formats=[PngImagePlugin.PngImageFile.format]
    ) as picture:
        picture.load()


# === THE LOOP === #

CHECKS = {"pdf": check_pdf, "png": check_png}


def verdict(file_format: str, content: bytes) -> str:
    """Return ``ok``, or ``bad`` with a reason in one word or two."""
    try:
        CHECKS[file_format](content)
    except Poison as reason:
        return f"bad {reason}"
    except MemoryError:
        return "bad memory"
    except Exception as error:  # noqa: BLE001
        # Whatever a library stumbles over is no label.
        return f"bad {type(error).__name__}"
    return "ok"


def main() -> None:
    """Answer until the input ends, which it does when whoever asks has died."""
    _limit_memory()
    source, answers = sys.stdin.buffer, sys.stdout
    # What a library says about a bad file is nobody's answer.
    sys.stdout = sys.stderr
    _say(answers, "ready")
    while header := source.readline(100):
        file_format, _space, size = header.decode("ascii").partition(" ")
        content = source.read(int(size))
        _limit_time()
        _say(answers, verdict(file_format, content))


def _say(answers, text: str) -> None:
    answers.write("".join(char if char.isprintable() else "?" for char in text)[:150] + "\n")
    answers.flush()


def _limit_memory() -> None:
    if resource:
        _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        limit = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _limit_time() -> None:
    """Have the system end this process if the next document takes too long."""
    if resource:
        used = resource.getrusage(resource.RUSAGE_SELF)
        _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(
            resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + SECONDS + 1, hard)
        )


if __name__ == "__main__":
    main()
