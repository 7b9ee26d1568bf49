"""GLS Spain: the codes in the answers of b2b.asmx, none of which its contract describes.

They are those that public clients of the service have in common.
"""

from .mapping import SERVICE_CODES

#: Resultado/@return of a booking that was recorded.
RECORDED = "0"
#: "The order number exists already", "the customer reference is duplicated": a shipment is there.
DUPLICATES = frozenset({"-70", "-118"})
#: Codes that mean that something in the data is wrong: nothing was recorded -> our field.
#: All others prove nothing: -1 (time-out), -3, -83 to -88 and -96 (failures inside GLS), -99 (out
#: of service), -119 (uncontrolled), and whatever is not known.
REFUSED = {
    "36": "receiver.zip_code",
    "-36": "receiver.zip_code",
    "38": "receiver.phone",
    "-38": "receiver.phone",
    "-33": "",
    "-48": "parcels",
    "-49": "parcels",
    "-50": "",
    "-51": "",
    "-52": "receiver.country_code",
    "-53": "",
    "-54": "receiver.email",
    "-55": "receiver.phone",
    "-57": "receiver.country_code",
    "-69": "receiver.zip_code",
    "-80": "",
    "-81": "",
    "-82": "receiver.zip_code",
    "-97": "cash_on_delivery",
    "-103": "",
    "-104": "",
    "-106": "",
    "-107": "",
    "-108": "sender.name",
    "-109": "sender.street",
    "-110": "sender.city",
    "-111": "sender.zip_code",
    "-117": "",
    "-128": "receiver.name",
    "-129": "receiver.street",
    "-130": "receiver.city",
    "-131": "receiver.zip_code",
    "-6565": "parcels",
}
#: Anula, Resultado/@return.
CANCELLED, NOT_THERE, UNDER_WAY = "0", "-1", "-2"

#: tracking/tipo of a state, and of something that went wrong.
STATE, INCIDENT = "ESTADO", "INCIDENCIA"
#: codestado, and tracking/codigo of a state. All others are "other".
EVENTS = {
    "-10": "announced",
    "0": "announced",
    "1": "held",
    "2": "in_transit",
    "3": "in_transit",
    "5": "cancelled",
    "6": "out_for_delivery",
    "7": "delivered",
    "8": "incident",
    "9": "held",
    "10": "returning",
    "11": "held",
    "12": "returned",
    "13": "incident",
    "14": "incident",
    "15": "returning",
    "16": "in_transit",
    "17": "incident",
    "18": "held",
    "19": "in_transit",
    "20": "incident",
    "21": "in_transit",
    "22": "held",
    "25": "held",
    "50": "out_for_delivery",
    "51": "delivery_failed",
    "91": "incident",
}
DEAD = frozenset({"5"})
#: Servicio and Horario -> ours.
SERVICES = {codes: code for code, codes in SERVICE_CODES.items()}
