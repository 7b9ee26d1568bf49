"""Finds names in a value that its schema does not declare."""

from .openapi_file import resolve, to_pointer

_BRANCHES = ("allOf", "oneOf", "anyOf")


def undeclared(document, pointer, value):
    """Return the names, each with its place, in words."""
    return list(_walk(document, [resolve(document, pointer)[1]], value, "$"))


def _walk(document, schemas, value, place):
    """Go through a value along all schemas that say something of it."""
    schemas = [part for schema in schemas for part in _parts(document, schema, set())]
    if isinstance(value, list):
        items = [schema["items"] for schema in schemas if isinstance(schema.get("items"), dict)]
        # ``properties`` beside ``type: array`` describes the items (UPS Shipping, one such place).
        items += [
            {"properties": schema["properties"]}
            for schema in schemas
            if schema.get("type") == "array" and "items" not in schema and "properties" in schema
        ]
        for index, item in enumerate(value):
            yield from _walk(document, items, item, f"{place}[{index}]")
    elif isinstance(value, dict):
        yield from _walk_object(document, schemas, value, place)


def _walk_object(document, schemas, value, place):
    # Who takes anything by name, or describes no names at all, has nothing to object to.
    is_open = any(
        schema.get("additionalProperties") not in (None, False) or "patternProperties" in schema
        for schema in schemas
    )
    declares = any("properties" in schema for schema in schemas)
    for name, child in value.items():
        inner = [
            schema["properties"][name] for schema in schemas if name in schema.get("properties", {})
        ]
        if inner:
            yield from _walk(document, inner, child, f"{place}.{name}")
        elif declares and not is_open and not _is_demanded(schemas, name):
            yield f"{place}.{name} is not declared in the contract"


def _is_demanded(schemas, name):
    """Tell whether a name is required though nothing describes it (eBOL: ``lineItems``)."""
    return any(name in schema.get("required", ()) for schema in schemas)


def _parts(document, schema, seen):
    """Return the schema with all it is made of: references and branches, of any depth."""
    if not isinstance(schema, dict) or id(schema) in seen:
        return
    seen.add(id(schema))
    yield schema
    if isinstance(schema.get("$ref"), str):
        yield from _parts(document, resolve(document, to_pointer(schema["$ref"]))[1], seen)
    for name in _BRANCHES:
        for branch in schema.get(name, ()):
            yield from _parts(document, branch, seen)
