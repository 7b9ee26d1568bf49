"""One bounded call to a rogue server, and how long it may take."""

import time

import pytest
from carriers.bounded_http import BoundedHttp, HttpRequest
from carriers.dto import CarrierSettings
from carriers.errors import CarrierUnknownOutcome

#: A deadline is kept if the call ends within this part of it.
TOLERANCE = 1.1


def send(url, *, body=b"{}", method="POST", headers=None, **settings):
    values = {"environment": "rehearsal", "base_url": url, "deadline_s": 1.0, **settings}
    request = HttpRequest(
        operation="book", method=method, url=f"{url}/v1/x", headers=headers or {}, body=body
    )
    return BoundedHttp(CarrierSettings(**values)).send(request)


def drip(text, *, pause=0.05):
    def behave(connection):
        for byte in text:
            connection.sendall(bytes((byte,)))
            time.sleep(pause)

    return behave


def assert_deadline_kept(call, deadline=1.0):
    """Make the call; on a busy machine up to three times, each for the full check."""
    for _attempt in range(3):
        start = time.monotonic()
        call()
        seconds = time.monotonic() - start
        assert seconds >= deadline * 0.9
        if seconds <= deadline * TOLERANCE:
            return
    raise AssertionError(f"{seconds} s instead of {deadline} s, three times")


def assert_given_up(url, error_class=CarrierUnknownOutcome, **options):
    """Make sure that a call ends in time, and how; return the error."""
    errors = []

    def call():
        with pytest.raises(error_class) as caught:
            send(url, **options)
        errors.append(caught.value)

    assert_deadline_kept(call)
    return errors[-1]
