"""The schemas of one OpenAPI file, compiled before they are believed."""

import re
from functools import cache

from jsonschema.exceptions import SchemaError
from openapi_schema_validator import OAS30Validator, OAS31Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from .openapi_file import resolve, to_pointer, to_reference

_NAME = "urn:contract"
_PROBLEM_MAX = 240


class Schemas:
    """Judges values by the schemas of one document, each known by its place."""

    def __init__(self, document):
        self.document = document
        is_31 = document["openapi"].startswith("3.1")
        self._validator = OAS31Validator if is_31 else OAS30Validator
        # Opaque in effect: nothing in a contract has an $id, and no other file is ever fetched.
        resource = Resource(contents=document, specification=DRAFT202012)
        self._registry = Registry().with_resource(_NAME, resource)
        self.fault = cache(self._fault)

    def violations(self, pointer, value):
        """Return what is wrong with a value by the schema at this place, in words."""
        validator = self._validator(
            {"$ref": _NAME + "#" + to_reference(pointer)},
            registry=self._registry,
            format_checker=self._validator.FORMAT_CHECKER,
        )
        return [_words(error) for error in validator.iter_errors(value)]

    def _fault(self, pointer):
        """Return why the schema at this place, or one it refers to, cannot be compiled."""
        todo, seen = [pointer], set()
        while todo:
            place = todo.pop()
            if place in seen:
                continue
            seen.add(place)
            try:
                _place, schema = resolve(self.document, place)
                self._validator.check_schema(schema)
                todo += _references(schema)
            except (KeyError, SchemaError, re.error) as error:
                reason = getattr(error, "message", None) or str(error)
                return (
                    f"THE SCHEMA {to_reference(place)} CANNOT BE COMPILED: {reason[:_PROBLEM_MAX]}"
                )
        return ""


def _references(node):
    """Return the places that a schema refers to; compile its patterns on the way."""
    found = []
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            found.append(to_pointer(node["$ref"]))
        if isinstance(node.get("pattern"), str):
            re.compile(node["pattern"])
        children = [value for key, value in node.items() if key not in ("example", "examples")]
    else:
        children = node if isinstance(node, list) else ()
    for child in children:
        found += _references(child)
    return found


def _words(error):
    # Of a choice (oneOf, anyOf) the branch that was followed furthest says more than "none fits".
    inner = max(error.context or (), key=lambda one: len(one.absolute_path), default=None)
    text = f"{error.json_path}: {_short(error.message)}"
    return f"{text} ({inner.json_path}: {_short(inner.message)})" if inner else text


def _short(text):
    return text if len(text) <= _PROBLEM_MAX else f"{text[:100]} ... {text[-130:]}"
