from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_datetime, format_time

# How long ended holds are kept, for whoever asks why goods were not free.
KEEP_DAYS = 30


class OrderCycleHold(models.Model):
    """Goods kept for a quotation or a cart, until a time.

    A hold is a promise to nobody: it only keeps others from being promised, or reserving, the
    same goods. It ends by itself when its time is over; nothing has to run for that. Confirming
    the order turns it into the order's own demand.
    """

    _name = "order.cycle.hold"
    _inherit = ["order.cycle.hold.door"]
    _description = "Held Goods"
    _order = "expires_at desc, id desc"
    _rec_name = "reference"
    _check_company_auto = True

    product_id = fields.Many2one(
        "product.product", required=True, readonly=True, check_company=True, ondelete="cascade"
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True, index=True)
    quantity = fields.Float(
        string="Held", required=True, readonly=True, digits="Product Unit", help="In the unit."
    )
    uom_id = fields.Many2one("uom.uom", string="Unit", required=True, readonly=True)
    product_qty = fields.Float(
        string="Held in Stock Unit",
        compute="_compute_product_qty",
        store=True,
        digits="Product Unit",
        help="In the product's own unit.",
    )
    order_line_id = fields.Many2one(
        "sale.order.line", string="Quotation Line", readonly=True, ondelete="cascade", index=True
    )
    order_id = fields.Many2one(
        related="order_line_id.order_id",
        string="Quotation",
        store=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    channel_id = fields.Many2one("order.cycle.channel", readonly=True, ondelete="set null")
    transaction_id = fields.Many2one(
        "payment.transaction",
        string="Payment",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The payment it is held for, from its start. It ends when the payment fails.",
    )
    reference = fields.Char(
        readonly=True,
        index="btree_not_null",
        help="The quotation, or the number of the cart in its channel.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Held by",
        required=True,
        readonly=True,
        default=lambda self: self.env.uid,
    )
    expires_at = fields.Datetime(
        string="Held Until", required=True, readonly=True, help="It ends by itself at this time."
    )
    ended_at = fields.Datetime(
        string="Ended", readonly=True, help="When it was given up, or its order was confirmed."
    )
    was_sold = fields.Boolean(readonly=True, help="It ended because its order was confirmed.")
    state = fields.Selection(
        [("held", "Held"), ("expired", "Time Over"), ("released", "Released"), ("sold", "Sold")],
        compute="_compute_state",
        search="_search_state",
    )

    _quantity_positive = models.Constraint(
        "CHECK(quantity > 0)", "A hold needs a quantity above zero."
    )
    _live = models.Index("(product_id, warehouse_id, expires_at) WHERE ended_at IS NULL")

    # === COMPUTE METHODS === #

    @api.depends("quantity", "uom_id", "product_id")
    def _compute_product_qty(self):
        for hold in self:
            hold.product_qty = hold.uom_id._compute_quantity(
                hold.quantity, hold.product_id.uom_id, rounding_method="HALF-UP"
            )

    @api.depends("ended_at", "was_sold", "expires_at")
    def _compute_state(self):
        now = fields.Datetime.now()
        for hold in self:
            if hold.ended_at:
                hold.state = "sold" if hold.was_sold else "released"
            else:
                hold.state = "held" if hold.expires_at > now else "expired"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.now()
        domains = {
            "held": [("ended_at", "=", False), ("expires_at", ">", now)],
            "expired": [("ended_at", "=", False), ("expires_at", "<=", now)],
            "released": [("ended_at", "!=", False), ("was_sold", "=", False)],
            "sold": [("was_sold", "=", True)],
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    # === ACTION METHODS === #

    def action_release(self):
        """Give the goods back to everybody."""
        self.check_access("write")
        self._end()
        return True

    # === BUSINESS METHODS === #

    @api.model
    def _held(self, places):
        """Return what is held by now: {(product id, warehouse id): quantity in the stock unit}.

        One query. Only places where something is held are in the answer.

        :param places: iterable of pairs (product id, warehouse id)
        """
        places = tuple(place for place in places if all(place))
        if not places:
            return {}
        self.flush_model(["product_qty", "expires_at", "ended_at"])
        self.env.cr.execute(
            SQL(
                """SELECT product_id, warehouse_id, SUM(product_qty)
                     FROM order_cycle_hold
                    WHERE ended_at IS NULL AND expires_at > %s
                      AND (product_id, warehouse_id) IN %s
                 GROUP BY product_id, warehouse_id""",
                fields.Datetime.now(),
                places,
            )
        )
        return {(product, warehouse): held for product, warehouse, held in self.env.cr.fetchall()}

    @api.model
    def _hold(self, wishes, *, as_far_as_possible=False):
        """Hold goods for somebody, or say in words why there are not enough.

        :param list[dict] wishes: values of holds
        :param bool as_far_as_possible: hold what there is instead of refusing
        :return: the holds; none for a wish of which nothing is free
        :raises UserError: more is wanted than is free, with how many there are and until when the
            others are held
        """
        drafts = [self.new(wish) for wish in wishes]
        places = {draft._place() for draft in drafts}
        self.env["order.cycle.gate"]._pass(places)
        free, refused = self._free(places), []
        for draft in drafts:
            left = free[draft._place()]
            if draft.product_id.uom_id.compare(draft.product_qty, left) > 0:
                refused.append(draft._refusal(left))
                draft.quantity = draft._as_far_as(left)
            free[draft._place()] = left - draft.product_qty
        if refused and not as_far_as_possible:
            raise UserError("\n".join(refused))
        return self.create(
            [
                {**wish, "quantity": draft.quantity}
                for wish, draft in zip(wishes, drafts, strict=True)
                if draft.uom_id.compare(draft.quantity, 0) > 0
            ]
        )

    @api.model
    def _holdable(self, products, company):
        """Return those of `products` that can be held in `company`: what is kept in stock."""
        return products.filtered("is_storable")

    @api.model
    def _gates_of(self, products, warehouse):
        """Return the gates that holds on `products` in a warehouse pass: see `_pass`."""
        return {(product.id, warehouse.id) for product in products}

    def _place(self):
        return self.product_id.id, self.warehouse_id.id

    def _as_far_as(self, free):
        """Return how much of this hold's unit is in `free` of the product's own."""
        return self.product_id.uom_id._compute_quantity(free, self.uom_id, rounding_method="DOWN")

    @api.model
    def _free(self, places):
        """Return {place: what may still be held}, in the product's unit, never below zero.

        :param places: iterable of pairs (product id, warehouse id)
        """
        # sudo: a channel's key and a visitor who pays hold goods, and read no warehouses
        holds = self.sudo()
        products = holds.env["product.product"].browse({product for product, _place in places})
        warehouses = holds.env["stock.warehouse"].browse({place for _product, place in places})
        free = holds.env["order.cycle.availability"]._available(products, warehouses)
        return {place: max(free.get(place, 0.0), 0.0) for place in places}

    def _end(self, *, was_sold=False):
        """End those of these holds that live, and let orders that wait have the goods."""
        live = self.filtered(lambda hold: hold.state == "held")
        live.write({"ended_at": fields.Datetime.now(), "was_sold": was_sold})
        if not was_sold:
            live._tell_who_waits()
        return live

    def _tell_who_waits(self):
        # sudo: who gives goods back need not see whose they may be now
        lines = (
            self.env["order.cycle.shortage.line"]
            .sudo()
            .search([("product_id", "in", self.product_id.ids), ("state", "=", "open")])
        )
        self.env["order.cycle.signal"]._emit(lines.order_id, "supply")

    @api.model
    def _seconds_to_next_end(self, products):
        """Return in how many seconds the next hold on one of `products` ends by itself."""
        nearest = self.sudo().search(
            [("product_id", "in", products.ids), ("state", "=", "held")],
            order="expires_at",
            limit=1,
        )
        left = (nearest.expires_at - fields.Datetime.now()) if nearest else timedelta()
        return max(left.total_seconds(), 0) + 1

    @api.autovacuum
    def _gc_ended(self):
        """Delete holds that ended long ago."""
        before = fields.Datetime.now() - timedelta(days=KEEP_DAYS)
        old = self.search([("expires_at", "<", before)], limit=1000)
        old.unlink()
        return len(old), len(old) == 1000

    # === WORDS === #

    def _refusal(self, free):
        """Say that of what this hold wants only `free` are there."""
        unit = self.product_id.uom_id
        text = self.env._(
            "%(wanted)s %(unit)s of %(product)s cannot be held in %(warehouse)s: only %(free)s "
            "are free.",
            wanted=f"{self.product_qty:g}",
            unit=unit.name,
            product=self.product_id.display_name,
            warehouse=self.warehouse_id.name,
            free=f"{free:g}",
        )
        others = self._of_others()
        if others:
            text += " " + self.env._(
                "Others: %(holds)s.", holds="; ".join(hold._told() for hold in others)
            )
        return text

    def _of_others(self):
        """Return the live holds on the same goods."""
        # sudo: the time and the name are no secret to who wants the same goods
        return self.sudo().search(
            [
                ("product_id", "=", self.product_id.id),
                ("warehouse_id", "=", self.warehouse_id.id),
                ("state", "=", "held"),
            ],
            order="expires_at",
        )

    def _told(self):
        """Return “3 held until 14:05 by Anna”."""
        if self.transaction_id:
            return self.env._(
                "%(quantity)s held until %(time)s for a customer who is paying",
                quantity=f"{self.product_qty:g}",
                time=self._until(),
            )
        return self.env._(
            "%(quantity)s held until %(time)s by %(user)s",
            quantity=f"{self.product_qty:g}",
            time=self._until(),
            # sudo: see above
            user=self.sudo().user_id.name,
        )

    def _until(self):
        """Return when this hold ends, in the reader's time; the day only if it is not today."""
        here = fields.Datetime.context_timestamp(self, self.expires_at)
        if here.date() == fields.Date.context_today(self):
            return format_time(self.env, here.timetz(), time_format="short")
        return format_datetime(self.env, self.expires_at, dt_format="short")
