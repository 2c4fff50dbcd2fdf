"""Small documents with standard tables, made for tests."""

from pathlib import Path

from yusuan.interpreting import interpret
from yusuan.reading import Source
from yusuan.reading.html import read_html
from yusuan.sidecar import Sidecar

BUDGET, ACCOUNTS = "平山县财政局2025年部门预算", "平山县财政局2023年度部门决算"
UNIT = "<p>单位：万元</p>"
DUTIES = "<p>一、部门职责</p><p>（一）负责财政工作。</p>"


def tr(*cells):
    """Return a row; a cell of (text, columns, rows) is merged."""
    made = ""
    for cell in cells:
        text, columns, rows = (cell, 1, 1) if isinstance(cell, str) else (*cell, 1)[:3]
        made += f'<td colspan="{columns}" rowspan="{rows}">{text}</td>'
    return f"<tr>{made}</tr>"


def table(*rows):
    return f"<table>{''.join(rows)}</table>"


def interpreted(document, sidecar=None):
    return interpret(Source(Path("document"), "0" * 64, 1, document), sidecar or Sidecar())


def html(body, title=BUDGET):
    return interpreted(read_html(f"<html><body><p>{title}</p>{body}</body></html>".encode()))


def figures(found):
    return {row["line_key"]: row["printed"] for row in found.rows["budget_lines"]}


def roles(found):
    return {row["line_key"]: row["role"] for row in found.rows["budget_lines"]}


def status(found, requirement):
    rows = found.rows["disclosure_items"]
    return next((r["status"], r["note"]) for r in rows if r["requirement"] == requirement)


def unread(found):
    return [one.text for one in found.unread]


HEADER = (
    tr(("科目编码", 3), ("科目名称", 1, 2), ("合计", 1, 2), ("基本支出", 1, 2), ("项目支出", 1, 2)),
    tr("类", "款", "项"),
)
