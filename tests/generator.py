"""Plausible counties for scale: seeded disclosures with figures that add up, but for seeded faults.

Every name but those of regions and codes, and every figure, is invented. A document depends on its
seed, county, department and year alone, so that a smaller set is part of no larger one by chance,
and last year's figure is what last year's document states.
"""

from __future__ import annotations

import hashlib
import math
import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from yusuan.codes import Region, Used, ancestors, classification
from yusuan.codes import rows as official
from yusuan.codes.data import text_of
from yusuan.interpreting.result import Extraction, Interpretation
from yusuan.package import Origin, contents, template
from yusuan.package.shipped import table_resources
from yusuan.reading import Source
from yusuan.reading.document import Document
from yusuan.sidecar import Sidecar

YEARS = (2020, 2021, 2022, 2023, 2024)
WORDS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
TEN_THOUSAND = Decimal(10_000)
TOLERANCE = Decimal(50)


@dataclass
class Made:
    """One document as rows.

    Attributes:
        identifier: Its id.
        text: Its canonical text.
        rows: Table → rows.
    """

    identifier: str
    text: str = ""
    rows: dict[str, list[dict[str, object]]] = field(default_factory=dict)


def disclosures(count: int, seed: int = 1) -> Iterator[Made]:
    """Yield so many documents: several years of several departments of several counties."""
    bureaus = max(2, min(len(WORDS["bureaus"]), math.isqrt(count // len(YEARS))))
    each = bureaus * len(YEARS)
    regions = (Region(*line.split(",")) for line in text_of("regions.csv").splitlines()[1:])
    counties = [one for one in regions if one.level == "county" and not one.valid_to]
    random.Random(seed).shuffle(counties)  # noqa: S311 - plausible, no secret
    for number in range(count):
        bureau, year = divmod(number % each, len(YEARS))
        yield _Writer(seed, counties[number // each], WORDS["bureaus"][bureau], YEARS[year]).made


def write(folder: Path, count: int, seed: int = 1, *, complete: bool = False) -> list[Path]:
    """Write them as packages, one a folder; returns the folders.

    Args:
        folder: Where to.
        count: How many.
        seed: Another one gives other counties and figures.
        complete: With RDF and what else follows from the tables, and with the findings of the
            rules instead of the seeded ones alone; some half a second each.
    """
    from yusuan.building import refresh

    written = []
    for made in disclosures(count, seed):
        place = folder / made.identifier
        (place / "resources").mkdir(parents=True)
        for path, content in contents(_origin(made)).items():
            (place / path).write_bytes(content)
        if complete:
            refresh(place)
        written.append(place)
    return written


def _origin(made: Made) -> Origin:
    """Return a document as if it had been read from a file."""
    data = made.text.encode()
    document = Document(made.text, (), "txt", "text/plain; charset=utf-8")
    source = Source(
        Path(f"{made.identifier}.txt"), hashlib.sha256(data).hexdigest(), len(data), document
    )
    nothing = Extraction(0, 0, 0, 0, 0, 0, 0, 0)
    return Origin(Interpretation(made.rows, made.identifier, (), nothing), source, Sidecar())


# fmt: off
class _Writer:
    """Writes one document, sentence by sentence, and the rows that point into it."""

    def __init__(self, seed, county, bureau, year):
        self.remit, name, budget_code, self.function = bureau
        self.bureau, self.year, self.county = county.name + name, year, county
        self.org = f"{county.code}.{budget_code}"
        self.made = Made(f"{self.org}.{year}.budget")
        self.made.rows = {table: [] for table in table_resources(template())}
        self._text, self._length = [], 0
        self._chance = self._random(seed, year)
        self._seed = seed
        self._figures = _Figures(self._chance)
        self._before = _Figures(self._random(seed, year - 1))
        self._counts: dict[str, int] = {}
        self._identify(budget_code)
        self._tell()
        self._close()

    def _random(self, seed, year):
        return random.Random(f"{seed} {self.org} {year}")  # noqa: S311 - plausible, no secret

    def _add(self, table, **row):
        self.made.rows[table].append({"document_id": self.made.identifier, **row})

    def _say(self, sentence, *printed, kind="paragraph"):
        """Add a paragraph; returns its place, and that of each thing put into its `{}`."""
        start, places, parts = self._length, [], sentence.split("{}")
        text = parts[0]
        for one, part in zip(printed, parts[1:], strict=True):
            places.append((start + len(text), start + len(text) + len(one)))
            text += one + part
        text += "\n"
        self._add(
            "segments", segment_no=len(self.made.rows["segments"]) + 1, kind=kind, text=text,
            char_start=start, char_end=start + len(text))
        self._text.append(text)
        self._length += len(text)
        return (start, start + len(text) - 1), places

    @staticmethod
    def _place(place):
        return {"char_start": place[0], "char_end": place[1]}

    def _identify(self, budget_code):
        for one in (*reversed(ancestors(self.county.code)), self.county):
            row = {"region_code": one.code, "name": one.name, "level": one.level}
            if one.parent_code:
                row["parent_code"] = one.parent_code
            if row not in self.made.rows["regions"]:
                self.made.rows["regions"].append(row)
        self.made.rows["organizations"].append(
            {
                "org_id": self.org, "region_code": self.county.code, "budget_code": budget_code,
                "name": self.bureau, "kind": "department", "remit": self.remit})
        self._common = {"region_code": self.county.code, "org_id": self.org}
        title, (named,) = self._say(
            "{}" + f"{self.year}年部门预算信息公开情况说明", self.bureau, kind="heading")
        self._add("organization_names", org_id=self.org, name=self.bureau, **self._place(named))
        self._title = self._text[-1].rstrip("\n")
        del title

    def _item(self, kind, text, **more):
        place, _ = self._say(text)
        self._counts[kind] = self._counts.get(kind, 0) + 1
        number = self._counts[kind]
        self._add(
            "text_items", item_key=f"{kind}.{number:02}", kind=kind, ordinal=number,
            org_id=self.org, text=text, **self._place(place), **more)

    def _line(self, key, wan, place, **dimensions):
        printed = f"{wan:.2f}"
        self._add(
            "budget_lines",
            **{
                "line_key": key, "form": key.split(".")[0], **self._common,
                "fiscal_year": self.year, "stated_in": self.year, "phase": "approved",
                "direction": "expenditure", "role": "leaf", "amount_cny": wan * TEN_THOUSAND,
                "printed": printed, "unit": "万元", "tolerance_cny": TOLERANCE,
                "status": "stated" if wan else "zero", **self._place(place), **dimensions})

    def _lines(self, sentence, *lines):
        """Say a sentence with figures, each of which becomes a line."""
        _, places = self._say(sentence, *(f"{wan:.2f}" for _, wan, _ in lines))
        for (key, wan, dimensions), place in zip(lines, places, strict=True):
            self._line(key, wan, place, **dimensions)

    def _tell(self):
        self._say("一、部门职责", kind="heading")
        for _ in range(10):
            verb, matter = (self._chance.choice(WORDS[one]) for one in ("verbs", "matters"))
            self._item("duty", f"{verb}{matter}，按权限承办{self.county.name}{matter}的有关事项。")
        self._say("二、部门预算安排的总体情况", kind="heading")
        self._tell_totals()
        self._tell_tables()
        self._say("三、机关运行经费安排情况", kind="heading")
        self._lines(
            "机关运行经费安排{}万元，用于保障机关正常运转。",
            ("dept-operating.operating", self._figures.public, {"item": "operating"}))
        self._tell_public_expenses()
        self._say("四、项目绩效目标", kind="heading")
        # One in eight leaves a project out of its list.
        listed = self._figures.projects[: -1 if self._chance.random() < 1 / 8 else None]
        for number, (subject, wan) in enumerate(listed, 1):
            self._tell_project(number, subject, wan)
        self._tell_assets()
        for key, label, meaning in (
            ("01", "基本支出", "指为保障机构正常运转、完成日常工作任务而发生的支出。"),
            ("02", "项目支出", "指在基本支出之外为完成特定任务所发生的支出。"),
        ):
            place, _ = self._say(f"{label}：{meaning}")
            self._add("terms", term_key=key, label=label, definition=meaning, **self._place(place))

    def _tell_totals(self):
        figures, before, year = self._figures, self._before, self.year
        form = "dept-revenue-text"
        revenue = {"direction": "revenue"}
        self._lines(
            f"{year}年预算收入" + "{}万元，其中：一般公共预算收入{}万元，其他收入{}万元。",
            (f"{form}.total", figures.total, revenue | {"role": "total", "fund_source": "total"}),
            (f"{form}.general", figures.total, revenue | {"fund_source": "general"}),
            (f"{form}.other", Decimal(0), revenue | {"fund_source": "other"}))
        form = "dept-expenditure-text"
        # A sentence whose parts make another sum than it says: the fault of one document in nine.
        self._wrong = Decimal("30.00") if self._chance.random() < 1 / 9 else Decimal(0)
        basic = figures.basic + self._wrong
        self._lines(
            str(year)
            + "年支出预算{}万元，其中：基本支出{}万元，包括人员经费{}万元和日常公用经费{}万元；"
            "项目支出{}万元。",
            (f"{form}.total", figures.total, {"role": "total", "nature": "total"}),
            (f"{form}.basic", basic, {"role": "subtotal", "nature": "basic"}),
            (f"{form}.basic-personnel", figures.personnel, {"nature": "basic-personnel"}),
            (f"{form}.basic-public", figures.public, {"nature": "basic-public"}),
            (f"{form}.project", figures.project, {"nature": "project"}))
        if self._wrong:
            self._fault(f"{form}.basic", basic, figures.basic)
        # One in ten restates last year's figure otherwise than last year's document had it.
        last = before.total + (Decimal("12.50") if self._chance.random() < 1 / 10 else 0)
        change = figures.total - last
        word = "增加" if change > 0 else "减少" if change < 0 else "持平"
        _, (restated, changed) = self._say(
            f"{year - 1}年支出预算" + "{}万元，今年较上年" + word + "{}万元。", f"{last:.2f}",
            f"{abs(change):.2f}")
        self._line(
            f"{form}.total.{year - 1}", last, restated, role="total", nature="total",
            fiscal_year=year - 1)
        self._add(
            "budget_changes", change_key=f"{form}.total", form=form, **self._common,
            fiscal_year=year, base_year=year - 1, nature="total",
            change_cny=change * TEN_THOUSAND, printed=f"{abs(change):.2f}", unit="万元",
            tolerance_cny=TOLERANCE, direction_text=word, **self._place(changed))

    def _fault(self, key, stated, computed):
        stated, computed = stated * TEN_THOUSAND, computed * TEN_THOUSAND
        line = self.made.rows["budget_lines"][1]
        base = template()["yusuan:base"]
        self._add(
            "findings", finding_key=f"basic-parts.{key}", rule="basic-parts", severity="error",
            focus=f"{base}doc/{self.made.identifier}/line/{key}", stated_cny=stated,
            computed_cny=computed, gap_cny=stated - computed,
            message_zh=f"基本支出写为{stated:f}元，各项之和为{computed:f}元",
            message_en="Basic expenditure is not the sum of its parts",
            char_start=line["char_start"], char_end=line["char_end"])

    def _tell_tables(self):
        figures = self._figures
        form, total = "dept-expenditure", {"nature": "total"}
        self._lines(
            "部门支出总表：合计{}万元，基本支出{}万元，项目支出{}万元",
            (f"{form}.total", figures.total, {"role": "total", **total}),
            (f"{form}.total.basic", figures.basic, {"role": "total", "nature": "basic"}),
            (f"{form}.total.project", figures.project, {"role": "total", "nature": "project"}))
        self._used: list[Used | tuple[str, str, str, int]] = []
        for code, columns in figures.by_function(self.function):
            role = "subtotal" if len(code) == len("类款项") else "leaf"
            label = self._code("function", code)
            _, (_, *places) = self._say(
                "{}\t{}\t{}\t{}", label, *(f"{wan:.2f}" for wan in columns), kind="cell")
            natures = ("total", "basic", "project")
            for nature, wan, place in zip(natures, columns, places, strict=True):
                self._line(
                    f"{form}.{code}.{nature}", wan, place, role=role, nature=nature,
                    function_code=code, label=label)
        form = "dept-balance"
        self._lines(
            "部门收支总表：收入总计{}万元，支出总计{}万元",
            (
                f"{form}.revenue.total", figures.total,
                {"direction": "revenue", "role": "total", "item": "total"}),
            (f"{form}.expenditure.total", figures.total, {"role": "total", "item": "total"}))
        form = "dept-general-basic"
        self._lines(
            "一般公共预算基本支出表：人员经费{}万元，公用经费{}万元",
            (
                f"{form}.total.basic-personnel", figures.personnel,
                {"role": "total", "nature": "basic-personnel"}),
            (
                f"{form}.total.basic-public", figures.public,
                {"role": "total", "nature": "basic-public"}))
        for code, wan in figures.by_economic():
            nature = "basic-personnel" if code < "302" else "basic-public"
            label = self._code("economic", code)
            _, (_, place) = self._say("{}\t{}", label, f"{wan:.2f}", kind="cell")
            self._line(
                f"{form}.{code}.{nature}", wan, place, economic_code=code, label=label,
                nature=nature)

    def _code(self, scheme, code):
        """Note that a code is used; returns its official label."""
        self._used.append((scheme, code, "", self.year))
        found = classification(scheme, code, self.year)
        assert found is not None, (scheme, code)
        return found.label

    def _tell_public_expenses(self):
        figures, form = self._figures, "dept-three-public"
        self._lines(
            "“三公”经费预算{}万元：因公出国（境）费{}万元，公务用车购置及运行维护费{}万元（购置费{}万元，"
            "运行维护费{}万元），公务接待费{}万元。",
            (
                f"{form}.three-public", figures.running + figures.reception,
                {"role": "total", "item": "three-public"}),
            (f"{form}.abroad", Decimal(0), {"item": "abroad"}),
            (f"{form}.vehicles", figures.running, {"role": "subtotal", "item": "vehicles"}),
            (f"{form}.vehicle-purchase", Decimal(0), {"item": "vehicle-purchase"}),
            (f"{form}.vehicle-running", figures.running, {"item": "vehicle-running"}),
            (f"{form}.reception", figures.reception, {"item": "reception"}))

    def _tell_project(self, number, subject, wan):
        code = hashlib.sha256(f"{self._seed} {self.org} {self.year} {number}".encode()).hexdigest()
        code = f"{self.county.code}{self.year % 100}{code[:13].upper()}"
        name = f"{self.year}年{self.county.name}{subject}资金"
        place, (_, money) = self._say("项目{}，预算{}万元", name, f"{wan:.2f}")
        earmarked = self._chance.random() < 1 / 6
        self._add(
            "projects", project_code=code, name=name, **self._common, fiscal_year=self.year,
            ordinal=number, purpose=f"用于{subject}。", earmarked=earmarked, **self._place(place),
        )
        for fund in ("total", "fiscal"):
            role = "total" if fund == "total" else "leaf"
            self._line(
                f"dept-project.{code}.{fund}", wan, money, project_code=code, fund_source=fund,
                role=role)
        self._item("project-goal", f"通过实施本项目，{subject}水平明显提高。", project_code=code)
        late = self._chance.random() < 1 / 5
        for month, day, share in (("03", 31, 10), ("06", 30, 40), ("10", 31, 80), ("12", 31, 100)):
            stated = Decimal(0 if late and month != "12" else share)
            _, (cell,) = self._say("{}", f"{stated}%", kind="cell")
            self._add(
                "payment_plans", plan_key=f"{code}.{month}", project_code=code,
                as_of=f"{self.year}-{month}-{day}", cumulative_percent=stated,
                printed=f"{stated}%", status="stated" if stated else "zero", **self._place(cell))
        for ordinal, target in enumerate(WORDS["targets"], 1):
            self._tell_target(code, ordinal, *target)
        if number == 1:
            self._tell_procurement(code, name, wan)

    def _tell_target(self, code, ordinal, level1, level2, name, unit, words):
        stated = {"value_kind": "text"}
        if not words:
            number = self._chance.choice((80, 85, 90, 90, 90, 95) if unit == "%" else (2, 3, 5, 12))
            stated = {
                "value_kind": "percent" if unit == "%" else "number", "operator": "ge",
                "value": Decimal(number), "value_unit": unit}
            words = f"≥{number}{unit}"
        place, _ = self._say("{}\t{}", name, words, kind="cell")
        self._add(
            "performance_targets", target_key=f"{code}.{level2}.1", scope="project",
            project_code=code, org_id=self.org, fiscal_year=self.year, ordinal=ordinal,
            level1=level1, level2=level2, name=name, printed=words, basis="年度工作计划",
            **stated, **self._place(place))

    def _tell_procurement(self, code, project, wan):
        item, price = self._chance.choice(
            (("C0302", Decimal(24_000)), ("C020603", Decimal(50_000))))
        count = min(1 + self._chance.randrange(4), max(1, int(wan * TEN_THOUSAND / price)))
        label = self._code("procurement", item)
        amount = price * count
        place, _ = self._say(
            "{}\t{}项\t{}万元", label, str(count), f"{amount / TEN_THOUSAND:.2f}", kind="cell")
        for fund, role in (("total", "total"), ("general", "leaf")):
            self._add(
                "procurement_items", procurement_key=f"{code}.{item}.{fund}", **self._common,
                fiscal_year=self.year, project_code=code, project_name=project,
                project_budget_cny=wan * TEN_THOUSAND, item_name=label, catalogue_code=item,
                fund_source=fund, role=role, measure_unit="项", quantity=Decimal(count),
                unit_price_cny=price, amount_cny=amount, printed=f"{amount / TEN_THOUSAND:.2f}",
                unit="万元", tolerance_cny=TOLERANCE, status="stated", **self._place(place))

    def _tell_assets(self):
        vehicles = self._figures.vehicles
        for asset, label, count, wan in (
            ("total", "资产总额", None, Decimal(800) + vehicles * 15),
            ("vehicles", "车辆（台、辆）", vehicles, vehicles * Decimal(15)),
            ("other", "其他固定资产", None, Decimal(800)),
        ):
            place, _ = self._say("{}\t{}", label, f"{wan:.2f}", kind="cell")
            stated = {} if count is None else {"quantity": Decimal(count), "quantity_unit": "辆"}
            self._add(
                "assets", asset_key=asset, **self._common, as_of=f"{self.year - 1}-12-31",
                asset_class=asset, label=label, amount_cny=wan * TEN_THOUSAND,
                printed=f"{wan:.2f}", unit="万元", tolerance_cny=TOLERANCE,
                status="stated" if wan else "zero", **stated, **self._place(place))

    def _close(self):
        text = self.made.text = "".join(self._text)
        data = text.encode()
        self._add(
            "documents", **self._common, fiscal_year=self.year, doc_type="budget",
            title=self._title, media_type="text/plain; charset=utf-8",
            sha256=hashlib.sha256(data).hexdigest(), bytes=len(data), text_length=len(text))
        self.made.rows["classifications"] = official(self._used)
# fmt: on


class _Figures:
    """The figures of one budget, in 万元; they add up."""

    def __init__(self, chance):
        def wan(low, high):
            return Decimal(chance.randrange(low * 100, high * 100)) / 100

        self.personnel, self.public = wan(300, 3000), wan(30, 400)
        self.basic = self.personnel + self.public
        subjects = chance.sample(WORDS["subjects"], 4)
        self.projects = [(subject, wan(5, 500)) for subject in subjects]
        self.project = sum((amount for _, amount in self.projects), Decimal(0))
        self.total = self.basic + self.project
        self.vehicles = chance.randrange(0, 8)
        self.running = wan(2, 4) * self.vehicles
        self.reception = wan(0, 6)
        self._shares = [Decimal(chance.randrange(4, 9)) / 100 for _ in WORDS["social"]]

    def by_function(self, main):
        """Return each 类 and the 项 in it with their total, basic and project expenditure."""
        parts = [(self.basic * share).quantize(Decimal("0.01")) for share in self._shares]
        social, rest = zip(WORDS["social"], parts, strict=True), self.basic - sum(parts)
        leaves = [(main, (rest + self.project, rest, self.project))]
        leaves += [(code, (wan, wan, Decimal(0))) for code, wan in social]
        leaves.sort()
        for code in dict.fromkeys(leaf[:3] for leaf, _ in leaves):
            own = [(leaf, columns) for leaf, columns in leaves if leaf.startswith(code)]
            yield code, [sum(column) for column in zip(*(each for _, each in own), strict=True)]
            yield from own

    def by_economic(self):
        for start, whole in (("301", self.personnel), ("302", self.public)):
            codes = [code for code in WORDS["economic"] if code.startswith(start)]
            part = (whole / len(codes)).quantize(Decimal("0.01"))
            yield from ((code, part) for code in codes[1:])
            yield codes[0], whole - part * (len(codes) - 1)
