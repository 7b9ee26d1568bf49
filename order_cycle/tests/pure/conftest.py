"""Pure tests: no database, no Odoo, real sockets. Run with ``pytest -p no:odoo``."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

# A slow machine is no failure; what one run found is not kept for the next.
settings.register_profile("pure", deadline=None, database=None)
settings.load_profile("pure")

ADDON = Path(__file__).resolve().parents[2]
# The packages are plain Python; here they are top-level, in the add-on they are below it. At the
# end of the path, so that the add-on's other folders (tests, tools) hide nobody else's.
sys.path.append(str(ADDON))

from conformance_desk import desk  # noqa: E402, F401 - a fixture
from rehearsal_carriers import FreightAccount, ParcelAccount  # noqa: E402


@pytest.fixture(scope="module")
def rehearsal():
    """Start both rehearsal carriers in a process of their own; give their addresses."""
    with tempfile.TemporaryDirectory() as store:
        process = start_rehearsal(store)
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
            process.wait(timeout=10)
            process.stdout.close()


@pytest.fixture
def parcel(rehearsal):
    """Give the parcel carrier, empty and well behaved."""
    return ParcelAccount(rehearsal["rest"]).emptied()


@pytest.fixture
def freight(rehearsal):
    """Give the freight carrier, empty and well behaved."""
    return FreightAccount(rehearsal["soap"]).emptied()


@pytest.fixture(params=["parcel", "freight"])
def carrier(request):
    """Give each of the two carriers in turn."""
    return request.getfixturevalue(request.param)


def start_rehearsal(store, *options):
    """Start ``python -m rehearsal`` on free ports and return the process."""
    command = [sys.executable, "-m", "rehearsal", "--rest-port", "0", "--soap-port", "0"]
    return subprocess.Popen(
        [*command, "--store", str(store), *options], cwd=ADDON, stdout=subprocess.PIPE, text=True
    )


@pytest.fixture
def run_rehearsal():
    """Give ``start_rehearsal``; whatever it started is ended after the test."""
    processes = []

    def start(store, *options):
        processes.append(start_rehearsal(store, *options))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.wait()
        process.stdout.close()
