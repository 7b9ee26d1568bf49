"""The command: starts both carriers, says where they are, stops when asked to."""

import argparse
import json
import logging
import signal
import sqlite3
import sys
import threading
from pathlib import Path

from .journey import STEP_S

PARCEL_PORT = 8071
FREIGHT_PORT = 8072


def main(arguments: list[str] | None = None) -> int:
    """Run until SIGTERM or Ctrl-C; return the exit code."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        servers = _servers(options)
    except ModuleNotFoundError as error:
        library = error.name.partition(".")[0]
        return _fail(f"{library} is not installed. Run: pip install jsonschema reportlab lxml")
    except (OSError, sqlite3.Error) as error:
        return _fail(f"The rehearsal carriers cannot start: {_reason(error)}.")
    return _serve(servers, options.store)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rehearsal", description=__doc__)
    parser.add_argument("--rest-port", type=_port, default=PARCEL_PORT, help="0 = any free port")
    parser.add_argument("--soap-port", type=_port, default=FREIGHT_PORT, help="0 = any free port")
    parser.add_argument(
        "--store", type=Path, default=Path("rehearsal-store"), help="folder that keeps the bookings"
    )
    parser.add_argument(
        "--step", type=float, default=STEP_S, help="seconds between two tracking events"
    )
    return parser


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; take 0 to 65535")
    return int(text)


def _servers(options: argparse.Namespace) -> dict:
    """Return the two servers, bound to their ports and not yet serving."""
    # Imported here so that a missing library is told in one line, not in a traceback.
    from .freight.carrier import FreightCarrier
    from .http_server import CarrierServer
    from .parcel.carrier import ParcelCarrier

    options.store.mkdir(parents=True, exist_ok=True)
    parcel = ParcelCarrier(options.store / "parcel.sqlite", step_s=options.step)
    freight = FreightCarrier(options.store / "freight.sqlite", step_s=options.step)
    return {
        "rest": _bound(CarrierServer, parcel, options.rest_port),
        "soap": _bound(CarrierServer, freight, options.soap_port),
    }


def _bound(server_class, carrier, port: int):
    try:
        return server_class(carrier, port)
    except OSError as error:
        raise OSError(
            f"port {port} cannot be used ({error.strerror}); choose another one"
        ) from error


def _serve(servers: dict, store: Path) -> int:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    for server in servers.values():
        server.start()
    urls = {name: server.url for name, server in servers.items()}
    sys.stdout.write(json.dumps({**urls, "store": str(store)}) + "\n")
    sys.stdout.flush()
    stop.wait()
    for server in servers.values():
        server.stop()
    return 0


def _reason(error: Exception) -> str:
    """Put what the system says into one sentence, with the file it is about."""
    if isinstance(error, FileExistsError | NotADirectoryError):
        return f"--store {error.filename} is a file; name a folder"
    if isinstance(error, PermissionError) and error.filename:
        return f"{error.filename} may not be written; choose another --store"
    return str(error).rstrip(".")


def _fail(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return 1
