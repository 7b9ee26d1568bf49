"""GLS Spain: a stage that is held to the published WSDL, and inside its any-XML to its own rules.

The WSDL describes the envelope only. What a booking may hold is written down here once more, from
the same public sources as the client but apart from it.
"""

import base64
import itertools
import re
from datetime import date, datetime
from functools import cache

from carriers.dto import CarrierSettings
from lxml import etree
from papers import PNG, a_pdf
from shipments import a_parcel_shipment, an_address

from .base import BaseStage, StageReply
from .contracts import contract
from .wsdl import NotSoap, Wsdl, find, find_all, text

ASM = "http://www.asmred.com/"
PATH = "/b2b.asmx"

PARTY = ("Nombre", "Direccion", "Poblacion", "Provincia", "Pais", "CP", "Telefono", "Movil")
#: What may stand where; a dictionary is an element with children.
ENVIO = {
    "Fecha": "",
    "Portes": "",
    "Servicio": "",
    "Horario": "",
    "Bultos": "",
    "Peso": "",
    "Volumen": "",
    "Retorno": "",
    "Pod": "",
    "Remite": dict.fromkeys((*PARTY, "Email", "NIF"), ""),
    "Destinatario": dict.fromkeys((*PARTY, "Email", "NIF", "Observaciones", "ATT"), ""),
    "Referencias": {"Referencia": ""},
    "Importes": {"Reembolso": ""},
    "DevuelveAdicionales": {"Etiqueta": ""},
}
#: Shortest texts -> the code that refuses less.
SHORTEST = {
    "Remite/Nombre": (3, "-108"),
    "Remite/Direccion": (3, "-109"),
    "Remite/Poblacion": (3, "-110"),
    "Remite/CP": (4, "-111"),
    "Destinatario/Nombre": (3, "-128"),
    "Destinatario/Direccion": (3, "-129"),
    "Destinatario/Poblacion": (3, "-130"),
    "Destinatario/CP": (4, "-131"),
}
SERVICES = {("96", "18"), ("37", "18"), ("1", "0"), ("1", "2"), ("1", "3"), ("1", "5")}
EURO = {("74", "3"), ("76", "3")}
STATES = {"-10": "GRABADO", "2": "EN TRANSITO A DESTINO", "5": "ANULADA", "7": "ENTREGADO"}


@cache
def published():
    """Return the published WSDL, compiled once."""
    return Wsdl(contract("gls_spain", "gls_asm_api.wsdl"), port="b2bSoap")


