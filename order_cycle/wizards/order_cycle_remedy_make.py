from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError


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
        bill = self._bill(case.product, case.warehouse)
        if not bill or case.product.uom_id.compare(case.to_answer, 0) <= 0:
            return []
        needed = self._needed(bill, case)
        start, scarce = self._start(facts, case, bill, needed)
        if not start:
            return []
        text = self.env._(
            "By %(bill)s, %(days)s days", bill=bill.display_name, days=bill.produce_delay
        )
        if scarce:
            text += ". " + self.env._(
                "These components come first: %(components)s",
                components=", ".join(part.display_name for part in scarce),
            )
        cost = sum(part.standard_price * quantity for part, quantity in needed.items())
        arrival = max(start, facts.now) + timedelta(days=bill.produce_delay)
        margin = case.cost * case.to_answer - cost
        arrivals = [(arrival, case.to_answer)]
        return [self._proposal("make", case, arrivals, text, cost=cost, margin=margin)]

    @api.model
    def _needed(self, bill, case):
        """Return {component: quantity in its own unit} to make what is to be answered."""
        wanted = case.product.uom_id._compute_quantity(case.to_answer, bill.product_uom_id)
        _bills, rows = bill.explode(case.product, wanted / bill.product_qty)
        needed = {}
        for line, values in rows:
            part = line.product_id.with_company(case.shortage.company_id)
            if part.type == "consu":
                quantity = line.product_uom_id._compute_quantity(values["qty"], part.uom_id)
                needed[part] = needed.get(part, 0.0) + quantity
        return needed

    @api.model
    def _start(self, facts, case, bill, needed):
        """Return (when all components are there, those that are not there now).

        The date is None where a component is nowhere, and nobody sells it.
        """
        if not needed:
            return facts.now, []
        demands = [(part, case.warehouse, quantity) for part, quantity in needed.items()]
        answers = self.env["order.cycle.availability"]._earliest(demands)
        dates, scarce = [], []
        for part, (date, _places) in zip(needed, answers, strict=True):
            if not date:
                seller = part._select_seller(quantity=None, uom_id=part.uom_id)
                days = max(seller.delay, bill.days_to_prepare_mo)
                date = facts.in_days(days) if seller else None
            if not date or date > facts.now:
                scarce.append(part)
            dates.append(date)
        return (max(dates) if all(dates) else None), scarce

    # === APPLY === #

    @api.model
    def _apply(self, lines):
        for line in lines:
            # sudo: as for every procurement, who needs the goods may have no rights in production
            shortage = line.shortage_id.sudo()
            bill = self._bill(shortage.product_id, shortage.warehouse_id)
            if not bill:
                raise UserError(
                    self.env._(
                        "%(product)s has no bill of materials any more. Close this window and "
                        "open it again to see what can be done now.",
                        product=shortage.product_id.display_name,
                    )
                )
            production = shortage.env["mrp.production"].create(
                self._prepare_production(line, shortage, bill)
            )
            production.action_confirm()
            shortage.transfer_move_ids |= self._finished(production, shortage.product_id)
        return self.env["purchase.order"]

    @api.model
    def _finished(self, production, product):
        return production.move_finished_ids.filtered(lambda move: move.product_id == product)

    @api.model
    def _prepare_production(self, line, shortage, bill):
        # Odoo's own link between sale and production is the reference; it also gives the goods to
        # these orders first when they are made.
        orders = shortage.line_ids.filtered("is_open").order_id
        start = line._chosen().expected_at - timedelta(days=bill.produce_delay)
        return {
            "date_start": max(start, fields.Datetime.now()),
            "product_id": shortage.product_id.id,
            "product_qty": line._chosen().quantity,
            "product_uom_id": shortage.product_id.uom_id.id,
            "bom_id": bill.id,
            "picking_type_id": shortage.warehouse_id.manu_type_id.id,
            "company_id": shortage.company_id.id,
            "origin": ", ".join(orders.mapped("name"))[:200],
            "reference_ids": [Command.set(orders.stock_reference_ids.ids)],
        }
