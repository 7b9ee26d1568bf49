from odoo import fields, models
from odoo.exceptions import UserError


class OrderCycleSteps(models.AbstractModel):
    """The steps of the flow, each a question `_lacks_x` and an answer `_step_x`.

    Part of `sale.order`. A step changes what its question asks for, so it may be repeated. The
    steps of the accounts (invoice, collect) are in `order.cycle.accounts`, the choice of a carrier
    is in `order.cycle.choosing`.
    """

    _name = "order.cycle.steps"
    _description = "Steps of an Order"

    # confirm: what arrived and may be confirmed without asking anybody
    def _lacks_confirmation(self):
        return self.filtered(
            lambda order: (
                order.state in ("draft", "sent")
                and (not order.cycle_policy_id or order.cycle_policy_id.auto_confirm)
            )
        )

    def _step_confirm(self):
        self._cycle_fill_from_policy()
        self.action_confirm()

    # promise: a date for everything that stock or a vendor can serve
    def _lacks_promise(self):
        return self.filtered(
            lambda order: (
                order.state == "sale"
                and order.cycle_policy_id
                and not order.commitment_date
                and order._cycle_goods_lines()
            )
        )

    def _step_promise(self):
        self.order_line._cycle_promise()
        self._cycle_mirror_promise()

    # reserve: goods for deliveries that wait for them
    def _lacks_reservation(self):
        moves = self._cycle_waiting_moves()
        return self & moves.sale_line_id.order_id

    def _step_reserve(self):
        moves = self._cycle_waiting_moves()
        # Odoo leaves what it wanted to buy and found no vendor for in `waiting`, where no receipt
        # and no scheduler ever looks. Its own computation of the state brings it back.
        moves.filtered(lambda move: move.state == "waiting")._recompute_state()
        moves._action_assign()

    # escalate: what is still missing goes to purchasing, what arrived is taken off the list
    def _lacks_escalation(self):
        return self.filtered(
            lambda order: (
                order._cycle_open_shortage_lines()
                or (
                    order.state == "sale"
                    and not order._cycle_waits_for_money(order.cycle_track_accounts)
                    and order.order_line._cycle_short_lines()
                )
            )
        )

    def _step_escalate(self):
        self.env["order.cycle.shortage"]._match_need(self.order_line)

    # ship: validate deliveries whose goods are all reserved, where the policy says so; what will
    # never leave is shown to a person
    def _lacks_shipping(self):
        return self.filtered(
            lambda order: (
                order.state == "sale"
                and order.cycle_policy_id
                and (
                    order.cycle_track_stock == "closed"
                    or (
                        order.cycle_policy_id.auto_ship
                        and not order._cycle_waits_for_money(order.cycle_track_accounts)
                        and not order._cycle_needs_choice()
                        and order._cycle_ready_pickings()
                    )
                )
            )
        )

    def _step_ship(self):
        pickings = self._cycle_ready_pickings()
        pickings._cycle_without_questions().button_validate()
        undone = pickings.filtered(lambda picking: picking.state != "done")
        if undone:
            raise UserError(
                self.env._(
                    "Delivery %(delivery)s needs a decision that only a person can take. Open "
                    "it and validate it there.",
                    delivery=", ".join(undone.mapped("name")),
                )
            )
        # In a warehouse of several steps the next transfer may be ready now.
        self.env["order.cycle.signal"]._emit(
            self.filtered(lambda order: order._cycle_ready_pickings()), "shipped"
        )

    # complete: delivered and paid, by quantities and money
    def _lacks_completion(self):
        return self.filtered(
            lambda order: (order.cycle_stage == "complete") != bool(order.cycle_completed_at)
        )

    def _step_complete(self):
        for order in self:
            is_complete = order.cycle_stage == "complete"
            order.cycle_completed_at = is_complete and fields.Datetime.now()

    # === WHAT THE STEPS WORK ON === #

    def _cycle_fill_from_policy(self):
        """Give the orders what their policy says and nobody chose: terms and delivery method."""
        for order in self.filtered("cycle_policy_id"):
            policy = order.cycle_policy_id
            if policy.payment_term_id and not order.payment_term_id:
                order.payment_term_id = policy.payment_term_id
            is_fixed = policy.carrier_choice == "fixed"
            if is_fixed and not order.carrier_id and order._cycle_goods_lines():
                order.carrier_id = policy._carrier_for(order)
            customer = order.partner_id.commercial_partner_id
            if not customer.cycle_payment_preference:
                customer.cycle_payment_preference = policy.settlement

    def _cycle_waiting_moves(self):
        """Return the stock moves of confirmed orders that wait for goods.

        Where the warehouse reserves by hand or on a later day, that is left to it.
        """
        orders = self.filtered(lambda order: order.state == "sale")
        return orders.order_line.move_ids.filtered(
            lambda move: move._cycle_waits_for_stock() and move._cycle_reserves_by_itself()
        )

    def _cycle_open_shortage_lines(self):
        return self.cycle_shortage_line_ids.filtered(lambda line: line.state == "open")

    def _cycle_ready_pickings(self):
        """Return the deliveries that may leave: everything reserved, or parts if allowed."""
        pickings = self.picking_ids.filtered(
            lambda picking: (
                picking.state == "assigned"
                and picking.picking_type_code in ("outgoing", "internal")
            )
        )
        return pickings.filtered(
            lambda picking: (
                picking.sale_id.cycle_policy_id.ship_partial
                or all(
                    move.state == "assigned" for move in picking.move_ids if move._cycle_is_open()
                )
            )
        )
