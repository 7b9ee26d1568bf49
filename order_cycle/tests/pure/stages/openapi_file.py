"""Reads published OpenAPI files, once each: the big ones take a while."""

import copy
import json
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path

import yaml

_ANNOTATIONS = ("description", "title", "summary")


@dataclass(eq=False)
class ApiFile:
    """A contract as read. ``repairs`` says in words what had to be mended."""

    data: dict
    repairs: list = field(default_factory=list)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Reads YAML as JSON would be: fractions exact, and dates as the texts they are."""


_Loader.add_constructor(
    "tag:yaml.org,2002:float", lambda loader, node: Decimal(loader.construct_scalar(node))
)
_Loader.add_constructor(
    "tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node)
)


def load(path):
    """Return the ``ApiFile`` of a JSON or YAML file."""
    return _load(Path(path).resolve())


@cache
def _load(path):
    with path.open(encoding="utf-8") as stream:
        if path.suffix == ".json":
            data = json.load(stream, parse_float=Decimal)
        else:
            data = yaml.load(stream, Loader=_Loader)  # noqa: S506 - a safe loader
    file = ApiFile(_keys_as_text(data))
    _mend(file.data, (), file.repairs)
    return file


def corrected(file, corrections):
    """Return a copy of an ``ApiFile`` with keywords of some schemas put right.

    :param dict corrections: place -> keyword -> value; a place that is not in the file is for
        another one
    """
    copied = ApiFile(copy.deepcopy(file.data), list(file.repairs))
    for place, keywords in corrections.items():
        try:
            node = _at(copied.data, to_pointer(f"#{place}"))
        except KeyError:
            continue
        node.update(keywords)
        copied.repairs.append(f"{place}: {', '.join(keywords)} corrected")
    return copied


def resolve(document, pointer):
    """Follow references from a place in the document.

    :param tuple pointer: keys and indexes from the top
    :return: the place where the thing itself stands, and the thing
    :raises KeyError: the reference leads nowhere
    """
    seen = set()
    while True:
        value = _at(document, pointer)
        target = value.get("$ref") if isinstance(value, dict) else None
        if not isinstance(target, str):
            return pointer, value
        if target in seen or not target.startswith("#/"):
            raise KeyError(f"the reference {target} cannot be followed")
        seen.add(target)
        pointer = to_pointer(target)


def to_pointer(target):
    """Return the keys of ``#/components/schemas/Name``."""
    parts = target[2:].split("/")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)


def to_reference(pointer):
    """Return a place as ``/components/schemas/Name``."""
    return "".join(
        "/" + str(part).replace("~", "~0").replace("/", "~1").replace("%", "%25")
        for part in pointer
    )


def _at(document, pointer):
    value = document
    for part in pointer:
        try:
            value = value[int(part)] if isinstance(value, list) else value[part]
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise KeyError(f"nothing stands at {to_reference(pointer)}") from error
    return value


def _keys_as_text(node):
    """Statuses are numbers in YAML and texts in JSON."""
    if isinstance(node, dict):
        return {str(key): _keys_as_text(value) for key, value in node.items()}
    return [_keys_as_text(value) for value in node] if isinstance(node, list) else node


def _mend(node, pointer, repairs):
    """Take out texts for people that are no texts (UPS Pickup: ``description:`` and nothing).

    They mean nothing for a check, and by the letter no schema with one can be compiled.
    ``maximum: 1`` on a text (UPS: how often it may come) needs no mending: no text is a number.
    """
    if isinstance(node, dict):
        for name in _ANNOTATIONS:
            if name in node and node[name] is None:
                del node[name]
                repairs.append(f"{to_reference(pointer)}: {name} is null, left out")
        if node.get("type") == "array":
            _mend_lengths(node, pointer, repairs)
        children = node.items()
    else:
        children = enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        _mend(child, (*pointer, key), repairs)


def _mend_lengths(node, pointer, repairs):
    """Hand a length to the items of a list of texts (UPS: ``AddressLine``): a list has none."""
    items = node.get("items")
    if not isinstance(items, dict) or items.get("type") != "string":
        return
    for name in ("minLength", "maxLength"):
        if name in node and name not in items:
            items[name] = node.pop(name)
            repairs.append(f"{to_reference(pointer)}: {name} is of the items")
