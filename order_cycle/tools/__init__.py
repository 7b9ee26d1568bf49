from .isolate import isolate
from .known import known
from .pool import IN_FLIGHT, InlinePool, Pool, run_all
from .transaction import come_back, commit, is_concurrency_error, transact
