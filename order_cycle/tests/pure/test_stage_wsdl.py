"""The judge of SOAP messages is not blind: each kind of wrong call and wrong answer is seen."""

import base64

import pytest
from lxml import etree
from stages import contract, missing_contracts
from stages.base import StageReply, StageRequest
from stages.wsdl import (
    SOAP,
    WSSE,
    NotSoap,
    Wsdl,
    basic_credentials,
    find,
    find_all,
    text,
    username_token,
)

from rehearsal.freight.envelope import WSDL as OWN

NAMESPACE = "urn:rehearsal:freight:v1"
CONTEXT = (
    f'<RequestContext xmlns="{NAMESPACE}"><Version>1.0</Version>'
    "<RequestReference>A1</RequestReference></RequestContext>"
)
FIND = (
    f'<FindByReferenceRequest xmlns="{NAMESPACE}"><Reference>A1</Reference>'
    "</FindByReferenceRequest>"
)
BASIC = "Basic " + base64.b64encode(b"ann:pass:word").decode()


@pytest.fixture(scope="module")
def wsdl():
    return Wsdl(OWN, auth="basic")


def a_call(wsdl, body=FIND, header=CONTEXT, **headers):
    """Return a right call, unless told otherwise; None takes a header away."""
    values = {
        "authorization": BASIC,
        "content_type": "text/xml; charset=utf-8",
        "soapaction": f'"{wsdl.operations["FindByReference"].action}"',
        **headers,
    }
    named = {key.replace("_", "-"): value for key, value in values.items() if value is not None}
    return StageRequest("POST", "/", {}, named, wsdl.envelope(body, header))


def test_a_right_call_has_no_problems(wsdl):
    call = a_call(wsdl)
    assert wsdl.request_problems(call) == []
    assert wsdl.operation(call) == "FindByReference"
    assert text(wsdl.body(call), "Reference") == "A1"
    assert text(wsdl.header(call, "RequestContext"), "Version") == "1.0"
    assert basic_credentials(call) == ("ann", "pass:word")


WRONG = {
    "no XML": ({"body": "<a>"}, "no XML"),
    "no action": ({"soapaction": None}, "SOAPAction"),
    "another action": ({"soapaction": '"urn:other"'}, "SOAPAction"),
    "SOAP 1.2 content type": ({"content_type": "application/soap+xml"}, "content type"),
    "no basic authentication": ({"authorization": None}, "basic"),
    "bearer": ({"authorization": "Bearer x"}, "basic"),
    "basic without colon": ({"authorization": "Basic YQ=="}, "basic"),
    "no header": ({"header": ""}, "RequestContext"),
    "header twice": ({"header": CONTEXT * 2}, "RequestContext"),
    "header incomplete": ({"header": CONTEXT.replace("<Version>1.0</Version>", "")}, "Version"),
    "header unknown": ({"header": f"{CONTEXT}<x/>"}, "not in the contract"),
    "body unknown": ({"body": "<x/>"}, "no operation"),
    "no namespace": ({"body": FIND.replace(f' xmlns="{NAMESPACE}"', "")}, "no operation"),
    "two bodies": ({"body": FIND * 2}, "2 elements"),
    "no body": ({"body": ""}, "0 elements"),
    "element missing": (
        {"body": f'<FindByReferenceRequest xmlns="{NAMESPACE}"/>'},
        "Missing child",
    ),
    "element unknown": (
        {"body": FIND.replace("<Reference>", "<Odd>1</Odd><Reference>")},
        "not expected",
    ),
    "text too long": ({"body": FIND.replace("A1", "A" * 99)}, "maxLength"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_call_is_seen(wsdl, name):
    changes, words = WRONG[name]
    problems = wsdl.request_problems(a_call(wsdl, **changes))
    assert any(words in problem for problem in problems), problems


def test_a_get_is_seen(wsdl):
    call = a_call(wsdl)
    call.method = "GET"
    assert wsdl.request_problems(call) == ["the method is GET, not POST"]


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"<!DOCTYPE x><x/>",
        f'<!DOCTYPE x><s:Envelope xmlns:s="{SOAP}"><s:Body><x/></s:Body></s:Envelope>'.encode(),
        b"<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body/></s:Envelope>",
    ],
)
def test_what_is_no_soap_is_seen(wsdl, message):
    call = StageRequest("POST", "/", {}, {}, message)
    assert len(wsdl.request_problems(call)) == 1
    with pytest.raises(NotSoap):
        wsdl.operation(call)


