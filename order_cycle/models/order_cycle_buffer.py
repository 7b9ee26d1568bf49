import math

from odoo import api, fields, models
from odoo.tools import SQL, float_is_zero, float_round

from .availability_sql import array

DIGITS = 6


class OrderCycleBuffer(models.Model):
    """Goods that are not promised: safety stock, or what other channels keep.

    The first buffer (by sequence) that fits the product, the warehouse and the channel that asks
    is the only one that counts. It keeps back from what could be promised, never more than that.
    """

    _name = "order.cycle.buffer"
    _description = "Buffer"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        help="Leave empty for a buffer that serves every company.",
    )
    channel_id = fields.Many2one(
        "order.cycle.channel",
        check_company=True,
        ondelete="cascade",
        help="Kept back from this channel only; the others may sell these goods. Empty: kept back "
        "from everybody.",
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        check_company=True,
        ondelete="cascade",
        help="Only in this warehouse. Empty: in each.",
    )
    product_id = fields.Many2one(
        "product.product",
        check_company=True,
        ondelete="cascade",
        domain="[('is_storable', '=', True)]",
        help="Only this product. Empty: any product.",
    )
    categ_id = fields.Many2one(
        "product.category",
        string="Product Category",
        ondelete="cascade",
        help="Only products of this category and of those below it. Empty: any category.",
    )
    kind = fields.Selection(
        [("pieces", "Pieces of the product"), ("percent", "Per cent of what could be promised")],
        string="Measured in",
        required=True,
        default="pieces",
        help="Per cent are rounded up to whole pieces where the stock is whole.",
    )
    quantity = fields.Float(
        string="Kept Back",
        required=True,
        digits="Product Unit",
        help="Pieces are of each product in each warehouse, in the product's own unit.",
    )

    _quantity_positive = models.Constraint(
        "CHECK(quantity >= 0)", "A buffer cannot keep back less than nothing: enter 0 or more."
    )
    _percent_at_most_all = models.Constraint(
        "CHECK(kind != 'percent' OR quantity <= 100)",
        "A buffer cannot keep back more than 100 per cent: enter 0 to 100.",
    )

    @api.depends("warehouse_id", "channel_id", "product_id")
    def _compute_company_id(self):
        for buffer in self:
            belongs = buffer.warehouse_id or buffer.channel_id.filtered("company_id")
            belongs = belongs or buffer.product_id
            buffer.company_id = belongs.company_id or buffer.company_id

    # === BUSINESS METHODS === #

    @api.model
    def _of_pairs(self, products, warehouses, channel):
        """Return {(product id, warehouse id): buffer}, only of pairs that have one.

        :param products, warehouses: ids
        :param channel: order.cycle.channel that asks, or an empty recordset
        """
        self.flush_model()
        self.env["product.category"].flush_model(["parent_path"])
        self.env["product.template"].flush_model(["categ_id"])
        self.env.cr.execute(
            SQL(
                """
                SELECT DISTINCT ON (product.id, warehouse.id)
                       product.id, warehouse.id, buffer.id
                  FROM order_cycle_buffer buffer
                  JOIN stock_warehouse warehouse
                    ON warehouse.id = ANY(%(warehouses)s)
                   AND COALESCE(buffer.warehouse_id, warehouse.id) = warehouse.id
                   AND COALESCE(buffer.company_id, warehouse.company_id) = warehouse.company_id
                  JOIN product_product product
                    ON product.id = ANY(%(products)s)
                   AND COALESCE(buffer.product_id, product.id) = product.id
                  JOIN product_template template ON template.id = product.product_tmpl_id
             LEFT JOIN product_category category ON category.id = template.categ_id
             LEFT JOIN product_category top ON top.id = buffer.categ_id
                 WHERE buffer.active
                   AND (buffer.channel_id IS NULL OR buffer.channel_id = %(channel)s)
                   AND (top.id IS NULL OR STARTS_WITH(category.parent_path, top.parent_path))
              ORDER BY product.id, warehouse.id, buffer.sequence, buffer.id
                """,
                products=array(products),
                warehouses=array(warehouses),
                channel=channel.id or None,
            )
        )
        # sudo: who may promise need not know the rules
        return {
            (product, warehouse): self.sudo().browse(buffer)
            for product, warehouse, buffer in self.env.cr.fetchall()
        }

    def _kept(self, free):
        """Return how many of `free` are not promised: at least 0, at most all of them."""
        self.ensure_one()
        free = max(free, 0)
        if self.kind == "pieces":
            return min(self.quantity, free)
        share = float_round(free * self.quantity / 100, precision_digits=DIGITS)
        is_whole = float_is_zero(free - round(free), precision_digits=DIGITS)
        return min(math.ceil(share) if is_whole else share, free)
