"""The standard tables of a document: found by caption and header, read, and their notes kept.

A table is taken for a standard one where its caption is known and its header bears it out, or
where no caption stands over it and its header names what only one table is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from yusuan.interpreting.balance import read_balance
from yusuan.interpreting.captions import unit_in
from yusuan.interpreting.classified import is_coded, read_classified, read_items
from yusuan.interpreting.forms import Form, form_of, forms, is_note, says_revised, stands_over
from yusuan.interpreting.grid import filled
from yusuan.interpreting.heads import Layout, header_rows, is_figure, lay_out
from yusuan.interpreting.ledger import Frame, Ledger
from yusuan.interpreting.lookups import fold
from yusuan.interpreting.procurement import is_procurement
from yusuan.interpreting.projectlist import read_projects
from yusuan.interpreting.purchases import read_purchases
from yusuan.interpreting.tabled import Sheet, panels
from yusuan.reading.document import Block, Cell, Document, Paragraph, Table

# So many paragraphs above a table may be its captions; a longer one is running text.
_CAPTIONS = 8
_LONGEST_CAPTION = 80


@dataclass(slots=True)
class Found:
    """A standard table, and what stands around it.

    Attributes:
        tables: The table, and what continues it on later pages.
        form: What it is.
        layout: Its header and rows.
        title: The caption that names it, None where none does.
        around: Paragraphs over it that only belong to it.
        notes: Remarks below it.
        unit: The unit of its money, "" where nothing says.
        continues: It goes on with the table before it.
        lines: How many figures were read.
    """

    tables: list[Table]
    form: Form
    layout: Layout
    title: Block | None
    around: list[Paragraph]
    notes: list[Block]
    unit: str
    continues: bool = False
    lines: int = 0

    @property
    def has_figures(self) -> bool:
        """Tell whether a figure stands in the table, read or not."""
        columns = self.layout.columns
        return bool(self.lines) or any(
            is_figure(cell.text)
            for laid in self.layout.body
            for at, cell in laid.cells.items()
            if not columns[at].label
        )

    def extend(self, rest: Found) -> None:
        """Take what a later page has of the table."""
        self.tables += rest.tables
        self.around += rest.around
        self.notes += rest.notes
        self.layout.header.extend(rest.layout.header)
        self.layout.body.extend(rest.layout.body)
        self.layout.ragged.extend(rest.layout.ragged)


@dataclass(slots=True)
class Standard:
    """The standard tables of a document.

    Attributes:
        found: Those that are interpreted, in order.
        captions: Titles of standard tables that stand over none of those, in order.
        labels: (scheme, code) → name, as the tables print them.
        stated: Line key → amount.
    """

    found: list[Found]
    captions: list[tuple[Form, Paragraph]]
    labels: dict[tuple[str, str], str] = field(default_factory=dict)
    stated: dict[str, Decimal] = field(default_factory=dict)

    def claims(self, block: Block | Table) -> bool:
        """Tell whether a block is one of these tables, or stands around one."""
        return any(
            block is one.title
            or any(block is other for other in (*one.tables, *one.around, *one.notes))
            for one in self.found
        )


def find(document: Document, fiscal_year: int) -> Standard:
    """Return the standard tables of a document."""
    found: list[Found] = []
    above: list[Paragraph] = []
    last: Found | None = None
    for at, block in enumerate(document.blocks):
        if isinstance(block, Paragraph):
            if block.text.strip():
                above.append(block)
            continue
        one = _found(block, above, last, fiscal_year)
        if one is not None:
            one.notes += _notes(document.blocks[at + 1 :])
            if last is not None and one.continues:
                last.extend(one)
                one = last
            else:
                found.append(one)
        last, above = one, []
    titles = {one.title.char_start for one in found if one.title is not None}
    captions = [
        (form, block)
        for block in document.blocks
        if isinstance(block, Paragraph)
        and block.char_start not in titles
        and (form := form_of(block.text)) is not None
    ]
    return Standard(found, captions)


def _found(
    table: Table, above: Sequence[Paragraph], last: Found | None, fiscal_year: int
) -> Found | None:
    if is_procurement(table):
        return None
    header = header_rows(table, fiscal_year)
    inside = [cell for row in table.rows[: header[0] if header else 0] for cell in filled(row)]
    around = _captions(above)
    title = _title(inside, around)
    form = None if title is None else form_of(_last_line(title.text))
    goes_on = form is None and last is not None and all(stands_over(p.text) for p in above)
    if form is None and goes_on and last is not None:
        form = last.form if header is None or _same_header(table, header, last) else None
    if form is None and header is not None and title is None:
        form = _by_header(table, header)
    if form is None:
        return None
    like = last.layout if goes_on and last is not None and form is last.form else None
    if header is None and like is None:
        return None
    layout = lay_out(table, form, fiscal_year, like)
    if layout is None or not _fits(form, layout):
        return None
    unit = next(
        (stated for block in (*inside, *around) if (stated := unit_in(block.text))),
        last.unit if like is not None and last is not None else "",
    )
    own = [p for p in around if p is title or stands_over(p.text) or form_of(p.text) is form]
    continues = like is not None and len(like.columns) == len(layout.columns)
    return Found([table], form, layout, title, own, _notes_inside(layout), unit, continues)


def _captions(above: Sequence[Paragraph]) -> list[Paragraph]:
    """Return the paragraphs over a table that can be its captions, nearest first."""
    near: list[Paragraph] = []
    named = False
    for paragraph in reversed(above[-_CAPTIONS:]):
        text = paragraph.text.strip()
        if named and not stands_over(text):
            break
        if len(text) > _LONGEST_CAPTION or text.endswith("。") or is_note(text):
            break
        near.append(paragraph)
        named = named or form_of(text) is not None
    return near


def _last_line(text: str) -> str:
    """Return the line of a cell or paragraph that names the table; a title may take two."""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    named = [line for line in lines if form_of(line) is not None]
    return named[-1] if named else "".join(lines)


def _title(inside: Sequence[Cell], around: Sequence[Paragraph]) -> Block | None:
    blocks: list[Block] = [*inside, *around]
    return next((block for block in blocks if form_of(_last_line(block.text)) is not None), None)


def _same_header(table: Table, header: tuple[int, int], last: Found) -> bool:
    ours = [[fold(cell.text) for cell in filled(row)] for row in table.rows[slice(*header)]]
    theirs = [[fold(cell.text) for cell in filled(row)] for row in last.layout.header]
    return ours == theirs[: len(ours)]


def _by_header(table: Table, header: tuple[int, int]) -> Form | None:
    """Return the one form that the words of a header name."""
    said = {fold(cell.text) for row in table.rows[slice(*header)] for cell in row}
    named = [form for form in forms() if form.heads & said]
    return named[0] if len(named) == 1 else None


def _fits(form: Form, layout: Layout) -> bool:
    """Tell whether a header bears out what the caption says."""
    found = panels(layout)
    kinds = {kind for panel in found for kind in panel.labels}
    if not found:
        return False
    if form.rows in {"function", "economic"}:
        return bool(kinds & {"code", "class", "name", "org"})
    if form.rows == "balance":
        return "name" in kinds
    if form.rows == "item":
        values = {layout.columns[at].value for panel in found for at in panel.figures}
        return "name" in kinds or bool(values - {form.total})
    if form.rows == "procurement":
        return bool(kinds & {"item-name", "catalogue"}) and len(layout.body) > 0
    # A performance table has 项目名称, too, beside its own; a list has it above a column.
    return bool(kinds & {"project", "name"}) and len(layout.body) > 0


def _notes(below: Sequence[Paragraph | Table]) -> list[Block]:
    """Return the remarks right below a table."""
    notes: list[Block] = []
    for block in below:
        if isinstance(block, Table) or (block.text.strip() and not is_note(block.text)):
            break
        if block.text.strip():
            notes.append(block)
    return notes


def _notes_inside(layout: Layout) -> list[Block]:
    """Return the remarks that stand in the last rows of a table."""
    notes: list[Block] = []
    rows = [laid.row for laid in layout.body] + layout.ragged
    for row in rows:
        cells = filled(row)
        if len(cells) == 1 and is_note(cells[0].text):
            notes.append(cells[0])
    return notes


# Tables that tell more of a thing than the data has a place for.
_WORDY = frozenset({"project", "procurement"})
_READERS = {
    "function": read_classified,
    "economic": read_classified,
    "item": read_items,
    "balance": read_balance,
}


def interpret_tables(
    standard: Standard, org_ids: Mapping[str, str], frame: Frame, ledger: Ledger
) -> None:
    """Write the lines of the standard tables but for lists of projects.

    Args:
        standard: The tables; how many figures of each were read is noted there.
        org_ids: Folded name or code of an organisation → its id.
        frame: What rows share.
        ledger: Where they go.
    """
    sheets = [
        (one, _sheet(one, standard, org_ids, frame, ledger))
        for one in standard.found
        if one.form.rows in _READERS
    ]
    # Tables that print codes first: those that print names alone are read by them.
    for one, sheet in sorted(sheets, key=lambda pair: not is_coded(pair[1])):
        one.lines = _READERS[one.form.rows](sheet)
        _use(one, ledger)


def interpret_project_lists(
    standard: Standard, org_ids: Mapping[str, str], frame: Frame, ledger: Ledger
) -> None:
    """Write the projects that only a list names, and the money of all.

    Performance tables are read before: there a project has its code.
    """
    for one in standard.found:
        if one.form.rows != "project":
            continue
        known = {
            fold(str(row["name"])): (str(row["project_code"]), str(row["org_id"]))
            for row in ledger.rows["projects"]
        }
        for row in ledger.rows["budget_lines"]:
            standard.stated.setdefault(str(row["line_key"]), Decimal(str(row["amount_cny"])))
        one.lines = read_projects(_sheet(one, standard, org_ids, frame, ledger), known)
        _use(one, ledger)


def interpret_purchases(
    standard: Standard, org_ids: Mapping[str, str], frame: Frame, ledger: Ledger
) -> None:
    """Write the procurement tables; projects are read before, and named by their items."""
    projects = {
        fold(str(row["name"])): (str(row["project_code"]), str(row["org_id"]))
        for row in ledger.rows["projects"]
    }
    for one in standard.found:
        if one.form.rows == "procurement":
            one.lines = read_purchases(_sheet(one, standard, org_ids, frame, ledger), projects)
            _use(one, ledger)


def _sheet(
    one: Found, standard: Standard, org_ids: Mapping[str, str], frame: Frame, ledger: Ledger
) -> Sheet:
    revised = any(says_revised(note.text) for note in one.notes)
    return Sheet(
        one.form, one.layout, one.unit, revised, frame, ledger, org_ids,
        standard.labels, standard.stated,
    )  # fmt: skip


def _use(one: Found, ledger: Ledger) -> None:
    """Note that the header of a table and what stands around it was read."""
    if one.title is not None:
        ledger.heading(one.title)
        ledger.use(one.title)
    ledger.use(*one.around, *one.notes)
    columns = one.layout.columns
    unknown = {text for column in columns if not column.is_known for text in column.path}
    unknown -= {text for column in columns if column.is_known for text in column.path}
    for row in one.layout.header:
        ledger.use(*(cell for cell in filled(row) if fold(cell.text) not in unknown))
    # 行次 and 序号 say nothing of a figure, 项目类别 nothing that the data has a place for.
    for laid in one.layout.body:
        ledger.use(
            *(
                cell
                for at, cell in laid.cells.items()
                if one.layout.columns[at].label == "ignored"
                and (one.form.rows in _WORDY or _is_number(cell.text))
            )
        )
    for row in one.layout.captions:
        ledger.use(*(cell for cell in filled(row) if stands_over(cell.text)))


def _is_number(text: str) -> bool:
    return "".join(text.split()).isdigit()
