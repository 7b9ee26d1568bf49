"""Purolator's parcels against a stage that is held to the published WSDLs."""

import socket
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from carriers.api import Capability, Recovery
from carriers.dto import Commodity, Money, PickupRequest
from carriers.errors import (
    CarrierAuthError,
    CarrierError,
    CarrierProtocolError,
    CarrierRejected,
    CarrierUnavailable,
    CarrierUnknownOutcome,
    InvalidShipment,
)
from carriers.purolator import contract, mapping
from carriers.purolator.client import Client
from carriers.purolator.info import INFO
from papers import a_pdf
from rogue_server import answering, rogue
from shipments import a_parcel, a_receiver
from stages import missing_contracts, open_stage
from stages.purolator import a_sender
from stages.purolator_base import Refusal

pytestmark = pytest.mark.skipif(bool(missing_contracts()), reason=missing_contracts() or "at hand")

TORONTO = ZoneInfo("America/Toronto")


@pytest.fixture
def stage():
    """Give a carrier; whatever was against its contract fails the test."""
    with open_stage("purolator") as stage:
        yield stage
        assert stage.complaints == []


@pytest.fixture
def client(stage):
    return Client(stage.settings())


def goods(**changes):
    values = {
        "description": "Steel shelves",
        "quantity": Decimal(2),
        "unit_value": Decimal("12.50"),
        "currency": "CAD",
        "hs_code": "9403.20",
        "origin_country": "CA",
        "weight_grams": 1113,
    }
    return Commodity(**{**values, **changes})


def abroad(stage, **changes):
    """Return a parcel to Berlin with all that the customs ask for."""
    values = {
        "service": "express_international",
        "receiver": a_receiver(),
        "commodities": (goods(),),
        "incoterm": "DAP",
    }
    return stage.shipment(**{**values, **changes})


def sent(stage):
    """Return the last request as text."""
    return stage.requests[-1].body.decode()


# --- booking ---


def test_a_booking_and_its_label(stage, client):
    booking = client.book(stage.shipment())
    assert stage.live("WH/OUT/00042") == [booking.waybill_ref]
    assert booking.parcels[0].tracking_ref == booking.waybill_ref
    assert booking.documents == ()
    (label,) = client.print_again(booking.waybill_ref)
    assert (label.kind, label.format) == ("label", "pdf")


def test_three_parcels_get_three_numbers(stage, client):
    parcels = tuple(a_parcel(number, weight_grams=1113) for number in (1, 2, 3))
    booking = client.book(stage.shipment(parcels=parcels))
    assert [parcel.reference for parcel in booking.parcels] == ["P1", "P2", "P3"]
    assert len({parcel.tracking_ref for parcel in booking.parcels}) == 3
    # 3.339 kg: the total is a whole number of kilograms, the pieces are exact.
    assert "<ns1:Value>4</ns1:Value>" in sent(stage).replace("ns0:", "ns1:")
    assert sent(stage).count("1.113") == 3


def test_a_parcel_without_number_is_booked_with_a_warning(stage, client):
    stage.losing_pins = 1
    booking = client.book(stage.shipment(parcels=(a_parcel(1), a_parcel(2))))
    assert [warning.code for warning in booking.warnings] == ["parcels_differ"]
    assert [parcel.reference for parcel in booking.parcels] == ["P1"]


def test_a_return_comes_back_to_us(stage, client):
    ours, customer = stage.shipment().sender, stage.shipment().receiver
    request = stage.shipment(sender=customer, receiver=ours, is_return=True)
    booking = client.book(request)
    assert stage.shipments[booking.waybill_ref]["is_return"]
    assert "CreateReturnsManagementShipmentRequest" in sent(stage)


def test_goods_abroad_are_declared(stage, client):
    client.book(abroad(stage, incoterm="DDP", contents_type="repair"))
    text = sent(stage)
    for expected in ("9403.20", "Sender</", "Repair</", "12.50"):
        assert expected in text
    client.book(abroad(stage))
    assert "BillDutiesToParty>Receiver</" in sent(stage)


