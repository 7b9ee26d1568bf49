"""What is known of the plain rehearsal carrier without calling it."""

from dataclasses import replace

from ..api import Capability, Recovery
from ..rehearsal_rest.info import INFO as PARCEL

#: The parcel carrier again, taken for one that knows no keys and finds nothing by our reference,
#: as some real ones do: after a lost answer only a person can find out.
INFO = replace(
    PARCEL,
    code="rehearsal_plain",
    label="Rehearsal Parcel without Memory (REST)",
    recovery=Recovery.NONE,
    capabilities=frozenset({Capability.CANCEL, Capability.PRINT_AGAIN, Capability.CHECK_ACCOUNT}),
    key_window_s=0,
)
