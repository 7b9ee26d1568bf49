"""The cache folder: marked when it is made, so that `clean` never empties somebody else's."""

from __future__ import annotations

from dev.config import Settings

# Name and first line by the Cache Directory Tagging Specification; backup programs know it too.
TAG = "CACHEDIR.TAG"
SIGNATURE = "Signature: 8a477f597d28d172789f06886806bc55"


def claim(settings: Settings) -> None:
    """Make the cache, and mark it unless there are other things in it already."""
    settings.cache.mkdir(parents=True, exist_ok=True)
    if not any(settings.cache.iterdir()):
        text = f"{SIGNATURE}\n# Made by the set-up of Order Cycle, emptied by its command clean.\n"
        (settings.cache / TAG).write_text(text, encoding="utf-8")


def is_ours(settings: Settings) -> bool:
    """Whether everything in the cache was made by this tool."""
    return (settings.cache / TAG).is_file()
