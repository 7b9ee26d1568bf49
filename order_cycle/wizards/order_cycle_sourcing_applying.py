from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..models.order_cycle_reserving import MUST_RESERVE

# Who may send goods from one warehouse to another: who may choose the remedy “Transfer”, and who
# moves goods.
TRANSFERS = (
    "order_cycle.group_order_cycle_operator,purchase.group_purchase_user,stock.group_stock_user"
)


class OrderCycleSourcingApplying(models.AbstractModel):
    """Does what was decided in the window “Where From?”: all of it or nothing, and once."""

    _name = "order.cycle.sourcing.applying"
    _description = "Applying Where From"

    def action_apply(self):
        """Have the lines leave from where it was decided.

        :raises UserError: it was applied already, the order or the stock has changed since the
            window was opened, or more is taken than there is; nothing is done then
        """
        self.ensure_one()
        order = self.order_id
        order.check_access("write")
        self._check_may_transfer()
        order.sudo().lock_for_update(allow_referencing=True)
        if self.is_applied:
            raise UserError(self.env._("This was applied already: close the window."))
        self._check_as_seen()
        self._check_quantities()
        self._check_helpers()
        self._check_stock()
        decided = self._decided()
        # sudo: the access to the order was checked; sources and moves are nobody's to write
        order = order.sudo().with_context(**{MUST_RESERVE: True})
        if order.state == "sale":
            self._apply_to_order(order, decided)
        else:
            self._apply_to_quotation(order, decided)
        order.message_post(body=self._told(decided))
        self.sudo().is_applied = True
        return {"type": "ir.actions.act_window_close"}

    # === CHECKS === #

    def _check_may_transfer(self):
        brought = self.line_ids.filtered(lambda row: row.kind == "transfer" and row.quantity)
        if brought and not self.env.user.has_groups(TRANSFERS):
            raise AccessError(
                self.env._(
                    "Only operators, buyers and warehouse people send goods from one warehouse to "
                    "another. Choose a warehouse that ships by itself, or ask one of them."
                )
            )

    def _check_as_seen(self):
        """See that the order still wants what the window was opened for."""
        order = self.order_id.sudo()
        open_lines = order._cycle_lines_to_source()
        for row in self.line_ids:
            line, wanted = row.sudo().order_line_id, 0.0
            if line in open_lines:
                wanted = (
                    line._cycle_missing_in_stock_unit(line._cycle_short_warehouse())
                    if order.state == "sale"
                    else line._cycle_wanted_qty()
                )
            if line.product_id.uom_id.compare(wanted, row.wanted_qty):
                raise UserError(
                    self.env._(
                        "%(order)s has changed since you opened this window: look at "
                        "%(product)s. Close it and open it again.",
                        order=order.name,
                        product=line.product_id.display_name,
                    )
                )

    def _check_quantities(self):
        for rows in self.line_ids.grouped("order_line_id").values():
            unit = rows.uom_id
            is_negative = any(unit.compare(row.quantity, 0) < 0 for row in rows)
            if is_negative or unit.compare(rows._stays(), 0) < 0:
                raise UserError(
                    self.env._(
                        "Of %(product)s you take more than the %(wanted)s that are to be decided, "
                        "or less than nothing. Correct the column “Take”.",
                        product=rows.product_id.display_name,
                        wanted=f"{rows[:1].wanted_qty:g}",
                    )
                )

    def _check_helpers(self):
        """See that each warehouse may help, whoever filled in the window."""
        order = self.order_id.sudo()
        rule = self.env["order.cycle.sourcing.rule"].sudo()._for(order)
        taking = self.line_ids.sudo().filtered(lambda row: row.kind != "stay" and row.quantity)
        owns = {line: order._cycle_own_warehouse(line) for line in taking.order_line_id}
        helpers = {own: rule._helpers(own) for own in owns.values()}
        for row in taking:
            own = owns[row.order_line_id]
            if row.warehouse_id not in helpers[own]:
                raise UserError(
                    self.env._(
                        "%(warehouse)s may not help %(own)s: rule %(rule)s does not say so. Ask a "
                        "manager to change the rule, or choose another warehouse.",
                        warehouse=row.warehouse_id.name,
                        own=own.name,
                        rule=rule.name or "-",
                    )
                )

    def _check_stock(self):
        """Take the turn at the goods, and see that they are still there."""
        rows = self.line_ids.sudo()
        taking = rows.filtered(lambda row: row.kind != "stay" and row.quantity)
        taken, gates = {}, set()
        for row in taking:
            place = row.product_id.id, row.warehouse_id.id
            taken[place] = taken.get(place, 0.0) + row.quantity
        for warehouse, some in taking.grouped("warehouse_id").items():
            # A kit is taken by its components.
            gates |= rows.env["order.cycle.hold"]._gates_of(some.product_id, warehouse)
        rows.env["order.cycle.gate"]._pass(gates)
        free = rows.env["order.cycle.availability"]._available(
            rows.product_id,
            rows.warehouse_id,
            without_lines=rows.order_line_id if self.order_id.state != "sale" else None,
            channel=self.order_id.sudo().cycle_channel_id,
        )
        for row in rows:
            place = row.product_id.id, row.warehouse_id.id
            left = free.get(place, 0.0)
            if place in taken and row.uom_id.compare(left, taken[place]) < 0:
                raise UserError(
                    self.env._(
                        "%(warehouse)s has only %(free)s %(unit)s of %(product)s left. Close this "
                        "window and open it again to see what can be done now.",
                        warehouse=row.warehouse_id.name,
                        free=f"{max(left, 0.0):g}",
                        unit=row.uom_id.name,
                        product=row.product_id.display_name,
                    )
                )

    # === APPLYING === #

    def _decided(self):
        """Return {sale.order.line: {kind: {stock.warehouse: quantity in the product's unit}}}."""
        decided = {}
        for row in self.line_ids.sudo():
            parts = decided.setdefault(row.order_line_id, {"ship": {}, "transfer": {}})
            if row.kind != "stay" and row.uom_id.compare(row.quantity, 0) > 0:
                known = parts[row.kind].get(row.warehouse_id, 0.0)
                parts[row.kind][row.warehouse_id] = known + row.quantity
        return decided

    @api.model
    def _apply_to_quotation(self, order, decided):
        """The goods leave from there when the order is confirmed; what is held moves along."""
        for line, parts in decided.items():
            line.with_env(order.env)._cycle_source_from(parts["ship"])
        if order.cycle_is_holding:
            order._cycle_hold(as_far_as_possible=True)

    def _apply_to_order(self, order, decided):
        transfer = self.env["order.cycle.remedy.transfer"]
        for line, parts in decided.items():
            line = line.with_env(order.env)
            if parts["ship"]:
                line._cycle_move_demand(parts["ship"])
            for warehouse, quantity in parts["transfer"].items():
                transfer._send(self._shortage_line(line), warehouse, quantity)
        lines = order.order_line.browse([line.id for line in decided])
        order.env["order.cycle.shortage"]._match_need(lines)
        order.env["order.cycle.signal"]._emit(order, "supply")

    @api.model
    def _shortage_line(self, line):
        """Return the shortage row of a line; one is opened where nobody has noticed it yet."""
        rows = self._rows_of(line)
        if not rows:
            line.env["order.cycle.shortage"]._match_need(line)
            rows = self._rows_of(line)
        return rows

    @api.model
    def _rows_of(self, line):
        warehouse = line._cycle_short_warehouse()
        return line.cycle_shortage_line_ids.filtered(
            lambda row: row.is_open and row.shortage_id.warehouse_id == warehouse
        )

    def _told(self, decided):
        """Return what the chatter says: what leaves from where, and what it costs more."""
        texts = []
        for line, parts in decided.items():
            found = [f"{number:g}: {place.name}" for place, number in parts["ship"].items()]
            found += [
                self.env._(
                    "%(number)s: brought from %(place)s", number=f"{number:g}", place=place.name
                )
                for place, number in parts["transfer"].items()
            ]
            if found:
                texts.append(f"{line.product_id.display_name} ({', '.join(found)})")
        if not texts:
            return self.env._("Everything leaves from the order's own warehouse.")
        return self.env._(
            "Leaves from elsewhere: %(lines)s. Shipments: %(shipments)s. Extra cost: %(cost)s.",
            lines="; ".join(texts),
            shipments=self.shipments,
            cost=self.currency_id.format(self.cost),
        )
