"""The SQL behind `order.cycle.availability.mark`: which rows count, and whose numbers they change.

Each watched table has a trigger for each statement that writes on it. A row that counts is a fact
of what can be promised (`availability_sql.py`); where a fact comes, goes or changes, its places are
marked. Rows that are written without changing a fact (a reservation, a note, a price) cost a
comparison and mark nothing.
"""

from typing import NamedTuple

TABLE = "order_cycle_availability_mark"

# From so many rows on an update is planned for itself.
MANY = 200

# In these states a move is still to come; reserving or releasing goods changes between them only.
OPEN = "('waiting', 'confirmed', 'partially_available', 'assigned')"
OVER = "('done', 'cancel')"

CREATE_TABLE = f"""
    CREATE TABLE IF NOT EXISTS {TABLE} (
        xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
        product_id integer NOT NULL,
        warehouse_id integer NOT NULL,
        channel_id integer NOT NULL,
        marked_at timestamp NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'UTC'),
        PRIMARY KEY (xid, product_id, warehouse_id, channel_id)
    )"""


class Watched(NamedTuple):
    """A table, what of its rows counts, and whom that concerns.

    :param fact: expression of a row `{r}`; NULL: the row does not count
    :param places: what follows SELECT: product, warehouse and channel of the rows `{rows}`; 0 is
        every product, warehouse or channel
    :param operations: the statements that can change something
    """

    name: str
    table: str
    fact: str
    places: str
    operations: tuple[str, ...] = ("INSERT", "UPDATE", "DELETE")


# Where a move's goods are, or will be: `move` is the alias of the move.
_PLACES_OF_MOVE = """
    JOIN stock_location place
      ON place.id IN (move.location_id, move.location_dest_id, move.location_final_id)
     AND place.usage = 'internal' AND place.warehouse_id IS NOT NULL"""

# The order line that `{line}` names, while it is sold: what follows a JOIN.
_SOLD_LINE = """sale_order_line line
             ON line.id = {line}.sale_line_id AND line.state = 'sale'
            AND line.product_id IS NOT NULL AND line.warehouse_id IS NOT NULL"""
_PLACE_OF_SOLD_LINE = f"""line.product_id, line.warehouse_id, 0
           FROM {{rows}} r JOIN {_SOLD_LINE.format(line="r")}"""

