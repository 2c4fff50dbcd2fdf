"""Make the packages in this folder: figures, codes and names of real disclosures, no text of them.

    python tests/counties/make.py FOLDER

FOLDER holds the disclosures as published. What follows from the tables (RDF, CSVW, catalogue) is
left out, which `yusuan derive` makes anew.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from yusuan import building, package

HERE = Path(__file__).resolve().parent
PDFS = ("putuo-caizheng-2025.pdf", "putuo-wanli-2024.pdf", "putuo-wanli-2025.pdf")
# Of this document one table is known, as figures; nobody can say what else it discloses.
EXCERPT = HERE / "sources" / "pingshan-xiakou-2025" / "pingshan-xiakou-2025.html"


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
    descriptor = package.read(made).descriptor
    kept = [one for one in descriptor["resources"] if one["name"] not in package.FILE_OF]
    files = {one["path"]: (made / one["path"]).read_bytes() for one in kept}
    files[package.DESCRIPTOR] = package.as_json({**descriptor, "resources": kept})
    package.write(files, made)
    return made


def main(disclosures: Path) -> None:
    """Make all of them anew."""
    with TemporaryDirectory() as folder:
        made = [facts_of(disclosures / name, Path(folder)) for name in PDFS]
        made.append(facts_of(EXCERPT, Path(folder), excerpt=True))
        for one in made:
            shutil.rmtree(HERE / one.name, ignore_errors=True)
            shutil.copytree(one, HERE / one.name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
