"""Reads an HTTP answer slice by slice and stops when it grows too big."""

import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from .errors import CarrierProtocolError

#: Largest answer in bytes, unpacked. A label of 50 pages has about 5 MB.
BODY_LIMIT = 16 * 1024 * 1024
_SLICE = 64 * 1024
#: Answers above this are read few at a time: many calls are under way in one process, and each of
#: them may be sent a bomb.
_LARGE = 1024 * 1024
_large_places = threading.BoundedSemaphore(2)
#: zlib: accept the header of gzip and of zlib alike.
_ANY_HEADER = 32 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. ``body`` is unpacked; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def text(self) -> str:
        """Return the body for a person to read, wrong bytes replaced."""
        return self.body.decode("utf-8-sig", "replace")

    def retry_after_s(self) -> float | None:
        """Return the seconds of ``Retry-After``; its date form is not read."""
        value = self.headers.get("retry-after", "").strip()
        return float(value) if value.isascii() and value.isdigit() and len(value) < 7 else None


def read_answer(response, seconds_left: Callable[[], float]) -> Answer:
    """Read a streamed ``requests`` response to its end.

    :param seconds_left: until the deadline of the call.
    :raises TimeoutError: other large answers took all the time.
    :raises CarrierProtocolError: more than ``BODY_LIMIT`` bytes, or packed in an unknown way.
    """
    # urllib3 1.26 takes half a body for a whole one unless told otherwise.
    response.raw.enforce_content_length = True
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    packed = response.raw.stream(_SLICE, decode_content=False)
    return Answer(
        status=response.status_code,
        headers={name.lower(): value for name, value in response.headers.items()},
        body=_capped(_unpacked(packed, encoding), seconds_left),
    )


def _capped(slices: Iterator[bytes], seconds_left: Callable[[], float]) -> bytes:
    body, has_place = bytearray(), False
    try:
        for piece in slices:
            body += piece
            if len(body) > BODY_LIMIT:
                raise CarrierProtocolError(
                    f"The carrier's answer is larger than {BODY_LIMIT // 1024 // 1024} MB and was "
                    "not read to its end.",
                    code="answer_too_large",
                )
            if not has_place and len(body) > _LARGE:
                has_place = _large_places.acquire(timeout=max(seconds_left(), 0))
                if not has_place:
                    raise TimeoutError("other large answers were read until the deadline")
        return bytes(body)
    except BaseException:
        # The error keeps this frame alive for as long as it is kept itself.
        body.clear()
        raise
    finally:
        if has_place:
            _large_places.release()


def _unpacked(slices: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    if encoding in ("", "identity"):
        yield from slices
    elif encoding in ("gzip", "x-gzip", "deflate"):
        yield from _inflate(slices)
    else:
        raise CarrierProtocolError(
            f"The carrier's answer is packed in an unknown way ({encoding[:20]}).",
            code="answer_unreadable",
        )


def _inflate(slices: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack at most one slice at a time: 64 kB of zeros hold 65 MB."""
    unpacker = zlib.decompressobj(_ANY_HEADER)
    try:
        for piece in slices:
            while piece and not unpacker.eof:
                yield unpacker.decompress(piece, _SLICE)
                piece = unpacker.unconsumed_tail
        yield unpacker.flush()
        if not unpacker.eof:
            raise zlib.error("ends too early")
    except zlib.error as error:
        raise CarrierProtocolError(
            "The carrier's answer is damaged and cannot be unpacked.", code="answer_unreadable"
        ) from error
