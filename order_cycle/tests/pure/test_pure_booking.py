"""The right way, with both carriers: book, print, find, track, quote, cancel."""

import io
from datetime import datetime, timezone
from decimal import Decimal

import pytest
from carriers import payload_hash
from carriers.dto import TRACKING_CODES, Commodity, Money
from carriers.errors import CarrierRejected, CarrierUnknownOutcome, InvalidShipment
from PyPDF2 import PdfReader
from shipments import a_parcel, a_receiver, a_unit, an_address


def pages(document):
    return PdfReader(io.BytesIO(document.content), strict=True).pages


def test_a_parcel_booking_brings_a_label_for_each_parcel(parcel):
    request = parcel.shipment(parcels=(a_parcel(1), a_parcel(2), a_parcel(3)))
    booking = parcel.client().book(request)

    assert [piece.reference for piece in booking.parcels] == ["P1", "P2", "P3"]
    assert len({piece.tracking_ref for piece in booking.parcels}) == 3
    assert [label.parcel_reference for label in booking.documents] == ["P1", "P2", "P3"]
    assert not booking.was_known
    assert not booking.warnings
    assert booking.service == "standard"
    # Three parcels of 1.113 kg inside the customs union: 12.40 + 1.10 for each kilogram.
    assert booking.price == Money(amount=Decimal("16.07"), currency="EUR")


def test_a_label_can_be_read_by_a_person(parcel):
    request = parcel.shipment(parcels=(a_parcel(1), a_parcel(2, weight_grams=31_500)))
    booking = parcel.client().book(request)
    for number, (label, piece) in enumerate(
        zip(booking.documents, booking.parcels, strict=True), 1
    ):
        (page,) = pages(label)
        text = page.extract_text()
        for fact in ("REHEARSAL - NOT A REAL SHIPMENT", "Karl Müller", "10115 Berlin", "STANDARD"):
            assert fact in text
        assert f"{number} of 2" in text
        assert piece.tracking_ref in text
        width, height = (float(side) for side in page.mediabox[2:])
        assert (round(width), round(height)) == (298, 420), "A6"
    assert "31.500 kg" in text


def test_a_freight_booking_brings_a_bill_of_lading(freight):
    units = tuple(a_unit(number, freight_class="92.5") for number in range(1, 21))
    booking = freight.client().book(freight.shipment(handling_units=units))
    assert booking.waybill_ref.isdigit()
    assert len(booking.waybill_ref) == 10
    (paper,) = booking.documents
    assert (paper.kind, paper.format) == ("bill_of_lading", "pdf")
    text = "".join(page.extract_text() for page in pages(paper))
    assert len(pages(paper)) == 2, "20 units do not fit on one page"
    for fact in ("BILL OF LADING", f"PRO {booking.waybill_ref}", "U20", "92.5", "8246.900"):
        assert fact in text


def test_the_carrier_holds_what_was_booked(carrier):
    booking = carrier.client().book(carrier.shipment("WH/OUT/7"))
    held = carrier.bookings()
    assert (held["count"], held["live"]) == (1, 1)
    assert held["bookings"][0]["number"] == booking.waybill_ref
    assert held["by_reference"] == {"WH/OUT/7": 1}


def test_the_same_key_and_payload_is_one_shipment(parcel):
    client = parcel.client()
    first = client.book(parcel.shipment())
    again = client.book(parcel.shipment())
    assert again.was_known
    assert again.waybill_ref == first.waybill_ref
    assert again.documents == first.documents
    assert parcel.bookings()["count"] == 1


def test_the_same_key_with_another_payload_proves_that_something_is_there(parcel):
    client = parcel.client()
    request = parcel.shipment()
    changed = parcel.shipment(instructions="Ring twice")
    assert payload_hash(request) != payload_hash(changed)
    client.book(request)
    with pytest.raises(CarrierUnknownOutcome) as caught:
        client.book(changed)
    assert caught.value.outcome == "unknown"
    assert parcel.bookings()["count"] == 1


