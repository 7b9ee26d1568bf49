from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

CAUSES = [
    ("stock", "In stock"),
    ("receipt", "Receipt"),
    ("vendor", "Vendor"),
    ("transfer", "Transfer from another warehouse"),
    ("production", "Production"),
    ("manual", "Set by a person"),
    ("supply", "Supply changed"),
    ("taken", "Goods taken for another order"),
    ("cancelled", "Purchase cancelled"),
]

TRIGGER = """
CREATE OR REPLACE FUNCTION order_cycle_promise_keep() RETURNS trigger AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        -- Deeper than one: the order line itself goes, and what was said of it with it.
        IF pg_trigger_depth() > 1 THEN RETURN OLD; END IF;
        RAISE EXCEPTION 'a promise is never deleted';
    END IF;
    IF (OLD.told_at IS NOT NULL AND NEW.told_at IS DISTINCT FROM OLD.told_at)
       OR to_jsonb(NEW) - ARRAY['told_at', 'write_uid', 'write_date']
          IS DISTINCT FROM to_jsonb(OLD) - ARRAY['told_at', 'write_uid', 'write_date']
    THEN RAISE EXCEPTION 'a promise is never changed'; END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
DROP TRIGGER IF EXISTS order_cycle_promise_keep ON order_cycle_promise;
CREATE TRIGGER order_cycle_promise_keep BEFORE UPDATE OR DELETE ON order_cycle_promise
    FOR EACH ROW EXECUTE FUNCTION order_cycle_promise_keep();
"""


class OrderCyclePromise(models.Model):
    """What a customer was promised of an order line, and why: rows are only ever added.

    The rows of one revision are the parts of one promise: so many pieces on this day, the rest on
    that. The promise in force is the last revision. PostgreSQL refuses changes as the ORM does.
    """

    _name = "order.cycle.promise"
    _description = "Promise"
    _order = "id desc"
    _rec_name = "promised_date"
    _check_company_auto = True

    # Plain fields, not related ones: a row says what was true when it was written.
    order_line_id = fields.Many2one(
        "sale.order.line", required=True, readonly=True, ondelete="cascade", index=True
    )
    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    product_id = fields.Many2one(related="order_line_id.product_id")
    uom_id = fields.Many2one(related="product_id.uom_id")
    revision = fields.Integer(
        required=True,
        readonly=True,
        help="The promises of an order line are counted; parts of one promise have one number.",
    )
    quantity = fields.Float(
        required=True, readonly=True, digits="Product Unit", help="In the product's unit."
    )
    promised_date = fields.Datetime(
        string="Promised", required=True, readonly=True, help="When the goods reach the customer."
    )
    cause = fields.Selection(
        CAUSES,
        required=True,
        readonly=True,
        help="Where the goods come from, or what changed.",
    )
    source_model = fields.Char(string="Kind of Source", readonly=True)
    source_id = fields.Many2oneReference(
        string="Source Document", model_field="source_model", readonly=True
    )
    source_name = fields.Char(
        string="Source", readonly=True, help="The document behind this date, as it was called then."
    )
    user_id = fields.Many2one(
        "res.users",
        string="Author",
        required=True,
        readonly=True,
        default=lambda self: self.env.uid,
        ondelete="restrict",
    )
    told_at = fields.Datetime(
        string="Told to the Customer", readonly=True, help="When the customer was sent this date."
    )

    _one_way = models.Index("(order_line_id, revision)")

    def init(self):
        self.env.cr.execute(TRIGGER)

    def _forget_trigger(self):
        """Leave no function behind: the table goes, and the trigger with it."""
        self.env.cr.execute("DROP FUNCTION IF EXISTS order_cycle_promise_keep() CASCADE")

    # === CRUD METHODS === #

    def write(self, vals):
        """Refuse everything but saying, once, that the customer was told."""
        if set(vals) != {"told_at"} or any(row.told_at for row in self):
            raise UserError(
                self.env._(
                    "What was promised stays on record. Make a new promise on the order instead."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("What was promised stays on record: promises cannot be deleted.")
        )

    # === BUSINESS METHODS === #

    @api.model
    def _record(self, parts_by_line):
        """Add one revision to each order line and mirror it on line and order.

        :param dict parts_by_line: {sale.order.line: [part]}, a part being a dict of `quantity`
            (product's unit), `promised_date` (naive UTC), `cause` and, if known, `source_model`,
            `source_id`, `source_name` and `transfers` (see `cycle_transfers` of the line). Lines
            without parts are left alone.
        :return: the new rows
        """
        parts_by_line = {line: parts for line, parts in parts_by_line.items() if parts}
        last = self._last_revisions(line.id for line in parts_by_line)
        rows = self.sudo().create(
            [
                {
                    "user_id": self.env.uid,
                    "order_line_id": line.id,
                    "order_id": line.order_id.id,
                    "company_id": line.order_id.company_id.id,
                    "revision": last[line.id] + 1,
                    **{name: value for name, value in part.items() if name != "transfers"},
                }
                for line, parts in parts_by_line.items()
                for part in parts
            ]
        )
        for line, parts in parts_by_line.items():
            line.with_context(order_cycle__ledger=True).cycle_promise_date = max(
                part["promised_date"] for part in parts
            )
            # A date that a person sets says nothing of where the goods come from.
            if any(part["cause"] != "manual" for part in parts):
                line._cycle_count_on(parts)
        rows.order_id._cycle_mirror_promise()
        return rows

    def _last_revisions(self, line_ids):
        found = self.sudo()._read_group(
            [("order_line_id", "in", list(line_ids))], ["order_line_id"], ["revision:max"]
        )
        return defaultdict(int, {line.id: revision for line, revision in found})

    def _in_force(self):
        """Return those of these rows that no later revision has replaced."""
        last = self._last_revisions(self.order_line_id.ids)
        return self.filtered(lambda row: row.revision == last[row.order_line_id.id])

    def _mark_told(self):
        """Note that the customer knows these promises from now on."""
        self.sudo().filtered(lambda row: not row.told_at).write({"told_at": fields.Datetime.now()})
