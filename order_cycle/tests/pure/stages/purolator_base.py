"""What the stages of Purolator's parcels and freight share: paths, header, errors, answers."""

import itertools
from functools import cache

from lxml import etree

from .base import BaseStage, StageReply
from .contracts import contract
from .wsdl import NotSoap, Wsdl, basic_credentials, find, text

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
#: Key of a dictionary that names a derived type (xsi:type).
TYPE = "@type"
_VALIDATION = "http://www.microsoft.com/practices/EnterpriseLibrary/2007/01/wcf/validation"

#: A field of an address that must not be empty -> the code for it; other rules have no known code.
MANDATORY = {
    "Name": "1100106",
    "StreetName": "1100000",
    "City": "1100104",
    "Country": "1100107",
    "PhoneNumber/CountryCode": "1100112",
    "PhoneNumber/AreaCode": "1100112",
    "PhoneNumber/Phone": "1100112",
}


@cache
def published(*path):
    """Return a published WSDL of Purolator, compiled once."""
    return Wsdl(contract("purolator", *path), auth="basic")


class Refusal(Exception):
    """The carrier understood and says no, inside a normal answer."""

    def __init__(self, code, words, more=""):
        super().__init__(words)
        self.code, self.words, self.more = code, words, more


class PurolatorStage(BaseStage):
    """Checks each call against the published WSDL of its path, then does what is asked.

    A subclass has ``services`` (path -> parts of ``contract``) and for each operation a method
    ``do_<Operation>(body)`` that returns the fields of the answer, or raises ``Refusal``.
    """

    KEY, PASSWORD, TOKEN, ACCOUNT = "a-key", "key-pass-word", "user-token-1", "9999999999"
    services = {}

    def __init__(self):
        super().__init__()
        self.numbers = itertools.count(329_000_000_001)
        self.asked = []

    def answer(self, request):
        """Check the call, do it, and check the answer too."""
        parts = self.services.get(request.path)
        if not parts:
            self.complain(f"there is no service at {request.path}")
            return StageReply(404, b"", "text/html")
        wsdl = published(*parts)
        problems = wsdl.request_problems(request)
        for problem in problems:
            self.complain(problem)
        if problems:
            return StageReply(500, wsdl.fault("Client", problems[0], _violation(problems[0])))
        if basic_credentials(request) != (self.KEY, self.PASSWORD):
            return StageReply(401, b"", "text/html")
        header = wsdl.header(request, "RequestContext")
        if text(header, "UserToken") != self.TOKEN:
            return StageReply(401, b"", "text/html")
        return self._do(wsdl, request)

    def is_operation(self, request, *names):
        """Tell whether the call is one of these operations."""
        parts = self.services.get(request.path)
        try:
            return bool(parts) and published(*parts).operation(request) in names
        except NotSoap:
            return False

    def _do(self, wsdl, request):
        name = wsdl.operation(request)
        body = wsdl.body(request)
        self.asked.append(name)
        try:
            fields = {"ResponseInformation": _information(), **getattr(self, f"do_{name}")(body)}
        except Refusal as refusal:
            fields = {"ResponseInformation": _information(refusal)}
            fields.update(self.refused_fields(name))
        reply = StageReply(200, self._message(wsdl, name, fields), "text/xml; charset=utf-8")
        for problem in wsdl.response_problems(name, reply):
            self.complain(f"our own answer to {name}: {problem}")
        return reply

    def refused_fields(self, operation):
        """Return what an answer with errors still has to hold."""
        return {}

    def _message(self, wsdl, name, fields):
        operation = wsdl.operations[name]
        namespace = operation.response[1:].partition("}")[0]
        header = build(namespace, "ResponseContext", {"ResponseReference": "A1"})
        local = operation.response.rpartition("}")[2]
        return wsdl.envelope(build(namespace, local, fields), header)

    # --- rules that the XSD does not have ---

    @staticmethod
    def check_address(address, what):
        """Raise ``Refusal`` if something is empty that the carrier needs."""
        for path, code in MANDATORY.items():
            if not text(address, path):
                raise Refusal(code, f"{what}: {path} is a mandatory field.")
        country = text(address, "Country")
        if country in ("CA", "US") and not text(address, "Province"):
            raise Refusal("1100116", f"{what}: the Province is a mandatory field.")
        if country in ("CA", "US") and not text(address, "PostalCode"):
            raise Refusal("1100115", f"{what}: the Postal Code is a mandatory field.")

    def check_account(self, payment):
        """Raise ``Refusal`` if somebody else is to pay."""
        for name in ("RegisteredAccountNumber", "BillingAccountNumber"):
            if text(payment, name) != self.ACCOUNT:
                raise Refusal("1100101", f"The Account Number is a mandatory field ({name}).")

    def check_parties(self, shipment):
        """Check sender and receiver of a shipment."""
        for name in ("SenderInformation", "ReceiverInformation"):
            address = find(shipment, f"{name}/Address")
            if address is None or address.get(_NIL):
                raise Refusal("1100100", f"{name} is missing.")
            self.check_address(address, name)


def build(namespace, name, value):
    """Return an element out of nested dictionaries; lists repeat, None is nil, ``TYPE`` derives."""
    element = etree.Element(f"{{{namespace}}}{name}", nsmap={None: namespace})
    if value is None:
        element.set(_NIL, "true")
    elif isinstance(value, dict):
        if TYPE in value:
            element.set(_TYPE, value[TYPE])
        for key, item in value.items():
            if key == TYPE:
                continue
            for one in item if isinstance(item, list) else [item]:
                element.append(build(namespace, key, one))
    else:
        element.text = str(value).lower() if isinstance(value, bool) else str(value)
    return element


def _information(refusal=None):
    errors = {}
    if refusal:
        values = (refusal.code, refusal.words, refusal.more)
        names = ("Code", "Description", "AdditionalInformation")
        errors = {"Error": dict(zip(names, values, strict=True))}
    return {"Errors": errors, "InformationalMessages": None}


def _violation(words):
    """Return the detail that the WSDL declares for failed checks of a parameter."""
    fault = etree.Element(f"{{{_VALIDATION}}}ValidationFault")
    etree.SubElement(fault, f"{{{_VALIDATION}}}Details").text = words
    return etree.tostring(fault)
