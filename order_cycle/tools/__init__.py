from .isolate import isolate
from .transaction import commit, is_concurrency_error, transact
