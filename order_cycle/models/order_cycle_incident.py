from collections import Counter

from odoo import fields, models

from ..carriers.journey import INCIDENTS

# The first time that nobody was at home is no incident: the carrier comes again.
FAILED_TRIES = 2
# Beside what goes wrong on the road: a carrier that cancels what we want sent.
INCIDENT_STATES = (*INCIDENTS, "cancelled")


class OrderCycleIncident(models.AbstractModel):
    """What a person has to do about goods that do not arrive."""

    _name = "order.cycle.incident"
    _description = "Incidents of a Consignment"

    is_incident = fields.Boolean(
        string="Incident",
        readonly=True,
        copy=False,
        help="The goods do not arrive unless a person does something.",
    )
    incident_event_id = fields.Many2one(
        "order.cycle.tracking.event",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        help="The scan that people were told of last.",
    )

    def _show_incident(self):
        """Tell a person of what went wrong, once for each scan; close what is over."""
        self.is_incident = self._does_not_arrive()
        if not self.is_incident:
            self._open_incidents()._close("solved")
            self.incident_event_id = False
            return
        scan = self._latest(self.delivery_state)
        if scan == self.incident_event_id:
            # Told already, and perhaps dealt with.
            return
        self.incident_event_id = scan
        self.env["order.cycle.exception"]._raise(
            self.order_id,
            "deliver",
            "incident",
            self._incident_text(scan),
            consignment_id=self.id,
            picking_id=self.picking_id.id,
            company_id=self.company_id.id,
        )

    def _finish_booked(self):
        """Whatever else was solved by the booking: goods that do not arrive still do not."""
        is_open = self.filtered(lambda row: row.incident_event_id and row._open_incidents())
        result = super()._finish_booked()
        for row in is_open:
            row.incident_event_id = False
            row._show_incident()
        return result

    def _does_not_arrive(self):
        if self.state != "done" or self.delivery_state not in INCIDENT_STATES:
            return False
        if self.delivery_state == "cancelled":
            return not self.cancel_wanted
        tries = Counter(
            event.tracking_ref for event in self.event_ids if event.code == "delivery_failed"
        )
        return self.delivery_state != "delivery_failed" or max(tries.values()) >= FAILED_TRIES

    def _open_incidents(self):
        return self.env["order.cycle.exception"].search(
            [
                ("consignment_id", "=", self.id),
                ("kind", "=", "incident"),
                ("state", "=", "open"),
            ]
        )

    def _incident_text(self, scan):
        """Return what happened, in the carrier's words, and what to do about it."""
        return self.env._(
            "%(what)s: %(waybill)s of %(carrier)s (“%(words)s”, %(place)s, %(when)s). %(advice)s",
            what=self._label_of_state(),
            waybill=scan.tracking_ref or self.waybill_ref,
            carrier=self.account_id.name,
            words=scan.text or scan.carrier_code,
            place=scan.location or self.env._("no place named"),
            when=fields.Datetime.context_timestamp(
                self.with_context(tz=self.company_id.partner_id.tz), scan.happened_at
            ).strftime("%Y-%m-%d %H:%M"),
            advice=self._incident_advice()[self.delivery_state],
        )

    def _label_of_state(self):
        labels = dict(self._fields["delivery_state"]._description_selection(self.env))
        return labels[self.delivery_state]

    def _incident_advice(self):
        return {
            "lost": self.env._(
                "Ask the carrier to search and claim the value of the goods; send them again."
            ),
            "damaged": self.env._(
                "Ask the receiver for pictures, claim the damage in time, agree on a replacement."
            ),
            "refused": self.env._(
                "Ask the customer why; tell the carrier to try again or let the goods come back."
            ),
            "returning": self.env._("Agree with the customer whether the goods are sent again."),
            "returned": self.env._(
                "Check the goods in as a return, then send them again or give the money back."
            ),
            "held": self.env._(
                "Tell the carrier what to do before the storage time is over: a new day, another "
                "address, or back to you."
            ),
            "delivery_failed": self.env._(
                "Check address and phone with the customer and agree on a day with the carrier."
            ),
            "incident": self.env._("Ask the carrier what happened and what it needs."),
            "cancelled": self.env._(
                "The carrier will not fetch these goods. Say so with “Cancelled at the Carrier” "
                "and hand them over again."
            ),
        }
