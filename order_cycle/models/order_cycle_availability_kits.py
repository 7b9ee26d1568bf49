import math

from odoo import api, models

from .order_cycle_availability import _without

DIGITS = 6


class AvailabilityOfKits(models.AbstractModel):
    """How many kits can be promised: as many as the scarcest component is enough for.

    Buffers of the components count, and those of the kit that name it or its category. A kit
    without any component that is kept in stock is limited by nothing, and not in the answers.
    """

    _inherit = "order.cycle.availability"

    @api.model
    def _available(self, products, warehouses, by=None, without_lines=None, channel=None):
        kits = self._kits(products, warehouses)
        asked = self._with_components(products, kits)
        answer = super()._available(asked, warehouses, by, without_lines, channel)
        if not kits:
            return answer
        buffers = self._buffers_of_kits(kits, warehouses, channel)
        counted = {}
        for product in products:
            for warehouse in warehouses:
                key = product.id, warehouse.id
                parts = kits.get(warehouse.company_id, {}).get(product)
                if parts is None:
                    counted.update({key: answer[key]} if key in answer else {})
                elif parts:
                    free = {part: answer[part.id, warehouse.id] for part in parts}
                    counted[key] = _left(buffers.get(key), _whole(parts, free))
        return counted

    @api.model
    def _timeline(self, product, warehouses, without_lines=None, channel=None):
        kits = self._kits(product, warehouses)
        if not kits:
            return super()._timeline(product, warehouses, without_lines, channel)
        steps = self._steps_with_kits(product, warehouses, kits, without_lines, channel)
        return {warehouse.id: steps.get((product.id, warehouse.id), []) for warehouse in warehouses}

    @api.model
    def _earliest(self, demands, without_lines=None, channel=None):
        products = self.env["product.product"].union(*(product for product, _w, _q in demands))
        warehouses = self.env["stock.warehouse"].union(*(some for _p, some, _q in demands))
        kits = self._kits(products, warehouses)
        if not kits:
            return super()._earliest(demands, without_lines, channel)
        steps = self._steps_of_parts(products, warehouses, kits, without_lines, channel)
        buffers = self._buffers_of_kits(kits, warehouses, channel)
        return [self._serve_with_kits(steps, kits, buffers, *demand) for demand in demands]

    def _serve_with_kits(self, steps, kits, buffers, product, warehouses, quantity):
        """Answer one demand; of a kit, its components are taken out of `steps`."""
        parts = {
            warehouse.id: kits.get(warehouse.company_id, {}).get(product)
            for warehouse in warehouses
        }
        if not any(parts.values()) or product.uom_id.compare(quantity, 0) <= 0:
            return self._serve(steps, product, warehouses, quantity)
        shelves = {
            warehouse: self._kit_rows(steps, product, warehouse, some, buffers)
            for warehouse, some in parts.items()
        }
        moment, taken = self._share(shelves, quantity, product.uom_id)
        for warehouse, number in taken.items() if moment else ():
            for part, per_kit in (parts[warehouse] or {product: 1.0}).items():
                key = part.id, warehouse
                steps[key] = _without(steps[key], moment, number * per_kit)
        return moment, taken

    # === STEPS === #

    def _steps_with_kits(self, products, warehouses, kits, without_lines, channel):
        """Return `_steps` in which kits have rows, too."""
        steps = self._steps_of_parts(products, warehouses, kits, without_lines, channel)
        buffers = self._buffers_of_kits(kits, warehouses, channel)
        for warehouse in warehouses:
            for kit, parts in kits.get(warehouse.company_id, {}).items():
                rows = self._kit_rows(steps, kit, warehouse.id, parts, buffers)
                steps[kit.id, warehouse.id] = rows
        return steps

    def _steps_of_parts(self, products, warehouses, kits, without_lines, channel):
        stored = self._may_ask(self._with_components(products, kits), warehouses)
        return self._steps(stored, warehouses, without_lines, channel)

    def _kit_rows(self, steps, kit, warehouse, parts, buffers):
        """Return [(datetime, kits that can be promised by then)] in a warehouse (its id)."""
        if parts is None:
            return steps.get((kit.id, warehouse), [])
        rows = {part: steps[part.id, warehouse] for part in parts}
        found = []
        for moment in sorted({at for some in rows.values() for at, _free in some}):
            free = {part: _last(some, moment) for part, some in rows.items()}
            found.append((moment, _left(buffers.get((kit.id, warehouse)), _whole(parts, free))))
        return found

    # === WHAT IS ASKED === #

    def _kits(self, products, warehouses):
        """Return {company: {kit: {component: quantity in one kit}}}; empty if nothing is a kit."""
        # What components there are is told to whoever may see the kit.
        products.check_access("read")
        warehouses.check_access("read")
        return self.env["order.cycle.kit"]._by_company(products, warehouses.company_id)

    def _with_components(self, products, kits):
        """Return `products` and what their kits consist of."""
        inside = [part for some in kits.values() for parts in some.values() for part in parts]
        # sudo: see above
        return products.sudo().union(*inside) if inside else products

    def _buffers_of_kits(self, kits, warehouses, channel):
        """Return {(kit id, warehouse id): buffer} of those made for kits.

        A buffer for whatever product counts for the components already.
        """
        ids = tuple({kit.id for some in kits.values() for kit in some})
        found = self._buffers(ids, warehouses, channel)
        return {
            key: buffer for key, buffer in found.items() if buffer.product_id or buffer.categ_id
        }

    # === EXPLAINING === #

    @api.model
    def _explain(self, product, warehouse, channel=None):
        kits = self._kits(product, warehouse)
        parts = kits.get(warehouse.company_id, {}).get(product)
        if not parts:
            return super()._explain(product, warehouse, channel)
        return self._explain_kit(product, warehouse, channel, kits, parts)

    def _explain_kit(self, kit, warehouse, channel, kits, parts):
        """Say which component limits the kit, what the others are enough for, and why."""
        components = self._with_components(kit.browse(), kits)
        answer = self._available(components, warehouse, channel=channel)
        free = {part: answer[part.id, warehouse.id] for part in parts}
        scarcest = min(parts, key=lambda part: (_whole({part: parts[part]}, free), part.id))
        rows = []
        for part in sorted(parts, key=lambda part: part != scarcest):
            enough = _whole({part: parts[part]}, free)
            quantity = enough if part == scarcest else 0.0
            sentence = self._sentence_of_part(
                part, parts[part], free[part], enough, part == scarcest
            )
            rows.append((sentence, quantity, self._readable(part)))
        for sentence, quantity, document in self._explain(scarcest, warehouse, channel):
            told = f"{scarcest.display_name}: {sentence}"
            if quantity:
                told += f" ({quantity:+g} {scarcest.uom_id.name})"
            rows.append((told, 0.0, document))
        buffer = self._buffers_of_kits(kits, warehouse, channel).get((kit.id, warehouse.id))
        total = _whole(parts, free)
        if buffer and buffer._kept(total):
            sentence = self.env._("Kept back by the buffer %(buffer)s", buffer=buffer.name)
            rows.append((sentence, -buffer._kept(total), self._readable(buffer)))
        return rows

    def _sentence_of_part(self, part, per_kit, free, enough, is_scarcest):
        values = {
            "component": part.display_name,
            "free": f"{round(free, DIGITS):g}",
            "unit": part.uom_id.name,
            "per_kit": f"{per_kit:g}",
            "kits": f"{enough:g}",
        }
        if is_scarcest:
            return self.env._(
                "%(component)s limits the kit: %(free)s %(unit)s can be promised, each kit takes "
                "%(per_kit)s",
                **values,
            )
        return self.env._(
            "%(component)s: %(free)s %(unit)s can be promised, enough for %(kits)s kits",
            **values,
        )


def _whole(parts, free):
    """Return how many whole kits there are.

    :param dict parts: {component: quantity in one kit}
    :param dict free: {component: quantity}
    """
    return float(
        min(math.floor(round(free[part] / per_kit, DIGITS)) for part, per_kit in parts.items())
    )


def _left(buffer, free):
    return free - buffer._kept(free) if buffer else free


def _last(rows, moment):
    """Return what can be promised by `moment`, below zero where goods are missing."""
    return [free for at, free in rows if at <= moment][-1]
