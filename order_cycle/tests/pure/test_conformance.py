"""What every carrier must pass, held against its stage. A new one is picked up by the registry.

A stage checks each call, and its own answers, against the published contract; at the end of each
test it must have nothing to complain about.
"""

import time
import tracemalloc
from dataclasses import replace

import pytest
from carriers import documents
from carriers.api import (
    NO_METHOD,
    PROTOCOLS,
    Capability,
    CarrierClient,
    Recovery,
)
from carriers.errors import (
    NOT_SENT,
    REFUSED,
    UNKNOWN,
    CarrierError,
    CarrierRejected,
    InvalidShipment,
)
from conformance_cases import HARD_CASES
from conformance_desk import AT_HOME, offered
from stages.base import bomb

#: fault -> (outcomes that are no lie, live shipments afterwards)
FAULTS = {
    "lost_before": ({UNKNOWN}, 0),
    "lost_after": ({UNKNOWN}, 1),
    "error_500_before": ({UNKNOWN}, 0),
    "error_500_after": ({UNKNOWN}, 1),
    "error_503_before": ({UNKNOWN, NOT_SENT}, 0),
    "redirect": ({UNKNOWN}, 0),
    "garbage_after": ({UNKNOWN}, 1),
    "empty_after": ({UNKNOWN}, 1),
    "incomplete_after": ({UNKNOWN}, 1),
    "half_after": ({UNKNOWN}, 1),
}
MEGABYTE = 1024 * 1024


# === WHAT THE INFO PROMISES === #


def test_the_info_promises_what_the_client_has(desk):
    client = desk.client()
    assert isinstance(client, CarrierClient)
    has = {capability for capability, port in PROTOCOLS.items() if isinstance(client, port)}
    assert has == desk.info.capabilities - NO_METHOD
    assert client.info is desk.info


def test_the_info_is_whole(desk):
    info = desk.info
    assert info.protocol in ("rest", "soap")
    assert info.mode in ("parcel", "freight")
    assert "rehearsal" in info.environments
    assert info.services
    for choices in (info.services, info.accessorials):
        codes = [choice.code for choice in choices]
        assert len(set(codes)) == len(codes)
        assert all(choice.label for choice in choices)
    assert info.recovery is not Recovery.KEY or info.key_window_s > 0
    if info.recovery is Recovery.LOOKUP:
        assert info.lookup_grace_s > 0
        assert desk.can(Capability.FIND_BY_REFERENCE)
    if info.recovery is Recovery.NONE:
        assert not desk.can(Capability.FIND_BY_REFERENCE), "then it could be asked"
    for field in info.account_fields:
        known = [choice.code for choice in field.choices]
        assert not field.default or not known or field.default in known
        assert not (field.is_secret and field.default), "a secret that everybody knows"


# === BOOKING === #


def test_a_right_shipment_is_booked_once_and_the_answer_is_whole(desk):
    client, request = desk.client(), desk.request()
    assert client.find_problems(request) == ()
    desk.exchanges.clear()
    booking = client.book(request)
    assert len(desk.exchanges) == 1, "one call, never a retry"
    assert desk.stage.live() == [booking.waybill_ref]
    assert desk.stage.live(request.request_ref) == [booking.waybill_ref], "our reference is there"
    assert booking.waybill_ref.strip()
    assert not booking.was_known
    assert not booking.warnings
    assert booking.price is None or booking.price.amount > 0
    assert booking.service in ("", request.service)
    assert booking.documents or desk.can(Capability.PRINT_AGAIN), "a label comes from somewhere"
    assert all(documents.is_usable(document) for document in booking.documents)


def test_each_piece_is_named_as_we_name_it(desk):
    request = desk.with_pieces(3)
    client = desk.client()
    if client.find_problems(request):
        return  # One piece at a time; the hard cases look at what is said of it.
    booking = client.book(request)
    assert desk.stage.live() == [booking.waybill_ref]
    if booking.parcels:
        assert [piece.reference for piece in booking.parcels] == ["P1", "P2", "P3"]
        assert all(piece.tracking_ref for piece in booking.parcels)


def test_what_cannot_be_sent_makes_no_call(desk):
    # No field of any carrier holds a name of 400 characters, and none may cut it silently.
    receiver = replace(desk.request().receiver, name="N" * 400)
    request = desk.request(receiver=receiver, label_format="papyrus")
    client = desk.client()
    desk.exchanges.clear()
    with pytest.raises(InvalidShipment) as caught:
        client.book(request)
    assert desk.exchanges == []
    fields = {problem.field for problem in caught.value.problems}
    assert {"receiver.name", "label_format"} <= fields
    assert desk.stage.live() == []


def test_a_refusal_by_the_carrier_leaves_nothing_live(desk):
    """Our own checks left out, as after a crash: now the carrier itself has to say no."""
    request = desk.request(receiver=replace(desk.request().receiver, name="", city="", street=""))
    with pytest.raises(CarrierError):
        desk.client().book(request, is_checked=True)
    assert desk.stage.live() == []
    desk.stage.complaints.clear()


