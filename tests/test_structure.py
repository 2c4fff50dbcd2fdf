"""The river flows one way: who imports whom, and what a command may load."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import yusuan

PACKAGE = Path(yusuan.__file__).parent

# Top down. A module imports from its own room, and from rooms on the floors below. Rooms on one
# floor do not know each other.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("__main__",),
    ("cli",),
    ("commands_publish", "commands_query", "commands_serve"),
    ("publishing", "serving", "fleet"),
    ("report", "reporting", "explaining"),
    ("building",),
    ("checking", "stacking"),
    ("deriving", "querying"),
    ("graph", "metadata", "workbook"),
    ("mapping",),
    ("package",),
    ("interpreting",),
    ("privacy",),
    ("reading",),
    (
        "findings",
        "identity",
        "amounts",
        "codes",
        "sidecar",
        "terms",
        "layout",
        "options",
        "secrecy",
        "announcing",
    ),
    ("errors",),
    ("messages",),
)
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}

# Each takes longer to load than a whole build of a txt takes without it.
HEAVY = (
    "duckdb",
    "frictionless",
    "lxml",
    "openpyxl",
    "pdfplumber",
    "pyoxigraph",
    "pyshacl",
    "rdflib",
    "requests",
    "rich",
    "starlette",
    "uvicorn",
    "vl_convert",
    "xlrd",
)


def modules(package: Path) -> dict[str, Path]:
    """Return every module of a package by its full name."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(name: str, path: Path, known: set[str]) -> set[str]:
    """Return the modules of `known` that a module imports anywhere: inside functions, too."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {_owner(alias.name, known) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                up = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*up, *filter(None, [node.module])])
            found |= {_owner(f"{base}.{alias.name}", known) for alias in node.names}
    return found - {"", name}


def _owner(dotted: str, known: set[str]) -> str:
    """Return the module that an imported name is or stands in; "" for what is not ours."""
    while dotted and dotted not in known:
        dotted = dotted.rpartition(".")[0]
    return dotted


def room(module: str) -> str:
    """Return the part of a module's name that has a floor: `yusuan.reading.text` → `reading`."""
    return module.split(".")[1] if "." in module else ""


def graph(package: Path) -> dict[str, set[str]]:
    """Return module → modules it imports."""
    found = modules(package)
    return {name: imports(name, path, set(found)) for name, path in found.items()}


def trespasses(imported: dict[str, set[str]]) -> list[str]:
    """Return every import that leads to the same floor or up, as a sentence."""
    faults = []
    for module, others in sorted(imported.items()):
        for other in sorted(others):
            here, there = room(module), room(other)
            if there in (here, ""):
                continue
            if here == "" or FLOOR_OF[there] <= FLOOR_OF[here]:
                faults.append(f"{module} imports {other}, which is not below it")
    return faults


def circle(imported: dict[str, set[str]]) -> list[str]:
    """Return the modules of one circle, the first again at the end; [] where there is none."""
    try:
        TopologicalSorter(imported).prepare()
    except CycleError as fault:
        return list(fault.args[1])
    return []


def test_every_module_stands_on_a_floor():
    homeless = {room(name) for name in modules(PACKAGE)} - FLOOR_OF.keys() - {""}
    assert not homeless, f"put {sorted(homeless)} on a floor: FLOORS in {Path(__file__).name}"


def test_modules_import_from_the_floors_below_only():
    faults = trespasses(graph(PACKAGE))
    assert not faults, "\n".join(faults)


def test_imports_make_no_circle():
    found = circle(graph(PACKAGE))
    assert not found, " imports ".join(reversed(found))


@pytest.fixture
def house(tmp_path):
    """Return a function that builds a small house: path → source."""

    def build(files: dict[str, str]) -> dict[str, set[str]]:
        for name, source in files.items():
            path = tmp_path / "yusuan" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source, "utf-8")
            (tmp_path / "yusuan" / "__init__.py").touch()
        return graph(tmp_path / "yusuan")

    return build


@pytest.mark.parametrize(
    ("module", "source", "fault"),
    [
        (
            "amounts.py",
            "from yusuan.package import read",
            "yusuan.amounts imports yusuan.package, which is not below it",
        ),
        (
            "reading/text.py",
            "def f():\n    import yusuan.interpreting",
            "yusuan.reading.text imports yusuan.interpreting, which is not below it",
        ),
        (
            "reading/text.py",
            "from .. import privacy",
            "yusuan.reading.text imports yusuan.privacy, which is not below it",
        ),
        (
            "__init__.py",
            "from yusuan import cli",
            "yusuan imports yusuan.cli, which is not below it",
        ),
    ],
)
def test_an_import_upward_or_sideways_is_seen(house, module, source, fault):
    others = {"package/__init__.py": "", "interpreting/__init__.py": "", "privacy.py": ""}
    assert trespasses(house({"cli.py": "", **others, module: source})) == [fault]


def test_a_circle_inside_a_room_is_seen(house):
    imported = house(
        {
            "reading/__init__.py": "",
            "reading/a.py": "from yusuan.reading.b import x",
            "reading/b.py": "def f():\n    from . import a",
        }
    )
    assert set(circle(imported)) == {"yusuan.reading.a", "yusuan.reading.b"}


def loaded_by(*arguments: str, given: bytes = b"") -> set[str]:
    """Run Python and return the packages that it loads, by their first names."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        input=given,
        check=False,
        capture_output=True,
        timeout=120,
    )
    told = done.stderr.decode("utf-8")
    assert done.returncode == 0, re.sub(r"(?m)^import time:.*\n", "", told)
    return set(re.findall(r"(?m)^import time: .*\| +(\w+)", told))


def test_the_command_line_itself_loads_nothing_heavy():
    loaded = loaded_by("-c", "import yusuan.cli")
    assert "yusuan" in loaded
    assert loaded.isdisjoint(HEAVY), sorted(loaded.intersection(HEAVY))


def test_building_from_a_text_loads_nothing_heavy(first_disclosure, tmp_path):
    package = tmp_path / "package"
    code = "import sys; from yusuan.cli import main; main(sys.argv[1:])"
    loaded = loaded_by("-c", code, "build", str(first_disclosure), "-o", str(package))
    assert (package / "datapackage.json").is_file()
    # The store answers the rules, and loads in a few hundredths of a second.
    assert loaded.intersection(HEAVY) == {"pyoxigraph"}


def test_the_process_that_reads_a_text_loads_nothing_heavy(first_disclosure):
    code = "from yusuan.reading.child import main; main('txt', 1 << 30, 60)"
    loaded = loaded_by("-c", code, given=first_disclosure.read_bytes())
    assert loaded.isdisjoint(HEAVY), sorted(loaded.intersection(HEAVY))
