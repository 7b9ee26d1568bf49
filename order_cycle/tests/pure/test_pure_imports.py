"""What may import what. The packages must stay usable without Odoo."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from carriers import CODES

ADDON = Path(__file__).resolve().parents[2]
FILES = sorted([*ADDON.glob("carriers/**/*.py"), *ADDON.glob("rehearsal/**/*.py")])
MAY_IMPORT = {
    "odoo": set(),
    "requests": {"carriers/bounded_http.py", "carriers/watched_connection.py"},
    "urllib3": {"carriers/bounded_http.py", "carriers/watched_connection.py"},
    "zeep": {"carriers/soap/transport.py"},
}


def imports(tree):
    """Yield (top-level name, is it relative?) of every import in the file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], False) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0], bool(node.level)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ADDON)))
def test_a_file_imports_only_what_it_may(file):
    name = str(file.relative_to(ADDON))
    for module, is_relative in imports(ast.parse(file.read_text(encoding="utf-8"))):
        if is_relative:
            continue
        assert module not in ("carriers", "rehearsal"), "imports inside must be relative"
        assert name in MAY_IMPORT.get(module, {name}), f"{module} has no place in this file"


def test_the_guard_sees_all_files():
    names = {str(file.relative_to(ADDON)) for file in FILES}
    assert set().union(*MAY_IMPORT.values()) < names
    assert len(names) > 50


def test_everything_imports_with_odoo_blocked():
    modules = [
        ".".join(file.relative_to(ADDON).with_suffix("").parts).removesuffix(".__init__")
        for file in FILES
        if file.name != "__main__.py"
    ]
    program = (
        "import importlib, sys\n"
        "sys.modules['odoo'] = None\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ADDON, check=True, timeout=60)


def test_the_registry_imports_no_network_library_before_it_is_needed():
    program = (
        "import sys, carriers\n"
        "carriers.carriers()\n"
        "assert not {'requests', 'zeep', 'lxml'} & set(sys.modules), 'too early'\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ADDON, check=True, timeout=60)


def test_the_packages_work_under_another_name_too(tmp_path):
    """As they do in Odoo, where they are ``odoo.addons.order_cycle.carriers``."""
    package = tmp_path / "elsewhere" / "order_cycle"
    package.mkdir(parents=True)
    for name in ("carriers", "rehearsal"):
        (package / name).symlink_to(ADDON / name)
    program = (
        "from elsewhere.order_cycle.carriers import carriers, get_client\n"
        "from elsewhere.order_cycle.carriers.dto import CarrierSettings\n"
        "from elsewhere.order_cycle.rehearsal import command\n"
        "for info in carriers():\n"
        "    fields = info.account_fields\n"
        "    values = {field.name: field.default or 'a-value' for field in fields}\n"
        "    settings = CarrierSettings(environment='rehearsal', base_url='http://127.0.0.1:9',"
        " username='a', password='b', api_key='c', account_number='1', extra=values,"
        " extra_secrets=values)\n"
        "    print(get_client(info.code, settings).info.code)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert result.stdout.split() == list(CODES)
