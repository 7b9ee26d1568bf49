"""Holds SOAP calls and answers to a published WSDL: its types, its headers, its actions.

The types decide what an element may hold, and no more: where a schema calls nearly everything
optional, what must be there is a rule of the carrier, and its stage checks it on top.
"""

import base64
import binascii

from lxml import etree

from .wsdl_file import compile_types, parser, read_operations

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"


class NotSoap(ValueError):
    """A message that is no SOAP 1.1 envelope with one element in its body."""


class Wsdl:
    """One published WSDL, read from a file.

    :param path: the WSDL; its types must be inside
    :param str auth: what each call must carry: ``basic`` (HTTP), ``ws_security`` (a UsernameToken
        in the SOAP header) or nothing. Whether it is right is the stage's business.
    :param str port: name of the port type, if there are several with SOAP 1.1 bindings
    """

    def __init__(self, path, *, auth="", port=""):
        self.auth = auth
        root = etree.parse(str(path), parser()).getroot()
        self._schema = compile_types(root)
        self.operations = read_operations(root, port)
        self._by_request = {one.request: one for one in self.operations.values()}

    # --- what a stage asks ---

    def request_problems(self, request):
        """Return what is against the contract in a ``StageRequest``, in words."""
        try:
            header, body = _split(request.body)
        except NotSoap as error:
            return [str(error)]
        operation = self._by_request.get(body.tag)
        if not operation:
            return [f"no operation takes {body.tag}"]
        return [
            *_http_problems(request, operation),
            *self._auth_problems(request, header),
            *self._header_problems(header, operation.request_headers),
            *self.violations(body),
        ]

    def operation(self, request):
        """Return the name of the operation that is called.

        :raises NotSoap: the message cannot be read, or no operation takes it
        """
        tag = self.body(request).tag
        if tag not in self._by_request:
            raise NotSoap(f"no operation takes {tag}")
        return self._by_request[tag].name

    def body(self, request):
        """Return the element inside the SOAP body of a request or reply (a copy)."""
        return _split(request.body)[1]

    def header(self, request, name):
        """Return the SOAP header with this local name, or None."""
        return _split(request.body)[0].find(f"{{*}}{name}")

    def response_problems(self, operation, reply):
        """Return what is against the contract in a ``StageReply``; a fault is a right answer.

        :param str operation: the name of the operation that was called
        """
        try:
            header, body = _split(reply.body)
        except NotSoap as error:
            return [str(error)]
        if body.tag == f"{{{SOAP}}}Fault":
            return [] if reply.status == 500 else [f"a fault with HTTP {reply.status}"]
        expected = self.operations[operation]
        problems = [] if reply.status == 200 else [f"an answer with HTTP {reply.status}"]
        if body.tag != expected.response:
            problems.append(f"{operation} is answered with {body.tag}")
        problems += self._header_problems(header, expected.response_headers)
        return problems + self.violations(body)

    def violations(self, element):
        """Return what is wrong with one element, or that the schema does not know it."""
        # A copy of its own: the schema judges documents, not parts of an envelope.
        document = etree.fromstring(etree.tostring(element, with_tail=False), parser())
        if self._schema.validate(document):
            return []
        return [entry.message for entry in self._schema.error_log]

    # --- messages ---

    @staticmethod
    def envelope(body, header=""):
        """Return a SOAP 1.1 message as bytes. Both are XML texts or elements."""
        return (
            f'<soap:Envelope xmlns:soap="{SOAP}">'
            f"<soap:Header>{_as_text(header)}</soap:Header>"
            f"<soap:Body>{_as_text(body)}</soap:Body></soap:Envelope>"
        ).encode()

    @classmethod
    def fault(cls, code, text, detail=""):
        """Return a fault as bytes; ``code`` is ``Client`` or ``Server``, ``detail`` is XML."""
        fault = etree.Element(f"{{{SOAP}}}Fault", nsmap={"soap": SOAP})
        etree.SubElement(fault, "faultcode").text = f"soap:{code}"
        etree.SubElement(fault, "faultstring").text = text
        if detail:
            etree.SubElement(fault, "detail").append(etree.fromstring(detail))
        return cls.envelope(fault)

    # --- the parts of a check ---

    def _auth_problems(self, request, header):
        if self.auth == "basic" and not basic_credentials(request):
            return ["HTTP basic authentication is missing"]
        if self.auth == "ws_security" and not _username_token(header):
            return ["the WS-Security UsernameToken is missing"]
        return []

    def _header_problems(self, header, expected):
        problems = []
        for tag in expected:
            found = header.findall(tag)
            if len(found) != 1:
                problems.append(f"{len(found)} SOAP headers {tag}; there must be one")
            for element in found:
                problems += self.violations(element)
        known = {*expected, f"{{{WSSE}}}Security"}
        extra = [child.tag for child in header if child.tag not in known]
        return problems + [f"the SOAP header {tag} is not in the contract" for tag in extra]


def text(element, path):
    """Return the text below an element, namespaces left aside; empty if there is none.

    :param str path: local names, e.g. ``Shipment/ReceiverInformation/Address/City``
    """
    return (element.findtext(_any_namespace(path)) or "").strip()


def find(element, path):
    """Return the first element on the path of local names, or None."""
    return element.find(_any_namespace(path))


def find_all(element, path):
    """Return all elements on the path of local names."""
    return element.findall(_any_namespace(path))


def basic_credentials(request):
    """Return user and password of HTTP basic authentication, or None."""
    scheme, _, pair = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(pair, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (user, password) if colon else None


def username_token(request):
    """Return user and password of the WS-Security UsernameToken, or None."""
    return _username_token(_split(request.body)[0])


def _username_token(header):
    token = header.find(f"{{{WSSE}}}Security/{{{WSSE}}}UsernameToken")
    if token is None:
        return None
    user, password = (token.findtext(f"{{{WSSE}}}{name}") for name in ("Username", "Password"))
    return (user, password) if user and password else None


def _http_problems(request, operation):
    problems = []
    if request.method != "POST":
        problems.append(f"the method is {request.method}, not POST")
    content_type = request.headers.get("content-type", "")
    if content_type.split(";")[0].strip().lower() != "text/xml":
        problems.append(f"the content type is {content_type!r}; SOAP 1.1 wants text/xml")
    action = request.headers.get("soapaction", "")
    if action.strip('"') != operation.action:
        problems.append(f"SOAPAction is {action!r}; {operation.name} has {operation.action!r}")
    return problems


def _any_namespace(path):
    return "/".join(f"{{*}}{name}" for name in path.split("/"))


def _as_text(xml):
    return xml if isinstance(xml, str) else etree.tostring(xml, encoding="unicode")


def _split(message):
    """Return the header (empty if there is none) and the body's one element."""
    try:
        envelope = etree.fromstring(message, parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotSoap("the message is no XML") from error
    if envelope.getroottree().docinfo.doctype:
        raise NotSoap("the message has a document type")
    if envelope.tag != f"{{{SOAP}}}Envelope":
        raise NotSoap("the message is no SOAP 1.1 envelope")
    parts = envelope.findall(f"{{{SOAP}}}Body/*")
    if len(parts) != 1:
        raise NotSoap(f"the SOAP body holds {len(parts)} elements; it must be one")
    header = envelope.find(f"{{{SOAP}}}Header")
    return (etree.Element("none") if header is None else header), parts[0]
