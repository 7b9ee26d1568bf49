"""GLS Spain's mapping and answers by themselves; no contract is needed."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from carriers.dto import CarrierSettings
from carriers.errors import CarrierAuthError, CarrierProtocolError, CarrierRejected
from carriers.gls_spain import answers, mapping
from carriers.gls_spain.checks import booking_problems
from carriers.gls_spain.client import Client
from carriers.soap.any_xml import Xml, from_zeep, to_zeep
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from lxml import etree
from shipments import a_parcel, a_parcel_shipment, an_address

UTC = ZoneInfo("UTC")
TODAY = date.today()


@pytest.mark.parametrize("reference", ["A1", "WH/OUT/00042", "123456789012345"])
def test_a_short_reference_stays(reference):
    assert mapping.to_reference(reference) == reference


def test_a_long_reference_is_shortened_the_same_way_each_time():
    first, second = (
        mapping.to_reference("WH/OUT/00042-ab12"),
        mapping.to_reference("WH/OUT/00042-ab12"),
    )
    assert first == second
    assert len(first) == mapping.REFERENCE_MAX
    assert first.endswith("042-ab12")


@given(st.sets(st.from_regex(r"WH/(OUT|IN)/0004[0-9]-[a-f0-9]{4}", fullmatch=True), min_size=2))
def test_long_references_stay_apart(references):
    assert len({mapping.to_reference(reference) for reference in references}) == len(references)


@pytest.mark.parametrize(
    ("phone", "country", "expected"),
    [
        ("+34 911 234 567", "ES", "911234567"),
        ("0034 911 234 567", "ES", "911234567"),
        ("911-234-567", "ES", "911234567"),
        ("+351 21 123 4567", "PT", "211234567"),
        ("+49 30 123456", "DE", "+4930123456"),
        ("030 123456", "DE", "030123456"),
        ("+34 911 234 567", "DE", "+34911234567"),
    ],
)
def test_phones_are_digits(phone, country, expected):
    assert mapping.phone(an_address(phone=phone, country_code=country)) == expected


@pytest.mark.parametrize(
    ("sides", "expected"),
    [((1000, 1000, 1000), "1.000"), ((10, 10, 10), "0.001"), ((400, 300, 250), "0.030")],
)
def test_volume_is_cubic_metres(sides, expected):
    parcel = a_parcel(length_mm=sides[0], width_mm=sides[1], height_mm=sides[2])
    request = a_parcel_shipment(service="economy", parcels=(parcel,))
    assert mapping.to_booking(request, "uid").value("Envio/Volumen") == expected
    unknown = a_parcel_shipment(service="economy", parcels=(parcel, a_parcel(2)))
    assert mapping.to_booking(unknown, "uid").first("Envio/Volumen") is None


def result(envio):
    servicios = Xml(name="Servicios", children=(envio,))
    return {"GrabaServiciosResult": {"_value_1": servicios}}


def read(envio):
    return answers.read_booking(result(envio), ["P1"], "pdf", "28001")


def envio(code="0", barcode="61771", *children):
    resultado = Xml(name="Resultado", attributes={} if code is None else {"return": code})
    attributes = {} if barcode is None else {"codbarras": barcode}
    return Xml(name="Envio", attributes=attributes, children=(resultado, *children))


def test_a_right_answer_is_a_booking():
    """Or the wrong ones below would prove nothing."""
    assert read(envio()).waybill_ref == "61771"


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"GrabaServiciosResult": None},
        {"GrabaServiciosResult": {"_value_1": None}},
        {"GrabaServiciosResult": {"_value_1": "text"}},
        {"GrabaServiciosResult": {"_value_1": Xml(name="Fehler")}},
        {"GrabaServiciosResult": {"_value_1": Xml(name="Servicios")}},
        result(envio(None)),
        result(envio("")),
        result(envio("0", None)),
        result(envio("0", " ")),
        result(envio("0", "x" * 5000)),
        result(Xml(name="Envio", attributes={"codbarras": "1"})),
    ],
)
def test_an_answer_without_result_or_number_is_unknown(data):
    with pytest.raises(CarrierProtocolError) as caught:
        answers.read_booking(data, ["P1"], "pdf", "28001")
    assert caught.value.outcome == "unknown"


def test_an_unreadable_label_is_a_warning():
    label = Xml(name="Etiquetas", children=(Xml(name="Etiqueta", text="bm8gcGRm"),))
    booking = read(envio("0", "61771", label))
    assert booking.documents == ()
    assert [warning.code for warning in booking.warnings] == ["document_unusable"]


def test_a_refusal_tells_the_words_of_the_carrier():
    errors = Xml(name="Errores", children=(Xml(name="Error", text="El CP no existe"),))
    with pytest.raises(CarrierRejected, match="El CP no existe"):
        read(envio("-69", "", errors))


@pytest.mark.parametrize(
    "data", [{}, {"GetExpCliResult": None}, {"GetExpCliResult": {"_value_1": Xml(name="x")}}]
)
def test_no_list_is_not_an_empty_list(data):
    """Or a shipment would be booked again because an answer could not be read."""
    with pytest.raises(CarrierProtocolError):
        answers.read_found(data, UTC)


def test_a_scan_without_a_time_is_not_guessed():
    scan = Xml(name="tracking", children=(Xml(name="tipo", text="ESTADO"),))
    exp = Xml(name="exp", children=(Xml(name="tracking_list", children=(scan,)),))
    data = {"GetExpCliResult": {"_value_1": Xml(name="expediciones", children=(exp,))}}
    with pytest.raises(CarrierProtocolError):
        answers.read_events(data, UTC)


def test_a_strange_postcode_is_no_link():
    booking = answers.read_booking(result(envio()), ["P1"], "pdf", "2 8/../")
    assert booking.tracking_url == ""


@pytest.mark.parametrize("extra", [{"line_limit": "5"}, {"time_zone": "Mars/Base"}])
def test_a_wrong_setting_is_told(extra):
    settings = CarrierSettings(
        environment="rehearsal", base_url="http://127.0.0.1:9", api_key="x", extra=extra
    )
    with pytest.raises(CarrierAuthError):
        Client(settings)


def test_any_xml_goes_out_and_comes_back():
    sent = Xml(
        name="a",
        namespace="urn:x",
        attributes={"k": "ü"},
        children=(Xml(name="b", text="1 < 2 & 3"), Xml(name="b", text="3")),
    )
    element = to_zeep({"any": [sent]})["any"][0]
    assert element.tag == "{urn:x}a"
    text = etree.tostring(element)
    got = from_zeep({"any": etree.fromstring(text)})["any"]
    assert got == Xml(name="a", attributes={"k": "ü"}, children=sent.children)
    assert [one.text for one in got.all("b")] == ["1 < 2 & 3", "3"]
    assert got.value("b/c") == ""


def test_comments_in_any_xml_are_no_elements():
    got = from_zeep(etree.fromstring("<a><!-- x --><?y z?><b/></a>"))
    assert [child.name for child in got.children] == ["b"]


ANY_TEXT = st.text(max_size=70)
IN_SPAIN = {"country_code": st.just("ES"), "zip_code": st.just("28001")}


@given(
    st.builds(
        a_parcel_shipment,
        st.sampled_from(["WH/OUT/1", "WH/OUT/00042-ab12"]) | st.text(max_size=4),
        service=st.sampled_from(["economy", "business_parcel"]),
        sender=st.builds(an_address, street=ANY_TEXT, **IN_SPAIN),
        receiver=st.builds(an_address, name=ANY_TEXT, city=ANY_TEXT, **IN_SPAIN),
        parcels=st.lists(
            st.builds(a_parcel, weight_grams=st.integers(-1, 200_000)), min_size=1, max_size=3
        ).map(tuple),
        instructions=ANY_TEXT,
    )
)
@hypothesis_settings(
    max_examples=150, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
def test_a_request_without_problems_can_be_written(request):
    if not booking_problems(request, 60, TODAY):
        servicios = mapping.to_booking(request, "uid")
        assert etree.tostring(to_zeep(servicios))
        assert len(servicios.value("Envio/Referencias/Referencia")) <= 15
        for party in ("Remite", "Destinatario"):
            for name in ("Nombre", "Direccion", "Poblacion"):
                assert 3 <= len(servicios.value(f"Envio/{party}/{name}")) <= 60
