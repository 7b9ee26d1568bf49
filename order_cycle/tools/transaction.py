"""Work that may be started again when another transaction got in the way."""

import random
import time

from psycopg2 import OperationalError

from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

TRIES = 6


def is_concurrency_error(error):
    """Return whether another transaction got in the way, so that trying again can help."""
    return isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)


def commit(env):
    """Commit, without counting anything as done: that is the business of a job's own loop."""
    env["ir.cron"]._commit_progress()


def come_back(env, xmlid):
    """Have a scheduled action run again at once.

    Without this, Odoo leaves what a time slice did not finish to the next look of its workers, up
    to a minute later.
    """
    env.ref(xmlid).sudo()._trigger()
    commit(env)


def transact(env, do):
    """Call ``do()`` and commit; roll back and start again while others get in the way.

    :param env: environment whose cursor belongs to a scheduled action
    :param do: callable without arguments; whatever it did is undone before it is called again
    :return: what ``do`` returned
    :raises psycopg2.OperationalError: others got in the way time after time, or the connection is
        gone
    """
    attempt = 0
    while True:
        attempt += 1
        try:
            result = do()
            commit(env)
            return result
        except OperationalError as error:
            env.cr.rollback()
            if not is_concurrency_error(error) or attempt == TRIES:
                raise
            time.sleep(random.uniform(0.05, 0.2) * attempt)