def test_freight_booked_twice_is_two_shipments_and_both_are_found(freight):
    client = freight.client()
    first = client.book(freight.shipment("WH/OUT/8"))
    second = client.book(freight.shipment("WH/OUT/8"))
    client.book(freight.shipment("WH/OUT/9"))
    found = client.find_by_reference("WH/OUT/8")
    assert [one.waybill_ref for one in found] == [second.waybill_ref, first.waybill_ref]
    assert all(one.was_known for one in found)
    assert freight.bookings()["by_reference"]["WH/OUT/8"] == 2


def test_nothing_is_found_under_a_reference_never_booked(carrier):
    assert carrier.client().find_by_reference("WH/OUT/NEVER") == ()


def test_cancelling_twice_is_harmless_and_a_cancelled_one_is_not_found(carrier):
    client = carrier.client()
    booking = client.book(carrier.shipment("WH/OUT/10"))
    client.cancel(booking.waybill_ref)
    client.cancel(booking.waybill_ref)
    assert client.find_by_reference("WH/OUT/10") == ()
    assert (carrier.bookings()["cancelled"], carrier.bookings()["live"]) == (1, 0)
    assert client.track(booking.waybill_ref)[-1].code == "cancelled"


def test_the_key_of_a_cancelled_shipment_is_used_up(parcel):
    client = parcel.client()
    client.cancel(client.book(parcel.shipment()).waybill_ref)
    with pytest.raises(CarrierRejected) as caught:
        client.book(parcel.shipment())
    assert caught.value.code == "shipment_cancelled"
    assert parcel.bookings()["count"] == 1


@pytest.mark.parametrize("verb", ["cancel", "print_again", "track"])
def test_an_unknown_waybill_is_refused(carrier, verb):
    with pytest.raises(CarrierRejected):
        getattr(carrier.client(), verb)("RP999999999" if carrier.code.endswith("rest") else "1")


@pytest.mark.parametrize("waybill", ["..", ".", "", "../../rehearsal/reset", "a b?c#d%2e"])
def test_a_strange_waybill_stays_in_its_place(parcel, waybill):
    parcel.client().book(parcel.shipment())
    with pytest.raises(CarrierRejected):
        parcel.client().cancel(waybill)
    assert parcel.bookings()["live"] == 1


def test_papers_can_be_printed_again_but_not_of_a_cancelled_shipment(carrier):
    client = carrier.client()
    booking = client.book(carrier.shipment())
    assert client.print_again(booking.waybill_ref) == booking.documents
    client.cancel(booking.waybill_ref)
    with pytest.raises(CarrierRejected):
        client.print_again(booking.waybill_ref)


def test_tracking_starts_at_once_with_our_words_and_a_time_zone(carrier):
    client = carrier.client()
    events = client.track(client.book(carrier.shipment()).waybill_ref)
    assert events[0].code == "announced"
    assert events[0].location == "Verona, IT"
    assert abs((datetime.now(timezone.utc) - events[0].happened_at).total_seconds()) < 60
    assert {event.code for event in events} <= set(TRACKING_CODES)


def test_a_quote_names_what_booking_will_cost(carrier):
    client = carrier.client()
    request = carrier.shipment()
    (quote,) = client.quote(request)
    assert quote.service == "standard"
    assert quote.valid_until > datetime.now(timezone.utc)
    assert client.book(request).price == quote.price
    assert carrier.bookings()["count"] == 1, "a quote books nothing"


def test_a_quote_without_a_service_offers_all_that_fit(carrier):
    quotes = carrier.client().quote(carrier.shipment(service=""))
    assert {quote.service for quote in quotes} == {
        one.code for one in carrier.client().info.services
    }
    assert len({quote.price.amount for quote in quotes}) == len(quotes)


