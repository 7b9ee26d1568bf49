from datetime import timedelta

from odoo import api, fields, models

from ..tools.shelf import Shelf
from .order_cycle_promise_planner import FAR


class PlannerOfKits(models.AbstractModel):
    """By when a kit is complete: when the last of its parts is there.

    Each part is shared among all who wait for it, sold by itself or in a kit, in the order of
    their promises.
    """

    _inherit = "order.cycle.promise.planner"

    @api.model
    def _plan(self, lines):
        kits = lines.sudo().filtered(lambda line: line._cycle_is_in_parts())
        offered = self._offered_kits(lines.sudo() - kits)
        plans = super()._plan(lines.sudo() - kits - offered)
        for warehouse, group in self._by_warehouse(offered).items():
            plans.update(self._plan_offered(warehouse, group))
        for warehouse, group in self._by_warehouse(kits).items():
            waiting = group._cycle_moves_waiting()
            shared = {part: self._share_part(warehouse, part, group) for part in waiting.product_id}
            for line in group.filtered(lambda line: line._cycle_open_qty() > 0):
                own = line._cycle_moves_waiting().product_id
                plans[line] = self._parts_of_kit(line, [shared[part][line] for part in own])
        return plans

    def _offered_kits(self, lines):
        """Return those of `lines` that offer kits: there is no delivery to take apart yet."""
        offered = lines.filtered(lambda line: line.state != "sale")
        kits = self.env["order.cycle.kit"]._by_company(offered.product_id, offered.company_id)
        return offered.filtered(lambda line: line.product_id in kits.get(line.company_id, {}))

    def _plan_offered(self, warehouse, lines):
        """Return {line: [part]}: the day by which whole kits are there, if it is known."""
        now = fields.Datetime.now()
        demands = [(line.product_id, warehouse, line._cycle_open_qty()) for line in lines]
        found = self.env["order.cycle.availability"].sudo()._earliest(demands, without_lines=lines)
        plans = {}
        for line, (_product, _place, quantity), (moment, _taken) in zip(
            lines, demands, found, strict=True
        ):
            cause = "stock" if moment and moment <= now else "receipt"
            plans[line] = [self._part(line, quantity, moment, cause)] if moment else []
        return plans

    def _parts_of_kit(self, line, dates):
        """Return the parts of the promise: the kits that are complete, and the rest.

        :param list dates: (date, cause, source) of each part that is missing; None: nobody can say
        """
        if None in dates:
            return []
        now, unit = fields.Datetime.now(), line.product_id.uom_id
        rest = min(line._cycle_missing_in_stock_unit(), line._cycle_open_qty())
        there = line._cycle_open_qty() - rest
        parts = []
        if unit.compare(there, 0) > 0:
            parts.append(self._part(line, there, now, "stock"))
        if unit.compare(rest, 0) > 0:
            ready, cause, source = max(dates, key=lambda found: found[0])
            parts.append(self._part(line, rest, ready, cause, source))
        return parts

    def _share_part(self, warehouse, part, lines):
        """Return {line: (date, cause, source) or None} of when each has all it misses of `part`."""
        rivals = self._rivals_for_part(warehouse, part) | lines
        arrivals, asked = self._coming(warehouse, part)
        shelf = self._shelf_of_part(warehouse, part, rivals, arrivals[part.id])
        requests = asked[part.id]
        found = {}
        for line in rivals.sorted(lambda one: (one.cycle_promise_date or FAR, one.id)):
            missing = line._cycle_missing_of(part)
            rows = [
                (ready, quantity, "receipt" if source else "stock", source)
                for ready, quantity, source in (shelf.take(missing) if missing else ())
            ]
            rows += self._asked_for(part, requests, missing - sum(row[1] for row in rows))
            left = missing - sum(row[1] for row in rows)
            if part.uom_id.compare(left, 0) > 0:
                rows.append(self._part_from_afar(warehouse, part, left))
            found[line] = self._last(rows)
        return {line: found[line] for line in lines}

    def _last(self, rows):
        if None in rows:
            return None
        dates = [(ready, cause, source) for ready, _quantity, cause, source in rows]
        return max(dates, key=lambda row: row[0], default=(fields.Datetime.now(), "stock", None))

    def _rivals_for_part(self, warehouse, part):
        """Return the order lines of this warehouse that wait for `part`, whatever they sold."""
        moves = self.env["stock.move"].sudo()
        domain = [
            ("product_id", "=", part.id),
            ("location_id.warehouse_id", "=", warehouse.id),
            ("sale_line_id.state", "=", "sale"),
            ("state", "in", ("waiting", "confirmed", "partially_available")),
        ]
        return moves.search(domain).sale_line_id

    def _shelf_of_part(self, warehouse, part, rivals, arrivals):
        availability = self.env["order.cycle.availability"].sudo()
        steps = availability._steps(tuple(part.ids), warehouse, rivals, None)
        shelf = Shelf(steps[part.id, warehouse.id], arrivals, part.uom_id)
        for move in rivals.move_ids.filtered(lambda move: move.product_id == part):
            if move._cycle_is_open() and not move.location_id.should_bypass_reservation():
                shelf.keep(fields.Datetime.now(), move._cycle_reserved_qty())
        return shelf

    def _asked_for(self, part, requests, wanted):
        """Return rows of at most `wanted` that vendors were asked for; reduces `requests`."""
        rows = []
        for request in requests:
            taken = min(request[1], wanted)
            if part.uom_id.compare(taken, 0) > 0:
                request[1] -= taken
                wanted -= taken
                rows.append((request[0], taken, "vendor", request[2]))
        return rows

    def _part_from_afar(self, warehouse, part, quantity):
        """Return the row of what the vendor would send, or None."""
        company = warehouse.company_id
        seller = part.with_company(company)._select_seller(quantity=None, uom_id=part.uom_id)
        if not seller:
            return None
        ready = fields.Datetime.now() + timedelta(days=seller.delay)
        return ready, quantity, "vendor", self._named(seller.partner_id)
