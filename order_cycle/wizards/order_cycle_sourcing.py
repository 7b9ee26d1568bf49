from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..tools.sourcing import Order, Way, choose, merit
from .order_cycle_sourcing_applying import TRANSFERS
from .sourcing_facts import SourcingFacts


class OrderCycleSourcing(models.TransientModel):
    """Where the short lines of an order leave from: what the rule proposes, what a person decides.

    Opening it writes nothing but the window. Applying does all of it or nothing, once.
    """

    _name = "order.cycle.sourcing"
    _inherit = ["order.cycle.sourcing.applying"]
    _description = "Where From?"

    order_id = fields.Many2one("sale.order", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="order_id.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    rule_id = fields.Many2one("order.cycle.sourcing.rule", readonly=True)
    line_ids = fields.One2many("order.cycle.sourcing.line", "window_id")
    basis = fields.Selection(
        [
            ("km", "Kilometres, as the crow flies, by the coordinates of the addresses"),
            ("steps", "Rough steps by country, state and postal code: coordinates are missing"),
        ],
        string="Distance",
        readonly=True,
    )
    is_price_known = fields.Boolean(
        readonly=True, help="Whether the price of the delivery method is in the costs."
    )
    price = fields.Monetary(
        string="Each Further Shipment",
        readonly=True,
        help="What the rule says, and the delivery method for the missing goods where it is known.",
    )
    already = fields.Json(readonly=True)
    shipments = fields.Integer(
        compute="_compute_totals", help="How many warehouses send goods to the customer."
    )
    cost = fields.Monetary(
        string="Extra Cost",
        compute="_compute_totals",
        help="Of all further shipments and transfers that are chosen, in the company's currency.",
    )
    is_applied = fields.Boolean(readonly=True)

    # === COMPUTE METHODS === #

    @api.depends("line_ids.quantity")
    def _compute_totals(self):
        for window in self:
            ways = window._chosen_ways()
            found = window._frame().values(ways) if ways else {"shipments": 0, "cost": 0.0}
            window.shipments, window.cost = found["shipments"], found["cost"]

    def _frame(self):
        return Order(
            home=self.order_id.warehouse_id.id,
            already=frozenset(self.already or ()),
            distance={},
            price=lambda _place: self.price,
            criteria=(),
        )

    def _chosen_ways(self):
        """Return one way for each order line: what the quantities mean."""
        ways = []
        for rows in self.line_ids.grouped("order_line_id").values():
            own = rows.filtered(lambda row: row.kind == "stay").warehouse_id
            sent = rows.filtered(lambda row: row.kind == "ship" and row.quantity > 0)
            brought = rows.filtered(lambda row: row.kind == "transfer" and row.quantity > 0)
            is_own = rows._stays() > 0 or brought
            places = sent.warehouse_id | own if is_own else sent.warehouse_id
            ways.append(
                Way(
                    parts=(),
                    ships=frozenset(places.ids),
                    ready_at=None,
                    cost=len(brought) * self.rule_id.sudo().transfer_cost,
                )
            )
        return ways

    @api.onchange("line_ids")
    def _onchange_line_ids(self):
        """What the others do not send leaves from the order's own warehouse."""
        for rows in self.line_ids.grouped("order_line_id").values():
            stay = rows.filtered(lambda row: row.kind == "stay")
            stay.quantity = max(rows._stays(), 0.0)

    # === OPENING === #

    @api.model
    def _open_for(self, order):
        """Return the action that shows what could be done about `order`."""
        facts = SourcingFacts(order, may_transfer=self.env.user.has_groups(TRANSFERS))
        if not facts.rule or not any(wish.is_short and wish.free for wish in facts.wishes):
            raise UserError(
                self.env._(
                    "No other warehouse can help %(order)s now: nothing is missing, nobody else "
                    "has it, or no sourcing rule lets another warehouse help.",
                    order=order.name,
                )
            )
        window = self.create(self._prepare_vals(order, facts))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Where From?"),
            "res_model": self._name,
            "res_id": window.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    @api.model
    def _prepare_vals(self, order, facts):
        frame = facts.frame()
        ways = [facts.ways(wish) for wish in facts.wishes]
        chosen = choose(frame, ways, [wish.is_short for wish in facts.wishes])
        rows = []
        for number, wish in enumerate(facts.wishes):
            if wish.is_short or not chosen[number].is_home:
                why = merit(frame, ways, chosen, number)
                rows += self._prepare_rows(facts, frame, chosen, number, why)
        return {
            "order_id": order.id,
            "rule_id": facts.rule.id,
            "basis": facts.basis,
            "price": facts.price,
            "is_price_known": facts.is_price_known,
            "already": sorted(self._shipping_otherwise(facts, chosen)),
            "line_ids": [Command.create(row) for row in rows],
        }

    @api.model
    def _shipping_otherwise(self, facts, chosen):
        """Return the ids of warehouses that ship what is not decided in this window."""
        stays = [
            wish.own.id
            for wish, way in zip(facts.wishes, chosen, strict=True)
            if not wish.is_short and way.is_home
        ]
        return facts.frame().already | set(stays)

    @api.model
    def _prepare_rows(self, facts, frame, chosen, number, why):
        """Return the values of the rows of one order line: one for each warehouse."""
        wish, proposed = facts.wishes[number], chosen[number]
        stay = facts.stay(wish)
        options = [(wish.own, "stay", stay.ready_at)]
        for helper in facts.helpers[wish.own]:
            if helper in wish.free:
                options.append((helper, "ship", facts.now))
                if facts.may_transfer:
                    options.append((helper, "transfer", facts.arrival(wish.own, helper)))
        before = frame.values([*chosen[:number], stay, *chosen[number + 1 :]])
        rows = []
        for place, kind, ready_at in options:
            way = self._way_of(facts, place, kind, wish, stay)
            after = frame.values([*chosen[:number], way, *chosen[number + 1 :]])
            quantity = self._proposed(place, kind, proposed)
            rows.append(
                {
                    "order_line_id": wish.line.id,
                    "warehouse_id": place.id,
                    "kind": kind,
                    "wanted_qty": wish.quantity,
                    "available_qty": wish.own_free if kind == "stay" else wish.free[place],
                    "ready_at": ready_at,
                    "distance": facts.distance[place],
                    "further": after["shipments"] - before["shipments"],
                    "cost": after["cost"] - before["cost"],
                    "quantity": quantity,
                    "why": why if quantity else False,
                }
            )
        return rows

    @api.model
    def _way_of(self, facts, place, kind, wish, stay):
        """Return what it means to take from `place` what it can give."""
        if kind == "stay":
            return stay
        if kind == "transfer":
            return facts._transfer(wish, place)
        parts = [(place.id, min(wish.free[place], wish.quantity))]
        left = wish.unit.round(wish.quantity - parts[0][1])
        if wish.unit.compare(left, 0) > 0:
            parts.append((wish.own.id, left))
        return facts._ship(parts)

    @api.model
    def _proposed(self, place, kind, way):
        if (kind == "transfer") != (way.kind == "transfer"):
            return 0.0
        return dict(way.parts).get(place.id, 0.0)
