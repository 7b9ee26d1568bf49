"""The operations of an OpenAPI contract, and which of them a call means."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from .openapi_file import ApiFile, resolve

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_VARIABLE = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, eq=False)
class Route:
    """One operation. ``pointer`` is its place in the file.

    :param parameters: places of its parameters, those of the path included
    :param body: place of its request body, or nothing
    """

    file: ApiFile
    method: str
    template: str
    pointer: tuple
    parameters: tuple
    body: tuple

    @property
    def operation(self):
        """Return what the contract says of it."""
        return resolve(self.file.data, self.pointer)[1]

    @property
    def name(self):
        """Return its ``operationId``, empty if it has none."""
        return self.operation.get("operationId", "")

    def __str__(self):
        return f"{self.method} {self.template}"


def read_routes(file):
    """Return all routes of an ``ApiFile``."""
    return [
        _route(file, template, method)
        for template, item in file.data.get("paths", {}).items()
        for method in _METHODS
        if method in item
    ]


def _route(file, template, method):
    place = ("paths", template)
    item = file.data["paths"][template]
    operation = item[method]
    own = [(*place, method, "parameters", i) for i in range(len(operation.get("parameters", [])))]
    shared = [(*place, "parameters", i) for i in range(len(item.get("parameters", [])))]
    # An operation may say more exactly what its path says of all.
    taken = {_identity(file, pointer) for pointer in own}
    shared = [pointer for pointer in shared if _identity(file, pointer) not in taken]
    return Route(
        file=file,
        method=method.upper(),
        template=template,
        pointer=(*place, method),
        parameters=(*own, *shared),
        body=(*place, method, "requestBody") if "requestBody" in operation else (),
    )


def _identity(file, pointer):
    parameter = resolve(file.data, pointer)[1]
    return parameter["name"], parameter["in"]


def candidates(routes, method, path):
    """Return (route, path parameters) of all templates that a path fits, the plainest first."""
    found = []
    for route in routes:
        match = route.method == method and _pattern(route.template).fullmatch(path)
        if match:
            names = _VARIABLE.findall(route.template)
            found.append((route, dict(zip(names, map(unquote, match.groups()), strict=True))))
    return sorted(found, key=lambda pair: len(pair[1]))


def _pattern(template):
    parts = _VARIABLE.split(template)
    # Every other part is the name of a variable.
    return re.compile("([^/]+)".join(re.escape(part) for part in parts[::2]))
