"""Holds JSON calls and answers to a published OpenAPI contract (3.0 and 3.1).

Names that a contract does not declare count as problems, too: most contracts let them pass, and
a misspelt optional field would go unnoticed for ever.

A schema that cannot be compiled is never skipped: every call that needs it is complained about.
"""

import json
from decimal import Decimal
from urllib.parse import parse_qs

from . import openapi_names, openapi_values
from .openapi_file import corrected, load, resolve
from .openapi_paths import Route, candidates, read_routes
from .openapi_schemas import Schemas

_FORM = "application/x-www-form-urlencoded"
#: Headers that are described elsewhere in a contract (OpenAPI 3.0.3, Parameter Object, name).
_OTHER_HEADERS = frozenset({"accept", "content-type", "authorization"})


class NotInContract(LookupError):
    """No path and method of the contract fit a call."""


class OpenApi:
    """One contract, in one file or several that serve one address.

    :param paths: file or files, JSON or YAML
    :param str base_path: what stands before the contract's paths at the stage, e.g. ``/api``
    :param bool strict_names: complain about names that the contract does not declare
    :param dict corrections: place of a schema, e.g. ``/components/schemas/Name``, -> keywords that
        are put right, where a contract contradicts itself; the stage says why
    :ivar repairs: what had to be mended in the files to compile them, in words
    """

    def __init__(self, paths, base_path="", *, strict_names=True, corrections=None):
        files = paths if isinstance(paths, list | tuple) else (paths,)
        documents = [load(path) for path in files]
        if corrections:
            documents = [corrected(one, corrections) for one in documents]
        self._base = base_path.rstrip("/")
        self._strict_names = strict_names
        self._schemas = {id(one): Schemas(one.data) for one in documents}
        self.routes = [route for one in documents for route in read_routes(one)]
        self.repairs = [repair for one in documents for repair in one.repairs]

    # --- what a stage asks ---

    def find(self, method, path):
        """Return the ``Route`` of a call and the texts of its path parameters.

        :raises NotInContract: there is none
        """
        if not path.startswith(self._base + "/"):
            raise NotInContract(f"{path} is not below {self._base}")
        found = candidates(self.routes, method, path[len(self._base) :])
        if not found:
            raise NotInContract(f"{method} {path} is not in the contract")
        # Two templates may have the same form ({version}, {deprecatedVersion}): the one whose
        # parameters are right is meant.
        for route, texts in found:
            if not self._parameter_problems(route, "path", texts):
                return route, texts
        return found[0]

    def request_problems(self, request):
        """Return what is against the contract in a ``StageRequest``, in words."""
        try:
            route, path_texts = self.find(request.method, request.path)
        except NotInContract as error:
            return [str(error)]
        problems = [
            *self._parameter_problems(route, "path", path_texts),
            *self._parameter_problems(route, "query", request.query),
            *self._parameter_problems(route, "header", request.headers),
            *self._body_problems(route, request),
        ]
        return [f"{route}: {problem}" for problem in problems]

    def response_problems(self, request, reply):
        """Return what is against the contract in the ``StageReply`` to a ``StageRequest``."""
        try:
            route, _texts = self.find(request.method, request.path)
        except NotInContract as error:
            return [str(error)]
        problems = self._reply_problems(route, reply)
        return [f"{route}, answer {reply.status}: {problem}" for problem in problems]

    def schema_problems(self, name, value):
        """Return what is wrong with a value by a schema of ``components``, e.g. of a notice.

        :param str name: below ``components/schemas``
        """
        for schemas in self._schemas.values():
            if name in schemas.document.get("components", {}).get("schemas", {}):
                return self._value_problems(schemas, ("components", "schemas", name), value)
        return [f"the contract has no schema {name}"]

    # --- the parts of a check ---

    def _parameter_problems(self, route: Route, place, texts):
        problems, known = [], set()
        schemas = self._schemas[id(route.file)]
        for pointer in route.parameters:
            pointer, parameter = resolve(route.file.data, pointer)
            if parameter["in"] != place:
                continue
            name = parameter["name"].lower() if place == "header" else parameter["name"]
            known.add(name)
            if place == "header" and name in _OTHER_HEADERS:
                continue
            label = f"{place} parameter {parameter['name']}"
            if name not in texts:
                if parameter.get("required"):
                    problems.append(f"{label} is missing")
                continue
            wrong = self._text_problems(schemas, (*pointer, "schema"), texts[name])
            problems += [f"{label}: {problem}" for problem in wrong]
        # Every client sends headers that no contract speaks of.
        if place == "query" and self._strict_names:
            problems += [
                f"query parameter {name} is unknown" for name in texts if name not in known
            ]
        return problems

    def _text_problems(self, schemas, pointer, text):
        """Judge a parameter: a text on the wire, of any type in the contract."""
        fault = schemas.fault(pointer)
        if fault:
            return [fault]
        _where, schema = resolve(schemas.document, pointer)
        return schemas.violations(pointer, openapi_values.read(schemas.document, schema, text))

    def _body_problems(self, route: Route, request):
        if not route.body:
            return ["a body that the contract does not have"] if request.body else []
        pointer, body = resolve(route.file.data, route.body)
        if not request.body:
            return ["the body is missing"] if body.get("required") else []
        content_type = request.headers.get("content-type", "")
        return self._content_problems(route, (*pointer, "content"), content_type, request.body)

    def _reply_problems(self, route: Route, reply):
        responses = route.operation["responses"]
        classes = (str(reply.status), f"{str(reply.status)[0]}XX", "default")
        key = next((one for one in classes if one in responses), None)
        if key is None:
            return [f"the contract has only {', '.join(responses)}"]
        pointer, response = resolve(route.file.data, (*route.pointer, "responses", key))
        problems = self._reply_header_problems(response, reply)
        if not response.get("content"):
            return problems + (["a body that the contract does not have"] if reply.body else [])
        where = (*pointer, "content")
        return problems + self._content_problems(route, where, reply.content_type, reply.body)

    def _reply_header_problems(self, response, reply):
        sent = {name.lower() for name in reply.headers}
        return [
            f"header {name} is missing"
            for name, header in response.get("headers", {}).items()
            if header.get("required") and name.lower() not in sent
        ]

    def _content_problems(self, route: Route, pointer, content_type, body):
        _pointer, content = resolve(route.file.data, pointer)
        essence = content_type.split(";")[0].strip().lower()
        kinds = {kind.split(";")[0].strip().lower(): kind for kind in content}
        kind = kinds.get(essence) or kinds.get(f"{essence.split('/')[0]}/*") or kinds.get("*/*")
        if kind is None:
            return [f"the content type is {content_type!r}; the contract has {', '.join(content)}"]
        if "schema" not in content[kind]:
            return []
        schemas = self._schemas[id(route.file)]
        if not (essence.endswith("json") or essence == _FORM):
            # Files (application/pdf and the like) are described as binary strings.
            return [] if body else ["an empty file"]
        try:
            value = _read_form(body) if essence == _FORM else _read_json(body)
        except ValueError as error:
            return [f"the body is not readable: {error}"]
        return self._value_problems(schemas, (*pointer, kind, "schema"), value)

    def _value_problems(self, schemas, pointer, value):
        fault = schemas.fault(pointer)
        if fault:
            return [fault]
        problems = schemas.violations(pointer, value)
        if self._strict_names:
            problems += openapi_names.undeclared(schemas.document, pointer, value)
        return problems


def _read_json(body):
    # Decimal, or 1.113 would not be a multiple of 0.001.
    return json.loads(body, parse_float=Decimal, parse_constant=_refuse)


def _refuse(name):
    raise ValueError(f"{name} is no JSON")


def _read_form(body):
    fields = parse_qs(body.decode(), keep_blank_values=True, strict_parsing=True)
    return {name: values[0] for name, values in fields.items()}
