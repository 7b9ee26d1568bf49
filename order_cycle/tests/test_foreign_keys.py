from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestForeignKeys(TransactionCase):
    """What goes with a record goes whole, in whatever sequence PostgreSQL follows references."""

    def test_no_row_is_written_to_while_it_goes_with_another(self):
        """A row that goes with its order line, and whose order is emptied as the order goes.

        PostgreSQL follows the references of a deleted order by the names of its triggers, which
        differ from database to database: where the order is emptied first, the row's line is
        looked for, is gone already, and nothing can be deleted.
        """
        self.env.cr.execute(
            """SELECT emptied.conrelid::regclass::text, emptied.conname
                 FROM pg_constraint emptied
                 JOIN pg_constraint owned
                   ON owned.conrelid = emptied.conrelid AND owned.confdeltype = 'c'
                 JOIN pg_constraint above
                   ON above.conrelid = owned.confrelid AND above.confdeltype = 'c'
                  AND above.confrelid = emptied.confrelid
                WHERE emptied.confdeltype = 'n' AND above.conrelid != above.confrelid
                  AND emptied.conrelid::regclass::text LIKE 'order\\_cycle%'"""
        )
        self.assertEqual(self.env.cr.fetchall(), [])
