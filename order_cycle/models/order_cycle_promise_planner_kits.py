from odoo import api, fields, models

from ..tools.demand import Supply


class PlannerOfKits(models.AbstractModel):
    """Kits of quotations: there is no delivery yet that takes them apart.

    Those of sold lines are demands for their parts, which `_parts_of_kit` puts together.
    """

    _inherit = "order.cycle.promise.planner"

    def _kept(self, lines):
        return super()._kept(lines) | self._offered_kits(lines)

    def _offered_kits(self, lines):
        offered = lines.filtered(lambda line: line.state != "sale")
        kits = self.env["order.cycle.kit"]._by_company(offered.product_id, offered.company_id)
        return offered.filtered(lambda line: line.product_id in kits.get(line.company_id, {}))

    @api.model
    def _serve(self, warehouse, demands):
        lines = self.env["sale.order.line"].union(*(demand.line for demand in demands))
        kits = self._offered_kits(lines)
        whole = [demand for demand in demands if demand.line in kits]
        if whole:
            self._serve_whole(whole)
        return super()._serve(warehouse, [demand for demand in demands if demand.line not in kits])

    def _serve_whole(self, demands):
        """Find the day by which whole kits are there, if it is known."""
        lines = self.env["sale.order.line"].union(*(demand.line for demand in demands))
        now = fields.Datetime.now()
        found = (
            self.env["order.cycle.availability"]
            .sudo()
            ._earliest(
                [(demand.product, demand.warehouse, demand.quantity) for demand in demands],
                without_lines=lines,
            )
        )
        for demand, (moment, _taken) in zip(demands, found, strict=True):
            if moment:
                cause = "stock" if moment <= now else "receipt"
                demand.use([Supply(moment, demand.quantity, cause)])
