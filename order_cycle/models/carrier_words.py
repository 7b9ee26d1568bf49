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
    _ = env._
    return {
        "missing": _("is missing."),
        "too_long": _("is longer than the carrier takes."),
        "not_offered": _("is not offered by this carrier."),
        "not_served": _("is not served by this carrier."),
        "not_positive": _("must be more than zero."),
        "over_limit": _("is more than the carrier takes."),
        "wrong_form": _("is not valid."),
        "not_unique": _("must be different for each piece."),
    }


def _error_sentences(env):
    _ = env._
    return {
        "connect_failed": _("The carrier cannot be reached. Nothing was sent; it is tried again."),
        "tls_failed": _("The carrier's address is not secure. Nothing was sent."),
        "deadline_exceeded": _("The carrier did not answer in time."),
        "answer_lost": _("The connection broke before the carrier answered."),
        "answer_unreadable": _("The carrier's answer cannot be read."),
        "answer_incomplete": _("The carrier's answer lacks what it should hold."),
        "answer_too_large": _("The carrier's answer is too large."),
        "carrier_busy": _("The carrier asks to come back later. Nothing was booked."),
        "too_many_requests": _("The carrier asks to come back later. Nothing was booked."),
        "carrier_error": _("The carrier has a problem of its own."),
        "auth_failed": _("The carrier refuses the credentials of the account."),
        "account_incomplete": _("The carrier account is incomplete."),
        "account_unusable": _("The carrier account cannot be used as it is."),
        "environment_not_served": _("The carrier has no such environment."),
        "redirect_refused": _("The carrier sent us to another address, which is not followed."),
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
    _ = env._
    return {
        "receiver": _("Receiver"),
        "sender": _("Sender"),
        "parcels": _("Parcel"),
        "handling_units": _("Pallet"),
        "commodities": _("Goods line"),
        "accessorials": _("Extra service"),
        "service": _("Service"),
        "request_ref": _("Our reference"),
        "goods_value": _("Value of the goods"),
        "cash_on_delivery": _("Cash on delivery"),
        "instructions": _("Instructions"),
        "label_format": _("Label format"),
    }


def _field_labels(env):
    _ = env._
    return {
        "name": _("name"),
        "company_name": _("company"),
        "street": _("street"),
        "street2": _("second street line"),
        "zip_code": _("postcode"),
        "city": _("city"),
        "state_code": _("state"),
        "country_code": _("country"),
        "phone": _("phone"),
        "email": _("e-mail"),
        "weight_grams": _("weight"),
        "length_mm": _("length"),
        "width_mm": _("width"),
        "height_mm": _("height"),
        "content": _("content"),
        "description": _("description"),
        "hs_code": _("tariff number"),
        "origin_country": _("country of origin"),
        "reference": _("reference"),
    }
