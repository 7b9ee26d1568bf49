"""XML inside a message that its contract does not describe (``xs:any``), as plain values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree


@dataclass(frozen=True, slots=True, kw_only=True)
class Xml:
    """One element. Its children are in the same namespace when it is sent.

    :param name: local name.
    :param namespace: of the element that is sent, empty for none; not kept of an answer.
    """

    name: str
    text: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: tuple["Xml", ...] = ()
    namespace: str = ""

    def all(self, path: str) -> Iterator["Xml"]:
        """Yield all elements on a path of local names, e.g. ``exp/tracking_list/tracking``."""
        name, _, rest = path.partition("/")
        for child in self.children:
            if child.name == name:
                yield from child.all(rest) if rest else (child,)

    def first(self, path: str) -> "Xml | None":
        """Return the first element on the path, or None."""
        return next(self.all(path), None)

    def value(self, path: str) -> str:
        """Return the text of the first element on the path; empty if there is none."""
        found = self.first(path)
        return found.text if found else ""


def to_zeep(value: Any) -> Any:
    """Return a payload with every ``Xml`` in it as an element that zeep sends."""
    if isinstance(value, Xml):
        return _write(value, value.namespace)
    if isinstance(value, Mapping):
        return {key: to_zeep(item) for key, item in value.items()}
    if isinstance(value, list):
        return [to_zeep(item) for item in value]
    return value


def from_zeep(value: Any) -> Any:
    """Return an answer with every element that zeep could not read as ``Xml``."""
    if isinstance(value, etree._Element):
        return _read(value)
    if isinstance(value, dict):
        return {key: from_zeep(item) for key, item in value.items()}
    if isinstance(value, list):
        return [from_zeep(item) for item in value]
    return value


def _write(xml: Xml, namespace: str) -> etree._Element:
    tag = f"{{{namespace}}}{xml.name}" if namespace else xml.name
    element = etree.Element(tag, dict(xml.attributes), nsmap={None: namespace or None})
    element.text = xml.text or None
    element.extend(_write(child, namespace) for child in xml.children)
    return element


def _read(element: etree._Element) -> Xml:
    # A comment or an instruction is no element: its tag is no text.
    children = tuple(_read(child) for child in element if isinstance(child.tag, str))
    return Xml(
        name=etree.QName(element).localname,
        text=(element.text or "").strip(),
        attributes={etree.QName(name).localname: value for name, value in element.items()},
        children=children,
    )
