"""Builders of valid values; a test changes what it is about."""

from datetime import date

from carriers.dto import Address, HandlingUnit, Parcel, ShipmentRequest


def an_address(**changes):
    """Return an address in Verona."""
    values = {
        "name": "Anna Bianchi",
        "company_name": "Officine Borgo S.r.l.",
        "street": "Via Roma 1",
        "zip_code": "37121",
        "city": "Verona",
        "country_code": "IT",
        "phone": "+39 045 800100",
        "email": "anna@example.com",
    }
    return Address(**{**values, **changes})


def a_receiver(**changes):
    """Return an address in Berlin."""
    values = {
        "name": "Karl Müller",
        "company_name": "",
        "street": "Hauptstraße 12",
        "zip_code": "10115",
        "city": "Berlin",
        "country_code": "DE",
        "phone": "+49 30 123456",
    }
    return an_address(**{**values, **changes})


def a_parcel(number=1, **changes):
    """Return a parcel of 1.113 kg."""
    return Parcel(**{"reference": f"P{number}", "weight_grams": 1113, **changes})


def a_unit(number=1, **changes):
    """Return a pallet of 412.345 kg."""
    values = {
        "reference": f"U{number}",
        "weight_grams": 412_345,
        "pieces": 20,
        "length_mm": 1200,
        "width_mm": 800,
        "height_mm": 1450,
        "description": "Steel shelves",
    }
    return HandlingUnit(**{**values, **changes})


def a_parcel_shipment(reference="WH/OUT/00042", **changes):
    """Return a shipment of one parcel from Verona to Berlin."""
    return _shipment(reference, {"parcels": (a_parcel(),), **changes})


def a_freight_shipment(reference="WH/OUT/00042", **changes):
    """Return a shipment of one pallet from Verona to Berlin."""
    return _shipment(reference, {"handling_units": (a_unit(),), **changes})


def _shipment(reference, changes):
    values = {
        "request_ref": reference,
        "idempotency_key": "idempotency-" + reference.replace("/", "-").replace(".", "-"),
        "service": "standard",
        "ship_date": date.today(),
        "sender": an_address(),
        "receiver": a_receiver(),
    }
    return ShipmentRequest(**{**values, **changes})
