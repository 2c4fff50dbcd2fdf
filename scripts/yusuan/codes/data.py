"""The lists that are shipped with the program; how they were made stands in `data/README.md`."""

from __future__ import annotations

from importlib.resources import files


def text_of(name: str) -> str:
    """Return the text of a file in `data/`."""
    return files("yusuan").joinpath("data", name).read_text("utf-8")