def test_the_extra_services_have_their_names(stage, client):
    codes = tuple(choice.code for choice in INFO.accessorials)
    insured = Money(amount=Decimal("250.5"), currency="CAD")
    client.book(stage.shipment(accessorials=codes, insured_value=insured))
    for name in (*mapping.OPTION_CODES.values(), "DeclaredValue", "250.50"):
        assert name in sent(stage)
    client.book(abroad(stage, accessorials=("signature",)))
    assert "ResidentialSignatureIntl" in sent(stage)


PLACES = {
    "Polish": {"name": "Łucja Żółć", "street": "Święty Marcin 12/4", "city": "Poznań"},
    "Greek": {"name": "Γιώργος", "street": "Οδός Ερμού 5", "city": "Αθήνα", "country_code": "GR"},
    "Chinese": {"name": "王小明", "street": "人民路100号", "city": "上海", "country_code": "CN"},
    "long street": {"street": "Donaudampfschifffahrtsgesellschafts Strasse an der langen Bruecke"},
}


@pytest.mark.parametrize("name", PLACES)
def test_addresses_of_the_world_are_taken(stage, client, name):
    values = {"country_code": "PL", "zip_code": "61-806", "phone": "+48 61 123 4567"}
    client.book(abroad(stage, receiver=a_receiver(**{**values, **PLACES[name]})))
    for word in PLACES[name].values():
        assert all(part in sent(stage) for part in word.split())


def test_the_house_number_is_taken_out_where_it_leads(stage, client):
    client.book(stage.shipment())
    assert "StreetNumber>2245</" in sent(stage)
    assert "StreetName>Douglas Road</" in sent(stage)
    client.book(abroad(stage))
    assert "StreetName>Hauptstraße 12</" in sent(stage)


# --- what is found before the wire ---


def problem_fields(client, request):
    return {problem.field for problem in client.find_problems(request)}


def five(currency):
    return Money(amount=Decimal(5), currency=currency)


WRONG = {
    "service": lambda stage: {"service": "pigeon"},
    "service ": lambda stage: {"service": "express_us"},
    "request_ref": lambda stage: {"request_ref": "ä" * 40},
    "label_format": lambda stage: {"label_format": "zpl"},
    "receiver.name": lambda stage: {"receiver": receiver(stage, name="x" * 36)},
    "receiver.street": lambda stage: {"receiver": receiver(stage, street="word " * 40)},
    "receiver.phone": lambda stage: {"receiver": receiver(stage, phone="123456")},
    "receiver.state_code": lambda stage: {"receiver": receiver(stage, state_code="")},
    "receiver.zip_code": lambda stage: {"receiver": receiver(stage, zip_code="10115")},
    "receiver.country_code": lambda stage: {"receiver": receiver(stage, country_code="XX")},
    "sender.country_code": lambda stage: {"sender": a_receiver()},
    "parcels[0].weight_grams": lambda stage: {"parcels": (a_parcel(weight_grams=0),)},
    "parcels[0].width_mm": lambda stage: {"parcels": (a_parcel(length_mm=10),)},
    "accessorials[0]": lambda stage: {"accessorials": ("tail_lift",)},
    "cash_on_delivery": lambda stage: {
        "cash_on_delivery": Money(amount=Decimal(5), currency="CAD")
    },
    "insured_value": lambda stage: {"insured_value": Money(amount=Decimal(5), currency="EUR")},
    "service_point": lambda stage: {"service_point": "shop-1"},
}


def receiver(stage, **changes):
    return replace(stage.shipment().receiver, **changes)


