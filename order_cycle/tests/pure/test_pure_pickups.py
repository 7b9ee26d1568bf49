"""Pickups, the list at the end of the day, returns and label formats, on real sockets."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from carriers import carrier_info, documents, pickup_from_json, pickup_to_json
from carriers.api import Capability
from carriers.dto import PickupRequest
from carriers.errors import (
    CarrierError,
    CarrierRejected,
    CarrierUnavailable,
    CarrierUnknownOutcome,
    InvalidShipment,
)
from shipments import a_parcel_shipment, a_receiver, a_unit

DAY = date.today() + timedelta(days=1)


def a_pickup(**changes):
    values = {
        "request_ref": "PU000001-ab12",
        "pickup_date": DAY,
        "ready_from": time(14, 30),
        "closes_at": time(18, 0),
        "address": a_receiver(),
        "pieces": 3,
        "weight_grams": 12_500,
        "location": "Gate 3",
        "instructions": "Ring twice",
    }
    return PickupRequest(**{**values, **changes})


def errands(carrier, name="pickups"):
    return carrier._control("GET", name)


# === PICKUPS === #


def test_a_driver_is_ordered_changed_and_cancelled(carrier):
    client = carrier.client()
    pickup = client.book_pickup(a_pickup())
    assert pickup.pickup_ref and pickup.price.amount > 0
    assert errands(carrier)["live"] == 1

    changed = client.change_pickup(pickup.pickup_ref, a_pickup(closes_at=time(19, 0)))
    assert changed.pickup_ref == pickup.pickup_ref
    [errand] = errands(carrier)["errands"]
    assert errand["changes"] == 1
    assert any("19:00" in str(value) for value in errand["payload"].values())

    client.cancel_pickup(pickup.pickup_ref, a_pickup())
    assert errands(carrier)["live"] == 0
    with pytest.raises(CarrierRejected):
        client.cancel_pickup(pickup.pickup_ref, a_pickup())


def test_pallets_go_with_the_order_of_a_truck(freight):
    freight.client().book_pickup(a_pickup(handling_units=(a_unit(), a_unit(reference="P2"))))
    [errand] = errands(freight)["errands"]
    assert len(errand["payload"]["HandlingUnits"]["HandlingUnit"]) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"closes_at": time(15, 0)},
        {"pickup_date": date.today() - timedelta(days=5)},
        {"pickup_date": date.today() + timedelta(days=60)},
    ],
    ids=["window", "past", "far"],
)
def test_what_the_carrier_cannot_do_it_refuses(carrier, changes):
    with pytest.raises(CarrierRejected):
        carrier.client().book_pickup(a_pickup(**changes))
    assert errands(carrier)["count"] == 0


def test_all_that_is_wrong_is_found_before_the_wire(carrier):
    wrong = a_pickup(pieces=0, location="x" * 60, address=a_receiver(city="", phone=""))
    with pytest.raises(InvalidShipment) as caught:
        carrier.client().book_pickup(wrong)
    fields = {problem.field for problem in caught.value.problems}
    assert fields == {"pieces", "location", "address.city", "address.phone"}
    assert not carrier.exchanges


def test_an_unknown_pickup_is_refused(carrier):
    with pytest.raises(CarrierRejected):
        carrier.client().change_pickup("NONE-1", a_pickup())


def test_a_lost_answer_is_an_unknown_outcome(carrier):
    carrier.will("answer_lost_after", "answer_lost_before", "garbage", "incomplete")
    for _play in range(4):
        with pytest.raises(CarrierError) as caught:
            carrier.client().book_pickup(a_pickup())
        assert caught.value.outcome == "unknown"
    assert errands(carrier)["count"] == 3


def test_a_busy_carrier_is_asked_later(carrier):
    carrier.will("too_many_requests")
    with pytest.raises(CarrierUnavailable) as caught:
        carrier.client().book_pickup(a_pickup())
    assert caught.value.retry_after_s


def test_a_pickup_is_frozen_and_read_again():
    for pickup in (a_pickup(), a_pickup(handling_units=(a_unit(),), waybill_refs=("A", "B"))):
        assert pickup_from_json(pickup_to_json(pickup)) == pickup
    with pytest.raises(ValueError, match="no frozen|not a frozen"):
        pickup_from_json('{"ready_from": "25:00"}')


# === THE LIST AT THE END OF THE DAY === #


def test_a_list_is_closed_with_a_paper(parcel):
    client = parcel.client()
    numbers = [
        client.book(
            a_parcel_shipment(f"R{index}", idempotency_key=f"key-number-{index}")
        ).waybill_ref
        for index in range(3)
    ]
    manifest = client.close_manifest(numbers)
    assert manifest.manifest_ref
    [paper] = manifest.documents
    assert paper.kind == "manifest"
    assert documents.is_usable(paper)
    [errand] = errands(parcel, "manifests")["errands"]
    assert errand["payload"]["shipments"] == numbers

    with pytest.raises(CarrierRejected, match="already"):
        client.close_manifest(numbers[:1])


def test_a_shipment_that_is_not_there_is_on_no_list(parcel):
    with pytest.raises(CarrierRejected) as caught:
        parcel.client().close_manifest(["RP999999999"])
    assert caught.value.code == "not_found"


def test_an_empty_list_is_not_sent(parcel):
    with pytest.raises(InvalidShipment):
        parcel.client().close_manifest([])
    assert not parcel.exchanges


def test_a_list_whose_answer_is_lost_may_be_closed(parcel):
    number = parcel.client().book(a_parcel_shipment()).waybill_ref
    parcel.will("answer_lost_after")
    with pytest.raises(CarrierUnknownOutcome):
        parcel.client().close_manifest([number])
    assert errands(parcel, "manifests")["count"] == 1


# === RETURNS AND FORMS === #


def test_a_return_is_booked_as_one(parcel):
    parcel.client().book(replace(a_parcel_shipment(), is_return=True))
    assert '"return": true' in parcel.exchanges[-1].request_text
    assert Capability.RETURN in carrier_info("rehearsal_rest").capabilities
    assert Capability.RETURN not in carrier_info("rehearsal_soap").capabilities


@pytest.mark.parametrize("file_format", carrier_info("rehearsal_rest").label_formats)
def test_labels_come_in_the_form_that_was_asked_for(parcel, file_format):
    booking = parcel.client().book(replace(a_parcel_shipment(), label_format=file_format))
    assert [paper.format for paper in booking.documents] == [file_format]
    assert not booking.warnings
    [again] = parcel.client().print_again(booking.waybill_ref)
    assert again.content == booking.documents[0].content


def test_a_name_with_printer_commands_prints_and_does_nothing_else(parcel):
    receiver = a_receiver(name="^XZ^XA^JUS ~DY")
    request = replace(a_parcel_shipment(receiver=receiver), label_format="zpl")
    booking = parcel.client().book(request)
    assert booking.documents and b"^JUS" not in booking.documents[0].content
