"""A secret never leaves the redactor, in whatever form it comes."""

import base64
import json
from urllib.parse import quote

import pytest
from carriers.exchange import TEXT_LIMIT
from carriers.redact import Redactor
from hypothesis import given
from hypothesis import strategies as st

CANARY = "c4n4ry&<\"ż'/+=s3cret"
PLAIN_CANARY = "c4n4ryS3cret"

#: Texts in which only the name of a field tells that a value is secret.
NAMED = [
    '{"password": "%s", "city": "Verona"}',
    '{"client_secret":"%s", "city": "Verona"}',
    '{"accessToken" : "%s", "city": "Verona"}',
    '{"apiKey": "%s", "city": "Verona"}',
    '{"api_key": "%s\\" tail", "city": "Verona"}',
    '{"city": "Verona", "password": "%s',
    '{"inner": "{\\"password\\": \\"%s\\"}", "city": "Verona"}',
    "<a><Password>%s</Password><City>Verona</City></a>",
    '<wsse:Password Type="PasswordText">%s</wsse:Password><City>Verona</City>',
    "<ns1:UserToken>%s</ns1:UserToken><City>Verona</City>",
    "<Password><![CDATA[%s]]></Password><City>Verona</City>",
    "<City>Verona</City><Password>%s",
    '<Servicios uidcliente="%s"><City>Verona</City></Servicios>',
    "<login password='%s' city='Verona'/>",
    "city=Verona&password=%s",
    "client_id=1&client_secret=%s&city=Verona",
    "GET /x?token=%s&city=Verona",
    "You sent Authorization: Bearer %s from Verona",
    "Basic %s was refused in Verona",
]
NUMERIC = ['{"password": %s, "city": "Verona"}', '{\'x\': 1, "pwd":%s,"city":"Verona"}']


@pytest.mark.parametrize("template", NAMED)
def test_a_value_is_masked_because_of_its_name(template):
    text = Redactor().text(template % PLAIN_CANARY)
    assert PLAIN_CANARY not in text
    assert "tail" not in text
    assert "Verona" in text, "what is no secret must stay"


@pytest.mark.parametrize("template", NUMERIC)
def test_a_number_is_masked_too(template):
    text = Redactor().text(template % "90210777")
    assert "90210777" not in text
    assert "Verona" in text


@pytest.mark.parametrize(
    "form",
    [
        CANARY,
        quote(CANARY, safe=""),
        json.dumps(CANARY)[1:-1],
        json.dumps(CANARY, ensure_ascii=False)[1:-1],
        CANARY.replace("&", "&amp;").replace("<", "&lt;"),
        CANARY.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;"),
        base64.b64encode(CANARY.encode()).decode(),
        base64.b64encode(f"ann:{CANARY}".encode()).decode(),
    ],
)
def test_a_known_secret_is_masked_wherever_it_is(form):
    redactor = Redactor([CANARY], username="ann")
    assert form not in redactor.text(f"<note>your key {form} is wrong, Verona</note>")
    assert form not in redactor.headers({"X-Debug": f"key={form}"})
    assert form not in redactor.url(f"https://carrier.example/{form}/x")


def test_a_secret_inside_another_leaves_nothing_behind():
    redactor = Redactor(["abcd", "abcdEFGH", "EFGHabcd1234"])
    assert redactor.text("abcdEFGH and EFGHabcd1234") == "*** and ***"


def test_a_value_too_short_to_be_a_secret_is_not_hunted():
    assert Redactor(["it"]).text("city of Verona, written") == "city of Verona, written"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Authorization", "Basic YW5uOnNlY3JldA==", "Authorization: Basic ***"),
        ("Authorization", "Bearer abc.def", "Authorization: Bearer ***"),
        ("Authorization", "my own key", "Authorization: ***"),
        ("X-API-Key", "abcdef", "X-API-Key: ***"),
        ("dhl-api-key", "abcdef", "dhl-api-key: ***"),
        ("Set-Cookie", "session=1", "Set-Cookie: ***"),
        ("Idempotency-Key", "key-1", "Idempotency-Key: key-1"),
    ],
)
def test_headers(name, value, expected):
    assert Redactor().headers({name: value}) == expected


def test_a_url_loses_user_password_and_secret_parameters():
    url = Redactor().url(
        f"https://ann:{PLAIN_CANARY}@carrier.example/v1?api_key={PLAIN_CANARY}&n=1"
    )
    assert url == "https://carrier.example/v1?api_key=***&n=1"


@pytest.mark.parametrize("template", ['{"data": "%s"}', "<Content>\n%s\n</Content>"])
def test_a_label_becomes_its_size(template):
    label = base64.b64encode(bytes(range(256)) * 164).decode()
    text = Redactor().text(template % label)
    assert "<label 41 kB>" in text
    assert len(text) < 50


def test_a_long_text_is_cut_and_says_so():
    text = Redactor().text("word " * 100_000)
    assert len(text) == TEXT_LIMIT
    assert text.endswith("characters")


@pytest.mark.parametrize(
    "hostile", ['"' * 300_000, "a" * 300_000, '"password":"' * 20_000, "<" * 300_000]
)
def test_a_hostile_text_costs_no_time(hostile):
    assert len(Redactor([PLAIN_CANARY]).text(hostile)) <= TEXT_LIMIT


@given(st.text(max_size=200), st.text(max_size=200))
def test_a_known_secret_is_masked_between_any_texts(before, after):
    text = Redactor([PLAIN_CANARY]).text(before + PLAIN_CANARY + after)
    assert PLAIN_CANARY not in text