WATCHED = (
    # With expiry dates, what is reserved stays usable. Their columns may come later.
    Watched(
        "quant",
        "stock_quant",
        """CASE WHEN {r}.quantity <> 0 OR {r}.reserved_quantity <> 0 THEN ROW(
               {r}.product_id, {r}.location_id, {r}.owner_id, {r}.quantity,
               to_jsonb({r}) ->> 'removal_date',
               CASE WHEN to_jsonb({r}) ->> 'removal_date' IS NOT NULL
                    THEN {r}.reserved_quantity END) END""",
        """r.product_id, place.warehouse_id, 0
           FROM {rows} r
           JOIN stock_location place
             ON place.id = r.location_id
            AND place.usage = 'internal' AND place.warehouse_id IS NOT NULL""",
    ),
    Watched(
        "move",
        "stock_move",
        f"""CASE WHEN {{r}}.state IN {OPEN} THEN ROW(
                {{r}}.product_id, {{r}}.location_id, {{r}}.location_dest_id,
                {{r}}.location_final_id, {{r}}.product_qty, {{r}}.date,
                {{r}}.restrict_partner_id, {{r}}.picking_id) END""",
        f"move.product_id, place.warehouse_id, 0 FROM {{rows}} move {_PLACES_OF_MOVE}",
    ),
    # A journey ends where its next step begins, unless that step is over.
    Watched(
        "step",
        "stock_move",
        f"CASE WHEN {{r}}.state IN {OVER} THEN TRUE END",
        f"""move.product_id, place.warehouse_id, 0
            FROM {{rows}} r
            JOIN stock_move_move_rel link ON link.move_dest_id = r.id
            JOIN stock_move move ON move.id = link.move_orig_id AND move.state IN {OPEN}
            {_PLACES_OF_MOVE}""",
        ("UPDATE",),
    ),
    Watched(
        "link",
        "stock_move_move_rel",
        "TRUE",
        f"""move.product_id, place.warehouse_id, 0
            FROM {{rows}} r
            JOIN stock_move move ON move.id = r.move_orig_id AND move.state IN {OPEN}
            {_PLACES_OF_MOVE}""",
        ("INSERT", "DELETE"),
    ),
    # A vendor's new date is on the purchase line only.
    Watched(
        "arrival",
        "purchase_order_line",
        "{r}.date_planned",
        f"""move.product_id, place.warehouse_id, 0
            FROM {{rows}} r
            JOIN stock_move move ON move.purchase_line_id = r.id AND move.state IN {OPEN}
            {_PLACES_OF_MOVE}""",
        ("UPDATE",),
    ),
    # What a vendor sends to the customer leaves no warehouse, unless the purchase is cancelled.
    Watched(
        "direct",
        "purchase_order_line",
        "{r}.sale_line_id",
        _PLACE_OF_SOLD_LINE,
    ),
    Watched(
        "purchase",
        "purchase_order",
        "CASE WHEN {r}.state = 'cancel' THEN TRUE END",
        f"""line.product_id, line.warehouse_id, 0
            FROM {{rows}} r
            JOIN purchase_order_line bought ON bought.order_id = r.id
            JOIN {_SOLD_LINE.format(line="bought")}""",
        ("UPDATE",),
    ),
    # A line that is sold counts by itself until it has a move.
    Watched(
        "demand",
        "stock_move",
        "{r}.sale_line_id",
        _PLACE_OF_SOLD_LINE,
    ),
    Watched(
        "sold",
        "sale_order_line",
        """CASE WHEN {r}.state = 'sale' AND {r}.product_id IS NOT NULL
                 AND {r}.product_uom_qty > COALESCE({r}.qty_delivered, 0)
                 AND NOT EXISTS (SELECT FROM stock_move move WHERE move.sale_line_id = {r}.id)
                THEN ROW({r}.product_id, {r}.warehouse_id, {r}.product_uom_qty,
                         COALESCE({r}.qty_delivered, 0), {r}.product_uom_id) END""",
        """r.product_id, r.warehouse_id, 0
           FROM {rows} r WHERE r.product_id IS NOT NULL AND r.warehouse_id IS NOT NULL""",
    ),
    Watched(
        "hold",
        "order_cycle_hold",
        """CASE WHEN {r}.ended_at IS NULL THEN ROW(
               {r}.product_id, {r}.warehouse_id, {r}.product_qty, {r}.expires_at) END""",
        "r.product_id, r.warehouse_id, 0 FROM {rows} r",
    ),
    Watched(
        "buffer",
        "order_cycle_buffer",
        """CASE WHEN {r}.active THEN ROW(
               {r}.sequence, {r}.company_id, {r}.channel_id, {r}.warehouse_id, {r}.product_id,
               {r}.categ_id, {r}.kind, {r}.quantity) END""",
        """COALESCE(r.product_id, 0), COALESCE(r.warehouse_id, 0), COALESCE(r.channel_id, 0)
           FROM {rows} r""",
    ),
    # Buffers of a category.
    Watched(
        "category",
        "product_category",
        "{r}.parent_path",
        """product.id, 0, 0
           FROM {rows} r
           JOIN product_template template ON template.categ_id = r.id
           JOIN product_product product ON product.product_tmpl_id = template.id""",
        ("UPDATE",),
    ),
    # What a product is called, and whether it is sold at all.
    Watched(
        "product",
        "product_product",
        "ROW({r}.active, {r}.default_code, {r}.barcode)",
        "r.id, 0, 0 FROM {rows} r",
    ),
    Watched(
        "template",
        "product_template",
        "ROW({r}.sale_ok, {r}.is_storable, {r}.uom_id, {r}.company_id, {r}.categ_id)",
        "product.id, 0, 0 FROM {rows} r JOIN product_product product ON product_tmpl_id = r.id",
        ("UPDATE",),
    ),
    Watched("unit", "uom_uom", "{r}.factor", "0, 0, 0 FROM {rows} r", ("UPDATE",)),
    # Whose goods these are.
    Watched(
        "owner",
        "stock_picking",
        "{r}.owner_id",
        f"""move.product_id, place.warehouse_id, 0
            FROM {{rows}} r
            JOIN stock_move move ON move.picking_id = r.id AND move.state IN {OPEN}
            {_PLACES_OF_MOVE}""",
        ("UPDATE",),
    ),
    Watched("company", "res_company", "{r}.partner_id", "0, 0, 0 FROM {rows} r", ("UPDATE",)),
    # A shelf that is given to another warehouse takes its goods along.
    Watched(
        "location",
        "stock_location",
        "CASE WHEN {r}.usage = 'internal' THEN {r}.warehouse_id END",
        f"""goods.product_id, r.warehouse_id, 0
            FROM {{rows}} r
            JOIN LATERAL (
                SELECT quant.product_id FROM stock_quant quant WHERE quant.location_id = r.id
                 UNION ALL
                SELECT move.product_id
                  FROM stock_move move
                 WHERE move.state IN {OPEN}
                   AND r.id IN (move.location_id, move.location_dest_id, move.location_final_id)
            ) AS goods ON r.warehouse_id IS NOT NULL""",
        ("UPDATE",),
    ),
)

