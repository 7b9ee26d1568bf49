"""The carrier of docs/adding-a-carrier.md is taken out of the page and must pass conformance."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from stages import missing_contracts

pytestmark = pytest.mark.skipif(bool(missing_contracts()), reason=missing_contracts() or "there")

HERE = Path(__file__).resolve().parent
PAGE = HERE.parents[2] / "docs" / "adding-a-carrier.md"
BLOCK = re.compile(r"^```python file=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILES = {"info", "mapping", "checks", "answers", "client"}

#: The page's registry line, and its two folders, put beside ours.
RUN = """
import sys
import pytest
sys.path[:0] = [{here!r}, {addon!r}]
import carriers, carriers.registry, stages
carriers.__path__.append({folder!r} + "/carriers")
stages.__path__.append({folder!r} + "/stages")
carriers.CODES = carriers.registry.CODES = ("pigeon",)
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", *{tests!r}]))
"""


def pytest_of_the_page(folder, blocks, tests=("test_conformance.py", "test_conformance_verbs.py")):
    """Run conformance tests for the carrier of these blocks; return the finished process."""
    for name, code in blocks.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code, encoding="utf-8")
    (folder / "carriers" / "pigeon" / "__init__.py").touch()
    tests = [str(HERE / name) for name in tests]
    script = RUN.format(here=str(HERE), addon=str(HERE.parents[1]), folder=str(folder), tests=tests)
    command = [sys.executable, "-c", script]
    return subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=120)


@pytest.fixture
def blocks():
    """Give the files of the page, name -> code."""
    if not PAGE.exists():
        pytest.skip("the documentation is not at hand (the add-on was installed alone)")
    return dict(BLOCK.findall(PAGE.read_text(encoding="utf-8")))


def test_the_carrier_of_the_page_passes_conformance(blocks, tmp_path):
    assert set(blocks) == {*(f"carriers/pigeon/{one}.py" for one in FILES), "stages/pigeon.py"}
    result = pytest_of_the_page(tmp_path, blocks)
    assert result.returncode == 0, result.stdout
    assert re.search(r"\b[4-9]\d passed", result.stdout), result.stdout


#: What somebody may get wrong in a new folder -> a test that must fail for it.
MISTAKES = {
    "a 500 is taken for a no": (
        "carriers/pigeon/client.py",
        "refused=frozenset({422})",
        "refused=frozenset({422}), not_sent=frozenset({429, 500})",
        "test_conformance.py::test_a_spoiled_booking_is_never_taken_for_a_no[pigeon-error_500_after]",
    ),
    "a booking is sent twice": (
        "carriers/pigeon/client.py",
        "        body = mapping.to_letter(request)\n",
        "        body = mapping.to_letter(request)\n"
        '        self._transport.call("sendLetter", "POST", ("letters",), body=body)\n',
        "test_conformance.py::test_a_right_shipment_is_booked_once_and_the_answer_is_whole[pigeon]",
    ),
    "a name is cut": (
        "carriers/pigeon/mapping.py",
        "NAME_MAX = 30",
        "NAME_MAX = 3000",
        "test_conformance.py::test_what_cannot_be_sent_makes_no_call[pigeon]",
    ),
    "what is dead is found": (
        "carriers/pigeon/answers.py",
        '        if required(letter, "flying", bool)\n',
        "",
        "test_conformance_verbs.py::test_cancelling_twice_is_harmless[pigeon]",
    ),
    "a field is misspelt": (
        "carriers/pigeon/mapping.py",
        '"express": SERVICES',
        '"exprss": SERVICES',
        "test_conformance.py::test_a_right_shipment_is_booked_once_and_the_answer_is_whole[pigeon]",
    ),
    "a verb is promised that is not there": (
        "carriers/pigeon/info.py",
        "{Capability.FIND_BY_REFERENCE,",
        "{Capability.CHECK_ACCOUNT, Capability.FIND_BY_REFERENCE,",
        "test_conformance.py::test_the_info_promises_what_the_client_has[pigeon]",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_suite_finds_what_is_wrong_with_a_carrier(blocks, tmp_path, mistake):
    name, right, wrong, test = MISTAKES[mistake]
    assert right in blocks[name]
    blocks[name] = blocks[name].replace(right, wrong)
    result = pytest_of_the_page(tmp_path, blocks, [test])
    assert result.returncode == 1, result.stdout
    assert "1 failed" in result.stdout, result.stdout
