"""SOAP 1.1 messages: read safely, checked against the types of ``freight.wsdl``, and written."""

import base64
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

WSDL = Path(__file__).parents[1] / "contracts" / "freight.wsdl"
NAMESPACE = "urn:rehearsal:freight:v1"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_XSD = "http://www.w3.org/2001/XMLSchema"
_LISTS = frozenset({"HandlingUnit", "Accessorial"})


class MalformedMessage(Exception):
    """The message breaks SOAP or the contract; ``details`` says where."""

    def __init__(self, text: str, details: list[str] | None = None):
        super().__init__(text)
        self.details = details or []


def read(body: bytes) -> tuple[etree._Element, etree._Element]:
    """Return the header's RequestContext and the body's one element, both valid.

    :raises MalformedMessage: otherwise.
    """
    envelope = _parse(body)
    context = envelope.find(f"{{{SOAP}}}Header/{{{NAMESPACE}}}RequestContext")
    if context is None:
        raise MalformedMessage("The SOAP header RequestContext is missing.")
    parts = envelope.findall(f"{{{SOAP}}}Body/*")
    if len(parts) != 1:
        raise MalformedMessage("The SOAP body must hold one element.")
    check(context)
    check(parts[0])
    return context, parts[0]


def check(element: etree._Element) -> None:
    """Check one element of our namespace against the contract.

    :raises MalformedMessage: it does not fit; all violations are listed.
    """
    # A copy of its own: the schema judges documents, not parts of an envelope.
    document = etree.fromstring(etree.tostring(element), _parser())
    schema = _schema()
    if not schema.validate(document):
        lines = [f"line {entry.line}: {entry.message}" for entry in schema.error_log]
        raise MalformedMessage("The message does not fit the contract.", lines)


def to_dict(element: etree._Element) -> Any:
    """Return an element as nested dictionaries of text; what may repeat is always a list."""
    if not len(element):
        return element.text or ""
    data: dict[str, Any] = {}
    for child in element:
        name = etree.QName(child).localname
        if name in _LISTS:
            data.setdefault(name, []).append(to_dict(child))
        else:
            data[name] = to_dict(child)
    return data


def write(name: str, data: dict[str, Any]) -> bytes:
    """Return an envelope around one element. Lists repeat, None is left out."""
    return _enveloped(_element(name, data))


def write_fault(code: str, text: str, details: list[str] | None = None) -> bytes:
    """Return an envelope around a fault; ``code`` is ``Client`` or ``Server``."""
    fault = etree.Element(f"{{{SOAP}}}Fault", nsmap={"soap": SOAP})
    etree.SubElement(fault, "faultcode").text = f"soap:{code}"
    etree.SubElement(fault, "faultstring").text = text
    if details:
        detail = etree.SubElement(fault, "detail")
        for line in details:
            etree.SubElement(detail, f"{{{NAMESPACE}}}Violation").text = line
    return _enveloped(fault)


def _parse(body: bytes) -> etree._Element:
    try:
        envelope = etree.fromstring(body, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MalformedMessage("The message is no XML.") from error
    if envelope.getroottree().docinfo.doctype:
        raise MalformedMessage("A document type is not accepted.")
    if envelope.tag != f"{{{SOAP}}}Envelope":
        raise MalformedMessage("The message is no SOAP 1.1 envelope.")
    return envelope


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _schema() -> etree.XMLSchema:
    """Return a schema of this call's own: libxml2 keeps the error log in the schema."""
    return etree.XMLSchema(etree.fromstring(_schema_text(), _parser()))


@cache
def _schema_text() -> bytes:
    wsdl = etree.parse(str(WSDL), _parser())
    return etree.tostring(wsdl.find(f".//{{{_XSD}}}schema"))


def _enveloped(content: etree._Element) -> bytes:
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soap": SOAP})
    etree.SubElement(envelope, f"{{{SOAP}}}Body").append(content)
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


def _element(name: str, value: Any) -> etree._Element:
    element = etree.Element(f"{{{NAMESPACE}}}{name}", nsmap={None: NAMESPACE})
    if isinstance(value, dict):
        for key, item in value.items():
            for one in item if isinstance(item, list) else [item]:
                if one is not None:
                    element.append(_element(key, one))
    else:
        element.text = _text(value)
    return element


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal | int | str) else ""