def test_extras_cost_and_reach_the_paper(freight):
    client = freight.client()
    plain = client.book(freight.shipment("A1"))
    rich = client.book(freight.shipment("A2", accessorials=("tail_lift", "appointment")))
    assert rich.price.amount - plain.price.amount == Decimal("36.00")
    assert "Appointment, TailLift" in pages(rich.documents[0])[0].extract_text()


def test_goods_that_leave_the_customs_union_need_a_declaration(parcel):
    client = parcel.client()
    swiss = a_receiver(country_code="CH", zip_code="8001", city="Zürich")
    with pytest.raises(CarrierRejected) as caught:
        client.book(parcel.shipment("C1", receiver=swiss))
    assert [(one.field, one.code) for one in caught.value.fields] == [
        ("commodities", "customs_missing")
    ]
    shelf = Commodity(
        description="Steel shelf",
        quantity=Decimal("2"),
        unit_value=Decimal("19.9"),
        currency="EUR",
        hs_code="940320",
        origin_country="IT",
        weight_grams=1000,
    )
    assert client.book(parcel.shipment("C2", receiver=swiss, commodities=(shelf,))).waybill_ref


def test_the_carrier_s_own_objections_name_our_fields(carrier):
    """Our checks know no postcodes; the carrier does, and its answer is made readable."""
    with pytest.raises(CarrierRejected) as caught:
        carrier.client().book(carrier.shipment(receiver=a_receiver(zip_code="1")))
    assert [problem.field for problem in caught.value.fields] == ["receiver.zip_code"]
    assert carrier.bookings()["count"] == 0


def test_what_cannot_be_sent_makes_no_call(carrier):
    with pytest.raises(InvalidShipment) as caught:
        carrier.client().book(carrier.shipment(receiver=a_receiver(phone="", city=" ")))
    assert {problem.field for problem in caught.value.problems} == {
        "receiver.phone",
        "receiver.city",
    }
    assert caught.value.outcome == "refused"
    assert carrier.exchanges == []


def test_what_was_checked_before_is_not_judged_anew(parcel):
    """The carrier may have it by now: a no of ours would say nothing of that."""
    client = parcel.client()
    with pytest.raises(CarrierRejected) as caught:
        client.book(parcel.shipment(receiver=a_receiver(phone="", zip_code="1")), is_checked=True)
    assert caught.value.code == "postcode_mismatch"
    assert len(parcel.exchanges) == 1


def test_one_who_is_a_company_stands_on_paper_once(carrier):
    name = "Shelves GmbH"
    request = carrier.shipment(receiver=a_receiver(name=name, company_name=name))
    text = pages(carrier.client().book(request).documents[0])[0].extract_text()
    assert text.count(name) == 1


@pytest.mark.parametrize(
    "name",
    [
        "Zażółć gęślą jaźń",
        "Ελληνική Δημοκρατία",
        "北京市朝阳区建国路",
        "Tab\there\nand\x00there",
        "e\u0301tienne",
        'Ann & <Bob> "O\'Neil"',
        "🙂 smile",
        "مرحبا",
    ],
)
def test_any_script_reaches_the_carrier(carrier, name):
    client = carrier.client()
    booking = client.book(carrier.shipment(receiver=a_receiver(name=name), sender=an_address()))
    assert booking.waybill_ref
    assert not booking.warnings, "the paper can be made for any script"
    assert pages(booking.documents[0])


def test_every_call_is_traced(carrier):
    carrier.client().book(carrier.shipment())
    (exchange,) = carrier.exchanges
    assert exchange.operation in ("createShipment", "BookFreight")
    assert exchange.status in (200, 201)
    assert exchange.started_at.tzinfo is timezone.utc
    assert 0 < exchange.seconds < 30
    assert "WH/OUT/00042" in exchange.request_text
    assert "kB>" in exchange.response_text


def test_the_account_can_be_checked(carrier):
    carrier.client().check_account()
    assert carrier.bookings()["count"] == 0
