"""An answer as a chart: bars, or a line over years, as SVG that any browser shows offline.

It draws what is a series: names on one side, figures on the other. The answer itself stays the
table that is printed beside the chart.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from yusuan.errors import UsageError
from yusuan.layout import hung
from yusuan.messages import Message, say
from yusuan.querying.answers import Answer, Cell, Rows

MOST = 60  # rows that are drawn; more can't be told apart
_WIDE = 520  # points that the longest bar takes
_STEP = 24
_LINE = 88  # columns of the sentence below the title
_TOLD = 40  # rows that the description for screen readers tells
_YEAR = re.compile(r"(19|20)\d\d").fullmatch
# What the text looks like where the first is not installed; SVG keeps text as text.
_FONTS = (
    "Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, Microsoft YaHei, PingFang SC, "
    "Hiragino Sans GB, WenQuanYi Micro Hei, sans-serif"
)
# Paul Tol's “muted”, which people who are colour-blind tell apart, in an order in which its first
# are farthest from each other.
_COLOURS = ("#332288", "#DDCC77", "#117733", "#CC6677", "#88CCEE", "#882255", "#44AA99",
            "#999933", "#AA4499", "#999999")  # fmt: skip
_SCALES = ((Decimal(10) ** 9, Decimal(10) ** 8, "chart-yi"),
           (Decimal(10) ** 5, Decimal(10) ** 4, "chart-wan"),
           (Decimal(0), Decimal(1), "chart-yuan"))  # fmt: skip
# The version of the grammar that every supported release of the library knows.
_GRAMMAR = "5.20"

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Drawing:
    """How an answer is drawn.

    Attributes:
        by: The columns that name a bar.
        of: The columns of figures; several are drawn side by side.
        colour: The column that a bar is coloured by, where there is one column of figures.
        stack: Whether bars of one name stand on each other, because they add up to a whole.
        names: What columns and values are called, in each language.
        sentence: What the figures are, in each language; empty for what the question says.
    """

    by: tuple[str, ...]
    of: tuple[str, ...]
    colour: str | None = None
    stack: bool = False
    names: Mapping[str, Texts] = field(default_factory=dict)
    sentence: Texts = field(default_factory=dict)

    def name(self, word: str, language: str) -> str:
        """Return what a column or a value is called."""
        return self.names[word][language] if word in self.names else word


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart.

    Attributes:
        svg: The file.
        notes: What is not in it.
    """

    svg: bytes
    notes: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class _Bar:
    row: str
    series: str
    value: Decimal


def draw(
    answer: Answer, drawing: Drawing | None, title: str | None, sentence: str | None, language: str
) -> Chart:
    """Draw an answer.

    Args:
        answer: The answer.
        drawing: How; None to find it out from the columns.
        title: What stands above; None names the columns.
        sentence: What the figures are; None says how many rows there are.
        language: `zh` or `en`.

    Raises:
        UsageError: The answer is no series, has nothing to draw, or the library is not installed.
    """
    if not isinstance(answer, Rows):
        raise _unfit()
    plan = _guess(answer) if drawing is None else drawing
    bars = list(_bars(answer, plan, language))
    kept = list(dict.fromkeys(bar.row for bar in bars))
    notes = []
    if len(kept) > MOST:
        notes.append(say("chart-cut", shown=MOST, count=len(kept)))
        kept = kept[:MOST]
        bars = [bar for bar in bars if bar.row in set(kept)]
    if not bars:
        raise UsageError("--chart", say("chart-empty"), say("chart-empty-advice"))
    names = {word: _printable(plan.name(word, language)) for word in (*plan.by, *plan.of)}
    by, of = (say("chart-and").text(language).join(names[one] for one in part)
              for part in (plan.by, plan.of))  # fmt: skip
    title = say("chart-title", of=of, by=by).text(language) if title is None else title
    if sentence is None:
        sentence = say("answer-rows", count=len(answer.rows)).text(language)
    said = [plan.sentence.get(language, sentence), *(note.text(language) for note in notes)]
    sentence = " ".join(said)
    factor, unit = _unit(plan.of, bars, language)
    axis = of if len(plan.of) == 1 else ""
    if unit:
        axis = say("chart-axis" if axis else "chart-unit", name=axis, unit=unit).text(language)
    series = _series(bars, plan, language)
    spec = _spec(bars, kept, series, factor, plan)
    spec |= {"title": {"text": title, "subtitle": hung("", sentence, _LINE).split("\n")}}
    _axis(spec, axis)
    return Chart(_svg(spec, title, _spoken(sentence, bars, factor, unit, series)), tuple(notes))


def _unfit() -> UsageError:
    return UsageError("--chart", say("chart-unfit"), say("chart-unfit-advice"))


