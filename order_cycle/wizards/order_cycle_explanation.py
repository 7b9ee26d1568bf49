from odoo import api, fields, models


class OrderCycleExplanation(models.TransientModel):
    """Shows what there is of a product, and why no more can be promised now."""

    _name = "order.cycle.explanation"
    _description = "Why This Many?"

    product_id = fields.Many2one(
        "product.product", required=True, ondelete="cascade", domain="[('type', '=', 'consu')]"
    )
    uom_id = fields.Many2one(related="product_id.uom_id")
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.user._get_default_warehouse_id(),
    )
    channel_id = fields.Many2one(
        "order.cycle.channel",
        help="Who wants to promise the goods. Empty: a person at the desk, who gets all but what "
        "is kept back from everybody.",
    )
    quantity = fields.Float(
        string="Can Be Promised Now",
        compute="_compute_lines",
        digits="Product Unit",
        help="Below zero: so many are missing for what was promised already.",
    )
    line_ids = fields.One2many(
        "order.cycle.explanation.line", "explanation_id", compute="_compute_lines"
    )
    place_ids = fields.One2many(
        "order.cycle.explanation.place",
        "explanation_id",
        string="Warehouses and Channels",
        compute="_compute_places",
        help="What everybody who sells can promise now, in each warehouse of the company.",
    )

    @api.depends("product_id", "warehouse_id", "channel_id")
    def _compute_lines(self):
        Line = self.env["order.cycle.explanation.line"]
        for window in self:
            rows = window._rows()
            window.quantity = sum(quantity for _sentence, quantity, _document in rows)
            window.line_ids = Line.union(
                *(
                    Line.new(
                        {
                            "name": sentence,
                            "quantity": quantity,
                            "document_ref": document and f"{document._name},{document.id}",
                        }
                    )
                    for sentence, quantity, document in rows
                )
            )

    def _rows(self):
        if not self.product_id or not self.warehouse_id:
            return []
        return self.env["order.cycle.availability"]._explain(
            self.product_id._origin, self.warehouse_id._origin, self.channel_id._origin
        )

    @api.depends("product_id", "warehouse_id")
    def _compute_places(self):
        Place = self.env["order.cycle.explanation.place"]
        for window in self:
            window.place_ids = Place.union(
                *(
                    Place.new(
                        {
                            "warehouse_id": warehouse.id,
                            "channel_id": channel.id,
                            "asked_by": channel.name or self.env._("At the desk"),
                            "quantity": quantity,
                        }
                    )
                    for warehouse, channel, quantity in window._places()
                )
            )

    def _places(self):
        """Return [(warehouse, channel or none for the desk, quantity)] of the company."""
        product = self.product_id._origin
        company = self.warehouse_id.company_id._origin
        if not product.is_storable or not company:
            return []
        own = [("company_id", "=", company.id)]
        warehouses = self.env["stock.warehouse"].search(own)
        Channel = self.env["order.cycle.channel"]
        channels = Channel.search([("company_id", "in", [False, company.id])])
        answers = [
            (channel, self.env["order.cycle.availability"]._available(
                product, warehouses, channel=channel
            ))
            for channel in [Channel, *channels]
        ]  # fmt: skip
        return [
            (warehouse, channel, answer[product.id, warehouse.id])
            for warehouse in warehouses
            for channel, answer in answers
        ]
