"""Everything about zeep and SOAP, nothing about freight. The only file that imports zeep.

zeep builds the message and reads the parts of the answer; the connection is ours
(``bounded_http.py``), and so are the three checks zeep does not make: that a WSDL opens no
file but its own, that the answer is the one that was asked for, and that its required
elements are there (zeep gives None for them and says nothing).
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import zeep
from zeep.helpers import serialize_object
from zeep.loader import parse_xml
from zeep.wsse.username import UsernameToken
from zeep.xsd import Choice, CompoundValue, Element
from zeep.xsd.context import XmlParserContext
from zeep.xsd.elements.indicators import OrderIndicator

from ..bounded_answer import Answer
from ..bounded_http import BoundedHttp, HttpRequest
from ..dto import CarrierSettings
from ..errors import CarrierError, CarrierProtocolError, FieldProblem, InvalidShipment
from ..exchange import OnExchange
from .any_xml import from_zeep, to_zeep
from .outcome import FaultRules, fault_error, status_error

_SETTINGS = zeep.Settings(
    strict=True,
    raw_response=True,
    forbid_dtd=True,
    forbid_entities=True,
    forbid_external=True,
    xml_huge_tree=False,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where the operations are described.

    :param wsdl: a file of this package; what it imports must lie in the same folder.
    :param binding: qualified name, ``{namespace}Name``.
    :param path: what follows the account's address, for a carrier with several services.
    """

    wsdl: Path
    binding: str
    path: str = ""


class SoapTransport:
    """Calls of one account.

    :param headers: HTTP headers sent with each call; see ``auth.py``.
    :param with_ws_security: send user and password as a WS-Security UsernameToken.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        settings: CarrierSettings,
        *,
        headers: Mapping[str, str],
        rules: FaultRules,
        on_exchange: OnExchange | None = None,
        with_ws_security: bool = False,
    ):
        self._rules = rules
        self._http = BoundedHttp(settings, on_exchange)
        self._wire = _Wire(self._http, headers)
        # Reading the contract is dear, so it is shared; the way out and the credentials are not.
        self._client = copy.copy(_contract(endpoint.wsdl))
        self._client.transport = self._wire
        if with_ws_security:
            self._client.wsse = UsernameToken(settings.username, settings.password)
        self._binding = self._client.wsdl.bindings[endpoint.binding]
        base = settings.base_url.rstrip("/") if endpoint.path else settings.base_url
        self._service = self._client.create_service(endpoint.binding, base + endpoint.path)

    def call(
        self, operation: str, payload: Mapping[str, Any], *, header: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Send once and return the answer's body as plain dictionaries and lists.

        :param payload: the fields of the request element; an ``Xml`` where the contract takes any.
        :param header: the SOAP headers, by the name of their message part.
        :raises CarrierError: any other end; a fault that no rule lists is ``unknown``.
        """
        self._wire.operation = operation
        try:
            answer = self._service[operation](**to_zeep(payload), _soapheaders=dict(header))
        except CarrierError:
            raise
        except (zeep.exceptions.Error, TypeError, ValueError) as error:
            raise _not_in_contract(operation, error) from error
        refusal = status_error(operation, answer, self._rules)
        if refusal:
            raise refusal
        return self._read(operation, answer)

    def discreet(self, error: CarrierError) -> CarrierError:
        """Return the error with the carrier's own words cleaned: it may quote our credentials."""
        return self._http.discreet(error)

    def _read(self, operation: str, answer: Answer) -> dict[str, Any]:
        try:
            body = self._body(answer)
            if body.tag == f"{{{self._binding.nsmap['soap-env']}}}Fault":
                raise self._fault(operation, body)
            if answer.status != 200:
                raise ValueError("a failure that explains nothing")
            return self._values(operation, body)
        except CarrierError:
            raise
        except Exception as error:
            # The answer is foreign text; zeep and lxml meet it with a dozen exception types,
            # and each of them means the same: the call happened, the answer is of no use.
            raise _unreadable(operation, answer) from error

    def _body(self, answer: Answer):
        """Return the one element inside the SOAP body; refuse DTDs and entities."""
        envelope = parse_xml(answer.body, self._wire, settings=_SETTINGS)
        names = self._binding.nsmap
        if envelope.tag != f"{{{names['soap-env']}}}Envelope":
            raise ValueError("no SOAP envelope")
        (child,) = envelope.find("soap-env:Body", namespaces=names)
        return child

    def _fault(self, operation: str, node) -> CarrierError:
        try:
            self._binding.process_error(node.getroottree().getroot(), operation)
        except zeep.exceptions.Fault as fault:
            return self.discreet(fault_error(operation, fault, self._rules))
        raise ValueError("an empty fault")

    def _values(self, operation: str, node) -> dict[str, Any]:
        expected = self._binding.get(operation).output.body
        if node.tag != expected.qname.text:
            raise ValueError("the answer to another question")
        context = XmlParserContext(settings=_SETTINGS)
        value = expected.parse(node, self._client.wsdl.types, context=context)
        missing = next(_missing(value, expected.name), None)
        if missing:
            raise CarrierProtocolError(
                f"{operation}: the carrier's answer lacks {missing}, which its contract "
                "promises. It may have done what was asked; ask before sending it again.",
                code="answer_incomplete",
            )
        return from_zeep(serialize_object(value, dict))


