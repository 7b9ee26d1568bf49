from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models

from ..tools.demand import Supply, unready_kits
from .order_cycle_line_demand import SHORT


class OrderCyclePromisePlanner(models.AbstractModel):
    """From where and by when each order line gets its goods.

    A line has a demand for each product and warehouse it leaves from. Goods that are reserved or
    bought for it are its own. What is left of the stock and of the receipts, as
    `order.cycle.availability` counts it, is shared in the order of the promises: who was promised
    earlier is served first, whether the product is sold by itself or in a kit.
    """

    _name = "order.cycle.promise.planner"
    _inherit = ["order.cycle.promise.supply", "order.cycle.promise.elsewhere"]
    _description = "Planner of Promises"

    @api.model
    def _plan(self, lines):
        """Return {sale.order.line: [part]} for `lines` of one company; see `_record` for parts.

        Lines of quotations may be asked for, too, but not together with confirmed ones.
        The parts cover what is still to deliver. A list is empty where nobody can say.
        """
        lines = lines.sudo().filtered(lambda line: line._cycle_open_qty() > 0)
        by_line, by_place, kept = {}, defaultdict(list), self._kept(lines)
        for line in lines:
            by_line[line] = line._cycle_demands() if line in kept else []
            for demand in by_line[line]:
                by_place[demand.warehouse].append(demand)
        pool = []
        for warehouse, demands in by_place.items():
            pool += self._serve(warehouse, demands)
        # After every warehouse has given what it has: else the order of the warehouses would say
        # who gets what comes from afar.
        self._serve_from_afar(pool)
        return {line: self._parts(line, demands) for line, demands in by_line.items()}

    def _kept(self, lines):
        """Return the lines of goods that are kept in stock, as such or as the parts of a kit."""
        return lines.filtered(lambda line: line.product_id.is_storable or line._cycle_is_in_parts())

    # === ALLOCATION === #

    @api.model
    def _serve(self, warehouse, demands):
        """Find the supplies in their warehouse of `demands`, all of one.

        :return: those that were not served by what is their own, and the demands of others that
            want the same goods, served as well
        """
        for demand in demands:
            self._use_own(demand)
        waiting = [demand for demand in demands if demand.missing]
        return self._share_out(warehouse, waiting) if waiting else []

    def _use_own(self, demand):
        if not demand.product.is_storable:
            demand.use([Supply(fields.Datetime.now(), demand.quantity, "stock")])
        elif demand.line.state == "sale":
            demand.use(self._own_supplies(demand))

    @api.model
    def _share_out(self, warehouse, waiting):
        """Serve `waiting` and all who want the same goods, those promised first before others."""
        pool = waiting
        # A quotation gets what nobody else was promised: the availability answers that alone.
        if any(demand.line.state == "sale" for demand in waiting):
            pool = waiting + self._rivals(warehouse, waiting)
        products = self._products(waiting)
        arrivals, requests = self._coming(warehouse, products)
        shelves = self._shelves(warehouse, pool, arrivals)
        for demand in pool:
            for supply in demand.supplies:
                if supply.cause != "vendor":
                    shelves[demand.product].keep(supply.ready, supply.quantity)
        for product in products if pool is waiting else ():
            self._without_sold(requests, product, shelves[product].short)
        for demand in self._in_turn(pool):
            self._serve_one(demand, shelves[demand.product], requests)
        return pool

    def _in_turn(self, demands):
        return sorted(demands, key=lambda demand: demand.line._cycle_turn())

    def _serve_one(self, demand, shelf, requests):
        if demand.missing:
            demand.use(
                [
                    # What is on its way from another warehouse may have no document of its own.
                    Supply(ready, quantity, "stock" if shelf.is_now(ready) else "receipt", source)
                    for ready, quantity, source in shelf.take(demand.missing)
                ]
            )
        product = demand.product.id
        requests[product] = demand.use(requests[product])

    def _rivals(self, warehouse, waiting):
        """Return the demands of others who wait for the same goods here, with their own supplies.

        :param list waiting: demands
        """
        products = self._products(waiting)
        moves = (
            self.env["stock.move"]
            .sudo()
            .search(
                [
                    ("product_id", "in", products.ids),
                    ("location_id.warehouse_id", "=", warehouse.id),
                    ("sale_line_id.state", "=", "sale"),
                    ("state", "in", SHORT),
                ]
            )
        )
        # In a form that is being edited a line is a draft of the stored one.
        known = {(demand.line._origin, demand.product) for demand in waiting}
        rivals = [
            demand
            for line in moves.sale_line_id
            if line._cycle_open_qty() > 0
            for demand in line._cycle_demands()
            if demand.warehouse == warehouse
            and demand.product in products
            and (line, demand.product) not in known
        ]
        for demand in rivals:
            self._use_own(demand)
        return rivals

    # === PARTS === #

    def _parts(self, line, demands):
        """Return the parts of the promise of `line`; nothing where nobody can say."""
        if any(demand.missing for demand in demands):
            return []
        if not demands:
            if line._cycle_is_in_parts():
                # Somebody cancelled its delivery: there is nothing that takes the kit apart.
                return []
            return [self._part(line, line._cycle_open_qty(), fields.Datetime.now(), "stock")]
        is_kit = any(demand.product != line.product_id for demand in demands)
        parts = (self._parts_of_kit if is_kit else self._parts_of_goods)(line, demands)
        if transfers := self._transfers(demands):
            parts[-1]["transfers"] = transfers
        return parts

    def _transfers(self, demands):
        """Return what other warehouses are to send, as `cycle_transfers` of the line keeps it."""
        return [
            [demand.product.id, supply.source[1], demand.warehouse.id, supply.quantity]
            for demand in demands
            for supply in demand.supplies
            if supply.cause == "transfer"
        ]

    def _parts_of_goods(self, line, demands):
        parts = []
        for demand in demands:
            # Who looks at a line of several warehouses wants to know which of them has the goods.
            place = self._named(demand.warehouse) if len(demands) > 1 else None
            for ready, quantity, cause, source in demand.supplies:
                parts.append(
                    self._part(line, quantity, ready, cause, source or place, demand.warehouse)
                )
        return parts

    def _parts_of_kit(self, line, demands):
        """Return the kits that are complete in stock, and the rest with its last part."""
        unit, wanted = line.product_id.uom_id, line._cycle_open_qty()
        there = max(wanted - unready_kits(demands), 0.0)
        parts = []
        if unit.compare(there, 0) > 0:
            parts.append(self._part(line, there, fields.Datetime.now(), "stock"))
        if unit.compare(wanted - there, 0) > 0:
            served = [demand for demand in demands if demand.supplies]
            slowest = max(served, key=lambda demand: demand.last.ready)
            ready, _quantity, cause, source = slowest.last
            parts.append(self._part(line, wanted - there, ready, cause, source, slowest.warehouse))
        return parts

    def _part(self, line, quantity, ready, cause, source=None, warehouse=None):
        """Return one part of a promise of `line`, whose goods are ready at `ready` (naive UTC).

        :param source: (model, id, name) of the document behind it
        :param warehouse: where they leave from, if not where the line's goods leave from
        """
        model, number, name = source or (False, False, False)
        return {
            "quantity": quantity,
            "promised_date": line.order_id._cycle_arrival_of(
                ready + timedelta(days=line.customer_lead),
                warehouse or line._cycle_short_warehouse(),
            ),
            "cause": cause,
            "source_model": model,
            "source_id": number,
            "source_name": name,
        }