class Stage(BaseStage):
    """Records, prints, cancels and follows; knows each reference once and for ever."""

    code = "gls_spain"
    UID = "6BAB7A53-0000-4D5A-9450-702D2FAC0B11"

    def __init__(self):
        super().__init__()
        self.numbers = itertools.count(61_771_242_432_106)
        self.return_codes = []
        self.gives_labels = True

    def settings(self, **changes):
        """Return the settings of an account at this stage."""
        values = {
            "environment": "rehearsal",
            "base_url": f"{self.url}{PATH}",
            "api_key": self.UID,
            "deadline_s": 5,
        }
        return CarrierSettings(**{**values, **changes})

    def shipment(self, **changes):
        """Return a parcel from Madrid to Valencia."""
        values = {
            "service": "business_parcel",
            "sender": an_address(
                name="Ana Ruiz",
                company_name="Bicis del Norte S.L.",
                street="Calle Mayor 12",
                zip_code="28013",
                city="Madrid",
                country_code="ES",
                phone="+34 911 234 567",
            ),
            "receiver": an_address(
                name="José Núñez",
                company_name="",
                street="Avinguda del Port 8, 2º B",
                zip_code="46021",
                city="València",
                country_code="ES",
                phone="600 111 222",
            ),
        }
        return a_parcel_shipment(**{**values, **changes})

    def is_booking(self, request):
        """Tell whether the call records a shipment."""
        try:
            return published().operation(request) == "GrabaServicios"
        except NotSoap:
            return False

    def incomplete(self, reply):
        """Return a booking without its number."""
        body = re.sub(rb' codbarras="[^"]*"', b"", reply.body)
        return StageReply(reply.status, body, reply.content_type)

    def answer(self, request):
        """Check the call, do it, and check the answer too."""
        wsdl = published()
        problems = wsdl.request_problems(request)
        if request.path != PATH:
            problems.append(f"there is no service at {request.path}")
        for problem in problems:
            self.complain(problem)
        if problems:
            return StageReply(500, wsdl.fault("Client", problems[0]), "text/xml")
        name = wsdl.operation(request)
        content = getattr(self, f"do_{name}")(wsdl.body(request))
        body = f'<{name}Response xmlns="{ASM}"><{name}Result>{content}</{name}Result>'
        reply = StageReply(200, wsdl.envelope(f"{body}</{name}Response>"), "text/xml")
        for problem in wsdl.response_problems(name, reply):
            self.complain(f"our own answer to {name}: {problem}")
        return reply

    # --- what it does ---

    def do_GrabaServicios(self, body):
        envio = self._content(body, "Envio")
        code, words = self._judge(envio)
        if code != "0":
            return _servicios(_envio("", code, f"<Errores><Error>{words}</Error></Errores>"))
        reference = text(envio, "Referencias/Referencia")
        barcode = str(next(self.numbers))
        self.shipments[barcode] = {
            "reference": reference,
            "is_live": True,
            "state": "-10",
            "envio": envio,
            "made_at": datetime.now(),
            "scans": [],
        }
        return _servicios(_envio(barcode, "0", self._labels(envio), reference))

    def do_EtiquetaEnvio(self, body):
        barcode, kind = text(body, "codigo"), text(body, "tipoEtiqueta")
        if barcode not in self.shipments:
            return ""
        count = int(text(self.shipments[barcode]["envio"], "Bultos"))
        files = _files(kind, count)
        return "".join(f"<base64Binary>{file}</base64Binary>" for file in files)

    def do_Anula(self, body):
        envio = self._content(body, "Envio")
        shipment = self.shipments.get(envio.get("referencia"))
        if not shipment or not shipment["is_live"]:
            return _servicios(_envio("", "-1", ""))
        if shipment["state"] != "-10":
            return _servicios(_envio("", "-2", ""))
        shipment.update(is_live=False, state="5")
        return _servicios(_envio("", "0", ""))

    def do_GetExpCli(self, body):
        if text(body, "uid") != self.UID:
            return '<expediciones xmlns=""/>'
        code = text(body, "codigo")
        found = [
            _exp(barcode, shipment)
            for barcode, shipment in self.shipments.items()
            if code in (barcode, shipment["reference"])
        ]
        return f'<expediciones xmlns="">{"".join(found)}</expediciones>'

    def do_GetManifiesto(self, body):
        servicios = find(body, "docIn/Servicios")
        if servicios.get("uidcliente") != self.UID:
            self.complain("the manifest is asked for without our GUID")
        day = text(servicios, "FechaDesde")
        found = [
            f"<Envio><codexp>{barcode}</codexp></Envio>"
            for barcode, shipment in self.shipments.items()
            if text(shipment["envio"], "Fecha") == day
        ]
        return _servicios(f"<Envios>{''.join(found)}</Envios>")

    def move(self, barcode, state, when):
        """Have a shipment come into a state.

        :param str when: ``25/11/2026 08:15:00``
        """
        shipment = self.shipments[barcode]
        shipment["state"] = state
        shipment["scans"].append(_scan(when, "ESTADO", state, STATES[state]))

    def trouble(self, barcode, when, words):
        """Note an incident."""
        self.shipments[barcode]["scans"].append(_scan(when, "INCIDENCIA", "12", words))

    # --- rules ---

    def _content(self, body, name):
        servicios = find(body, "docIn/Servicios")
        if servicios is None or etree.QName(servicios).namespace != ASM:
            self.complain("docIn holds no Servicios of GLS")
        if servicios.get("uidcliente") != self.UID:
            return etree.Element("wrong", uid="wrong")
        return find(servicios, name)

    def _judge(self, envio):
        """Return the code of a booking and the words to it."""
        if self.return_codes:
            return self.return_codes.pop(0), "Something is odd"
        if envio.get("uid") == "wrong":
            return "-33", "No estas autorizado a grabar envios de ese cliente"
        self._check_names(envio, ENVIO, "Envio")
        for path, (shortest, code) in SHORTEST.items():
            if len(text(envio, path)) < shortest:
                return code, f"{path} is too short"
        return self._judge_values(envio)

    def _judge_values(self, envio):
        service = text(envio, "Servicio"), text(envio, "Horario")
        if service not in SERVICES | EURO or not re.fullmatch("[1-9][0-9]*", text(envio, "Bultos")):
            return "-33", "El servicio / horario es incorrecto"
        try:
            day = datetime.strptime(text(envio, "Fecha"), "%d/%m/%Y").date()
        except ValueError:
            return "-33", "Fecha no valida"
        if day < date.today():
            return "-33", "Fecha expedicion anterior a hoy"
        if not re.fullmatch(r"\d+\.\d{3}", text(envio, "Peso")):
            self.complain("Peso is no weight with three decimals")
        if service in EURO and (problem := self._judge_abroad(envio)):
            return problem
        return self._judge_reference(envio)

    def _judge_abroad(self, envio):
        if text(envio, "Bultos") != "1":
            return "-48", "the number of parcels should always be 1"
        if float(text(envio, "Peso")) > 31.5:
            return "-49", "weight should be <= 31.5 kgs"
        if not text(envio, "Destinatario/Email"):
            return "-54", "The consignee mail address is required"
        if not text(envio, "Destinatario/Movil"):
            return "-55", "The consignee mobile phone is required"
        return ("-97", "Reembolso") if text(envio, "Importes/Reembolso") else None

    def _judge_reference(self, envio):
        (reference,) = find_all(envio, "Referencias/Referencia")
        if reference.get("tipo") != "C" or not 1 <= len(reference.text) <= 15:
            self.complain(f"the reference {reference.text!r} would be cut")
        known = {shipment["reference"] for shipment in self.shipments.values()}
        return ("-70", "Ya existe") if reference.text in known else ("0", "")

    def _check_names(self, element, known, where):
        for child in element:
            name = etree.QName(child).localname
            if name not in known:
                self.complain(f"{where} has no {name}")
            elif known[name]:
                self._check_names(child, known[name], name)

    def _labels(self, envio):
        kind = find(envio, "DevuelveAdicionales/Etiqueta").get("tipo")
        count = int(text(envio, "Bultos"))
        files = _files(kind, count) if self.gives_labels else []
        labels = "".join(
            f'<Etiqueta bulto="{number}">{file}</Etiqueta>' for number, file in enumerate(files, 1)
        )
        return f"<Etiquetas>{labels}</Etiquetas>"


