from odoo import api, models
from odoo.tools import SQL

from . import availability_marks_sql
from .availability_sql import LATE

KEEP_DAYS = 7
# A cursor lives for `KEEP_DAYS`, a mark for longer: a transaction marks while it is under way, and
# a cursor that was given out meanwhile must find the mark when the transaction is over at last.
GRACE_DAYS = 1


class OrderCycleAvailabilityMark(models.AbstractModel):
    """Which products can be promised in another quantity than before, and since when.

    A table without records: PostgreSQL's own triggers write it, in the transaction that changes
    something. So nothing is missed, whoever writes: Odoo's ORM, a plain SQL statement, or a
    record that goes because another one goes; and no transaction waits for another one here.

    A mark bears the number of its transaction. *Since when* is a snapshot: which transactions
    were over when somebody read last. The changes since then are the marks of all others,
    whatever the sequence in which they are committed; a transaction that takes long delays nobody.

    What changes by the mere passing of time (a hold ends, a receipt is late) is nobody's
    transaction, and is found by its date.
    """

    _name = "order.cycle.availability.mark"
    _description = "Changes of Availability"

    def init(self):
        """Make the table; the triggers when every table they watch is there."""
        self._make_table()
        self.pool.post_init(self._watch)

    @api.model
    def _make_table(self):
        self.env.cr.execute(SQL(availability_marks_sql.CREATE_TABLE))

    @api.model
    def _watch(self):
        """Make the triggers that are missing, and bring their functions up to date."""
        self.env.cr.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        known = {name for (name,) in self.env.cr.fetchall()}
        for watched in self._watched():
            self.env.cr.execute(SQL(availability_marks_sql.create_function(watched)))
            for operation in watched.operations:
                if availability_marks_sql.trigger_name(watched, operation) not in known:
                    trigger = availability_marks_sql.create_trigger(watched, operation)
                    self.env.cr.execute(SQL(trigger))

    @api.model
    def _watched(self):
        """Return what is watched, as far as it is installed."""
        if "mrp.bom" not in self.env:
            return availability_marks_sql.WATCHED
        return availability_marks_sql.WATCHED + availability_marks_sql.WATCHED_KITS

    def _register_hook(self):
        """Watch the recipes of kits, too, when manufacturing was installed after this add-on.

        Not the functions are looked for: those stay when manufacturing goes, its tables do not.
        """
        super()._register_hook()
        if "mrp.bom" in self.env:
            last = availability_marks_sql.WATCHED_KITS[-1]
            name = availability_marks_sql.trigger_name(last, last.operations[-1])
            self.env.cr.execute("SELECT 1 FROM pg_trigger WHERE tgname = %s", [name])
            if not self.env.cr.fetchone():
                self._watch()

    @api.model
    def _unwatch(self):
        """Take triggers and table away: Odoo's own tables go on without them."""
        for watched in availability_marks_sql.WATCHED + availability_marks_sql.WATCHED_KITS:
            name = SQL.identifier(availability_marks_sql.function_name(watched))
            self.env.cr.execute(SQL("DROP FUNCTION IF EXISTS %s CASCADE", name))
        table = SQL.identifier(availability_marks_sql.TABLE)
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", table))

    # === READING === #

    @api.model
    def _now(self):
        """Return (snapshot, identity) of this transaction, both as text.

        The identity is that of the history the snapshot belongs to. Numbers of transactions mean
        nothing in another database, on another server, after a restore to an earlier time (which
        begins a new timeline), or when the marks were made anew.
        """
        uuid = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        self.env.cr.execute(
            SQL(
                """SELECT pg_current_snapshot()::text,
                          MD5(CONCAT_WS('/', %s, system_identifier,
                                        LEFT(pg_walfile_name(pg_current_wal_insert_lsn()), 8),
                                        (SELECT oid FROM pg_database
                                          WHERE datname = current_database()),
                                        %s::regclass::oid))
                     FROM pg_control_system()""",
                uuid,
                availability_marks_sql.TABLE,
            )
        )
        return self.env.cr.fetchone()

    @api.model
    def _is_of_the_past(self, snapshot):
        """Return whether no transaction of `snapshot` is still to come.

        A server that crashed may have forgotten the last ones, and give their numbers again.
        """
        self.env.cr.execute(
            SQL(
                "SELECT pg_snapshot_xmax(%s::pg_snapshot)"
                " <= pg_snapshot_xmax(pg_current_snapshot())",
                snapshot,
            )
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _since(self, before, after, warehouses, channel):
        """Return the ids of products that may have changed; 0 among them is every product.

        A product may be named whose quantity is the same again; none is left out.

        :param before, after: pairs (snapshot, naive UTC datetime); of `after` the snapshot may be
            None: until now
        :param warehouses: tuple of ids, not empty
        :param int channel: id
        """
        # What is not written yet has no mark.
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "%s UNION %s UNION %s",
                self._marked(before[0], after[0], warehouses, channel),
                self._ended(before[1], after[1], warehouses),
                self._due(before[1], after[1], warehouses),
            )
        )
        changed = {product for (product,) in self.env.cr.fetchall()}
        if "removal_date" in self.env["stock.quant"]._fields:
            self.env.cr.execute(self._removed(before[1], after[1], warehouses))
            changed |= {product for (product,) in self.env.cr.fetchall()}
        return changed

    def _marked(self, since, until, warehouses, channel):
        # A restored table may have marks of transactions that this server has yet to begin.
        return SQL(
            """SELECT product_id
                 FROM order_cycle_availability_mark
                WHERE xid >= pg_snapshot_xmin(%(since)s::pg_snapshot)
                  AND NOT pg_visible_in_snapshot(xid, %(since)s::pg_snapshot)
                  AND (xid < pg_snapshot_xmax(pg_current_snapshot())
                       OR xid = pg_current_xact_id_if_assigned())
                  AND (%(until)s IS NULL
                       OR pg_visible_in_snapshot(xid, %(until)s::pg_snapshot))
                  AND warehouse_id IN %(warehouses)s
                  AND channel_id IN (0, %(channel)s)""",
            since=since,
            until=until,
            warehouses=(0, *warehouses),
            channel=channel,
        )

    def _ended(self, since, until, warehouses):
        return SQL(
            """SELECT product_id
                 FROM order_cycle_hold
                WHERE ended_at IS NULL AND warehouse_id IN %s
                  AND expires_at > %s AND expires_at <= %s""",
            warehouses,
            since,
            until,
        )

    def _due(self, since, until, warehouses):
        """What is due and has not come is late: expected tomorrow, and tomorrow again.

        So it changes places with all that is due when its new date comes; and each new day.
        """
        return SQL(
            """SELECT move.product_id
                 FROM stock_move move
                 JOIN stock_location place
                   ON place.id IN (move.location_id, move.location_dest_id, move.location_final_id)
                  AND place.warehouse_id IN %(warehouses)s
                WHERE move.state IN ('waiting', 'confirmed', 'partially_available', 'assigned')
                  AND (move.date > %(since)s AND move.date <= %(until)s
                       OR move.date > %(since)s::timestamp + %(late)s
                          AND move.date <= %(until)s::timestamp + %(late)s
                       OR move.date <= %(until)s AND place.id != move.location_id
                          AND %(since)s::date < %(until)s::date)""",
            since=since,
            until=until,
            warehouses=warehouses,
            late=LATE,
        )

    def _removed(self, since, until, warehouses):
        return SQL(
            """SELECT quant.product_id
                 FROM stock_quant quant
                 JOIN stock_location place
                   ON place.id = quant.location_id AND place.warehouse_id IN %(warehouses)s
                WHERE quant.removal_date > %(since)s AND quant.removal_date <= %(until)s
                   OR quant.removal_date > %(since)s::timestamp + %(late)s
                      AND quant.removal_date <= %(until)s::timestamp + %(late)s""",
            since=since,
            until=until,
            warehouses=warehouses,
            late=LATE,
        )

    @api.autovacuum
    def _gc_marks(self):
        """Delete marks that no living cursor asks for."""
        self.env.cr.execute(
            SQL(
                """DELETE FROM order_cycle_availability_mark
                    WHERE marked_at < clock_timestamp() AT TIME ZONE 'UTC'
                                      - make_interval(days => %s)""",
                KEEP_DAYS + GRACE_DAYS,
            )
        )
        return self.env.cr.rowcount, False
