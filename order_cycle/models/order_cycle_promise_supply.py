from collections import defaultdict
from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ..tools.demand import Demand, Supply
from ..tools.shelf import Shelf

ASKED = ("draft", "sent", "to approve")


class OrderCyclePromiseSupply(models.AbstractModel):
    """What may serve the orders of a warehouse. Part of `order.cycle.promise.planner`."""

    _name = "order.cycle.promise.supply"
    _description = "Supply of Promises"

    def _shelves(self, warehouse, demands, arrivals):
        """Return {product: Shelf} of what `demands` may share; `arrivals` as `_coming` says."""
        products = self._products(demands)
        lines = self.env["sale.order.line"].union(*(demand.line for demand in demands))
        steps = (
            self.env["order.cycle.availability"]
            .sudo()
            ._steps(tuple(products.ids), warehouse, lines, None)
        )
        return {
            product: Shelf(steps[product.id, warehouse.id], arrivals[product.id], product.uom_id)
            for product in products
        }

    def _products(self, demands):
        return self.env["product.product"].union(*(demand.product for demand in demands))

    def _coming(self, warehouse, products):
        """Return (arrivals, requests) of `warehouse`, both by product id and by date.

        A source is (model, id, name), as a promise keeps it.

        :return: {id: [(naive UTC datetime, source)]} of what is under way from outside, and
            {id: [Supply]} of what vendors were asked for and have not confirmed, without what is
            meant for one delivery
        """
        for model in ("stock.move", "stock.picking", "purchase.order.line", "purchase.order"):
            self.env[model].flush_model()
        self.env.cr.execute(
            SQL(
                "%s UNION ALL %s ORDER BY 3, 5, 6",
                self._arrivals_sql(warehouse, products),
                self._requests_sql(warehouse, products),
            )
        )
        arrivals, requests = defaultdict(list), defaultdict(list)
        for kind, product, at, quantity, *source in self.env.cr.fetchall():
            ready = self._not_before_tomorrow(at)
            if kind == "arrives":
                arrivals[product].append((ready, tuple(source)))
            else:
                requests[product].append(Supply(ready, quantity, "vendor", tuple(source)))
        return arrivals, requests

    def _without_sold(self, requests, product, short):
        """Take off the requests what sold orders still miss in the end: they were asked for them.

        :param short: in the product's unit
        """
        rest = Demand(None, product, None, short)
        requests[product.id] = rest.use(requests[product.id])

    def _arrivals_sql(self, warehouse, products):
        return SQL(
            """SELECT 'arrives', move.product_id, GREATEST(move.date, bought.date_planned),
                      move.product_qty::float8,
                      CASE WHEN purchase.id IS NULL THEN 'stock.picking' ELSE 'purchase.order' END,
                      COALESCE(purchase.id, picking.id), COALESCE(purchase.name, picking.name)
                 FROM stock_move move
                 JOIN stock_location place ON place.id = move.location_dest_id
                 JOIN stock_location origin ON origin.id = move.location_id
            LEFT JOIN purchase_order_line bought ON bought.id = move.purchase_line_id
            LEFT JOIN purchase_order purchase ON purchase.id = bought.order_id
            LEFT JOIN stock_picking picking ON picking.id = move.picking_id
                WHERE move.product_id IN %(products)s
                  AND move.state NOT IN ('draft', 'done', 'cancel')
                  AND place.warehouse_id = %(warehouse)s
                  AND origin.warehouse_id IS DISTINCT FROM %(warehouse)s""",
            products=tuple(products.ids),
            warehouse=warehouse.id,
        )

    def _requests_sql(self, warehouse, products):
        # Of what several vendors are asked for, one gets the order, if any: it is no supply yet.
        return SQL(
            """SELECT 'asked', line.product_id, line.date_planned,
                      (line.product_qty * unit.factor / stock_unit.factor)::float8,
                      'purchase.order', purchase.id, purchase.name
                 FROM purchase_order_line line
                 JOIN purchase_order purchase ON purchase.id = line.order_id
                 JOIN stock_picking_type kind ON kind.id = purchase.picking_type_id
                 JOIN product_product product ON product.id = line.product_id
                 JOIN product_template template ON template.id = product.product_tmpl_id
                 JOIN uom_uom unit ON unit.id = line.product_uom_id
                 JOIN uom_uom stock_unit ON stock_unit.id = template.uom_id
                WHERE line.product_id IN %(products)s AND purchase.state IN %(asked)s
                  AND kind.warehouse_id = %(warehouse)s AND line.date_planned IS NOT NULL
                  AND line.sale_line_id IS NULL
                  AND NOT EXISTS (
                      SELECT FROM order_cycle_shortage_inquiry_rel inquiry
                        JOIN purchase_order_line asked ON asked.id = inquiry.purchase_line_id
                       WHERE asked.order_id = purchase.id)
                  AND NOT EXISTS (
                      SELECT FROM stock_move_created_purchase_line_rel link
                        JOIN stock_move move ON move.id = link.move_id
                       WHERE link.created_purchase_line_id = line.id
                         AND move.sale_line_id IS NOT NULL)""",
            products=tuple(products.ids),
            asked=ASKED,
            warehouse=warehouse.id,
        )

    def _own_supplies(self, demand):
        """Return [Supply] by date of what nobody else may take: reserved, bought or made for it."""
        line, product, place = demand.line, demand.product, demand.warehouse
        moves = line._cycle_open_moves().filtered(
            lambda move: move.product_id == product and line._cycle_place_of(move) == place
        )
        own = [Supply(fields.Datetime.now(), line._cycle_reserved_of(product, place), "stock")]
        incoming = moves.move_orig_ids.filtered(
            lambda move: (
                move._cycle_is_open()
                and move.location_dest_id.warehouse_id == place
                # A step inside the warehouse brings nothing; what another one sends does.
                and (not move.sale_line_id or move.location_id.warehouse_id != place)
            )
        )
        from_outside = moves.filtered(lambda move: move.location_id.should_bypass_reservation())
        for move in incoming | from_outside:
            ready, source = self._arrives_at(move), self._document(move)
            # What a vendor sends to the customer is not among what the warehouse has, or gets.
            cause = "vendor" if move in from_outside else "receipt"
            own.append(Supply(ready, move.product_qty, cause, source))
        for bought in moves.created_purchase_line_ids:
            if bought.order_id.state in ASKED and bought.date_planned:
                own.append(self._asked(bought))
        return sorted((one for one in own if one.quantity > 0), key=lambda one: one.ready)

    def _asked(self, purchase_line):
        """Return the Supply that a vendor was asked for and has not confirmed yet."""
        quantity = purchase_line.product_uom_id._compute_quantity(
            purchase_line.product_qty, purchase_line.product_id.uom_id, round=False
        )
        ready = self._not_before_tomorrow(purchase_line.date_planned)
        return Supply(ready, quantity, "vendor", self._named(purchase_line.order_id))

    def _arrives_at(self, move):
        """Return when an open move brings its goods.

        A new date of the purchase line is what the vendor says; Odoo leaves the move where it was.
        """
        return self._not_before_tomorrow(
            max(move.date, move.purchase_line_id.date_planned or move.date)
        )

    def _not_before_tomorrow(self, planned):
        """Return a date of goods: what is late comes tomorrow, as for the availability."""
        now = fields.Datetime.now()
        return planned if planned > now else now + timedelta(days=1)

    def _document(self, move):
        bought = move.purchase_line_id or move.move_orig_ids.purchase_line_id
        return self._named(bought.order_id[:1] or move.picking_id)

    def _named(self, record):
        """Return a source of goods as a promise keeps it: (model, id, name)."""
        return (record._name, record.id, record.display_name) if record else None
