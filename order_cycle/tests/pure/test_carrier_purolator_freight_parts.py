"""Purolator Freight's answers by themselves; no contract is needed."""

from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from carriers.errors import CarrierProtocolError
from carriers.purolator_freight import answers

UTC = ZoneInfo("UTC")
BOOKED = {"ProNumber": "8805148387", "TotalPrice": Decimal("300.87")}


def read(data, references=("U1",)):
    return answers.read_booking("CreateShipment", data, list(references), "CAD", frozenset())


def test_a_booking_may_lack_a_price():
    assert read({"ProNumber": "8805148387"}).price is None
    assert read(BOOKED).price.amount == Decimal("300.87")


@pytest.mark.parametrize("number", [None, "", "0", " 000 ", "x" * 5000])
def test_a_booking_without_a_number_is_unknown(number):
    with pytest.raises(CarrierProtocolError):
        read({**BOOKED, "ProNumber": number})


def test_an_error_beside_a_number_is_a_warning():
    errors = {"Error": [{"Code": "7", "Description": "Odd."}]}
    booking = read({**BOOKED, "ResponseInformation": {"Errors": errors}})
    assert [warning.code for warning in booking.warnings] == ["7"]


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_units_have_numbers_only_if_each_has_one(count):
    pins = [{"Value": str(number)} for number in range(count)]
    booking = read({**BOOKED, "ShipmentPINs": {"PIN": pins}}, ("U1", "U2"))
    assert len(booking.parcels) == (2 if count == 2 else 0)


def tracked(clock, **status):
    scan = {"HistDate": "2026-01-13", "HistTime": clock, "HistCode": "A"}
    shipment = {
        "ShipmentPinHistory": {"PinTraceHistory": [{"PIN": "1", "ScanDetails": scan}]},
        "ShipmentStatus": {"Delivered": False, **status},
    }
    return {"TrackingInformationList": {"TrackingInformation": [shipment]}}


@pytest.mark.parametrize("clock", ["0815", "08:15", "081500", "08:15:00"])
def test_times_are_read_in_all_usual_forms(clock):
    (event,) = answers.read_events(tracked(clock), UTC)
    assert event.happened_at == datetime(2026, 1, 13, 8, 15, tzinfo=UTC)


@pytest.mark.parametrize("clock", [None, "", "early", "9999", "1"])
def test_a_scan_without_a_time_is_left_out(clock):
    assert answers.read_events(tracked(clock), UTC) == ()


def test_a_delivery_without_a_time_ends_its_day():
    data = tracked("0815", Delivered=True, DelDate="2026-01-13", DelTime="")
    assert [event.code for event in answers.read_events(data, UTC)] == ["other", "delivered"]
    proof = answers.read_proof(data, UTC)
    assert proof.delivered_at == datetime.combine(date(2026, 1, 13), time(23, 59), UTC)


def test_a_delivery_without_a_day_proves_no_time():
    data = tracked("0815", Delivered=True, DelDate=None, DelTime=None)
    assert answers.read_proof(data, UTC).delivered_at is None
    assert [event.code for event in answers.read_events(data, UTC)] == ["other"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("BillOfLading", "bill_of_lading"), ("FreightLabel", "label"), ("", "bill_of_lading")],
)
def test_papers_are_told_apart(name, kind):
    assert answers.document_kind(name) == kind
