"""The stories of the defects, one function for each; run inside Odoo, with and without the add-on.

Each tells a story by Odoo's own methods and looks at what everybody can see: dates, quantities,
states, activities. A story's answer is whether what was promised is kept, and what was seen.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date
from typing import Any

from dev.defects.world import World

_logger = logging.getLogger(__name__)

# Whether it is kept, and what was seen.
Answer = tuple[bool, str]


def defect_01_two_orders_for_the_last_units(world: World) -> Answer:
    """The second order for the same goods is not told today, and somebody has to look at it."""
    product = world.a_product(stock=5)
    first, second = world.a_sale(product, 5), world.a_sale(product, 5)
    world.work_off()
    told, tasks = world.told_date(second), world.tasks(second)
    is_kept = (
        (world.reserved(first), world.reserved(second)) == (5, 0)
        and told is not None
        and told > date.today()
        and tasks > 0
    )
    return is_kept, f"the second is told {_days(told)}, {tasks} tasks"


def defect_02_free_quantity_by_date(world: World) -> Answer:
    """Goods that are sold, and reserved on a later day, are nobody's to sell again."""
    kind = world.warehouse.out_type_id
    before = kind.reservation_method
    kind.write({"reservation_method": "by_date", "reservation_days_before": 0})
    try:
        product = world.a_product(stock=5)
        world.a_sale(product, 5, commitment_date=world.in_days(30))
        world.work_off()
        left = _left_to_sell(world, product)
    finally:
        kind.reservation_method = before
    return left == 0, f"5 of 5 are sold, {left:g} are offered"


def defect_06_no_vendor_never_waits(world: World) -> Answer:
    """Goods that nobody could buy, and that came all the same, go to who waits for them."""
    product = world.a_product(delay=None, route_ids=world.made_to_order())
    order = world.a_sale(product, 2)
    world.work_off()
    tasks = world.tasks(order)
    world.receive(product, 2)
    world.work_off()
    state = order.picking_ids.move_ids.state
    return state == "assigned" and tasks > 0, f"goods are there, delivery {state}, {tasks} tasks"


def defect_07_a_purchase_moves_the_promise(world: World) -> Answer:
    """A vendor's new date does not overwrite the customer's, and somebody has to look at it."""
    product = world.a_product(route_ids=world.made_to_order())
    order = world.a_sale(product, 2)
    purchase = world.purchase_of(order)
    world.work_off()
    move = order.picking_ids.move_ids
    deadline, told = move.date_deadline, world.told_date(order)
    messages, tasks = world.messages(order), world.tasks(order)
    purchase.order_line.date_planned = world.in_days(50)
    world.work_off()
    moved = (move.date_deadline - deadline).days
    news, more = world.messages(order) - messages, world.tasks(order) - tasks
    is_kept = moved == 0 and world.told_date(order) == told and more > 0
    return is_kept, f"deadline moved by {moved} days, {news} messages, {more} tasks"


def defect_08_a_cancelled_purchase_is_told(world: World) -> Answer:
    """Whose goods were bought and are not coming any more is somebody's task."""
    product = world.a_product(route_ids=world.made_to_order())
    order = world.a_sale(product, 2)
    purchase = world.purchase_of(order)
    world.work_off()
    messages, tasks = world.messages(order), world.tasks(order)
    # Nobody else has them soon: the next vendor needs a month.
    product.seller_ids.delay = 30
    purchase.button_cancel()
    world.work_off()
    news, more = world.messages(order) - messages, world.tasks(order) - tasks
    return more > 0, f"{news} messages, {more} tasks"


def defect_09_reserved_goods_are_taken(world: World) -> Answer:
    """Who forces a quantity is asked first, and who loses their goods is told."""
    product = world.a_product(stock=5)
    victim = world.a_sale(product, 5)
    thief = world.a_sale(product, 5)
    world.work_off()
    messages, tasks = world.messages(victim), world.tasks(victim)
    picking = thief.picking_ids.with_user(_a_packer(world))
    picking.move_ids.write({"quantity": 5, "picked": True})
    picking.with_context(skip_backorder=True).button_validate()
    is_asked = picking.state != "done" and world.reserved(victim) == 5
    if is_asked:
        # A program is not asked; it tells all the same.
        thief.picking_ids.with_context(skip_backorder=True).button_validate()
    world.work_off()
    lost = 5 - world.reserved(victim)
    news, more = world.messages(victim) - messages, world.tasks(victim) - tasks
    seen = f"{'asked first' if is_asked else 'not asked'}, {lost:g} lost, {news} messages"
    return is_asked and more > 0, f"{seen}, {more} tasks"


def defect_14_the_second_warehouse_is_seen(world: World) -> Answer:
    """Goods that only another warehouse has are promised from there, and somebody gets them."""
    second = world.env["stock.warehouse"].create({"name": "Bologna", "code": "BO"})
    product = world.a_product(delay=None)
    world.put(product, 5, second)
    order = world.a_sale(product, 2)
    world.work_off()
    told, tasks = world.told_date(order), world.tasks(order)
    is_kept = told is not None and 0 < (told - date.today()).days <= 3 and tasks > 0
    state = order.picking_ids.move_ids.state
    return is_kept, f"told {_days(told)}, delivery {state}, {tasks} tasks"


SCENARIOS: dict[str, Callable[[World], Answer]] = {
    "01": defect_01_two_orders_for_the_last_units,
    "02": defect_02_free_quantity_by_date,
    "06": defect_06_no_vendor_never_waits,
    "07": defect_07_a_purchase_moves_the_promise,
    "08": defect_08_a_cancelled_purchase_is_told,
    "09": defect_09_reserved_goods_are_taken,
    # Last: it opens a second warehouse.
    "14": defect_14_the_second_warehouse_is_seen,
}


def perform(env: Any, numbers: list[str]) -> dict[str, dict[str, Any]]:
    """Tell the stories `numbers`; returns {number: {"kept": bool, "failed": bool, "seen": str}}.

    A story that ends in an error has failed: it shows nothing, whatever the side.
    """
    _set_up(env)
    answers = {}
    for number in numbers:
        is_failed = False
        try:
            is_kept, seen = SCENARIOS[number](World(env))
            env.cr.commit()
        except Exception as error:  # noqa: BLE001  one story never stops the others
            _logger.warning("Defect %s", number, exc_info=True)
            env.cr.rollback()
            is_kept, is_failed, seen = False, True, f"{type(error).__name__}: {error}"
        answers[number] = {"kept": bool(is_kept), "failed": is_failed, "seen": seen}
    return answers


def _set_up(env: Any) -> None:
    """Let the add-on, if there is one, look after orders of the desk; people do the rest."""
    if "order.cycle.policy" in env:
        env["order.cycle.policy"].create(
            {"name": "Desk", "sequence": 99, "auto_confirm": False, "auto_invoice": False}
        )


def _left_to_sell(world: World, product: Any) -> float:
    """Return what a shop may offer: of the add-on's one availability, or of Odoo's `free_qty`."""
    if "order.cycle.availability" in world.env:
        availability = world.env["order.cycle.availability"]
        place = (product.id, world.warehouse.id)
        return availability._available(product, world.warehouse)[place]
    product.invalidate_recordset()
    return product.free_qty


def _a_packer(world: World) -> Any:
    packer = world.env.ref("stock.group_stock_user")
    return world.env["res.users"].create(
        {"name": "Paolo Packer", "login": "paolo", "group_ids": [(6, 0, packer.ids)]}
    )


def _days(day: date | None) -> str:
    days = (day - date.today()).days if day else None
    return {None: "nothing", 0: "today"}.get(days, f"in {days} days")
