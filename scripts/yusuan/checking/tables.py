"""Files and tables of a package against its descriptor, by frictionless.

One fault makes one finding: what follows from a missing file, a wrong header or a torn row is not
said again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from yusuan.checking.faults import fault
from yusuan.errors import PackageError
from yusuan.findings import Finding, Place
from yusuan.messages import Message, say
from yusuan.package import Package
from yusuan.package.loading import is_inside
from yusuan.package.shipped import table_resources

_ABOUT_COLUMNS = frozenset(
    ("blank-header", "blank-label", "duplicate-label", "extra-label", "incorrect-label",
     "missing-label", "same-label", "header-error", "label-error")
)  # fmt: skip
_ABOUT_ROWS = frozenset(("blank-row", "extra-cell", "missing-cell", "row-error"))
_ABOUT_KEYS = frozenset(("primary-key", "foreign-key", "unique-error"))
_ABOUT_VALUES = frozenset(("type-error", "constraint-error", "cell-error"))
_ALGORITHMS = ("md5", "sha1", "sha256", "sha512")
# Looked at before: a file that is not there or not UTF-8, and size and hash.
_SAID_BEFORE = frozenset(("scheme-error", "encoding-error", "hash-count", "byte-count"))


@dataclass(frozen=True, slots=True)
class Tables:
    """What was found in files and tables.

    Attributes:
        findings: The faults.
        files: How many files were looked at.
        sealed: How many of them state a hash.
        tables: How many are tables.
        rows: How many rows they have.
        whole: Whether every table could be read to its end, so that more can be checked.
    """

    findings: list[Finding]
    files: int
    sealed: int
    tables: int
    rows: int
    whole: bool


def check_tables(package: Package) -> Tables:
    """Check every file of a package, and every table against its schema."""
    resources = package.descriptor["resources"]
    findings: list[Finding] = []
    broken: set[str] = set()
    seals: list[Finding] = []
    for resource in resources:
        found, readable = _file(package, resource)
        findings += found
        if readable:
            seals += _seal(package, resource)
        else:
            broken.add(resource["name"])
    faults, rows = _frictionless(package, broken)
    findings += faults
    findings += seals
    torn = {"package-columns", "package-rows", "package-schema"}
    tables = table_resources(package.descriptor)
    return Tables(
        findings,
        len(resources),
        sum("hash" in one for one in resources),
        len(tables),
        rows,
        whole=not broken & tables.keys() and not any(one.rule in torn for one in findings),
    )


def _file(package: Package, resource: dict[str, Any]) -> tuple[list[Finding], bool]:
    """Look at one file; return what is wrong with it and whether it can be read to its end."""
    name, path = resource["name"], str(resource.get("path"))
    if not is_inside(path):
        return [
            fault("package-file", name, say("path-outside", path=path), Place(path=path))
        ], False
    try:
        start = next(package.pieces(path), b"")
        if "schema" in resource:
            for _ in package.stream(name)[1]:
                pass
    except PackageError as error:
        rule = "package-rows" if error.reason.key == "row-length" else "package-file"
        return [fault(rule, name, error.reason, _place(path, error.reason))], False
    if "schema" in resource and start.startswith(b"\xef\xbb\xbf"):
        mark = Place(path=path, line=1, column=1)
        return [fault("package-file", name, say("csv-bom"), mark)], True
    return [], True


def _place(path: str, reason: Message) -> Place:
    line, column = reason.values.get("line"), reason.values.get("column")
    return Place(
        path=path,
        line=line if isinstance(line, int) else None,
        column=column if isinstance(column, int) else None,
    )


def _seal(package: Package, resource: dict[str, Any]) -> Iterator[Finding]:
    """Look whether a file is the one whose size and hash the descriptor states."""
    name, place = resource["name"], Place(path=resource["path"])
    stated, size = resource.get("hash"), resource.get("bytes")
    if isinstance(stated, str):
        # A hash without a name is MD5, by the specification.
        algorithm, digest = stated.split(":", 1) if ":" in stated else ("md5", stated)
        if algorithm not in _ALGORITHMS:
            yield fault("package-seal", name, say("seal-unknown", algorithm=algorithm), place)
            return
        summed = hashlib.new(algorithm, usedforsecurity=False)
        for piece in package.pieces(place.path):
            summed.update(piece)
        actual = summed.hexdigest()
        if actual != digest.lower():
            message = say("seal-broken", stated=digest[:12], actual=actual[:12])
            yield fault("package-seal", name, message, place)
    elif isinstance(size, int):
        found = sum(map(len, package.pieces(place.path)))
        if found != size:
            message = say("size-differs", stated=size, actual=found)
            yield fault("package-seal", name, message, place)


def _frictionless(package: Package, broken: set[str]) -> tuple[list[Finding], int]:
    """Validate the tables that can be read; return the faults and how many rows were looked at."""
    import frictionless

    try:
        described = frictionless.Package.from_descriptor(
            _readable(package.descriptor, broken), basepath=str(package.directory)
        )
        report = described.validate()
    except frictionless.FrictionlessException as error:
        reasons = error.reasons or [error.error]
        return [_schema_fault(number, one) for number, one in enumerate(reasons, 1)], 0
    findings = [_schema_fault(number, one) for number, one in enumerate(report.errors, 1)]
    rows = 0
    for task in report.tasks:
        rows += task.stats.get("rows") or 0
        findings += _task(task)
    return findings, rows


def _readable(descriptor: dict[str, Any], broken: set[str]) -> dict[str, Any]:
    """Return a descriptor without the files that can't be read, nor what refers to them."""
    kept = []
    for resource in descriptor["resources"]:
        if resource["name"] in broken or "schema" not in resource:
            continue
        schema = dict(resource["schema"])
        schema["foreignKeys"] = [
            key
            for key in schema.get("foreignKeys", ())
            if key.get("reference", {}).get("resource") not in broken
        ]
        # Size and hash were looked at above, in every kind of file.
        own = {key: value for key, value in resource.items() if key not in ("bytes", "hash")}
        kept.append(own | {"schema": schema})
    return {**descriptor, "resources": kept}


