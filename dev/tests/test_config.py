"""Where everything is, from the environment."""

import os
from pathlib import Path

from dev.config import SOCKET_NAME, SOCKET_PATH_LIMIT, Settings


def test_cache_variable_wins_over_xdg_over_home(tmp_path):
    own, xdg = str(tmp_path / "own"), str(tmp_path / "xdg")
    both = Settings.from_environment({"ORDER_CYCLE_CACHE": own, "XDG_CACHE_HOME": xdg})
    assert both.cache == tmp_path / "own"
    assert Settings.from_environment({"XDG_CACHE_HOME": xdg}).cache == tmp_path / "xdg/order-cycle"
    assert Settings.from_environment({}).cache == Path.home() / ".cache/order-cycle"


def test_own_things_are_used(tmp_path):
    found = Settings.from_environment({"ODOO_HOME": str(tmp_path), "ODOO_PYTHON": "/bin/sh"})
    assert found.odoo_root == tmp_path
    assert (found.python, found.tools) == (Path("/bin/sh"), Path("/bin"))


def test_any_server_variable_means_an_own_server():
    for name in ("PGHOST", "PGPORT", "PGSERVICE"):
        assert Settings.from_environment({name: "x"}).uses_own_server
    assert not Settings.from_environment({"PGUSER": "x", "PGHOST": ""}).uses_own_server


def test_each_server_has_filestores_of_its_own():
    servers = ({}, {"PGHOST": "a"}, {"PGHOST": "b"}, {"PGHOST": "a", "PGPORT": "5433"})
    assert len({Settings.from_environment(variables).data_dir for variables in servers}) == 4


def test_children_of_the_tool_know_the_private_server():
    private = Settings.from_environment({})
    again = Settings.from_environment({"PGHOST": str(private.socket_dir), "PGUSER": "odoo"})
    assert again == private


def test_socket_path_is_never_too_long(tmp_path):
    deep = Settings(project=tmp_path, cache=tmp_path / ("long" * 30))
    assert len(os.fsencode(deep.socket_dir / SOCKET_NAME)) <= SOCKET_PATH_LIMIT


def test_two_caches_never_share_names(tmp_path):
    one, two = (Settings(project=tmp_path, cache=tmp_path / name) for name in ("one", "two"))
    assert one.cache_id != two.cache_id
    assert one.cluster != two.cluster
