from odoo import fields, models


class OrderCycleSource(models.Model):
    """So many of an order line leave from another warehouse than the order's own.

    Decided in the window “Where From?”. What no row speaks of leaves from the order's warehouse.
    """

    _name = "order.cycle.source"
    _description = "Source of an Order Line"
    _order = "order_line_id, id"
    _rec_name = "warehouse_id"
    _check_company_auto = True

    order_line_id = fields.Many2one(
        "sale.order.line", required=True, readonly=True, ondelete="cascade", index=True
    )
    order_id = fields.Many2one(
        related="order_line_id.order_id", store=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="order_line_id.company_id", store=True, index=True)
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        string="Ships From",
        required=True,
        readonly=True,
        check_company=True,
        ondelete="restrict",
    )
    product_id = fields.Many2one(
        "product.product",
        required=True,
        readonly=True,
        ondelete="cascade",
        help="What it was decided for: a line that gets another product has to be decided anew.",
    )
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    quantity = fields.Float(
        required=True, readonly=True, digits="Product Unit", help="In the product's own unit."
    )

    _quantity_positive = models.Constraint(
        "CHECK(quantity > 0)", "A source needs a quantity above zero."
    )
    _one_per_warehouse = models.UniqueIndex(
        "(order_line_id, warehouse_id)", "This warehouse is a source of the line already."
    )
