"""The header each style of authentication needs."""

import base64


def basic(username: str, password: str) -> dict[str, str]:
    """HTTP basic authentication (RFC 7617), the user and the password in UTF-8."""
    pair = base64.b64encode(f"{username}:{password}".encode()).decode("ascii")
    return {"Authorization": f"Basic {pair}"}


def bearer(token: str) -> dict[str, str]:
    """Bearer token (RFC 6750)."""
    return {"Authorization": f"Bearer {token}"}


def api_key(header: str, key: str) -> dict[str, str]:
    """A key in a header that the carrier names."""
    return {header: key}
