"""Where everything is: one frozen `Settings`, read from the environment once per process."""

from __future__ import annotations

import hashlib
import os
import pwd
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from dev.errors import SetupError

PROJECT = Path(__file__).resolve().parent.parent
ADDON = "order_cycle"

# Languages of the template databases. The first becomes the default of users and partners,
# and Odoo's own tests read English.
LANGUAGES = ("en_US", "it_IT")

# Installed before the add-on, once, so that a change of the add-on costs only its own installation.
DEPENDENCIES = (
    "sale_management",
    "sale_stock",
    "purchase_stock",
    "sale_purchase_stock",
    "stock_delivery",
    "account",
    "portal",
)

# Apps beside which the add-on has to work without depending on them; with them come the modules
# that Odoo installs by itself between these and the ones above.
MORE_APPS = ("mrp", "stock_dropshipping", "purchase_requisition")

# A Unix socket's path may have 107 bytes (sun_path of unix(7), less the closing zero byte).
SOCKET_PATH_LIMIT = 107
SOCKET_NAME = ".s.PGSQL.5432"

# Any of these means: the person has a PostgreSQL server, use that one.
SERVER_VARIABLES = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGSERVICE")


@dataclass(frozen=True)
class Settings:
    """What the environment says, and the folders that follow from it.

    :param project: the checkout (holds `order_cycle/`, `dev/`, `tests/`)
    :param cache: everything this tool makes, except root's PostgreSQL cluster
    :param odoo_home: the person's own Odoo 19 (`ODOO_HOME`), None to fetch one
    :param odoo_python: the person's own interpreter (`ODOO_PYTHON`), None to make a venv
    :param own_server: the PG* variables' values when they name a server to use, else empty
    """

    project: Path
    cache: Path
    odoo_home: Path | None = None
    odoo_python: Path | None = None
    own_server: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read the settings; raises `SetupError` for a variable that names nothing."""
        private = cls(
            project=PROJECT,
            cache=_cache_folder(environment),
            odoo_home=_existing(environment, "ODOO_HOME"),
            odoo_python=_existing(environment, "ODOO_PYTHON"),
        )
        # This tool's own children see PGHOST too: the private server's.
        if environment.get("PGHOST") == str(private.socket_dir):
            return private
        values = (environment.get(name) for name in SERVER_VARIABLES)
        return replace(private, own_server=" ".join(value for value in values if value))

    @property
    def uses_own_server(self) -> bool:
        """Whether the person has a PostgreSQL server of their own."""
        return bool(self.own_server)

    @property
    def downloads(self) -> Path:
        """Fetched packages: the only part `clean` keeps."""
        return self.cache / "downloads"

    @property
    def logs(self) -> Path:
        return self.cache / "logs"

    @property
    def data_dir(self) -> Path:
        """Odoo's data folder: sessions, and the filestores of one server's databases."""
        server = f"-{_short_name(self.own_server)}" if self.own_server else ""
        return self.cache / f"data{server}"

    def filestore(self, database: str) -> Path:
        """Folder of one database's attachments."""
        return self.data_dir / "filestore" / database

    @property
    def odoo_tree(self) -> Path:
        """Where the fetched Odoo is unpacked."""
        return self.cache / "odoo"

    @property
    def odoo_root(self) -> Path:
        """The folder that goes on PYTHONPATH: it holds the package `odoo`."""
        return self.odoo_home or self.odoo_tree / "usr/lib/python3/dist-packages"

    @property
    def addons_path(self) -> tuple[Path, ...]:
        """Folders with add-ons: Odoo's own, then the project.

        A checkout keeps most of them in `addons`; an installed Odoo has all in `odoo/addons`
        (and Debian's, by accident, an incomplete copy of them in `addons`).
        """
        installed = self.odoo_root / "odoo/addons"
        if (installed / "account").is_dir():
            return installed, self.project
        return installed, self.odoo_root / "addons", self.project

    @property
    def venv(self) -> Path:
        return self.cache / "venv"

    @property
    def python(self) -> Path:
        """The interpreter that has Odoo's requirements."""
        return self.odoo_python or self.venv / "bin/python"

    @property
    def tools(self) -> Path:
        """Folder of the command-line tools (pytest, ruff, pylint) of that interpreter."""
        return self.python.parent

    @property
    def cluster(self) -> Path:
        """Folder of the private PostgreSQL cluster.

        PostgreSQL will not run as root and its user cannot enter root's home (0700),
        so root's cluster lives in the home of the user `postgres`.
        """
        home = _postgres_home() if os.geteuid() == 0 else None
        return home / f"order-cycle-{self.cache_id}" if home else self.cache / "postgres"

    @property
    def socket_dir(self) -> Path:
        """Folder of the cluster's Unix socket: the cluster's own, if its path is short enough."""
        if len(os.fsencode(self.cluster / SOCKET_NAME)) <= SOCKET_PATH_LIMIT:
            return self.cluster
        return Path(f"/tmp/order-cycle-{os.geteuid()}-{self.cache_id}")

    @property
    def cache_id(self) -> str:
        """Short name of the cache, for what lives outside it: databases, the socket's folder."""
        return _short_name(self.cache)

    @property
    def project_id(self) -> str:
        """Short name of this checkout, so that two of them can share one cache."""
        return _short_name(self.project)


def _short_name(path: Path | str) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:8]


def _cache_folder(environment: Mapping[str, str]) -> Path:
    chosen = environment.get("ORDER_CYCLE_CACHE")
    if chosen:
        return Path(chosen).expanduser().absolute()
    base = environment.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache").absolute() / "order-cycle"


def _existing(environment: Mapping[str, str], name: str) -> Path | None:
    value = environment.get(name)
    if not value:
        return None
    path = Path(value).expanduser().absolute()
    if not path.exists():
        raise SetupError(
            f"{name} names something that does not exist.",
            f"{path} is not there.",
            f"Correct {name}, or unset it to let this tool fetch its own.",
        )
    return path


def _postgres_home() -> Path | None:
    try:
        return Path(pwd.getpwnam("postgres").pw_dir)
    except KeyError:
        return None
