"""Reads a published WSDL file: its operations, and one schema of all its types."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

_WSDL = "http://schemas.xmlsoap.org/wsdl/"
_WSDL_SOAP = "http://schemas.xmlsoap.org/wsdl/soap/"
_XSD = "http://www.w3.org/2001/XMLSchema"


@dataclass(frozen=True)
class Operation:
    """One operation of a binding; messages as qualified names of elements."""

    name: str
    action: str
    request: str
    request_headers: tuple
    response: str
    response_headers: tuple


def parser():
    """Return an XML parser that opens nothing and keeps neither comments nor instructions."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
    )


def read_operations(root, port):
    """Return the operations of the first SOAP 1.1 binding (of the port type), by name."""
    messages = _messages(root)
    for binding in root.findall(f"{{{_WSDL}}}binding"):
        port_type = binding.get("type").rpartition(":")[2]
        is_soap = binding.find(f"{{{_WSDL_SOAP}}}binding") is not None
        if is_soap and port in ("", port_type):
            return {
                one.get("name"): _operation(one, _port_operation(root, port_type, one), messages)
                for one in binding.findall(f"{{{_WSDL}}}operation")
            }
    raise ValueError("the WSDL has no such SOAP 1.1 binding")


def _operation(binding, port, messages):
    sides = {}
    for side in ("input", "output"):
        parts = messages[port.find(f"{{{_WSDL}}}{side}").get("message").rpartition(":")[2]]
        place = binding.find(f"{{{_WSDL}}}{side}")
        headers = tuple(
            messages[header.get("message").rpartition(":")[2]][header.get("part")]
            for header in place.findall(f"{{{_WSDL_SOAP}}}header")
        )
        names = (place.find(f"{{{_WSDL_SOAP}}}body").get("parts") or "").split()
        (body,) = [parts[name] for name in names or parts]
        sides[side] = body, headers
    return Operation(
        name=binding.get("name"),
        action=binding.find(f"{{{_WSDL_SOAP}}}operation").get("soapAction"),
        request=sides["input"][0],
        request_headers=sides["input"][1],
        response=sides["output"][0],
        response_headers=sides["output"][1],
    )


def _port_operation(root, port_type, binding_operation):
    path = f"{{{_WSDL}}}portType[@name='{port_type}']/{{{_WSDL}}}operation"
    named = binding_operation.get("name")
    return next(one for one in root.findall(path) if one.get("name") == named)


def _messages(root):
    """Return message name -> part name -> qualified name of its element."""
    return {
        message.get("name"): {
            part.get("name"): _qualified(part, part.get("element"))
            for part in message.findall(f"{{{_WSDL}}}part")
            if part.get("element")
        }
        for message in root.findall(f"{{{_WSDL}}}message")
    }


def _qualified(element, name):
    prefix, _, local = name.rpartition(":")
    return f"{{{element.nsmap[prefix or None]}}}{local}"


def compile_types(root):
    """Return one schema of all types, each of which may use each other.

    WSDLs written by WCF and ASMX use types of a neighbour schema without importing it, and
    import neighbours without saying where they are; so each gets all imports anew.
    """
    schemas = {}
    for schema in root.findall(f"{{{_WSDL}}}types/{{{_XSD}}}schema"):
        namespace = schema.get("targetNamespace")
        if namespace in schemas:
            raise ValueError(f"two schemas for {namespace}")
        # Through its text: a copy would lose the prefixes that only the WSDL around it declares.
        schemas[namespace] = _loosened(etree.fromstring(etree.tostring(schema)))
    files = {namespace: f"schema{number}.xsd" for number, namespace in enumerate(schemas)}
    with tempfile.TemporaryDirectory() as folder:
        for namespace, schema in schemas.items():
            _import_all(schema, {name: files[name] for name in files if name != namespace})
            Path(folder, files[namespace]).write_bytes(etree.tostring(schema))
        main = etree.Element(f"{{{_XSD}}}schema")
        _import_all(main, files)
        Path(folder, "all.xsd").write_bytes(etree.tostring(main))
        return etree.XMLSchema(etree.parse(str(Path(folder, "all.xsd"))))


def _import_all(schema, files):
    for old in schema.findall(f"{{{_XSD}}}import"):
        schema.remove(old)
    for namespace, name in files.items():
        line = etree.Element(f"{{{_XSD}}}import", namespace=namespace, schemaLocation=name)
        schema.insert(0, line)


def _loosened(schema):
    """Let ``xs:any`` without further words take any XML, as the servers behind it do.

    By the letter it demands a declaration for whatever stands there (GLS Spain: there is none).
    """
    for wildcard in schema.iter(f"{{{_XSD}}}any"):
        wildcard.set("processContents", wildcard.get("processContents") or "lax")
    return schema
