"""GLS Spain against a stage that is held to the published WSDL."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from carriers.api import Capability, Recovery
from carriers.dto import Commodity, Money
from carriers.errors import (
    CarrierError,
    CarrierProtocolError,
    CarrierRejected,
    CarrierUnknownOutcome,
    InvalidShipment,
)
from carriers.gls_spain import codes, mapping
from carriers.gls_spain.client import Client
from carriers.gls_spain.info import INFO
from shipments import a_parcel, a_receiver, a_unit
from stages import missing_contracts, open_stage

pytestmark = pytest.mark.skipif(bool(missing_contracts()), reason=missing_contracts() or "at hand")

MADRID = ZoneInfo("Europe/Madrid")
LONG = "WH/OUT/00042-ab12"


@pytest.fixture
def stage():
    """Give a carrier; whatever was against its contract fails the test."""
    with open_stage("gls_spain") as stage:
        yield stage
        assert stage.complaints == []


@pytest.fixture
def client(stage):
    return Client(stage.settings())


def sent(stage):
    """Return the last request as text."""
    return stage.requests[-1].body.decode()


def euros(amount, currency="EUR"):
    return Money(amount=Decimal(amount), currency=currency)


def abroad(stage, **changes):
    """Return a parcel to Berlin."""
    return stage.shipment(**{"service": "euro_business", "receiver": a_receiver(), **changes})


# --- booking ---


def test_a_booking_comes_with_its_label(stage, client):
    booking = client.book(stage.shipment())
    assert stage.live("WH/OUT/00042") == [booking.waybill_ref]
    assert [label.parcel_reference for label in booking.documents] == ["P1"]
    assert booking.tracking_url == f"https://mygls.gls-spain.es/e/{booking.waybill_ref}/46021/es"
    assert booking.parcels[0].tracking_ref == booking.waybill_ref
    (label,) = client.print_again(booking.waybill_ref)
    assert (label.kind, label.format) == ("label", "pdf")


def test_three_parcels_are_one_shipment_with_three_labels(stage, client):
    parcels = tuple(a_parcel(number) for number in (1, 2, 3))
    booking = client.book(stage.shipment(parcels=parcels, label_format="png"))
    assert [label.parcel_reference for label in booking.documents] == ["P1", "P2", "P3"]
    assert "Bultos>3<" in sent(stage)
    assert "Peso>3.339<" in sent(stage)
    booking = client.book(stage.shipment(request_ref="A2", parcels=parcels))
    # One PDF holds all three.
    assert [label.parcel_reference for label in booking.documents] == [""]


def test_a_label_that_did_not_come_is_asked_for_again(stage, client):
    stage.gives_labels = False
    booking = client.book(stage.shipment())
    assert booking.documents == ()
    assert client.print_again(booking.waybill_ref)


def test_cash_volume_notes_and_company_have_their_places(stage, client):
    receiver = replace(stage.shipment().receiver, company_name="Talleres Vega S.A.")
    parcel = a_parcel(length_mm=400, width_mm=300, height_mm=250)
    request = stage.shipment(
        receiver=receiver,
        parcels=(parcel,),
        cash_on_delivery=euros("49.9"),
        instructions="Dejar en conserjería",
    )
    client.book(request)
    text = sent(stage)
    for expected in (
        "Reembolso>49.90<",
        "Volumen>0.030<",
        "Observaciones>Dejar en conserjería<",
        "Nombre>Talleres Vega S.A.<",
        "ATT>José Núñez<",
    ):
        assert expected in text


@pytest.mark.parametrize("service", mapping.SERVICE_CODES)
def test_every_service_can_be_booked(stage, client, service):
    is_euro = service in mapping.EURO_SERVICES
    make = abroad if is_euro else lambda stage, **changes: stage.shipment(**changes)
    booking = client.book(make(stage, service=service))
    assert client.find_by_reference("WH/OUT/00042")[0].waybill_ref == booking.waybill_ref
    assert client.find_by_reference("WH/OUT/00042")[0].service == service


PLACES = {
    "Polish": {"name": "Łucja Żółć", "street": "Święty Marcin 12/4", "country_code": "PL"},
    "Greek": {"name": "Γιώργος", "street": "Οδός Ερμού 5", "country_code": "GR"},
    "Chinese": {"name": "王小明公司", "street": "人民路一百号", "country_code": "DE"},
    "60 characters": {"street": "x" * 60, "country_code": "FR"},
}


@pytest.mark.parametrize("name", PLACES)
def test_addresses_of_europe_are_taken(stage, client, name):
    client.book(abroad(stage, receiver=a_receiver(**PLACES[name])))
    for word in PLACES[name].values():
        assert word in sent(stage)


def test_goods_inside_the_union_need_no_customs(stage, client):
    line = Commodity(
        description="Shelves",
        quantity=Decimal(1),
        unit_value=Decimal(5),
        currency="EUR",
        weight_grams=1113,
    )
    client.book(abroad(stage, commodities=(line,)))
    assert len(stage.live()) == 1


# --- what is found before the wire ---


def receiver(stage, **changes):
    return replace(stage.shipment().receiver, **changes)


WRONG = {
    "service": lambda stage: {"service": "pigeon"},
    "service ": lambda stage: {"service": "euro_business"},
    "request_ref": lambda stage: {"request_ref": "WH\\OUT"},
    "label_format": lambda stage: {"label_format": "zpl"},
    "ship_date": lambda stage: {"ship_date": (datetime.now(MADRID) - timedelta(days=1)).date()},
    "receiver.name": lambda stage: {"receiver": receiver(stage, name="x" * 61)},
    "receiver.name ": lambda stage: {"receiver": receiver(stage, name="ab")},
    "receiver.street": lambda stage: {
        "receiver": receiver(stage, street="x" * 40, street2="y" * 40)
    },
    "receiver.city": lambda stage: {"receiver": receiver(stage, city="A")},
    "receiver.zip_code": lambda stage: {"receiver": receiver(stage, zip_code="1")},
    "receiver.phone": lambda stage: {"receiver": receiver(stage, phone="")},
    "receiver.country_code": lambda stage: {"receiver": receiver(stage, country_code="CH")},
    "sender.country_code": lambda stage: {"sender": a_receiver()},
    "parcels": lambda stage: {"parcels": (), "handling_units": (a_unit(),)},
    "parcels[0].weight_grams": lambda stage: {"parcels": (a_parcel(weight_grams=0),)},
    "cash_on_delivery": lambda stage: {"cash_on_delivery": euros(5, "USD")},
    "insured_value": lambda stage: {"insured_value": euros(5)},
    "service_point": lambda stage: {"service_point": "shop"},
    "is_return": lambda stage: {"is_return": True},
    "accessorials[0]": lambda stage: {"accessorials": ("signature",)},
}


@pytest.mark.parametrize("field", WRONG)
def test_a_problem_is_named_before_anything_is_sent(stage, client, field):
    request = stage.shipment(**WRONG[field](stage))
    assert field.strip() in {problem.field for problem in client.find_problems(request)}
    with pytest.raises(InvalidShipment):
        client.book(request)
    assert stage.requests == []


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("parcels", {"parcels": (a_parcel(1), a_parcel(2))}),
        ("parcels[0].weight_grams", {"parcels": (a_parcel(weight_grams=32_000),)}),
        ("receiver.email", {"receiver": a_receiver(email="")}),
        ("cash_on_delivery", {"cash_on_delivery": euros(5)}),
    ],
)
def test_the_rules_for_abroad_are_known(stage, client, field, changes):
    assert client.find_problems(abroad(stage)) == ()
    problems = client.find_problems(abroad(stage, **changes))
    assert field in {problem.field for problem in problems}


# --- the answers ---


def test_the_stage_is_not_blind(stage, client):
    client.book(stage.shipment())
    right = stage.requests[-1]
    for old, new in [
        (b"docIn", b"docOut"),
        (b"Bultos", b"Pakete"),
        (b"WH/OUT/00042", b"WH/OUT/00042-ab12"),
        (b"Peso>1.113<", b"Peso>1,113<"),
    ]:
        assert old in right.body
        stage.answer(replace(right, body=right.body.replace(old, new)))
        assert stage.complaints, new
        stage.complaints.clear()
        stage.shipments.clear()


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"city": "A"}, "-130"), ({"zip_code": "1"}, "-131"), ({"name": "ab"}, "-128")],
)
def test_what_gls_refuses_names_the_field(stage, client, changes, code):
    """Sent without our own checks, as a shipment is that was checked before."""
    request = stage.shipment(receiver=receiver(stage, **changes))
    with pytest.raises(CarrierRejected) as caught:
        client.book(request, is_checked=True)
    assert caught.value.code == code
    (problem,) = caught.value.fields
    assert problem.field == f"receiver.{next(iter(changes))}"
    assert stage.shipments == {}


def test_a_wrong_guid_is_refused(stage):
    client = Client(stage.settings(api_key="00000000-0000-0000-0000-000000000000"))
    with pytest.raises(CarrierRejected, match="No estas autorizado"):
        client.book(stage.shipment())
    assert stage.shipments == {}


@pytest.mark.parametrize("code", ["-1", "-3", "-83", "-99", "-119", "-135", "1"])
def test_a_code_that_proves_nothing_is_unknown(stage, client, code):
    stage.return_codes = [code]
    with pytest.raises(CarrierUnknownOutcome) as caught:
        client.book(stage.shipment())
    assert type(caught.value) is CarrierUnknownOutcome
    assert code not in codes.REFUSED


def test_a_second_booking_makes_no_second_shipment(stage, client):
    """Lost and sent again: the carrier refuses the reference, and it is found by it."""
    stage.play("lost_after")
    with pytest.raises(CarrierUnknownOutcome):
        client.book(stage.shipment(request_ref=LONG))
    with pytest.raises(CarrierUnknownOutcome) as caught:
        client.book(stage.shipment(request_ref=LONG))
    assert caught.value.code == "duplicate_reference"
    (found,) = client.find_by_reference(LONG)
    assert [found.waybill_ref] == stage.live()
    assert found.was_known


def test_a_duplicate_on_the_way_is_one_shipment(stage, client):
    stage.play("duplicate")
    booking = client.book(stage.shipment())
    assert stage.live() == [booking.waybill_ref]


FAULTS = {
    "throttle": ("not_sent", 0),
    "lost_before": ("unknown", 0),
    "lost_after": ("unknown", 1),
    "error_500_after": ("unknown", 1),
    "error_503_before": ("unknown", 0),
    "redirect": ("unknown", 0),
    "garbage_after": ("unknown", 1),
    "empty_after": ("unknown", 1),
    "incomplete_after": ("unknown", 1),
    "half_after": ("unknown", 1),
    "bomb_after": ("unknown", 1),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_only_what_is_certain_is_said(stage, client, fault):
    outcome, count = FAULTS[fault]
    stage.play(fault)
    with pytest.raises(CarrierError) as caught:
        client.book(stage.shipment())
    assert caught.value.outcome == outcome
    assert len(stage.live()) == count
    assert len(client.find_by_reference("WH/OUT/00042")) == count


def test_eight_bookings_of_one_reference_are_one(stage):
    """Whatever the order: one is recorded, the others are told that there is one."""
    ends = []

    def book():
        try:
            ends.append(Client(stage.settings()).book(stage.shipment()).waybill_ref)
        except CarrierUnknownOutcome as error:
            ends.append(error.code)

    threads = [threading.Thread(target=book) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == sorted([*stage.live(), *["duplicate_reference"] * 7])


def test_recovery_is_by_look_up():
    assert INFO.recovery is Recovery.LOOKUP
    assert Capability.CHECK_ACCOUNT not in INFO.capabilities


# --- the other verbs ---


def test_only_live_shipments_are_found(stage, client):
    assert client.find_by_reference(LONG) == ()
    booking = client.book(stage.shipment(request_ref=LONG))
    client.cancel(booking.waybill_ref)
    assert client.find_by_reference(LONG) == ()


def test_the_newest_is_found_first(stage, client):
    first = client.book(stage.shipment()).waybill_ref
    second = client.book(stage.shipment(request_ref="A2")).waybill_ref
    stage.shipments[second]["reference"] = "WH/OUT/00042"
    stage.shipments[first]["made_at"] -= timedelta(hours=1)
    found = [booking.waybill_ref for booking in client.find_by_reference("WH/OUT/00042")]
    assert found == [second, first]


def test_cancelling_twice_is_harmless(stage, client):
    booking = client.book(stage.shipment())
    client.cancel(booking.waybill_ref)
    client.cancel(booking.waybill_ref)
    assert stage.live() == []


def test_what_cannot_be_cancelled_is_refused(stage, client):
    with pytest.raises(CarrierRejected) as caught:
        client.cancel("1")
    assert caught.value.code == "-1"
    booking = client.book(stage.shipment())
    stage.move(booking.waybill_ref, "2", "25/11/2026 08:15:00")
    with pytest.raises(CarrierRejected) as caught:
        client.cancel(booking.waybill_ref)
    assert caught.value.code == "-2"
    assert stage.live() == [booking.waybill_ref]


def test_scans_are_read_in_their_order(stage, client):
    waybill = client.book(stage.shipment()).waybill_ref
    stage.move(waybill, "7", "26/11/2026 10:30:00")
    stage.trouble(waybill, "25/11/2026 19:00:00", "AUSENTE")
    stage.move(waybill, "2", "25/11/2026 08:15:00")
    events = client.track(waybill)
    assert [event.code for event in events] == ["in_transit", "incident", "delivered"]
    assert events[0].happened_at == datetime(2026, 11, 25, 8, 15, tzinfo=MADRID)
    assert (events[1].carrier_code, events[1].text) == ("INCIDENCIA 12", "AUSENTE")


def test_the_list_of_the_day_says_how_many_gls_has(stage, client):
    with pytest.raises(CarrierRejected):
        client.close_manifest([])
    booking = client.book(stage.shipment())
    manifest = client.close_manifest([booking.waybill_ref])
    assert manifest.manifest_ref == f"{datetime.now(MADRID).date().isoformat()} (1)"
    assert manifest.documents == ()


def test_a_label_of_nothing_is_no_label(stage, client):
    with pytest.raises(CarrierProtocolError):
        client.print_again("1")


def test_the_guid_is_not_in_any_trace(stage):
    traces = []
    client = Client(stage.settings(), traces.append)
    client.book(stage.shipment())
    client.find_by_reference("WH/OUT/00042")
    assert len(traces) == 2
    for trace in traces:
        assert stage.UID not in trace.request_text + trace.response_text + trace.url