@pytest.mark.parametrize("case", HARD_CASES)
def test_a_hard_case_is_booked_by_the_contract_or_its_field_is_named(desk, case):
    client, request = desk.client(), HARD_CASES[case](desk)
    problems = client.find_problems(request)
    for problem in problems:
        assert problem.field
        assert problem.code
        assert problem.text
    if not problems:
        _books(desk, client, request)


def _books(desk, client, request):
    """Book; a rehearsal carrier may still say no, for it has rules of trade that only it tells."""
    try:
        waybills = [client.book(request).waybill_ref]
    except CarrierRejected:
        assert desk.info.code in AT_HOME
        waybills = []
    assert desk.stage.live(request.request_ref) == waybills


# === WHAT CAN GO WRONG === #


@pytest.mark.parametrize("fault", FAULTS)
def test_a_spoiled_booking_is_never_taken_for_a_no(desk, fault):
    outcomes, live = FAULTS[fault]
    request = desk.request()
    desk.stage.play(fault)
    error = desk.fails(request)
    assert error.outcome in outcomes
    assert len(desk.stage.live(request.request_ref)) == live
    assert not [one for one in desk.stage.requests if one.path == "/elsewhere"], "not followed"


def test_a_carrier_that_asks_to_wait_is_waited_for(desk):
    desk.stage.play("throttle")
    error = desk.fails(desk.request())
    assert (error.outcome, error.retry_after_s) == (NOT_SENT, 7)
    assert desk.stage.live() == []


def test_an_answer_that_drips_ends_at_the_deadline(desk):
    deadline_s = 0.8
    desk.stage.play("drip_after")
    desk.client()
    started = time.monotonic()
    error = desk.fails(desk.request(), deadline_s=deadline_s)
    assert time.monotonic() - started <= deadline_s * 1.1 + 0.5
    assert error.outcome == UNKNOWN
    assert len(desk.stage.live()) == 1


def test_an_answer_that_explodes_stays_small(desk):
    bomb()
    desk.client().find_problems(desk.request())
    desk.stage.play("bomb_after")
    tracemalloc.start()
    try:
        error = desk.fails(desk.request())
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert error.outcome == UNKNOWN
    assert peak < 64 * MEGABYTE


def test_a_nobody_cannot_book(desk):
    settings = desk.stage.settings()
    wrong = {name: "no-" * 4 for name in ("password", "api_key") if getattr(settings, name)}
    if settings.extra_secrets:
        wrong["extra_secrets"] = dict.fromkeys(settings.extra_secrets, "no-no-no-no")
    if desk.can(Capability.SIGN_IN):
        wrong["access_token"] = "a-token-of-nobody"
    error = desk.fails(desk.request(), **wrong)
    assert error.outcome in (NOT_SENT, REFUSED)
    assert desk.stage.live() == []


# === RECOVERY === #


def test_the_recovery_class_is_honest_after_a_lost_answer(desk):
    request, client = desk.request(), desk.client()
    desk.stage.play("lost_after")
    desk.fails(request)
    (waybill,) = desk.stage.live(request.request_ref)
    if desk.info.recovery is Recovery.KEY:
        booking = client.book(request, is_checked=True)
        assert (booking.waybill_ref, booking.was_known) == (waybill, True)
    elif desk.info.recovery is Recovery.LOOKUP:
        (booking,) = client.find_by_reference(request.request_ref)
        assert (booking.waybill_ref, booking.was_known) == (waybill, True)
    assert desk.stage.live(request.request_ref) == [waybill]


def test_the_recovery_class_is_honest_after_a_lost_request(desk):
    request, client = desk.request(), desk.client()
    desk.stage.play("lost_before")
    desk.fails(request)
    if desk.can(Capability.FIND_BY_REFERENCE):
        assert client.find_by_reference(request.request_ref) == ()
    booking = client.book(request, is_checked=True)
    assert not booking.was_known
    assert desk.stage.live(request.request_ref) == [booking.waybill_ref]


@offered(Capability.FIND_BY_REFERENCE)
def test_all_that_is_live_is_found(desk):
    client, request = desk.client(), desk.request()
    desk.stage.play("duplicate")
    client.book(request)
    client.book(desk.request())
    found = {booking.waybill_ref for booking in client.find_by_reference(request.request_ref)}
    assert found == set(desk.stage.live(request.request_ref))
    if desk.info.recovery is Recovery.KEY:
        assert len(found) == 1


# === SECRETS === #


@pytest.mark.parametrize("fault", ["", "garbage_after", "error_500_after", "throttle"])
def test_secrets_stay_where_they_are(desk, fault):
    client = desk.client()
    said = [repr(client), repr(desk.settings())]
    if fault:
        desk.stage.play(fault)
        error = desk.fails(desk.request())
        said += [str(error), repr(error), repr(error.fields)]
    else:
        said.append(repr(client.book(desk.request())))
    said += [repr(exchange) for exchange in desk.exchanges]
    assert desk.exchanges
    for secret in desk.secrets():
        assert not [text for text in said if secret in text]
