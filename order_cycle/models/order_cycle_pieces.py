import math
from textwrap import shorten

from odoo import api, models, tools

from ..carriers.dto import HandlingUnit, Parcel
from ..tools import known

# Carriers print what is inside for people only; none takes less than this.
CONTENT_MAX = 50


class OrderCyclePieces(models.AbstractModel):
    """Parcels and pallets as the carrier package takes them. Part of `delivery.carrier`."""

    _name = "order.cycle.pieces"
    _description = "Pieces of a Request"

    def _cycle_pieces(self, consignment):
        parcels = consignment.parcel_ids
        if consignment.account_id._info().mode == "freight":
            return {"handling_units": tuple(self._cycle_unit(parcel) for parcel in parcels)}
        return {
            "parcels": tuple(
                Parcel(content=parcel.content or "", **self._cycle_measures(parcel))
                for parcel in parcels
            )
        }

    def _cycle_unit(self, parcel):
        """Return a pallet with what the freight carrier rates it by."""
        lines = parcel.consignment_id.picking_id.move_line_ids.filtered("quantity")
        on_board = lines.filtered(lambda line: line.result_package_id == parcel.package_id)
        package_type = parcel.package_id.package_type_id or self.cycle_package_type_id
        return HandlingUnit(
            description=parcel.content or "",
            kind=package_type.cycle_unit_kind or "pallet",
            **on_board.product_id.product_tmpl_id._cycle_freight_values(),
            **self._cycle_measures(parcel),
        )

    def _cycle_measures(self, parcel):
        """Return what every piece has."""
        sides = {name: parcel[name] for name in ("length_mm", "width_mm", "height_mm")}
        return {"reference": parcel.reference, **self._cycle_measured(parcel.weight, sides)}

    def _cycle_expected_pieces(self, source, mode):
        """Return the pieces of goods that are not handed over yet, as far as one can tell.

        :param source: sale.order or stock.picking singleton
        :param str mode: ``parcel`` or ``freight``
        """
        if source._name == "sale.order":
            goods = source.order_line.product_id.filtered(lambda one: one.type == "consu")
            weight = self.env.context.get("order_weight") or source._get_estimated_weight()
            return self._cycle_pieces_of(self._cycle_loose_measures(weight), mode, goods)
        lines = source.move_line_ids.filtered("quantity")
        loose = lines.filtered(lambda line: not line.result_package_id)
        measures = self._cycle_packed_measures(lines - loose)
        if loose or not measures:
            measures += self._cycle_loose_measures(loose._cycle_weight())
        return self._cycle_pieces_of(measures, mode, lines.product_id)

    def _cycle_pieces_of(self, measures, mode, goods):
        """Return `measures` as pieces of a carrier of this mode, for its request.

        :param list measures: one dict of weight and sides for each piece
        :param goods: product.product recordset, said to be in each of them
        """
        content = self._cycle_content(goods)
        numbered = [
            {**one, "reference": f"P{number}"} for number, one in enumerate(measures, start=1)
        ]
        if mode != "freight":
            return {"parcels": tuple(Parcel(content=content, **one) for one in numbered)}
        freight = {
            "kind": self.cycle_package_type_id.cycle_unit_kind or "pallet",
            "description": content,
            **goods.product_tmpl_id._cycle_freight_values(),
        }
        return {"handling_units": tuple(HandlingUnit(**freight, **one) for one in numbered)}

    def _cycle_content(self, goods):
        """Return what people are told is inside a piece.

        :param goods: product.product recordset
        """
        return shorten(", ".join(goods.mapped("name")), CONTENT_MAX, placeholder="…")

    def _cycle_loose_measures(self, weight):
        piece = self.cycle_package_type_id
        sides = piece._cycle_sides()
        return [
            self._cycle_measured(share + piece.base_weight, sides)
            for share in self._cycle_divide(weight)
        ]

    def _cycle_packed_measures(self, lines):
        return [
            self._cycle_measured(
                package.shipping_weight or packed._cycle_weight(),
                package.package_type_id._cycle_sides(),
            )
            for package, packed in lines.grouped("result_package_id").items()
        ]

    def _cycle_measured(self, weight, sides):
        """Return weight and sides for a request; a side that was not measured is None."""
        return {
            "weight_grams": self._cycle_grams(weight),
            **{name: side or None for name, side in sides.items()},
        }

    def _cycle_grams(self, weight):
        """Return `weight`, in the database's weight unit, as whole grams."""
        return round(weight * self._cycle_grams_in_unit())

    @api.model
    @tools.ormcache()
    def _cycle_grams_in_unit(self):
        """Return how many grams the database's weight unit has.

        Another unit is a system parameter, and writing one empties the cache.
        """
        unit = self.env["product.template"]._get_weight_uom_id_from_ir_config_parameter()
        gram = known(self.env, "uom.product_uom_gram")
        return unit._compute_quantity(1.0, gram, round=False)

    def _cycle_divide(self, weight):
        """Return the weights of the pieces that goods of `weight` are divided into."""
        self.ensure_one()
        if not self.cycle_max_weight or weight <= self.cycle_max_weight:
            return [weight]
        count = math.ceil(weight / self.cycle_max_weight)
        return [weight / count] * count