def test_ws_security_is_demanded_and_read():
    wsdl = Wsdl(OWN, auth="ws_security")
    security = (
        f'<w:Security xmlns:w="{WSSE}"><w:UsernameToken><w:Username>ann</w:Username>'
        "<w:Password>secret</w:Password></w:UsernameToken></w:Security>"
    )
    call = a_call(wsdl, header=CONTEXT + security)
    assert wsdl.request_problems(call) == []
    assert username_token(call) == ("ann", "secret")
    for header in (CONTEXT, CONTEXT + security.replace("secret", "")):
        problems = wsdl.request_problems(a_call(wsdl, header=header))
        assert problems == ["the WS-Security UsernameToken is missing"]


def an_answer(wsdl, body, status=200):
    return StageReply(status, wsdl.envelope(body), "text/xml")


FOUND = (
    f'<FindByReferenceResponse xmlns="{NAMESPACE}"><ResponseInformation/></FindByReferenceResponse>'
)


def test_answers_are_held_to_the_contract(wsdl):
    def problems(body, status=200):
        return wsdl.response_problems("FindByReference", an_answer(wsdl, body, status))

    assert problems(FOUND) == []
    assert problems(FOUND, 201) == ["an answer with HTTP 201"]
    assert "not expected" in problems(FOUND.replace("<Resp", "<Odd/><Resp"))[0]
    assert "Missing child" in problems(FOUND.replace("<ResponseInformation/>", ""))[0]
    assert "is answered with" in problems(FOUND.replace("FindByReference", "CancelFreight"))[0]
    fault = StageReply(500, wsdl.fault("Client", "No", "<x>why</x>"), "text/xml")
    assert wsdl.response_problems("FindByReference", fault) == []
    fault.status = 200
    assert wsdl.response_problems("FindByReference", fault) == ["a fault with HTTP 200"]
    assert wsdl.response_problems("FindByReference", StageReply(200, b"x")) != []


def test_elements_are_found_by_their_local_names(wsdl):
    body = wsdl.body(a_call(wsdl, body='<a xmlns="urn:1"><b> 1 </b><b>2</b><c xmlns="urn:2"/></a>'))
    assert text(body, "b") == "1"
    assert text(body, "b/none") == ""
    assert [one.text for one in find_all(body, "b")] == [" 1 ", "2"]
    assert find(body, "c") is not None
    assert find(body, "d") is None


PUBLISHED = {
    ("purolator", "v2", "ShippingService.wsdl"): "CreateShipment",
    ("purolator", "v2", "TrackingService.wsdl"): "TrackPackagesByPin",
    ("purolator", "development", "FreightShippingService.wsdl"): "CreateShipment",
    ("gls_spain", "gls_asm_api.wsdl"): "GrabaServicios",
    ("dhl_express_soap", "sndpt-expressRateBook.wsdl"): "createShipmentRequest",
    ("dhl_express_soap", "glDHLExpressTrack.wsdl"): "trackShipmentRequest",
}


@pytest.mark.skipif(bool(missing_contracts()), reason=missing_contracts())
@pytest.mark.parametrize("path", PUBLISHED)
def test_the_published_contracts_can_be_read(path):
    """Their types are compiled, and are not so loose that they take anything."""
    wsdl = Wsdl(contract(*path))
    operation = wsdl.operations[PUBLISHED[path]]
    tag = operation.request
    namespace = tag[1:].partition("}")[0]
    name = tag.rpartition("}")[2]
    assert wsdl.violations(_element(f'<x:{name} xmlns:x="{namespace}"><odd/></x:{name}>'))
    assert wsdl.violations(_element(f'<x:Nothing xmlns:x="{namespace}"/>'))


@pytest.mark.skipif(bool(missing_contracts()), reason=missing_contracts())
def test_any_xml_is_any_xml_and_no_more():
    """The booking of GLS Spain is not described; what stands around it is."""
    wsdl = Wsdl(contract("gls_spain", "gls_asm_api.wsdl"))
    right = '<a:Anula xmlns:a="http://www.asmred.com/"><a:docIn><Servicios/></a:docIn></a:Anula>'
    assert wsdl.violations(_element(right)) == []
    assert wsdl.violations(_element(right.replace("<Servicios/>", "<S/><S/>"))) != []
    assert wsdl.violations(_element(right.replace("docIn", "docOut"))) != []


def _element(xml):
    return etree.fromstring(xml)