@pytest.mark.parametrize("field", WRONG)
def test_a_problem_is_named_before_anything_is_sent(stage, client, field):
    request = stage.shipment(**WRONG[field](stage))
    assert field.strip() in problem_fields(client, request)
    with pytest.raises(InvalidShipment):
        client.book(request)
    assert stage.requests == []


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("incoterm", {"incoterm": ""}),
        ("incoterm", {"incoterm": "ZZZ"}),
        ("contents_type", {"contents_type": "toys"}),
        ("commodities", {"commodities": ()}),
        ("commodities", {"commodities": (goods(), goods(currency="USD"))}),
        ("commodities[0].hs_code", {"commodities": (goods(hs_code=""),)}),
        ("commodities[0].hs_code", {"commodities": (goods(hs_code="shelf"),)}),
        ("commodities[0].origin_country", {"commodities": (goods(origin_country=""),)}),
        ("commodities[0].currency", {"commodities": (goods(currency="EUR"),)}),
        ("commodities[0].quantity", {"commodities": (goods(quantity=Decimal("1.5")),)}),
    ],
)
def test_missing_customs_data_are_named(stage, client, field, changes):
    assert problem_fields(client, abroad(stage)) == set()
    assert field in problem_fields(client, abroad(stage, **changes))


def test_pallets_and_returns_from_abroad_are_not_for_this_carrier(stage, client):
    back = stage.shipment(is_return=True, receiver=a_receiver())
    assert "receiver.country_code" in problem_fields(client, back)


# --- the answers ---


def test_the_right_booking_is_the_only_one_that_passes(stage):
    """The stage is not blind: what is broken on the way is seen."""
    client = Client(stage.settings())
    client.book(stage.shipment())
    right = stage.requests[-1]
    for old, new in [
        (b">kg<", b">stone<"),
        (b"TotalPieces>1<", b"TotalPieces>one<"),
        (b"PaymentType>Sender<", b"PaymentType>Nobody<"),
        (b"ReceiverInformation", b"Receiver"),
        (b"Language>en<", b"Language>it<"),
    ]:
        assert old in right.body
        reply = stage.answer(replace(right, body=right.body.replace(old, new)))
        assert reply.status == 500
        assert len(stage.complaints) >= 1
        stage.complaints.clear()


def test_a_refusal_says_what_is_missing(stage, client):
    client.book(stage.shipment())
    right = stage.requests[-1]
    broken = right.body.replace(b"City>Burnaby<", b"City><")
    assert b"1100104" in stage.answer(replace(right, body=broken)).body


def test_an_error_inside_a_normal_answer_is_read(stage):
    settings = stage.settings(account_number="1234567")
    with pytest.raises(CarrierRejected) as caught:
        Client(settings).book(stage.shipment())
    assert caught.value.code == "1100101"
    assert "Account Number" in caught.value.message
    assert stage.shipments == {}


def refuse_with(stage, code, words="Something."):
    def answer(_body):
        raise Refusal(code, words)

    stage.do_CreateShipment = answer


@pytest.mark.parametrize(
    ("code", "error_class", "outcome"),
    [
        ("1100110", CarrierRejected, "refused"),
        ("1100118", CarrierUnknownOutcome, "unknown"),
        ("3001130", CarrierUnknownOutcome, "unknown"),
        ("9000-2", CarrierUnavailable, "not_sent"),
        ("9001", CarrierAuthError, "not_sent"),
    ],
)
def test_only_known_codes_prove_something(stage, client, code, error_class, outcome):
    refuse_with(stage, code)
    with pytest.raises(error_class) as caught:
        client.book(stage.shipment())
    assert type(caught.value) is error_class
    assert caught.value.outcome == outcome


def test_a_code_that_can_only_mean_one_field_names_it(stage, client):
    refuse_with(stage, "1100110", "The Package Type is a mandatory field.")
    with pytest.raises(CarrierRejected) as caught:
        client.book(stage.shipment())
    assert [problem.field for problem in caught.value.fields] == ["service"]


def test_the_account_may_know_more_refusals(stage):
    refuse_with(stage, "3001130")
    client = Client(stage.settings(extra={"refusal_codes": "1, 3001130"}))
    with pytest.raises(CarrierRejected):
        client.book(stage.shipment())