# The recipes of kits, where Odoo's manufacturing is installed: what is in a kit may be in others.
WATCHED_KITS = (
    Watched(
        "bill",
        "mrp_bom",
        """CASE WHEN {r}.type = 'phantom' THEN ROW(
               {r}.active, {r}.product_tmpl_id, {r}.product_id, {r}.product_qty,
               {r}.product_uom_id, {r}.company_id, {r}.sequence) END""",
        "0, 0, 0 FROM {rows} r",
    ),
    Watched(
        "component",
        "mrp_bom_line",
        """CASE WHEN EXISTS (SELECT FROM mrp_bom bill
                              WHERE bill.id = {r}.bom_id AND bill.type = 'phantom')
                THEN ROW({r}.product_id, {r}.product_qty, {r}.product_uom_id) END""",
        "0, 0, 0 FROM {rows} r",
    ),
)


def function_name(watched):
    return f"order_cycle_mark_{watched.name}"


def trigger_name(watched, operation):
    return f"{function_name(watched)}_{operation.lower()}"


def create_function(watched):
    """Return the statement that makes, or replaces, the function of a watched table."""
    marks = "".join(_branch(watched, operation) for operation in watched.operations)
    return f"""
        CREATE OR REPLACE FUNCTION {function_name(watched)}() RETURNS trigger
        LANGUAGE plpgsql AS $function$
        BEGIN
            {marks}
            RETURN NULL;
        END
        $function$"""


def create_trigger(watched, operation):
    """Return the statement that has the function called after each statement of a kind."""
    rows = {
        "INSERT": "NEW TABLE AS new_rows",
        "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
        "DELETE": "OLD TABLE AS old_rows",
    }
    return f"""
        CREATE TRIGGER {trigger_name(watched, operation)}
        AFTER {operation} ON {watched.table} REFERENCING {rows[operation]}
        FOR EACH STATEMENT EXECUTE FUNCTION {function_name(watched)}()"""


def _branch(watched, operation):
    # PostgreSQL keeps the plan of a function's statement. Made for few rows it would compare each
    # row with each other one when there are thousands: a large update is planned anew.
    mark = _mark(watched, operation)
    if operation == "UPDATE":
        mark = f"""
                IF (SELECT COUNT(*) FROM new_rows) > {MANY} THEN
                    EXECUTE $mark${mark}$mark$;
                ELSE {mark};
                END IF"""
    return f"""
            IF TG_OP = '{operation}' THEN {mark};
            END IF;"""


def _mark(watched, operation):
    # A transaction marks a place once, however often it changes something there.
    return f"""
                WITH changed AS ({_changed(watched, operation)})
                INSERT INTO {TABLE} (product_id, warehouse_id, channel_id)
                SELECT DISTINCT {watched.places.format(rows="changed")}
                ON CONFLICT DO NOTHING"""


def _changed(watched, operation):
    """Return a query of the rows whose fact comes, goes or changes: as they were, and as they are.

    Not IS NOT NULL: that is false for a fact with a part that is NULL.
    """
    if operation == "UPDATE":
        before, after = (watched.fact.format(r=alias) for alias in ("o", "n"))
        ids = f"""SELECT o.id FROM old_rows o JOIN new_rows n ON n.id = o.id
                   WHERE {before} IS DISTINCT FROM {after}"""
        return f"""SELECT r.* FROM old_rows r WHERE r.id IN ({ids})
                    UNION ALL
                   SELECT r.* FROM new_rows r WHERE r.id IN ({ids})"""
    rows = {"INSERT": "new_rows", "DELETE": "old_rows"}[operation]
    return f"SELECT r.* FROM {rows} r WHERE {watched.fact.format(r='r')} IS DISTINCT FROM NULL"
