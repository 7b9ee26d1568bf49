"""Masks secrets before anything is logged, stored or shown.

Two nets. By name: a field, header, element or parameter that sounds like a secret, in JSON,
XML (WS-Security too), query strings and form bodies; works on broken text as well, because a
cut answer is just what gets kept. By value: the account's own secrets wherever they turn up,
also in base64 or escaped. Labels are replaced by their size: they are big and personal.
"""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, urlsplit, urlunsplit
from xml.sax.saxutils import escape

from .exchange import TEXT_LIMIT
from .storable import printable

MASK = "***"

#: What is searched for by name at most; the rest of a huge answer is dropped, not searched.
_SEARCH_LIMIT = 2 * TEXT_LIMIT
#: Shorter values would mask harmless text everywhere (an account "1" and the like).
_SHORTEST_SECRET = 4
#: Longest message for a person.
_WORDS_LIMIT = 2000
_IN_BASE64 = r"[A-Za-z0-9+/\\\r\n]"
#: Looked for at the start of a run only: runs a little too short must not cost a look per letter.
_BASE64_RUN = re.compile(rf"(?<!{_IN_BASE64}){_IN_BASE64}{{256,}}={{0,2}}")

#: A name has an end: without it, hostile text makes each look as long as the text.
_NAME = (
    r"[\w.-]{0,40}?(?:password|passwd|passphrase|passcode|pwd|secret|token|api[_-]?key|credential"
    r"|license[_-]?(?:number|key)|access[_-]?key|private[_-]?key|authorization|nonce"
    r"|session[_-]?id|uidcliente)[\w.-]{0,40}"
)
_JSON_FIELD = re.compile(
    rf'("{_NAME}"\s*:\s*)(?:"(?:[^"\\]|\\.)*(?:"|\\?$)|[^\s"{{\[,}}\]]+)', re.I | re.S
)
#: JSON inside a JSON text: every quote is escaped once.
_JSON_IN_JSON = re.compile(rf'(\\"{_NAME}\\"\s*:\s*)\\"(?:[^"\\]|\\\\.)*(?:\\"|\\*$)', re.I | re.S)
_XML_ELEMENT = re.compile(rf"(<(?:[\w.-]+:)?(?:{_NAME}|uid)(?:\s[^<>]*)?(?<!/)>)[^<]*", re.I)
_XML_CDATA = re.compile(
    rf"(<(?:[\w.-]+:)?(?:{_NAME}|uid)(?:\s[^<>]*)?>\s*)<!\[CDATA\[.*?(?:\]\]>|$)", re.I | re.S
)
_ATTRIBUTE = re.compile(rf"""(\s(?:[\w.-]+:)?{_NAME}\s*=\s*)("[^"]*(?:"|$)|'[^']*(?:'|$))""", re.I)
_PARAMETER = re.compile(rf"((?:^|[?&;\s]){_NAME}=)[^&\s\"'<>]+", re.I | re.M)
_SCHEMES = ("basic", "bearer", "digest", "negotiate")
_SCHEME = re.compile(rf"\b({'|'.join(_SCHEMES)})\s+[A-Za-z0-9+/=._~-]{{6,}}", re.I)
_SECRET_NAME = re.compile(rf"(?:{_NAME}|cookie|set-cookie|x-auth.*)", re.I)


class Redactor:
    """Cleans the traffic of one account.

    :param secrets: the account's secret values.
    :param username: basic authentication hides ``username:password`` in base64.
    """

    def __init__(self, secrets: Iterable[str] = (), *, username: str = ""):
        forms = {form for secret in secrets for form in _forms_of(secret, username)}
        # The longest first: a secret inside another must not leave the rest of it behind.
        literals = sorted(forms, key=len, reverse=True)
        self._literals = re.compile("|".join(map(re.escape, literals))) if literals else None

    def text(self, text: str) -> str:
        """Return the text without secrets and labels, at most ``TEXT_LIMIT`` characters."""
        text = _BASE64_RUN.sub(_label_size, text)[:_SEARCH_LIMIT]
        text = self._mask_values(text)
        text = _XML_CDATA.sub(rf"\1{MASK}", text)
        text = _XML_ELEMENT.sub(rf"\1{MASK}", text)
        text = _JSON_IN_JSON.sub(rf'\1\\"{MASK}\\"', text)
        text = _JSON_FIELD.sub(rf'\1"{MASK}"', text)
        text = _ATTRIBUTE.sub(rf'\1"{MASK}"', text)
        text = _PARAMETER.sub(rf"\1{MASK}", text)
        text = _SCHEME.sub(rf"\1 {MASK}", text)
        return _cut(text)

    def words(self, text: str) -> str:
        """Return a carrier's sentence for people: no secrets, and nothing a database refuses."""
        return self.text(printable(text)[: 2 * _WORDS_LIMIT])[:_WORDS_LIMIT]

    def headers(self, headers: Mapping[str, str]) -> str:
        """Return the headers as lines, the secret ones masked."""
        return "\n".join(f"{name}: {self._header(name, headers[name])}" for name in headers)

    def url(self, url: str) -> str:
        """Return the URL without user and password and with secret parameters masked."""
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        query = _PARAMETER.sub(rf"\1{MASK}", parts.query)
        return self._mask_values(urlunsplit((parts.scheme, host, parts.path, query, "")))

    def _header(self, name: str, value: str) -> str:
        if not _SECRET_NAME.fullmatch(name):
            return self._mask_values(value)
        scheme, space, _rest = value.partition(" ")
        return f"{scheme} {MASK}" if space and scheme.lower() in _SCHEMES else MASK

    def _mask_values(self, text: str) -> str:
        return self._literals.sub(MASK, text) if self._literals else text


def _forms_of(secret: str, username: str) -> Iterable[str]:
    """Yield the ways in which a secret value can stand in a message."""
    if len(secret) < _SHORTEST_SECRET:
        return
    yield secret
    yield escape(secret)
    yield escape(secret, {'"': "&quot;"})
    yield escape(secret, {'"': "&quot;", "'": "&apos;"})
    yield escape(secret, {'"': "&quot;", "'": "&#x27;"})
    yield quote(secret, safe="")
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield base64.b64encode(secret.encode()).decode()
    yield base64.b64encode(f"{username}:{secret}".encode()).decode()


def _label_size(match: re.Match) -> str:
    return f"<label {max(1, len(match.group()) * 3 // 4 // 1024)} kB>"


def _cut(text: str) -> str:
    if len(text) <= TEXT_LIMIT:
        return text
    note = f"\n... cut, {len(text)} characters"
    return text[: TEXT_LIMIT - len(note)] + note
