"""Every way a booking can go wrong: which error, which outcome, and what the carrier holds then.

The outcome must never be a wrong "no": where the carrier may hold the shipment it is unknown.
"""

import threading
import time

import pytest
from carriers.errors import (
    CarrierAuthError,
    CarrierProtocolError,
    CarrierRejected,
    CarrierUnavailable,
    CarrierUnknownOutcome,
)

#: play -> (error, outcome, code, bookings held right after it)
UNHAPPY = {
    "answer_lost_before": (CarrierUnknownOutcome, "unknown", "answer_lost", 0),
    "answer_lost_after": (CarrierUnknownOutcome, "unknown", "answer_lost", 1),
    "error_500_before": (CarrierUnknownOutcome, "unknown", "carrier_error", 0),
    "error_500_after": (CarrierUnknownOutcome, "unknown", "carrier_error", 1),
    "garbage": (CarrierProtocolError, "unknown", "answer_unreadable", 1),
    "incomplete": (CarrierProtocolError, "unknown", "answer_incomplete", 1),
    "html_200": (CarrierProtocolError, "unknown", "answer_unreadable", 0),
    "too_many_requests": (CarrierUnavailable, "not_sent", "too_many_requests", 0),
}


def wait_until(condition, *, seconds=5.0):
    """Wait for something that another process does in its own time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


@pytest.mark.parametrize("play", UNHAPPY)
def test_a_spoiled_booking(carrier, play):
    error_class, outcome, code, held = UNHAPPY[play]
    carrier.will(play)
    with pytest.raises(error_class) as caught:
        carrier.client().book(carrier.shipment())
    assert type(caught.value) is error_class
    assert (caught.value.outcome, caught.value.code) == (outcome, code)
    assert carrier.bookings()["count"] == held
    assert carrier.behaviour()["played"] == {play: 1}
    assert carrier.exchanges[-1].request_text, "the evidence is kept"


def test_a_refusal_is_definite_and_nothing_is_booked(carrier):
    carrier.will("refuse")
    with pytest.raises(CarrierRejected) as caught:
        carrier.client().book(carrier.shipment())
    assert caught.value.outcome == "refused"
    assert caught.value.code in ("refused", "F1099")
    assert carrier.bookings()["count"] == 0


def test_the_carrier_says_how_long_to_wait(carrier):
    carrier.will({"play": "too_many_requests", "seconds": 17})
    with pytest.raises(CarrierUnavailable) as caught:
        carrier.client().book(carrier.shipment())
    assert caught.value.retry_after_s == 17


def test_a_slow_answer_within_the_deadline_is_a_good_one(carrier):
    carrier.will({"play": "slow", "seconds": 0.5})
    assert carrier.client(deadline_s=10).book(carrier.shipment()).waybill_ref
    assert carrier.exchanges[0].seconds >= 0.5


def test_a_slow_answer_after_the_deadline_is_unknown_and_booked_all_the_same(carrier):
    carrier.will({"play": "slow", "seconds": 1.5})
    with pytest.raises(CarrierUnknownOutcome) as caught:
        carrier.client(deadline_s=1.0).book(carrier.shipment())
    assert caught.value.code == "deadline_exceeded"
    wait_until(lambda: carrier.bookings()["count"] == 1)


def test_a_late_booking_appears_after_the_connection_was_cut(carrier):
    carrier.will({"play": "late", "seconds": 0.4})
    client = carrier.client()
    with pytest.raises(CarrierUnknownOutcome):
        client.book(carrier.shipment("L1"))
    assert client.find_by_reference("L1") == (), "not yet: the reason for a grace time"
    wait_until(lambda: client.find_by_reference("L1"))
    assert carrier.bookings()["count"] == 1


def test_a_dripping_answer_ends_at_the_deadline(carrier):
    carrier.will({"play": "drip", "seconds": 0.05})
    with pytest.raises(CarrierUnknownOutcome) as caught:
        carrier.client(deadline_s=1.0).book(carrier.shipment())
    assert caught.value.code == "deadline_exceeded"
    # How exactly it is kept is measured in test_pure_network; here it must just not be endless.
    assert 1.0 <= carrier.exchanges[0].seconds < 3.0
    assert carrier.bookings()["count"] == 1


def test_a_poisoned_label_is_not_let_in_but_the_booking_stands(carrier):
    carrier.will("wrong_label")
    client = carrier.client()
    booking = client.book(carrier.shipment())
    assert booking.waybill_ref
    assert booking.documents == ()
    assert [warning.code for warning in booking.warnings] == ["document_unusable"]
    assert client.print_again(booking.waybill_ref)[0].content.startswith(b"%PDF-")


@pytest.mark.parametrize("play", [play for play in UNHAPPY if play != "too_many_requests"])
def test_recovery_by_key_books_exactly_once(parcel, play):
    """What the outbox does with recovery KEY: the same key and payload once more."""
    parcel.will(play)
    client = parcel.client()
    with pytest.raises((CarrierUnknownOutcome, CarrierProtocolError)):
        client.book(parcel.shipment())
    booking = client.book(parcel.shipment())
    assert booking.was_known is bool(UNHAPPY[play][3])
    assert booking.documents
    assert parcel.bookings()["by_key"] == {parcel.shipment().idempotency_key: 1}


@pytest.mark.parametrize("play", [play for play in UNHAPPY if play != "too_many_requests"])
def test_recovery_by_lookup_finds_what_is_there_and_no_more(freight, play):
    """What the outbox does with recovery LOOKUP: ask, and send again only if it is not there."""
    freight.will(play)
    client = freight.client()
    request = freight.shipment("WH/OUT/77")
    with pytest.raises((CarrierUnknownOutcome, CarrierProtocolError)):
        client.book(request)
    found = client.find_by_reference("WH/OUT/77")
    assert len(found) == UNHAPPY[play][3]
    booking = found[0] if found else client.book(request)
    assert client.print_again(booking.waybill_ref)
    assert freight.bookings()["by_reference"] == {"WH/OUT/77": 1}


def test_recovery_by_key_beats_a_late_booking_too(parcel):
    """The same key is sent again while the first booking is still under way at the carrier."""
    parcel.will({"play": "late", "seconds": 0.4})
    client = parcel.client()
    with pytest.raises(CarrierUnknownOutcome):
        client.book(parcel.shipment())
    booking = client.book(parcel.shipment())
    time.sleep(0.6)
    assert parcel.bookings()["count"] == 1
    assert client.book(parcel.shipment()).waybill_ref == booking.waybill_ref


def test_ten_senders_with_one_key_make_one_shipment(parcel):
    waybills = []
    threads = [
        threading.Thread(
            target=lambda: waybills.append(parcel.client().book(parcel.shipment()).waybill_ref)
        )
        for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(waybills) == 10
    assert len(set(waybills)) == 1
    assert parcel.bookings()["count"] == 1


def test_many_threads_with_clients_of_their_own_do_not_mix_answers(carrier):
    """The SOAP contract is read once and shared by all of them."""
    pairs = []

    def book(sender):
        client = carrier.client()
        for number in range(5):
            reference = f"T{sender}-{number}"
            waybill = client.book(carrier.shipment(reference)).waybill_ref
            pairs.append((waybill, client.find_by_reference(reference)))

    threads = [threading.Thread(target=book, args=(sender,)) for sender in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pairs) == len({waybill for waybill, _found in pairs}) == 40
    assert all([one.waybill_ref for one in found] == [waybill] for waybill, found in pairs)


def test_wrong_credentials_are_not_sent_and_book_nothing(carrier):
    wrong = {"api_key": "wrong-key", "password": "wrong-password"}
    with pytest.raises(CarrierAuthError) as caught:
        carrier.client(**wrong).book(carrier.shipment())
    assert (caught.value.outcome, caught.value.code) == ("not_sent", "auth_failed")
    assert carrier.bookings()["count"] == 0
    with pytest.raises(CarrierAuthError):
        carrier.client(**wrong).check_account()


def test_chance_is_repeatable_and_nothing_is_lost_or_doubled(carrier):
    """Forty bookings at a carrier that fails more often than not, recovered one by one."""
    rates = {"answer_lost_after": 0.3, "answer_lost_before": 0.2, "error_500_after": 0.2}
    carrier.will(rates=rates, seed=11)
    client = carrier.client()
    for number in range(40):
        request = carrier.shipment(f"R{number:03d}")
        while not _booked(client, request):
            continue
    held = carrier.bookings()
    assert held["by_reference"] == {f"R{number:03d}": 1 for number in range(40)}
    played = carrier.behaviour()["played"]
    assert sum(played.values()) > 40
    assert set(played) == {*rates, "ok"}


def _booked(client, request):
    try:
        return client.book(request)
    except CarrierUnknownOutcome:
        return client.find_by_reference(request.request_ref)
