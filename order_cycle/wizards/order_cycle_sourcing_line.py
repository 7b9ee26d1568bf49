from odoo import api, fields, models

from ..tools.distance import ABROAD, SAME_COUNTRY, SAME_REGION, SAME_STATE, SAME_ZIP


class OrderCycleSourcingLine(models.TransientModel):
    """One way an order line could be served: a warehouse, and how it helps."""

    _name = "order.cycle.sourcing.line"
    _description = "Source That Is Proposed"

    window_id = fields.Many2one("order.cycle.sourcing", required=True, ondelete="cascade")
    order_line_id = fields.Many2one(
        "sale.order.line", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="order_line_id.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    product_id = fields.Many2one(related="order_line_id.product_id")
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    warehouse_id = fields.Many2one("stock.warehouse", required=True, readonly=True)
    kind = fields.Selection(
        [
            ("stay", "Leaves as it is"),
            ("ship", "Ships from there"),
            ("transfer", "Is brought here first"),
        ],
        string="How",
        required=True,
        readonly=True,
    )
    wanted_qty = fields.Float(
        string="To Decide",
        readonly=True,
        digits="Product Unit",
        help="All of it for a quotation, what is missing for a confirmed order.",
    )
    available_qty = fields.Float(
        string="Available",
        readonly=True,
        digits="Product Unit",
        help="Can be promised there now: without what is sold, held or kept back.",
    )
    ready_at = fields.Datetime(
        string="Ships On",
        readonly=True,
        help="When all of it can leave for the customer. Empty: nobody knows.",
    )
    distance = fields.Float(string="Distance as a Number", readonly=True)
    distance_text = fields.Char(string="Distance", compute="_compute_distance_text")
    further = fields.Integer(
        string="Further Shipments",
        readonly=True,
        help="How many shipments more than if it leaves as it is.",
    )
    cost = fields.Monetary(
        string="Extra Cost", readonly=True, help="How much more than if it leaves as it is."
    )
    quantity = fields.Float(
        string="Take",
        digits="Product Unit",
        help="How many leave from here. What you leave over leaves as it is.",
    )
    why = fields.Selection(
        [
            ("only", "Nobody else can serve the line"),
            ("date", "The earliest date"),
            ("shipments", "The fewest shipments"),
            ("distance", "The nearest to the customer"),
            ("cost", "The lowest cost"),
            ("even", "As good as any other"),
        ],
        readonly=True,
        help="What decided for this proposal.",
    )

    @api.depends("distance", "window_id.basis")
    def _compute_distance_text(self):
        words = {
            SAME_ZIP: self.env._("Same postal code"),
            SAME_REGION: self.env._("Same region"),
            SAME_STATE: self.env._("Same state"),
            SAME_COUNTRY: self.env._("Same country"),
            ABROAD: self.env._("Abroad"),
        }
        for row in self:
            if row.window_id.basis == "km":
                row.distance_text = self.env._("%(km)s km", km=f"{row.distance:.0f}")
            else:
                row.distance_text = words.get(int(row.distance), "")

    def _stays(self):
        """Return what no other warehouse sends, in the product's unit.

        Of all the rows of one order line.
        """
        sent = self.filtered(lambda row: row.kind != "stay")
        return self.uom_id.round(self[:1].wanted_qty - sum(sent.mapped("quantity")))
