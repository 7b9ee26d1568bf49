from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..models.order_cycle_line_source import SHARES


class OrderCycleRemedySale(models.AbstractModel):
    """Remedies that change what the customer gets: decided by who may change the order."""

    _name = "order.cycle.remedy.sale"
    _inherit = "order.cycle.remedy"
    _description = "Remedy in the Order"

    @api.model
    def _reduce(self, rows):
        """Order what is missing on `rows` (order.cycle.shortage.line) less, by Odoo's own way."""
        for row in rows:
            order_line = row.order_line_id
            missing = order_line._cycle_sold_for(row.product_id, row.missing_qty)
            left = order_line.product_uom_qty - missing
            # What rounding leaves is nothing anybody waits for.
            left = max(order_line.product_uom_id.round(left), 0.0)
            order_line.with_context(**self._where_less(row)).product_uom_qty = left

    @api.model
    def _where_less(self, row):
        """Return the context that has a line of several warehouses lose what one of them misses."""
        line, place = row.order_line_id.sudo(), row.shortage_id.sudo().warehouse_id
        if len(line._cycle_to_leave()) < 2 or line._cycle_is_in_parts():
            return {}
        return {SHARES: {place: -row.missing_qty}}

    @api.model
    def _is_of_kits(self, case):
        """Return whether an order misses this as a part of a kit: no other goods replace that."""
        rows = case.shortage.line_ids.filtered("is_open")
        return any(line._cycle_is_in_parts() for line in rows.order_line_id)

    @api.model
    def _look_again(self, order_lines):
        # sudo: a salesperson changes the order, the shortage follows by itself
        self.env["order.cycle.shortage"].sudo()._match_need(order_lines.sudo())
        self.env["order.cycle.signal"].sudo()._emit(order_lines.sudo().order_id, "supply")


class OrderCycleRemedySubstitute(models.AbstractModel):
    """Send another product in the place of what is missing."""

    _name = "order.cycle.remedy.substitute"
    _inherit = "order.cycle.remedy.sale"
    _description = "Substitute"

    @api.model
    def _propose(self, facts, case):
        proposals = []
        for row in facts.substitutes if not self._is_of_kits(case) else ():
            other = row.substitute_id.with_company(case.shortage.company_id)
            if row.product_id != case.product:
                continue
            quantity = other.uom_id.round(case.missing * row.ratio)
            free = facts.free[other.with_env(facts.env), case.warehouse]
            if other.uom_id.compare(free, quantity) < 0:
                continue
            text = self.env._(
                "%(quantity)s %(unit)s of %(product)s, %(free)s are free. %(consent)s %(note)s",
                quantity=f"{quantity:g}",
                unit=other.uom_id.name,
                product=other.display_name,
                free=f"{free:g}",
                consent=self.env._("The customer has to agree.") if row.needs_consent else "",
                note=row.note or "",
            ).strip()
            proposals.append(
                self._proposal(
                    "substitute",
                    case,
                    [(facts.now, case.missing)],
                    text,
                    margin=self._margin(case, row, other, quantity),
                    substitute_id=row.id,
                )
            )
        return proposals

    @api.model
    def _margin(self, case, row, other, quantity):
        """Return what the orders earn more or less with the substitute."""
        before = case.cost * case.missing
        after = other.standard_price * quantity
        repriced = 0.0
        if self._prices(case.shortage) == "pricelist":
            sold = sum(need.value * need.missing for need in case.needs)
            repriced = other.list_price * quantity - sold
        return before - after + repriced

    @api.model
    def _prices(self, shortage):
        policies = shortage.line_ids.filtered("is_open").order_id.cycle_policy_id
        return policies[:1].substitute_price or "keep"

    @api.model
    def _apply(self, lines):
        for line in lines:
            row = line._chosen().substitute_id
            if row.needs_consent and not line.has_consent:
                raise UserError(
                    self.env._(
                        "Has the customer agreed to %(product)s? Ask, and tick “Customer Agreed”.",
                        product=row.substitute_id.display_name,
                    )
                )
            self._replace(line._own_rows(), row)
        return self.env["purchase.order"]

    @api.model
    def _replace(self, rows, substitute):
        order_lines = rows.order_line_id
        for row in rows:
            order_line = row.order_line_id
            vals = self._prepare_line(row, order_line, substitute)
            order_line.order_id.order_line = [Command.create(vals)]
            order_line.order_id.message_post(
                body=self.env._(
                    "%(quantity)s of %(product)s are missing: %(substitute)s is sent instead.",
                    quantity=f"{row.missing_qty:g}",
                    product=row.product_id.display_name,
                    substitute=substitute.substitute_id.display_name,
                )
            )
        self._reduce(rows)
        self._look_again(order_lines.order_id.order_line)

    @api.model
    def _prepare_line(self, row, order_line, substitute):
        product = substitute.substitute_id
        vals = {
            "product_id": product.id,
            "product_uom_id": product.uom_id.id,
            "product_uom_qty": product.uom_id.round(row.missing_qty * substitute.ratio),
            "sequence": order_line.sequence,
            "cycle_promise_date": fields.Datetime.now(),
        }
        if self._prices(row.shortage_id.sudo()) == "keep":
            price = order_line.product_uom_id._compute_price(order_line.price_unit, row.uom_id)
            vals |= {
                "price_unit": price / substitute.ratio,
                "discount": order_line.discount,
                "tax_ids": [Command.set(order_line.tax_ids.ids)],
            }
        return vals


