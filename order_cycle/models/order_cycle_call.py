from datetime import timedelta

from odoo import api, fields, models

KEEP_DAYS = 30
VACUUM_BATCH = 1000


class OrderCycleCall(models.Model):
    """What was said to a carrier and what it said back, without secrets."""

    _name = "order.cycle.call"
    _description = "Carrier Call"
    _order = "started_at desc, id desc"
    _rec_name = "operation"

    consignment_id = fields.Many2one(
        "order.cycle.consignment", ondelete="cascade", index="btree_not_null"
    )
    manifest_id = fields.Many2one(
        "order.cycle.manifest", ondelete="cascade", index="btree_not_null"
    )
    pickup_id = fields.Many2one("order.cycle.pickup", ondelete="cascade", index="btree_not_null")
    account_id = fields.Many2one("order.cycle.carrier.account", ondelete="set null", index=True)
    company_id = fields.Many2one("res.company", required=True, index=True)
    operation = fields.Char(required=True)
    method = fields.Char()
    url = fields.Char(string="Address")
    started_at = fields.Datetime(string="When", required=True, index=True)
    seconds = fields.Float(digits=(8, 3))
    status = fields.Integer(string="HTTP Status", help="0: no answer came.")
    error_code = fields.Char()
    request_text = fields.Text(string="Request")
    response_text = fields.Text(string="Answer")

    @api.model
    def _prepare_vals(self, exchange):
        """Return the values that keep an `Exchange` of the carrier package, already redacted."""
        return {
            "operation": exchange.operation,
            "method": exchange.method,
            "url": exchange.url,
            "started_at": exchange.started_at.replace(tzinfo=None, microsecond=0),
            "seconds": exchange.seconds,
            "status": exchange.status or 0,
            "error_code": exchange.error_code,
            "request_text": exchange.request_text.replace("\0", ""),
            "response_text": exchange.response_text.replace("\0", ""),
        }

    @api.autovacuum
    def _vacuum_old_calls(self):
        days = int(
            self.env["ir.config_parameter"].sudo().get_param("order_cycle.call_days", KEEP_DAYS)
        )
        domain = [("started_at", "<", fields.Datetime.now() - timedelta(days=days))]
        old = self.search(domain, limit=VACUUM_BATCH)
        old.unlink()
        return len(old), self.search_count(domain, limit=VACUUM_BATCH)
