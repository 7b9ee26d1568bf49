from odoo import Command, api, fields, models
from odoo.exceptions import UserError

# Days between two warehouses where no resupply route says how many.
TRANSFER_DAYS = 1


class OrderCycleRemedyTransfer(models.AbstractModel):
    """Bring it from another warehouse of the company."""

    _name = "order.cycle.remedy.transfer"
    _inherit = "order.cycle.remedy"
    _description = "Transfer"

    @api.model
    def _propose(self, facts, case):
        unit = case.product.uom_id
        if unit.compare(case.to_answer, 0) <= 0:
            return []
        return [
            self._proposal(
                "transfer",
                case,
                [(self._arrival(facts, case, warehouse), case.to_answer)],
                self.env._(
                    "%(quantity)s %(unit)s are free in %(warehouse)s",
                    quantity=f"{free:g}",
                    unit=unit.name,
                    warehouse=warehouse.name,
                ),
                warehouse_id=warehouse.id,
            )
            for warehouse, free in facts.elsewhere(case)
            if unit.compare(free, case.to_answer) >= 0
        ]

    @api.model
    def _route(self, source, target):
        return target.resupply_route_ids.filtered(lambda route: route.supplier_wh_id == source)[:1]

    @api.model
    def _arrival(self, facts, case, source):
        return facts.in_days(self._days(source, case.warehouse))

    @api.model
    def _days(self, source, target):
        """Return how many days goods travel from one warehouse to another."""
        route = self._route(source, target)
        return sum(route.rule_ids.mapped("delay")) if route else TRANSFER_DAYS

    @api.model
    def _apply(self, lines):
        for line in lines:
            proposal = line._chosen()
            self._send(line, proposal.warehouse_id, proposal.quantity)
        return self.env["purchase.order"]

    @api.model
    def _send(self, line, source, quantity):
        """Move `quantity` from `source` to the line's warehouse, for the orders that wait.

        By the resupply route between the two where there is one, by a plain transfer otherwise.

        :raises UserError: the goods are not there any more
        """
        # sudo: whoever answers for the company may send its goods from one warehouse to another
        shortage = line.shortage_id.sudo()
        target, product = shortage.warehouse_id, shortage.product_id
        orders = shortage.line_ids.filtered("is_open").order_id
        route = self._route(source, target)
        send = self._send_by_route if route else self._send_plainly
        moves = send(shortage, source, quantity, orders)
        moves._action_assign()
        first = moves.filtered(lambda move: move.location_id.warehouse_id == source)
        unit = product.uom_id
        reserved = sum(first.move_line_ids.mapped("quantity_product_uom"))
        if unit.compare(reserved, quantity) < 0:
            raise UserError(
                self.env._(
                    "%(warehouse)s has only %(free)s %(unit)s of %(product)s left. Close this "
                    "window and open it again to see what can be done now.",
                    warehouse=source.name,
                    free=f"{reserved:g}",
                    unit=unit.name,
                    product=product.display_name,
                )
            )
        shortage.transfer_move_ids |= moves.filtered(
            lambda move: move.location_dest_id.warehouse_id == target
        )

    @api.model
    def _send_plainly(self, shortage, source, quantity, orders):
        product, target = shortage.product_id, shortage.warehouse_id
        picking = shortage.env["stock.picking"].create(
            {
                "picking_type_id": source.int_type_id.id,
                "location_id": source.lot_stock_id.id,
                "location_dest_id": target.lot_stock_id.id,
                "origin": ", ".join(orders.mapped("name"))[:200],
                "company_id": shortage.company_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "product_uom": product.uom_id.id,
                            "location_id": source.lot_stock_id.id,
                            "location_dest_id": target.lot_stock_id.id,
                            "company_id": shortage.company_id.id,
                            "reference_ids": [Command.set(orders.stock_reference_ids.ids)],
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        return picking.move_ids

    @api.model
    def _send_by_route(self, shortage, source, quantity, orders):
        product, target = shortage.product_id, shortage.warehouse_id
        Rule = shortage.env["stock.rule"]
        before = self._moves_between(shortage, source)
        values = {
            "warehouse_id": target,
            "route_ids": self._route(source, target),
            "date_planned": fields.Datetime.now(),
            "company_id": shortage.company_id,
            "reference_ids": orders.stock_reference_ids,
        }
        name = ", ".join(orders.mapped("name"))[:200]
        Rule.run(
            [
                Rule.Procurement(
                    product, quantity, product.uom_id, target.lot_stock_id, name, name,
                    shortage.company_id, values,
                )
            ]
        )  # fmt: skip
        return self._moves_between(shortage, source) - before

    @api.model
    def _moves_between(self, shortage, source):
        return shortage.env["stock.move"].search(
            [
                ("product_id", "=", shortage.product_id.id),
                ("state", "not in", ("done", "cancel")),
                ("rule_id.route_id", "in", self._route(source, shortage.warehouse_id).ids),
            ]
        )
