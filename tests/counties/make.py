"""Make the packages in this folder: figures, codes and names of real disclosures, no text of them.

    python tests/counties/make.py FOLDER
    python tests/counties/make.py

FOLDER holds the disclosures as published. Without it the packages are brought up to the schema and
the rules as they are now; what a new column would hold of the documents stays blank then. What
follows from the tables (RDF, CSVW, catalogue) is left out, which `yusuan derive` makes anew.
"""

from __future__ import annotations

import csv
import io
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from yusuan import building, package
from yusuan.package.shipped import table_resources

HERE = Path(__file__).resolve().parent
PDFS = ("putuo-caizheng-2025.pdf", "putuo-wanli-2024.pdf", "putuo-wanli-2025.pdf")
# Of this document one table is known, as figures; nobody can say what else it discloses.
EXCERPT = HERE / "sources" / "pingshan-xiakou-2025" / "pingshan-xiakou-2025.html"
# What a document brings to its descriptor; all else is the schema's.
OWN = ("name", "id", "title", "titles", "description", "descriptions", "keywords", "licenses",
       "sources", "contributors", "yusuan:personalData", "yusuan:base", "resources")  # fmt: skip


def facts_of(document: Path, target: Path, *, excerpt: bool = False) -> Path:
    """Write the facts-only package of a document below a folder, and return its own folder."""
    options = building.Options(
        output=target, several=True, check=False, sidecar=None, memory=1 << 30, timeout=120,
        keep_reason=None, base=None, facts_only=True,
    )  # fmt: skip
    made = building.build_one(document, options, {}).target
    if excerpt:
        table = made / package.read(made).path("disclosure_items")
        table.write_text(table.read_text("utf-8").partition("\n")[0] + "\n", "utf-8")
        building.refresh(made)
    return tables_of(made)


def renewed(folder: Path) -> Path:
    """Bring a package up to the schema and the rules, without its document."""
    standing, template = package.read(folder), package.template()
    resources = list(table_resources(template).values())
    files = {one["path"]: _table(standing, one) for one in resources}
    common = {key: value for key, value in template.items() if key not in OWN}
    descriptor = {**standing.descriptor, **common, "resources": resources}
    files[package.DESCRIPTOR] = package.as_json(
        package.resealed(descriptor, package.seals_of(files))
    )
    package.write(files, folder)
    building.refresh(folder)
    return tables_of(folder)


def tables_of(folder: Path) -> Path:
    """Leave of a package its tables and its descriptor."""
    descriptor = package.read(folder).descriptor
    kept = [one for one in descriptor["resources"] if one["name"] not in package.FILE_OF]
    files = {one["path"]: (folder / one["path"]).read_bytes() for one in kept}
    files[package.DESCRIPTOR] = package.as_json({**descriptor, "resources": kept})
    package.write(files, folder)
    return folder


def _table(standing: package.Package, resource: dict[str, Any]) -> bytes:
    names = [field["name"] for field in resource["schema"]["fields"]]
    rows = standing.rows(resource["name"]) if resource["name"] in standing.tables else []
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, names, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8")


def main(disclosures: Path | None) -> None:
    """Make all of them anew."""
    if disclosures is None:
        for path in sorted(HERE.glob(f"*/{package.DESCRIPTOR}")):
            renewed(path.parent)
        return
    with TemporaryDirectory() as folder:
        made = [facts_of(disclosures / name, Path(folder)) for name in PDFS]
        made.append(facts_of(EXCERPT, Path(folder), excerpt=True))
        for one in made:
            shutil.rmtree(HERE / one.name, ignore_errors=True)
            shutil.copytree(one, HERE / one.name)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else None)
