"""Bills of carriers as files: whatever comma the other side fancies."""

import sys
from decimal import Decimal
from importlib import util
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "tools" / "table_file.py"
_spec = util.spec_from_file_location("table_file", SOURCE)
table_file = util.module_from_spec(_spec)
sys.modules["table_file"] = table_file
_spec.loader.exec_module(table_file)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_usual_delimiter_is_found(delimiter):
    text = f'Waybill{delimiter}Amount\n"W{delimiter}1"{delimiter}12.40\n\n {delimiter} \n'
    names, rows = table_file.read_table(text.encode())
    assert names == ["Waybill", "Amount"]
    assert rows == [{"Waybill": f"W{delimiter}1", "Amount": "12.40"}]


def test_a_mark_at_the_start_and_letters_of_old_windows_are_read():
    names, _rows = table_file.read_table("\ufeffN°;Importo\n1;2\n".encode())
    assert names == ["N°", "Importo"]
    _names, rows = table_file.read_table("Città;Importo\nForlì;2\n".encode("cp1252"))
    assert rows == [{"Città": "Forlì", "Importo": "2"}]


def test_a_short_row_lacks_only_what_it_lacks():
    _names, rows = table_file.read_table(b"a,b,c\n1,2\n")
    assert rows == [{"a": "1", "b": "2"}]


@pytest.mark.parametrize("raw", [b"", b"one column\n1\n", b"a,b\n", b"\x81\xff\xfe\x9d,\x81\n"])
def test_what_is_no_table_is_refused(raw):
    with pytest.raises(ValueError):
        table_file.read_table(raw)


@pytest.mark.parametrize(
    ("values", "mark"),
    [
        (["1.234,56"], ","),
        (["1,234.56"], "."),
        (["12,5 €"], ","),
        (["1,234", "7.5"], "."),
        (["1,234"], "."),
        ([], "."),
    ],
)
def test_the_mark_before_the_cents_is_told_by_the_numbers(values, mark):
    assert table_file.decimal_mark(values) == mark


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("1.234,56", ",", "1234.56"),
        ("1,234.56", ".", "1234.56"),
        ("EUR -3,20", ",", "-3.20"),
        ("€ 12", ".", "12"),
    ],
)
def test_a_number_is_read_to_the_cent(text, mark, number):
    assert table_file.to_decimal(text, mark) == Decimal(number)


@pytest.mark.parametrize("text", ["", "free", "1.2.3", "--5"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError):
        table_file.to_decimal(text, ".")
