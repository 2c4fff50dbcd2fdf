"""What stands on a portal, and whether someone has changed it since it was published.

Every resource of ours bears a seal over what it said when it was published. What no longer fits
its seal was changed by somebody else; what has an empty one is not finished yet.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from yusuan.publishing.ckan.wanted import digest_of

PATH, WANTED, TABLE, SEAL = "yusuan_path", "yusuan_wanted", "yusuan_table", "yusuan_seal"
SERIES, EDITIONS = "yusuan_series", "yusuan_editions"
# Which request wrote last, to tell an own one whose answer was lost; and that nothing was ever
# published whole, so that nobody sees the dataset yet.
RUN, HIDDEN = "yusuan_run", "yusuan_hidden"
# What the seal of a resource is about; the address changes with the name of the portal.
_SEALED = ("name", "name_en", "description", "description_en", "format", "mimetype", "hash",
           "hash_algorithm", "license", "schema", "size", "last_modified", "url_type",
           PATH, WANTED, TABLE)  # fmt: skip
# And that of a dataset; keywords, groups, owner and visibility are for who runs the portal.
_SEALED_FIELDS = ("title", "notes", "author", "license_id")
_SEALED_EXTRAS = ("title_en", "notes_en", SERIES, EDITIONS, WANTED)


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource as it stands.

    Attributes:
        raw: What the portal says of it.
    """

    raw: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.raw["id"])

    @property
    def path(self) -> str | None:
        """Its place in the dataset, where it is one of ours."""
        return self._text(PATH) or None

    @property
    def hash(self) -> str:
        """The hash that it states."""
        return self._text("hash")

    @property
    def wanted(self) -> str:
        """The digest of what it was to be."""
        return self._text(WANTED)

    @property
    def table(self) -> str:
        """The digest of the table in the datastore, "" where there is none."""
        return self._text(TABLE) if self.raw.get("datastore_active") is True else ""

    @property
    def is_pending(self) -> bool:
        """Whether its publication did not come to its end."""
        return self.path is not None and not self._text(SEAL)

    @property
    def is_touched(self) -> bool:
        """Whether somebody has changed it since."""
        return not self.is_pending and self._text(SEAL) != seal_of(self.raw)

    @property
    def filename(self) -> str:
        """The last part of its address."""
        return self._text("url").rpartition("/")[2]

    def _text(self, key: str) -> str:
        return str(self.raw.get(key) or "")


@dataclass(frozen=True, slots=True)
class Standing:
    """A dataset as it stands.

    Attributes:
        raw: What the portal says of it.
        resources: Its resources by id.
    """

    raw: Mapping[str, Any]
    resources: Mapping[str, Resource]

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.raw["id"])

    @property
    def modified(self) -> str:
        """When it was last changed, as the portal writes it: what an update is bound to."""
        return str(self.raw["metadata_modified"])

    @property
    def extras(self) -> dict[str, str]:
        """Its further fields."""
        return {one["key"]: one["value"] for one in self.raw.get("extras", ())}

    @property
    def series(self) -> str:
        """The series that it was published as, "" where it is none of ours."""
        return self.extras.get(SERIES, "")

    @property
    def editions(self) -> dict[str, str]:
        """Edition → place of its package."""
        try:
            found = json.loads(self.extras.get(EDITIONS, "{}"))
        except ValueError:
            return {}
        return {str(one): str(place) for one, place in found.items()}

    @property
    def wanted(self) -> str:
        """The digest of what it was to be."""
        return self.extras.get(WANTED, "")

    @property
    def is_pending(self) -> bool:
        """Whether its publication did not come to its end."""
        return not self.extras.get(SEAL)

    @property
    def is_touched(self) -> bool:
        """Whether somebody has changed it since."""
        return not self.is_pending and self.extras[SEAL] != seal_of_dataset(self.raw)

    @property
    def tags(self) -> list[str]:
        """Its keywords."""
        return [str(one["name"]) for one in self.raw.get("tags", ())]

    @property
    def groups(self) -> list[str]:
        """The groups that it belongs to."""
        return [str(one["name"]) for one in self.raw.get("groups", ())]

    def of_edition(self, edition: str) -> Sequence[Resource]:
        """Return the resources of ours that belong to one edition."""
        return [
            one for one in self.resources.values()
            if one.path is not None and one.path.startswith(f"{edition}/")
        ]  # fmt: skip


def standing_of(raw: Mapping[str, Any]) -> Standing:
    """Return a dataset from what the portal says of it."""
    return Standing(raw, {str(one["id"]): Resource(one) for one in raw.get("resources", ())})


def resource_id(dataset_id: str, key: str) -> str:
    """Return the id of a resource: the same for a file, whenever and from where it is published."""
    return str(uuid5(UUID(dataset_id), key))


def seal_of(raw: Mapping[str, Any]) -> str:
    """Return the seal of a resource as it stands."""
    filename = str(raw.get("url") or "").rpartition("/")[2]
    return digest_of([filename, *(raw.get(key) or "" for key in _SEALED)])


def content_of(raw: Mapping[str, Any]) -> str:
    """Return the digest of all that somebody may have changed, the tables left out."""
    files = [[str(one["id"]), seal_of({**one, TABLE: ""})] for one in raw.get("resources", ())]
    return digest_of([seal_of_dataset(raw), sorted(files)])


def seal_of_dataset(raw: Mapping[str, Any]) -> str:
    """Return the seal of a dataset as it stands."""
    extras = {one["key"]: one["value"] for one in raw.get("extras", ())}
    return digest_of(
        [
            [extras.get(key) for key in _SEALED_EXTRAS],
            *(raw.get(key) or "" for key in _SEALED_FIELDS),
        ]
    )
