from odoo import api, models


class OrderCycleRemedyMake(models.AbstractModel):
    """Make it, where Odoo's manufacturing is installed and the product has a bill of materials."""

    _name = "order.cycle.remedy.make"
    _inherit = "order.cycle.remedy"
    _description = "Make"

    @api.model
    def _bill(self, product, warehouse):
        """Return the bill of materials to make `product` by, empty where there is none."""
        if "mrp.bom" not in self.env:
            return None
        # sudo: who buys may have it made without reading recipes
        bills = self.env["mrp.bom"].sudo()
        found = bills._bom_find(
            product, picking_type=warehouse.manu_type_id, company_id=warehouse.company_id.id
        )
        bill = found[product]
        return bill if bill.type == "normal" else bills

    @api.model
    def _propose(self, facts, case):
        unit = case.product.uom_id
        bill = self._bill(case.product, case.warehouse)
        if not bill or unit.compare(case.to_answer, 0) <= 0:
            return []
        arrival = facts.in_days(bill.produce_delay + bill.days_to_prepare_mo)
        text = self.env._(
            "By %(bill)s, %(days)s days",
            bill=bill.display_name,
            days=bill.produce_delay + bill.days_to_prepare_mo,
        )
        cost = case.cost * case.to_answer
        return [self._proposal("make", case, [(arrival, case.to_answer)], text, cost=cost)]

    @api.model
    def _apply(self, lines):
        for line in lines:
            # sudo: as for every procurement, who needs the goods may have no rights in production
            shortage = line.shortage_id.sudo()
            product, warehouse = shortage.product_id, shortage.warehouse_id
            orders = shortage.line_ids.filtered("is_open").order_id
            production = shortage.env["mrp.production"].create(
                {
                    "product_id": product.id,
                    "product_qty": line._chosen().quantity,
                    "product_uom_id": product.uom_id.id,
                    "bom_id": self._bill(product, warehouse).id,
                    "picking_type_id": warehouse.manu_type_id.id,
                    "company_id": shortage.company_id.id,
                    "origin": ", ".join(orders.mapped("name"))[:200],
                    "reference_ids": [(6, 0, orders.stock_reference_ids.ids)],
                }
            )
            production.action_confirm()
            shortage.transfer_move_ids |= production.move_finished_ids.filtered(
                lambda move, product=product: move.product_id == product
            )
        return self.env["purchase.order"]
