"""Errors of the flow. Each becomes an exception on the order, never a traceback on a screen."""

from odoo.exceptions import UserError


class CycleError(UserError):
    """A failure that has a kind of its own in the list of exceptions."""

    def __init__(self, kind, message):
        """Remember `kind`, a value of the field ``order.cycle.exception.kind``."""
        super().__init__(message)
        self.cycle_kind = kind


class ReasonWanted(UserError):
    """Goods of others would be taken: it needs a reason, and nothing has moved."""

    def __init__(self, message, victims):
        """Remember `victims`, a text that says whose goods they are."""
        super().__init__(message)
        self.victims = victims