class _Wire(zeep.Transport):
    """Lets zeep send through our bounded connection and load nothing at all."""

    def __init__(self, http: BoundedHttp, headers: Mapping[str, str]):
        super().__init__()
        self._http = http
        self._headers = dict(headers)
        self.operation = ""

    def load(self, url):
        raise PermissionError(f"An answer must not make us open {url!r}.")

    def post(self, address, message, headers):
        return self._http.send(
            HttpRequest(
                operation=self.operation,
                method="POST",
                url=address,
                headers={**headers, **self._headers},
                body=message,
            )
        )


class _PackagedFiles(zeep.Transport):
    """Lets zeep load a WSDL and the schemas beside it, and nothing else.

    ``forbid_external`` does not do this: zeep 4.2 ignores it and 4.3 still opens files.
    """

    def __init__(self, folder: Path):
        super().__init__()
        self._folder = folder

    def load(self, url):
        path = Path(str(url))
        # A name look-up alone can betray us, so the text is judged before it is resolved.
        if "://" in str(url) or path.resolve().parent != self._folder:
            raise PermissionError(f"The contract wants to open {url!r}, outside its own folder.")
        return path.read_bytes()


@lru_cache(maxsize=16)
def _contract(wsdl: Path) -> zeep.Client:
    """Read a WSDL once per process; it takes longer than a call."""
    wsdl = wsdl.resolve()
    return zeep.Client(str(wsdl), transport=_PackagedFiles(wsdl.parent), settings=_SETTINGS)


def _missing(value: CompoundValue, path: str) -> Iterator[str]:
    """Yield the path of each required element that has no value."""
    for element, is_alternative in _elements(value._xsd_type, is_alternative=False):
        here = f"{path}/{element.name}"
        found = getattr(value, element.attr_name)
        is_needed = not is_alternative and _needs_content(element)
        if is_needed and found in (None, []):
            yield here
        for item in found if isinstance(found, list) else [found]:
            if isinstance(item, CompoundValue):
                yield from _missing(item, here)
            elif item is None and is_needed:
                yield here


def _needs_content(element: Element) -> bool:
    """Tell whether None is proof that something is missing.

    zeep gives None for an empty structure too, which is right if nothing in it is required, and
    for an element that says of itself that it is nil, where the contract allows that.
    """
    if element.is_optional or element.nillable:
        return False
    parts = _elements(element.type, is_alternative=False) if _is_structure(element.type) else ()
    return not _is_structure(element.type) or any(
        _needs_content(part) for part, is_alternative in parts if not is_alternative
    )


def _is_structure(xsd_type) -> bool:
    return hasattr(xsd_type, "elements_nested")


def _elements(parent, *, is_alternative: bool) -> Iterator[tuple[Element, bool]]:
    """Yield the elements of a type and whether each may be absent because of its group.

    A group that repeats as a whole, and ``xs:any``, are left to the carrier's mapping.
    """
    for _name, part in parent.elements_nested:
        if isinstance(part, OrderIndicator) and not part.accepts_multiple:
            may_lack = is_alternative or part.is_optional or isinstance(part, Choice)
            yield from _elements(part, is_alternative=may_lack)
        elif isinstance(part, Element):
            yield part, is_alternative


def _not_in_contract(operation: str, error: Exception) -> InvalidShipment:
    return InvalidShipment(
        [
            FieldProblem(
                field="",
                code="not_in_contract",
                text=f"{operation}: the data does not fit the carrier's contract ({error}).",
            )
        ]
    )


def _unreadable(operation: str, answer: Answer) -> CarrierProtocolError:
    return CarrierProtocolError(
        f"{operation}: the carrier's answer (HTTP {answer.status}) cannot be read as its "
        "contract says. It may have done what was asked; ask before sending it again.",
        code="answer_unreadable",
    )