def _schema_fault(number: int, error: Any) -> Finding:
    message = say("schema-fault", note=error.note)
    return fault("package-schema", str(number), message, Place(path="datapackage.json"))


def _task(task: Any) -> Iterator[Finding]:
    errors = [error for error in task.errors if error.type not in _SAID_BEFORE]
    about_columns = [error for error in errors if error.type in _ABOUT_COLUMNS]
    if about_columns:
        yield from (_column_fault(task, error) for error in about_columns)
        return
    torn = {error.row_number: error for error in errors if error.type in _ABOUT_ROWS}
    yield from (_row_fault(task, error) for error in torn.values())
    for error in errors:
        if error.type not in _ABOUT_ROWS and getattr(error, "row_number", None) not in torn:
            yield _cell_fault(task, error)


def _column_fault(task: Any, error: Any) -> Finding:
    name = getattr(error, "field_name", "") or getattr(error, "label", "") or "header"
    message = say("column-fault", column=name, note=error.note or error.message)
    place = Place(path=task.place, line=1, row=0, field=name)
    return fault("package-columns", f"{task.name}.{name}", message, place)


def _row_fault(task: Any, error: Any) -> Finding:
    row = error.row_number - 1
    message = say("row-fault", row=row, note=error.note)
    return fault("package-rows", f"{task.name}.{row}", message, Place(path=task.place, row=row))


def _cell_fault(task: Any, error: Any) -> Finding:
    number = getattr(error, "row_number", None)
    row = None if number is None else number - 1
    field = getattr(error, "field_name", None)
    if error.type in _ABOUT_KEYS:
        kind = "foreign" if error.type == "foreign-key" else "primary"
        columns = getattr(error, "field_names", None) or []
        cells = getattr(error, "field_cells", None) or []
        message = say(f"{kind}-key-fault", row=row, columns=", ".join(columns),
                      cells=", ".join(_cut(cell) for cell in cells),
                      reference=getattr(error, "reference_name", "") or task.name,
                      note=error.note)  # fmt: skip
        place = Place(path=task.place, row=row, field=columns[0] if columns else None)
        return fault("package-keys", f"{task.name}.{row}.{'.'.join(columns)}", message, place)
    if error.type in _ABOUT_VALUES:
        message = say("value-fault", row=row, column=field, cell=_cut(error.cell), note=error.note)
        place = Place(path=task.place, row=row, field=field)
        return fault("package-values", f"{task.name}.{row}.{field}", message, place)
    message = say("schema-fault", note=error.note)
    return fault("package-schema", f"{task.name}.{error.type}", message, Place(path=task.place))


def _cut(cell: object, longest: int = 40) -> str:
    text = " ".join(str(cell).split())
    return text if len(text) <= longest else text[:longest] + "…"
