"""Fetch Debian's package of Odoo 19 and unpack it, without installing anything.

apt gets a state of its own in the cache, so the machine's own apt stays as it is. Debian leaves
out files that its other packages have, and links to where those would put them: they are
unpacked into the same tree.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from dev import apt, apt_sources, console, odoo_source, processes, space
from dev.config import Settings
from dev.errors import SetupError

ODOO_SUITE = "sid"
ODOO_PACKAGE = "odoo-19"

# sid's Font Awesome is a newer major version without the files the web client needs,
# so what the host's own release has comes from there.
FROM_HOST = (
    "fonts-font-awesome",
    "fonts-inconsolata",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
)
FROM_SID = ("fonts-montserrat",)

# Debian ships no such library, and a bundle that names a missing file is an error in the log of
# every page. Only the blurred background of a video call uses it; an empty one is never called.
MISSING_SCRIPT = "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"

OWN_ODOO = "Set ODOO_HOME to a checkout of Odoo 19.0, or mend what is said above."

# Package, unpacked tree and the room to rename.
NEEDED_BYTES = 1_700_000_000


def ensure(settings: Settings, step: console.Step) -> str:
    """Fetch and unpack unless done, check what is there; returns its description."""
    if settings.odoo_home:
        odoo_source.check_series(settings.odoo_home)
        return f"{odoo_source.SERIES}, yours in {settings.odoo_home}"
    if not odoo_source.is_there(settings):
        space.require(settings.cache, NEEDED_BYTES)
        _unpack(settings, _download(settings, step), step)
        script = MISSING_SCRIPT.rpartition("/")[2]
        return f"{odoo_source.version(settings)} unpacked; {script}, not in Debian, left empty"
    return odoo_source.version(settings)


def _download(settings: Settings, step: console.Step) -> list[Path]:
    """The packages' files; what was fetched before is checked by apt and kept."""
    host = _codename()
    mirror = apt_sources.find_mirror(Path("/etc/apt"), host)
    folder = settings.downloads / "debian"
    options = _private_state(folder, mirror.stanza(ODOO_SUITE) + "\n" + mirror.stanza(host))
    step.progress("reading the package lists")
    apt.run("Debian's package lists could not be read.", [*options, "update"], folder=folder)
    wanted = [f"{name}/{ODOO_SUITE}" for name in (ODOO_PACKAGE, *FROM_SID)]
    wanted += [f"{name}/{host}" for name in FROM_HOST]
    apt.run(
        "Debian's package of Odoo could not be fetched.",
        [*options, "download", *wanted],
        folder=folder,
        on_progress=step.progress,
    )
    return [_newest(folder, name.split("/")[0]) for name in wanted]


def _private_state(folder: Path, sources: str) -> list[str]:
    """apt options that keep its lists, cache and sources inside `folder`."""
    for name in ("state/lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    source_list = folder / "mirror.sources"
    source_list.write_text(sources, encoding="utf-8")
    options = {
        "Dir::State": folder / "state",
        "Dir::Cache": folder / "cache",
        "Dir::Etc::SourceList": source_list,
        "Dir::Etc::SourceParts": "-",
        "Acquire::Languages": "none",
        # A mirror may be a snapshot, older than apt likes; its signature is checked all the same.
        "Acquire::Check-Valid-Until": "false",
        # Else apt drops to a user that may not write here.
        "APT::Sandbox::User": "root",
    }
    return [word for name, value in options.items() for word in ("-o", f"{name}={value}")]


def _codename() -> str:
    """The host's Debian release, for example bookworm; `SetupError` on another system."""
    lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    values = {name: value.strip('"') for name, _, value in (line.partition("=") for line in lines)}
    if values.get("ID") != "debian" or not shutil.which("apt-get"):
        raise SetupError(
            "Odoo cannot be fetched on this machine.",
            f"It comes from Debian's archive, and this is {values.get('NAME', 'something else')}.",
            "Set ODOO_HOME to a checkout of Odoo 19.0.",
        )
    return values.get("VERSION_CODENAME", ODOO_SUITE)


def _newest(folder: Path, package: str) -> Path:
    files = sorted(folder.glob(f"{package}_*.deb"), key=lambda path: path.stat().st_mtime)
    return files[-1]


def _unpack(settings: Settings, files: list[Path], step: console.Step) -> None:
    """Unpack beside the final place and rename, so that the final place is always whole.

    Each run has a place of its own: a killed run's unpacker may go on for a moment.
    """
    for left_over in settings.cache.glob("odoo.partial-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    half = settings.cache / f"odoo.partial-{os.getpid()}"
    for number, file in enumerate(files, 1):
        step.progress(f"unpacking package {number} of {len(files)}: {file.name}")
        _unpack_one(file, half)
    root = half / settings.odoo_root.relative_to(settings.odoo_tree)
    script = root / MISSING_SCRIPT
    script.parent.mkdir(parents=True, exist_ok=True)
    script.touch()
    odoo_source.check_series(root)
    _check_links(half)
    _stamp(half, files[0])
    shutil.rmtree(settings.odoo_tree, ignore_errors=True)
    half.rename(settings.odoo_tree)


def _unpack_one(file: Path, folder: Path) -> None:
    done = processes.output_of(["dpkg-deb", "--extract", file, folder])
    if done.returncode:
        processes.raise_if_disk_full(done.stdout, folder.parent)
        file.unlink()
        raise SetupError(
            f"The package {file.name} could not be unpacked.",
            done.stdout.strip(),
            "Run this again: the damaged file is gone and will be fetched anew.",
        )


def _check_links(folder: Path) -> None:
    """A page whose script is a dangling link answers 500: refuse such a tree."""
    paths = (Path(base) / name for base, dirs, names in os.walk(folder) for name in dirs + names)
    dangling = [path for path in paths if path.is_symlink() and not path.exists()]
    if dangling:
        raise SetupError(
            "The unpacked Odoo is not whole.",
            f"{len(dangling)} links lead nowhere, the first is {dangling[0]}.",
            OWN_ODOO,
        )


def _stamp(folder: Path, file: Path) -> None:
    version = file.name.split("_")[1].replace("%3a", ":")
    text = json.dumps({"version": version})
    (folder / odoo_source.STAMP).write_text(text, encoding="utf-8")
