from itertools import zip_longest

from odoo import models


class OrderCycleIntakeConflict(models.AbstractModel):
    """The same reference with other content: kept apart, compared, shown to a person.

    Part of the intake.
    """

    _name = "order.cycle.intake.conflict"
    _description = "Conflict of Received Orders"

    def _take_in_conflict(self, known, vals):
        same = self.search(
            [
                ("order_id", "=", known.order_id.id),
                ("fingerprint", "=", vals["fingerprint"]),
                ("state", "=", "conflict"),
            ],
            limit=1,
        )
        if same:
            return same
        conflict = self.create({**vals, "state": "conflict", "order_id": known.order_id.id})
        # The first version may be waiting to be read: then `_accept` tells about the conflict.
        if known.order_id:
            conflict._tell_conflict()
        return conflict

    def _tell_conflict(self):
        for conflict in self:
            self.env["order.cycle.exception"]._raise(
                conflict.order_id,
                "capture",
                "conflict",
                self.env._(
                    "Order %(reference)s came again with other content:\n%(differences)s",
                    reference=conflict.external_ref,
                    differences=conflict.difference_text,
                ),
                intake_id=conflict.id,
            )

    def _first_version(self):
        """Return what made the order that this conflict is about."""
        if self.state != "conflict":
            return self.browse()
        return self.order_id.cycle_intake_ids.filtered(lambda row: row.state == "accepted")[:1]

    def _differences(self, old, new, path=""):
        """Return one text per value that differs: ``path: old → new``."""
        if isinstance(old, dict) and isinstance(new, dict):
            parts = [
                (f"{path}.{name}" if path else name, old.get(name), new.get(name))
                for name in {**old, **new}
            ]
        elif isinstance(old, list) and isinstance(new, list):
            pairs = enumerate(zip_longest(old, new), start=1)
            parts = [(f"{path}[{number}]", *pair) for number, pair in pairs]
        elif old == new:
            return []
        else:
            before, after = ("–" if value is None else value for value in (old, new))
            return [f"{path}: {before} → {after}"]
        return [
            line for place, left, right in parts for line in self._differences(left, right, place)
        ]
