"""The list of projects (项目支出表): one project a row, its money by source of funds.

A project whose performance table was read keeps the code that it has there. The row 合计 is a line
without a project; rows of units and functional classes that head their projects stay unread.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from yusuan.codes import is_listed
from yusuan.interpreting.heads import Laid
from yusuan.interpreting.ledger import Ledger
from yusuan.interpreting.lookups import fold
from yusuan.interpreting.rowlabels import named
from yusuan.interpreting.tabled import Entry, Panel, Sheet, panels
from yusuan.reading.document import Cell

_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{5,}")


def read_projects(sheet: Sheet, known: Mapping[str, tuple[str, str]]) -> int:
    """Write the projects of a list and their lines; returns how many figures were read.

    Args:
        sheet: The table.
        known: Folded name of a project → (code, org id), of those that were read already.
    """
    count = 0
    seen = dict(known)
    for panel in panels(sheet.layout):
        for laid in sheet.layout.body:
            name = _text(laid, panel, "project") or _text(laid, panel, "name")
            org_id = sheet.organisation(laid, panel)
            cells = _labels(laid, panel)
            if any(named(fold(cell.text), "total-rows") for cell in laid.cells.values()):
                count += sheet.write(panel, laid, _total(sheet, cells))
                continue
            if not name or org_id is None or _is_above(sheet, laid, panel, name):
                continue
            if fold(name) not in seen:
                seen[fold(name)] = (_code(sheet, laid, panel, name), org_id)
                _project(sheet, laid, seen[fold(name)], name)
            code, owner = seen[fold(name)]
            entry = Entry(cells, {"project_code": code}, "leaf", "expenditure", owner, (code,))
            count += sheet.write(panel, laid, entry)
    return count


def _total(sheet: Sheet, cells: tuple[Cell, ...]) -> Entry:
    return Entry(cells, {}, "total", "expenditure", sheet.frame.org_id, ("total",))


_OF_CODES = ("code", "class", "section", "entry")


def _is_above(sheet: Sheet, laid: Laid, panel: Panel, name: str) -> bool:
    """Tell whether a row is of a unit or a functional class, with its projects below it."""
    if fold(name) in sheet.org_ids:
        return True
    coded = any(_text(laid, panel, kind) for kind in _OF_CODES)
    return coded and "project" not in panel.labels and is_listed(name)


def _labels(laid: Laid, panel: Panel) -> tuple[Cell, ...]:
    columns = [at for found in panel.labels.values() for at in found if at in laid.cells]
    return tuple({laid.cells[at].char_start: laid.cells[at] for at in columns}.values())


def _text(laid: Laid, panel: Panel, kind: str) -> str:
    texts = (laid.cells[at].text.strip() for at in panel.labels.get(kind, ()) if at in laid.cells)
    return next(filter(None, texts), "")


def _code(sheet: Sheet, laid: Laid, panel: Panel, name: str) -> str:
    """Return the printed code of a project, or one made of its name."""
    frame = sheet.frame
    printed = "".join(_text(laid, panel, "project-code").split())
    if not _CODE.fullmatch(printed):
        digest = hashlib.sha256(name.encode()).hexdigest()[:8]
        printed = f"{frame.org_id}.{frame.fiscal_year}.n-{digest}"
    return sheet.ledger.key("projects", printed)


def _project(sheet: Sheet, laid: Laid, found: tuple[str, str], name: str) -> None:
    code, org_id = found
    frame, ledger = sheet.frame, sheet.ledger
    ledger.add(
        "projects",
        {
            "project_code": code,
            "name": name,
            "region_code": frame.region_code,
            "org_id": org_id,
            "fiscal_year": frame.fiscal_year,
            "ordinal": _next(ledger),
            "purpose": None,
            "earmarked": False,
            "document_id": frame.document_id,
            "char_start": laid.row[0].char_start,
            "char_end": laid.row[-1].char_end,
        },
    )


def _next(ledger: Ledger) -> int:
    return 1 + max((int(str(row["ordinal"])) for row in ledger.rows["projects"]), default=0)