def test_the_carriers_words_hold_no_secret(stage, client):
    refuse_with(stage, "1100110", f"Token {stage.TOKEN} is odd.")
    with pytest.raises(CarrierRejected) as caught:
        client.book(stage.shipment())
    assert stage.TOKEN not in caught.value.message


@pytest.mark.parametrize("change", ["password", "user_token"])
def test_wrong_credentials_are_told_as_such(stage, change):
    changes = {"password": "wrong"} if change == "password" else {}
    if change == "user_token":
        changes["extra_secrets"] = {"user_token": "wrong"}
    client = Client(stage.settings(**changes))
    with pytest.raises(CarrierAuthError):
        client.book(stage.shipment())
    with pytest.raises(CarrierAuthError):
        client.check_account()


FAULTS = {
    "throttle": ("not_sent", 0),
    "lost_before": ("unknown", 0),
    "lost_after": ("unknown", 1),
    "error_500_before": ("unknown", 0),
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
    if fault == "throttle":
        assert caught.value.retry_after_s == 7


def test_nobody_at_home_is_not_sent():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with open_stage("purolator") as stage:
        client = Client(stage.settings(base_url=url))
        with pytest.raises(CarrierUnavailable):
            client.book(stage.shipment())


def test_an_unknown_outcome_is_for_a_person():
    """The contract has neither a key nor a look-up that proves anything."""
    assert INFO.recovery is Recovery.NONE
    assert Capability.FIND_BY_REFERENCE not in INFO.capabilities


# --- the other verbs ---


def test_cancelling_twice_is_harmless(stage, client):
    booking = client.book(stage.shipment())
    client.cancel(booking.waybill_ref)
    client.cancel(booking.waybill_ref)
    assert stage.live() == []


def test_what_cannot_be_cancelled_is_refused(stage, client):
    with pytest.raises(CarrierRejected):
        client.cancel("329999999999")
    booking = client.book(stage.shipment())
    stage.shipments[booking.waybill_ref]["created"] -= timedelta(days=1)
    with pytest.raises(CarrierRejected, match="created today"):
        client.cancel(booking.waybill_ref)


def test_a_label_that_is_not_made_yet_comes_later(stage, client):
    booking = client.book(stage.shipment())
    stage.labels_pending = 1
    with pytest.raises(CarrierUnavailable) as caught:
        client.print_again(booking.waybill_ref)
    assert caught.value.code == "label_not_ready"
    assert client.print_again(booking.waybill_ref)


def test_scans_and_proof(stage, client):
    booking = client.book(stage.shipment())
    assert [event.code for event in client.track(booking.waybill_ref)] == ["other"]
    assert client.prove_delivery(booking.waybill_ref) is None
    stage.deliver(booking.waybill_ref)
    events = client.track(booking.waybill_ref)
    assert [event.code for event in events] == ["other", "out_for_delivery", "delivered"]
    assert events[-1].signed_by == "J SMITH"
    assert events[-1].tracking_ref == booking.waybill_ref
    moment = datetime.combine(date.today(), time(13, 5), TORONTO)
    assert events[-1].happened_at == moment
    proof = client.prove_delivery(booking.waybill_ref)
    assert (proof.signed_by, proof.delivered_at) == ("J SMITH", moment)


def test_the_zone_of_scans_is_a_setting(stage):
    client = Client(stage.settings(extra={"time_zone": "America/Vancouver"}))
    booking = client.book(stage.shipment())
    (event,) = client.track(booking.waybill_ref)
    assert str(event.happened_at.tzinfo) == "America/Vancouver"


def test_prices_are_without_taxes(stage, client):
    quotes = client.quote(stage.shipment(service=""))
    assert {quote.service for quote in quotes} == {"express_9am", "express", "ground"}
    assert {quote.price for quote in quotes} == {Money(amount=Decimal("32.78"), currency="CAD")}
    (quote,) = client.quote(stage.shipment(service="express"))
    assert (quote.service, quote.transit_days) == ("express", 1)
    assert quote.delivers_on == (datetime.now() + timedelta(days=1)).date()


def test_the_day_is_closed_and_its_list_fetched(stage, client):
    booking = client.book(stage.shipment())
    manifest = client.close_manifest([booking.waybill_ref])
    assert stage.is_closed
    assert [paper.kind for paper in manifest.documents] == ["manifest"]
    assert manifest.manifest_ref == datetime.now(TORONTO).date().isoformat()
    assert "authorization" not in stage.requests[-1].headers


def test_a_list_that_lies_elsewhere_is_not_fetched(stage, client):
    with rogue(answering(a_pdf("A trap"))) as elsewhere:
        stage.manifest_url = f"{elsewhere.url}/manifest.pdf"
        manifest = client.close_manifest([])
        assert elsewhere.requests == []
    assert manifest.documents == ()
    assert stage.is_closed


def test_an_address_is_judged(stage, client):
    known = stage.shipment().receiver
    assert client.check_address(known) == ()
    (problem,) = client.check_address(replace(known, zip_code="X9X9X9"))
    assert (problem.field, problem.code) == ("receiver.zip_code", "1100515")
    (problem,) = client.check_address(replace(known, city="Burnabee"))
    assert "V5C5A9 BURNABY BC" in problem.text


def a_pickup(**changes):
    values = {
        "request_ref": "PICK/1",
        "pickup_date": date.today(),
        "ready_from": time(12, 0),
        "closes_at": time(17, 30),
        "address": a_sender(),
        "pieces": 7,
        "weight_grams": 12_345,
        "destination_country": "US",
        "service": "ground_us",
        "instructions": "Ring twice",
    }
    return PickupRequest(**{**values, **changes})


def test_a_pickup_is_booked_changed_and_cancelled(stage, client):
    pickup = client.book_pickup(a_pickup())
    text = sent(stage)
    for expected in (">1200<", ">1730<", ">USA<", ">Ground<", ">12.345<", ">Ring twice<"):
        assert expected in text
    changed = client.change_pickup(pickup.pickup_ref, a_pickup(closes_at=time(18, 0)))
    assert changed.pickup_ref == pickup.pickup_ref
    assert "another day" in changed.message
    assert stage.pickups[pickup.pickup_ref]["until"] == "1800"
    client.cancel_pickup(pickup.pickup_ref, a_pickup())
    assert not stage.pickups[pickup.pickup_ref]["is_live"]
    with pytest.raises(CarrierRejected):
        client.cancel_pickup("00000000", a_pickup())


def test_a_pickup_that_cannot_be_is_not_sent(stage, client):
    with pytest.raises(InvalidShipment) as caught:
        client.book_pickup(a_pickup(closes_at=time(11, 0), pieces=0))
    assert {problem.field for problem in caught.value.problems} == {"closes_at", "pieces"}
    assert stage.requests == []


def test_a_lost_pickup_is_unknown(stage, client):
    stage.play_at_any("lost_after")
    with pytest.raises(CarrierUnknownOutcome):
        client.book_pickup(a_pickup())
    assert len(stage.pickups) == 1


def test_each_call_names_its_version_and_our_reference(stage, client):
    client.book(stage.shipment())
    assert f"Version>{contract.VERSIONS[contract.SHIPPING]}<" in sent(stage)
    assert "RequestReference>WH/OUT/00042<" in sent(stage)


@pytest.mark.parametrize("extra", [{"line_limit": "many"}, {"time_zone": "Mars/Base"}])
def test_a_wrong_setting_is_told(stage, extra):
    with pytest.raises(CarrierAuthError):
        Client(stage.settings(extra=extra))


def test_an_answer_that_is_none_is_a_broken_contract(stage, client):
    booking = client.book(stage.shipment())
    stage.play_at_any("garbage_after")
    with pytest.raises(CarrierProtocolError):
        client.track(booking.waybill_ref)
