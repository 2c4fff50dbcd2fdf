"""Code lists that stand in no document: regions, official classifications, remits, ids of laws.

Everything is looked up offline in `data/`; how the lists were made stands in `data/README.md`.
Nothing here reads a document.
"""

from yusuan.codes.classifications import (
    Classification,
    Used,
    ancestors_of,
    by_names,
    classification,
    is_listed,
    rows,
)
from yusuan.codes.laws import document_number, legal_slug
from yusuan.codes.names import bare, hashed, is_organisation, is_region, kind_of, region_of
from yusuan.codes.regions import Region, ancestors, region, region_named, regions_in
from yusuan.codes.remits import remit_of, remits

__all__ = [
    "Classification", "Region", "Used", "ancestors", "ancestors_of", "bare", "by_names",
    "classification", "document_number", "hashed", "is_listed", "is_organisation", "is_region",
    "kind_of", "legal_slug", "region", "region_named", "region_of", "regions_in", "remit_of",
    "remits", "rows",
]  # fmt: skip
