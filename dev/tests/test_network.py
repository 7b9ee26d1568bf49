"""The rule that there is one way out to the network."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from dev.commands import network

PROJECT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "source",
    [
        "import requests",
        "import urllib.request as u",
        "from urllib import request",
        "from requests.adapters import HTTPAdapter",
        "def f():\n    import socket",
        "__import__('zeep')",
    ],
)
def test_every_way_to_connect_is_seen(source):
    assert list(network.outbound(source))


def test_names_that_only_look_alike_are_fine():
    assert not list(network.outbound("import urllib.parse\nfrom ..requests import ask"))


def test_the_add_on_has_one_way_out(tmp_path):
    assert network.complaints(SimpleNamespace(project=PROJECT)) == ""
    bad = tmp_path / "order_cycle" / "models" / "bad.py"
    bad.parent.mkdir(parents=True)
    bad.write_text("import requests\n", encoding="utf-8")
    assert "models/bad.py:1" in network.complaints(SimpleNamespace(project=tmp_path))
