import hashlib
import json
import math
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation

from odoo import api, models
from odoo.tools import email_normalize

MAX_LINES = 1000
ADDRESS_FIELDS = ("name", "street", "street2", "zip", "city", "state", "country", "phone", "email")
PARTY_FIELDS = (*ADDRESS_FIELDS, "ref", "vat", "lang", "is_company")
ORDER_FIELDS = (
    "external_ref",
    "ordered_at",
    "customer",
    "ship_to",
    "invoice_to",
    "currency",
    "lines",
    "shipping",
    "payment",
    "total",
    "requested_date",
    "customer_reference",
    "note",
)
LINE_FIELDS = ("sku", "qty", "price", "discount", "description")


class OrderCycleIntakeDocument(models.AbstractModel):
    """Reads an order as other systems send it, and names everything that is wrong with it.

    The format is described in docs/intake.md. Nothing is written here: the result is a document
    with checked values, or a list of errors ``{"line": int | None, "field": str, "message": str}``.
    """

    _name = "order.cycle.intake.document"
    _description = "Reader of Received Orders"

    @api.model
    def _read(self, payload):
        """Return ``(document, errors)``; what could not be read of the document is empty.

        :param payload: what the sender sent for one order, decoded from JSON or CSV
        """
        errors = []
        if not isinstance(payload, dict):
            self._complain(errors, "", self.env._("An order must be an object with fields."))
            payload = {}
        self._read_unknown(payload, ORDER_FIELDS, "", errors)
        document = {
            "external_ref": self._read_text(payload, "external_ref", errors, required=True),
            "ordered_at": self._read_time(payload, "ordered_at", errors),
            "requested_date": self._read_time(payload, "requested_date", errors),
            "currency": self._read_text(payload, "currency", errors, limit=3),
            "customer_reference": self._read_text(payload, "customer_reference", errors),
            "note": self._read_text(payload, "note", errors, limit=2000),
            "total": self._read_number(payload, "total", errors),
            "customer": self._read_party(payload, "customer", errors, required=True),
            "ship_to": self._read_party(payload, "ship_to", errors),
            "invoice_to": self._read_party(payload, "invoice_to", errors),
            "lines": self._read_lines(payload, errors),
            "shipping": self._read_shipping(payload, errors),
            "payment": self._read_payment(payload, errors),
        }
        return document, errors

    @api.model
    def _storable(self, value):
        """Return `value` without what PostgreSQL cannot keep: it is named as an error later.

        JSON as Python reads it may hold NaN, infinity, zero bytes and halves of characters.
        """
        if isinstance(value, dict):
            return {self._storable(str(key)): self._storable(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._storable(item) for item in value]
        if isinstance(value, str):
            return value.replace("\0", "").encode("utf-8", "replace").decode()
        if isinstance(value, float) and not math.isfinite(value):
            return str(value)
        return value

    @api.model
    def _fingerprint(self, payload):
        """Return a hash that is the same for orders that say the same.

        The order of fields, 2 and 2.0, and the space around texts do not matter.
        """
        text = json.dumps(self._plain(payload), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @api.model
    def _plain(self, value):
        if isinstance(value, dict):
            pairs = ((str(key), self._plain(item)) for key, item in value.items())
            return {key: item for key, item in pairs if item not in (None, "", {}, [])}
        if isinstance(value, list | tuple):
            return [self._plain(item) for item in value]
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(Decimal(str(value)).normalize())
        return value.strip() if isinstance(value, str) else value

    # === PARTS OF AN ORDER === #

    def _read_lines(self, payload, errors):
        lines = payload.get("lines")
        if not isinstance(lines, list) or not lines:
            self._complain(errors, "lines", self.env._("An order needs at least one line."))
            return []
        if len(lines) > MAX_LINES:
            text = self.env._("An order has at most %(limit)s lines.", limit=MAX_LINES)
            self._complain(errors, "lines", text)
            return []
        return [self._read_line(line, number, errors) for number, line in enumerate(lines, 1)]

    def _read_line(self, line, number, errors):
        if not isinstance(line, dict):
            text = self.env._("A line must be an object with sku and qty.")
            self._complain(errors, "lines", text, line=number)
            line = {}
        self._read_unknown(line, LINE_FIELDS, "", errors, line=number)
        sku = self._read_text(line, "sku", errors, required=True, line=number)
        quantity = self._read_number(line, "qty", errors, required=True, line=number)
        if quantity is not None and quantity <= 0:
            text = self.env._("The quantity must be more than 0, not %(value)s.", value=quantity)
            self._complain(errors, "qty", text, line=number)
        discount = self._read_number(line, "discount", errors, line=number)
        if discount is not None and not 0 <= discount <= 100:
            text = self.env._("The discount is a percentage from 0 to 100.")
            self._complain(errors, "discount", text, line=number)
        return {
            "sku": sku,
            "qty": quantity,
            "price": self._read_amount(line, "price", errors, line=number),
            "discount": discount,
            "description": self._read_text(line, "description", errors, limit=500, line=number),
        }

    def _read_party(self, payload, name, errors, required=False):
        party = payload.get(name)
        if party in (None, "", {}):
            if required:
                text = self.env._("An order needs a customer with a name.")
                self._complain(errors, name, text)
            return None
        if not isinstance(party, dict):
            self._complain(errors, name, self.env._("An address must be an object with fields."))
            return None
        self._read_unknown(party, PARTY_FIELDS, f"{name}.", errors)
        values = {
            field: self._read_text(party, field, errors, prefix=f"{name}.", limit=200)
            for field in PARTY_FIELDS
            if field != "is_company"
        }
        values["is_company"] = party.get("is_company") in (True, 1, "1", "true", "True", "yes")
        if not values["name"] and not values["ref"]:
            self._complain(errors, f"{name}.name", self.env._("The name is missing."))
        if values["email"] and not email_normalize(values["email"]):
            text = self.env._("“%(value)s” is not an e-mail address.", value=values["email"])
            self._complain(errors, f"{name}.email", text)
        return values

    def _read_shipping(self, payload, errors):
        shipping = self._read_object(payload, "shipping", ("price",), errors)
        return {"price": self._read_amount(shipping, "price", errors, prefix="shipping.")}

    def _read_payment(self, payload, errors):
        fields = ("amount", "reference", "paid_at", "method")
        payment = self._read_object(payload, "payment", fields, errors)
        if not payment:
            return None
        return {
            "amount": self._read_amount(payment, "amount", errors, "payment.", required=True),
            "reference": self._read_text(payment, "reference", errors, prefix="payment."),
            "method": self._read_text(payment, "method", errors, prefix="payment."),
            "paid_at": self._read_time(payment, "paid_at", errors, prefix="payment."),
        }

    def _read_object(self, payload, name, fields, errors):
        value = payload.get(name) or {}
        if not isinstance(value, dict):
            self._complain(errors, name, self.env._("This must be an object with fields."))
            return {}
        self._read_unknown(value, fields, f"{name}.", errors)
        return value

    # === VALUES === #

    def _read_text(self, holder, name, errors, required=False, limit=100, prefix="", line=None):
        value = holder.get(name)
        if value is None or value == "":
            if required:
                self._complain(errors, prefix + name, self.env._("This is missing."), line)
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self._complain(errors, prefix + name, self.env._("This must be a text."), line)
            return ""
        value = str(value).replace("\0", "").strip()
        if len(value) > limit:
            text = self.env._("This is longer than %(limit)s characters.", limit=limit)
            self._complain(errors, prefix + name, text, line)
        return value

    def _read_number(self, holder, name, errors, prefix="", required=False, line=None):
        value = holder.get(name)
        if value is None or value == "":
            if required:
                self._complain(errors, prefix + name, self.env._("This is missing."), line)
            return None
        try:
            if isinstance(value, bool):
                raise InvalidOperation
            number = Decimal(str(value).strip())
            if not number.is_finite() or abs(number) >= Decimal("1e12"):
                raise InvalidOperation
        except InvalidOperation:
            text = self.env._("“%(value)s” is not a number.", value=str(value)[:40])
            self._complain(errors, prefix + name, text, line)
            return None
        return float(number)

    def _read_amount(self, holder, name, errors, prefix="", required=False, line=None):
        amount = self._read_number(holder, name, errors, prefix, required, line)
        if amount is not None and amount < 0:
            text = self.env._("An amount cannot be negative here.")
            self._complain(errors, prefix + name, text, line)
        return amount

    def _read_time(self, holder, name, errors, prefix=""):
        """Read an ISO 8601 date or time; without a zone it is UTC. Returns naive UTC or False."""
        value = holder.get(name)
        if value in (None, ""):
            return False
        try:
            moment = datetime.fromisoformat(str(value).strip().replace("Z", "+00:00"))
            if moment.tzinfo:
                moment = moment.astimezone(timezone.utc).replace(tzinfo=None)
        except (ValueError, OverflowError):
            text = self.env._(
                "“%(value)s” is not a date like 2026-11-30 or 2026-11-30T10:15:00Z.",
                value=str(value)[:40],
            )
            self._complain(errors, prefix + name, text)
            return False
        return moment.replace(microsecond=0)

    def _read_unknown(self, holder, known, prefix, errors, line=None):
        """A misspelt field would be lost silently: name it instead."""
        for name in holder:
            if name not in known:
                text = self.env._(
                    "There is no such field. Known: %(known)s", known=", ".join(known)
                )
                self._complain(errors, f"{prefix}{name}", text, line)

    def _complain(self, errors, field, message, line=None):
        errors.append({"line": line, "field": field, "message": message})
