"""Carriers on a real socket for the tests, held to their published contracts.

A stage is one carrier: it checks every request against the contract, keeps what was booked, and
misbehaves when asked to. ``open_stage`` finds it by the carrier's code.
"""

from importlib import import_module

from .contracts import contract, missing_contracts

__all__ = ["contract", "missing_contracts", "open_stage"]


def open_stage(code):
    """Return the running stage of a carrier; a context manager.

    :param str code: as in ``carriers.CODES``; the stage is ``stages/<code>.py``, class ``Stage``
    """
    return import_module(f"stages.{code}").Stage()