def _files(kind, count):
    """Return one PDF with all labels, or a picture for each."""
    if kind == "PDF":
        return [base64.b64encode(a_pdf(*["Etiqueta"] * count)).decode()]
    return [base64.b64encode(PNG).decode()] * count


def _servicios(content):
    return f'<Servicios xmlns="">{content}</Servicios>'


def _envio(barcode, code, content, reference=""):
    references = f'<Referencias><Referencia tipo="C">{reference}</Referencia></Referencias>'
    return (
        f'<Envio codbarras="{barcode}" uid="u" codexp="{barcode}">'
        f'<Resultado return="{code}"/>{references if reference else ""}{content}</Envio>'
    )


def _exp(barcode, shipment):
    envio = shipment["envio"]
    values = {
        "expedicion": barcode,
        "codexp": barcode,
        "codbar": barcode,
        "fecha": shipment["made_at"].strftime("%d/%m/%Y %H:%M:%S"),
        "cp_dst": text(envio, "Destinatario/CP"),
        "codServicio": text(envio, "Servicio"),
        "codHorario": text(envio, "Horario"),
        "bultos": text(envio, "Bultos"),
        "kgs": text(envio, "Peso").replace(".", ","),
        "codestado": shipment["state"],
        "estado": STATES[shipment["state"]],
    }
    fields = "".join(f"<{name}>{value}</{name}>" for name, value in values.items())
    scans = "".join(shipment["scans"])
    return f"<exp>{fields}<tracking_list>{scans}</tracking_list></exp>"


def _scan(when, kind, code, words):
    return (
        f"<tracking><fecha>{when}</fecha><tipo>{kind}</tipo><codigo>{code}</codigo>"
        f"<evento>{words}</evento><plaza>280</plaza><nombreplaza>MADRID</nombreplaza></tracking>"
    )