def _guess(answer: Rows) -> Drawing:
    """Return how an answer may be drawn: by its first texts, of its first figures."""
    columns = {
        name: [row[place] for row in answer.rows if row[place] is not None]
        for place, name in enumerate(answer.variables)
    }
    figures = [name for name, cells in columns.items() if cells and all(map(_is_figure, cells))]
    texts = [
        name
        for name, cells in columns.items()
        if cells and name not in figures and all(c and c.kind == "literal" for c in cells)
    ]
    if answer.rows and not (figures and texts):
        raise _unfit()
    return Drawing(tuple(texts[:3]), tuple(figures[:1]))


def _is_figure(cell: Cell | None) -> bool:
    return cell is not None and cell.is_number


def _bars(answer: Rows, plan: Drawing, language: str) -> Iterator[_Bar]:
    """Yield a bar for each figure; a row without one has none."""
    missing = {*plan.by, *plan.of} - set(answer.variables)
    if missing:
        raise _unfit()
    place = {name: at for at, name in enumerate(answer.variables)}
    seen: Counter[tuple[str, str]] = Counter()
    for row in answer.rows:
        words = [_word(row[place[name]]) for name in plan.by]
        # 香河县 香河县工业和信息化局 says the county twice.
        kept = [one for at, one in enumerate(words) if one and not _repeats(one, words[at + 1 :])]
        label = " ".join(plan.name(one, language) for one in kept)
        for name in plan.of:
            cell = row[place[name]]
            if cell is None or not cell.is_number or not Decimal(cell.text).is_finite():
                continue
            coloured = plan.colour is not None and plan.colour in place
            word = _word(row[place[str(plan.colour)]]) if coloured else name
            series = plan.name(word, language)
            seen[label, series] += 1
            count = seen[label, series]
            yield _Bar(label if count == 1 else f"{label} ({count})", series, Decimal(cell.text))


def _word(cell: Cell | None) -> str:
    return "" if cell is None else _printable(cell.text)


def _printable(text: str) -> str:
    """Return a text without control characters, which no XML may hold; the library dies of one."""
    return "".join(sign if sign.isprintable() else " " for sign in text).strip()


def _repeats(word: str, following: Sequence[str]) -> bool:
    return any(other.startswith(word) for other in following)


def _series(bars: Sequence[_Bar], plan: Drawing, language: str) -> list[str]:
    """Return what the colours stand for: in the order of columns or codes, else as it comes."""
    found = dict.fromkeys(bar.series for bar in bars)
    known = [plan.name(word, language) for word in (*plan.of, *sorted(plan.names))]
    return list(dict.fromkeys(one for one in (*known, *found) if one in found))


def _unit(of: Sequence[str], bars: Sequence[_Bar], language: str) -> tuple[Decimal, str]:
    """Return by what figures are divided, and the unit that they have then."""
    if all(name.endswith("_cny") for name in of):
        largest = max(abs(bar.value) for bar in bars)
        factor, key = next((by, key) for least, by, key in _SCALES if largest >= least)
        return factor, say(key).text(language)
    return Decimal(1), "%" if all(name.endswith("percent") for name in of) else ""


def _spec(
    bars: Sequence[_Bar], rows: Sequence[str], series: Sequence[str], factor: Decimal, plan: Drawing
) -> dict[str, Any]:
    """Return the chart in the grammar of Vega-Lite, without title and axis."""
    values = [
        {"row": bar.row, "series": bar.series, "value": float(bar.value / factor),
         "text": _written(bar.value / factor, factor)}
        for bar in bars
    ]  # fmt: skip
    told = len(series) > 1 or plan.colour is not None
    colour: dict[str, Any] = {
        "field": "series",
        "type": "nominal",
        "sort": list(series),
        "scale": {"domain": list(series), "range": [*_COLOURS][: len(series)]},
        "legend": {"title": None, "orient": "top", "columns": 5} if told else None,
    }
    if len(series) > len(_COLOURS):
        # More cannot be told apart by colour.
        colour = {"value": _COLOURS[0]}
    spec: dict[str, Any] = {"data": {"values": values}, "width": _WIDE}
    if len(plan.by) == 1 and len(rows) > 2 and all(map(_YEAR, rows)):  # noqa: PLR2004 - two points
        spec["encoding"] = {"x": {"field": "row", "type": "ordinal", "axis": {"labelAngle": 0}},
                            "y": {"field": "value", "type": "quantitative"},
                            "color": colour}  # fmt: skip
        spec["layer"] = [{"mark": {"type": "line", "point": {"size": 60}}}]
        return spec
    spec["height"] = {"step": _STEP}
    heights = [float(bar.value / factor) for bar in (_sums(bars) if plan.stack else bars)]
    low, high = min(0.0, *heights), max(0.0, *heights)
    # Room for the figures at the ends of bars.
    room = (high - low) * 0.15
    ends = [low and low - room, high and high + room]
    across: dict[str, Any] = {"field": "value", "type": "quantitative",
                              "scale": {"domain": ends if any(ends) else [0, 1]}}  # fmt: skip
    down: dict[str, Any] = {"field": "row", "type": "nominal", "sort": list(rows)}
    spec["encoding"] = {"y": down}
    if plan.stack:
        bar = {"x": across, "color": colour, "order": {"field": "at", "type": "quantitative"}}
        for one in values:
            one["at"] = list(series).index(str(one["series"]))
        totals = [
            {"row": bar.row, "value": float(bar.value / factor),
             "text": _written(bar.value / factor, factor)}
            for bar in _sums(bars)
        ]  # fmt: skip
        mark = {"type": "bar", "stroke": "white", "strokeWidth": 1}
        spec["layer"] = [{"mark": mark, "encoding": bar}, *_labels(totals, across)]
        return spec
    grouped = max(Counter(bar.row for bar in bars).values()) > 1
    if grouped:
        spec["encoding"]["yOffset"] = {"field": "series", "sort": list(series)}
        spec["height"] = {"step": 16}
        down["scale"] = {"paddingInner": 0.2}
    spec["layer"] = [
        {"mark": "bar", "encoding": {"x": across, "color": colour}},
        *_labels(None, across),
    ]
    return spec


