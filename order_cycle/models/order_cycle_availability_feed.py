from dataclasses import replace
from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

MOST_ITEMS = 5000
EVERY_PRODUCT = 0


class AvailabilityFeed(models.Model):
    """Tells the systems of a channel how many of each product it can sell, and then what changed.

    The quantities are those of `order.cycle.availability`, which products changed is known by
    `order.cycle.availability.mark`, and how far a system has read by `order.cycle.feed.cursor`.
    """

    _inherit = "order.cycle.channel"

    # === PUBLIC INTERFACE === #

    @api.model
    def availability_changes(self, channel, cursor=None, limit=1000):
        """Tell how many this channel can sell of what changed; see docs/availability-feed.md.

        Over HTTP: ``POST /json/2/order.cycle.channel/availability_changes`` with a bearer key of
        a user in the group *Order Cycle / Channel* or *Order Cycle / User*.

        Never from a replica: a standby server does not know which transactions are under way.

        :param str channel: code of the channel
        :param str cursor: of the answer before; None for every product
        :param int limit: products in one answer, 1 to 5000
        :return: ``{"complete": bool, "reason": str | None, "items": [dict], "more": bool,
            "cursor": str}``, items as in `_feed_items`
        :raises odoo.exceptions.AccessError: the user may not ask for this channel
        :raises odoo.exceptions.UserError: unknown channel, a cursor or limit that is none
        """
        is_number = isinstance(limit, int) and not isinstance(limit, bool)
        if not is_number or not 0 < limit <= MOST_ITEMS:
            raise UserError(
                self.env._("The limit is a number from 1 to %(limit)s.", limit=MOST_ITEMS)
            )
        return self._feed_channel(channel)._feed(cursor, limit)

    @api.model
    def _feed_channel(self, code):
        """Return the channel of that code with all rights, if this user may ask for it."""
        user, company = self.env.user, self.env.company
        may_send = user.has_group("order_cycle.group_order_cycle_channel")
        may_read = self.env.su or self.has_access("read")
        if not may_send and not may_read:
            raise AccessError(
                self.env._(
                    "%(user)s may not read what a channel can sell. An administrator can add the "
                    "user to the group Order Cycle / Channel.",
                    user=user.name,
                )
            )
        # sudo: a channel's key reads no channels, products and warehouses but through this door
        found = self.sudo()._find_by_code(code, company)
        if not found:
            raise UserError(
                self.env._(
                    "There is no channel with the code “%(code)s” in %(company)s. Known "
                    "channels are under Order Cycle / Configuration / Channels.",
                    code=code,
                    company=company.name,
                )
            )
        if not may_read:
            self.env["order.cycle.intake"]._check_may_send_to(found)
        return found

    # === ACTION METHODS === #

    def action_download_availability(self):
        """Hand out the whole feed as a file."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/order_cycle/channel/{self.id}/availability.csv?company={self.env.company.id}",
            "target": "download",
        }

    # === BUSINESS METHODS === #

    def _feed(self, text, limit):
        """Return one answer of the feed.

        :param str text: of the cursor that was given out last, or None
        :param int limit: products in the answer; None for all of them
        """
        self.ensure_one()
        home, warehouses = self._feed_warehouses()
        cursors = self.env["order.cycle.feed.cursor"]
        scope = f"{self.id}/{home.id}/{','.join(map(str, sorted(warehouses.ids)))}"
        cursor, reason = cursors._begin(text, scope)
        changed = self._feed_changed(cursor, warehouses)
        if EVERY_PRODUCT in changed:
            cursor, reason = replace(cursor, since=None, since_at=None), "everything_changed"
        products = self._feed_products(cursor, changed)
        page = products[:limit]
        has_more = len(page) < len(products)
        after = page[-1] if has_more else 0
        return {
            "complete": cursor.is_complete,
            "reason": reason,
            "items": self._feed_items(page, home, warehouses),
            "more": has_more,
            "cursor": cursors._write_down(replace(cursor, after=after, has_more=has_more)),
        }

    def _feed_company(self):
        """Return whose goods are told: the channel's own company's, or the reader's."""
        return self.company_id or self.env.company

    def _feed_warehouses(self):
        """Return (the warehouse the goods leave from, all that are told about)."""
        company = self._feed_company()
        every = self.env["stock.warehouse"].search([("company_id", "=", company.id)])
        if not every:
            raise UserError(
                self.env._(
                    "%(company)s has no warehouse, so nothing can be sold from one.",
                    company=company.name,
                )
            )
        own = self.warehouse_id & every
        return (own, own) if own else (every[0], every)

    def _feed_changed(self, cursor, warehouses):
        """Return the ids of products that may have changed since the cursor's last reading."""
        if cursor.is_complete:
            return set()
        is_first = not cursor.after
        return self.env["order.cycle.availability.mark"]._since(
            (cursor.since, datetime.fromisoformat(cursor.since_at)),
            (None if is_first else cursor.until, datetime.fromisoformat(cursor.until_at)),
            tuple(warehouses.ids),
            self.id,
        )

    def _feed_products(self, cursor, changed):
        """Return the ids of the products that are left to tell about, sorted."""
        if not cursor.is_complete:
            return sorted(product for product in changed if product > cursor.after)
        domain = self._feed_domain() & Domain("id", ">", cursor.after)
        return self.env["product.product"].search(domain, order="id").ids

    def _feed_domain(self):
        """Return which products are in the feed at all: what is sold from stock."""
        return (
            Domain("sale_ok", "=", True)
            & Domain("is_storable", "=", True)
            & Domain("company_id", "in", (self._feed_company().id, False))
        )

    def _feed_items(self, ids, home, warehouses):
        """Return what is told of each product.

        ``{"product_id": int, "sku": str | None, "barcode": str | None, "unit": str | None,
        "available": number, "warehouses": {code: number}, "next_date": "YYYY-MM-DD" | None,
        "next_available": number | None, "removed": bool}``: quantities in the product's unit,
        never below zero, less what is kept back from this channel; removed: not sold (any more).

        :param list[int] ids: of products, also of some that are deleted
        """
        products = self.env["product.product"].with_context(active_test=False)
        known = products.browse(ids).exists()
        sold = products.search(
            Domain("id", "in", known.ids) & Domain("active", "=", True) & self._feed_domain()
        )
        steps = self._feed_steps(sold, warehouses)
        items = dict.fromkeys(ids)
        for product in known:
            items[product.id] = self._feed_item(product)
        for product in sold:
            items[product.id] |= self._feed_quantities(product, home, warehouses, steps)
        return [items[number] or self._feed_gone(number) for number in ids]

    def _feed_steps(self, products, warehouses):
        """Return {(product id, warehouse id): [(datetime, quantity by then)]}, from now on."""
        return self.env["order.cycle.availability"]._steps(products.ids, warehouses, None, self)

    def _feed_item(self, product):
        return self._feed_gone(product.id) | {
            "sku": product.default_code or None,
            "barcode": product.barcode or None,
            "unit": product.uom_id.name,
        }

    def _feed_gone(self, number):
        return {
            "product_id": number,
            "sku": None,
            "barcode": None,
            "unit": None,
            "available": 0.0,
            "warehouses": {},
            "next_date": None,
            "next_available": None,
            "removed": True,
        }

    def _feed_quantities(self, product, home, warehouses, steps):
        """Return the quantities of a product that is sold."""
        # Down: what is told is there.
        rounded = {
            warehouse: [
                (at, max(product.uom_id.round(free, rounding_method="DOWN"), 0.0))
                for at, free in steps[product.id, warehouse.id]
            ]
            for warehouse in warehouses
        }
        (_now, free), *later = rounded[home]
        more = next(((at, then) for at, then in later if then > free), (None, None))
        return {
            "available": free,
            "warehouses": {warehouse.code: rows[0][1] for warehouse, rows in rounded.items()},
            "next_date": more[0] and fields.Date.to_string(more[0].date()),
            "next_available": more[1],
            "removed": False,
        }
