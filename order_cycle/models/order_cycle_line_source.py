from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

# What is asked of each warehouse now, whatever the line's sources say: {stock.warehouse: quantity}.
SHARES = "order_cycle__shares"


class LineSource(models.Model):
    """An order line may leave from several warehouses; the customer sees one line.

    Odoo asks each line for its procurements (`_create_procurements`) and knows the warehouse of
    each (`warehouse_id` of its values), so a line with sources has one for each warehouse.
    """

    _inherit = "sale.order.line"

    cycle_source_ids = fields.One2many(
        "order.cycle.source", "order_line_id", string="Sources", copy=False
    )
    cycle_source_text = fields.Char(
        string="Ships From",
        compute="_compute_cycle_source_text",
        compute_sudo=True,
        groups="base.group_user",
        help="How many leave from which warehouse, where it is not only the order's own.",
    )

    @api.depends(
        "cycle_source_ids.quantity",
        "cycle_source_ids.warehouse_id",
        "product_id",
        "product_uom_qty",
    )
    def _compute_warehouse_id(self):
        """A line that leaves from one other warehouse as a whole is that warehouse's."""
        result = super()._compute_warehouse_id()
        for line in self:
            if line._cycle_sources():
                [*places] = line._cycle_wanted_shares()
                line.warehouse_id = places[0] if len(places) == 1 else line.order_id.warehouse_id
        return result

    @api.depends(
        "cycle_source_ids.quantity",
        "cycle_source_ids.warehouse_id",
        "product_id",
        "product_uom_qty",
    )
    def _compute_cycle_source_text(self):
        for line in self:
            shares = line._cycle_wanted_shares() if line._cycle_sources() else {}
            line.cycle_source_text = ", ".join(
                f"{quantity:g} {warehouse.name}" for warehouse, quantity in shares.items()
            )

    # === WHERE FROM === #

    def _cycle_sources(self):
        """Return the sources that count: of the line's product and company as they are now."""
        self.ensure_one()
        # sudo: whoever writes the line, or confirms it, may not read where its goods are
        return self.sudo().cycle_source_ids.filtered(
            lambda source: (
                source.product_id == self.product_id
                and source.warehouse_id.company_id == self.order_id.company_id
            )
        )

    def _cycle_wanted_shares(self):
        """Return {stock.warehouse: quantity in the product's unit} of the whole line."""
        self.ensure_one()
        # sudo: whoever writes the line may not read where its goods are
        line = self.sudo()
        limits = {source.warehouse_id: source.quantity for source in line._cycle_sources()}
        return _share_out(
            line._cycle_wanted_qty(), limits, line.order_id.warehouse_id, line.product_id.uom_id
        )

    def _cycle_short_warehouse(self):
        """Return the warehouse whose stock this line waits for."""
        self.ensure_one()
        # sudo: who sells reads no locations
        waiting = self.sudo()._cycle_moves_waiting()
        place = waiting.location_id.warehouse_id[:1]
        return place or self.warehouse_id or self.order_id.warehouse_id

    def _cycle_source_from(self, quantities):
        """Have so many leave from these warehouses, instead of what was decided before.

        :param dict quantities: {stock.warehouse: quantity in the product's unit}
        """
        self.ensure_one()
        self.cycle_source_ids.unlink()
        self.env["order.cycle.source"].create(
            [
                self._prepare_source(warehouse, quantity)
                for warehouse, quantity in quantities.items()
            ]
        )

    def _prepare_holds(self):
        """Return the values of the holds for this line: one for each warehouse."""
        hold = self._prepare_hold()
        if not self._cycle_sources():
            return [hold]
        hold["uom_id"] = self.product_id.uom_id.id
        return [
            {**hold, "warehouse_id": warehouse.id, "quantity": quantity}
            for warehouse, quantity in self._cycle_wanted_shares().items()
        ]

    # === ODOO'S OWN DOORS === #

    def _create_procurements(self, product_qty, procurement_uom, values):
        """Ask each warehouse for its share."""
        shares = self.env.context.get(SHARES) or self._cycle_shares(product_qty, procurement_uom)
        if not shares:
            return super()._create_procurements(product_qty, procurement_uom, values)
        procurements, unit = [], self.product_id.uom_id
        for warehouse, quantity in shares.items():
            procurements += super()._create_procurements(
                unit._compute_quantity(quantity, procurement_uom, round=False),
                procurement_uom,
                {**values, "warehouse_id": warehouse},
            )
        return procurements

    def _cycle_shares(self, quantity, unit):
        """Return {stock.warehouse: share of `quantity`, product's unit}; nothing without sources.

        More than before is asked from the sources until they have given theirs, then from the
        order's warehouse. Less is taken off what is open: first in the order's own warehouse.

        :param quantity: in `unit`; below zero where less is wanted
        """
        # sudo: a customer who confirms on the portal reads neither sources nor moves
        line = self.sudo()
        sources = line._cycle_sources()
        if not sources:
            return {}
        stock_unit, own = line.product_id.uom_id, line.order_id.warehouse_id
        quantity = stock_unit.round(unit._compute_quantity(quantity, stock_unit, round=False))
        asked = line._cycle_asked(only_open=quantity < 0)
        if quantity > 0:
            limits = {
                source.warehouse_id: source.quantity - asked[source.warehouse_id]
                for source in sources
            }
            return _share_out(quantity, limits, own, stock_unit)
        limits = {place: asked[place] for place in own | sources.warehouse_id}
        shares = _share_out(-quantity, limits, line.warehouse_id, stock_unit)
        return {warehouse: -share for warehouse, share in shares.items()}

    def _cycle_asked(self, *, only_open=False):
        """Return {stock.warehouse: what it was asked to send of this line}, product's unit."""
        outgoing, _incoming = self._get_outgoing_incoming_moves(strict=False)
        asked = defaultdict(float)
        for move in outgoing:
            if move.state == "done" and only_open:
                continue
            quantity = move.quantity if move.state == "done" else move.product_uom_qty
            asked[move.location_id.warehouse_id] += move.product_uom._compute_quantity(
                quantity, self.product_id.uom_id, round=False
            )
        return asked

    # === MOVING WHAT WAITS === #

    def _cycle_move_demand(self, quantities):
        """Have what this line waits for leave from other warehouses, by Odoo's own rules.

        :param dict quantities: {stock.warehouse: quantity in the product's unit}
        :raises UserError: Odoo's rules make something else of it; nothing may be kept then
        """
        self.ensure_one()
        own, unit = self._cycle_short_warehouse(), self.product_id.uom_id
        changes = {own: -sum(quantities.values()), **quantities}
        waiting = self._cycle_moves_waiting(own)[:1]
        before = self._cycle_asked()
        self._cycle_add_sources(quantities)
        values = self._prepare_procurement_values()
        # Odoo takes less off a move of the same deadline only.
        values.update(date_deadline=waiting.date_deadline, date_planned=waiting.date)
        line = self.with_context(**{SHARES: changes})
        self.env["stock.rule"].run(line._create_procurements(0.0, waiting.product_uom, values))
        self._action_launch_stock_rule()
        after = self._cycle_asked()
        for warehouse in {*before, *after, *changes}:
            expected = before[warehouse] + changes.get(warehouse, 0.0)
            if unit.compare(after[warehouse], expected):
                raise UserError(self._cycle_not_moved())

    def _cycle_add_sources(self, quantities):
        known = {source.warehouse_id: source for source in self.cycle_source_ids}
        for warehouse, quantity in quantities.items():
            if warehouse in known:
                known[warehouse].quantity += quantity
        new = {place: number for place, number in quantities.items() if place not in known}
        self.env["order.cycle.source"].create(
            [self._prepare_source(warehouse, quantity) for warehouse, quantity in new.items()]
        )

    def _prepare_source(self, warehouse, quantity):
        return {
            "order_line_id": self.id,
            "product_id": self.product_id.id,
            "warehouse_id": warehouse.id,
            "quantity": quantity,
        }

    def _cycle_not_moved(self):
        return self.env._(
            "%(product)s cannot be moved to another warehouse: its routes lead elsewhere. Transfer "
            "the goods, or change the delivery by hand.",
            product=self.product_id.display_name,
        )


def _share_out(quantity, limits, rest, unit):
    """Return {warehouse: share}: at most `limits`, one after the other; what is over to `rest`.

    :param quantity: above zero; in `unit`, like the limits
    """
    left, shares = unit.round(quantity), {}
    for warehouse, limit in limits.items():
        taken = min(limit, left)
        if unit.compare(taken, 0) > 0:
            shares[warehouse] = taken
            left = unit.round(left - taken)
    if unit.compare(left, 0) > 0:
        shares[rest] = shares.get(rest, 0.0) + left
    return shares
