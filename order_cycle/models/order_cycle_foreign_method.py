from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .order_cycle_foreign_call import run_for

ADMIN = "order_cycle.group_order_cycle_admin"
MANAGER = "order_cycle.group_order_cycle_manager"
# Types that call nobody, and the one with an outbox of its own.
WITHOUT_CALL = ("fixed", "base_on_rule", "order_cycle")
SWITCHES = {"cycle_through_outbox": False, "cycle_error_means": "unknown"}


class ForeignMethod(models.Model):
    """A delivery method of another connector whose bookings go through the outbox."""

    _inherit = "delivery.carrier"

    cycle_through_outbox = fields.Boolean(
        string="Book through the Outbox",
        copy=False,
        help="Validating a delivery no longer calls the carrier: it writes a booking, and a worker "
        "calls the carrier once. Odoo repeats a request that another one got in the way of, and "
        "a carrier called from there books again each time.",
    )
    cycle_error_means = fields.Selection(
        [
            ("unknown", "Perhaps booked: ask a person"),
            ("refused", "Not booked: correct it and book again"),
        ],
        string="An Error of the Connector Means",
        required=True,
        default="unknown",
        copy=False,
        help="What to make of an error message of this connector. Only if you know that it never "
        "shows one after the carrier has booked, choose “Not booked”. What is no message "
        "(a lost connection, a fault of the program) always means “Perhaps booked”.",
    )
    cycle_armed_for = fields.Char(
        groups=ADMIN,
        copy=False,
        readonly=True,
        exportable=False,
        help="The database in which the outbox was switched on. A copy of it does not ship.",
    )
    cycle_is_of_other_database = fields.Boolean(compute="_compute_cycle_is_of_other_database")

    @api.depends("cycle_armed_for", "cycle_through_outbox")
    def _compute_cycle_is_of_other_database(self):
        # sudo: everybody may know that nothing is sent
        methods = self.sudo()
        connectors = methods.filtered(lambda carrier: carrier._cycle_goes_through_outbox())
        here = connectors and self.env["order.cycle.carrier.account"]._database_identity()
        for carrier in methods:
            carrier.cycle_is_of_other_database = (
                carrier in connectors and carrier.cycle_armed_for != here
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get(name, off) != off for vals in vals_list for name, off in SWITCHES.items()):
            self._cycle_check_may_switch()
        carriers = super().create(vals_list)
        carriers.filtered("cycle_through_outbox")._cycle_arm()
        return carriers

    def write(self, vals):
        if SWITCHES.keys() & vals.keys():
            self._cycle_check_may_switch()
        result = super().write(vals)
        if vals.get("cycle_through_outbox"):
            self._cycle_arm()
        return result

    def _cycle_check_may_switch(self):
        if not self.env.su and not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._("Only an Order Cycle manager decides how deliveries are booked.")
            )

    # === ACTION METHODS === #

    def action_cycle_confirm_database(self):
        """Say that this copy of a database is the one that ships from now on."""
        self.check_access("write")
        self._cycle_check_may_switch()
        self._cycle_arm()
        waiting = [("carrier_id", "in", self.ids), ("state", "=", "todo")]
        # sudo: the access was checked; the protocol's fields are nobody's to write
        rows = self.env["order.cycle.foreign.booking"].sudo().search(waiting)
        rows.write({"next_try_at": fields.Datetime.now(), "state_message": False})
        rows._solve_exceptions()
        rows._wake()
        return True

    def _cycle_arm(self):
        """Tie these methods to this database."""
        here = self.env["order.cycle.carrier.account"]._database_identity()
        # sudo: nobody but administrators sees it
        self.sudo().write({"cycle_armed_for": here})

    # === ODOO'S PROVIDER CONTRACT === #

    def send_shipping(self, pickings):
        """Enter the connector for the worker; write bookings for whoever else asks.

        :return: as Odoo's contract says; without a number where the worker has yet to ask for it
        """
        enter = super().send_shipping
        if run := run_for(pickings):
            return run.once(lambda: enter(pickings))
        if not self._cycle_goes_through_outbox():
            return enter(pickings)
        pickings.check_access("write")
        pickings._cycle_queue_foreign(self)
        return [{"exact_price": 0.0, "tracking_number": False} for _picking in pickings]

    def cancel_shipment(self, pickings):
        """Cancel what is booked at the carrier, and withdraw what is not booked yet."""
        self._cycle_check_copy()
        cancel, result = super().cancel_shipment, None
        for picking in pickings:
            # sudo: whoever may cancel a delivery's shipment may settle its booking
            rows = picking._cycle_foreign_to_cancel(self).sudo()
            if rows:
                rows._cancel_with(lambda _row, one=picking: cancel(one))
            else:
                result = cancel(picking)
        return result

    def get_return_label(self, pickings, tracking_number=None, origin_date=None):
        """A copy of a database has no return labels made either: they cost money, too."""
        self._cycle_check_copy()
        return super().get_return_label(pickings, tracking_number, origin_date)

    # === BUSINESS METHODS === #

    def _cycle_goes_through_outbox(self):
        """Return whether another connector is entered by the worker only."""
        return (
            self.cycle_through_outbox
            and self.delivery_type not in WITHOUT_CALL
            and self.integration_level == "rate_and_ship"
        )

    def _cycle_check_copy(self):
        """Refuse to have a connector reach its carrier from a copy of the database.

        :raises UserError: it is one
        """
        problem = self._cycle_goes_through_outbox() and self._cycle_copy_problem()
        if problem:
            raise UserError(problem)

    def _cycle_copy_problem(self):
        """Return why this database must not reach the carrier, or ""."""
        # sudo: system parameter
        if self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized"):
            return self.env._("This database is neutralized: it does not reach any carrier.")
        if self.cycle_is_of_other_database:
            return self.env._(
                "This database is a copy of the one in which %(method)s was set up, so nothing was "
                "sent. If the copy is to ship, a manager confirms that on the delivery method.",
                method=self.name,
            )
        return ""
