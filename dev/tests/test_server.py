"""A program that serves: waited for, told apart from one that does not, stopped."""

import socket
import sys
import urllib.request

import pytest

from dev.config import PROJECT, Settings
from dev.errors import SetupError
from dev.server import HOST, Server, free_port, require_free, serving


@pytest.fixture
def settings(tmp_path):
    return Settings(project=PROJECT, cache=tmp_path)


def web(settings):
    port = free_port()
    command = [sys.executable, "-m", "http.server", "--bind", HOST, port]
    return Server(settings, "web", command, port)


def test_server_answers_and_is_stopped(settings):
    with serving(web(settings)) as server:
        assert urllib.request.urlopen(server.url, timeout=5).status == 200
    assert server.process.returncode is not None
    require_free(server.port)


def test_killed_server_starts_again_on_its_port(settings):
    with serving(web(settings)) as server:
        server.kill()
        with pytest.raises(OSError):
            urllib.request.urlopen(server.url, timeout=5)
        server.start()
        assert urllib.request.urlopen(server.url, timeout=5).status == 200


def test_server_that_ends_shows_its_log(settings):
    server = Server(settings, "bad", ["sh", "-c", "echo no licence; exit 4"], free_port())
    with pytest.raises(SetupError, match=r"exit code 4[\s\S]*no licence"):
        server.start()


def test_silent_server_is_given_up_and_killed(settings):
    server = Server(settings, "mute", ["sleep", "60"], free_port())
    with pytest.raises(SetupError, match="did not answer"):
        server.start(timeout=0.3)
    assert server.process.poll() is not None


def test_taken_port_is_told():
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SetupError, match=f"Port {port} cannot be used"):
            require_free(port)
