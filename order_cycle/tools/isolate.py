"""One bad record never stops the others."""

import psycopg2


def isolate(records, do, on_error):
    """Call ``do(records)``; when it fails, halve the set until the failing record stands alone.

    Every try is a savepoint, so a failure leaves nothing behind. In the usual case of no failure
    the set is handled in one go: isolation costs one savepoint, not one per record.

    :param records: recordset, may be empty
    :param do: callable taking a recordset
    :param on_error: callable taking (record, exception), called outside the savepoint
    :return: the records for which ``do`` succeeded
    :raises psycopg2.OperationalError: another transaction got in the way: no savepoint can help,
        the caller has to roll back and start again
    """
    if not records:
        return records
    try:
        with records.env.cr.savepoint():
            do(records)
    except (psycopg2.InterfaceError, psycopg2.OperationalError):
        # Another transaction got in the way, or the connection is gone: not this record's fault,
        # and nothing that follows could be written.
        raise
    except Exception as error:  # noqa: BLE001  whatever goes wrong is shown on the record
        if len(records) == 1:
            on_error(records, error)
            return records.browse()
    else:
        return records
    middle = len(records) // 2
    return isolate(records[:middle], do, on_error) + isolate(records[middle:], do, on_error)
