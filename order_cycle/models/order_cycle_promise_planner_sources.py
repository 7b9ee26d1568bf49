from odoo import api, fields, models


class PlannerOfSources(models.AbstractModel):
    """Lines of quotations that leave from several warehouses: each share is planned in its own."""

    _inherit = "order.cycle.promise.planner"

    @api.model
    def _plan(self, lines):
        split = lines.sudo().filtered(
            lambda line: line.state != "sale" and len(line._cycle_wanted_shares()) > 1
        )
        plans = super()._plan(lines.sudo() - split)
        for line in split:
            plans[line] = self._plan_shares(line)
        return plans

    def _plan_shares(self, line):
        """Return one part for each share; nothing where nobody can say when one of them comes."""
        now, shares = fields.Datetime.now(), line._cycle_wanted_shares()
        demands = [(line.product_id, place, quantity) for place, quantity in shares.items()]
        found = self.env["order.cycle.availability"].sudo()._earliest(demands, without_lines=line)
        if any(moment is None for moment, _taken in found):
            return []
        return [
            self._part(
                line,
                quantity,
                moment,
                "stock" if moment <= now else "receipt",
                self._named(place),
            )
            for (_product, place, quantity), (moment, _taken) in zip(demands, found, strict=True)
        ]
