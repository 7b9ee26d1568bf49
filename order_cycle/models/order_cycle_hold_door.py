from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

# The longest a channel may hold a cart.
MOST_MINUTES = 24 * 60
MOST_ITEMS = 500


class OrderCycleHoldDoor(models.AbstractModel):
    """Lets the systems of channels hold goods for carts. Part of `order.cycle.hold`."""

    _name = "order.cycle.hold.door"
    _description = "Holding Goods for Carts"

    @api.model
    def hold(self, channel, reference, items, minutes=None):
        """Hold goods for a cart; see docs/supply.md. Again with the same reference: instead.

        Over HTTP: ``POST /json/2/order.cycle.hold/hold`` with a bearer key of a user in the group
        *Order Cycle / Channel*.

        :param str channel: code of the channel
        :param str reference: what the channel calls the cart; the later order's `external_ref`
        :param list[dict] items: ``{"sku": str, "qty": number}``, in the product's own unit
        :param int minutes: how long; without it the channel's own time
        :return: ``{"reference": str, "expires_at": str, "items": [{"sku": str, "status": "held" |
            "refused" | "unknown", "held": number, "free": number | None, "message": str}]}``;
            times are UTC in ISO 8601. A refused item holds nothing: send it again with less.
        :raises odoo.exceptions.AccessError: the user may not send orders of this channel
        :raises odoo.exceptions.UserError: unknown channel, or not a list of items
        """
        found = self._door_channel(channel)
        self._check_items(reference, items, minutes)
        # sudo: a channel's key holds goods through this door, and only through it
        holds = self.sudo()
        holds._of_cart(found, reference)._end()
        lasts = minutes or found.hold_minutes or found.DEFAULT_HOLD_MINUTES
        expires_at = fields.Datetime.now() + timedelta(minutes=lasts)
        warehouse = found._hold_warehouse()
        products = holds._goods({item["sku"] for item in items})
        # All at once and sorted, so that two carts never wait for each other in a circle.
        goods = holds.env["product.product"].union(*products.values())
        self.env["order.cycle.gate"]._pass(holds._gates_of(goods, warehouse))
        basis = {
            "warehouse_id": warehouse.id,
            "channel_id": found.id,
            "reference": reference,
            "expires_at": expires_at,
        }
        return {
            "reference": reference,
            "expires_at": f"{expires_at.isoformat(timespec='seconds')}Z",
            "items": [holds._hold_item(basis, item, products.get(item["sku"])) for item in items],
        }

    @api.model
    def release(self, channel, reference):
        """Give back what is held for a cart; nothing held is no error.

        :param str channel: code of the channel
        :param str reference: what the channel calls the cart
        :return: ``{"reference": str, "released": int}``: how many holds ended
        :raises odoo.exceptions.AccessError: the user may not send orders of this channel
        :raises odoo.exceptions.UserError: unknown channel
        """
        found = self._door_channel(channel)
        # sudo: see above
        ended = self.sudo()._of_cart(found, reference)._end()
        return {"reference": reference, "released": len(ended)}

    @api.model
    def _goods(self, skus):
        """Return the products of `skus` that are kept in stock, by their code."""
        products = self.env["product.product"].search(
            [
                ("default_code", "in", [*skus]),
                ("company_id", "in", (self.env.company.id, False)),
            ]
        )
        first = {product.default_code: product for product in reversed(products)}
        kept = self._holdable(products, self.env.company)
        return {sku: product for sku, product in first.items() if product in kept}

    def _hold_item(self, basis, item, product):
        """Hold one item of a cart; return what the channel is told.

        :param product: product.product singleton, or None
        """
        answer = {"sku": item["sku"], "status": "held", "held": item["qty"], "message": ""}
        if not product:
            known = self.env._("%(sku)s is no product that is kept in stock.", sku=item["sku"])
            return {**answer, "status": "unknown", "held": 0, "free": None, "message": known}
        place = (product.id, basis["warehouse_id"])
        wish = {"product_id": product.id, "uom_id": product.uom_id.id, "quantity": item["qty"]}
        try:
            self._hold([{**basis, **wish}])
        except UserError as refusal:
            answer |= {"status": "refused", "held": 0, "message": str(refusal)}
        return {**answer, "free": self._free([place])[place]}

    @api.model
    def _of_cart(self, channel, reference):
        """Return the live holds of a cart."""
        return self.search(
            [
                ("channel_id", "=", channel.id),
                ("reference", "=", reference),
                ("company_id", "=", self.env.company.id),
                ("state", "=", "held"),
            ]
        )

    @api.model
    def _door_channel(self, code):
        """Return the channel of that code, if this user may send its orders."""
        intake = self.env["order.cycle.intake"]
        intake._check_may_receive()
        # sudo: a channel's key reads no channels
        channel = self.env["order.cycle.channel"].sudo()._find_by_code(code, self.env.company)
        if not channel:
            raise UserError(
                self.env._(
                    "There is no channel with the code “%(code)s” in %(company)s. Known "
                    "channels are under Order Cycle / Configuration / Channels.",
                    code=code,
                    company=self.env.company.name,
                )
            )
        intake._check_may_send_to(channel)
        return channel

    @api.model
    def _check_items(self, reference, items, minutes):
        is_list = isinstance(items, list) and 0 < len(items) <= MOST_ITEMS
        if not (reference and isinstance(reference, str)) or not is_list:
            raise UserError(
                self.env._(
                    "Send the reference of the cart and a list of 1 to %(limit)s items.",
                    limit=MOST_ITEMS,
                )
            )
        if not all(_is_item(item) for item in items):
            raise UserError(self.env._("Each item needs a sku and a qty above zero."))
        if minutes is not None and not (_is_number(minutes) and 0 < minutes <= MOST_MINUTES):
            raise UserError(
                self.env._(
                    "Goods can be held for 1 to %(limit)s minutes at a time.", limit=MOST_MINUTES
                )
            )


def _is_item(item):
    return (
        isinstance(item, dict)
        and isinstance(item.get("sku"), str)
        and bool(item["sku"])
        and _is_number(item.get("qty"))
        and item["qty"] > 0
    )


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)
