"""Make the packages in this folder: figures, codes and names of real disclosures, no text of them.

    python tests/counties/make.py FOLDER
    python tests/counties/make.py

FOLDER holds the disclosures as published. Without it the descriptors are brought up to date, which
is enough after a change of the schema that adds or removes no column. What follows from the tables
(RDF, CSVW, catalogue) is left out, which `yusuan derive` makes anew.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from yusuan import building, package
from yusuan.package.shipped import table_resources

HERE = Path(__file__).resolve().parent
PDFS = ("putuo-caizheng-2025.pdf", "putuo-wanli-2024.pdf", "putuo-wanli-2025.pdf")
# Of this document one table is known, as figures; nobody can say what else it discloses.
EXCERPT = HERE / "sources" / "pingshan-xiakou-2025" / "pingshan-xiakou-2025.html"

# What a document brings to its descriptor; all else is the schema's.
OWN = ("name", "id", "version", "title", "titles", "description", "descriptions", "keywords",
       "licenses", "sources", "contributors", "yusuan:personalData", "yusuan:base",
       "resources")  # fmt: skip


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


def renew(folder: Path) -> dict[str, object]:
    """Return the descriptor of a package with the schema that the program ships with.

    Raises:
        ValueError: A table has other columns now: the package is made from its document again.
    """
    standing, template = package.read(folder), package.template()
    tables = []
    for resource in table_resources(template).values():
        path = folder / resource["path"]
        header = path.read_text("utf-8").partition("\n")[0].split(",")
        if header != [field["name"] for field in resource["schema"]["fields"]]:
            raise ValueError(f"{path} has other columns than the schema: name the folder of PDFs")
        tables.append(resource)
    common = {key: value for key, value in template.items() if key not in OWN}
    files = {one["path"]: (folder / one["path"]).read_bytes() for one in tables}
    descriptor = {**standing.descriptor, **common, "resources": tables,
                  "version": package.program_version()}  # fmt: skip
    return package.resealed(descriptor, package.seals_of(files))


def main(disclosures: Path | None) -> None:
    """Make all of them anew."""
    if disclosures is None:
        for path in HERE.glob(f"*/{package.DESCRIPTOR}"):
            path.write_bytes(package.as_json(renew(path.parent)))
        return
    with TemporaryDirectory() as folder:
        made = [facts_of(disclosures / name, Path(folder)) for name in PDFS]
        made.append(facts_of(EXCERPT, Path(folder), excerpt=True))
        for one in made:
            shutil.rmtree(HERE / one.name, ignore_errors=True)
            shutil.copytree(one, HERE / one.name)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else None)
