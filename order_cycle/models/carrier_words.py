"""What a carrier's error says, in the reader's language.

The carrier package speaks plain English and gives each finding a stable code. English readers get
its sentence, which is the fuller one; others get ours for the code. What only the carrier knows is
shown in the carrier's own words.
"""

import re

_PATH = re.compile(r"(?P<holder>[a-z_]+)(?:\[(?P<index>\d+)\])?(?:\.(?P<field>[a-z_]+))?")


def error_text(env, error):
    """Return what a `CarrierError` says, one line per problem."""
    if error.fields:
        return "\n".join(problem_text(env, problem) for problem in error.fields)
    if _is_english(env):
        return error.message
    return _error_sentences(env).get(error.code, error.message)


def problem_text(env, problem):
    """Return what a `FieldProblem` says."""
    sentence = _problem_sentences(env).get(problem.code)
    if _is_english(env) or not sentence:
        return problem.text
    return f"{_field_label(env, problem.field)} {sentence}"


def _is_english(env):
    return (env.lang or "en_US").startswith("en")


def _problem_sentences(env):
    return {
        "missing": env._("is missing."),
        "too_long": env._("is longer than the carrier takes."),
        "not_offered": env._("is not offered by this carrier."),
        "not_served": env._("is not served by this carrier."),
        "not_positive": env._("must be more than zero."),
        "over_limit": env._("is more than the carrier takes."),
        "wrong_form": env._("is not valid."),
        "not_unique": env._("must be different for each piece."),
        "too_short": env._("is shorter than the carrier takes."),
        "wrong_currency": env._("is in a currency that the carrier does not take."),
        "in_the_past": env._("is over; choose a later day."),
        "not_after": env._("is not after the time at which the goods are ready."),
        "address_unknown": env._("is not known to the carrier with this city."),
        "parcels_differ": env._("did not all get a number; check the shipment at the carrier."),
        "document_unusable": env._(
            "has papers that cannot be used. The shipment is booked; ask for its papers again."
        ),
        "not_in_contract": env._("does not fit what the carrier takes."),
    }


def _error_sentences(env):
    return {
        "connect_failed": env._(
            "The carrier cannot be reached. Nothing was sent; it is tried again."
        ),
        "tls_failed": env._("The carrier's address is not secure. Nothing was sent."),
        "deadline_exceeded": env._("The carrier did not answer in time."),
        "answer_lost": env._("The connection broke before the carrier answered."),
        "answer_unreadable": env._("The carrier's answer cannot be read."),
        "answer_incomplete": env._("The carrier's answer lacks what it should hold."),
        "answer_too_large": env._("The carrier's answer is too large."),
        "carrier_busy": env._("The carrier asks to come back later. Nothing was booked."),
        "too_many_requests": env._("The carrier asks to come back later. Nothing was booked."),
        "carrier_error": env._("The carrier has a problem of its own."),
        "auth_failed": env._("The carrier refuses the credentials of the account."),
        "account_incomplete": env._("The carrier account is incomplete."),
        "account_unusable": env._("The carrier account cannot be used as it is."),
        "account_paused": env._(
            "The carrier refused the credentials of the account. It is not asked until they are "
            "corrected and the connection is tested."
        ),
        "account_resting": env._(
            "The carrier failed too often and is left alone for a few minutes."
        ),
        "not_signed_in": env._(
            "The account could not sign in with the carrier. Nothing was asked; try again, or have "
            "an administrator test the connection."
        ),
        "token_expired": env._("The carrier no longer takes the access token. Nothing was done."),
        "environment_not_served": env._("The carrier has no such environment."),
        "address_insecure": env._("The carrier's address is not secure. Nothing was sent."),
        "address_refused": env._("The carrier's address leads into your own network."),
        "database_copy": env._(
            "This database is a copy of the one the account was set up in. Nothing was sent. If "
            "the copy is to ship, an administrator confirms that on the account."
        ),
        "database_neutralized": env._(
            "This database is neutralized: it does not reach any carrier."
        ),
        "duplicate_reference": env._(
            "The carrier has a shipment under this reference already. It is looked up."
        ),
        "label_not_ready": env._("The carrier is still making the label. It is asked again."),
        "not_cancelled": env._("The carrier does not confirm the cancellation. Ask it."),
        "manifest_empty": env._("The carrier has no shipments of this day."),
        "redirect_refused": env._("The carrier sent us to another address, which is not followed."),
        "client_failed": env._("The carrier's answer could not be handled."),
        "document_unusable": env._("The carrier's paper cannot be used. Print it at the carrier."),
        "not_booked": env._("The carrier says that the pickup is cancelled. Ask it."),
        "reference_unusable": env._("This is no number that the carrier gives out."),
        "shipment_cancelled": env._(
            "The carrier had this shipment already, and it is cancelled. Book it again."
        ),
        "token_missing": env._("The account is not signed in with the carrier. Nothing was sent."),
        "return_number_unknown": env._(
            "The carrier has this return and does not say under which number. Look it up there."
        ),
        "too_many_returns": env._(
            "There are too many returns to look through them all. Look for it at the carrier."
        ),
    }


def _field_label(env, path):
    """Return ``receiver.zip_code`` as “Receiver: postcode”."""
    match = _PATH.fullmatch(path or "")
    if not match:
        return path or env._("The shipment")
    holder = _holder_labels(env).get(match["holder"], match["holder"])
    if match["index"]:
        holder = f"{holder} {int(match['index']) + 1}"
    if not match["field"]:
        return holder
    return f"{holder}: {_field_labels(env).get(match['field'], match['field'])}"


def _holder_labels(env):
    return {
        "receiver": env._("Receiver"),
        "sender": env._("Sender"),
        "parcels": env._("Parcel"),
        "handling_units": env._("Pallet"),
        "commodities": env._("Goods line"),
        "accessorials": env._("Extra service"),
        "service": env._("Service"),
        "request_ref": env._("Our reference"),
        "goods_value": env._("Value of the goods"),
        "cash_on_delivery": env._("Cash on delivery"),
        "instructions": env._("Instructions"),
        "label_format": env._("Label format"),
        "address": env._("Pickup address"),
        "pieces": env._("Number of pieces"),
        "weight_grams": env._("Total weight"),
        "location": env._("Place of the pickup"),
        "waybill_refs": env._("Shipments on the list"),
        "pickup_date": env._("Day of the pickup"),
        "ready_from": env._("Ready from"),
        "closes_at": env._("Closes at"),
    }


def _field_labels(env):
    return {
        "name": env._("name"),
        "company_name": env._("company"),
        "street": env._("street"),
        "street2": env._("second street line"),
        "zip_code": env._("postcode"),
        "city": env._("city"),
        "state_code": env._("state"),
        "country_code": env._("country"),
        "phone": env._("phone"),
        "email": env._("e-mail"),
        "weight_grams": env._("weight"),
        "quantity": env._("quantity"),
        "unit_value": env._("value"),
        "length_mm": env._("length"),
        "width_mm": env._("width"),
        "height_mm": env._("height"),
        "content": env._("content"),
        "description": env._("description"),
        "hs_code": env._("tariff number"),
        "origin_country": env._("country of origin"),
        "reference": env._("reference"),
    }
