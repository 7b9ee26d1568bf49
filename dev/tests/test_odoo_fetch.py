"""An Odoo that is not whole is never taken for one."""

import subprocess

import pytest

from dev import console, odoo_fetch, odoo_source
from dev.config import Settings
from dev.errors import SetupError

ROOT = "usr/lib/python3/dist-packages"


@pytest.fixture
def settings(tmp_path):
    return Settings(project=tmp_path, cache=tmp_path / "cache")


@pytest.fixture
def package(tmp_path):
    """A real Debian package that holds hardly more than Odoo's release.py."""
    tree = tmp_path / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    control = "Package: odoo-19\nVersion: 19.0.0-7\nArchitecture: all\nMaintainer: x <x@y.z>\n"
    (tree / "DEBIAN/control").write_text(f"{control}Description: x\n", encoding="utf-8")
    (tree / ROOT / "odoo").mkdir(parents=True)
    release = tree / ROOT / "odoo/release.py"
    release.write_text("version_info = (19, 0, 0)\n", encoding="utf-8")
    return tree


def build(tree):
    target = tree.parent / "odoo-19_19.0.0-7_all.deb"
    subprocess.run(["dpkg-deb", "--build", tree, target], check=True, capture_output=True)
    return target


def unpack(settings, package):
    settings.cache.mkdir(exist_ok=True)
    odoo_fetch._unpack(settings, [package], console.Step("odoo"))


def test_whole_package_is_there_with_its_version(settings, package):
    unpack(settings, build(package))
    assert odoo_source.is_there(settings)
    assert odoo_source.version(settings) == "19.0.0-7"
    assert [path.name for path in settings.cache.iterdir()] == ["odoo"]


def test_damaged_package_leaves_nothing_and_is_fetched_anew(settings, package):
    file = build(package)
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(SetupError, match="could not be unpacked"):
        unpack(settings, file)
    assert not odoo_source.is_there(settings)
    assert not file.exists()


def test_dangling_link_is_refused(settings, package):
    (package / ROOT / "odoo/jquery.js").symlink_to("../../nowhere/jquery.js")
    with pytest.raises(SetupError, match="1 links lead nowhere"):
        unpack(settings, build(package))
    assert not odoo_source.is_there(settings)


def test_what_a_killed_run_left_is_swept_away(settings, package):
    left_over = settings.cache / "odoo.partial-99999/usr"
    left_over.mkdir(parents=True)
    (settings.cache / "odoo").mkdir()
    assert not odoo_source.is_there(settings)
    unpack(settings, build(package))
    assert odoo_source.is_there(settings)
    assert not left_over.exists()
