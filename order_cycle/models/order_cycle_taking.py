from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError

from ..exceptions import ReasonWanted
from .order_cycle_reserving import AT_THE_GATE

MANAGER = "order_cycle.group_order_cycle_manager"
# Why goods of others are taken, in the words of who takes them.
REASON = "order_cycle__reason"
# Set where a person pressed a button, and can be asked for a reason in a window.
BY_BUTTON = "order_cycle__by_button"
# What makes a line reserve more, or elsewhere.
RESERVING_FIELDS = {"quantity", "location_id", "lot_id", "package_id", "owner_id", "product_uom_id"}


class Taking(models.Model):
    """Goods that are reserved for one order are not taken for another without a word.

    Odoo frees the goods of others where more leaves a place than is free (`_free_reservation`:
    a quantity that was typed in, a done line that is changed, a count), and tells nobody. Here
    whose goods they are is said first; the operation type, and the policy of the order that loses
    them, decide whether it may be done; who loses them is promised a new date and shown to its
    owner at once, with the name of who took them.
    """

    _inherit = "stock.move.line"

    # === WHO RESERVES BY HAND PASSES THE GATE, TOO === #

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._cycle_pass_gates()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if not RESERVING_FIELDS.isdisjoint(vals):
            self._cycle_pass_gates()
        return result

    def _cycle_pass_gates(self):
        """Pass the gates of what these lines reserve, unless that was done for all of them."""
        if self.env.context.get(AT_THE_GATE):
            return
        reserving = self.filtered(
            lambda line: (
                line.quantity
                and line.state not in ("done", "cancel")
                and line.product_id.is_storable
                and not line.location_id.should_bypass_reservation()
            )
        )
        # sudo: who moves goods need not read every place they are moved from
        places = {
            (line.product_id.id, line.location_id.warehouse_id.id) for line in reserving.sudo()
        }
        self.env["order.cycle.gate"]._pass(places)

    # === GOODS OF OTHERS === #

    def _free_reservation(self, product_id, location_id, quantity, **which):
        """Take what is reserved for others only where that is allowed, and tell them."""
        others = self._cycle_reserved_moves(product_id, location_id, **which)
        before = {move: move._cycle_reserved_qty() for move in others}
        result = super()._free_reservation(product_id, location_id, quantity, **which)
        losses = {move: had - move._cycle_reserved_qty() for move, had in before.items()}
        lost = {
            move: loss for move, loss in losses.items() if product_id.uom_id.compare(loss, 0) > 0
        }
        if lost:
            self._cycle_take(lost)
        return result

    def _cycle_reserved_moves(
        self, product, location, lot_id=None, package_id=None, owner_id=None, **_kw
    ):
        """Return the moves of others that Odoo may free at this place."""
        # sudo: goods are taken from whoever has them, not only from those one may read
        lines = (
            self.env["stock.move.line"]
            .sudo()
            .search(
                [
                    ("state", "not in", ("done", "cancel")),
                    ("product_id", "=", product.id),
                    ("location_id", "=", location.id),
                    ("lot_id", "=", lot_id.id if lot_id else False),
                    ("package_id", "=", package_id.id if package_id else False),
                    ("owner_id", "=", owner_id.id if owner_id else False),
                    ("quantity_product_uom", ">", 0),
                    ("picked", "=", False),
                    ("move_id", "!=", self.move_id.id),
                ]
            )
        )
        mine = self.sudo().move_id
        return lines.move_id.filtered(lambda move: not move._cycle_is_of_the_same(mine))

    def _cycle_take(self, lost):
        """Allow or refuse that goods of others leave, and tell those who lose them.

        :param dict lost: {stock.move: quantity in the product's unit}
        :raises UserError: it is not allowed, or wants a reason; nothing moves then
        """
        victims = "\n".join(move._cycle_victim_text(loss) for move, loss in lost.items())
        # Goods that are not there any more are taken by nobody: a count or a scrap is a fact.
        if self.location_dest_id.usage != "inventory":
            self._cycle_check_taking(lost, victims)
        document = self.picking_id.name or self.move_id.origin or self.reference or ""
        for move, loss in lost.items():
            move._cycle_lose(loss, document, self.env.context.get(REASON))

    def _cycle_check_taking(self, lost, victims):
        rule = self._cycle_taking_rule()
        policies = self.browse().move_id.union(*lost).sale_line_id.order_id.cycle_policy_id
        if rule == "forbid" or any(policies.mapped("keeps_goods")):
            raise UserError(
                self.env._(
                    "These goods are reserved for others, and nobody may take them:\n%(victims)s\n"
                    "Lower the quantity to what is free, or wait for more goods.",
                    victims=victims,
                )
            )
        if rule == "reason" and not self._cycle_may_take_without_reason():
            raise ReasonWanted(
                self.env._(
                    "These goods are reserved for others:\n%(victims)s\nWho takes them has to say "
                    "why. Validate the delivery with its button, and give the reason there.",
                    victims=victims,
                ),
                victims,
            )

    def _cycle_taking_rule(self):
        # sudo: the setting counts for whoever moves goods
        line = self.sudo()
        kind = line.picking_type_id or line.location_id.warehouse_id.out_type_id
        return kind.cycle_taking or "reason"

    def _cycle_may_take_without_reason(self):
        """Return whether a reason was given, or this is a manager at work without a window."""
        if self.env.context.get(REASON) or self.env.uid == SUPERUSER_ID:
            return True
        return not self.env.context.get(BY_BUTTON) and self.env.user.has_group(MANAGER)
