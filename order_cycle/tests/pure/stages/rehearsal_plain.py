"""The rehearsal parcel carrier without its memory, as a stage."""

from .rehearsal_rest import Stage as ParcelStage


class Stage(ParcelStage):
    """The same carrier; only the client is another one."""

    code = "rehearsal_plain"
