"""Disclosures of other templates, for tests.

Each file of `templates/` is a disclosure with the tables of one province, or of the ministry, as it
publishes them; its figures are made up and agree with each other.
"""

import importlib.util
import tomllib
from pathlib import Path

from yusuan.building import Options, build_one
from yusuan.checking import rule_findings
from yusuan.graph import data_lines
from yusuan.interpreting import interpret
from yusuan.package import Origin, contents
from yusuan.privacy import mask
from yusuan.reading import Source
from yusuan.reading.html import read_html
from yusuan.sidecar import Sidecar

_spec = importlib.util.spec_from_file_location("gridmaker", Path(__file__).parent / "gridmaker.py")
drawing = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(drawing)

FOLDER = Path(__file__).parent / "templates"
NAMES = sorted(path.stem for path in FOLDER.glob("*.toml"))


def template(name):
    return tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))


def page(document):
    tables = "".join(
        f"<p>{table['caption']}</p><p>单位：{document.get('unit', '万元')}</p>"
        + drawing.html_of(table["drawn"])
        for table in document["table"]
    )
    return f"<html><body><p>{document['title']}</p>{tables}</body></html>"


def sidecar(document):
    return Sidecar(region=document.get("region"))


def read(document):
    source = Source(Path("document"), "0" * 64, 1, read_html(page(document).encode()))
    return interpret(source, sidecar(document))


def rules_find(document):
    """Return what the rules find in the package of a document, which is not written."""
    page_read, masked = mask(read_html(page(document).encode()), keep=False)
    source = Source(Path("document.html"), "0" * 64, 1, page_read)
    given = sidecar(document)
    origin = Origin(interpret(source, given), source, given, masked, None, None)
    found = []

    def look(draft):
        found.extend(rule_findings(draft, data_lines(draft))[0])
        return {}

    contents(origin, look)
    return found


def built(document, folder):
    path = folder / "document.html"
    path.write_text(page(document), "utf-8")
    options = Options(
        output=folder / "package", several=False, check=False, sidecar=None,
        memory=1 << 30, timeout=60, keep_reason=None, base=None,
    )  # fmt: skip
    return build_one(path, options, {})


def errors(findings):
    return [f"{one.rule}: {one.message['zh']}" for one in findings if one.severity == "error"]