class OrderCycleRemedyPartial(models.AbstractModel):
    """Ship what there is now, and the rest when it comes."""

    _name = "order.cycle.remedy.partial"
    _inherit = "order.cycle.remedy.sale"
    _description = "Ship What There Is"

    @api.model
    def _propose(self, facts, case):
        pickings = self._splittable(case.shortage.line_ids.filtered("is_open"))
        if not pickings:
            return []
        text = self.env._(
            "Ships what is reserved on %(deliveries)s now; the rest stays in this shortage",
            deliveries=", ".join(pickings.mapped("name")),
        )
        return [self._proposal("partial", case, [], text)]

    @api.model
    def _splittable(self, rows):
        """Return the deliveries that hold some of their goods, and wait for these `rows`."""
        pickings = rows.order_line_id.move_ids.filtered(
            lambda move: move._cycle_waits_for_stock()
        ).picking_id
        return pickings.filtered(
            lambda picking: any(
                move.quantity and move._cycle_is_open() for move in picking.move_ids
            )
        )

    @api.model
    def _apply(self, lines):
        # sudo: who may change the order may have it leave in two; the warehouse packs it
        rows = self.env["order.cycle.shortage.line"].concat(*(line._own_rows() for line in lines))
        rows = rows.sudo()
        pickings = self._splittable(rows)
        if not pickings:
            raise UserError(
                self.env._("Nothing is reserved for these orders, so there is nothing to ship.")
            )
        for picking in pickings:
            picking.action_split_transfer()
        self._look_again(rows.order_line_id)
        return self.env["purchase.order"]


class OrderCycleRemedyCancel(models.AbstractModel):
    """The customer does without what is missing."""

    _name = "order.cycle.remedy.cancel"
    _inherit = "order.cycle.remedy.sale"
    _description = "Cancel the Rest"

    @api.model
    def _propose(self, facts, case):
        lost = sum((need.value - case.cost) * need.missing for need in case.needs)
        text = self.env._(
            "Takes what is missing off %(orders)s",
            orders=", ".join(dict.fromkeys(need.order for need in case.needs)),
        )
        return [self._proposal("cancel", case, [], text, margin=-lost)]

    @api.model
    def _apply(self, lines):
        for line in lines:
            rows = line._own_rows()
            order_lines = rows.order_line_id
            for row in rows:
                row.order_id.message_post(
                    body=self.env._(
                        "%(quantity)s of %(product)s are missing and were cancelled.",
                        quantity=f"{row.missing_qty:g}",
                        product=row.product_id.display_name,
                    )
                )
            self._reduce(rows)
            self._look_again(order_lines)
        return self.env["purchase.order"]
