"""Checks messages against ``parcel.openapi.json`` and says what is wrong, field by field."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

CONTRACT = Path(__file__).parents[1] / "contracts" / "parcel.openapi.json"


def violations(schema: str, instance: Any) -> list[dict[str, str]]:
    """Return the entries of an ``ErrorList``; empty if the instance fits the named schema."""
    found = {}
    for error in _validator(f"#/components/schemas/{schema}").iter_errors(instance):
        for field, code, message in _explain(error):
            found[field, code] = {"code": code, "field": field, "message": message[:300]}
    return [found[key] for key in sorted(found)]


def is_valid_key(key: str) -> bool:
    """Tell whether an ``Idempotency-Key`` has the form the contract wants."""
    schema = _contract()["paths"]["/v1/shipments"]["post"]["parameters"][0]["schema"]
    return Draft202012Validator(schema).is_valid(key)


@cache
def _contract() -> dict[str, Any]:
    return json.loads(CONTRACT.read_text(encoding="utf-8"))


@cache
def _validator(reference: str) -> Draft202012Validator:
    # An OpenAPI 3.1 file is a JSON Schema too; its other keys mean nothing to the validator.
    return Draft202012Validator(
        {**_contract(), "$ref": reference}, format_checker=Draft202012Validator.FORMAT_CHECKER
    )


def _explain(error: ValidationError) -> list[tuple[str, str, str]]:
    """Return (field, code, message) of each thing wrong at this place."""
    path = _path(error.absolute_path)
    if error.validator == "required":
        missing = (name for name in error.validator_value if name not in error.instance)
        return [
            (_below(path, name), "required", f"{_below(path, name)} is required.")
            for name in missing
        ]
    if error.validator == "additionalProperties":
        extra = (name for name in error.instance if name not in error.schema["properties"])
        return [
            (_below(path, name), "unknown", f"{_below(path, name)} is not in the contract.")
            for name in extra
        ]
    return [(path, _code(error), f"{path or 'The body'}: {error.message}")]


def _code(error: ValidationError) -> str:
    return {"maxLength": "too_long", "minLength": "too_short", "enum": "not_offered"}.get(
        error.validator, "wrong_form"
    )


def _path(parts) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return text.lstrip(".")


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