def _labels(
    values: Sequence[Mapping[str, Any]] | None, across: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the figures at the ends of the bars: right of those above zero, left of the others."""
    layers = []
    for test, align, shift in (
        ("datum.value >= 0", "left", 4),
        ("datum.value < 0", "right", -4),
    ):
        layer: dict[str, Any] = {
            "transform": [{"filter": test}],
            "mark": {"type": "text", "align": align, "dx": shift, "baseline": "middle"},
            "encoding": {"x": {**across, "stack": None},
                         "text": {"field": "text"}},
        }  # fmt: skip
        layers.append(layer if values is None else {"data": {"values": list(values)}, **layer})
    return layers


def _sums(bars: Sequence[_Bar]) -> list[_Bar]:
    sums: dict[str, Decimal] = {}
    for bar in bars:
        sums[bar.row] = sums.get(bar.row, Decimal(0)) + bar.value
    return [_Bar(row, "", value) for row, value in sums.items()]


def _axis(spec: dict[str, Any], title: str) -> None:
    """Give the axis of figures its title, and the other one none."""
    axis = {"title": title or None, "format": ",.3~f", "tickCount": 6}
    encoding = spec["encoding"]
    if "x" in encoding:
        encoding["y"]["axis"] = axis
        encoding["x"]["title"] = None
        return
    encoding["y"] |= {"title": None, "axis": {"labelLimit": 460, "ticks": False, "domain": False}}
    for layer in spec["layer"]:
        layer["encoding"]["x"]["axis"] = axis


def _written(value: Decimal, factor: Decimal) -> str:
    """Return a figure: two decimals of a unit that is larger than the yuan, else up to three."""
    if factor > 1:
        return f"{value:,.2f}"
    text = f"{value:,.3f}"
    return text.rstrip("0").rstrip(".")


def _spoken(
    sentence: str, bars: Sequence[_Bar], factor: Decimal, unit: str, series: Sequence[str]
) -> str:
    """Return the chart in words, for those who can't see it."""
    told = [
        f"{bar.row}{' ' + bar.series if len(series) > 1 else ''}: "
        f"{_written(bar.value / factor, factor)}{' ' + unit if unit else ''}"
        for bar in bars[:_TOLD]
    ]
    more = " …" if len(bars) > _TOLD else ""
    return f"{sentence} {'; '.join(told)}{more}"


def _svg(spec: Mapping[str, Any], title: str, description: str) -> bytes:
    try:
        import vl_convert
    except ModuleNotFoundError as fault:
        raise UsageError("--chart", say("chart-missing"), say("chart-missing-advice")) from fault
    from lxml import etree

    quiet = {"grid": False, "domain": False}
    config = {
        "font": _FONTS,
        "background": "white",
        "padding": 12,
        "view": {"stroke": None},
        "title": {"anchor": "start", "fontSize": 16, "subtitleFontSize": 12, "offset": 14,
                  "subtitlePadding": 6, "frame": "group"},
        "axis": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"},
        "axisY": quiet,
        "legend": {"labelFontSize": 12, "labelLimit": 300},
        "text": {"fontSize": 11},
    }  # fmt: skip
    drawn = vl_convert.vegalite_to_svg(
        {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", **spec, "config": config},
        vl_version=_GRAMMAR, allowed_base_urls=[],
    )  # fmt: skip
    root = etree.fromstring(drawn.encode("utf-8"))
    spoken = (("title", title), ("desc", description))
    for at, (tag, words) in enumerate(spoken):
        said = etree.Element(f"{{http://www.w3.org/2000/svg}}{tag}", id=f"chart-{tag}")
        said.text = words
        root.insert(at, said)
    root.set("role", "img")
    root.set("aria-labelledby", "chart-title chart-desc")
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"
