from odoo import api, fields, models


class OrderSource(models.Model):
    """Orders whose warehouse is short, and another one of the company can help."""

    _inherit = "sale.order"

    cycle_source_ids = fields.One2many("order.cycle.source", "order_id", string="Sources")
    # sudo: whoever sees the order sees whether it can be helped
    cycle_can_source = fields.Boolean(
        compute="_compute_cycle_can_source",
        compute_sudo=True,
        help="Goods are missing in the order's warehouse, and another warehouse of the company "
        "that may help has some.",
    )

    @api.depends("state", "warehouse_id", "order_line.product_uom_qty")
    def _compute_cycle_can_source(self):
        for order in self:
            order.cycle_can_source = order._cycle_can_be_helped()

    # === ACTION METHODS === #

    def action_cycle_where_from(self):
        """Open where each short line could leave from, with what the rule proposes."""
        self.ensure_one()
        self.check_access("write")
        return self.env["order.cycle.sourcing"]._open_for(self)

    # === BUSINESS METHODS === #

    def _cycle_lines_to_source(self):
        """Return the lines whose goods may come from elsewhere: no route says where from.

        All goods of a quotation, and what a confirmed order still misses.
        """
        self.ensure_one()
        lines = self._cycle_lines_to_hold().filtered(lambda line: not line.route_ids)
        if self.state == "sale":
            return lines._cycle_short_lines() if not self.locked else lines.browse()
        return lines if self.state in ("draft", "sent") else lines.browse()

    def _cycle_can_be_helped(self):
        lines = self._cycle_lines_to_source() if self.ids else self.order_line.browse()
        rule = self.env["order.cycle.sourcing.rule"]._for(self) if lines else None
        if not rule:
            return False
        own = {line: self._cycle_own_warehouse(line) for line in lines}
        places = self.env["stock.warehouse"].union(*own.values())
        helpers = {place: rule._helpers(place) for place in places}
        everywhere = places.union(*helpers.values())
        if everywhere == places:
            return False
        free = self.env["order.cycle.availability"]._available(
            lines.product_id, everywhere, without_lines=lines, channel=self.cycle_channel_id
        )
        return any(
            self._cycle_is_short(line, place, free)
            and any(free[line.product_id.id, helper.id] > 0 for helper in helpers[place])
            for line, place in own.items()
        )

    def _cycle_own_warehouse(self, line):
        return line._cycle_short_warehouse() if self.state == "sale" else self.warehouse_id

    def _cycle_is_short(self, line, place, free):
        """Return whether `place` cannot serve `line` today."""
        if self.state == "sale":
            return True
        left = free[line.product_id.id, place.id]
        return line.product_id.uom_id.compare(left, line._cycle_wanted_qty()) < 0
