from .isolate import isolate
from .transaction import come_back, commit, is_concurrency_error, transact
