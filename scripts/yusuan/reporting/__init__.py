"""The report of a check, in each of its formats: one model of findings behind all of them.

Nothing here looks for a fault; see `checking`.
"""

from __future__ import annotations

from yusuan.findings import Checked
from yusuan.reporting.html import as_html
from yusuan.reporting.junit import as_junit
from yusuan.reporting.sarif import as_sarif
from yusuan.reporting.structured import as_json
from yusuan.reporting.text import as_text

__all__ = ["FORMATS", "render"]

_WRITERS = {
    "text": as_text,
    "json": as_json,
    "sarif": as_sarif,
    "junit": as_junit,
    "html": as_html,
}
FORMATS = tuple(_WRITERS)


def render(checked: Checked, form: str, language: str) -> str:
    """Return the report of a check, without a line break at its end.

    Args:
        checked: The outcome.
        form: One of `FORMATS`.
        language: `zh` or `en`; a report for programs holds both, and html both for the reader.

    Raises:
        KeyError: There is no such format.
    """
    return _WRITERS[form](checked, language)
