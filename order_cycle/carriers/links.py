"""Links that a carrier sends end up in web pages."""

from urllib.parse import urlsplit

from .storable import is_storable


def safe_link(url: str) -> str:
    """Return the URL if it is one of the web, else nothing: ``javascript:`` is a link too."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    is_web = parts.scheme in ("http", "https") and parts.hostname and is_storable(url)
    return url.strip() if is_web and not set(url) & set("\"'<>\\ \n\r\t") else ""
